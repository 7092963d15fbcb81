//! What a client asks for beside settings.

use serde_json::{Value, json};

use super::Act;
use super::Output;
use super::items::MOST_ITEMS;
use super::testing::*;
use crate::events::{EndReason, EventKind};

fn text_item(id: &str, role: &str, text: &str) -> Value {
    let kind = if role == "assistant" {
        "output_text"
    } else {
        "input_text"
    };
    let content = [json!({ "type": kind, "text": text })];
    json!({ "id": id, "type": "message", "role": role, "content": content })
}

fn create(c: &mut Connection, id: &str, role: &str, text: &str) -> Vec<Value> {
    let item = text_item(id, role, text);
    c.client(json!({ "type": "conversation.item.create", "item": item }))
}

fn code(sent: &[Value]) -> &str {
    first(sent, "error")["error"]["code"].as_str().unwrap()
}

#[test]
fn what_is_no_event_is_an_error_and_harms_nothing() {
    let mut c = Connection::new();
    for (frame, expected) in [
        ("", "invalid_json"),
        ("{", "invalid_json"),
        ("[]", "invalid_json"),
        ("{}", "missing_required_parameter"),
        (r#"{"type": 5}"#, "missing_required_parameter"),
        (r#"{"type": "session.destroy"}"#, "invalid_value"),
        (r#"{"type": "session.update"}"#, "invalid_value"),
        (
            r#"{"type": "input_audio_buffer.append", "audio": 5}"#,
            "invalid_value",
        ),
        (
            r#"{"type": "conversation.item.truncate", "item_id": "a"}"#,
            "invalid_value",
        ),
    ] {
        let sent = c.frame(frame);
        assert_eq!((sent.len(), code(&sent)), (1, expected), "{frame}");
        assert_eq!(sent[0]["error"]["type"], "invalid_request_error");
    }
}

#[test]
fn an_unknown_event_is_named_with_the_clients_id() {
    let mut c = Connection::new();
    let sent = c.frame(r#"{"type": "session.destroy", "event_id": "e1"}"#);
    let error = &sent[0]["error"];
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("session.destroy")
    );
    assert_eq!(error["event_id"], "e1");
}

#[test]
fn audio_goes_to_the_microphone() {
    let mut c = Connection::new();
    c.client(json!({ "type": "input_audio_buffer.append", "audio": "AQACAA==" }));
    assert_eq!(c.out, [Output::Hear(vec![1, 2])]);
}

#[test]
fn audio_that_cannot_be_read_is_an_error() {
    let mut c = Connection::new();
    let long = "AAAA".repeat(6 * 1024 * 1024);
    for audio in ["!", "AQAC", &long] {
        let event = json!({ "type": "input_audio_buffer.append", "audio": audio });
        let sent = c.client(event);
        assert_eq!(sent[0]["error"]["param"], "audio");
        assert_eq!(c.out.len(), 1);
    }
}

#[test]
fn a_commit_without_audio_is_an_error() {
    for mut c in [Connection::new(), Connection::manual()] {
        c.append(99);
        let sent = c.client(json!({ "type": "input_audio_buffer.commit" }));
        assert_eq!(code(&sent), "input_audio_buffer_commit_empty");
    }
}

#[test]
fn with_turn_detection_a_commit_ends_the_turn_of_who_speaks() {
    let mut c = Connection::new();
    c.append(500);
    let commit = json!({ "type": "input_audio_buffer.commit" });
    assert_eq!(
        code(&c.client(commit.clone())),
        "input_audio_buffer_commit_empty"
    );
    c.tell(1, EventKind::SpeechStarted);
    c.client(commit);
    assert_eq!(c.acts(), [Act::Release]);
    let sent = c.tell(1, ended("Hello.", EndReason::KeyReleased));
    assert!(types(&sent).contains(&"input_audio_buffer.committed"));
}

#[test]
fn by_hand_a_turn_is_pressed_committed_released_and_answered() {
    let mut c = Connection::manual();
    c.append(150);
    assert_eq!(c.acts(), [Act::Press]);
    assert!(c.tell(1, EventKind::SpeechStarted).is_empty());
    c.append(150);
    assert!(c.acts().is_empty());
    let sent = c.client(json!({ "type": "input_audio_buffer.commit" }));
    let expected = [
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
    ];
    assert_eq!(types(&sent), expected);
    assert!(c.acts().is_empty(), "nothing is answered unasked");
    let metadata = json!({ "client_event_id": "x" });
    let create = json!({ "type": "response.create", "response": { "metadata": metadata } });
    let sent = c.client(create);
    assert_eq!(c.acts(), [Act::Release]);
    assert_eq!(
        first(&sent, "response.created")["response"]["metadata"],
        metadata
    );
    let sent = c.tell(1, ended("Hello.", EndReason::KeyReleased));
    let words = first(
        &sent,
        "conversation.item.input_audio_transcription.completed",
    );
    assert_eq!(
        (&words["transcript"], &words["usage"]["seconds"]),
        (&json!("Hello."), &json!(0.3))
    );
    c.makes(1, &["Hi."]);
    let sent = c.tell(1, heard("Hi."));
    assert_eq!(sent.last().unwrap()["response"]["metadata"], metadata);
}

#[test]
fn by_hand_a_turn_that_says_nothing_is_answered_by_nothing() {
    let mut c = Connection::manual();
    c.append(150);
    c.client(json!({ "type": "input_audio_buffer.commit" }));
    c.client(json!({ "type": "response.create" }));
    let sent = c.tell(1, ignored(""));
    assert_eq!(sent.last().unwrap()["response"]["status"], "completed");
}

#[test]
fn by_hand_what_is_appended_during_a_response_begins_no_turn() {
    let mut c = Connection::manual();
    create(&mut c, "a", "user", "Hello.");
    c.client(json!({ "type": "response.create" }));
    c.tell(1, ended("Hello.", EndReason::Typed));
    c.append(500);
    assert!(c.acts().is_empty());
    c.client(json!({ "type": "response.cancel" }));
    c.append(10);
    assert_eq!(c.acts(), [Act::Press]);
}

#[test]
fn by_hand_a_turn_that_is_cancelled_before_it_is_known_is_discarded() {
    let mut c = Connection::manual();
    c.append(150);
    c.client(json!({ "type": "input_audio_buffer.commit" }));
    c.client(json!({ "type": "response.create" }));
    c.client(json!({ "type": "response.cancel" }));
    assert_eq!(c.acts(), [Act::Discard, Act::Cancel]);
    // It was decided meanwhile.
    assert!(
        c.tell(1, ended("Hello.", EndReason::KeyReleased))
            .is_empty()
    );
    assert!(c.tell(1, playing()).is_empty());
}

#[test]
fn what_is_cleared_is_no_turn() {
    let mut c = Connection::manual();
    c.append(150);
    let sent = c.client(json!({ "type": "input_audio_buffer.clear" }));
    assert_eq!(types(&sent), ["input_audio_buffer.cleared"]);
    assert_eq!(c.acts(), [Act::Discard]);
    let sent = c.client(json!({ "type": "input_audio_buffer.commit" }));
    assert_eq!(code(&sent), "input_audio_buffer_commit_empty");
}

#[test]
fn items_are_put_where_they_belong_and_given_back() {
    let mut c = Connection::new();
    create(&mut c, "a", "user", "One.");
    create(&mut c, "b", "assistant", "Two.");
    for (previous, expected) in [("root", Value::Null), ("a", json!("a"))] {
        let item = text_item(&format!("after-{previous}"), "system", "Three.");
        let create = "conversation.item.create";
        let event = json!({ "type": create, "previous_item_id": previous, "item": item });
        let sent = c.client(event);
        assert_eq!(
            types(&sent),
            ["conversation.item.added", "conversation.item.done"]
        );
        assert_eq!(sent[0]["previous_item_id"], expected);
    }
    let sent = c.client(json!({ "type": "conversation.item.retrieve", "item_id": "b" }));
    let content = json!([{ "type": "output_text", "text": "Two." }]);
    assert_eq!(sent[0]["item"]["content"], content);
    let sent = c.client(json!({ "type": "conversation.item.delete", "item_id": "b" }));
    assert_eq!(sent[0]["item_id"], "b");
    let sent = c.client(json!({ "type": "conversation.item.retrieve", "item_id": "b" }));
    assert_eq!(code(&sent), "item_retrieve_invalid_item_id");
}

#[test]
fn items_that_cannot_be_are_errors() {
    let mut c = Connection::new();
    create(&mut c, "a", "user", "One.");
    let mut audio = text_item("x", "user", "");
    audio["content"][0] = json!({ "type": "input_audio", "audio": "" });
    let mut empty = text_item("x", "user", "");
    empty["content"] = json!([]);
    let call = json!({ "type": "function_call", "name": "f", "arguments": "{}" });
    for item in [
        audio,
        empty,
        call,
        text_item("a", "user", "Again."),
        text_item("", "user", "No id."),
        text_item("x", "critic", "No role."),
        text_item("x", "user", &"long ".repeat(10_000)),
    ] {
        let sent = c.client(json!({ "type": "conversation.item.create", "item": item }));
        assert_eq!(types(&sent), ["error"], "{item}");
    }
    let item = text_item("x", "user", "Behind what?");
    let create = "conversation.item.create";
    let event = json!({ "type": create, "previous_item_id": "none", "item": item });
    assert_eq!(c.client(event)[0]["error"]["param"], "previous_item_id");
}

#[test]
fn the_oldest_item_is_dropped_and_told_of() {
    let mut c = Connection::new();
    for index in 0..MOST_ITEMS {
        create(&mut c, &format!("i{index}"), "user", "One.");
    }
    let sent = create(&mut c, "last", "user", "One more.");
    assert_eq!(first(&sent, "conversation.item.deleted")["item_id"], "i0");
}

/// A reply of 200 ms of which two words were said, the second at 100 ms; and its item.
fn told(c: &mut Connection) -> Value {
    c.asks(1, "Tell me a story.");
    c.makes(1, &["Once there was."]);
    c.tell(1, playing());
    c.tell(1, saying("Once"));
    c.play(&SOUND, 12);
    c.tell(1, saying("Once there"));
    c.play(&SOUND, 8);
    let sent = c.tell(1, heard("Once there was."));
    first(&sent, "response.output_item.done")["item"]["id"].clone()
}

fn truncate(c: &mut Connection, item_id: &Value, index: u32, end_ms: i64) -> Vec<Value> {
    c.client(json!({
        "type": "conversation.item.truncate",
        "item_id": item_id,
        "content_index": index,
        "audio_end_ms": end_ms,
    }))
}

#[test]
fn a_reply_that_is_truncated_says_what_was_heard_by_then() {
    let mut c = Connection::new();
    let id = told(&mut c);
    let sent = truncate(&mut c, &id, 0, 100);
    assert_eq!(types(&sent), ["conversation.item.truncated"]);
    assert!(c.out.contains(&Output::Truncated { behind_ms: 100 }));
    let sent = c.client(json!({ "type": "conversation.item.retrieve", "item_id": id }));
    assert_eq!(sent[0]["item"]["content"][0]["transcript"], "Once");
}

#[test]
fn a_reply_that_is_truncated_at_its_end_keeps_its_words() {
    let mut c = Connection::new();
    let id = told(&mut c);
    truncate(&mut c, &id, 0, 200);
    let sent = c.client(json!({ "type": "conversation.item.retrieve", "item_id": id }));
    assert_eq!(
        sent[0]["item"]["content"][0]["transcript"],
        "Once there was."
    );
}

#[test]
fn what_cannot_be_truncated_is_an_error() {
    let mut c = Connection::new();
    let id = told(&mut c);
    create(&mut c, "a", "user", "One.");
    for (id, index, end_ms) in [
        (&id, 0, 201),
        (&id, 1, 100),
        (&id, 0, -1),
        (&json!("a"), 0, 0),
        (&json!("none"), 0, 0),
    ] {
        let sent = truncate(&mut c, id, index, end_ms);
        assert_eq!(types(&sent), ["error"], "{id} {index} {end_ms}");
    }
}

#[test]
fn what_was_written_since_the_last_reply_is_answered() {
    let mut c = Connection::new();
    create(&mut c, "a", "user", "Before.");
    create(&mut c, "b", "assistant", "Yes.");
    create(&mut c, "c", "system", "Be brief.");
    create(&mut c, "d", "user", "Hello.");
    create(&mut c, "e", "user", "How are you?");
    let sent = c.client(json!({ "type": "response.create" }));
    assert_eq!(types(&sent)[0], "response.created");
    assert_eq!(c.acts(), [Act::Typed("Hello.\nHow are you?".into())]);
    let sent = c.tell(1, ended("Hello. How are you?", EndReason::Typed));
    assert!(sent.is_empty(), "the client knows its items");
    c.makes(1, &["Fine."]);
    let sent = c.tell(1, heard("Fine."));
    assert_eq!(sent.last().unwrap()["response"]["status"], "completed");
}

#[test]
fn instructions_alone_are_answered_without_an_item() {
    let mut c = Connection::new();
    let response = json!({ "instructions": "Greet the user." });
    c.client(json!({ "type": "response.create", "response": response }));
    assert_eq!(c.acts(), [Act::Typed("Greet the user.".into())]);
}

#[test]
fn where_there_is_nothing_to_answer_the_response_fails() {
    let mut c = Connection::new();
    let sent = c.client(json!({ "type": "response.create" }));
    assert_eq!(types(&sent), ["response.created", "response.done"]);
    let error = &sent[1]["response"]["status_details"]["error"];
    assert!(error["message"].is_string());
    assert!(c.acts().is_empty());
}

#[test]
fn a_second_response_is_an_error() {
    let mut c = Connection::new();
    c.asks(1, "Hello.");
    let sent = c.client(json!({ "type": "response.create", "event_id": "e1" }));
    assert_eq!(code(&sent), "conversation_already_has_active_response");
    assert_eq!(sent[0]["error"]["event_id"], "e1");
}

#[test]
fn a_response_that_cannot_be_had_is_an_error() {
    for response in [
        json!({ "conversation": "none" }),
        json!({ "input": [] }),
        json!({ "metadata": { "a": 1 } }),
        json!({ "output_modalities": ["smell"] }),
        json!({ "instructions": "x".repeat(40_000) }),
    ] {
        let mut c = Connection::new();
        let sent = c.client(json!({ "type": "response.create", "response": response }));
        assert_eq!(types(&sent), ["error"], "{response}");
    }
}

#[test]
fn only_the_response_that_is_active_can_be_cancelled() {
    let mut c = Connection::new();
    let cancel = |id: Option<&str>| json!({ "type": "response.cancel", "response_id": id });
    assert_eq!(code(&c.client(cancel(None))), "response_cancel_not_active");
    let sent = c.asks(1, "Hello.");
    assert_eq!(
        code(&c.client(cancel(Some("x")))),
        "response_cancel_not_active"
    );
    let id = first(&sent, "response.created")["response"]["id"].clone();
    let sent = c.client(cancel(id.as_str()));
    assert_eq!(types(&sent).last(), Some(&"response.done"));
}

#[test]
fn what_was_written_and_cancelled_does_not_answer_what_was_written_next() {
    let mut c = Connection::new();
    for text in ["One.", "Two."] {
        create(&mut c, text, "user", text);
        c.client(json!({ "type": "response.create" }));
        if text == "One." {
            c.client(json!({ "type": "response.cancel" }));
        }
    }
    c.tell(1, ended("One.", EndReason::Typed));
    assert!(c.tell(1, interrupted()).is_empty());
    c.tell(2, ended("Two.", EndReason::Typed));
    let sent = c.makes(2, &["Yes."]);
    assert_eq!(types(&sent), ["response.output_audio_transcript.delta"]);
}

#[test]
fn an_item_that_is_being_made_cannot_be_deleted() {
    let mut c = Connection::new();
    let sent = c.asks(1, "Hello.");
    let id = &first(&sent, "response.output_item.added")["item"]["id"];
    let sent = c.client(json!({ "type": "conversation.item.delete", "item_id": id }));
    assert_eq!(code(&sent), "item_delete_invalid_item_id");
}
