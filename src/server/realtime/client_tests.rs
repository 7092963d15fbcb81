//! What a client says, and what it asks for beside settings and items.

use serde_json::json;

use super::Act;
use super::Output;
use super::testing::*;
use crate::events::{EndReason, EventKind};

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
    let sent = c.client(json!({ "type": "input_audio_buffer.commit" }));
    assert_eq!(code(&sent), "input_audio_buffer_commit_empty");
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
fn the_instructions_of_the_session_before_those_of_a_response_are_not_answered() {
    let mut c = Connection::new();
    let session = json!({ "type": "realtime", "instructions": "Be brief." });
    c.client(json!({ "type": "session.update", "session": session }));
    let response = json!({ "instructions": "Be brief.\nGreet the user." });
    c.client(json!({ "type": "response.create", "response": response }));
    assert_eq!(c.acts(), [Act::Typed("Greet the user.".into())]);
}

#[test]
fn a_response_with_the_instructions_of_the_session_alone_has_nothing_to_answer() {
    for instructions in ["Be brief.", "Be brief.\n"] {
        let mut c = Connection::new();
        let session = json!({ "type": "realtime", "instructions": "Be brief." });
        c.client(json!({ "type": "session.update", "session": session }));
        let response = json!({ "instructions": instructions });
        let sent = c.client(json!({ "type": "response.create", "response": response }));
        let done = &sent.last().unwrap()["response"];
        assert_eq!(done["status_details"]["error"]["code"], "nothing_to_answer");
    }
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
        } else {
            assert_eq!(c.acts(), [Act::Typed("Two.".into())]);
        }
    }
    c.tell(1, ended("One.", EndReason::Typed));
    assert!(c.tell(1, interrupted()).is_empty());
    c.tell(2, ended("Two.", EndReason::Typed));
    let sent = c.makes(2, &["Yes."]);
    assert!(types(&sent).contains(&"response.output_audio_transcript.delta"));
}

#[test]
fn what_was_written_before_somebody_spoke_is_not_answered_later() {
    let mut c = Connection::new();
    create(&mut c, "a", "user", "Hello.");
    c.tell(1, EventKind::SpeechStarted);
    let (stage, message) = ("recognizer".into(), "it is gone".to_owned());
    c.tell(1, EventKind::Error { stage, message });
    let sent = c.client(json!({ "type": "response.create" }));
    assert_eq!(sent[1]["response"]["status"], "failed");
}

#[test]
fn an_error_does_not_repeat_all_that_a_client_sent() {
    let mut c = Connection::new();
    let sent = c.client(json!({ "type": "x".repeat(100_000) }));
    assert!(sent[0].to_string().len() < 1_000);
}

#[test]
fn more_is_not_committed_than_is_kept() {
    let mut c = Connection::manual();
    let mut last = Vec::new();
    for _ in 0..101 {
        c.append(100);
        last = c.client(json!({ "type": "input_audio_buffer.commit" }));
    }
    assert_eq!(code(&last), "input_audio_buffer_full");
}
