use serde_json::json;

use super::*;

fn held(schema: Value) -> String {
    let (value, rules) = Rules::new(&schema, "r", Unsupported::Refused)
        .make()
        .unwrap();
    format!("root ::= {value}\n{rules}")
}

fn refused(schema: Value) -> SchemaError {
    Rules::new(&schema, "r", Unsupported::Refused)
        .make()
        .unwrap_err()
}

#[test]
fn required_properties_come_in_the_order_of_their_list() {
    let properties =
        json!({ "b": { "type": "string" }, "a": { "type": "integer" }, "c": { "type": "null" } });
    let grammar = held(
        json!({ "properties": properties, "required": ["b", "a"], "additionalProperties": false }),
    );
    let body = r#""{" "\"b\": " string ", " "\"a\": " integer (", " r-1)? "}""#;
    assert!(grammar.contains(body), "{grammar}");
}

#[test]
fn what_is_not_held_is_named_with_its_place() {
    let at =
        |schema: Value| refused(json!({ "properties": { "x": schema }, "required": ["x"] })).place;
    assert_eq!(
        at(json!({ "type": "number", "multipleOf": 2 })),
        "#/properties/x/multipleOf"
    );
    assert_eq!(at(json!({ "not": {} })), "#/properties/x/not");
    assert_eq!(
        at(json!({ "type": "array", "items": { "type": "word" } })),
        "#/properties/x/items/type"
    );
    assert_eq!(
        at(json!({ "type": "array", "uniqueItems": true })),
        "#/properties/x/uniqueItems"
    );
    assert_eq!(
        at(json!({ "type": "string", "pattern": "(a|b)" })),
        "#/properties/x/pattern"
    );
    assert_eq!(
        at(json!({ "type": "string", "format": "uri" })),
        "#/properties/x/format"
    );
    assert_eq!(
        at(json!({ "type": "string", "minLength": 3, "maxLength": 2 })),
        "#/properties/x/maxLength"
    );
    assert_eq!(
        at(json!({ "anyOf": [], "type": "string" })),
        "#/properties/x/type"
    );
    assert_eq!(
        at(json!({ "type": "number", "maximum": 3 })),
        "#/properties/x"
    );
    assert_eq!(at(json!({ "$ref": "other.json" })), "#/properties/x/$ref");
    assert_eq!(
        refused(json!({ "type": "object", "required": ["a"] })).place,
        "#/required"
    );
    assert_eq!(refused(json!("string")).place, "#");
}

#[test]
fn lists_have_as_many_items_as_the_schema_says() {
    let list = |least: u32, most: u32| {
        held(
            json!({ "type": "array", "items": { "type": "null" }, "minItems": least, "maxItems": most }),
        )
    };
    assert_eq!(list(0, 0), "root ::= \"[]\"\n");
    assert_eq!(
        list(0, 3),
        "root ::= \"[\" (null (\", \" null){0,2})? \"]\"\n"
    );
    assert_eq!(list(2, 3), "root ::= \"[\" null (\", \" null){1,2} \"]\"\n");
}

#[test]
fn integers_between_limits_are_listed() {
    let limits = json!({ "type": "integer", "exclusiveMinimum": 2, "maximum": 4 });
    assert_eq!(held(limits), "root ::= (\"3\" | \"4\")\n");
    assert_eq!(
        held(json!({ "type": "integer", "minimum": 0 })),
        "root ::= natural\n"
    );
    assert_eq!(
        refused(json!({ "type": "integer", "minimum": 0, "maximum": 5_000 })).place,
        "#"
    );
}

#[test]
fn a_simple_pattern_is_held_within_the_quotation_marks() {
    let pattern = |pattern: &str| held(json!({ "type": "string", "pattern": pattern }));
    assert_eq!(
        pattern(r"^[A-Z]{2}-\d+$"),
        "root ::= \"\\\"\" [A-Z]{2,2} \"-\" [0-9]+ \"\\\"\"\n"
    );
    assert_eq!(
        pattern(r#"^"$"#),
        "root ::= \"\\\"\" \"\\\\\\\"\" \"\\\"\"\n"
    );
    assert_eq!(
        pattern(r"^[a\-é€\]-_.😀0-9#-@-]$"),
        "root ::= \"\\\"\" [a\\x2D\\xE9\\u20AC\\x5D-\\x5F\\x2E\\U0001F6000-9\\x23-\\x40\\x2D] \"\\\"\"\n"
    );
    for wrong in [
        "a",
        "^a|b$",
        "^[^a]$",
        "^a{2,1}$",
        r"^a\$",
        r"^\bx$",
        "^[a$",
        "^[ -~]$",
        "^[z-a]$",
        r"^[\\]$",
        r#"^["]$"#,
        "^[\n]$",
        "^[Z-a]$",
        "^[\u{0}-z]$",
        r"^[a-\d]$",
        "^[]$",
    ] {
        assert_eq!(
            refused(json!({ "type": "string", "pattern": wrong })).place,
            "#/pattern",
            "{wrong}"
        );
    }
}

#[test]
fn a_definition_may_name_itself() {
    let node = json!({
        "type": "object",
        "properties": { "next": { "anyOf": [{ "$ref": "#/$defs/node" }, { "type": "null" }] } },
        "required": ["next"],
    });
    let grammar = held(json!({ "$ref": "#/$defs/node", "$defs": { "node": node } }));
    assert!(grammar.starts_with("root ::= r-1\n"), "{grammar}");
    assert!(
        grammar.contains("\"{\" \"\\\"next\\\": \" (r-1 | null) \"}\""),
        "{grammar}"
    );
}

#[test]
fn what_refers_to_itself_before_anything_is_written_is_refused() {
    let place = |defs: Value| refused(json!({ "$ref": "#/$defs/a", "$defs": defs })).place;
    let to = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    assert_eq!(place(json!({ "a": to("a") })), "#/$defs/a/$ref");
    assert_eq!(
        place(json!({ "a": to("b"), "b": to("a") })),
        "#/$defs/b/$ref"
    );
    assert_eq!(
        place(json!({ "a": { "anyOf": [{ "type": "null" }, to("a")] } })),
        "#/$defs/a/anyOf/1/$ref"
    );
    assert_eq!(
        place(json!({ "a": { "allOf": [to("a")] } })),
        "#/$defs/a/allOf/0/$ref"
    );
    assert_eq!(refused(json!({ "$ref": "#" })).place, "#/$ref");
    // Its own rule is made within brackets, where it may well name the one around it.
    let list = json!({ "type": "array", "items": to("b") });
    let late = json!({
        "a": { "anyOf": [list, to("b")] },
        "b": { "anyOf": [to("a"), { "type": "null" }] },
    });
    assert_eq!(place(late), "#/$defs/a/anyOf/1/$ref");
}

#[test]
fn a_loose_reference_to_itself_is_anything() {
    let schema = json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/a" } } });
    let (value, rules) = Rules::new(&schema, "r", Unsupported::Loose).make().unwrap();
    assert_eq!((value.as_str(), rules.as_str()), ("r-1", "r-1 ::= value\n"));
}

#[test]
fn schemas_deep_within_each_other_are_refused_or_anything() {
    let chain: serde_json::Map<String, Value> = (0..100_000)
        .map(|n| {
            (
                n.to_string(),
                json!({ "$ref": format!("#/$defs/{}", n + 1) }),
            )
        })
        .collect();
    let schema = json!({ "$ref": "#/$defs/0", "$defs": chain });
    let error = refused(schema.clone());
    assert_eq!(error.place, "#/$defs/63");
    assert!(error.reason.contains("64"), "{error}");
    let (_, rules) = Rules::new(&schema, "r", Unsupported::Loose).make().unwrap();
    assert!(rules.contains("::= value"), "{rules}");
    let mut lists = json!({ "type": "null" });
    for _ in 0..64 {
        lists = json!({ "type": "array", "items": lists });
    }
    assert!(refused(lists.clone()).place.ends_with("/items"));
    held(lists["items"].take());
}

#[test]
fn expressions_count_towards_what_a_grammar_may_hold() {
    let many = |one: Value| vec![one; 300];
    let range = json!({ "type": "integer", "minimum": 10_000, "maximum": 10_999 });
    assert!(
        refused(json!({ "anyOf": many(range) }))
            .reason
            .contains("too large")
    );
    let repeated = json!({ "type": "string", "pattern": "^[a-z]{1000}[0-9]{1000}$" });
    assert!(
        refused(json!({ "anyOf": many(repeated) }))
            .reason
            .contains("too large")
    );
    held(json!({ "anyOf": many(json!({ "type": "null" })) }));
}

#[test]
fn one_of_several_types_is_held_by_what_is_said_of_it() {
    let schema = json!({ "type": ["string", "null"], "maxLength": 4 });
    assert_eq!(
        held(schema),
        "root ::= (\"\\\"\" char{0,4} \"\\\"\" | null)\n"
    );
}

#[test]
fn what_is_loose_becomes_anything_of_its_type() {
    let schema =
        json!({ "type": "object", "properties": { "x": { "type": "string", "format": "uri" } } });
    let (_, rules) = Rules::new(&schema, "r", Unsupported::Loose).make().unwrap();
    assert!(rules.contains("\"\\\"x\\\": \" string"), "{rules}");
}
