//! Whole conversations with Whisper as recognizer, on the virtual sound card.

use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use sysinfo::{Pid, Process, ProcessesToUpdate, System};

use crate::program::{events, run, text, vivavoce};
use crate::whisper_micro::{Sample, model, right, samples, words};

/// Want no answer.
const NO_QUESTIONS: [&str; 3] = ["Stop.", "Hold on.", "Okay, thanks."];

/// All samples, those that want an answer first; each is said when the one before it is done with.
fn in_order() -> Vec<Sample> {
    let wants_none = |sample: &Sample| NO_QUESTIONS.contains(&sample.said.as_str());
    let mut samples = samples();
    samples.sort_by_key(wants_none);
    samples
}

/// The program, to hold a conversation in which all samples are said.
fn talk(folder: &Path, samples: &[Sample]) -> Command {
    let mut scenario = String::from(
        "name = \"whisper\"\nseed = 3\nend = \"previous + 3500 ms\"\nlimit_s = 180\n\
         [noise]\nlevel_dbfs = -65.0\n",
    );
    let mut at = "start + 500 ms";
    for sample in samples {
        let file = sample.path.display();
        writeln!(scenario, "[[stimulus]]\nfile = \"{file}\"\nat = \"{at}\"").unwrap();
        at = if NO_QUESTIONS.contains(&sample.said.as_str()) {
            "previous + 3500 ms"
        } else {
            "reply_finished + 400 ms"
        };
    }
    let path = folder.join("whisper.toml");
    std::fs::write(&path, scenario).unwrap();
    let endpoint = format!("virtual:{}", path.display());
    let mut command = vivavoce();
    command
        .args([
            "talk", "--plain", "--input", &endpoint, "--output", &endpoint,
        ])
        .arg("--stt")
        .arg(format!("whisper:{}", model().display()))
        .arg("--record")
        .arg(folder.join("record"));
    command
}

/// What was heard, answered or not, in order.
fn heard(events: &[Value]) -> String {
    let ended = events
        .iter()
        .filter(|event| event["kind"] == "turn_ended" || event["kind"] == "turn_ignored");
    let texts: Vec<&str> = ended.filter_map(|event| event["text"].as_str()).collect();
    texts.join(" ")
}

fn nine_of_ten(samples: &[Sample], heard: &str) {
    let said: Vec<&str> = samples.iter().map(|sample| sample.said.as_str()).collect();
    let (of_right, of_all) = right(&said.join(" "), heard);
    println!("{of_right} of {of_all} words: {heard:?}");
    assert!(
        of_right * 10 >= of_all * 9,
        "{of_right} of {of_all}: {heard:?}"
    );
    assert!(words(heard).len() <= of_all + 2, "{heard:?}");
}

#[test]
fn nine_of_ten_words_come_through_the_whole_pipeline() {
    let folder = tempfile::tempdir().unwrap();
    // The others are heard in the next test.
    let samples: Vec<Sample> = in_order().into_iter().take(6).collect();
    let output = run(&mut talk(folder.path(), &samples));
    assert!(output.status.success(), "{}", text(&output));
    nine_of_ten(&samples, &heard(&events(&folder.path().join("record"))));
}

/// Kills the program's worker, if it has one.
fn kill_worker(program: Pid) -> bool {
    let mut system = System::new().unwrap();
    system.refresh_processes(ProcessesToUpdate::All, true);
    let mut processes = system.processes().values();
    let worker = processes
        .find(|process| process.parent() == Some(program) && process.thread_kind().is_none());
    worker.is_some_and(Process::kill)
}

/// The session says that speech began; at that moment its worker is killed.
#[cfg(unix)]
#[test]
fn a_worker_killed_in_every_utterance_costs_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let samples = in_order();
    let mut child = talk(folder.path(), &samples)
        .env("RUST_LOG", "vivavoce::events=debug")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let program = Pid::from_u32(child.id());
    let log = BufReader::new(child.stderr.take().unwrap());
    let killing = std::thread::spawn(move || {
        let lines = log.lines().map_while(Result::ok);
        let onsets = lines.filter(|line| line.contains("SpeechStarted"));
        onsets.filter(|_| kill_worker(program)).count()
    });
    let output = child.wait_with_output().unwrap();
    let killed = killing.join().unwrap();
    let printed = text(&output);
    assert!(output.status.success(), "{printed}");
    let replaced: Vec<&str> = printed
        .lines()
        .filter(|line| line.contains("replaced"))
        .collect();
    replaced.iter().for_each(|line| println!("{line}"));
    // Two onsets may find one dead worker: killed once more before it was replaced, and the last
    // one may have had nothing left to transcribe.
    assert!(
        (10..=killed).contains(&replaced.len()),
        "{killed} kills: {printed}"
    );

    let events = events(&folder.path().join("record"));
    nine_of_ten(&samples, &heard(&events));
    let answered = events
        .iter()
        .filter(|event| event["kind"] == "playback_started");
    let questions = samples.len() - NO_QUESTIONS.len();
    assert!(answered.count() >= questions, "{printed}");
}
