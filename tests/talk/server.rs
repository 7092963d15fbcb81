//! The whole program with its language model behind a server: interrupted, and left alone by it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use vivavoce::clock::{Stopwatch, sleep};

use crate::llm_server::{Do, LlmServer, reply};
use crate::program::{QUESTION, events, hold, of_kind, run, scenario, text, texts, vivavoce};

/// Long enough to be interrupted, and it ends with a clause.
const LONG_CLAUSE: &str = "The sun is a star that is very far away from all of us, and it is hot. ";

#[test]
fn an_interruption_closes_the_connection_while_the_server_still_holds_the_reply() {
    let held = vec![Do::Say(LONG_CLAUSE), Do::Hold];
    let server = LlmServer::start(&[reply(&["Hi."]), held]);
    // It goes on for long after the interruption, so that its end comes later than that.
    let scenario = scenario("reply_finished + 5000 ms", Some(1_200));
    let (printed, events) = hold(&scenario, &["--llm", &server.url, "--why"]);
    // Drafts that were taken back were hung up on too, but sooner.
    let first = server.wait_until_hung_up();
    let held = server.hung_up.try_iter().fold(first, Duration::max);

    let interrupted = of_kind(&events, "interrupted");
    let interrupted = interrupted.first().unwrap_or_else(|| panic!("{printed}"));
    let at_ms = |event: &Value| event["t_ms"].as_f64().unwrap();
    let mut before = of_kind(&events, "first_token").into_iter();
    let first_token = before.rfind(|event| at_ms(event) < at_ms(interrupted));
    // The time in which the first token came here is counted as well.
    let hung_up_ms = at_ms(first_token.expect("a reply")) + held.as_secs_f64() * 1000.0;
    let after_ms = hung_up_ms - at_ms(interrupted);
    println!("the server was hung up on {after_ms:.0} ms after the interruption");
    // Whoever only stops listening hangs up when the conversation is over.
    let over_ms = events.iter().map(at_ms).fold(0.0, f64::max);
    assert!(
        hung_up_ms < over_ms,
        "{hung_up_ms} ms, after the end at {over_ms} ms"
    );
    let turn = interrupted["turn"].as_u64();
    let of_turn = |kind: &str| {
        let mut found = of_kind(&events, kind).into_iter();
        found.rfind(|event| event["turn"].as_u64() == turn && event["cancelled"] != false)
    };
    let complete = of_turn("reply_complete").expect("a cancelled reply");
    assert_eq!(complete["text"], LONG_CLAUSE);
    let heard = of_turn("heard").expect("what was heard of it");
    let heard = heard["text"].as_str().unwrap();
    assert!(
        !heard.is_empty() && heard.len() < LONG_CLAUSE.len(),
        "{heard:?}"
    );
}

/// A conversation in writing.
struct Typing {
    child: Child,
    to: Option<ChildStdin>,
    lines: Receiver<String>,
}

/// Far longer than anything here takes: a line that has not come by then will not come.
const NEVER: Duration = Duration::from_secs(120);

impl Typing {
    fn start(server: &LlmServer, record: &Path) -> Self {
        Self::start_with(server, record, &[])
    }

    /// The same with these arguments more.
    fn start_with(server: &LlmServer, record: &Path, arguments: &[&str]) -> Self {
        let mut child = vivavoce()
            .args(["talk", "--text", "--plain", "--output", "null"])
            .args(arguments)
            .args(["--llm", &server.url, "--record"])
            .arg(record)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let from = BufReader::new(child.stdout.take().unwrap());
        let (line_out, lines) = channel();
        std::thread::spawn(move || {
            for line in from.lines().map_while(Result::ok) {
                let _ = line_out.send(line);
            }
        });
        Self {
            to: child.stdin.take(),
            lines,
            child,
        }
    }

    fn say(&mut self, text: &str) {
        let to = self.to.as_mut().unwrap();
        writeln!(to, "{text}").unwrap();
    }

    /// Waits for a line with this in it.
    fn wait_for(&self, words: &str) -> String {
        loop {
            match self.lines.recv_timeout(NEVER) {
                Ok(line) if line.contains(words) => return line,
                Ok(_) => {}
                Err(error) => panic!("no line with {words:?}: {error}"),
            }
        }
    }

    fn end(mut self) {
        drop(self.to.take());
        assert!(self.child.wait().unwrap().success());
    }
}

/// Waits until an event of this kind is in a recording that goes on. What has happened is written there once a second.
fn wait_for_event(record: &Path, kind: &str) {
    let (watch, kind) = (Stopwatch::start(), format!("\"kind\":\"{kind}\""));
    let is_there = || {
        let written = std::fs::read_to_string(record.join("events.jsonl"));
        written.is_ok_and(|written| written.contains(&kind))
    };
    while !is_there() {
        assert!(watch.elapsed() < NEVER, "no event has {kind}");
        sleep(Duration::from_millis(20));
    }
}

impl Drop for Typing {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_came_before_the_server_was_gone_is_said_and_kept_and_then_the_user_hears_why() {
    let folder = tempfile::tempdir().unwrap();
    let gone = vec![Do::Say(LONG_CLAUSE), Do::Say("It"), Do::Wait, Do::HangUp];
    let server = LlmServer::start(&[reply(&["Hi."]), gone, reply(&["Fine."])]);
    let mut typing = Typing::start(&server, folder.path());
    typing.say(QUESTION);
    // Some words are heard before it is gone.
    wait_for_event(folder.path(), "saying");
    server.go_on.send(()).unwrap();
    typing.wait_for("vivavoce: Sorry, I lost the connection");
    typing.say("Shall we paint the fence?");
    typing.wait_for("vivavoce: Fine.");
    typing.end();

    let events = events(folder.path());
    let heard = &texts(&events, "heard")[0];
    assert_eq!(*heard, format!("{LONG_CLAUSE}It"));
    let error = of_kind(&events, "error")[0]["message"].to_string();
    assert!(error.contains("closed the connection"), "{error}");
    // The next question comes with what was heard, and without the apology.
    let last = server.asked.try_iter().last().unwrap();
    let messages = last["messages"].as_array().unwrap();
    let before = &messages[messages.len() - 2];
    assert_eq!(
        (&before["role"], before["content"].as_str()),
        (&"assistant".into(), Some(heard.as_str()))
    );
    assert!(!last.to_string().contains("Sorry"), "{last}");
}

#[test]
fn a_server_that_fails_before_the_reply_is_apologized_for_and_the_question_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let full = vec![Do::Status("503 Service Unavailable", "")];
    let answers = [
        reply(&["Hi."]),
        full.clone(),
        full.clone(),
        full,
        reply(&["Fine."]),
    ];
    let server = LlmServer::start(&answers);
    let mut typing = Typing::start(&server, folder.path());
    typing.say(QUESTION);
    typing.wait_for("vivavoce: Sorry, the server of my language model has too much to do.");
    typing.say("Please.");
    typing.wait_for("vivavoce: Fine.");
    typing.end();
    let last = server.asked.try_iter().last().unwrap();
    let question = &last["messages"].as_array().unwrap().last().unwrap()["content"];
    assert_eq!(*question, format!("{QUESTION} Please."));
}

#[test]
fn a_question_that_a_server_refuses_is_not_asked_with_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let filtered = r#"{"error":{"message":"The prompt triggered the content filter."}}"#;
    let refuses = vec![Do::Status("400 Bad Request", filtered)];
    // Asked once more without the fields that some servers do not take.
    let answers = [reply(&["Hi."]), refuses.clone(), refuses, reply(&["Fine."])];
    let server = LlmServer::start(&answers);
    let mut typing = Typing::start(&server, folder.path());
    typing.say("Tell me about poison.");
    typing.wait_for("vivavoce: Sorry, the server of my language model refused the question.");
    typing.say("Shall we paint the fence?");
    typing.wait_for("vivavoce: Fine.");
    typing.end();
    let last = server.asked.try_iter().last().unwrap();
    let question = &last["messages"].as_array().unwrap().last().unwrap()["content"];
    assert_eq!(question, "Shall we paint the fence?");
}

/// A line of ten kilobytes.
fn paste() -> String {
    let about = "It stands by the river, and grinds what the village has grown. ";
    let text = format!("{QUESTION} {}", about.repeat(10_240 / about.len() + 1));
    text.trim_end().to_owned()
}

#[test]
fn ten_kilobytes_in_a_line_reach_a_model_whose_context_they_fit_into() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "[llm]\ncontext = 16384\n").unwrap();
    let server = LlmServer::start(&[reply(&["Hi."]), reply(&["It is an old mill."])]);
    let arguments = ["--config", config.to_str().unwrap()];
    let record = folder.path().join("record");
    let mut typing = Typing::start_with(&server, &record, &arguments);
    typing.say(&paste());
    typing.wait_for("vivavoce: It is an old mill.");
    typing.end();
    let last = server.asked.try_iter().last().unwrap();
    let question = &last["messages"].as_array().unwrap().last().unwrap()["content"];
    assert_eq!(*question, paste());
}

#[test]
fn ten_kilobytes_that_fit_into_no_context_are_too_long_and_the_next_line_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = LlmServer::start(&[reply(&["Hi."]), reply(&["Fine."])]);
    let mut typing = Typing::start(&server, folder.path());
    typing.say(&paste());
    typing.wait_for("vivavoce: Sorry, that was too long for me.");
    typing.say("Shall we paint the fence?");
    typing.wait_for("vivavoce: Fine.");
    typing.end();
    let last = server.asked.try_iter().last().unwrap();
    assert!(!last.to_string().contains("river"), "{last}");
}

#[test]
fn what_a_model_writes_for_programs_is_not_said() {
    let folder = tempfile::tempdir().unwrap();
    let call = r#"{"name": "get_weather", "arguments": {"city": "Paris"}}"#;
    let answers = [
        reply(&["Hi."]),
        reply(&[
            "Sure. ",
            "<tool_",
            "call>",
            call,
            "</tool_call>",
            " Done now.<|im_",
            "end|>",
        ]),
        reply(&[call]),
    ];
    let server = LlmServer::start(&answers);
    let mut typing = Typing::start(&server, folder.path());
    typing.say("What is it like in Paris?");
    typing.wait_for("vivavoce: Sure. Done now.");
    typing.say("And in the evening?");
    typing.wait_for("vivavoce: Sorry, I have no answer to that.");
    typing.end();
}

#[test]
fn who_pipes_a_question_in_hears_why_there_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let refuses = vec![Do::Status("401 Unauthorized", "")];
    let server = LlmServer::start(&[reply(&["Hi."]), refuses]);
    let mut typing = Typing::start(&server, folder.path());
    typing.say(QUESTION);
    drop(typing.to.take());
    typing.wait_for("vivavoce: Sorry, the server");
    typing.end();
}

#[test]
fn a_server_that_is_not_there_ends_the_start_with_what_to_do() {
    let output = run(vivavoce().args([
        "talk",
        "--text",
        "--plain",
        "--output",
        "null",
        "--llm",
        "http://127.0.0.1:9/v1",
    ]));
    assert!(!output.status.success());
    let printed = text(&output);
    assert!(
        printed.contains("127.0.0.1:9") && printed.contains("is it running"),
        "{printed}"
    );
}

#[test]
fn who_talks_with_a_server_elsewhere_is_told_that_words_leave_the_machine() {
    // An address that is reserved for documentation: nobody is there.
    let output = run(vivavoce().args([
        "talk",
        "--text",
        "--plain",
        "--output",
        "null",
        "--llm",
        "http://192.0.2.1:9/v1",
    ]));
    let printed = text(&output);
    assert!(
        printed.contains("192.0.2.1:9") && printed.contains("leaves this machine"),
        "{printed}"
    );
}
