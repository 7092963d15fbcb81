//! What a client gets of a call of its function, and what becomes of its answer.

use serde_json::{Value, json};

use super::Act;
use super::testing::*;
use crate::events::{EndReason, EventKind};

fn create_response() -> Value {
    json!({ "type": "response.create" })
}

/// The user asks something for which a function is called; its id.
fn called(c: &mut Connection) -> Value {
    c.asks(1, "How is it in Rome?");
    call_id(&c.calls(7, "weather"))
}

/// A call of which the client has told what came of it; its id.
fn answered(c: &mut Connection) -> Value {
    let id = called(c);
    c.tells(&id, "sunny");
    c.client(create_response());
    id
}

#[test]
fn a_call_is_told_in_the_order_of_the_protocol() {
    let mut c = Connection::new();
    let asked = c.asks(1, "How is it in Rome?");
    let sent = c.calls(7, "weather");
    let expected = [
        "response.output_item.added",
        "conversation.item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ];
    assert_eq!(types(&sent), expected);
    let user = first(&asked, "conversation.item.added")["item"]["id"].clone();
    assert_eq!(sent[1]["previous_item_id"], user);
    let (added, done) = (&sent[1]["item"], &sent[4]["item"]);
    assert_eq!(
        (&added["type"], &added["name"]),
        (&json!("function_call"), &json!("weather"))
    );
    assert_eq!(
        (&added["status"], &added["arguments"]),
        (&json!("in_progress"), &json!(""))
    );
    let arguments = json!(r#"{"city":"Rome"}"#);
    assert_eq!(
        (&done["status"], &done["arguments"]),
        (&json!("completed"), &arguments)
    );
    assert_eq!(
        (&sent[2]["delta"], &sent[3]["arguments"]),
        (&arguments, &arguments)
    );
    assert_eq!(sent[3]["name"], "weather");
    for (event, field) in [(0, "item"), (1, "item"), (4, "item"), (5, "item")] {
        assert_eq!(sent[event][field]["call_id"], sent[3]["call_id"]);
    }
    let response = &sent[6]["response"];
    assert_eq!(
        (&response["status"], &response["output"]),
        (&json!("completed"), &json!([done]))
    );
    assert!(response["usage"]["total_tokens"].is_u64());
}

#[test]
fn a_call_after_words_is_the_second_item_of_its_response() {
    let mut c = Connection::new();
    c.asks(1, "How is it in Rome?");
    c.makes(1, &["Let me look."]);
    c.tell(1, playing());
    c.play(&SOUND, 2);
    let sent = c.calls(7, "weather");
    assert_eq!(audio(&sent).len(), 480, "what has sounded is told before");
    let ends = types(&sent)
        .iter()
        .position(|t| *t == "response.output_item.done");
    let begins = types(&sent)
        .iter()
        .position(|t| *t == "response.output_item.added");
    assert!(ends < begins, "{:?}", types(&sent));
    let message = &sent[ends.unwrap()];
    assert_eq!(
        (&message["output_index"], &message["item"]["status"]),
        (&json!(0), &json!("completed"))
    );
    for event in &sent[begins.unwrap()..] {
        let kind = event["type"].as_str().unwrap();
        if kind.starts_with("response.") && kind != "response.done" {
            assert_eq!(event["output_index"], 1, "{kind}");
        }
    }
    let output = sent.last().unwrap()["response"]["output"].clone();
    let kinds = [&output[0]["type"], &output[1]["type"]];
    assert_eq!(kinds, [&json!("message"), &json!("function_call")]);
    assert_eq!(output[0]["content"][0]["transcript"], "Let me look.");
}

#[test]
fn the_answer_goes_to_the_session_when_a_response_is_asked_for() {
    let mut c = Connection::new();
    let id = called(&mut c);
    let sent = c.tells(&id, "sunny");
    assert_eq!(
        types(&sent),
        ["conversation.item.added", "conversation.item.done"]
    );
    assert_eq!(sent[0]["item"]["output"], "sunny");
    assert!(c.found().is_empty());
    let metadata = json!({ "client_event_id": "x" });
    let sent = c.client(json!({ "type": "response.create", "response": { "metadata": metadata } }));
    assert_eq!(types(&sent), ["response.created"]);
    assert_eq!(sent[0]["response"]["metadata"], metadata);
    assert_eq!(c.found(), [(7, "sunny".into())]);
    assert!(c.acts().is_empty(), "it is the same turn");
}

#[test]
fn the_reply_goes_on_in_the_response_after_the_answer() {
    let mut c = Connection::new();
    let id = answered(&mut c);
    let sent = c.makes(1, &["It is sunny."]);
    assert_eq!(types(&sent)[0], "response.output_item.added");
    assert_eq!(sent[0]["output_index"], 0);
    c.tell(1, playing());
    c.play(&SOUND, 4);
    let sent = c.tell(1, heard("It is sunny."));
    let response = &sent.last().unwrap()["response"];
    assert_eq!(response["status"], "completed");
    assert_eq!(
        response["output"][0]["content"][0]["transcript"],
        "It is sunny."
    );
    assert_eq!(audio(&c.sent).len(), 960);
    // It is over.
    c.tells(&id, "rainy");
    c.client(create_response());
    assert!(c.found().is_empty());
}

#[test]
fn the_calls_of_one_reply_come_one_after_the_other() {
    let mut c = Connection::new();
    let id = answered(&mut c);
    let sent = c.calls(8, "time");
    assert_eq!(types(&sent).last(), Some(&"response.done"));
    let second = call_id(&sent);
    assert_ne!(second, id);
    c.tells(&second, "noon");
    c.client(create_response());
    assert_eq!(c.found(), [(8, "noon".into())]);
}

#[test]
fn the_response_after_the_answer_is_cancelled_as_any() {
    let mut c = Connection::new();
    answered(&mut c);
    let sent = c.client(json!({ "type": "response.cancel" }));
    assert_eq!(sent.last().unwrap()["response"]["status"], "cancelled");
    assert_eq!(c.acts(), [Act::Cancel]);
    assert!(c.tell(1, playing()).is_empty());
    assert!(c.calls(8, "time").is_empty());
}

#[test]
fn a_call_of_a_response_that_was_cancelled_is_not_told() {
    let mut c = Connection::new();
    c.asks(1, "How is it in Rome?");
    c.client(json!({ "type": "response.cancel" }));
    assert!(c.calls(7, "weather").is_empty());
    create(&mut c, "a", "user", "Hello.");
    c.client(create_response());
    assert!(c.calls(8, "weather").is_empty(), "it is of no turn yet");
}

#[test]
fn the_last_of_two_answers_counts_and_one_that_was_deleted_does_not() {
    let mut c = Connection::new();
    let id = called(&mut c);
    c.tells(&id, "sunny");
    c.tells(&id, "rainy");
    let sent = c.tells(&id, "foggy");
    let item_id = &sent[0]["item"]["id"];
    c.client(json!({ "type": "conversation.item.delete", "item_id": item_id }));
    c.client(create_response());
    assert_eq!(c.found(), [(7, "rainy".into())]);
}

#[test]
fn a_call_whose_item_was_deleted_can_be_answered() {
    let mut c = Connection::new();
    c.asks(1, "How is it in Rome?");
    let sent = c.calls(7, "weather");
    let item_id = &first(&sent, "conversation.item.added")["item"]["id"];
    c.client(json!({ "type": "conversation.item.delete", "item_id": item_id }));
    c.tells(&call_id(&sent), "sunny");
    c.client(create_response());
    assert_eq!(c.found(), [(7, "sunny".into())]);
}

#[test]
fn an_answer_to_no_call_is_an_error() {
    let mut c = Connection::new();
    called(&mut c);
    let sent = c.tells(&json!("call_none"), "sunny");
    assert_eq!(types(&sent), ["error"]);
    assert_eq!(code(&sent), "item_create_invalid_call_id");
    let sent = c.client(create_response());
    assert_eq!(
        sent[1]["response"]["status"], "failed",
        "nothing was answered"
    );
}

#[test]
fn what_the_user_wrote_with_the_answer_is_answered_after_it() {
    let mut c = Connection::new();
    let id = called(&mut c);
    c.tells(&id, "sunny");
    create(&mut c, "a", "user", "And in Paris?");
    c.client(create_response());
    assert_eq!(c.found(), [(7, "sunny".into())]);
    c.makes(1, &["It is sunny."]);
    c.tell(1, heard("It is sunny."));
    c.client(create_response());
    assert_eq!(c.acts(), [Act::Typed("And in Paris?".into())]);
}

#[test]
fn what_a_call_cost_is_not_told_twice() {
    let mut c = Connection::new();
    c.asks(1, "How is it in Rome?");
    let (kept, read) = (30, 12);
    c.tell(1, EventKind::PromptRead { kept, read });
    let sent = c.calls(7, "weather");
    assert_eq!(
        sent.last().unwrap()["response"]["usage"]["input_tokens"],
        42
    );
    c.tells(&call_id(&sent), "sunny");
    c.client(create_response());
    let sent = c.tell(1, heard(""));
    assert_eq!(sent.last().unwrap()["response"]["usage"]["input_tokens"], 0);
}

#[test]
fn what_still_sounds_when_a_call_is_made_comes_with_the_words_after_it() {
    let mut c = Connection::new();
    c.asks(1, "How is it in Rome?");
    c.makes(1, &["Let me look."]);
    c.tell(1, playing());
    c.play(&SOUND, 1);
    let id = call_id(&c.calls(7, "weather"));
    assert!(c.play(&SOUND, 40).is_empty());
    c.play(&SILENCE, 1_000);
    c.tells(&id, "sunny");
    c.client(create_response());
    assert!(c.play(&SILENCE, 100).is_empty(), "silence is no message");
    assert!(c.play(&SOUND, 1).is_empty());
    c.makes(1, &["It is sunny."]);
    let sent = c.play(&SOUND, 1);
    let loud = audio(&sent).iter().filter(|sample| **sample != 0).count();
    assert_eq!(loud, 42 * 240);
}

#[test]
fn no_more_sound_is_kept_for_later_than_10_s() {
    let mut c = Connection::new();
    c.asks(1, "How is it in Rome?");
    c.makes(1, &["Let me look."]);
    c.tell(1, playing());
    let id = call_id(&c.calls(7, "weather"));
    c.play(&SOUND, 5_000);
    c.tells(&id, "sunny");
    c.client(create_response());
    c.makes(1, &["It is sunny."]);
    assert_eq!(audio(&c.play(&SOUND, 1)).len(), 240_240);
}

#[test]
fn a_reply_that_begins_to_sound_while_a_call_waits_opens_no_response() {
    let mut c = Connection::new();
    let id = called(&mut c);
    assert!(c.makes(1, &["One moment."]).is_empty());
    assert!(c.tell(1, playing()).is_empty());
    assert!(c.play(&SOUND, 10).is_empty());
    assert!(c.tell(1, saying("One")).is_empty());
    c.tells(&id, "sunny");
    let sent = c.client(create_response());
    let words = first(&sent, "response.output_audio_transcript.delta");
    assert_eq!(words["delta"], "One moment.");
    c.makes(1, &["It is sunny."]);
    c.play(&SOUND, 10);
    c.tell(1, heard("One moment. It is sunny."));
    assert_eq!(audio(&c.sent).len(), 20 * 240);
    let words = first(&c.sent, "response.output_audio_transcript.done");
    assert_eq!(words["transcript"], "One moment. It is sunny.");
}

#[test]
fn the_words_before_a_call_are_not_said_again_after_it() {
    let mut c = Connection::new();
    c.asks(1, "How is it in Rome?");
    c.makes(1, &["Let me look."]);
    c.tell(1, playing());
    let id = call_id(&c.calls(7, "weather"));
    c.tells(&id, "sunny");
    c.client(create_response());
    c.makes(1, &["It is sunny."]);
    c.tell(1, saying("Let me"));
    c.tell(1, saying("Let me look. It"));
    c.tell(2, EventKind::SpeechStarted);
    let sent = c.tell(1, interrupted());
    let told = first(&sent, "response.output_audio_transcript.done");
    assert_eq!(told["transcript"], "It is sunny.");
    let item = first(&sent, "response.output_item.done")["item"].clone();
    assert_eq!(item["content"][0]["transcript"], "It");
    c.tell(1, heard("Let me look. It is"));
    let sent = c.client(json!({ "type": "conversation.item.retrieve", "item_id": item["id"] }));
    assert_eq!(sent[0]["item"]["content"][0]["transcript"], "It is");
}

#[test]
fn a_text_response_may_follow_a_call_of_a_spoken_one() {
    let mut c = Connection::new();
    let id = called(&mut c);
    c.tells(&id, "sunny");
    let response = json!({ "output_modalities": ["text"] });
    c.client(json!({ "type": "response.create", "response": response }));
    let sent = c.makes(1, &["It is sunny."]);
    assert!(types(&sent).contains(&"response.output_text.delta"));
}

#[test]
fn what_fails_while_a_call_waits_has_failed_in_the_end() {
    let mut c = Connection::new();
    let id = called(&mut c);
    let (stage, message) = ("voice".into(), "it is gone".to_owned());
    c.tell(1, EventKind::Error { stage, message });
    c.tells(&id, "sunny");
    c.client(create_response());
    let sent = c.tell(1, heard(""));
    assert_eq!(sent.last().unwrap()["response"]["status"], "failed");
}

#[test]
fn by_hand_what_is_appended_while_a_call_waits_begins_no_turn() {
    let mut c = Connection::manual();
    create(&mut c, "a", "user", "How is it in Rome?");
    c.client(create_response());
    c.tell(1, ended("How is it in Rome?", EndReason::Typed));
    let id = call_id(&c.calls(7, "weather"));
    c.append(500);
    assert!(c.acts().is_empty());
    c.tells(&id, "sunny");
    c.client(create_response());
    assert_eq!(c.found(), [(7, "sunny".into())]);
    let sent = c.tell(1, heard(""));
    assert_eq!(sent.last().unwrap()["response"]["status"], "completed");
    c.append(10);
    assert_eq!(c.acts(), [Act::Press]);
}
