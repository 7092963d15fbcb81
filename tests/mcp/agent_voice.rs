//! `vivavoce mcp`, and `/mcp` of `vivavoce serve`: an agent talks with a user by MCP.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::door::Door;
use crate::program::{run, text, vivavoce, words};
use crate::python_package::{installed, printed};

/// A user who answers a question, and later cuts in.
const SCENARIO: &str = r#"
name = "an agent's user"
seed = 7

[[stimulus]]
say = "I would like the blue one."
voice = "en-GB"
at = "reply_finished + 700 ms"

[[stimulus]]
say = "Tell me another story instead."
voice = "en-GB"
at = "reply_started + 2500 ms"
expect = "stop"
"#;

const STORY: &str = "Once upon a time there was a small fox. It lived in a large forest, beside a river. \
    Every morning it went to the river, and every evening it came back to its den under an old tree. \
    One day it met a bear. The bear was hungry, and the fox was not.";

/// An answer that has not come by then is lost: engines load, and a story is told, in less.
const LOST_AFTER: Duration = Duration::from_secs(180);

/// The program, and an agent that has started it.
struct Agent {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    last: u64,
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Agent {
    /// Starts the program and shakes hands.
    fn start(arguments: &[&str]) -> Self {
        let mut agent = Self::spawn(arguments);
        let client = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        });
        let id = agent.ask("initialize", client);
        let (_, answer) = agent.answer();
        assert_eq!(answer["id"], id);
        assert_eq!(answer["result"]["serverInfo"]["name"], "vivavoce");
        agent.tell("notifications/initialized", json!({}));
        agent
    }

    /// On devices where nobody is.
    fn alone() -> Self {
        Self::start(&["--input", "null", "--output", "null"])
    }

    fn spawn(arguments: &[&str]) -> Self {
        let mut child = vivavoce()
            .arg("mcp")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let printed = BufReader::new(child.stdout.take().unwrap()).lines();
        let (line_out, lines) = channel();
        // It ends with the program's output.
        std::thread::spawn(move || {
            for line in printed.map_while(Result::ok) {
                let _ = line_out.send(line);
            }
        });
        Self {
            stdin: child.stdin.take(),
            child,
            lines,
            last: 0,
        }
    }

    fn send(&mut self, message: &Value) {
        let stdin = self.stdin.as_mut().unwrap();
        writeln!(stdin, "{message}").unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request; its number.
    fn ask(&mut self, method: &str, params: Value) -> u64 {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    fn begin(&mut self, tool: &str, arguments: Value) -> u64 {
        self.ask(
            "tools/call",
            json!({ "name": tool, "arguments": arguments }),
        )
    }

    /// The next answer and its number. Nothing but the protocol is ever printed.
    fn answer(&mut self) -> (u64, Value) {
        let line = self.lines.recv_timeout(LOST_AFTER);
        let line = line.expect("an answer comes");
        let message: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert_eq!(message["jsonrpc"], "2.0", "{line}");
        (message["id"].as_u64().unwrap(), message)
    }

    /// Calls a tool and waits for its result.
    fn result(&mut self, tool: &str, arguments: Value) -> Value {
        let id = self.begin(tool, arguments);
        let (answered, answer) = self.answer();
        assert_eq!(answered, id, "{answer}");
        answer["result"].clone()
    }

    /// What a tool says of a call that succeeds.
    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let result = self.result(tool, arguments);
        assert_eq!(result["isError"], false, "{result}");
        let told = &result["structuredContent"];
        let as_text = result["content"][0]["text"].as_str().unwrap();
        assert_eq!(&serde_json::from_str::<Value>(as_text).unwrap(), told);
        told.clone()
    }

    /// What a tool says of a call that fails.
    fn failure(&mut self, tool: &str, arguments: Value) -> String {
        let result = self.result(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        result["content"][0]["text"].as_str().unwrap().to_owned()
    }
}

/// Whether a text of what a tool told has this word.
pub fn has(told: &Value, key: &str, word: &str) -> bool {
    let said = told[key].as_str().unwrap_or_default();
    words(said).contains(&word.to_owned())
}

/// A sound file in which our own voice says something.
pub fn recording(folder: &Path) -> PathBuf {
    let path = folder.join("said.wav");
    let said = run(vivavoce()
        .args(["say", "The meeting begins at nine in the morning.", "-o"])
        .arg(&path));
    assert!(said.status.success(), "{}", text(&said));
    path
}

/// Devices of a card in memory, on which the user answers.
pub fn scenario(folder: &Path) -> String {
    let path = folder.join("scenario.toml");
    std::fs::write(&path, SCENARIO).unwrap();
    format!("virtual:{}", path.display())
}

#[test]
fn the_tools_are_listed_with_what_they_do() {
    let mut agent = Agent::alone();
    agent.ask("tools/list", json!({}));
    let (_, answer) = agent.answer();
    let tools = answer["result"]["tools"].as_array().unwrap();
    let names: Vec<&str> = tools.iter().filter_map(|t| t["name"].as_str()).collect();
    assert_eq!(names, ["say", "listen", "ask", "transcribe"]);
    let reads = |n: usize| tools[n]["annotations"]["readOnlyHint"].as_bool();
    assert_eq!(
        [0, 1, 2, 3].map(reads),
        [false, true, false, true].map(Some)
    );
    for tool in tools {
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
    }
}

#[test]
fn what_is_said_is_told_as_it_was_heard() {
    let mut agent = Agent::alone();
    let told = agent.call("say", json!({"text": "The build is green."}));
    let heard = json!({"heard": "The build is green.", "interrupted": false, "words": null});
    assert_eq!(told, heard);
    // Signs that no voice speaks are heard as nothing, and do not keep the call open.
    let told = agent.call("say", json!({"text": "---", "interruptible": false}));
    assert_eq!(told["interrupted"], false, "{told}");
}

#[test]
fn where_nobody_speaks_nothing_is_told() {
    let mut agent = Agent::alone();
    let told = agent.call("listen", json!({"timeout_s": 1}));
    assert_eq!(told, json!({ "words": null }));
    let told = agent.call("ask", json!({"question": "Blue?", "timeout_s": 1}));
    assert_eq!(told["words"], Value::Null, "{told}");
    assert_eq!(told["heard"], "Blue?");
}

#[test]
fn a_user_answers_a_question_and_cuts_in_later() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = scenario(folder.path());
    let mut agent = Agent::start(&["--input", &endpoint, "--output", &endpoint]);
    let question = json!({"question": "Would you like the red one, or the blue one?"});
    let told = agent.call("ask", question);
    assert!(has(&told, "words", "blue"), "{told}");
    assert_eq!(told["language"], "en");
    assert_eq!(told["interrupted"], false, "{told}");

    let told = agent.call("say", json!({ "text": STORY }));
    assert_eq!(told["interrupted"], true, "{told}");
    assert!(has(&told, "words", "another"), "{told}");
    let heard = told["heard"].as_str().unwrap();
    assert!(!heard.is_empty() && STORY.starts_with(heard), "{told}");
    assert!(heard.len() < STORY.len(), "{told}");
}

#[test]
fn a_sound_file_is_written_down_in_segments() {
    let folder = tempfile::tempdir().unwrap();
    let file = recording(folder.path());
    let mut agent = Agent::alone();
    let told = agent.call("transcribe", json!({ "file": file }));
    assert!(has(&told, "text", "meeting"), "{told}");
    let segment = &told["segments"][0];
    let (start, end) = (&segment["start_s"], &segment["end_s"]);
    assert!(start.as_f64() < end.as_f64(), "{told}");
    assert!(end.as_f64() <= told["seconds"].as_f64(), "{told}");
}

#[test]
fn what_is_no_sound_file_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "No sound.").unwrap();
    let mut agent = Agent::alone();
    for file in [&text, &folder.path().join("missing.wav"), folder.path()] {
        let message = agent.failure("transcribe", json!({ "file": file }));
        assert!(message.contains(file.to_str().unwrap()), "{message}");
    }
}

#[test]
fn wrong_arguments_are_named_and_open_nothing() {
    // Would it open this device, it would say so.
    let mut agent = Agent::start(&["--input", "no such microphone"]);
    for (tool, arguments, part) in [
        ("say", json!({}), "text"),
        ("say", json!({"text": ""}), "empty"),
        ("say", json!({"text": "Hallo.", "language": "de"}), "--lang"),
        ("listen", json!({"timeout_s": "long"}), "f64"),
        ("ask", json!({"question": "Hm?", "timeout_s": 0.1}), "600"),
        ("transcribe", json!({"path": "a.wav"}), "path"),
    ] {
        let message = agent.failure(tool, arguments);
        assert!(message.contains(part), "{part}: {message}");
    }
    agent.begin("sing", json!({}));
    let (_, answer) = agent.answer();
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
}

#[test]
fn a_device_that_is_not_there_is_told_when_it_is_needed() {
    let mut agent = Agent::start(&["--input", "no such microphone"]);
    let message = agent.failure("listen", json!({}));
    assert!(message.contains("no such microphone"), "{message}");
}

#[test]
fn a_call_that_is_cancelled_is_not_answered_and_the_next_one_is() {
    let mut agent = Agent::alone();
    // Engines and devices are open then.
    agent.call("say", json!({"text": "Hello."}));
    for tool in ["say", "listen"] {
        // Not stopped, either keeps the next call waiting until that is lost.
        let arguments = match tool {
            "say" => json!({ "text": (STORY.to_owned() + " ").repeat(16) }),
            _ => json!({"timeout_s": 600}),
        };
        let cancelled = agent.begin(tool, arguments);
        agent.tell("notifications/cancelled", json!({ "requestId": cancelled }));
        // Calls are made one after the other: this one waits for nothing.
        let told = agent.call("say", json!({"text": "Done."}));
        assert_eq!(told["heard"], "Done.");
    }
}

#[test]
fn the_program_ends_with_its_input() {
    let mut agent = Agent::spawn(&[]);
    agent.stdin = None;
    assert!(agent.child.wait().unwrap().success());

    let mut agent = Agent::alone();
    agent.call("say", json!({"text": "Hello."}));
    agent.begin("listen", json!({"timeout_s": 600}));
    agent.stdin = None;
    assert!(agent.child.wait().unwrap().success());
}

/// The client of the protocol's authors.
const PYTHON_SDK: &[&str] = &["mcp==2.3.0"];

/// Runs a script with it to its end; the JSON that it prints.
fn python(script: &str, arguments: &[&str]) -> Value {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mcp/agent_voice_clients");
    let mut command = Command::new("python3");
    // Whatever the user has configured is not the program's.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VIVAVOCE_") && name != "VIVAVOCE_MODELS" {
            command.env_remove(name);
        }
    }
    let output = command
        .env("PYTHONPATH", installed(PYTHON_SDK))
        .env("VIVAVOCE_KEEP", "nothing")
        .arg(clients.join(script))
        .args(arguments)
        .output()
        .expect("scripts/setup.sh --test installs it");
    let printed = printed(&output);
    assert!(output.status.success(), "{printed}");
    let line = printed.lines().rfind(|line| line.starts_with('{'));
    serde_json::from_str(line.unwrap_or_else(|| panic!("{printed}"))).unwrap()
}

#[test]
fn the_python_sdk_calls_every_tool() {
    let folder = tempfile::tempdir().unwrap();
    let (endpoint, file) = (scenario(folder.path()), recording(folder.path()));
    let program = env!("CARGO_BIN_EXE_vivavoce");
    let told = python(
        "over_stdio.py",
        &[program, &endpoint, file.to_str().unwrap()],
    );
    assert_eq!(told["tools"], json!(["say", "listen", "ask", "transcribe"]));
    assert!(has(&told["ask"], "words", "blue"), "{told}");
    assert_eq!(told["say"]["interrupted"], true, "{told}");
    assert_eq!(told["listen"]["words"], Value::Null, "{told}");
    assert!(has(&told["transcribe"], "text", "meeting"), "{told}");
    assert!(told["wrong"].as_str().unwrap().contains("empty"), "{told}");
}

#[test]
fn over_http_one_agent_talks_and_another_is_refused() {
    let door = Door::open(&["--mcp", "--input", "null", "--output", "null"]);
    let told = python("over_http.py", &[&door.url("/mcp")]);
    // A client elsewhere names no files of this machine.
    assert_eq!(told["tools"], json!(["say", "listen", "ask"]));
    assert_eq!(told["say"]["heard"], "The build is green.", "{told}");
    let refused = told["refused"].as_str().unwrap();
    assert!(refused.contains("another agent"), "{told}");
    // The first one is gone then.
    assert_eq!(told["after"]["heard"], "Now it is my turn.", "{told}");
}

/// The status of an answer to a request of MCP.
fn status(url: &str, headers: &[(&str, &str)]) -> u16 {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let accept = "application/json, text/event-stream";
    let mut request = agent.post(url).header("Accept", accept);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let initialize = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        },
    });
    let request = request.content_type("application/json");
    request
        .send(initialize.to_string())
        .unwrap()
        .status()
        .as_u16()
}

#[test]
fn the_door_for_agents_has_the_locks_of_the_others() {
    let door = Door::open(&["--mcp", "--token-always"]);
    let url = door.url("/mcp");
    let bearer = format!("Bearer {}", door.token());
    assert_eq!(status(&url, &[]), 401);
    assert_eq!(status(&url, &[("Authorization", "Bearer wrong")]), 401);
    let right = ("Authorization", bearer.as_str());
    assert_eq!(status(&url, &[right]), 200);
    assert_eq!(status(&url, &[right, ("Host", "evil.example")]), 421);
}

#[test]
fn without_being_asked_for_there_is_no_door_for_agents() {
    let door = Door::open(&[]);
    assert_eq!(status(&door.url("/mcp"), &[]), 404);
}
