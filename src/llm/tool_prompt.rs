//! How a model is told of tools: in the form of its own chat template, or as a line behind the instructions,
//! where calls and results are written as most models write them.

use std::io::{self, Write};

use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;
use serde_json::json;
use serde_json::ser::{Formatter, Serializer};

use super::{Message, Role};
use crate::tool_call::{Call, ToolDefinition};

/// The line that stands behind the instructions: names and arguments, no descriptions. It is what the
/// starter's adapter was trained with (`models/vivi`).
pub fn line(tools: &[ToolDefinition]) -> String {
    let tools: Vec<String> = tools.iter().map(in_short).collect();
    format!(" Tools: {}. Call one with <tool_call>.", tools.join(", "))
}

/// A tool with its arguments; those that may be left out have a question mark.
fn in_short(tool: &ToolDefinition) -> String {
    let names = tool.arguments().map(|(name, is_required)| {
        if is_required {
            name.clone()
        } else {
            format!("{name}?")
        }
    });
    let names: Vec<String> = names.collect();
    format!("{} {{{}}}", tool.name, names.join(", "))
}

/// A call as a model writes it.
pub fn written(call: &Call) -> String {
    let name = json!(call.name);
    // A map of JSON values always has a form in JSON.
    let arguments = json_line(&call.arguments).unwrap_or_default();
    format!("<tool_call>{{\"name\": {name}, \"arguments\": {arguments}}}</tool_call>")
}

/// JSON with a space behind each comma and colon, as Python writes it and models are trained on it.
///
/// # Errors
/// The value has no form in JSON.
pub fn json_line(value: &impl Serialize) -> serde_json::Result<String> {
    let mut line = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut line, Spaced))?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: Write + ?Sized>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.begin_array_value(to, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }
}

/// Messages for a template that knows no tools: the line joins the instructions, calls are words, and what
/// came of them is a message of the role `tool`, or of the user's if the template has no such role.
pub fn in_words(
    messages: &[Message],
    tools: &[ToolDefinition],
    knows_results: bool,
) -> Vec<Message> {
    let mut messages: Vec<Message> = messages
        .iter()
        .map(|message| match (&message.call, message.role) {
            (None, _) => message.clone(),
            (Some(call), Role::Tool) if !knows_results => Message::new(
                Role::User,
                format!("Result of {}: {}", call.name, message.content),
            ),
            (Some(_), Role::Tool) => Message::new(Role::Tool, &message.content),
            (Some(call), role) => Message::new(role, written(call)),
        })
        .collect();
    if !tools.is_empty() {
        match messages.first_mut() {
            Some(first) if first.role == Role::System => {
                first.content = first.content.trim_end().to_owned() + &line(tools);
            }
            _ => messages.insert(0, Message::new(Role::System, line(tools).trim_start())),
        }
    }
    messages
}

/// Tools as templates take them.
pub fn for_template(tools: &[ToolDefinition], clean: &dyn Fn(&str) -> String) -> Vec<Value> {
    let tool = |tool: &ToolDefinition| {
        let function = context! {
            name => clean(&tool.name),
            description => clean(&tool.description),
            parameters => Value::from(Serde(cleaned(&tool.parameters, clean))),
        };
        context! { type => "function", function }
    };
    tools.iter().map(tool).collect()
}

/// A message as templates take it. `content` is clean; the call is not.
pub fn message(
    message: &Message,
    number: usize,
    content: String,
    clean: &dyn Fn(&str) -> String,
) -> Value {
    let role = message.role.name();
    match (&message.call, message.role) {
        (None, _) => context! { role, content },
        (Some(call), Role::Tool) => {
            // A call and its result stand next to each other.
            let tool_call_id = id(number.saturating_sub(1));
            context! { role, content, name => clean(&call.name), tool_call_id }
        }
        (Some(call), _) => {
            let arguments = cleaned(&json!(call.arguments), clean);
            let function = context! {
                name => clean(&call.name),
                arguments => Value::from(Serde(arguments)),
            };
            let call = context! { id => id(number), type => "function", function };
            context! { role, content, tool_calls => [call] }
        }
    }
}

/// Mistral's templates want nine letters or digits.
pub fn id(number: usize) -> String {
    format!("call{:05}", number % 100_000)
}

/// The same JSON, each of its texts and keys cleaned.
fn cleaned(value: &serde_json::Value, clean: &dyn Fn(&str) -> String) -> serde_json::Value {
    match value {
        serde_json::Value::String(text) => clean(text).into(),
        serde_json::Value::Array(items) => items.iter().map(|item| cleaned(item, clean)).collect(),
        serde_json::Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(key, value)| (clean(key), cleaned(value, clean)));
            serde_json::Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools() -> Vec<ToolDefinition> {
        let parameters = json!({
            "type": "object",
            "properties": { "duration": {}, "label": {} },
            "required": ["duration"],
        });
        let tool = |name: &str, parameters: &serde_json::Value| ToolDefinition {
            name: name.into(),
            description: "Does it.".into(),
            parameters: parameters.clone(),
        };
        vec![tool("get_time", &json!({})), tool("set_timer", &parameters)]
    }

    fn call() -> Call {
        let arguments = json!({ "duration": "ten minutes" });
        Call {
            name: "set_timer".into(),
            arguments: arguments.as_object().cloned().unwrap_or_default(),
        }
    }

    #[test]
    fn the_line_names_tools_and_arguments_as_the_adapter_was_trained_with() {
        let expected =
            " Tools: get_time {}, set_timer {duration, label?}. Call one with <tool_call>.";
        assert_eq!(line(&tools()), expected);
    }

    #[test]
    fn a_call_is_written_as_the_adapter_was_trained_with() {
        let expected = r#"<tool_call>{"name": "set_timer", "arguments": {"duration": "ten minutes"}}</tool_call>"#;
        assert_eq!(written(&call()), expected);
    }

    #[test]
    fn in_words_the_instructions_end_with_the_line_and_results_have_a_role() {
        let messages = [
            Message::new(Role::System, "Be brief. "),
            Message::new(Role::User, "Ten minutes."),
            Message::call(call()),
            Message::result(call(), "It runs."),
        ];
        let words = in_words(&messages, &tools(), true);
        assert!(words[0].content.starts_with("Be brief. Tools: get_time"));
        assert!(words[2].content.starts_with("<tool_call>"));
        assert_eq!(words[3], Message::new(Role::Tool, "It runs."));
        let words = in_words(&messages, &tools(), false);
        let result = "Result of set_timer: It runs.";
        assert_eq!(words[3], Message::new(Role::User, result));
    }

    #[test]
    fn no_text_of_a_definition_is_left_as_it_was() {
        let clean = |text: &str| text.to_uppercase();
        let told = for_template(&tools()[1..], &clean)[0].to_string();
        let texts = ["SET_TIMER", "DOES IT.", "DURATION", "LABEL", "REQUIRED"];
        assert!(texts.iter().all(|text| told.contains(text)), "{told}");
    }
}
