//! A grammar for calls in the form of `<tool_call>{"name": ..., "arguments": {...}}</tool_call>`: only tools that
//! there are, only their arguments, none of the required ones left out. It begins behind the tag. Pure; in
//! llama.cpp's GBNF.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::tool_call::ToolDefinition;

/// What the grammar begins to hold behind. llama.cpp's own triggers are not used: they search the whole reply at
/// each token, and end the program where the token that completes the tag goes on otherwise than the grammar.
pub const TAG: &str = "<tool_call>";
/// Its first rule.
pub const ROOT: &str = "root";
/// A tool with more arguments may be given any: the grammar is not to be larger than the prompt.
const MOST_ARGUMENTS: usize = 24;

const COMMON: &str = r#"
space ::= [ \n]?
string ::= "\"" char* "\""
char ::= [^"\\\x00-\x1F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F])
integer ::= "-"? ("0" | [1-9] [0-9]*)
number ::= integer ("." [0-9]+)? ([eE] [-+]? [0-9]+)?
boolean ::= "true" | "false"
value ::= string | number | boolean | "null" | list | object
list ::= "[" (value (", " value)*)? "]"
object ::= "{" (string ": " value (", " string ": " value)*)? "}"
"#;

/// The grammar of a call of one of these.
pub fn grammar(tools: &[ToolDefinition]) -> String {
    let calls: Vec<String> = (0..tools.len()).map(|n| format!("call-{n}")).collect();
    let mut rules = format!(
        "{ROOT} ::= space \"{{\\\"name\\\": \" ({}) \"}}\" space \"</tool_call>\"\n",
        calls.join(" | ")
    );
    for (n, tool) in tools.iter().enumerate() {
        let name = literal(&json!(tool.name).to_string());
        let arguments = arguments(n, &tool.parameters, &mut rules);
        let _ = writeln!(
            rules,
            "call-{n} ::= {name} \", \\\"arguments\\\": \" {arguments}"
        );
    }
    rules + COMMON
}

/// The name of the rule for a tool's arguments, which joins the rules.
fn arguments(tool: usize, schema: &Value, rules: &mut String) -> String {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let properties = schema["properties"].as_object().filter(|properties| {
        let is_known = |name: &&str| properties.contains_key(*name);
        properties.len() <= MOST_ARGUMENTS && required.iter().all(is_known)
    });
    // What the schema says otherwise is not held.
    let Some(properties) = properties else {
        return "object".into();
    };
    let is_required = |name: &&String| required.contains(&name.as_str());
    let pair = |name: &String| {
        let key = literal(&format!("{}: ", json!(name)));
        format!("{key} {}", value(&properties[name]))
    };
    let first: Vec<String> = properties.keys().filter(is_required).map(pair).collect();
    let rest: Vec<String> = properties
        .keys()
        .filter(|name| !is_required(name))
        .map(pair)
        .collect();
    // Each optional one may be left out; a comma stands between any two.
    let mut after = String::new();
    for (n, pair) in rest.iter().enumerate().rev() {
        let rule = format!("rest-{tool}-{n}");
        let next = match after.is_empty() {
            true => String::new(),
            false => format!(" (\", \" {after})? | {after}"),
        };
        let _ = writeln!(rules, "{rule} ::= {pair}{next}");
        after = rule;
    }
    let body = match (first.is_empty(), after.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!("({after})?"),
        (false, true) => first.join(" \", \" "),
        (false, false) => format!("{} (\", \" {after})?", first.join(" \", \" ")),
    };
    let rule = format!("arguments-{tool}");
    let _ = writeln!(rules, "{rule} ::= \"{{\" {body} \"}}\"");
    rule
}

/// What an argument may be.
fn value(schema: &Value) -> String {
    if let Some(choices) = schema["enum"].as_array().filter(|all| !all.is_empty()) {
        let choices: Vec<String> = choices
            .iter()
            .map(|one| literal(&one.to_string()))
            .collect();
        return format!("({})", choices.join(" | "));
    }
    match schema["type"].as_str() {
        Some(kind @ ("string" | "integer" | "number" | "boolean")) => kind.into(),
        Some("object") => "object".into(),
        Some("array") => "list".into(),
        _ => "value".into(),
    }
}

/// A text as the grammar writes it.
fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => literal.extend(['\\', character]),
            c if c.is_control() => {
                let _ = write!(literal, "\\u{:04X}", u32::from(c));
            }
            c => literal.push(c),
        }
    }
    literal + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(parameters: Value) -> ToolDefinition {
        ToolDefinition {
            name: "set_timer".into(),
            description: String::new(),
            parameters,
        }
    }

    fn rule<'a>(grammar: &'a str, name: &str) -> &'a str {
        let begins = format!("{name} ::= ");
        let line = grammar.lines().find_map(|line| line.strip_prefix(&begins));
        line.unwrap_or_default()
    }

    #[test]
    fn a_call_names_a_tool_that_there_is() {
        let grammar = grammar(&[tool(json!({ "properties": {} }))]);
        assert!(rule(&grammar, "root").contains("(call-0)"));
        let call = r#""\"set_timer\"" ", \"arguments\": " arguments-0"#;
        assert_eq!(rule(&grammar, "call-0"), call);
        assert_eq!(rule(&grammar, "arguments-0"), r#""{"  "}""#);
    }

    #[test]
    fn required_arguments_cannot_be_left_out_and_others_may_be() {
        let properties = json!({
            "duration": { "type": "string" },
            "count": { "type": "integer" },
            "label": { "type": "string" },
        });
        let schema = json!({ "properties": properties, "required": ["duration"] });
        let grammar = grammar(&[tool(schema)]);
        let arguments = r#""{" "\"duration\": " string (", " rest-0-0)? "}""#;
        assert_eq!(rule(&grammar, "arguments-0"), arguments);
        let rest = r#""\"count\": " integer (", " rest-0-1)? | rest-0-1"#;
        assert_eq!(rule(&grammar, "rest-0-0"), rest);
        assert_eq!(rule(&grammar, "rest-0-1"), r#""\"label\": " string"#);
    }

    #[test]
    fn a_schema_that_says_it_otherwise_allows_any_object() {
        let schemas = [
            json!({ "type": "object" }),
            json!({ "$ref": "#/x" }),
            json!({ "properties": { "a": {} }, "required": ["b"] }),
        ];
        for schema in schemas {
            let grammar = grammar(&[tool(schema)]);
            assert!(rule(&grammar, "call-0").ends_with(" object"), "{grammar}");
        }
    }

    #[test]
    fn a_choice_is_one_of_the_schemas() {
        let properties = json!({ "unit": { "enum": ["celsius", "\"f\""] } });
        let schema = json!({ "properties": properties, "required": ["unit"] });
        let grammar = grammar(&[tool(schema)]);
        let choice = r#"("\"celsius\"" | "\"\\\"f\\\"\"")"#;
        assert!(rule(&grammar, "arguments-0").contains(choice), "{grammar}");
    }

    #[test]
    fn a_name_cannot_end_the_grammars_literal() {
        let mut tool = tool(json!({ "properties": { "a\"\\\n": {} } }));
        tool.name = "x\" | \"y".into();
        let grammar = grammar(&[tool]);
        let name = r#""\"x\\\" | \\\"y\"""#;
        assert!(rule(&grammar, "call-0").starts_with(name), "{grammar}");
        assert!(grammar.contains(r#""\"a\\\"\\\\\\n\": ""#), "{grammar}");
    }
}
