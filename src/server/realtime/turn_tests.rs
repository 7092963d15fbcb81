//! What becomes of the user's turns.

use serde_json::{Value, json};

use super::testing::*;
use crate::events::{EndReason, EventKind, GoOnReason};

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
    assert_eq!(item["content"][0]["transcript"], Value::Null);
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
    let words = first(
        &sent,
        "conversation.item.input_audio_transcription.completed",
    );
    assert_eq!(words["transcript"], "What is the time?");
}

#[test]
fn the_words_of_what_was_said_come_once_and_the_item_has_them_from_then_on() {
    let mut c = Connection::new();
    let sent = c.asks(1, "What is it?");
    let told = sent
        .iter()
        .filter(|event| event.to_string().contains("What is it?"));
    assert_eq!(told.count(), 1, "{sent:?}");
    let id = &first(&sent, "conversation.item.added")["item"]["id"];
    let sent = c.client(json!({ "type": "conversation.item.retrieve", "item_id": id }));
    assert_eq!(sent[0]["item"]["content"][0]["transcript"], "What is it?");
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
fn speech_that_the_recognizer_failed_at_is_told_to_be_without_words() {
    let mut c = Connection::new();
    c.tell(1, EventKind::SpeechStarted);
    let (stage, message) = ("recognizer".into(), "it is gone".to_owned());
    let sent = c.tell(1, EventKind::Error { stage, message });
    let failed = "conversation.item.input_audio_transcription.failed";
    let message = first(&sent, failed)["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("recognizer") && !message.contains("gone"),
        "{message}"
    );
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
