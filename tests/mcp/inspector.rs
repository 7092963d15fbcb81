//! `vivavoce mcp` and `/mcp` with the inspector of the protocol's authors, as it comes from npm: one process a request.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::agent_voice::{has, recording, scenario};
use crate::door::{Door, models};
use crate::npm_package;
use crate::python_package::printed;

const PACKAGE: &str = "@modelcontextprotocol/inspector@2.12.0";

/// Far longer than a call and the loading of the models take: a run that is not over by then hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// All that comes, once nothing more does.
fn all_of(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (read_out, read) = channel();
    std::thread::spawn(move || {
        let mut all = Vec::new();
        let _ = from.read_to_end(&mut all);
        let _ = read_out.send(all);
    });
    read
}

/// The inspector, with one server in its configuration. It gives a call a minute, whatever that says.
struct Inspector {
    folder: tempfile::TempDir,
}

impl Inspector {
    /// Of the program at its standard input and output, with these devices.
    fn of_program(input: &str, output: &str) -> Self {
        Self::of(json!({
            "type": "stdio",
            "command": env!("CARGO_BIN_EXE_vivavoce"),
            "args": ["mcp", "--input", input, "--output", output],
            "env": { "VIVAVOCE_MODELS": models(), "VIVAVOCE_KEEP": "nothing" },
        }))
    }

    /// Of a door.
    fn of_door(door: &Door) -> Self {
        Self::of(json!({ "type": "streamable-http", "url": door.url("/mcp") }))
    }

    fn of(server: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = json!({ "mcpServers": { "voice": server } });
        std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
        Self { folder }
    }

    /// Runs it to its end, which must come.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut child = self.start(arguments);
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (stdout, stderr) = (all_of(stdout), all_of(stderr));
        let Ok(stdout) = stdout.recv_timeout(LIMIT) else {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{arguments:?} takes longer than {LIMIT:?}");
        };
        Output {
            status: child.wait().unwrap(),
            stdout,
            stderr: stderr.recv_timeout(LIMIT).unwrap(),
        }
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let package = Path::new("node_modules/@modelcontextprotocol/inspector");
        let launcher = package.join("clients/launcher/build/index.js");
        Command::new("node")
            .arg(npm_package::installed(&[PACKAGE]).join(launcher))
            // It waits for a connection as long as that takes.
            .args(["--cli", "--format", "json", "--connect-timeout", "0"])
            .args(["--server", "voice", "--config"])
            .arg(self.folder.path().join("config.json"))
            .args(arguments)
            // It keeps files of its own there, and asks no key ring.
            .env("HOME", self.folder.path())
            .env("MCP_INSPECTOR_SECRET_STORE", "memory")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("scripts/setup.sh --test installs it")
    }

    /// The result of a request that succeeds.
    fn result(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", printed(&output));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        answer["result"].clone()
    }

    /// The names of the tools, whose schemas it finds without an error.
    fn tools(&self) -> Vec<String> {
        let result = self.result(&["--method", "tools/list", "--strict"]);
        let tools = result["tools"].as_array().unwrap().iter();
        let names = tools.map(|tool| tool["name"].as_str().unwrap().to_owned());
        names.collect()
    }

    fn call(&self, tool: &str, arguments: &Value) -> Output {
        let arguments = arguments.to_string();
        let call = ["--method", "tools/call", "--tool-name", tool];
        let given = ["--tool-args-json", arguments.as_str()];
        self.run(&[&call[..], &given[..]].concat())
    }

    /// What a tool says of a call that succeeds.
    fn told(&self, tool: &str, arguments: &Value) -> Value {
        let output = self.call(tool, arguments);
        assert!(output.status.success(), "{}", printed(&output));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        answer["result"]["structuredContent"].clone()
    }
}

fn question() -> Value {
    json!({ "question": "Would you like the red one, or the blue one?" })
}

#[test]
fn the_inspector_finds_the_tools_and_their_schemas_right() {
    let inspector = Inspector::of_program("null", "null");
    assert_eq!(inspector.tools(), ["say", "listen", "ask", "transcribe"]);
}

#[test]
fn the_inspector_calls_every_tool() {
    let folder = tempfile::tempdir().unwrap();
    let (endpoint, file) = (scenario(folder.path()), recording(folder.path()));
    let asked = Inspector::of_program(&endpoint, &endpoint).told("ask", &question());
    assert!(has(&asked, "words", "blue"), "{asked}");

    let alone = Inspector::of_program("null", "null");
    let said = alone.told("say", &json!({ "text": "The build is green." }));
    assert_eq!(said["heard"], "The build is green.", "{said}");
    let listened = alone.told("listen", &json!({ "timeout_s": 1 }));
    assert_eq!(listened, json!({ "words": null }));
    let written = alone.told("transcribe", &json!({ "file": file }));
    assert!(has(&written, "text", "meeting"), "{written}");
}

#[test]
fn the_inspector_tells_a_call_that_fails_from_others() {
    let inspector = Inspector::of_program("null", "null");
    let output = inspector.call("say", &json!({ "text": "" }));
    assert!(!output.status.success(), "{}", printed(&output));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["result"]["isError"], true, "{answer}");
}

/// A door of which this is the microphone and the loudspeaker, and the inspector for it. The inspector goes without a
/// word, and the microphone stays its own for a minute: each call has a door of its own.
fn at_door(endpoint: &str) -> (Door, Inspector) {
    let door = Door::open(&["--mcp", "--input", endpoint, "--output", endpoint]);
    let inspector = Inspector::of_door(&door);
    (door, inspector)
}

#[test]
fn the_inspector_finds_the_tools_at_a_door() {
    let (_door, inspector) = at_door("null");
    assert_eq!(inspector.tools(), ["say", "listen", "ask"]);
}

#[test]
fn the_inspector_speaks_over_http() {
    let (_door, inspector) = at_door("null");
    let said = inspector.told("say", &json!({ "text": "The build is green." }));
    assert_eq!(said["heard"], "The build is green.", "{said}");
}

#[test]
fn the_inspector_listens_over_http() {
    let (_door, inspector) = at_door("null");
    let listened = inspector.told("listen", &json!({ "timeout_s": 1 }));
    assert_eq!(listened, json!({ "words": null }));
}

#[test]
fn the_inspector_asks_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let (_door, inspector) = at_door(&scenario(folder.path()));
    let asked = inspector.told("ask", &question());
    assert!(has(&asked, "words", "blue"), "{asked}");
}
