//! What the tests of the whole program share: running it, and reading what it left behind.

// Each test program uses some of it.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The program, with nothing of the user's configuration.
pub fn vivavoce() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vivavoce"));
    for name in [
        "VIVAVOCE_CONFIG",
        "VIVAVOCE_INPUT",
        "VIVAVOCE_OUTPUT",
        "VIVAVOCE_PROFILE",
        "VIVAVOCE_STT",
        "VIVAVOCE_LLM",
        "VIVAVOCE_HELPER",
        "VIVAVOCE_TTS",
        "VIVAVOCE_VOICE",
        "VIVAVOCE_LANG",
        "VIVAVOCE_WHISPER",
        "RUST_LOG",
    ] {
        command.env_remove(name);
    }
    // No test sets a timer that rings for somebody else.
    command.env("VIVAVOCE_KEEP", "nothing");
    command
}

/// What no table and no tool of the program's own answers: the language model does.
pub const QUESTION: &str = "Tell me about the old mill.";

/// Whisper's worker, beside the program.
pub fn worker() -> PathBuf {
    let name = format!("vivavoce-whisper{}", std::env::consts::EXE_SUFFIX);
    let path = Path::new(env!("CARGO_BIN_EXE_vivavoce")).with_file_name(name);
    assert!(
        path.is_file(),
        "{} is not built: run the tests of the whole workspace (make test), or `cargo build \
         --release` before",
        path.display()
    );
    path
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Output {
    command
        .output()
        .expect("the program was built for this test")
}

/// What a command printed, both ways.
pub fn text(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// The events of a recording, held to their schema.
pub fn events(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("events.jsonl")).expect("events were recorded");
    let schema = serde_json::from_str(&vivavoce::events::schema_json()).expect("it is JSON");
    let schema = jsonschema::validator_for(&schema).expect("it is a schema");
    let mut lines = text.lines();
    let header = lines.next().expect("a header comes first");
    assert!(header.contains(vivavoce::events::SCHEMA), "{header}");
    lines
        .map(|line| {
            let event = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
            assert!(schema.is_valid(&event), "{line}");
            event
        })
        .collect()
}

/// The events of one kind.
pub fn of_kind<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events
        .iter()
        .filter(|event| event["kind"] == kind)
        .collect()
}

/// The texts of the events of one kind, in order.
pub fn texts(events: &[Value], kind: &str) -> Vec<String> {
    let of_kind = of_kind(events, kind).into_iter();
    of_kind
        .filter_map(|event| Some(event["text"].as_str()?.to_owned()))
        .collect()
}

/// Lower-case words without punctuation.
pub fn words(text: &str) -> Vec<String> {
    let clean = text
        .to_lowercase()
        .replace(|c: char| !c.is_alphanumeric() && c != '\'', " ");
    clean.split_whitespace().map(str::to_owned).collect()
}

/// A conversation on the virtual sound card: a question, and "Stop." so long after the reply to it began.
pub fn scenario(end: &str, stop_after_ms: Option<u32>) -> String {
    let stimulus = |say: &str, at: &str| {
        format!("[[stimulus]]\nsay = \"{say}\"\nvoice = \"en-GB\"\nat = \"{at}\"\n")
    };
    let stop = |ms| {
        let stop = stimulus("Stop.", &format!("reply_started + {ms} ms"));
        format!("{stop}expect = \"stop\"\n")
    };
    [
        format!("name = \"test\"\nseed = 7\nend = \"{end}\"\nlimit_s = 60\n"),
        stimulus(QUESTION, "start + 700 ms"),
        stop_after_ms.map(stop).unwrap_or_default(),
    ]
    .concat()
}

/// Holds a conversation with these arguments more. What was printed, and the events.
pub fn hold(scenario: &str, arguments: &[&str]) -> (String, Vec<Value>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    hold_in(folder.path(), scenario, arguments)
}

/// The same; the recording is in the folder `record` of this one afterwards.
pub fn hold_in(folder: &Path, scenario: &str, arguments: &[&str]) -> (String, Vec<Value>) {
    let path = folder.join("scenario.toml");
    std::fs::write(&path, scenario).expect("it can be written to");
    let (endpoint, record) = (format!("virtual:{}", path.display()), folder.join("record"));
    let output = run(vivavoce()
        .args([
            "talk", "--plain", "--input", &endpoint, "--output", &endpoint,
        ])
        .args(arguments)
        .arg("--record")
        .arg(&record));
    assert!(output.status.success(), "{}", text(&output));
    (text(&output), events(&record))
}
