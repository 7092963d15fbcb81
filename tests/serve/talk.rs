//! `vivavoce serve`: conversations through the page's socket and as plain sound.

use serde_json::{Value, json};
use tungstenite::Message;

use crate::door::{Door, Socket, at_rate, bytes, json, samples, until};

/// Speaks samples into a socket as a microphone would, with silence behind them.
fn say(socket: &mut Socket, said: &[i16], rate_hz: u32) {
    let silence = vec![0i16; rate_hz as usize];
    for piece in [said, &silence].concat().chunks(rate_hz as usize / 50) {
        socket.send(Message::Binary(bytes(piece).into())).unwrap();
        vivavoce::clock::sleep(std::time::Duration::from_millis(20));
    }
}

/// Tells the page's hello and waits until it is welcome.
fn enter(door: &Door, rate_hz: u32) -> Socket {
    let mut socket = door.socket("/session");
    tell(&mut socket, json!({ "type": "hello", "rate": rate_hz }));
    until(&mut socket, |message| {
        (json(&message)?["type"] == "welcome").then_some(())
    });
    socket
}

fn tell(socket: &mut Socket, value: Value) {
    socket
        .send(Message::Text(value.to_string().into()))
        .unwrap();
}

/// Reads until an exchange has this outcome; the exchange and the sound until then.
fn exchange(socket: &mut Socket, outcome: &str) -> (Value, Vec<i16>) {
    let mut sound = Vec::new();
    let exchange = until(socket, |message| {
        if let Message::Binary(bytes) = &message {
            sound.extend(samples(bytes));
        }
        json(&message).filter(|told| told["type"] == "exchange" && told["outcome"] == outcome)
    });
    (exchange, sound)
}

#[test]
fn a_question_on_the_page_is_heard_and_answered_aloud() {
    let door = Door::open(&[]);
    let question = door.speech("What is the capital of France?", "en-GB");
    let mut socket = enter(&door, 48_000);
    say(&mut socket, &at_rate(&question, 24_000, 48_000), 48_000);
    let (told, sound) = exchange(&mut socket, "heard");
    assert!(
        told["user"].as_str().unwrap().contains("capital of France"),
        "{told}"
    );
    assert!(told["heard"].as_str().unwrap().contains("Paris"), "{told}");
    let words = door.words(&sound, 48_000);
    assert!(words.contains("Paris"), "{words}");
}

#[test]
fn a_reply_that_is_stopped_shows_what_was_not_heard() {
    let door = Door::open(&[]);
    let mut socket = enter(&door, 24_000);
    tell(
        &mut socket,
        json!({ "type": "typed", "text": "What can you do?" }),
    );
    until(&mut socket, |message| {
        let told = json(&message)?;
        let has_begun = told["heard"]
            .as_str()
            .is_some_and(|heard| !heard.is_empty());
        (told["outcome"] == "open" && has_begun).then_some(())
    });
    tell(&mut socket, json!({ "type": "stop" }));
    let (told, _) = exchange(&mut socket, "cut");
    until(&mut socket, |message| {
        (json(&message)?["type"] == "flush").then_some(())
    });
    assert_ne!(told["heard"], "", "{told}");
}

#[test]
fn plain_sound_is_answered_with_plain_sound_and_transcripts() {
    let door = Door::open(&[]);
    let question = door.speech("What is the capital of France?", "en-GB");
    let mut socket = door.socket("/v1/pcm");
    say(&mut socket, &at_rate(&question, 24_000, 16_000), 16_000);
    let (mut sound, mut user) = (Vec::new(), String::new());
    let answer = until(&mut socket, |message| {
        if let Message::Binary(bytes) = &message {
            sound.extend(samples(bytes));
        }
        let told = json(&message).filter(|told| told["final"] == true)?;
        match told["role"].as_str()? {
            "user" => {
                user = told["text"].as_str()?.to_owned();
                None
            }
            _ => Some(told["text"].as_str()?.to_owned()),
        }
    });
    assert!(user.contains("capital of France"), "{user}");
    assert!(answer.contains("Paris"), "{answer}");
    let words = door.words(&sound, 16_000);
    assert!(words.contains("Paris"), "{words}");
}

#[test]
fn one_more_than_there_is_room_for_is_refused_and_comes_in_when_another_has_left() {
    let door = Door::open(&["--sessions", "1"]);
    let first = enter(&door, 16_000);
    let mut second = door.socket("/session");
    tell(&mut second, json!({ "type": "hello", "rate": 16_000 }));
    let why = until(&mut second, |message| match message {
        Message::Close(frame) => Some(frame.unwrap().reason.as_str().to_owned()),
        _ => None,
    });
    assert!(why.contains("too many"), "{why}");
    drop(first);
    // Its threads end before its place is free.
    let third = (0..200).find_map(|_| {
        let mut socket = door.socket("/session");
        tell(&mut socket, json!({ "type": "hello", "rate": 16_000 }));
        vivavoce::clock::sleep(std::time::Duration::from_millis(50));
        until(&mut socket, |message| match message {
            Message::Close(_) => Some(None),
            message => (json(&message)?["type"] == "welcome").then_some(Some(())),
        })
    });
    assert!(third.is_some());
}

#[test]
fn whoever_says_no_hello_is_told_and_others_go_on() {
    let door = Door::open(&[]);
    let mut good = enter(&door, 16_000);
    for wrong in [
        "{}",
        "no json",
        "{\"type\":\"hello\",\"rate\":7}",
        "{\"type\":\"hello\",\"rate\":-1}",
    ] {
        let mut socket = door.socket("/session");
        socket.send(Message::Text(wrong.into())).unwrap();
        until(&mut socket, |message| {
            matches!(message, Message::Close(_)).then_some(())
        });
    }
    tell(
        &mut good,
        json!({ "type": "typed", "text": "What is the capital of France?" }),
    );
    let (told, _) = exchange(&mut good, "heard");
    assert!(told["heard"].as_str().unwrap().contains("Paris"), "{told}");
}

#[test]
fn a_goodbye_ends_the_conversation() {
    let door = Door::open(&[]);
    let mut socket = enter(&door, 16_000);
    tell(&mut socket, json!({ "type": "typed", "text": "Goodbye!" }));
    let why = until(&mut socket, |message| match message {
        Message::Close(frame) => Some(frame.unwrap().reason.as_str().to_owned()),
        _ => None,
    });
    assert!(why.contains("ended"), "{why}");
}
