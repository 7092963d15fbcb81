//! A grammar for calls in the form of `<tool_call>{"name": ..., "arguments": {...}}</tool_call>`: only tools that
//! there are, only their arguments, none of the required ones left out. It begins behind the tag. Pure; what the
//! arguments may be is `json_grammar`'s.

use std::fmt::Write as _;

use serde_json::json;

use super::json_grammar::{ROOT, Rules, Unsupported, common, literal};
use crate::tool_call::ToolDefinition;

/// What the grammar begins to hold behind. llama.cpp's own triggers are not used: they search the whole reply at
/// each token, and end the program where the token that completes the tag goes on otherwise than the grammar.
pub const TAG: &str = "<tool_call>";

/// The grammar of a call of one of these. What a tool's schema says that is not held may be written otherwise.
pub fn grammar(tools: &[ToolDefinition]) -> String {
    let calls: Vec<String> = (0..tools.len()).map(|n| format!("call-{n}")).collect();
    let mut grammar = format!(
        "{ROOT} ::= space \"{{\\\"name\\\": \" ({}) \"}}\" space \"</tool_call>\"\nspace ::= [ \\n]?\n",
        calls.join(" | ")
    );
    for (n, tool) in tools.iter().enumerate() {
        let name = literal(&json!(tool.name).to_string());
        let made = Rules::new(
            &tool.parameters,
            &format!("arguments-{n}"),
            Unsupported::Loose,
        )
        .make();
        // Arguments are an object, whatever else their schema says.
        let (arguments, rules) = match made {
            Ok((value, rules)) if value != "value" => (value, rules),
            _ => ("object".into(), String::new()),
        };
        let _ = writeln!(
            grammar,
            "call-{n} ::= {name} \", \\\"arguments\\\": \" {arguments}"
        );
        grammar += &rules;
    }
    grammar + common()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

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
        let call = r#""\"set_timer\"" ", \"arguments\": " "{}""#;
        assert_eq!(rule(&grammar, "call-0"), call);
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
        let arguments = r#""{" "\"duration\": " string (", " arguments-0-2)? "}""#;
        assert_eq!(rule(&grammar, "arguments-0-3"), arguments);
        let rest = r#""\"count\": " integer (", " arguments-0-1)? | arguments-0-1"#;
        assert_eq!(rule(&grammar, "arguments-0-2"), rest);
        assert_eq!(rule(&grammar, "arguments-0-1"), r#""\"label\": " string"#);
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
        assert!(grammar.contains(choice), "{grammar}");
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
