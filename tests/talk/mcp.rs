//! The whole program with an MCP server: its language model calls tools, and the user is asked where it must be.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::llm_server::{Do, LlmServer, reply};
use crate::mcp_server;
use crate::program::{hold, of_kind, scenario, text, texts, vivavoce};

const CALLS_ECHO: &str = r#"data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"s_echo","arguments":"{\"text\": \"The lamp is green.\"}"}}]}}]}"#;
const CALLS_MISBEHAVE: &str = r#"data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"b","function":{"name":"s_misbehave","arguments":"{\"text\": \"the cellar\"}"}}]}}]}"#;

fn calls(line: &'static str) -> Vec<Do> {
    vec![Do::Raw(line), Do::Finish("tool_calls")]
}

/// A configuration with our MCP server in a mode.
fn config(folder: &Path, mode: &str) -> PathBuf {
    let server = mcp_server::file("stdio_server.py");
    let command = serde_json::json!(["python3", server, mode, folder.join("left.txt")]);
    let path = folder.join("config.toml");
    std::fs::write(&path, format!("[mcp.s]\ncommand = {command}\n")).unwrap();
    path
}

/// What is printed when these lines are typed.
fn typed(config: &Path, server: &LlmServer, lines: &str) -> String {
    let mut command = vivavoce();
    let mut program = command
        .args(["talk", "--text", "--plain", "--config"])
        .arg(config)
        .args(["--llm", &server.url, "--input", "null", "--output", "null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = program.stdin.take().unwrap();
    stdin.write_all(lines.as_bytes()).unwrap();
    drop(stdin);
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    text(&output)
}

/// The last messages of each question that the language model was asked.
fn asked(server: &LlmServer) -> Vec<Value> {
    let last = |body: Value| {
        body["messages"]
            .as_array()
            .and_then(|all| all.last().cloned())
    };
    server.asked.try_iter().filter_map(last).collect()
}

#[test]
fn what_a_tool_found_is_told_to_the_model_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let answers = [reply(&["Hi."]), calls(CALLS_ECHO), reply(&["It is green."])];
    let server = LlmServer::start(&answers);
    let printed = typed(
        &config(folder.path(), "normal"),
        &server,
        "How is the lamp?\n",
    );
    assert!(printed.contains("It is green."), "{printed}");
    assert!(!printed.contains("s_echo"), "{printed}");
    let asked = asked(&server);
    let [_, question, found] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!(question["content"], "How is the lamp?");
    assert_eq!(found["role"], "tool");
    assert_eq!(found["content"], "The lamp is green.");
}

#[test]
fn what_may_destroy_something_is_not_called_without_a_yes() {
    let folder = tempfile::tempdir().unwrap();
    // The server's own answer tells the model to go on with what it may not.
    let answers = [
        reply(&["Hi."]),
        calls(CALLS_ECHO),
        calls(CALLS_MISBEHAVE),
        reply(&["Never."]),
    ];
    let server = LlmServer::start(&answers);
    let printed = typed(
        &config(folder.path(), "instructions"),
        &server,
        "How is the lamp?\nNo.\n",
    );
    assert!(
        printed.contains("May I do this: s misbehave: the cellar?"),
        "{printed}"
    );
    assert!(printed.contains("I'll leave it"), "{printed}");
    let results = asked(&server);
    let results = results.iter().filter(|message| message["role"] == "tool");
    assert_eq!(results.count(), 1, "only echo was called");
}

#[test]
fn after_a_yes_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let answers = [
        reply(&["Hi."]),
        calls(CALLS_MISBEHAVE),
        reply(&["It is done."]),
    ];
    let server = LlmServer::start(&answers);
    let printed = typed(
        &config(folder.path(), "instructions"),
        &server,
        "Clean the cellar.\nYes.\n",
    );
    assert!(printed.contains("It is done."), "{printed}");
    let results = asked(&server);
    let results = results.iter().filter(|message| message["role"] == "tool");
    assert_eq!(results.count(), 1, "{printed}");
}

#[test]
fn a_tool_that_fails_is_explained_and_the_conversation_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let answers = [
        reply(&["Hi."]),
        calls(CALLS_MISBEHAVE),
        reply(&["We went on."]),
    ];
    let server = LlmServer::start(&answers);
    let printed = typed(
        &config(folder.path(), "dies"),
        &server,
        "Clean the cellar.\nYes.\nAnd now?\n",
    );
    assert!(printed.contains("I could not use s."), "{printed}");
    assert!(printed.contains("We went on."), "{printed}");
}

#[test]
fn a_server_that_does_not_come_up_is_named_and_the_conversation_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let server = LlmServer::start(&[reply(&["Hi."]), reply(&["Hello."])]);
    let printed = typed(
        &config(folder.path(), "dies_at_once"),
        &server,
        "Good day to you.\n",
    );
    assert!(printed.contains("MCP server `s`"), "{printed}");
    assert!(printed.contains("vivavoce: Hello"), "{printed}");
}

#[test]
fn a_tool_is_called_by_voice() {
    let folder = tempfile::tempdir().unwrap();
    let answers = [
        reply(&["Hi."]),
        calls(CALLS_ECHO),
        reply(&["The lamp is green, and it shines."]),
    ];
    let server = LlmServer::start(&answers);
    let config = config(folder.path(), "normal");
    // Each draft would be a question of its own.
    let arguments = ["--drafts", "off", "--llm", &server.url, "--config"];
    let arguments = [&arguments[..], &[config.to_str().unwrap()]].concat();
    let (printed, events) = hold(&scenario("reply_finished + 500 ms", None), &arguments);
    let called = of_kind(&events, "tool_called");
    assert_eq!(called.len(), 1, "{printed}");
    assert_eq!(called[0]["said"], "The lamp is green.");
    assert_eq!(
        texts(&events, "heard"),
        ["The lamp is green, and it shines."]
    );
}
