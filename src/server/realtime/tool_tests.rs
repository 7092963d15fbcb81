//! The functions that a client names, and items of calls that it creates itself.

use serde_json::{Value, json};

use super::testing::*;
use crate::tool_call::ToolDefinition;

fn update(c: &mut Connection, session: Value) -> Vec<Value> {
    c.client(json!({ "type": "session.update", "session": session }))
}

fn weather() -> Value {
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    let description = "How the weather is.";
    json!({ "type": "function", "name": "weather", "description": description, "parameters": parameters })
}

#[test]
fn functions_are_told_to_the_session_and_given_back() {
    let mut c = Connection::new();
    let bare = json!({ "type": "function", "name": "time", "parameters": null });
    let sent = update(&mut c, json!({ "tools": [weather(), bare] }));
    let any = json!({ "type": "object", "properties": {} });
    let whole = json!({ "type": "function", "name": "time", "description": "", "parameters": any });
    assert_eq!(sent[0]["session"]["tools"], json!([weather(), whole]));
    let tools = c.configured().unwrap().tools;
    let expected = ToolDefinition {
        name: "weather".into(),
        description: "How the weather is.".into(),
        parameters: weather()["parameters"].clone(),
    };
    assert_eq!((tools.len(), &tools[0]), (2, &expected));
    assert_eq!(tools[1].parameters, any);
}

#[test]
fn functions_stay_until_others_are_given() {
    let mut c = Connection::new();
    update(&mut c, json!({ "tools": [weather()] }));
    for nothing_else in [json!({}), json!({ "tools": [weather()] })] {
        let sent = update(&mut c, nothing_else);
        assert_eq!(sent[0]["session"]["tools"][0]["name"], "weather");
        assert_eq!(c.configured(), None);
    }
    update(&mut c, json!({ "tools": [] }));
    assert!(c.configured().unwrap().tools.is_empty());
}

#[test]
fn who_chooses_none_has_functions_that_are_not_called() {
    let mut c = Connection::new();
    update(&mut c, json!({ "tools": [weather()] }));
    let sent = update(&mut c, json!({ "tool_choice": "none" }));
    assert_eq!(sent[0]["session"]["tool_choice"], "none");
    assert_eq!(sent[0]["session"]["tools"][0]["name"], "weather");
    assert!(c.configured().unwrap().tools.is_empty());
    update(&mut c, json!({ "tool_choice": "auto" }));
    assert_eq!(c.configured().unwrap().tools.len(), 1);
}

#[test]
fn a_call_cannot_be_required() {
    let function = json!({ "type": "function", "name": "weather" });
    for choice in [json!("required"), function, json!("auto")] {
        let mut c = Connection::new();
        let sent = update(
            &mut c,
            json!({ "tools": [weather()], "tool_choice": choice }),
        );
        assert_eq!(sent[0]["session"]["tool_choice"], "auto");
        assert_eq!(c.configured().unwrap().tools.len(), 1);
    }
}

/// Tools, and the field that is wrong in them.
fn wrong_tools() -> Vec<(Value, &'static str)> {
    let named = |name: &str| json!([weather(), { "type": "function", "name": name }]);
    let with = |field: &str, value: Value| {
        let mut tool = weather();
        tool[field] = value;
        json!([tool])
    };
    let many = |index: usize| json!({ "type": "function", "name": format!("f{index}") });
    vec![
        (json!({}), "session.tools"),
        ((0..65).map(many).collect(), "session.tools"),
        (json!([5]), "session.tools[0]"),
        (json!([{ "name": "f" }]), "session.tools[0].type"),
        (
            json!([{ "type": "mcp", "name": "f" }]),
            "session.tools[0].type",
        ),
        (
            json!([weather(), { "type": "function" }]),
            "session.tools[1].name",
        ),
        (named("weather"), "session.tools[1].name"),
        (named(""), "session.tools[1].name"),
        (named("two words"), "session.tools[1].name"),
        (named(&"x".repeat(65)), "session.tools[1].name"),
        (
            with("description", json!(5)),
            "session.tools[0].description",
        ),
        (
            with("description", json!("x".repeat(2_049))),
            "session.tools[0].description",
        ),
        (
            with("parameters", json!("{}")),
            "session.tools[0].parameters",
        ),
        (
            with("parameters", json!({ "x": "x".repeat(16_384) })),
            "session.tools[0].parameters",
        ),
    ]
}

#[test]
fn a_function_that_cannot_be_is_told_by_its_field_and_changes_nothing() {
    for (tools, param) in wrong_tools() {
        let mut c = Connection::new();
        let sent = update(&mut c, json!({ "tools": tools, "tool_choice": "none" }));
        assert_eq!(
            (types(&sent), &sent[0]["error"]["param"]),
            (vec!["error"], &json!(param))
        );
        let sent = update(&mut c, json!({}));
        assert_eq!(sent[0]["session"]["tool_choice"], "auto", "{param}");
    }
    for choice in [
        json!("always"),
        json!(5),
        json!([]),
        json!({ "type": "mcp" }),
        json!({ "type": "function" }),
    ] {
        let sent = update(&mut Connection::new(), json!({ "tool_choice": choice }));
        assert_eq!(sent[0]["error"]["param"], "session.tool_choice", "{choice}");
    }
}

#[test]
fn the_most_and_longest_that_may_be_are_taken() {
    let mut tools: Vec<Value> = (0..63)
        .map(|index| json!({ "type": "function", "name": format!("f{index}") }))
        .collect();
    // What is around it has 8 bytes.
    let parameters = json!({ "x": "x".repeat(16_384 - 8) });
    let (name, description) = ("N-_9".repeat(16), "x".repeat(2_048));
    tools.push(json!({ "type": "function", "name": name, "description": description, "parameters": parameters }));
    let sent = update(&mut Connection::new(), json!({ "tools": tools }));
    assert_eq!(types(&sent), ["session.updated"]);
}

fn create_item(c: &mut Connection, item: &Value) -> Vec<Value> {
    c.client(json!({ "type": "conversation.item.create", "item": item }))
}

fn call_item() -> Value {
    let (name, arguments) = ("weather", r#"{"city":"Rome"}"#);
    json!({ "id": "a", "type": "function_call", "call_id": "c1", "name": name, "arguments": arguments })
}

#[test]
fn calls_of_before_are_kept_and_given_back() {
    let mut c = Connection::new();
    let parts =
        json!([{ "type": "input_text", "text": "sun" }, { "type": "input_text", "text": "ny" }]);
    let output =
        json!({ "id": "b", "type": "function_call_output", "call_id": "c1", "output": parts });
    for item in [call_item(), output] {
        let sent = create_item(&mut c, &item);
        assert_eq!(
            types(&sent),
            ["conversation.item.added", "conversation.item.done"]
        );
        assert_eq!(sent[0]["item"]["status"], "completed");
    }
    for (id, field, expected) in [
        ("a", "arguments", r#"{"city":"Rome"}"#),
        ("b", "output", "sunny"),
    ] {
        let sent = c.client(json!({ "type": "conversation.item.retrieve", "item_id": id }));
        assert_eq!(sent[0]["item"][field], expected);
        assert_eq!(sent[0]["item"]["call_id"], "c1");
        let truncate = "conversation.item.truncate";
        let sent = c.client(
            json!({ "type": truncate, "item_id": id, "content_index": 0, "audio_end_ms": 0 }),
        );
        assert_eq!(code(&sent), "item_truncate_invalid_item_id");
        let sent = c.client(json!({ "type": "conversation.item.delete", "item_id": id }));
        assert_eq!(types(&sent), ["conversation.item.deleted"]);
    }
    let sent = c.client(json!({ "type": "response.create" }));
    assert_eq!(
        sent[1]["response"]["status"], "failed",
        "there is nothing to answer"
    );
}

#[test]
fn items_of_calls_that_cannot_be_are_errors() {
    let mut c = Connection::new();
    create_item(&mut c, &call_item());
    let call = |field: &str, value: Value| {
        let mut item = call_item();
        (item["id"], item["call_id"]) = (json!("x"), json!("c2"));
        item[field] = value;
        (item, field.to_owned())
    };
    let output = |field: &str, value: Value| {
        let mut item =
            json!({ "type": "function_call_output", "call_id": "c1", "output": "sunny" });
        item[field] = value;
        (item, field.to_owned())
    };
    let long = json!("x".repeat(32 * 1024 + 1));
    for (item, field) in [
        call("call_id", json!("c1")),
        call("call_id", Value::Null),
        call("call_id", json!("")),
        call("name", Value::Null),
        call("name", json!("two words")),
        call("arguments", Value::Null),
        call("arguments", long.clone()),
        output("call_id", json!("c2")),
        output("call_id", Value::Null),
        output("output", Value::Null),
        output("output", json!({})),
        output("output", json!([{ "type": "input_image", "text": "x" }])),
        output("output", json!([{ "type": "input_text" }])),
        output("output", long),
    ] {
        let sent = create_item(&mut c, &item);
        assert_eq!(
            (types(&sent), &sent[0]["error"]["param"]),
            (vec!["error"], &json!(format!("item.{field}")))
        );
    }
}
