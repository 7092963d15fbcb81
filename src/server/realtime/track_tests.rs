//! A call, whose sound goes beside the events.

use serde_json::{Value, json};

use super::testing::*;
use super::{Act, Output, SoundBy};

fn kinds(sent: &[Value]) -> Vec<&str> {
    sent.iter()
        .filter_map(|event| event["type"].as_str())
        .collect()
}

/// A call in which a reply sounds.
fn in_a_reply() -> Connection {
    let mut c = Connection::with(SoundBy::Track);
    c.asks(1, "Hello.");
    c.makes(1, &["Hi."]);
    c.tell(1, playing());
    c.play(&SOUND, 30);
    c
}

#[test]
fn the_client_is_told_when_a_reply_sounds_and_gets_no_sound_in_events() {
    let mut c = in_a_reply();
    c.tell(1, heard("Hi."));
    let kinds = kinds(&c.sent);
    let at = |kind: &str| kinds.iter().position(|one| *one == kind);
    assert_eq!(at("response.output_audio.delta"), None);
    let started = at("output_audio_buffer.started").unwrap();
    let stopped = at("output_audio_buffer.stopped").unwrap();
    assert!(at("response.created").unwrap() < started && started < stopped);
    assert!(stopped < at("response.done").unwrap());
}

#[test]
fn what_the_client_clears_is_cut_off() {
    let mut c = in_a_reply();
    let sent = c.client(json!({ "type": "output_audio_buffer.clear" }));
    assert!(kinds(&sent).contains(&"output_audio_buffer.cleared"));
    assert_eq!(c.acts(), [Act::Cancel]);
    let again = c.client(json!({ "type": "output_audio_buffer.clear" }));
    assert_eq!((again, c.acts()), (vec![], vec![]));
}

#[test]
fn over_a_websocket_the_client_clears_what_it_has_itself() {
    let mut c = Connection::new();
    let sent = c.client(json!({ "type": "output_audio_buffer.clear" }));
    assert_eq!(kinds(&sent), ["error"]);
}

#[test]
fn what_the_microphone_hears_is_heard() {
    let mut c = Connection::with(SoundBy::Track);
    c.out.clear();
    c.translator.heard_sound(vec![1; 240], &mut c.out);
    assert_eq!(c.out, [Output::Hear(vec![1; 240])]);
}
