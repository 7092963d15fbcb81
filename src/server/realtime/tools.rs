//! The functions of the client's that may be called, as a session names them.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::Refusal;
use super::fields::{given, object, wrong};
use crate::tool_call::ToolDefinition;

/// Functions of a session.
const MOST_TOOLS: usize = 64;
/// Bytes of a function's name.
pub(super) const LONGEST_NAME: usize = 64;
/// Bytes of what a function is said to do.
const LONGEST_DESCRIPTION: usize = 2_048;
/// Bytes of the schema of its arguments, written.
const LONGEST_PARAMETERS: usize = 16 * 1024;

/// Whether a function may be called this.
pub(super) fn is_name(name: &str) -> bool {
    let right = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(right)
}

/// Reads `session.tools`.
///
/// # Errors
/// One of them is wrong, or no function.
pub(super) fn read(tools: &Value) -> Result<Vec<ToolDefinition>, Refusal> {
    let tools = tools.as_array().filter(|tools| tools.len() <= MOST_TOOLS);
    let tools = tools.ok_or_else(|| {
        let expected = format!("a list of at most {MOST_TOOLS} functions");
        wrong("session.tools", &expected)
    })?;
    let mut names = HashSet::new();
    let mut read = Vec::new();
    for (index, tool) in tools.iter().enumerate() {
        let path = format!("session.tools[{index}]");
        let fields = tool.as_object().ok_or_else(|| wrong(&path, "an object"))?;
        let tool = read_tool(fields, &path)?;
        if !names.insert(tool.name.clone()) {
            let expected = "the name of no other of the functions";
            return Err(wrong(&format!("{path}.name"), expected));
        }
        read.push(tool);
    }
    Ok(read)
}

fn read_tool(fields: &Map<String, Value>, path: &str) -> Result<ToolDefinition, Refusal> {
    if given(fields, "type").is_none_or(|kind| kind != "function") {
        return Err(Refusal::of(
            format!("{path}.type"),
            "unsupported_value",
            "this server calls functions only: the type of a tool must be \"function\"",
        ));
    }
    let name = given(fields, "name").and_then(Value::as_str);
    let name = name.filter(|name| is_name(name)).ok_or_else(|| {
        let expected = format!("1 to {LONGEST_NAME} of A-Z, a-z, 0-9, _ and -");
        wrong(&format!("{path}.name"), &expected)
    })?;
    let description = match given(fields, "description") {
        None => "",
        Some(text) => {
            let text = text.as_str().filter(|t| t.len() <= LONGEST_DESCRIPTION);
            text.ok_or_else(|| {
                let expected = format!("a text of at most {LONGEST_DESCRIPTION} bytes");
                wrong(&format!("{path}.description"), &expected)
            })?
        }
    };
    let parameters = match object(fields, path, "parameters")? {
        None => json!({ "type": "object", "properties": {} }),
        Some(schema) => Value::Object(schema.clone()),
    };
    if parameters.to_string().len() > LONGEST_PARAMETERS {
        let expected = format!("at most {LONGEST_PARAMETERS} bytes long");
        return Err(wrong(&format!("{path}.parameters"), &expected));
    }
    Ok(ToolDefinition {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters,
    })
}

/// Reads `session.tool_choice`: whether functions may be called at all. Whether one is called is up to the
/// language model.
///
/// # Errors
/// It is no choice of functions.
pub(super) fn read_choice(choice: &Value) -> Result<bool, Refusal> {
    let names_function = || choice["type"] == "function" && choice["name"].is_string();
    match choice.as_str() {
        Some("none") => Ok(false),
        Some("auto" | "required") => Ok(true),
        None if names_function() => Ok(true),
        _ => Err(wrong(
            "session.tool_choice",
            "\"auto\", \"none\", \"required\" or an object with the type \"function\" and a name",
        )),
    }
}

/// A function as it is sent.
pub(super) fn to_json(tool: &ToolDefinition) -> Value {
    json!({
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    })
}
