//! A sound file is read as a stream: a long one takes no more memory than a short one.
#![cfg(target_os = "linux")]

mod program;

use std::path::Path;
use std::time::Duration;

use hound::{SampleFormat, WavSpec, WavWriter};
use program::vivavoce;
use vivavoce::clock::sleep;

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
fn peak_kb(path: &Path) -> u64 {
    let mut program = vivavoce().arg("transcribe").arg(path).spawn().unwrap();
    let status = format!("/proc/{}/status", program.id());
    let mut peak = 0;
    while program.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(kb.unwrap_or(0));
        sleep(Duration::from_millis(5));
    }
    assert!(peak > 0, "it was never looked at");
    peak
}

#[test]
fn half_an_hour_takes_no_more_memory_than_two_minutes() {
    let folder = tempfile::tempdir().unwrap();
    let [short, long] = [2, 30].map(|minutes| {
        let path = folder.path().join(format!("{minutes}.wav"));
        silence(&path, minutes);
        peak_kb(&path)
    });
    // All of it would be 57 MB as it is read, and twice that as it is heard.
    assert!(long < short + SLACK_KB, "{short} kB, {long} kB");
}
