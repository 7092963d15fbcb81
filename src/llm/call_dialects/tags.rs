//! Calls whose arguments stand in tags, each by itself: `<function=f><parameter=a>1</parameter></function>`
//! (Qwen3-Coder), `<invoke name="f"><parameter name="a">1</parameter></invoke>` (MiniMax M2, DeepSeek V3.2),
//! and `f<arg_key>a</arg_key><arg_value>1</arg_value>` (GLM-4.5). Llama 3.1 has an object in its tag.

use serde_json::{Map, Value};

use super::cursor::Cursor;
use super::literal;
use crate::tool_call::Call;

/// Stands before the names of DeepSeek V3.2's tags.
const DSML: &str = "｜DSML｜";

/// A tag that begins something with a name.
struct Opened<'a> {
    name: &'a str,
    /// What stands behind the name.
    attributes: &'a str,
    /// The tag that ends it.
    end: String,
}

/// The call in tags that is next.
pub fn call(text: &mut Cursor) -> Option<Call> {
    let opened = ["function", "invoke"]
        .iter()
        .find_map(|word| open(text, word))?;
    text.skip_space();
    let arguments = if text.peek() == Some('{') {
        let arguments = literal::object(text)?;
        // Llama 3.1 ends its message here now and then.
        text.skip_space();
        text.take(&opened.end);
        arguments
    } else {
        parameters(Cursor::new(text.until(&opened.end)?))?
    };
    Some(Call {
        name: opened.name.to_owned(),
        arguments,
    })
}

/// Goes over `<word=name>` or `<word name="name">`, if it is next.
fn open<'a>(text: &mut Cursor<'a>, word: &str) -> Option<Opened<'a>> {
    let mut inner = *text;
    if !inner.take("<") {
        return None;
    }
    let prefix = if inner.take(DSML) { DSML } else { "" };
    if !inner.take(word) {
        return None;
    }
    let is_short = inner.take("=");
    if !is_short {
        inner.skip_space();
        if !inner.take("name=") {
            return None;
        }
    }
    let (name, attributes) = if inner.take("\"") {
        let name = inner.until("\"")?;
        (name, inner.until(">")?)
    } else {
        (inner.until(">")?, "")
    };
    *text = inner;
    Some(Opened {
        name: name.trim(),
        attributes,
        end: format!("</{prefix}{word}>"),
    })
}

/// Arguments in tags, and nothing else.
fn parameters(mut text: Cursor) -> Option<Map<String, Value>> {
    let mut arguments = Map::new();
    loop {
        text.skip_space();
        if text.rest().is_empty() {
            return Some(arguments);
        }
        let opened = open(&mut text, "parameter")?;
        let written = text.until(&opened.end)?;
        let value = if opened.attributes.contains("string=\"true\"") {
            Value::String(written.to_owned())
        } else {
            value(written)
        };
        if arguments.insert(opened.name.to_owned(), value).is_some() {
            return None;
        }
    }
}

/// What follows the name in a call of GLM-4.5.
pub fn keys_and_values(text: &mut Cursor) -> Option<Map<String, Value>> {
    let mut arguments = Map::new();
    loop {
        text.skip_space();
        if text.take("</tool_call>") {
            return Some(arguments);
        }
        if !text.take("<arg_key>") {
            return None;
        }
        let key = text.until("</arg_key>")?.trim();
        text.skip_space();
        if !text.take("<arg_value>") {
            return None;
        }
        let value = value(text.until("</arg_value>")?);
        if arguments.insert(key.to_owned(), value).is_some() {
            return None;
        }
    }
}

/// A number, a truth value, an object or a list, if it is written as JSON writes it; else the text, without
/// the line breaks that set it off from its tags.
fn value(written: &str) -> Value {
    match serde_json::from_str(written.trim()) {
        Ok(value @ (Value::Number(_) | Value::Bool(_) | Value::Object(_) | Value::Array(_))) => {
            value
        }
        _ => {
            let text = written.strip_prefix('\n').unwrap_or(written);
            Value::String(text.strip_suffix('\n').unwrap_or(text).to_owned())
        }
    }
}
