//! Calls over WebRTC: OpenAI's agents library in a real browser, and who may begin one.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::clients::tells_of_the_lamp;
use crate::door::Door;
use crate::npm_package;

/// A site of somebody else's on this machine: a page, and the library that it uses. Its address.
fn site() -> String {
    let packages = npm_package::installed(&["@openai/agents@0.20.0", "zod@4.6.7"]);
    let library = packages.join("node_modules/@openai/agents-realtime/dist/bundle");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let library = library.clone();
            std::thread::spawn(move || answer(&library, stream.unwrap()));
        }
    });
    address
}

fn answer(library: &Path, mut stream: TcpStream) -> Option<()> {
    let mut head = BufReader::new(stream.try_clone().unwrap())
        .lines()
        .map_while(Result::ok);
    let asked = head.next()?;
    head.take_while(|line| !line.is_empty()).for_each(drop);
    let name = asked.split(' ').nth(1)?.trim_start_matches('/').to_owned();
    let (kind, file) = match name.as_str() {
        "" => ("text/html", page()),
        _ => ("text/javascript", library.join(name)),
    };
    let (status, body) = match std::fs::read(file) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), &body].concat()).ok()
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve/realtime_clients/call.html")
}

/// Asks the door; the status, the head and the body of its answer.
fn ask(door: &Door, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = ureq::http::Request::builder()
        .method(method)
        .uri(door.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let mut answer = agent.run(request.body(body.to_owned()).unwrap()).unwrap();
    let allows = answer.headers().get("access-control-allow-origin");
    Answer {
        allows: allows.map(|origin| origin.to_str().unwrap().to_owned()),
        status: answer.status().as_u16(),
        body: answer.body_mut().read_to_string().unwrap(),
    }
}

struct Answer {
    status: u16,
    /// The origin whose pages may read it.
    allows: Option<String>,
    body: String,
}

fn key(door: &Door, request: &Value) -> String {
    let made = ask(
        door,
        "POST",
        "/v1/realtime/client_secrets",
        &[],
        &request.to_string(),
    );
    assert_eq!(made.status, 200, "{}", made.body);
    let made: Value = serde_json::from_str(&made.body).unwrap();
    assert_eq!(made["session"]["type"], "realtime");
    made["value"].as_str().unwrap().to_owned()
}

#[test]
fn openai_agents_in_a_browser_talks_over_webrtc_and_interrupts() {
    let door = Door::open(&[]);
    let question = door.speech("What is the capital of France?", "en-GB");
    let stop = door.speech("Stop.", "en-GB");
    let mut browser = Browser::open(&site(), None, "window.isReady");
    let (base, key) = (door.url(""), key(&door, &json!({})));
    browser.evaluate(&format!("window.begin('{base}', '{key}')"));
    browser.speak(&question);
    browser.until("told.events.includes('output_audio_buffer.stopped')");
    let (played, rate) = browser.played();
    let words = door.words(&played, rate);
    assert!(words.contains("Paris"), "{words:?}");

    browser.evaluate("told.events.length = 0, session.sendMessage('What can you do?')");
    browser.until("told.events.includes('output_audio_buffer.started')");
    // Half a second of it was heard.
    browser.evaluate("window.played.length = 0");
    browser.until("played.filter((piece) => piece.some((s) => Math.abs(s) > 500)).length > 6");
    browser.speak(&stop);
    browser.until("told.events.includes('output_audio_buffer.cleared')");
    browser.until("told.history[3]?.status === 'incomplete'");
    let told = browser.evaluate("told");
    assert_eq!(told["errors"], json!([]), "{told}");
    let text = |n: usize| told["history"][n]["text"].as_str().unwrap_or_default();
    assert!(text(0).contains("capital of France"), "{told}");
    assert!(text(1).contains("Paris"), "{told}");
}

#[test]
fn openai_agents_in_a_browser_has_a_function_called_over_webrtc() {
    let door = Door::open(&[]);
    let command = door.speech("Turn on the lamp in the kitchen.", "en-GB");
    let mut browser = Browser::open(&site(), None, "window.isReady");
    let (base, key) = (door.url(""), key(&door, &json!({})));
    browser.evaluate(&format!("window.begin('{base}', '{key}', [lamp])"));
    browser.speak(&command);
    // The response that calls has no sound; the one with the answer has.
    browser.until("told.events.includes('output_audio_buffer.stopped')");
    let told = browser.evaluate("told");
    assert_eq!(told["errors"], json!([]), "{told}");
    let place = told["places"][0].as_str().unwrap_or_default();
    assert!(place.to_lowercase().contains("kitchen"), "{told}");
    let (played, rate) = browser.played();
    let words = door.words(&played, rate);
    assert!(tells_of_the_lamp(&words), "{words:?}");
}

#[test]
fn a_page_of_another_site_begins_a_call_with_a_key_and_reaches_nothing_else_with_it() {
    let door = Door::open(&[]);
    let key = key(&door, &json!({ "expires_after": { "seconds": 60 } }));
    let bearer = format!("Bearer {key}");
    let evil = ("Origin", "https://other.example");
    let sdp = ("Content-Type", "application/sdp");
    let calls = "/v1/realtime/calls";
    let asked = ("Access-Control-Request-Method", "POST");
    let preflight = ask(&door, "OPTIONS", calls, &[evil, asked], "");
    assert_eq!(
        (preflight.status, preflight.allows.as_deref()),
        (204, Some(evil.1))
    );
    let without = ask(&door, "POST", calls, &[evil, sdp], "v=0");
    assert_eq!(
        (without.status, without.allows.as_deref()),
        (401, Some(evil.1))
    );
    let with = ask(
        &door,
        "POST",
        calls,
        &[evil, sdp, ("Authorization", &bearer)],
        "v=0",
    );
    // It is let in, and what it offers is none.
    assert_eq!(with.status, 400, "{}", with.body);
    assert!(with.body.contains("offer"), "{}", with.body);
    let elsewhere = ask(&door, "OPTIONS", "/v1/models", &[evil, asked], "");
    assert_eq!(elsewhere.allows, None);
    for path in ["/v1/models", "/v1/realtime/client_secrets"] {
        let method = match path {
            "/v1/models" => "GET",
            _ => "POST",
        };
        let other = ask(&door, method, path, &[evil, ("Authorization", &bearer)], "");
        assert_eq!(other.status, 401, "{path}");
    }
}

#[test]
fn what_a_key_or_a_call_is_asked_for_with_is_checked() {
    let door = Door::open(&[]);
    let keys = "/v1/realtime/client_secrets";
    for (request, said) in [
        ("{\"expires_after\":{\"seconds\":5}}", "10 to 7200"),
        ("{\"session\":{\"type\":\"transcription\"}}", "realtime"),
        ("nonsense", "cannot be read"),
    ] {
        let made = ask(&door, "POST", keys, &[], request);
        assert_eq!(made.status, 400, "{request}");
        assert!(made.body.contains(said), "{}", made.body);
    }
    for (kind, body, said) in [
        ("text/plain", "v=0", "application/sdp"),
        ("application/sdp", "", "offer"),
        ("multipart/form-data; boundary=x", "--x--\r\n", "no sdp"),
    ] {
        let answer = ask(
            &door,
            "POST",
            "/v1/realtime/calls",
            &[("Content-Type", kind)],
            body,
        );
        assert_eq!(answer.status, 400, "{kind}");
        assert!(answer.body.contains(said), "{}", answer.body);
    }
}
