//! What becomes of a call that is given up: the user goes on, the client cancels it, or never answers.

use serde_json::{Value, json};

use super::Act;
use super::testing::*;
use crate::events::{EndReason, EventKind, TurnId};

/// The user asks something for which a function is called; its id.
fn called(c: &mut Connection) -> Value {
    c.asks(1, "How is it in Rome?");
    call_id(&c.calls(7, "weather"))
}

fn create_response(c: &mut Connection) -> Vec<Value> {
    c.client(json!({ "type": "response.create" }))
}

/// An answer to the call is kept and not passed on.
fn is_given_up(c: &mut Connection, id: &Value) {
    let sent = c.tells(id, "sunny");
    assert_eq!(
        types(&sent),
        ["conversation.item.added", "conversation.item.done"]
    );
    assert!(c.translator.response.is_none());
    let sent = create_response(c);
    assert_eq!(types(&sent), ["response.created", "response.done"]);
    let error = &sent[1]["response"]["status_details"]["error"];
    assert_eq!(error["code"], "nothing_to_answer");
    assert!(c.found().is_empty());
}

#[test]
fn an_answer_that_nobody_waits_for_is_kept_and_not_passed_on() {
    let mut c = Connection::new();
    let id = called(&mut c);
    c.translator.call_is_over(7);
    is_given_up(&mut c, &id);
}

#[test]
fn only_the_call_that_is_meant_is_over() {
    let mut c = Connection::new();
    let id = called(&mut c);
    c.translator.call_is_over(6);
    c.tells(&id, "sunny");
    create_response(&mut c);
    assert_eq!(c.found(), [(7, "sunny".into())]);
    c.translator.call_is_over(7);
    assert!(c.translator.response.is_some(), "its response goes on");
}

#[test]
fn a_turn_goes_on_unasked_where_no_answer_came() {
    let mut c = Connection::new();
    called(&mut c);
    c.translator.call_is_over(7);
    let sent = c.makes(1, &["I cannot say."]);
    assert_eq!(types(&sent)[0], "response.created");
    let sent = c.tell(1, playing());
    assert!(sent.is_empty(), "it is open");
    let sent = c.tell(1, heard("I cannot say."));
    let response = &sent.last().unwrap()["response"];
    assert_eq!(response["status"], "completed");
    assert_eq!(
        response["output"][0]["content"][0]["transcript"],
        "I cannot say."
    );
}

#[test]
fn a_turn_whose_words_were_made_before_goes_on_when_they_sound() {
    for sounds in [playing(), saying("I")] {
        let mut c = Connection::new();
        called(&mut c);
        assert!(c.makes(1, &["I cannot say."]).is_empty());
        c.translator.call_is_over(7);
        let sent = c.tell(1, sounds);
        assert_eq!(types(&sent)[0], "response.created");
    }
}

#[test]
fn another_call_after_one_without_an_answer_is_told() {
    let mut c = Connection::new();
    called(&mut c);
    c.translator.call_is_over(7);
    let sent = c.calls(8, "time");
    assert_eq!(types(&sent)[0], "response.created");
    c.tells(&call_id(&sent), "noon");
    create_response(&mut c);
    assert_eq!(c.found(), [(8, "noon".into())]);
}

#[test]
fn who_goes_on_speaking_while_a_call_waits_gives_the_turn_up_and_says_it_whole() {
    let mut c = Connection::new();
    c.asks(1, "How is it");
    c.makes(1, &["Let me look."]);
    let id = call_id(&c.calls(7, "weather"));
    let sent = c.tell(2, EventKind::SpeechStarted);
    assert_eq!(types(&sent), ["input_audio_buffer.speech_started"]);
    let sent = c.tell(1, EventKind::TurnExtended);
    let deleted = ["conversation.item.deleted"; 2];
    assert_eq!(
        types(&sent),
        deleted,
        "the user's item, and words that nobody heard"
    );
    c.translator.call_is_over(7);
    is_given_up(&mut c, &id);
    let sent = c.tell(2, ended("How is it in Rome?", EndReason::Silence));
    let words = "conversation.item.input_audio_transcription.completed";
    assert_eq!(first(&sent, words)["transcript"], "How is it in Rome?");
    assert!(types(&sent).contains(&"response.created"));
}

#[test]
fn what_was_said_before_a_call_is_taken_back_also_after_its_answer() {
    let mut c = Connection::new();
    c.asks(1, "How is it");
    c.makes(1, &["Let me look."]);
    let id = call_id(&c.calls(7, "weather"));
    c.tells(&id, "sunny");
    create_response(&mut c);
    c.makes(1, &["It is sunny."]);
    let sent = c.tell(1, EventKind::TurnExtended);
    let deleted = types(&sent)
        .iter()
        .filter(|t| **t == "conversation.item.deleted")
        .count();
    assert_eq!(
        deleted, 3,
        "the user's item, and the words before and after the call"
    );
}

#[test]
fn what_the_client_wrote_is_not_said_to_be_spoken_when_the_user_goes_on_while_a_call_waits() {
    let mut c = Connection::new();
    create(&mut c, "a", "user", "Hello.");
    create_response(&mut c);
    c.tell(1, ended("Hello.", EndReason::Typed));
    c.calls(7, "weather");
    assert!(c.tell(1, EventKind::TurnExtended).is_empty());
    let sent = c.asks(2, "Hello. How are you?");
    let words = "conversation.item.input_audio_transcription.completed";
    assert_eq!(first(&sent, words)["transcript"], "How are you?");
}

#[test]
fn a_turn_that_is_over_while_its_call_waits_does_not_go_on() {
    for over in [
        interrupted(),
        EventKind::TurnExtended,
        ignored("Stop."),
        heard(""),
    ] {
        let mut c = Connection::new();
        let id = called(&mut c);
        let sent = c.tell(1, over.clone());
        assert!(
            !types(&sent).iter().any(|t| t.starts_with("response.")),
            "{over:?}"
        );
        is_given_up(&mut c, &id);
        c.translator.call_is_over(7);
        assert!(c.makes(1, &["It is sunny."]).is_empty(), "{over:?}");
        assert!(c.tell(1, playing()).is_empty(), "{over:?}");
        assert!(c.calls(8, "time").is_empty(), "{over:?}");
    }
}

#[test]
fn what_becomes_of_another_turn_does_not_give_a_call_up() {
    for other in [
        ignored("Mm-hm."),
        interrupted(),
        EventKind::TurnExtended,
        heard(""),
    ] {
        let mut c = Connection::new();
        let id = called(&mut c);
        c.tell(2, EventKind::SpeechStarted);
        c.tell(2, other.clone());
        c.tells(&id, "sunny");
        create_response(&mut c);
        assert_eq!(c.found(), [(7, "sunny".into())], "{other:?}");
    }
}

#[test]
fn another_turn_that_is_answered_gives_a_call_up() {
    let mut c = Connection::new();
    let id = called(&mut c);
    c.asks(2, "Never mind. What time is it?");
    c.tells(&id, "sunny");
    assert!(c.tell(1, playing()).is_empty());
    c.makes(2, &["Noon."]);
    c.tell(2, heard("Noon."));
    is_given_up(&mut c, &id);
}

#[test]
fn a_turn_that_is_answered_anew_waits_for_no_result() {
    let mut c = Connection::new();
    let id = called(&mut c);
    c.tell(1, ended("How is it in Rome now?", EndReason::Silence));
    c.makes(1, &["Sunny."]);
    c.tell(1, heard("Sunny."));
    is_given_up(&mut c, &id);
}

#[test]
fn what_is_written_instead_of_an_answer_gives_the_call_up() {
    let mut c = Connection::new();
    let id = called(&mut c);
    create(&mut c, "a", "user", "Never mind.");
    create_response(&mut c);
    assert_eq!(c.acts(), [Act::Typed("Never mind.".into())]);
    c.tell(1, interrupted());
    c.translator.call_is_over(7);
    c.tell(2, ended("Never mind.", EndReason::Typed));
    c.makes(2, &["All right."]);
    let sent = c.tell(2, heard("All right."));
    assert_eq!(sent.last().unwrap()["response"]["status"], "completed");
    is_given_up(&mut c, &id);
}

#[test]
fn who_cancels_while_a_call_waits_gives_the_turn_up() {
    let mut c = Connection::new();
    let id = called(&mut c);
    let sent = c.client(json!({ "type": "response.cancel", "response_id": "resp_none" }));
    assert_eq!(
        (code(&sent), c.acts()),
        ("response_cancel_not_active", vec![])
    );
    let sent = c.client(json!({ "type": "response.cancel" }));
    assert_eq!(code(&sent), "response_cancel_not_active", "there is none");
    assert_eq!(c.acts(), [Act::Cancel]);
    is_given_up(&mut c, &id);
    assert!(c.tell(1, playing()).is_empty());
}

#[test]
fn a_session_that_is_started_again_waits_for_no_answer() {
    let mut c = Connection::new();
    let id = called(&mut c);
    assert!(c.restarted().is_empty());
    is_given_up(&mut c, &id);
    assert_eq!(c.translator.over, TurnId(0));
}

#[test]
fn who_speaks_over_a_reply_is_told_of_when_it_calls() {
    let mut c = Connection::new();
    c.asks(1, "How is it in Rome?");
    assert!(c.tell(2, EventKind::SpeechStarted).is_empty());
    let sent = c.calls(7, "weather");
    let ends = types(&sent)[sent.len() - 2..].to_vec();
    assert_eq!(ends, ["response.done", "input_audio_buffer.speech_started"]);
}

#[test]
fn what_was_heard_before_a_call_is_what_its_item_says_when_the_user_interrupts() {
    let mut c = Connection::new();
    c.asks(1, "How is it in Rome?");
    c.makes(1, &["Let me look."]);
    c.tell(1, playing());
    c.play(&SOUND, 4);
    let sent = c.calls(7, "weather");
    let id = first(&sent, "response.output_item.done")["item"]["id"].clone();
    c.tell(1, interrupted());
    c.tell(1, heard("Let me"));
    let sent = c.client(json!({ "type": "conversation.item.retrieve", "item_id": id }));
    assert_eq!(sent[0]["item"]["content"][0]["transcript"], "Let me");
}

#[test]
fn the_sound_of_a_call_that_was_given_up_is_not_part_of_the_next_reply() {
    let mut c = Connection::new();
    c.asks(1, "How is it in Rome?");
    c.makes(1, &["Let me look."]);
    c.tell(1, playing());
    c.calls(7, "weather");
    c.play(&SOUND, 40);
    c.tell(1, interrupted());
    c.tell(2, ended("Stop.", EndReason::Silence));
    c.makes(2, &["Yes."]);
    c.tell(2, playing());
    c.tell(2, heard("Yes."));
    assert!(audio(&c.sent).is_empty());
}
