//! A sound file is read as a stream: a long one takes no more memory than a short one.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::time::Duration;

use hound::{SampleFormat, WavSpec, WavWriter};
use vivavoce::clock::sleep;

use crate::program::vivavoce;

const RATE_HZ: u32 = 16_000;
/// Kilobytes by which a long file may take more: buffers, and what the system counts along.
const SLACK_KB: u64 = 20_000;

/// Silence of so many minutes.
fn silence(path: &Path, minutes: u32) {
    let spec = WavSpec {
        channels: 1,
        sample_rate: RATE_HZ,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut file = WavWriter::create(path, spec).unwrap();
    for _ in 0..minutes * 60 * RATE_HZ {
        file.write_sample(0i16).unwrap();
    }
    file.finalize().unwrap();
}

/// Peak of the program's memory while it transcribes a file, in kilobytes.
fn peak_kb(path: &Path, arguments: &[&str]) -> u64 {
    let mut command = vivavoce();
    command.arg("transcribe").arg(path).args(arguments);
    let mut program = command.spawn().unwrap();
    let status = format!("/proc/{}/status", program.id());
    let mut peak = 0;
    let end = loop {
        if let Some(end) = program.try_wait().unwrap() {
            break end;
        }
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(kb.unwrap_or(0));
        sleep(Duration::from_millis(5));
    };
    assert!(end.success(), "{end}");
    assert!(peak > 0, "it was never looked at");
    peak
}

/// Fails if a long file takes more memory than a short one.
fn compare(arguments: impl Fn(&Path) -> Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let [short, long] = [2, 30].map(|minutes| {
        let path = folder.path().join(format!("{minutes}.wav"));
        silence(&path, minutes);
        let arguments = arguments(folder.path());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        peak_kb(&path, &arguments)
    });
    // All of it would be 57 MB as it is read, and twice that as it is heard.
    assert!(long < short + SLACK_KB, "{short} kB, {long} kB");
}

#[test]
fn half_an_hour_takes_no_more_memory_than_two_minutes() {
    compare(|_| Vec::new());
}

#[test]
fn it_takes_no_more_memory_where_it_is_one_of_many_files() {
    compare(|folder| {
        let output = folder.join("out").to_str().unwrap().to_owned();
        vec!["--format".into(), "json".into(), "-o".into(), output]
    });
}
