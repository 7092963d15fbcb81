//! Ctrl-C: whatever waits ends with it, and what was written is whole.

#![cfg(unix)]

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use vivavoce::clock::sleep;

use crossbeam_channel::{Receiver, bounded};

use crate::llm_server::{LlmServer, reply};
use crate::program::{run, vivavoce};

fn interrupt(child: &Child) {
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Runs a command whose language model is a server that takes a question and is silent, and interrupts it while it
/// waits.
fn interrupted_while_it_waits(arguments: &[&str]) -> ExitStatus {
    interrupted(vivavoce().args(arguments))
}

fn interrupted(command: &mut Command) -> ExitStatus {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", server.local_addr().unwrap());
    let mut child = command
        .args(["--llm", &url])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It stays open until the program is gone.
    let (mut connection, _) = server.accept().unwrap();
    connection.read_exact(&mut [0; 16]).unwrap();
    interrupt(&child);
    child.wait().unwrap()
}

/// The same of a program that has chosen no profile yet.
fn interrupted_at_its_first_use(arguments: &[&str]) -> ExitStatus {
    let models = run(vivavoce().args(["models", "path"]));
    let models = String::from_utf8_lossy(&models.stdout).trim().to_owned();
    let data = tempfile::tempdir().unwrap();
    interrupted(
        vivavoce()
            .env("VIVAVOCE_DATA", data.path())
            .env("VIVAVOCE_MODELS", &models)
            .args(arguments),
    )
}

/// What a shell says of a program that Ctrl-C ended.
const BY_CTRL_C: i32 = 130;

#[test]
fn a_conversation_that_waits_for_its_server_ends_at_once() {
    let talk = ["talk", "--text", "--plain", "--output", "null"];
    let status = interrupted_while_it_waits(&talk);
    assert_eq!(status.code(), Some(BY_CTRL_C), "{status}");
}

#[test]
fn a_profile_that_is_measured_at_its_first_use_ends_at_once() {
    let talk = ["talk", "--profile", "auto", "--text", "--plain"];
    let status = interrupted_at_its_first_use(&[&talk[..], &["--output", "null"]].concat());
    assert_eq!(status.code(), Some(BY_CTRL_C), "{status}");
}

#[test]
fn a_measurement_of_conversations_that_waits_for_its_server_ends_at_once() {
    let status = interrupted_while_it_waits(&["bench", "conversation", "--quick"]);
    assert_eq!(status.code(), Some(BY_CTRL_C), "{status}");
}

#[test]
fn a_measurement_of_engines_that_waits_for_its_server_ends_at_once() {
    let status = interrupted_while_it_waits(&["bench", "engines", "--only", "llm"]);
    assert_eq!(status.code(), Some(BY_CTRL_C), "{status}");
}

#[test]
fn questions_whose_server_is_silent_end_at_once() {
    let status = interrupted_while_it_waits(&["bench", "assistant"]);
    assert_eq!(status.code(), Some(BY_CTRL_C), "{status}");
}

#[test]
fn endurance_that_waits_for_its_server_ends_at_once() {
    let status = interrupted_while_it_waits(&["bench", "soak", "--hours", "1"]);
    assert_eq!(status.code(), Some(BY_CTRL_C), "{status}");
}

#[test]
fn a_question_whose_server_is_silent_ends_at_once() {
    let status = interrupted_while_it_waits(&["ask", "Why is the sky blue?"]);
    assert_eq!(status.code(), Some(BY_CTRL_C), "{status}");
}

#[test]
fn a_batch_whose_server_is_silent_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (requests, answers) = (
        folder.path().join("in.jsonl"),
        folder.path().join("out.jsonl"),
    );
    let question = serde_json::json!({
        "custom_id": "sky", "method": "POST", "url": "/v1/chat/completions",
        "body": { "messages": [{ "role": "user", "content": "Why is the sky blue?" }] },
    });
    std::fs::write(&requests, question.to_string()).unwrap();
    let (requests, answers) = (requests.to_str().unwrap(), answers.to_str().unwrap());
    let status = interrupted_while_it_waits(&["batch", requests, "-o", answers]);
    assert_eq!(status.code(), Some(BY_CTRL_C), "{status}");
}

/// Lets all connections through to a server but the second, to which it is silent. Gives its address, and tells when that one
/// came.
fn all_but_the_second_get_through(server: &LlmServer) -> (String, Receiver<()>) {
    let gate = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", gate.local_addr().unwrap());
    let behind = server.url["http://".len()..]
        .trim_end_matches("/v1")
        .to_owned();
    let (came_out, came) = bounded(1);
    std::thread::spawn(move || {
        let pipe = |mut from: TcpStream, mut to: TcpStream| {
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut from, &mut to);
            });
        };
        // It stays open until the program is gone.
        let mut held = None;
        for (n, client) in gate.incoming().map_while(Result::ok).enumerate() {
            if n == 1 {
                let client: &mut TcpStream = held.insert(client);
                client.read_exact(&mut [0; 16]).unwrap();
                came_out.send(()).unwrap();
            } else {
                let answering = TcpStream::connect(&behind).unwrap();
                pipe(client.try_clone().unwrap(), answering.try_clone().unwrap());
                pipe(answering, client);
            }
        }
    });
    (url, came)
}

#[test]
fn a_batch_ends_whose_server_is_silent_to_one_question_and_keeps_what_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let (requests, answers) = (
        folder.path().join("in.jsonl"),
        folder.path().join("out.jsonl"),
    );
    let question = |id: &str| {
        serde_json::json!({
            "custom_id": id, "method": "POST", "url": "/v1/chat/completions",
            "body": { "messages": [{ "role": "user", "content": "Why is the sky blue?" }] },
        })
    };
    let lines: Vec<String> = (0..2)
        .map(|n| question(&n.to_string()).to_string())
        .collect();
    std::fs::write(&requests, lines.join("\n")).unwrap();
    let server = LlmServer::start(&[reply(&["It scatters light."])]);
    let (url, came) = all_but_the_second_get_through(&server);
    let mut child = vivavoce()
        .args(["batch", "--llm", &url, "-o"])
        .args([&answers, &requests])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    came.recv().unwrap();
    let answered = || std::fs::read_to_string(&answers).is_ok_and(|text| text.contains("light"));
    while !answered() {
        sleep(Duration::from_millis(5));
    }
    interrupt(&child);
    let status = child.wait().unwrap();
    // It says what to do next, and is not just gone.
    assert_eq!(status.code(), Some(1), "{status}");
    assert!(answered());
}

#[test]
fn a_doctor_whose_server_is_silent_ends_with_an_error() {
    let status = interrupted_while_it_waits(&["doctor"]);
    assert_eq!(status.code(), Some(1));
}

#[test]
fn a_text_that_is_read_into_a_file_comes_clause_by_clause_and_is_whole_when_it_is_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book.wav");
    let book = "It was the best of times, and it was the worst of times. ".repeat(2_000);
    let mut child = vivavoce()
        .args(["say", "--tts", "pico", "-o"])
        .args([file.as_os_str(), book.as_ref()])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Hours of speech: it would not end by itself before this.
    while std::fs::metadata(&file).map_or(0, |meta| meta.len()) < 100_000 {
        sleep(Duration::from_millis(5));
    }
    interrupt(&child);
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(said.contains("interrupted"), "{said}");
    let written = hound::WavReader::open(&file).unwrap();
    let seconds = written.duration() / written.spec().sample_rate;
    assert!(seconds > 0);
    assert_eq!(
        written.into_samples::<i16>().filter(Result::is_err).count(),
        0
    );
}
