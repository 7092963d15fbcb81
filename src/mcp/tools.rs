//! A server's tools, as the model is told of them, and what they may do. Pure.

use std::collections::BTreeSet;

use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Map, Value};

use super::config::Trust;
use super::result_text::plain;
use crate::tool_call::{Class, Offer, ToolDefinition};

/// Tools of one server that are offered.
pub(super) const MOST_TOOLS: usize = 64;
/// The longest name as models take it.
const NAME_CHARACTERS: usize = 64;
const DESCRIPTION_CHARACTERS: usize = 1_000;
/// The largest schema of arguments, as JSON.
const SCHEMA_BYTES: usize = 16 << 10;
/// The longest name that a server may give a tool, in bytes: what MCP recommends.
const OWN_NAME_BYTES: usize = 128;

/// A tool that can be called.
#[derive(Debug, Clone, PartialEq)]
pub struct McpTool {
    /// As the model is told of it, and what it may do. Its name is always `SERVER_TOOL` (with every character beyond
    /// `[a-zA-Z0-9_-]` as `_`, and at most 64 of them), so that it stays what it is when another server is
    /// configured.
    pub offer: Offer,
    /// The server's name in the configuration.
    pub server: String,
    /// The name that the server knows it by.
    pub(super) own_name: String,
}

/// What a tool may do, and so whether the user is asked first.
///
/// It is what the server says of its own tool (MCP's annotations), taken as the user's configuration allows
/// ([`Trust`]). **A server can lie.** A tool that claims to read only can delete files, send what it is
/// given to anybody, or buy something: it runs with the rights of the user's account (a `command`), and
/// nothing here can watch what it does. Even an honest tool that reads only sends its arguments to the
/// server, and those may hold what the user said. So a server whose author is not trusted does not belong
/// into the configuration, and one whose annotations are not trusted gets `trust = "ask"`. Then *every* tool
/// is [`Class::AskFirst`], also one that claims to read only: that claim is a hint of the same server.
/// Without annotations a tool counts as destructive, as MCP has it.
fn class(annotations: Option<&ToolAnnotations>, trust: Trust) -> Class {
    let hint = |hint: fn(&ToolAnnotations) -> Option<bool>| annotations.and_then(hint);
    match trust {
        Trust::Ask => Class::AskFirst,
        Trust::Annotations if hint(|a| a.read_only_hint) == Some(true) => Class::Read,
        Trust::Annotations if hint(|a| a.destructive_hint) == Some(false) => Class::Act,
        Trust::Annotations => Class::AskFirst,
    }
}

/// Why a tool of a server that is there is not offered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum NotOffered {
    #[error("it has no tool named `{wanted}`, which `tools` lists; it has: {has}")]
    Absent { wanted: String, has: String },
    #[error(
        "it has more than {MOST_TOOLS} tools: the others are left out; name those you want in `tools`"
    )]
    TooMany,
    #[error("its tool `{tool}` is left out: {why}")]
    Unusable { tool: String, why: &'static str },
}

/// The tools of a server that are offered, in the server's order, and why others are not. `names` are those
/// that are taken already; the new ones join them.
pub(super) fn offered(
    server: &str,
    listed: Vec<Tool>,
    wanted: Option<&[String]>,
    trust: Trust,
    names: &mut BTreeSet<String>,
) -> (Vec<McpTool>, Vec<NotOffered>) {
    let mut troubles = absent(&listed, wanted);
    let mut tools: Vec<McpTool> = Vec::new();
    let is_wanted = |tool: &Tool| wanted.is_none_or(|names| names.iter().any(|n| *n == tool.name));
    for tool in listed.into_iter().filter(is_wanted) {
        if tools.iter().any(|known| known.own_name == tool.name) {
            troubles.push(unusable(&tool, "there are two of that name"));
            continue;
        }
        if tools.len() == MOST_TOOLS {
            troubles.push(NotOffered::TooMany);
            break;
        }
        match parameters(&tool) {
            Err(why) => troubles.push(unusable(&tool, why)),
            Ok(parameters) => {
                let description = tool.description.as_deref().unwrap_or_default();
                let definition = ToolDefinition {
                    name: new_name(server, &tool.name, names),
                    description: plain(description, DESCRIPTION_CHARACTERS),
                    parameters: Value::Object(parameters),
                };
                let class = class(tool.annotations.as_ref(), trust);
                tools.push(McpTool {
                    offer: Offer { definition, class },
                    server: server.to_owned(),
                    own_name: tool.name.into_owned(),
                });
            }
        }
    }
    (tools, troubles)
}

fn absent(listed: &[Tool], wanted: Option<&[String]>) -> Vec<NotOffered> {
    let is_listed = |name: &&String| !listed.iter().any(|tool| tool.name == name.as_str());
    let missing = wanted.unwrap_or_default().iter().filter(is_listed);
    let all: Vec<&str> = listed.iter().map(|tool| &*tool.name).collect();
    let has = plain(&all.join(", "), 300);
    missing
        .map(|name| NotOffered::Absent {
            wanted: name.clone(),
            has: has.clone(),
        })
        .collect()
}

fn unusable(tool: &Tool, why: &'static str) -> NotOffered {
    let tool = plain(&tool.name, 100);
    NotOffered::Unusable { tool, why }
}

/// The schema of a tool's arguments, if the tool can be offered with it.
fn parameters(tool: &Tool) -> Result<Map<String, Value>, &'static str> {
    if tool.name.is_empty() || tool.name.len() > OWN_NAME_BYTES {
        return Err("its name is empty or longer than 128 letters");
    }
    let schema = &*tool.input_schema;
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        return Err("the schema of its arguments is not of an object");
    }
    match serde_json::to_vec(schema) {
        Ok(json) if json.len() <= SCHEMA_BYTES => Ok(schema.clone()),
        _ => Err("the schema of its arguments is larger than 16 KB"),
    }
}

/// A name for a model that is not yet in `names`, which it joins.
fn new_name(server: &str, tool: &str, names: &mut BTreeSet<String>) -> String {
    let whole = format!("{server}_{tool}");
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    // One byte a character from here on.
    let safe: String = whole
        .chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .collect();
    let mut name = safe[..safe.len().min(NAME_CHARACTERS)].to_owned();
    let mut next = 2;
    while names.contains(&name) {
        let number = format!("_{next}");
        let room = safe.len().min(NAME_CHARACTERS - number.len());
        name = format!("{}{number}", &safe[..room]);
        next += 1;
    }
    names.insert(name.clone());
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tool(name: &str, annotations: Value) -> Tool {
        let schema = json!({"type": "object", "properties": {}});
        serde_json::from_value(json!({
            "name": name,
            "description": format!("does {name}"),
            "inputSchema": schema,
            "annotations": annotations,
        }))
        .unwrap()
    }

    fn all(server: &str, listed: Vec<Tool>) -> (Vec<McpTool>, Vec<NotOffered>) {
        offered(
            server,
            listed,
            None,
            Trust::Annotations,
            &mut BTreeSet::new(),
        )
    }

    fn class_of(annotations: Value, trust: Trust) -> Class {
        let tool = tool("t", annotations);
        class(tool.annotations.as_ref(), trust)
    }

    #[test]
    fn a_tool_is_told_by_its_server_and_its_name() {
        let (tools, troubles) = all("notes", vec![tool("read_file", json!(null))]);
        assert_eq!(troubles, []);
        assert_eq!(tools[0].offer.definition.name, "notes_read_file");
        assert_eq!(tools[0].offer.definition.description, "does read_file");
        assert_eq!(tools[0].offer.definition.parameters["type"], "object");
        assert_eq!(tools[0].own_name, "read_file");
    }

    #[test]
    fn annotations_say_what_a_tool_may_do_and_silence_says_ask() {
        let trust = Trust::Annotations;
        assert_eq!(class_of(json!({"readOnlyHint": true}), trust), Class::Read);
        assert_eq!(
            class_of(json!({"destructiveHint": false}), trust),
            Class::Act
        );
        for unsure in [
            json!(null),
            json!({}),
            json!({"readOnlyHint": false}),
            json!({"destructiveHint": true}),
        ] {
            assert_eq!(class_of(unsure, trust), Class::AskFirst);
        }
    }

    #[test]
    fn a_server_that_is_not_trusted_is_asked_about_before_each_call() {
        for claim in [
            json!({"readOnlyHint": true}),
            json!({"destructiveHint": false}),
        ] {
            assert_eq!(class_of(claim, Trust::Ask), Class::AskFirst);
        }
    }

    #[test]
    fn names_are_unique_however_they_are_written() {
        let mut names = BTreeSet::from(["a_b_c".to_owned()]);
        assert_eq!(new_name("a.b", "c", &mut names), "a_b_c_2");
        assert_eq!(new_name("a", "b/c", &mut names), "a_b_c_3");
        let long = "x".repeat(100);
        assert_eq!(new_name("a", &long, &mut names).len(), 64);
        let second = new_name("a", &long, &mut names);
        assert!(second.len() == 64 && second.ends_with("x_2"), "{second}");
        assert_eq!(new_name("küche", "öffne", &mut names), "k_che__ffne");
    }

    #[test]
    fn only_the_tools_that_are_listed_are_offered_and_a_typing_error_is_told() {
        let listed = vec![tool("read", json!(null)), tool("delete", json!(null))];
        let wanted = ["read".to_owned(), "raed".to_owned()];
        let (tools, troubles) = offered(
            "s",
            listed,
            Some(&wanted),
            Trust::Annotations,
            &mut BTreeSet::new(),
        );
        assert_eq!(tools.len(), 1);
        let expected = NotOffered::Absent {
            wanted: "raed".into(),
            has: "read, delete".into(),
        };
        assert_eq!(troubles, [expected]);
    }

    #[test]
    fn the_tools_beyond_the_most_are_left_out() {
        let listed = (0..70).map(|n| tool(&format!("t{n}"), json!(null)));
        let (tools, troubles) = all("s", listed.collect());
        assert_eq!(tools.len(), MOST_TOOLS);
        assert_eq!(troubles, [NotOffered::TooMany]);
    }

    #[test]
    fn a_tool_that_cannot_be_told_is_left_out_and_the_others_stay() {
        let mut listed = vec![
            tool("good", json!(null)),
            tool("good", json!(null)),
            tool(&"n".repeat(129), json!(null)),
            tool("no_object", json!(null)),
            tool("large", json!(null)),
        ];
        let schema = |value: Value| std::sync::Arc::new(value.as_object().unwrap().clone());
        listed[3].input_schema = schema(json!({"type": "array"}));
        listed[4].input_schema = schema(json!({"type": "object", "x": "y".repeat(20_000)}));
        let (tools, troubles) = all("s", listed);
        assert_eq!(tools.len(), 1);
        assert_eq!(troubles.len(), 4, "{troubles:?}");
    }

    #[test]
    fn a_description_is_cleaned_and_shortened() {
        let mut long = tool("t", json!(null));
        long.description = Some(format!("\u{1b}[2Jsays {}", "much ".repeat(1_000)).into());
        let (tools, _) = all("s", vec![long]);
        let description = &tools[0].offer.definition.description;
        assert!(description.starts_with("says much"), "{description}");
        assert!(description.chars().count() <= DESCRIPTION_CHARACTERS);
    }
}
