//! The worker answers the reference implementation of the protocol, the package `wyoming` for Python.

#[path = "../../../tests/support/python_package.rs"]
mod python_package;
#[path = "../../../tests/support/whisper_micro.rs"]
mod whisper_micro;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use python_package::{installed, printed};
use whisper_micro::{model, right, sample};

const PACKAGE: &str = "wyoming==1.10.2";
const CLIENT: &str = include_str!("client.py");

struct Listening(Child);

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs the client; what it understood of the answers.
fn client(pace: &str, said: &[&str]) -> String {
    let worker = Command::new(env!("CARGO_BIN_EXE_vivavoce-whisper"))
        .args(["--listen", "127.0.0.1:0", "--model"])
        .arg(model())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut worker = Listening(worker);
    let mut line = String::new();
    let output = worker.0.stdout.take().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap();
    let output = Command::new("python3")
        .env("PYTHONPATH", installed(&[PACKAGE]))
        .args(["-c", CLIENT, &format!("tcp://{address}"), pace])
        .args(said.iter().map(|said| sample(said).path))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", printed(&output));
    printed(&output)
}

#[test]
fn a_whole_recording_is_understood() {
    let printed = client("at-once", &["What is the capital", "Set a timer"]);
    let expected = [
        "info vivavoce-whisper whisper-micro.en ['en'] True",
        "pong there?",
        "transcript What is the capital of France?",
        "transcript Set a timer for twenty-five minutes.",
    ];
    for line in expected {
        assert!(printed.lines().any(|printed| printed == line), "{printed}");
    }
}

#[test]
fn live_audio_is_told_in_pieces_that_make_the_transcript() {
    let printed = client("live", &["Set a timer"]);
    let pieces: Vec<&str> = printed
        .lines()
        .filter_map(|line| line.strip_prefix("transcript-chunk "))
        .collect();
    assert!(!pieces.is_empty(), "{printed}");
    let whole = printed
        .lines()
        .find_map(|line| line.strip_prefix("transcript "))
        .unwrap();
    // A word that was told and is heard otherwise in the end stays told.
    let (right, all) = right(whole, &pieces.concat());
    assert!(all - right <= 1, "{printed}");
}
