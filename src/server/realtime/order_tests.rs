//! Whatever both sides do, in whatever order: what is sent keeps to the rules of the protocol.

use serde_json::{Value, json};

use super::strict_client::Client;
use super::testing::*;
use crate::events::{EndReason, EventKind, GoOnReason, RollbackReason};

const ROUNDS: u64 = 300;
const STEPS: usize = 120;

/// Something that a client may do, likely or not.
fn client_event(random: &mut fastrand::Rng, items: &[String], calls: &[Value]) -> Value {
    let some = || json!("none");
    let item = random.choice(items).map_or_else(some, |id| json!(id));
    let detections = [
        Value::Null,
        json!({ "type": "semantic_vad" }),
        json!({ "type": "server_vad" }),
    ];
    match random.usize(0..17) {
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
        12..15 => {
            // The newest, in time or late; an older one, again or late; or none.
            let newest = calls.last().filter(|_| random.bool());
            let call_id = newest.or_else(|| random.choice(calls)).cloned();
            let call_id = call_id.filter(|_| random.usize(0..8) > 0);
            let (kind, call_id) = ("function_call_output", call_id.unwrap_or("none".into()));
            json!({
                "type": "conversation.item.create",
                "item": { "type": kind, "call_id": call_id, "output": "sunny" },
            })
        }
        15 => json!({
            "type": "conversation.item.create",
            "item": {
                "type": "function_call", "call_id": format!("own{}", random.u32(0..3)),
                "name": "weather", "arguments": "{}",
            },
        }),
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

/// The calls of a session, which waits for the result of the newest.
#[derive(Default)]
struct Calls {
    made: u64,
    waiting: Option<u64>,
    told: u32,
    found: u32,
}

impl Calls {
    /// The session calls a function, gives the call up, or the client answers at once.
    fn go_on(
        &mut self,
        random: &mut fastrand::Rng,
        c: &mut Connection,
        client: &Client,
    ) -> Vec<Value> {
        match (random.usize(0..5), client.calls.last()) {
            (0 | 1, _) => {
                self.made += 1;
                let sent = c.calls(self.made, "weather");
                if !sent.is_empty() {
                    assert!(types(&sent).contains(&"response.done"), "the call ends it");
                    self.told += 1;
                    self.waiting = Some(self.made);
                }
                sent
            }
            (2 | 3, Some(newest)) => {
                let mut sent = c.tells(newest, "sunny");
                sent.extend(c.client(json!({ "type": "response.create" })));
                sent
            }
            _ => {
                c.out.clear();
                let over = self.made.saturating_sub(random.u64(0..2));
                c.translator.call_is_over(over);
                self.waiting.take_if(|waiting| *waiting == over);
                Vec::new()
            }
        }
    }

    /// The session takes the results that it is given.
    fn take(&mut self, found: Vec<(u64, String)>) {
        for (call, output) in found {
            let waiting = self.waiting.take();
            assert_eq!(waiting, Some(call), "only who waits gets a result, and one");
            assert_eq!(output, "sunny");
            self.found += 1;
        }
    }
}

#[test]
fn whatever_both_sides_do_the_order_is_kept() {
    let (mut told, mut found) = (0, 0);
    for seed in 0..ROUNDS {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut c, mut client) = (Connection::new(), Client::default());
        let (mut turn, mut calls) = (1, Calls::default());
        for _ in 0..STEPS {
            let sent = match random.usize(0..12) {
                0..4 => {
                    let event = client_event(&mut random, &client.items, &client.calls);
                    c.client(event)
                }
                4..8 => {
                    turn += u64::from(random.usize(0..4) == 0);
                    let of = turn - u64::from(turn > 1 && random.usize(0..5) == 0);
                    c.tell(of, session_event(&mut random))
                }
                8 => c.play(&SOUND, random.usize(1..8)),
                9 => c.play(&SILENCE, random.usize(1..8)),
                _ => calls.go_on(&mut random, &mut c, &client),
            };
            sent.iter().for_each(|event| client.take(event));
            assert_eq!(client.response.is_some(), c.translator.response.is_some());
            let results = c.found();
            assert!(results.is_empty() || client.response.is_some());
            calls.take(results);
            if random.usize(0..60) == 0 {
                (turn, calls.waiting) = (1, None);
                c.restarted().iter().for_each(|event| client.take(event));
                assert_eq!((&client.response, &client.speaks), (&None, &None));
            }
        }
        let ids = c.translator.items.ids();
        assert_eq!(client.items, ids, "seed {seed}: both sides know the same");
        (told, found) = (told + calls.told, found + calls.found);
    }
    assert!(told > 500 && found > 100, "{told} calls, {found} results");
}

#[test]
fn frames_that_were_damaged_are_survived() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut c = Connection::new();
    for _ in 0..3_000 {
        let mut frame = client_event(&mut random, &[], &[]).to_string().into_bytes();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(0..frame.len());
            frame[at] = random.u8(32..127);
        }
        let frame = String::from_utf8(frame).unwrap();
        c.frame(&frame);
    }
}
