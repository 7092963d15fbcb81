//! Calls of FunctionGemma, `call:f{a:<escape>x<escape>,b:2}`, and Gemma 4, `call:f{a:<|"|>x<|"|>,b:2}`: the
//! keys of the object have no quotation marks, and its texts stand between tokens.

use serde_json::{Map, Value};

use super::cursor::{Cursor, is_name_part};
use super::literal;
use crate::tool_call::Call;

/// Begins a call.
pub const CALL: &str = "call:";
/// Tokens that stand on both sides of a text.
const QUOTES: [&str; 2] = ["<escape>", "<|\"|>"];
/// Values within more brackets are none.
const DEEPEST: usize = 32;

/// The call behind [`CALL`].
pub fn call(text: &mut Cursor) -> Option<Call> {
    let name = text.name();
    let arguments = object(text, 0)?;
    (!name.is_empty()).then(|| Call {
        name: name.to_owned(),
        arguments,
    })
}

fn object(text: &mut Cursor, depth: usize) -> Option<Map<String, Value>> {
    if depth > DEEPEST || !text.take("{") {
        return None;
    }
    let mut object = Map::new();
    loop {
        text.skip_space();
        if text.take("}") {
            return Some(object);
        }
        let key = key(text)?;
        text.skip_space();
        if !text.take(":") {
            return None;
        }
        let value = value(text, depth + 1)?;
        if object.insert(key, value).is_some() {
            return None;
        }
        text.skip_space();
        if !text.take(",") && !text.rest().starts_with('}') {
            return None;
        }
    }
}

fn list(text: &mut Cursor, depth: usize) -> Option<Vec<Value>> {
    if depth > DEEPEST || !text.take("[") {
        return None;
    }
    let mut list = Vec::new();
    loop {
        text.skip_space();
        if text.take("]") {
            return Some(list);
        }
        list.push(value(text, depth + 1)?);
        text.skip_space();
        if !text.take(",") && !text.rest().starts_with(']') {
            return None;
        }
    }
}

fn key(text: &mut Cursor) -> Option<String> {
    if let Some(quoted) = quoted(text) {
        return quoted;
    }
    let key = text.take_while(|c| is_name_part(c) && c != ':');
    (!key.is_empty()).then(|| key.to_owned())
}

fn value(text: &mut Cursor, depth: usize) -> Option<Value> {
    text.skip_space();
    if let Some(quoted) = quoted(text) {
        return quoted.map(Value::String);
    }
    match text.peek()? {
        '{' => object(text, depth).map(Value::Object),
        '[' => list(text, depth).map(Value::Array),
        _ => bare(text),
    }
}

/// A text between quotation marks: the outer `None` if there is no such mark, the inner if none ends it.
fn quoted(text: &mut Cursor) -> Option<Option<String>> {
    if let Some(quote) = QUOTES.iter().find(|quote| text.take(quote)) {
        return Some(text.until(quote).map(str::to_owned));
    }
    matches!(text.peek(), Some('"' | '\'')).then(|| literal::string(text))
}

/// A value without quotation marks, up to the comma or the bracket behind it.
fn bare(text: &mut Cursor) -> Option<Value> {
    let written = text.take_while(|c| !",}]".contains(c)).trim();
    if written.is_empty() || written.contains(['<', '>', '{', '[', ':', '"']) {
        return None;
    }
    let read = serde_json::from_str(written).ok();
    Some(read.unwrap_or_else(|| Value::String(written.to_owned())))
}
