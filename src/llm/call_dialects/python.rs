//! Calls as Python writes them: `[f(a="x", b=2), g()]` (Llama 4, LFM2), and statements in a block of code
//! (Gemma 3).

use serde_json::Map;

use super::cursor::Cursor;
use super::literal;
use crate::tool_call::Call;

/// Whether a list of calls is next.
pub fn is_list(text: &Cursor) -> bool {
    let mut text = *text;
    text.take("[") && {
        text.skip_space();
        !text.name().is_empty() && text.take("(")
    }
}

/// A list of calls; none of them if it is not whole.
pub fn list(text: &mut Cursor) -> Option<Vec<Call>> {
    let mut calls = Vec::new();
    if !text.take("[") {
        return None;
    }
    loop {
        text.skip_space();
        if text.take("]") {
            return Some(calls);
        }
        let name = text.name();
        calls.push(call(name, text)?);
        text.skip_space();
        if !text.take(",") && !text.rest().starts_with(']') {
            return None;
        }
    }
}

/// A call whose name was read. `print(f())` calls `f`: Gemma prints what it wants to know.
pub fn call(name: &str, text: &mut Cursor) -> Option<Call> {
    if name != "print" {
        return plain_call(name, text);
    }
    let mut inner = *text;
    inner.take("(");
    inner.skip_space();
    let printed = inner.name();
    if !inner.rest().starts_with('(') {
        return plain_call(name, text);
    }
    let call = plain_call(printed, &mut inner)?;
    *text = inner;
    text.skip_space();
    text.take(")").then_some(call)
}

fn plain_call(name: &str, text: &mut Cursor) -> Option<Call> {
    if name.is_empty() || !text.take("(") {
        return None;
    }
    let mut arguments = Map::new();
    loop {
        text.skip_space();
        if text.take(")") {
            return Some(Call {
                name: name.to_owned(),
                arguments,
            });
        }
        // An argument without a name is for a parameter that is not known here.
        let key = text.take_while(|c| c.is_alphanumeric() || c == '_');
        text.skip_space();
        if key.is_empty() || !text.take("=") {
            return None;
        }
        let value = literal::value(text)?;
        if arguments.insert(key.to_owned(), value).is_some() {
            return None;
        }
        text.skip_space();
        if !text.take(",") && !text.rest().starts_with(')') {
            return None;
        }
    }
}
