//! What a client gets of a reply: its words, its sound, its end.

use serde_json::{Value, json};

use super::testing::*;
use super::{Act, RATE};
use crate::events::{EndReason, EventKind, RollbackReason};

/// What the transcript's deltas say.
fn words(sent: &[Value]) -> String {
    let deltas = sent
        .iter()
        .filter(|e| e["type"] == "response.output_audio_transcript.delta");
    deltas.map(|e| e["delta"].as_str().unwrap()).collect()
}

#[test]
fn a_draft_is_told_when_the_turn_is_over_and_each_clause_once() {
    let mut c = Connection::new();
    c.tell(1, EventKind::SpeechStarted);
    let (draft, text) = (1, "What is it?".into());
    c.tell(1, EventKind::DraftStarted { draft, text });
    assert!(c.makes(1, &["A cat."]).is_empty());
    let sent = c.tell(1, ended("What is it?", EndReason::Silence));
    assert_eq!(words(&sent), "", "it is not known yet that it is this one");
    let ahead_ms = 200.0;
    let sent = c.tell(1, EventKind::DraftReleased { draft, ahead_ms });
    assert_eq!(words(&sent), "A cat.");
    let sent = c.tell(
        1,
        EventKind::Clause {
            text: "Or two.".into(),
        },
    );
    assert_eq!(words(&sent), " Or two.");
}

#[test]
fn a_draft_that_was_thrown_away_is_never_told() {
    let mut c = Connection::new();
    c.tell(1, EventKind::SpeechStarted);
    let (draft, text) = (1, "What is".into());
    c.tell(1, EventKind::DraftStarted { draft, text });
    c.makes(1, &["Nothing."]);
    c.tell(1, ended("What is it?", EndReason::Silence));
    let reason = RollbackReason::WordsChanged;
    c.tell(1, EventKind::DraftRolledBack { draft, reason });
    // It was on its way.
    c.tell(
        1,
        EventKind::Clause {
            text: "At all.".into(),
        },
    );
    c.makes(1, &["A cat."]);
    assert_eq!(words(&c.sent), "A cat.");
}

#[test]
fn clauses_of_chinese_are_not_parted_by_spaces() {
    let mut c = Connection::new();
    c.asks(1, "你好");
    let sent = c.makes(1, &["你好，", "我在。"]);
    assert_eq!(words(&sent), "你好，我在。");
}

#[test]
fn the_first_sound_of_a_reply_is_kept_until_it_is_known_to_be_one() {
    let mut c = Connection::new();
    c.asks(1, "Hello.");
    c.play(&SILENCE, 50);
    assert!(c.play(&SOUND, 3).is_empty());
    c.tell(1, playing());
    c.play(&SOUND, 2);
    c.play(&SILENCE, 1);
    c.tell(1, heard("Hi."));
    let expected = [[1_000; 5 * 240].as_slice(), &SILENCE].concat();
    assert_eq!(audio(&c.sent), expected);
}

#[test]
fn a_sound_that_is_no_reply_is_not_part_of_the_next() {
    let mut c = Connection::new();
    c.asks(1, "Hello.");
    c.play(&SOUND, 30);
    c.play(&SILENCE, 10);
    c.tell(1, playing());
    c.play(&SOUND, 1);
    c.tell(1, heard("Hi."));
    assert_eq!(audio(&c.sent), SOUND);
}

#[test]
fn a_longer_sound_is_kept_as_far_as_200_ms() {
    let mut c = Connection::new();
    c.asks(1, "Hello.");
    c.play(&SOUND, 1_000);
    c.tell(1, playing());
    assert_eq!(audio(&c.sent).len(), RATE as usize / 5);
}

#[test]
fn the_fade_of_a_reply_that_was_cut_off_is_not_part_of_the_next() {
    let mut c = Connection::new();
    c.asks(1, "Hello.");
    c.tell(1, playing());
    c.tell(2, EventKind::SpeechStarted);
    c.tell(1, interrupted());
    c.play(&SOUND, 2);
    c.tell(2, ended("Wait, what?", EndReason::Silence));
    c.tell(1, heard("Hi"));
    c.tell(2, playing());
    c.tell(2, heard("What?"));
    assert!(audio(&c.sent).is_empty());
}

#[test]
fn what_rings_is_a_response_without_a_user() {
    let mut c = Connection::new();
    c.makes(1, &["Your timer."]);
    assert!(c.sent.is_empty());
    c.play(&SOUND, 2);
    c.tell(1, playing());
    assert_eq!(types(&c.sent)[0], "response.created");
    assert_eq!(words(&c.sent), "Your timer.");
    let sent = c.tell(1, heard("Your timer."));
    assert_eq!(audio(&sent).len(), 480);
    assert_eq!(sent.last().unwrap()["response"]["status"], "completed");
}

#[test]
fn a_reply_that_broke_off_has_failed_and_says_why() {
    let mut c = Connection::new();
    c.asks(1, "Hello.");
    let (stage, message) = ("language model".into(), "it is gone".to_owned());
    c.tell(1, EventKind::Error { stage, message });
    let sent = c.tell(1, heard(""));
    let response = &sent.last().unwrap()["response"];
    assert_eq!(response["status"], "failed");
    let message = response["status_details"]["error"]["message"]
        .as_str()
        .unwrap();
    assert!(
        message.contains("language model") && !message.contains("gone"),
        "{message}"
    );
}

fn complete(draft: u32, tokens: u32) -> EventKind {
    EventKind::ReplyComplete {
        draft,
        text: "Hi.".into(),
        tokens,
        tokens_per_s: 50.0,
        busy_ms: 100.0,
        cancelled: false,
    }
}

#[test]
fn a_response_does_not_cost_what_was_thrown_away() {
    let mut c = Connection::new();
    c.asks(1, "Hello.");
    let (draft, reason) = (1, RollbackReason::WordsChanged);
    c.tell(1, EventKind::DraftRolledBack { draft, reason });
    c.tell(1, complete(2, 5));
    c.tell(1, complete(1, 40));
    let sent = c.tell(1, heard("Hi."));
    assert_eq!(
        sent.last().unwrap()["response"]["usage"]["output_tokens"],
        5
    );
}

#[test]
fn a_response_says_what_it_cost() {
    let mut c = Connection::new();
    c.asks(1, "Hello.");
    let (kept, read) = (30, 12);
    c.tell(1, EventKind::PromptRead { kept, read });
    c.tell(1, complete(1, 5));
    let sent = c.tell(1, heard("Hi."));
    let usage = &sent.last().unwrap()["response"]["usage"];
    let counts = ["input_tokens", "output_tokens", "total_tokens"].map(|n| usage[n].clone());
    assert_eq!(counts, [42, 5, 47].map(Value::from));
    assert_eq!(usage["input_token_details"]["cached_tokens"], 30);
}

#[test]
fn a_text_response_has_text_and_no_audio() {
    let mut c = Connection::new();
    let text = json!({ "output_modalities": ["text"] });
    c.client(json!({ "type": "session.update", "session": text }));
    c.sent.clear();
    c.asks(1, "Hello.");
    c.makes(1, &["Hi."]);
    c.tell(1, playing());
    c.play(&SOUND, 20);
    c.tell(1, heard("Hi."));
    assert!(!types(&c.sent).iter().any(|t| t.contains("output_audio")));
    assert_eq!(first(&c.sent, "response.output_text.delta")["delta"], "Hi.");
    assert_eq!(first(&c.sent, "response.output_text.done")["text"], "Hi.");
    let output = &c.sent.last().unwrap()["response"]["output"][0]["content"][0];
    assert_eq!(*output, json!({ "type": "output_text", "text": "Hi." }));
}

#[test]
fn what_was_heard_of_a_reply_that_was_cut_off_is_what_its_item_says() {
    let mut c = Connection::new();
    c.asks(1, "Tell me a story.");
    c.makes(1, &["Once there was a cat."]);
    c.tell(1, playing());
    c.play(&SOUND, 20);
    c.tell(1, saying("Once"));
    c.tell(2, EventKind::SpeechStarted);
    let sent = c.tell(1, interrupted());
    let id = first(&sent, "response.output_item.done")["item"]["id"].clone();
    c.tell(1, heard("Once there"));
    let sent = c.client(json!({ "type": "conversation.item.retrieve", "item_id": id }));
    assert_eq!(sent[0]["item"]["content"][0]["transcript"], "Once there");
}

#[test]
fn a_response_that_was_cancelled_is_not_opened_again_when_it_begins_to_sound() {
    let mut c = Connection::new();
    c.asks(1, "Hello.");
    let sent = c.client(json!({ "type": "response.cancel" }));
    assert_eq!(c.acts(), [Act::Cancel]);
    let details = &sent.last().unwrap()["response"]["status_details"];
    assert_eq!(details["reason"], "client_cancelled");
    assert!(c.tell(1, playing()).is_empty());
    assert!(c.play(&SOUND, 10).is_empty());
    assert!(c.tell(1, interrupted()).is_empty());
}

#[test]
fn nothing_sounds_after_it_was_told_that_the_user_interrupts() {
    let mut c = Connection::new();
    c.asks(1, "Tell me a story.");
    c.tell(1, playing());
    c.play(&SOUND, 2);
    c.tell(2, EventKind::SpeechStarted);
    let sent = c.tell(1, interrupted());
    assert!(audio(&sent).is_empty());
}
