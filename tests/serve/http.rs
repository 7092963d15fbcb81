//! `vivavoce serve`: who comes in, and OpenAI's HTTP.

use serde_json::{Value, json};

use crate::door::{Door, wav};

/// Asks without taking a refusal for an error; status and body.
fn ask(request: ureq::RequestBuilder<ureq::typestate::WithoutBody>) -> (u16, String) {
    let mut answer = request
        .config()
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .call()
        .unwrap();
    let body = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), body)
}

fn post(door: &Door, path: &str, request: Value) -> (u16, Value) {
    let mut answer = ureq::post(door.url(path))
        .config()
        .http_status_as_error(false)
        .build()
        .content_type("application/json")
        .send(request.to_string())
        .unwrap();
    let body = answer.body_mut().read_to_string().unwrap();
    (
        answer.status().as_u16(),
        serde_json::from_str(&body).unwrap(),
    )
}

#[test]
fn the_page_may_load_nothing_from_elsewhere() {
    let door = Door::open(&[]);
    let mut answer = ureq::get(door.url("/")).call().unwrap();
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let page = answer.body_mut().read_to_string().unwrap();
    for file in ["/page.css", "/page.js", "/sound.js"] {
        assert!(ask(ureq::get(door.url(file))).0 == 200, "{file}");
    }
    let outside = page.matches("//").count() - page.matches("http://www.w3.org/2000/svg").count();
    assert_eq!(outside, 0, "it names another host");
}

#[test]
fn a_foreign_page_and_a_foreign_name_are_refused_and_the_token_opens() {
    let door = Door::open(&[]);
    let models = door.url("/v1/models");
    assert_eq!(ask(ureq::get(&models)).0, 200, "a program here needs none");
    let foreign = || ureq::get(&models).header("Origin", "https://evil.example");
    assert_eq!(ask(foreign()).0, 401);
    let wrong = foreign().header("Authorization", "Bearer wrong");
    assert_eq!(ask(wrong).0, 401);
    let right = foreign().header("Authorization", format!("Bearer {}", door.token()));
    assert_eq!(ask(right).0, 200);
    // DNS rebinding: another name that leads here.
    let name = ureq::get(&models).header("Host", "evil.example");
    assert_eq!(ask(name).0, 421);
    let proxied = ureq::get(&models).header("X-Forwarded-For", "203.0.113.9");
    assert_eq!(ask(proxied).0, 401);
}

#[test]
fn the_token_leaves_the_address_line_for_a_cookie() {
    let door = Door::open(&[]);
    let answer = ureq::get(door.url(&format!("/?token={}", door.token())))
        .config()
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .call()
        .unwrap();
    assert_eq!(answer.status(), 303);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let kept = cookie.split(';').next().unwrap();
    let proxied = ureq::get(door.url("/v1/models")).header("X-Forwarded-For", "203.0.113.9");
    assert_eq!(ask(proxied.header("Cookie", kept)).0, 200);
}

#[test]
fn what_the_voice_says_the_recognizer_understands() {
    let door = Door::open(&[]);
    let samples = door.speech("The capital of France is Paris.", "alloy");
    let words = door.words(&samples, 24_000).to_lowercase();
    assert!(words.contains("capital of france is paris"), "{words}");
    let streamed = door.transcribe(
        &wav(&samples, 24_000),
        &[("response_format", "verbose_json")],
    );
    assert!(streamed["duration"].as_f64().unwrap() > 1.0, "{streamed}");
}

#[test]
fn what_is_no_sound_and_what_cannot_be_written_is_said_by_name() {
    let door = Door::open(&[]);
    let answer = door.transcribe(b"no sound at all", &[]);
    assert_eq!(answer["error"]["param"], "file", "{answer}");
    let answer = door.transcribe(&wav(&[0; 1_000], 16_000), &[("response_format", "srt")]);
    assert_eq!(answer["error"]["param"], "response_format", "{answer}");
    let speak = |request: Value| post(&door, "/v1/audio/speech", request);
    let (status, answer) = speak(json!({ "input": "Hello.", "response_format": "mp3" }));
    assert_eq!(
        (status, &answer["error"]["param"]),
        (400, &json!("response_format"))
    );
    let (status, answer) = speak(json!({ "input": " ... " }));
    assert_eq!((status, &answer["error"]["param"]), (400, &json!("input")));
    let (status, _) = speak(json!({ "text": "no input" }));
    assert_eq!(status, 400);
}

#[test]
fn a_conversation_is_completed_at_once_or_piece_by_piece() {
    let door = Door::open(&[]);
    let asked = json!([{ "role": "user", "content": "What is the capital of France?" }]);
    let request = json!({ "model": "any", "messages": asked, "max_tokens": 40 });
    let (status, whole) = post(&door, "/v1/chat/completions", request.clone());
    assert_eq!(status, 200, "{whole}");
    let text = whole["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(text.contains("Paris"), "{whole}");
    let usage = &whole["usage"];
    let count = |name: &str| usage[name].as_u64().unwrap();
    assert_eq!(
        count("total_tokens"),
        count("prompt_tokens") + count("completion_tokens")
    );
    assert!(count("completion_tokens") > 0, "{usage}");

    let mut streaming = request;
    streaming["stream"] = true.into();
    streaming["stream_options"] = json!({ "include_usage": true });
    let mut answer = ureq::post(door.url("/v1/chat/completions"))
        .content_type("application/json")
        .send(streaming.to_string())
        .unwrap();
    let body = answer.body_mut().read_to_string().unwrap();
    let data: Vec<&str> = body
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .collect();
    assert_eq!(data.last(), Some(&"[DONE]"));
    let chunks: Vec<Value> = data[..data.len() - 1]
        .iter()
        .map(|chunk| serde_json::from_str(chunk).unwrap())
        .collect();
    let pieces = chunks
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str());
    assert_eq!(pieces.collect::<String>().trim(), text);
    assert!(
        chunks.last().unwrap()["usage"]["prompt_tokens_details"]["cached_tokens"].as_u64()
            > Some(0)
    );
}

#[test]
fn what_the_model_cannot_is_refused_and_not_pretended() {
    let door = Door::open(&[]);
    let messages = json!([{ "role": "user", "content": "Hi." }]);
    for (param, value) in [
        (
            "tools",
            json!([{ "type": "function", "function": { "name": "f" } }]),
        ),
        ("n", json!(2)),
        ("response_format", json!({ "type": "json_object" })),
        ("temperature", json!(9)),
        ("messages", json!([])),
        (
            "messages",
            json!([{ "role": "user", "content": [{ "type": "image_url" }] }]),
        ),
    ] {
        let mut request = json!({ "messages": messages });
        request[param] = value;
        let (status, answer) = post(&door, "/v1/chat/completions", request);
        assert_eq!(
            (status, &answer["error"]["param"]),
            (400, &json!(param)),
            "{answer}"
        );
    }
}

#[test]
fn over_tls_it_answers_whoever_trusts_its_certificate_and_nobody_else() {
    use ureq::tls::{Certificate, RootCerts, TlsConfig};

    let door = Door::open(&["--tls"]);
    let url = format!("https://{}/v1/models", door.address);
    let certificate = Certificate::from_pem(&door.certificate()).unwrap();
    let roots = RootCerts::new_with_certs(&[certificate]);
    let tls = TlsConfig::builder().root_certs(roots).build();
    let agent: ureq::Agent = ureq::Agent::config_builder().tls_config(tls).build().into();
    assert_eq!(agent.get(&url).call().unwrap().status(), 200);
    assert!(ureq::get(&url).call().is_err());
}

#[test]
fn who_asks_nothing_is_let_go() {
    use std::io::{Read, Write};

    let door = Door::open(&[]);
    let mut stream = std::net::TcpStream::connect(&door.address).unwrap();
    stream
        .write_all(b"GET /v1/models HTTP/1.1\r\nHost: loc")
        .unwrap();
    let patience = std::time::Duration::from_secs(120);
    stream.set_read_timeout(Some(patience)).unwrap();
    // Ends when the door closes: an error if it does not.
    stream.read_to_end(&mut Vec::new()).unwrap();
}
