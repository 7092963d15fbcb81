//! What becomes of the user's turns and of the replies.

use serde_json::{Value, json};

use super::testing::*;
use super::{Act, RATE};
use crate::events::{EndReason, EventKind, GoOnReason, RollbackReason};

#[test]
fn a_turn_and_its_reply_come_in_the_order_of_the_protocol() {
    let mut c = Connection::new();
    c.append(1_000);
    c.tell(1, EventKind::SpeechStarted);
    c.now_ms += 500;
    let last_speech_ms = 10_400.0;
    c.tell(1, EventKind::SpeechPaused { last_speech_ms });
    c.tell(1, ended("What is it?", EndReason::Silence));
    c.makes(1, &["A cat,", "I think."]);
    c.tell(1, playing());
    c.play(&SOUND, 8);
    c.tell(1, heard("A cat, I think."));
    let expected = [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "conversation.item.input_audio_transcription.completed",
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_audio_transcript.delta",
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
        "response.output_audio.delta",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ];
    assert_eq!(types(&c.sent), expected);
    let item = &c.sent[3]["item"];
    assert_eq!(item["id"], c.sent[0]["item_id"], "as it was promised");
    assert_eq!(item["content"][0]["transcript"], "What is it?");
    let done = &c.sent.last().unwrap()["response"];
    assert_eq!(done["status"], "completed");
    assert_eq!(
        done["output"][0]["content"][0]["transcript"],
        "A cat, I think."
    );
}

#[test]
fn speech_is_told_on_the_clients_clock_with_its_prefix() {
    let mut c = Connection::new();
    c.append(1_000);
    let sent = c.tell(1, EventKind::SpeechStarted);
    assert_eq!(sent[0]["audio_start_ms"], 700);
    c.append(500);
    c.now_ms += 500;
    let last_speech_ms = 10_400.0;
    c.tell(1, EventKind::SpeechPaused { last_speech_ms });
    let sent = c.tell(1, ended("Yes.", EndReason::Silence));
    assert_eq!(sent[0]["audio_end_ms"], 1_400);
    let usage = &first(&sent, TRANSCRIBED)["usage"];
    assert_eq!(*usage, json!({ "type": "duration", "seconds": 0.7 }));
}

const TRANSCRIBED: &str = "conversation.item.input_audio_transcription.completed";

#[test]
fn speech_that_goes_on_after_a_pause_is_not_told_again() {
    let mut c = Connection::new();
    c.tell(1, EventKind::SpeechStarted);
    let last_speech_ms = 9_000.0;
    c.tell(1, EventKind::SpeechPaused { last_speech_ms });
    assert!(c.tell(1, EventKind::SpeechStarted).is_empty());
}

#[test]
fn speech_over_a_reply_is_told_when_it_interrupts() {
    let mut c = Connection::new();
    c.asks(1, "Tell me a story.");
    c.makes(1, &["Once there was a cat."]);
    c.tell(1, playing());
    c.play(&SOUND, 10);
    c.tell(1, saying("Once there"));
    assert!(c.tell(2, EventKind::SpeechStarted).is_empty());
    let sent = c.tell(1, interrupted());
    assert_eq!(sent[0]["type"], "input_audio_buffer.speech_started");
    let done = &sent.last().unwrap()["response"];
    assert_eq!(done["status"], "cancelled");
    let details = json!({ "type": "cancelled", "reason": "turn_detected" });
    assert_eq!(done["status_details"], details);
    assert_eq!(done["output"][0]["status"], "incomplete");
    assert_eq!(done["output"][0]["content"][0]["transcript"], "Once there");
    let sent = c.tell(2, ended("Stop, another one.", EndReason::Silence));
    assert_eq!(sent[0]["type"], "input_audio_buffer.speech_stopped");
}

#[test]
fn a_backchannel_is_not_told() {
    let mut c = Connection::new();
    c.asks(1, "Tell me a story.");
    c.tell(1, playing());
    c.tell(2, EventKind::SpeechStarted);
    let (reason, text) = (GoOnReason::Backchannel, "Mm-hm.".into());
    assert!(c.tell(1, EventKind::Unducked { reason, text }).is_empty());
    let sent = c.tell(1, heard("Once."));
    assert_eq!(sent.last().unwrap()["type"], "response.done");
}

#[test]
fn who_begins_to_speak_as_a_reply_ends_is_told_of_then() {
    let mut c = Connection::new();
    c.asks(1, "Hello.");
    c.tell(1, playing());
    c.tell(2, EventKind::SpeechStarted);
    let sent = c.tell(1, heard("Hello!"));
    let ends = types(&sent)[sent.len() - 2..].to_vec();
    assert_eq!(ends, ["response.done", "input_audio_buffer.speech_started"]);
}

#[test]
fn what_is_not_answered_stops_and_gives_no_item() {
    let mut c = Connection::new();
    c.tell(1, EventKind::SpeechStarted);
    let sent = c.tell(1, ignored("Um."));
    assert_eq!(types(&sent), ["input_audio_buffer.speech_stopped"]);
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

/// What the transcript's deltas say.
fn words(sent: &[Value]) -> String {
    let deltas = sent
        .iter()
        .filter(|e| e["type"] == "response.output_audio_transcript.delta");
    deltas.map(|e| e["delta"].as_str().unwrap()).collect()
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
    assert!(audio(&c.sent).is_empty());
}

#[test]
fn a_user_who_goes_on_takes_the_reply_back_and_the_whole_turn_comes_again() {
    let mut c = Connection::new();
    c.asks(1, "What is the");
    c.makes(1, &["The what?"]);
    let sent = c.tell(1, EventKind::TurnExtended);
    let deleted = types(&sent)
        .iter()
        .filter(|t| **t == "conversation.item.deleted")
        .count();
    assert_eq!(deleted, 2, "the user's item and the reply nobody heard");
    assert_eq!(
        first(&sent, "response.done")["response"]["status"],
        "cancelled"
    );
    let sent = c.asks(2, "What is the time?");
    let item = first(&sent, "conversation.item.added");
    assert_eq!(item["previous_item_id"], Value::Null);
    assert_eq!(
        item["item"]["content"][0]["transcript"],
        "What is the time?"
    );
}

#[test]
fn the_item_of_a_reply_that_sounded_stays_when_the_user_goes_on() {
    let mut c = Connection::new();
    c.asks(1, "What is the");
    c.tell(1, playing());
    c.play(&SOUND, 10);
    let sent = c.tell(1, EventKind::TurnExtended);
    let id = &first(&sent, "response.output_item.done")["item"]["id"];
    let sent = c.client(json!({
        "type": "conversation.item.truncate", "item_id": id, "content_index": 0, "audio_end_ms": 80,
    }));
    assert_eq!(types(&sent), ["conversation.item.truncated"]);
}

#[test]
fn what_the_client_wrote_is_not_said_to_be_spoken_when_the_user_goes_on() {
    let mut c = Connection::new();
    write(&mut c, "Hello.");
    c.client(json!({ "type": "response.create" }));
    c.tell(1, ended("Hello.", EndReason::Typed));
    c.tell(1, EventKind::TurnExtended);
    let sent = c.asks(2, "Hello. How are you?");
    assert_eq!(first(&sent, TRANSCRIBED)["transcript"], "How are you?");
    c.tell(2, EventKind::TurnExtended);
    let sent = c.asks(3, "Hello. How are you today?");
    assert_eq!(
        first(&sent, TRANSCRIBED)["transcript"],
        "How are you today?"
    );
}

fn write(c: &mut Connection, text: &str) {
    c.client(json!({
        "type": "conversation.item.create",
        "item": {
            "type": "message", "role": "user",
            "content": [{ "type": "input_text", "text": text }],
        },
    }));
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
    assert_eq!(response["status_details"]["error"]["message"], "it is gone");
}

#[test]
fn speech_that_the_recognizer_failed_at_is_told_to_be_without_words() {
    let mut c = Connection::new();
    c.tell(1, EventKind::SpeechStarted);
    let (stage, message) = ("recognizer".into(), "it is gone".to_owned());
    let sent = c.tell(1, EventKind::Error { stage, message });
    let failed = "conversation.item.input_audio_transcription.failed";
    assert_eq!(first(&sent, failed)["error"]["message"], "it is gone");
}

#[test]
fn a_response_says_what_it_cost() {
    let mut c = Connection::new();
    c.asks(1, "Hello.");
    let (kept, read) = (30, 12);
    c.tell(1, EventKind::PromptRead { kept, read });
    c.tell(
        1,
        EventKind::ReplyComplete {
            draft: 1,
            text: "Hi.".into(),
            tokens: 5,
            tokens_per_s: 50.0,
            busy_ms: 100.0,
            cancelled: false,
        },
    );
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
fn a_session_that_is_started_again_ends_what_is_open_and_counts_its_turns_anew() {
    let mut c = Connection::new();
    c.asks(5, "Hello.");
    let sent = c.restarted();
    assert_eq!(sent.last().unwrap()["response"]["status"], "cancelled");
    let sent = c.tell(1, playing());
    assert_eq!(types(&sent)[0], "response.created");
}

#[test]
fn the_users_words_are_not_told_to_whom_wants_no_transcription() {
    let mut c = Connection::new();
    let input = json!({ "transcription": null });
    c.client(json!({ "type": "session.update", "session": { "audio": { "input": input } } }));
    let sent = c.asks(1, "Hello.");
    assert!(!types(&sent).contains(&TRANSCRIBED));
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
