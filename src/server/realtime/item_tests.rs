//! The conversation's items as a client creates, cuts and deletes them.

use serde_json::{Value, json};

use super::Output;
use super::items::MOST_ITEMS;
use super::testing::*;
use crate::events::EventKind;

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
    for item in [
        audio,
        empty,
        json!({ "type": "mcp_call", "name": "f", "arguments": "{}" }),
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
fn an_id_that_is_taken_is_refused_by_the_code_that_clients_know() {
    let mut c = Connection::new();
    create(&mut c, "a", "user", "Once.");
    let sent = create(&mut c, "a", "user", "Twice.");
    assert_eq!(sent[0]["error"]["code"], "item_create_duplicate_item_id");
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
fn an_item_that_is_being_made_cannot_be_deleted() {
    let mut c = Connection::new();
    c.asks(1, "Hello.");
    let sent = c.makes(1, &["Hi."]);
    let id = &first(&sent, "response.output_item.added")["item"]["id"];
    let sent = c.client(json!({ "type": "conversation.item.delete", "item_id": id }));
    assert_eq!(code(&sent), "item_delete_invalid_item_id");
}

#[test]
fn an_item_that_is_being_made_is_not_dropped() {
    let mut c = Connection::new();
    c.asks(1, "Hello.");
    let sent = c.makes(1, &["Hi."]);
    let id = first(&sent, "response.output_item.added")["item"]["id"].clone();
    for index in 0..MOST_ITEMS {
        create(&mut c, &format!("i{index}"), "user", "One.");
    }
    let sent = c.client(json!({ "type": "conversation.item.retrieve", "item_id": id }));
    assert_eq!(sent[0]["item"]["status"], "in_progress");
}

#[test]
fn the_client_knows_better_than_we_what_was_heard() {
    let mut c = Connection::new();
    c.asks(1, "Tell me a story.");
    c.tell(1, playing());
    c.tell(1, saying("Once"));
    c.play(&SOUND, 12);
    c.tell(1, saying("Once there"));
    c.tell(2, EventKind::SpeechStarted);
    let sent = c.tell(1, interrupted());
    let id = first(&sent, "response.output_item.done")["item"]["id"].clone();
    truncate(&mut c, &id, 0, 50);
    c.tell(1, heard("Once there"));
    let sent = c.client(json!({ "type": "conversation.item.retrieve", "item_id": id }));
    assert_eq!(sent[0]["item"]["content"][0]["transcript"], "Once");
}
