//! Whisper through its worker: what it hears, and that nothing that happens to the worker costs words.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use vivavoce::clock::Stopwatch;
use vivavoce::exchange::Patience;
use vivavoce::stt::{Recognizer, SttError, Whisper, WorkerCommand};

use crate::program::{run, text, vivavoce, worker};
use crate::whisper_micro::{model, right, sample, samples};

fn command(model: PathBuf) -> WorkerCommand {
    WorkerCommand {
        program: worker(),
        model,
        language: "en".into(),
        vocabulary: Vec::new(),
        threads: 1,
    }
}

fn whisper() -> Whisper {
    Whisper::start(command(model())).unwrap()
}

fn hear(whisper: &mut Whisper, samples: &[f32]) -> String {
    whisper.transcribe(samples, &|| false).unwrap().unwrap()
}

/// By the shell's own `kill`: the program of that name is not everywhere.
fn signal(name: &str, process: u32) {
    let kill = format!("kill {name} {process}");
    let sent = Command::new("sh").args(["-c", &kill]).status().unwrap();
    assert!(sent.success(), "{kill}");
}

#[test]
fn nine_of_ten_words_are_right() {
    let mut whisper = whisper();
    let (mut of_right, mut of_all) = (0, 0);
    for sample in samples() {
        let heard = hear(&mut whisper, &sample.samples);
        let (right, all) = right(&sample.said, &heard);
        println!("{right}/{all} {:?} {heard:?}", sample.said);
        of_right += right;
        of_all += all;
    }
    assert!(of_right * 10 >= of_all * 9, "{of_right} of {of_all} words");
}

#[test]
fn a_worker_killed_in_an_utterance_ten_times_costs_no_answer() {
    let mut whisper = whisper();
    let mut notices = Vec::new();
    for (n, sample) in samples().iter().cycle().take(10).enumerate() {
        let (process, killed) = (whisper.worker_id(), Cell::new(false));
        // Asked first when the audio has been sent and no answer has been read.
        let kill_once = || {
            if !killed.replace(true) {
                signal("-KILL", process);
            }
            false
        };
        let heard = whisper.transcribe(&sample.samples, &kill_once).unwrap();
        let heard = heard.expect("nobody gave up");
        assert_eq!(
            right(&sample.said, &heard).0,
            right(&sample.said, &sample.said).0,
            "{heard:?}"
        );
        assert_ne!(whisper.worker_id(), process, "kill {n} came too late");
        notices.extend(whisper.take_notices());
    }
    notices.iter().for_each(|notice| println!("{notice}"));
    assert_eq!(notices.len(), 10);
    assert!(notices.iter().all(|notice| notice.contains("signal: 9")));
}

#[test]
fn a_worker_that_ended_between_utterances_is_replaced() {
    let mut whisper = whisper();
    let stop = sample("Stop");
    signal("-KILL", whisper.worker_id());
    assert_eq!(hear(&mut whisper, &stop.samples), "Stop.");
    assert_eq!(whisper.take_notices().len(), 1);
}

#[test]
fn a_worker_that_hangs_is_replaced_and_the_words_are_heard() {
    let patience = Patience {
        least: Duration::from_secs(2),
        per_second: Duration::from_secs(1),
    };
    let mut whisper = Whisper::start_with(command(model()), patience).unwrap();
    signal("-STOP", whisper.worker_id());
    assert_eq!(hear(&mut whisper, &sample("Hold on").samples), "Hold on.");
    let notices = whisper.take_notices();
    assert!(
        notices.len() == 1 && notices[0].contains("did not answer"),
        "{notices:?}"
    );
}

/// Stopped, the worker would answer never: that this test ends shows that giving up does not wait
/// for it.
#[test]
fn giving_up_waits_for_nothing_and_the_late_answer_is_not_taken_for_the_next() {
    let mut whisper = whisper();
    let (joke, milk) = (sample("Tell me a joke"), sample("Add milk"));
    let process = whisper.worker_id();
    for gave_up_after in [1, 2, 5] {
        signal("-STOP", process);
        let asked = Cell::new(0);
        let watch = Stopwatch::start();
        let give_up = || {
            asked.set(asked.get() + 1);
            asked.get() >= gave_up_after
        };
        let heard = whisper.transcribe(&joke.samples, &give_up).unwrap();
        let (times, ms) = (asked.get(), watch.elapsed_ms());
        println!("asked {times} times and back after {ms:.1} ms");
        assert_eq!((heard, asked.get()), (None, gave_up_after));
        signal("-CONT", process);
        assert_eq!(hear(&mut whisper, &milk.samples), milk.said);
    }
    assert_eq!(whisper.worker_id(), process);
    assert_eq!(whisper.take_notices(), [""; 0]);
}

#[test]
fn silence_and_noise_have_no_text() {
    let mut whisper = whisper();
    let noise = |level: f32| -> Vec<f32> {
        let mut random = fastrand::Rng::with_seed(1);
        (0..32_000)
            .map(|_| (random.f32() - 0.5) * 2.0 * level)
            .collect()
    };
    for samples in [
        vec![0.0; 16_000],
        noise(0.001),
        noise(0.01),
        noise(0.05),
        Vec::new(),
    ] {
        assert_eq!(hear(&mut whisper, &samples), "");
    }
}

#[test]
fn an_absent_worker_is_named_with_what_to_do() {
    let absent = WorkerCommand {
        program: "/nowhere/vivavoce-whisper".into(),
        ..command(model())
    };
    let Err(error) = Whisper::start(absent) else {
        panic!("there is no such worker");
    };
    assert!(matches!(error, SttError::WorkerAbsent { .. }));
    let message = error.to_string();
    for part in [
        "/nowhere/vivavoce-whisper",
        "cargo build",
        "VIVAVOCE_WHISPER",
    ] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn the_program_says_that_the_worker_is_absent() {
    let output = run(vivavoce()
        .env("VIVAVOCE_WHISPER", "/nowhere/worker")
        .args([
            "talk", "--plain", "--for", "1", "--input", "null", "--output", "null",
        ])
        .arg("--stt")
        .arg(format!("whisper:{}", model().display())));
    assert!(!output.status.success());
    let printed = text(&output);
    assert!(
        printed.contains("/nowhere/worker") && printed.contains("cargo build"),
        "{printed}"
    );
}

fn refusal(model: &Path) -> String {
    match Whisper::start(command(model.to_owned())) {
        Ok(_) => panic!("{} is no Whisper model", model.display()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_file_that_is_no_whisper_model_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let gguf = folder.path().join("llm.gguf");
    std::fs::write(&gguf, b"GGUF\x03\0\0\0").unwrap();
    let message = refusal(&gguf);
    for part in ["llm.gguf", "GGUF file", "ggml"] {
        assert!(message.contains(part), "{message}");
    }
    let message = refusal(&folder.path().join("nothing.bin"));
    assert!(message.contains("nothing.bin"), "{message}");
    let cut = folder.path().join("cut.bin");
    let whole = std::fs::read(model()).unwrap();
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let message = refusal(&cut);
    assert!(
        message.contains("cut.bin") && message.contains("damaged"),
        "{message}"
    );
}

#[test]
fn a_language_that_the_model_does_not_know_is_named() {
    let german = WorkerCommand {
        language: "de".into(),
        ..command(model())
    };
    let Err(error) = Whisper::start(german) else {
        panic!("the test model is for English alone");
    };
    let message = error.to_string();
    assert!(
        message.contains("\"de\"") && message.contains(".en"),
        "{message}"
    );
}
