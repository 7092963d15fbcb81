//! Calls whose name stands before a control token and whose arguments behind it: those of Mistral, Kimi,
//! DeepSeek, and the "harmony" messages of gpt-oss.

use serde_json::{Map, Value};

use super::cursor::Cursor;
use super::literal;
use crate::tool_call::Call;

/// Stands before the names of tools that a program has defined (Kimi, gpt-oss).
const NAMESPACE: &str = "functions.";
const DEEPSEEK_SEPARATOR: &str = "<｜tool▁sep｜>";

/// The call whose name was read, if a token is next: `f[ARGS]{}` or `f[CALL_ID]1[ARGS]{}` of Mistral,
/// `functions.f:0<|tool_call_argument_begin|>{}` of Kimi K2, `f<｜tool▁sep｜>{}` of DeepSeek V3.1.
pub fn call(name: &str, text: &mut Cursor) -> Option<Call> {
    if text.take(DEEPSEEK_SEPARATOR) {
        return deepseek(name, text);
    }
    let name = if text.take("[CALL_ID]") {
        text.until("[ARGS]")?;
        name
    } else if text.take("<|tool_call_argument_begin|>") {
        without_number(name.strip_prefix(NAMESPACE).unwrap_or(name))
    } else {
        // The newest models of Mistral have no token here.
        text.take("[ARGS]");
        name
    };
    named(name, literal::object(text)?)
}

/// DeepSeek V3.1 has the name before the separator, V3 and R1 a word that says what is called.
fn deepseek(first: &str, text: &mut Cursor) -> Option<Call> {
    text.skip_space();
    if text.peek() == Some('{') {
        return named(first, literal::object(text)?);
    }
    let name = text.name();
    text.skip_space();
    let is_fenced = text.take("```json");
    let arguments = literal::object(text)?;
    text.skip_space();
    if is_fenced {
        text.take("```");
    }
    if first == "function" {
        named(name, arguments)
    } else {
        None
    }
}

/// Kimi counts the calls behind their names.
fn without_number(name: &str) -> &str {
    match name.rsplit_once(':') {
        Some((before, number)) if number.chars().all(|c| c.is_ascii_digit()) => before,
        _ => name,
    }
}

fn named(name: &str, arguments: Map<String, Value>) -> Option<Call> {
    let name = name.to_owned();
    (!name.is_empty()).then_some(Call { name, arguments })
}

/// Whether a "harmony" message begins.
pub fn is_harmony(text: &str) -> bool {
    text.starts_with("<|channel|>") || text.starts_with("<|start|>")
}

/// The call in a "harmony" message: its header says to whom it goes.
pub fn harmony(message: &str) -> Option<Call> {
    let (header, body) = message.split_once("<|message|>")?;
    let channel = header.rsplit("<|channel|>").next().unwrap_or_default();
    if channel.trim_start().starts_with("analysis") {
        return None;
    }
    let mut recipient = Cursor::new(header.split_once("to=")?.1);
    recipient.take(NAMESPACE);
    let name = recipient.name();
    let mut body = Cursor::new(body);
    let arguments = literal::object(&mut body)?;
    let rest = body.rest().trim_start();
    if !rest.is_empty() && !rest.starts_with("<|") {
        return None;
    }
    named(name, arguments)
}
