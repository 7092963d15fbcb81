//! Whatever both sides do, in whatever order: what is sent keeps to the rules of the protocol.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::testing::*;
use crate::events::{EndReason, EventKind, GoOnReason, RollbackReason};

const ROUNDS: u64 = 300;
const STEPS: usize = 120;

/// The names that Pipecat knows, and that are sent here.
const ALLOWED: [&str; 26] = [
    "error",
    "session.created",
    "session.updated",
    "input_audio_buffer.committed",
    "input_audio_buffer.cleared",
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "conversation.item.added",
    "conversation.item.done",
    "conversation.item.truncated",
    "conversation.item.deleted",
    "conversation.item.retrieved",
    "conversation.item.input_audio_transcription.completed",
    "conversation.item.input_audio_transcription.failed",
    "response.created",
    "response.done",
    "response.output_item.added",
    "response.output_item.done",
    "response.content_part.added",
    "response.content_part.done",
    "response.output_text.delta",
    "response.output_text.done",
    "response.output_audio_transcript.delta",
    "response.output_audio_transcript.done",
    "response.output_audio.delta",
    "response.output_audio.done",
];

/// What a client knows from the events so far.
#[derive(Default)]
pub struct Client {
    events: HashSet<String>,
    /// In the order of the conversation.
    pub items: Vec<String>,
    added: HashSet<String>,
    pub response: Option<String>,
    /// The item that was promised when speech began.
    pub speaks: Option<String>,
    words: String,
}

impl Client {
    /// Takes an event, and finds it in order.
    pub fn take(&mut self, event: &Value) {
        let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
        let kind = text("type");
        assert!(ALLOWED.contains(&kind.as_str()), "{kind}");
        assert!(self.events.insert(text("event_id")), "an id comes twice");
        match kind.as_str() {
            "input_audio_buffer.speech_started" => {
                assert!(self.speaks.replace(text("item_id")).is_none());
            }
            "input_audio_buffer.speech_stopped" => {
                assert_eq!(self.speaks.take(), Some(text("item_id")));
            }
            "conversation.item.added" => self.add(event),
            "conversation.item.deleted" => {
                let at = self.items.iter().position(|id| *id == text("item_id"));
                self.items
                    .remove(at.expect("only what is there is deleted"));
            }
            "conversation.item.done" | "conversation.item.retrieved" => {
                self.knows(&event["item"]["id"]);
            }
            "conversation.item.truncated" => self.knows(&event["item_id"]),
            _ if kind.starts_with("conversation.item.input_audio_transcription") => {
                self.knows(&event["item_id"]);
            }
            "response.created" => {
                let id = event["response"]["id"].as_str().unwrap().to_owned();
                assert!(self.response.replace(id).is_none(), "one at a time");
                self.words.clear();
            }
            "response.done" => {
                let id = event["response"]["id"].as_str().unwrap();
                assert_eq!(self.response.take().as_deref(), Some(id));
                assert!(event["response"]["usage"]["total_tokens"].is_u64());
                for item in event["response"]["output"].as_array().unwrap() {
                    self.knows(&item["id"]);
                }
            }
            _ if kind.starts_with("response.") => self.take_part(&kind, event),
            _ => {}
        }
    }

    fn add(&mut self, event: &Value) {
        let id = event["item"]["id"].as_str().unwrap().to_owned();
        assert!(!self.items.contains(&id), "an item is added once");
        let at = match event["previous_item_id"].as_str() {
            None => 0,
            Some(previous) => {
                let at = self.items.iter().position(|id| id == previous);
                at.expect("what is before it is known") + 1
            }
        };
        self.added.insert(id.clone());
        self.items.insert(at, id);
    }

    fn take_part(&mut self, kind: &str, event: &Value) {
        assert_eq!(event["response_id"].as_str(), self.response.as_deref());
        let words = |field: &str| event[field].as_str().unwrap().to_owned();
        match kind {
            "response.output_item.added" => {
                let id = event["item"]["id"].as_str().unwrap();
                self.added.insert(id.to_owned());
            }
            "response.output_item.done" => self.knows(&event["item"]["id"]),
            _ => self.knows(&event["item_id"]),
        }
        match kind {
            "response.output_audio_transcript.delta" | "response.output_text.delta" => {
                self.words.push_str(&words("delta"));
            }
            "response.output_audio_transcript.done" => {
                assert_eq!(words("transcript"), self.words);
            }
            "response.output_text.done" => assert_eq!(words("text"), self.words),
            _ => {}
        }
    }

    fn knows(&self, id: &Value) {
        let id = id.as_str().unwrap();
        assert!(self.added.contains(id), "{id} was never added");
    }
}

/// Something that a client may do, likely or not.
fn client_event(random: &mut fastrand::Rng, items: &[String]) -> Value {
    let some = || json!("none");
    let item = random.choice(items).map_or_else(some, |id| json!(id));
    let detections = [
        Value::Null,
        json!({ "type": "semantic_vad" }),
        json!({ "type": "server_vad" }),
    ];
    match random.usize(0..13) {
        0 | 1 => json!({
            "type": "input_audio_buffer.append",
            "audio": "AAAA".repeat(random.usize(0..3_000)),
        }),
        2 => json!({ "type": "input_audio_buffer.commit" }),
        3 => json!({ "type": "input_audio_buffer.clear" }),
        4 | 5 => json!({
            "type": "conversation.item.create",
            "previous_item_id": random.bool().then_some(item),
            "item": {
                "type": "message", "role": *random.choice(&["user", "system"]).unwrap(),
                "content": [{ "type": "input_text", "text": "Hello." }],
            },
        }),
        6 => json!({ "type": "conversation.item.delete", "item_id": item }),
        7 => json!({ "type": "conversation.item.retrieve", "item_id": item }),
        8 => json!({
            "type": "conversation.item.truncate",
            "item_id": item, "content_index": 0, "audio_end_ms": random.u32(0..200),
        }),
        9 | 10 => json!({ "type": "response.create" }),
        11 => json!({ "type": "response.cancel" }),
        _ => {
            let modalities = [random.choice(["audio", "text"]).unwrap()];
            let input = json!({ "turn_detection": random.choice(detections) });
            json!({
                "type": "session.update",
                "session": { "output_modalities": modalities, "audio": { "input": input } },
            })
        }
    }
}

/// Something that a session may tell, likely or not.
fn session_event(random: &mut fastrand::Rng) -> EventKind {
    let text = || "Some words.".to_owned();
    let draft = random.u32(1..3);
    match random.usize(0..16) {
        0 => EventKind::SpeechStarted,
        1 => EventKind::SpeechPaused {
            last_speech_ms: random.f64() * 20_000.0,
        },
        2 => ended("Some words.", EndReason::Silence),
        3 => ended("Some words.", EndReason::Typed),
        4 => ended("Some words.", EndReason::KeyReleased),
        5 => ignored(""),
        6 => EventKind::TurnExtended,
        7 => EventKind::FirstClause { text: text() },
        8 => EventKind::Clause { text: text() },
        9 => playing(),
        10 => saying("Some"),
        11 => interrupted(),
        12 => heard("Some words."),
        13 => EventKind::Unducked {
            reason: GoOnReason::Backchannel,
            text: text(),
        },
        14 => EventKind::Error {
            stage: random.choice(["recognizer", "voice"]).unwrap().into(),
            message: text(),
        },
        _ => match random.usize(0..3) {
            0 => EventKind::DraftStarted {
                draft,
                text: text(),
            },
            1 => EventKind::DraftReleased {
                draft,
                ahead_ms: 1.0,
            },
            _ => EventKind::DraftRolledBack {
                draft,
                reason: RollbackReason::WordsChanged,
            },
        },
    }
}

#[test]
fn whatever_both_sides_do_the_order_is_kept() {
    for seed in 0..ROUNDS {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut c, mut client) = (Connection::new(), Client::default());
        let mut turn = 1;
        for _ in 0..STEPS {
            let sent = match random.usize(0..10) {
                0..4 => {
                    let event = client_event(&mut random, &client.items);
                    c.client(event)
                }
                4..8 => {
                    turn += u64::from(random.usize(0..4) == 0);
                    let of = turn - u64::from(turn > 1 && random.usize(0..5) == 0);
                    c.tell(of, session_event(&mut random))
                }
                8 => c.play(&SOUND, random.usize(1..8)),
                _ => c.play(&SILENCE, random.usize(1..8)),
            };
            sent.iter().for_each(|event| client.take(event));
            assert_eq!(client.response.is_some(), c.translator.response.is_some());
            if random.usize(0..60) == 0 {
                turn = 1;
                c.restarted().iter().for_each(|event| client.take(event));
                assert_eq!((&client.response, &client.speaks), (&None, &None));
            }
        }
        let ids = c.translator.items.ids();
        assert_eq!(client.items, ids, "seed {seed}: both sides know the same");
    }
}

#[test]
fn frames_that_were_damaged_are_survived() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut c = Connection::new();
    for _ in 0..3_000 {
        let mut frame = client_event(&mut random, &[]).to_string().into_bytes();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(0..frame.len());
            frame[at] = random.u8(32..127);
        }
        let frame = String::from_utf8(frame).unwrap();
        c.frame(&frame);
    }
}
