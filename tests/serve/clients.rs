//! Clients that others wrote, as they come from their registries, over OpenAI's protocols.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::door::{Door, bytes, samples};
use crate::npm_package;
use crate::python_package::{installed, installed_with_sources, printed};

/// What the clients are given to say, and where they write what they heard.
struct Sounds {
    folder: tempfile::TempDir,
}

impl Sounds {
    fn of(door: &Door) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("question", "What is the capital of France?"),
            ("story", "Tell me what you can do."),
            ("stop", "Stop."),
            ("command", "Turn on the lamp in the kitchen."),
        ] {
            let said = bytes(&door.speech(text, "en-GB"));
            std::fs::write(folder.path().join(name), said).unwrap();
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn script(name: &str) -> PathBuf {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve/realtime_clients");
    clients.join(name)
}

/// Runs a client to its end; the JSON that it prints.
fn run(command: &mut Command) -> Value {
    let output = command
        .output()
        .expect("scripts/setup.sh --test installs it");
    let printed = printed(&output);
    assert!(output.status.success(), "{printed}");
    let line = printed.lines().rfind(|line| line.starts_with('{'));
    serde_json::from_str(line.unwrap_or_else(|| panic!("{printed}"))).unwrap()
}

/// What a client wrote into a file is heard as Paris.
fn assert_paris(door: &Door, answer: &Path) {
    let heard = samples(&std::fs::read(answer).unwrap());
    let words = door.words(&heard, 24_000);
    assert!(words.contains("Paris"), "{words:?}");
}

/// A question was answered, and a reply that was cut off is kept as far as it was heard.
fn assert_interrupted(told: &Value) {
    assert_eq!(told["errors"], serde_json::json!([]), "{told}");
    assert!(told["interrupted"].as_u64() > Some(0), "{told}");
    let history = told["history"].as_array().unwrap();
    let text = |n: usize| history[n]["text"].as_str().unwrap_or_default();
    assert!(text(0).contains("capital of France"), "{told}");
    assert!(text(1).contains("Paris"), "{told}");
    assert_eq!(history[3]["role"], "assistant", "{told}");
    assert_eq!(history[3]["status"], "incomplete", "{told}");
}

/// Whether words tell that the lamp in the kitchen is on: "Okay, it's on." does, and is how the model puts it now and then.
pub fn tells_of_the_lamp(words: &str) -> bool {
    let words = words.to_lowercase();
    let parts = ["lamp", "kitchen", "is on", "it's on"];
    parts.iter().any(|part| words.contains(part))
}

/// A function was called with what was said, and its result was put into words.
fn assert_called(door: &Door, told: &Value, answer: &Path) {
    assert_eq!(told["errors"], serde_json::json!([]), "{told}");
    let place = told["places"][0].as_str().unwrap_or_default();
    assert!(place.to_lowercase().contains("kitchen"), "{told}");
    let heard = samples(&std::fs::read(answer).unwrap());
    let words = door.words(&heard, 24_000);
    assert!(tells_of_the_lamp(&words), "{words:?}");
}

#[test]
fn openai_agents_for_python_has_a_function_called() {
    let door = Door::open(&[]);
    let sounds = Sounds::of(&door);
    let packages = ["openai-agents==0.24.0", "websockets==16.1.1"];
    let told = run(Command::new("python3")
        .env("PYTHONPATH", installed(&packages))
        .env("OPENAI_AGENTS_DISABLE_TRACING", "1")
        .arg(script("agents_function.py"))
        .arg(&door.address)
        .args(["command", "answer"].map(|name| sounds.path(name))));
    assert_called(&door, &told, &sounds.path("answer"));
}

#[test]
fn openai_agents_for_javascript_has_a_function_called() {
    let door = Door::open(&[]);
    let sounds = Sounds::of(&door);
    let folder = npm_package::installed(&["@openai/agents@0.20.0", "zod@4.6.7"]);
    let copy = folder.join("agents_function.mjs");
    std::fs::copy(script("agents_function.mjs"), &copy).unwrap();
    let told = run(Command::new("node")
        .arg(copy)
        .arg(&door.address)
        .args(["command", "answer"].map(|name| sounds.path(name))));
    assert_called(&door, &told, &sounds.path("answer"));
}

#[test]
fn pipecat_has_a_function_called() {
    let door = Door::open(&[]);
    let sounds = Sounds::of(&door);
    let packages = ["pipecat-ai[openai,websocket]==1.14.0", "websockets==16.1.1"];
    let told = run(Command::new("python3")
        .env("PYTHONPATH", installed_with_sources(&packages, &["docopt"]))
        .arg(script("pipecat_function.py"))
        .arg(&door.address)
        .args(["command", "answer"].map(|name| sounds.path(name))));
    assert_called(&door, &told, &sounds.path("answer"));
}

/// LiveKit's agents, and their plugin for OpenAI's protocols: the first names the folder.
const LIVEKIT: [&str; 2] = ["livekit-plugins-openai==1.8.9", "livekit-agents==1.8.9"];

#[test]
fn livekit_has_a_function_called() {
    let door = Door::open(&[]);
    let sounds = Sounds::of(&door);
    let told = run(Command::new("python3")
        .env("PYTHONPATH", installed(&LIVEKIT))
        .arg(script("livekit_function.py"))
        .arg(&door.address)
        .args(["command", "answer"].map(|name| sounds.path(name))));
    assert_called(&door, &told, &sounds.path("answer"));
}

#[test]
fn livekit_talks_and_interrupts() {
    let door = Door::open(&[]);
    let sounds = Sounds::of(&door);
    let told = run(Command::new("python3")
        .env("PYTHONPATH", installed(&LIVEKIT))
        .arg(script("livekit_client.py"))
        .arg(&door.address)
        .args(["question", "stop", "answer"].map(|name| sounds.path(name))));
    assert_eq!(told["errors"], serde_json::json!([]), "{told}");
    // It keeps all the words of its own, and has the server keep those that were heard.
    assert!(told["truncated"][0].as_u64() > Some(0), "{told}");
    let text = |n: usize| told["history"][n]["text"].as_str().unwrap_or_default();
    assert!(text(0).contains("capital of France"), "{told}");
    assert!(text(1).contains("Paris"), "{told}");
    assert_eq!(told["history"][3]["role"], "assistant", "{told}");
    assert_eq!(told["history"][3]["interrupted"], true, "{told}");
    assert_paris(&door, &sounds.path("answer"));
}

#[test]
fn openai_for_python_talks() {
    let door = Door::open(&[]);
    let sounds = Sounds::of(&door);
    let answer = sounds.path("answer");
    let told = run(Command::new("python3")
        .env(
            "PYTHONPATH",
            installed(&["openai==3.57.0", "websockets==16.1.1"]),
        )
        .arg(script("openai_client.py"))
        .args([
            door.address.as_str(),
            sounds.path("question").to_str().unwrap(),
        ])
        .arg(&answer));
    for key in ["chat", "transcript", "said"] {
        assert!(told[key].as_str().unwrap().contains("Paris"), "{told}");
    }
    // Facts that are looked up cost the language model nothing.
    assert!(told["usage"].is_u64(), "{told}");
    assert_paris(&door, &answer);
}

#[test]
fn openai_agents_for_python_talks_and_interrupts() {
    let door = Door::open(&[]);
    let sounds = Sounds::of(&door);
    let told = run(Command::new("python3")
        .env(
            "PYTHONPATH",
            installed(&["openai-agents==0.24.0", "websockets==16.1.1"]),
        )
        // Where it would report what was said.
        .env("OPENAI_AGENTS_DISABLE_TRACING", "1")
        .arg(script("agents_client.py"))
        .arg(&door.address)
        .args(["question", "stop", "answer"].map(|name| sounds.path(name))));
    assert_interrupted(&told);
    assert_paris(&door, &sounds.path("answer"));
}

#[test]
fn pipecat_talks_and_interrupts() {
    let door = Door::open(&[]);
    let sounds = Sounds::of(&door);
    let packages = ["pipecat-ai[openai,websocket]==1.14.0", "websockets==16.1.1"];
    let told = run(Command::new("python3")
        .env("PYTHONPATH", installed_with_sources(&packages, &["docopt"]))
        .arg(script("pipecat_client.py"))
        .arg(&door.address)
        .args(["question", "story", "stop", "answer"].map(|name| sounds.path(name))));
    assert_eq!(told["errors"], serde_json::json!([]), "{told}");
    let user = told["user"][0].as_str().unwrap_or_default();
    assert!(user.contains("capital of France"), "{told}");
    assert_paris(&door, &sounds.path("answer"));
}

#[test]
fn openai_agents_for_javascript_talks_and_interrupts() {
    let door = Door::open(&[]);
    let sounds = Sounds::of(&door);
    let folder = npm_package::installed(&["@openai/agents@0.20.0", "zod@4.6.7"]);
    // Node looks for packages beside the script.
    let copy = folder.join("agents.mjs");
    std::fs::copy(script("agents.mjs"), &copy).unwrap();
    let told = run(Command::new("node")
        .arg(copy)
        .arg(&door.address)
        .args(["question", "stop", "answer"].map(|name| sounds.path(name))));
    assert_eq!(told["status"], "cancelled", "{told}");
    assert_interrupted(&told);
    assert_paris(&door, &sounds.path("answer"));
}
