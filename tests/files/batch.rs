//! `vivavoce batch` and `vivavoce ask`: what is kept of a run that is killed, and what is said of wrong input.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use vivavoce::clock::sleep;

use crate::program::{run, text, vivavoce};
use crate::tiny_gguf::TinyGguf;

/// A folder with a tiny model, and requests for it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(requests: &[Value]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        TinyGguf::llama().write(&folder.path().join("tiny.gguf"));
        let lines: Vec<String> = requests.iter().map(Value::to_string).collect();
        fs::write(folder.path().join("in.jsonl"), lines.join("\n")).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn batch(&self) -> Command {
        let mut command = vivavoce();
        command.current_dir(self.folder.path());
        command.args(["batch", "in.jsonl", "-o", "out.jsonl", "--llm", "tiny.gguf"]);
        command
    }

    /// The answers by their requests' names; each has one.
    fn answers(&self) -> BTreeMap<String, Value> {
        let text = fs::read_to_string(self.path("out.jsonl")).unwrap();
        let mut answers = BTreeMap::new();
        for line in text.lines() {
            let answer: Value = serde_json::from_str(line).unwrap();
            let id = answer["custom_id"].as_str().unwrap().to_owned();
            assert!(
                answers.insert(id, answer).is_none(),
                "answered twice: {line}"
            );
        }
        answers
    }
}

fn request(id: &str, url: &str, body: Value) -> Value {
    json!({ "custom_id": id, "method": "POST", "url": url, "body": body })
}

fn chat(id: &str, more: Value) -> Value {
    let messages = json!([
        { "role": "system", "content": "Answer." }, { "role": "user", "content": id },
    ]);
    let mut body = json!({ "messages": messages, "max_tokens": 12 });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    request(id, "/v1/chat/completions", body)
}

fn lines_of(path: &Path) -> usize {
    let bytes = fs::read(path).unwrap_or_default();
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

#[test]
fn a_batch_that_is_killed_ten_times_answers_every_request_once() {
    const REQUESTS: usize = 600;
    let requests: Vec<Value> = (0..REQUESTS)
        .map(|n| chat(&format!("r{n}"), json!({})))
        .collect();
    let place = Place::new(&requests);
    let out = place.path("out.jsonl");
    let mut rng = fastrand::Rng::with_seed(17);
    for _ in 0..10 {
        // A machine that is busy sees more of them before it kills; so it may all be done before the tenth time.
        let until = lines_of(&out) + rng.usize(1..40);
        let mut killed = place.batch().stderr(Stdio::null()).spawn().unwrap();
        while lines_of(&out) < until && killed.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(1));
        }
        killed.kill().unwrap();
        killed.wait().unwrap();
    }
    let last = run(&mut place.batch());
    assert!(last.status.success(), "{}", text(&last));
    assert_eq!(place.answers().len(), REQUESTS);
}

#[test]
fn two_requests_of_one_name_are_an_error_before_anything_is_loaded() {
    let place = Place::new(&[
        chat("a", json!({})),
        chat("b", json!({})),
        chat("a", json!({})),
    ]);
    fs::remove_file(place.path("tiny.gguf")).unwrap();
    let output = run(&mut place.batch());
    assert!(!output.status.success());
    let said = text(&output);
    assert!(
        said.contains("lines 1 and 3 have the same custom_id \"a\""),
        "{said}"
    );
    assert!(!place.path("out.jsonl").exists());
}

#[test]
fn what_is_wrong_with_one_request_is_its_answer_and_the_others_are_answered() {
    let schema =
        json!({ "type": "object", "properties": { "n": { "type": "integer", "multipleOf": 2 } } });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "n", "schema": schema } });
    let place = Place::new(&[
        chat("good", json!({ "stop": ["zzz"] })),
        chat("two answers", json!({ "n": 2 })),
        chat("unheld", json!({ "response_format": format })),
        request("elsewhere", "/v1/embeddings", json!({ "input": "x" })),
    ]);
    let output = run(&mut place.batch());
    assert!(output.status.success(), "{}", text(&output));
    let answers = place.answers();
    let status = |id: &str| answers[id]["response"]["status_code"].as_u64().unwrap();
    assert_eq!(status("two answers"), 400);
    assert_eq!(status("elsewhere"), 400);
    let unheld = answers["unheld"]["error"]["message"].as_str().unwrap();
    assert!(unheld.contains("#/properties/n/multipleOf"), "{unheld}");
    let good = &answers["good"];
    // Random weights may write no word.
    assert!([200, 500].contains(&status("good")), "{good}");
    assert!(
        text(&output).contains("4 of 4 answered"),
        "{}",
        text(&output)
    );
}

#[test]
fn an_output_of_another_input_is_left_as_it_is() {
    let place = Place::new(&[chat("a", json!({}))]);
    let other =
        "{\"custom_id\":\"other\",\"response\":{\"status_code\":200}}\n{\"id\":\"batch_req_";
    fs::write(place.path("out.jsonl"), other).unwrap();
    let output = run(&mut place.batch());
    assert!(!output.status.success());
    assert!(
        text(&output).contains("does not ask that"),
        "{}",
        text(&output)
    );
    assert_eq!(fs::read_to_string(place.path("out.jsonl")).unwrap(), other);
}

#[test]
fn the_requests_are_never_the_file_of_the_answers() {
    let place = Place::new(&[chat("a", json!({}))]);
    let before = fs::read(place.path("in.jsonl")).unwrap();
    let mut command = vivavoce();
    command.current_dir(place.folder.path());
    command.args([
        "batch",
        "in.jsonl",
        "-o",
        "./in.jsonl",
        "--llm",
        "tiny.gguf",
    ]);
    let output = run(&mut command);
    assert!(!output.status.success());
    assert!(
        text(&output).contains("the requests are in"),
        "{}",
        text(&output)
    );
    assert_eq!(fs::read(place.path("in.jsonl")).unwrap(), before);
}

#[test]
fn a_text_becomes_a_file_and_that_file_becomes_a_text() {
    let speech = json!({ "input": "What time is it?", "voice": "en-GB" });
    let place = Place::new(&[request("speak", "/v1/audio/speech", speech)]);
    let output = run(&mut place.batch());
    assert!(output.status.success(), "{}", text(&output));
    let spoken = &place.answers()["speak"]["response"]["body"];
    assert_eq!(spoken["file"], "out-speak.wav");
    let wrong = request(
        "none",
        "/v1/audio/transcriptions",
        json!({ "file": "no.wav" }),
    );
    let right = request(
        "heard",
        "/v1/audio/transcriptions",
        json!({ "file": "out-speak.wav" }),
    );
    let lines = [right, wrong].map(|line| line.to_string());
    fs::write(place.path("in.jsonl"), lines.join("\n")).unwrap();
    fs::remove_file(place.path("out.jsonl")).unwrap();
    let output = run(&mut place.batch());
    assert!(output.status.success(), "{}", text(&output));
    let answers = place.answers();
    let heard = answers["heard"]["response"]["body"]["text"]
        .as_str()
        .unwrap();
    assert!(heard.to_lowercase().contains("time"), "{heard}");
    assert_eq!(answers["none"]["response"]["status_code"], 400);
}

fn ask(place: &Place, arguments: &[&str]) -> std::process::Output {
    let mut command = vivavoce();
    command.current_dir(place.folder.path());
    run(command.args(["ask", "--llm", "tiny.gguf"]).args(arguments))
}

#[test]
fn an_answer_to_a_question_with_a_schema_is_json_alone() {
    let place = Place::new(&[]);
    let schema =
        json!({ "type": "object", "properties": { "n": { "enum": [1, 2] } }, "required": ["n"] });
    fs::write(place.path("s.json"), schema.to_string()).unwrap();
    let output = ask(&place, &["How many?", "--schema", "s.json"]);
    assert!(output.status.success(), "{}", text(&output));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        answer == json!({ "n": 1 }) || answer == json!({ "n": 2 }),
        "{answer}"
    );
}

#[test]
fn what_ask_cannot_do_is_said_with_what_to_do() {
    let place = Place::new(&[]);
    fs::write(place.path("s.json"), r#"{"type":"string","format":"uri"}"#).unwrap();
    fs::write(place.path("latin1.txt"), b"caf\xe9").unwrap();
    fs::write(place.path("long.txt"), "word ".repeat(20_000)).unwrap();
    for (arguments, says) in [
        (["Why?", "--schema", "s.json"], "#/format"),
        (["Why?", "--file", "latin1.txt"], "iconv"),
        (["Why?", "--file", "long.txt"], "give less text"),
        (["Why?", "--file", "none.txt"], "cannot read none.txt"),
    ] {
        let output = ask(&place, &arguments);
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(text(&output).contains(says), "{}", text(&output));
    }
}
