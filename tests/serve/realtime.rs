//! `vivavoce serve`: Realtime as clients use it that send faster than one speaks, and who may open a socket.

use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tungstenite::Message;
use tungstenite::client::IntoClientRequest;

use crate::door::{Door, Socket, bytes, json, until};

fn connect(door: &Door) -> Socket {
    let mut socket = door.socket("/v1/realtime?model=vivi");
    wait_for(&mut socket, "session.created");
    socket
}

fn tell(socket: &mut Socket, event: Value) {
    socket
        .send(Message::Text(event.to_string().into()))
        .unwrap();
}

fn wait_for(socket: &mut Socket, kind: &str) -> Value {
    until(socket, |message| {
        json(&message).filter(|event| event["type"] == kind)
    })
}

fn update(socket: &mut Socket, session: Value) {
    let mut session = session;
    session["type"] = "realtime".into();
    tell(
        socket,
        json!({ "type": "session.update", "session": session }),
    );
}

/// What the reply says, once it is over.
fn reply(socket: &mut Socket) -> String {
    let done = wait_for(socket, "response.done");
    assert_eq!(done["response"]["status"], "completed", "{done}");
    let said = &done["response"]["output"][0]["content"][0]["transcript"];
    said.as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_question_that_is_appended_at_once_and_committed_is_heard_to_its_end() {
    let door = Door::open(&[]);
    let question = door.speech("What is the capital of France?", "en-GB");
    let mut socket = connect(&door);
    update(
        &mut socket,
        json!({ "audio": { "input": { "turn_detection": null } } }),
    );
    wait_for(&mut socket, "session.updated");
    let audio = STANDARD.encode(bytes(&question));
    tell(
        &mut socket,
        json!({ "type": "input_audio_buffer.append", "audio": audio }),
    );
    tell(&mut socket, json!({ "type": "input_audio_buffer.commit" }));
    tell(&mut socket, json!({ "type": "response.create" }));
    let said = reply(&mut socket);
    assert!(said.contains("Paris"), "{said}");
}

#[test]
fn instructions_that_do_not_fit_are_refused_and_the_session_goes_on() {
    let door = Door::open(&[]);
    let mut socket = connect(&door);
    let instructions = "Answer as a captain of a ship would. ".repeat(1_000);
    update(&mut socket, json!({ "instructions": instructions }));
    let error = wait_for(&mut socket, "error");
    assert_eq!(error["error"]["param"], "session.instructions", "{error}");
    ask(&mut socket, "What is the capital of France?");
    let said = reply(&mut socket);
    assert!(said.contains("Paris"), "{said}");
}

#[test]
fn what_was_said_is_known_after_the_instructions_were_changed() {
    let door = Door::open(&[]);
    let mut socket = connect(&door);
    ask(&mut socket, "What is the capital of France?");
    reply(&mut socket);
    update(
        &mut socket,
        json!({ "instructions": "You are Vivi, a helpful voice assistant." }),
    );
    wait_for(&mut socket, "session.updated");
    ask(&mut socket, "Is it a large city?");
    wait_for(&mut socket, "response.created");
    let usage = wait_for(&mut socket, "response.done")["response"]["usage"].clone();
    // The question alone, and instructions of as many words, are some thirty.
    assert!(usage["input_tokens"].as_u64() > Some(45), "{usage}");
}

fn ask(socket: &mut Socket, text: &str) {
    let content = json!([{ "type": "input_text", "text": text }]);
    let item = json!({ "type": "message", "role": "user", "content": content });
    tell(
        socket,
        json!({ "type": "conversation.item.create", "item": item }),
    );
    tell(socket, json!({ "type": "response.create" }));
}

/// The status with which a socket is answered.
fn status(door: &Door, path: &str, origin: &str, protocol: Option<&str>) -> u16 {
    let url = format!("ws://{}{path}", door.address);
    let mut request = url.into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("Origin", origin.parse().unwrap());
    if let Some(protocol) = protocol {
        headers.insert("Sec-WebSocket-Protocol", protocol.parse().unwrap());
    }
    let stream = TcpStream::connect(&door.address).unwrap();
    match tungstenite::client(request, stream) {
        Ok(_) => 101,
        Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
            answer.status().as_u16()
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_page_of_another_site_opens_no_socket_without_the_token() {
    let door = Door::open(&[]);
    for path in ["/session", "/v1/realtime", "/v1/pcm"] {
        assert_eq!(
            status(&door, path, "https://evil.example", None),
            401,
            "{path}"
        );
    }
    let own = format!("http://{}", door.address);
    assert_eq!(status(&door, "/session", &own, None), 101);
    let protocol = |token: &str| format!("realtime, openai-insecure-api-key.{token}");
    let with = |token: &str| {
        let protocol = protocol(token);
        status(
            &door,
            "/v1/realtime",
            "https://mine.example",
            Some(&protocol),
        )
    };
    assert_eq!(with("wrong"), 401);
    assert_eq!(with(&door.token()), 101);
}
