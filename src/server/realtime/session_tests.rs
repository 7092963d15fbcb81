//! What a client may set.

use serde_json::{Value, json};

use super::testing::*;
use super::{Eagerness, TurnEnd};
use crate::language::Language;

fn update(c: &mut Connection, session: Value) -> Vec<Value> {
    c.client(json!({ "type": "session.update", "event_id": "mine", "session": session }))
}

#[test]
fn a_connection_begins_with_a_session_that_may_be_interrupted() {
    let mut c = Connection::new();
    c.translator.greet(&mut c.out);
    let sent = c.sends();
    assert_eq!(types(&sent), ["session.created"]);
    let session = &sent[0]["session"];
    let detection = &session["audio"]["input"]["turn_detection"];
    assert_eq!(detection["interrupt_response"], true);
    assert_eq!(
        (&session["type"], &session["model"]),
        (&json!("realtime"), &json!("vivavoce"))
    );
}

#[test]
fn what_is_set_is_in_effect_and_told_whole() {
    let mut c = Connection::new();
    let sent = update(
        &mut c,
        json!({
            "type": "realtime",
            "instructions": "Be brief.",
            "audio": {
                "input": {
                    "format": { "type": "audio/pcm", "rate": 24_000 },
                    "turn_detection": { "type": "server_vad", "silence_duration_ms": 700 },
                    "transcription": { "model": "whisper-1", "language": "de" },
                },
                "output": { "speed": 1.25, "voice": "alloy" },
            },
        }),
    );
    let session = &first(&sent, "session.updated")["session"];
    assert_eq!(session["instructions"], "Be brief.");
    let input = &session["audio"]["input"];
    assert_eq!(input["turn_detection"]["silence_duration_ms"], 700);
    assert_eq!(
        session["audio"]["output"]["voice"], "en-US",
        "there is no other"
    );
    let settings = c.configured().unwrap();
    assert_eq!(settings.instructions.as_deref(), Some("Be brief."));
    assert_eq!(settings.turn_end, TurnEnd::Silence { ms: 700 });
    assert_eq!(settings.speed_percent, 125);
    assert_eq!(settings.language, Some(Language::German));
}

#[test]
fn eagerness_is_set_and_auto_is_medium() {
    let cases = [
        ("low", Eagerness::Low),
        ("high", Eagerness::High),
        ("auto", Eagerness::Medium),
    ];
    let mut c = Connection::new();
    for (eagerness, expected) in cases {
        let detection = json!({ "type": "semantic_vad", "eagerness": eagerness });
        update(
            &mut c,
            json!({ "audio": { "input": { "turn_detection": detection } } }),
        );
        let turn_end = c.configured().unwrap().turn_end;
        assert_eq!(turn_end, TurnEnd::Meaning(expected));
    }
}

#[test]
fn what_changes_nothing_starts_nothing_again() {
    let mut c = Connection::new();
    let detection = json!({ "type": "semantic_vad", "interrupt_response": true });
    let sent = update(
        &mut c,
        json!({
            "tracing": "auto",
            "tools": [],
            "output_modalities": ["text"],
            "audio": { "input": { "turn_detection": detection, "noise_reduction": null } },
        }),
    );
    assert_eq!(types(&sent), ["session.updated"]);
    assert_eq!(c.configured(), None);
}

/// A session, the field that is wrong in it.
fn wrong() -> Vec<(Value, &'static str)> {
    let input = |input: Value| json!({ "audio": { "input": input } });
    let detection = |detection: Value| input(json!({ "turn_detection": detection }));
    let path = "session.audio.input.turn_detection";
    vec![
        (json!({ "type": "transcription" }), "session.type"),
        (json!({ "instructions": 5 }), "session.instructions"),
        (
            json!({ "instructions": "x".repeat(70_000) }),
            "session.instructions",
        ),
        (
            json!({ "output_modalities": ["audio", "text"] }),
            "session.output_modalities",
        ),
        (
            json!({ "output_modalities": "audio" }),
            "session.output_modalities",
        ),
        (
            json!({ "max_output_tokens": -1 }),
            "session.max_output_tokens",
        ),
        (json!({ "voice": "alloy" }), "session.voice"),
        (json!({ "audio": [] }), "session.audio"),
        (
            input(json!({ "format": "pcm16" })),
            "session.audio.input.format",
        ),
        (
            input(json!({ "format": { "type": "audio/pcmu" } })),
            "session.audio.input.format.type",
        ),
        (
            json!({ "audio": { "output": { "format": { "type": "audio/pcm", "rate": 16_000 } } } }),
            "session.audio.output.format.rate",
        ),
        (
            json!({ "audio": { "output": { "speed": 9 } } }),
            "session.audio.output.speed",
        ),
        (
            json!({ "audio": { "output": { "voice": 9 } } }),
            "session.audio.output.voice",
        ),
        (
            input(json!({ "transcription": { "language": "xx" } })),
            "session.audio.input.transcription.language",
        ),
        (detection(json!(false)), path),
        (
            detection(json!({ "type": "psychic" })),
            "session.audio.input.turn_detection.type",
        ),
        (
            detection(json!({ "type": "semantic_vad", "eagerness": "extreme" })),
            "session.audio.input.turn_detection.eagerness",
        ),
        (
            detection(json!({ "type": "server_vad", "silence_duration_ms": 1 })),
            "session.audio.input.turn_detection.silence_duration_ms",
        ),
        (
            detection(json!({ "type": "server_vad", "threshold": "loud" })),
            "session.audio.input.turn_detection.threshold",
        ),
        (
            detection(json!({ "type": "server_vad", "idle_timeout_ms": 5_000 })),
            "session.audio.input.turn_detection.idle_timeout_ms",
        ),
        (
            detection(json!({ "type": "server_vad", "create_response": false })),
            "session.audio.input.turn_detection.create_response",
        ),
    ]
}

#[test]
fn a_wrong_value_is_told_by_its_field_and_changes_nothing() {
    for (mut session, param) in wrong() {
        let mut c = Connection::new();
        session["instructions"] = match &session["instructions"] {
            Value::Null => json!("Be brief."),
            given => given.clone(),
        };
        let sent = update(&mut c, session.clone());
        assert_eq!(types(&sent), ["error"], "{session}");
        assert_eq!(sent[0]["error"]["param"], param);
        assert_eq!(sent[0]["error"]["event_id"], "mine");
        assert_eq!(c.configured(), None);
        let sent = update(&mut c, json!({}));
        assert_eq!(sent[0]["session"]["instructions"], "", "{session}");
    }
}

#[test]
fn turn_detection_off_is_told_as_null() {
    let mut c = Connection::new();
    let sent = update(
        &mut c,
        json!({ "audio": { "input": { "turn_detection": null } } }),
    );
    let input = &sent[0]["session"]["audio"]["input"];
    assert!(input["turn_detection"].is_null() && input.get("turn_detection").is_some());
    assert_eq!(c.configured().unwrap().turn_end, TurnEnd::Key);
}

#[test]
fn a_speed_that_the_voice_has_not_is_told_to_be_its_slowest() {
    let mut c = Connection::new();
    let sent = update(&mut c, json!({ "audio": { "output": { "speed": 0.25 } } }));
    assert_eq!(sent[0]["session"]["audio"]["output"]["speed"], 0.5);
    assert_eq!(c.configured().unwrap().speed_percent, 50);
}
