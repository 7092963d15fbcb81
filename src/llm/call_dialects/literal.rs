//! Values as JSON and Python write them, which differ little: a model that was told to write the one mixes it
//! with the other. What is whole but for such a fault is taken; of what is not whole there is no value.

use serde_json::{Map, Value};

use super::cursor::Cursor;
use super::wrapper;

/// Values within more brackets are none.
const DEEPEST: usize = 32;

/// The value that is next.
pub fn value(text: &mut Cursor) -> Option<Value> {
    read(text, 0)
}

/// The object that is next.
pub fn object(text: &mut Cursor) -> Option<Map<String, Value>> {
    text.skip_space();
    read_object(text, 0)
}

/// A text that is nothing but an object.
pub fn only_object(text: &str) -> Option<Map<String, Value>> {
    let mut text = Cursor::new(text);
    let read = object(&mut text)?;
    text.rest().trim().is_empty().then_some(read)
}

fn read(text: &mut Cursor, depth: usize) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    text.skip_space();
    match text.peek()? {
        '{' => read_object(text, depth).map(Value::Object),
        '[' => read_list(text, depth).map(Value::Array),
        '"' | '\'' => string(text).map(Value::String),
        _ => word(text),
    }
}

fn read_object(text: &mut Cursor, depth: usize) -> Option<Map<String, Value>> {
    let mut object = Map::new();
    if !text.take("{") {
        return None;
    }
    loop {
        text.skip_space();
        if text.take("}") {
            return Some(object);
        }
        let key = string(text)?;
        text.skip_space();
        if !text.take(":") {
            return None;
        }
        let value = read(text, depth + 1)?;
        // Which of two values is meant is not known.
        if object.insert(key, value).is_some() {
            return None;
        }
        match behind_item(text, "}", depth)? {
            Next::Item => {}
            Next::End => return Some(object),
        }
    }
}

fn read_list(text: &mut Cursor, depth: usize) -> Option<Vec<Value>> {
    let mut list = Vec::new();
    if !text.take("[") {
        return None;
    }
    loop {
        text.skip_space();
        if text.take("]") {
            return Some(list);
        }
        list.push(read(text, depth + 1)?);
        match behind_item(text, "]", depth)? {
            Next::Item => {}
            Next::End => return Some(list),
        }
    }
}

/// What follows an item.
enum Next {
    Item,
    End,
}

/// A comma may stand behind the last item; the outermost bracket may be missing if nothing but the marks that
/// end the call follows.
fn behind_item(text: &mut Cursor, end: &str, depth: usize) -> Option<Next> {
    text.skip_space();
    if text.take(end) {
        return Some(Next::End);
    }
    if text.take(",") {
        return Some(Next::Item);
    }
    let is_mended = depth == 0 && wrapper::only_ends(text.rest());
    is_mended.then_some(Next::End)
}

/// A string in quotation marks of either kind.
pub fn string(text: &mut Cursor) -> Option<String> {
    let quote = text.peek().filter(|c| matches!(c, '"' | '\''))?;
    text.skip(quote.len_utf8());
    let mut read = String::new();
    loop {
        read.push_str(text.take_while(|c| c != quote && c != '\\'));
        let next = text.peek()?;
        text.skip(next.len_utf8());
        if next == quote {
            return Some(read);
        }
        read.push(escaped(text)?);
    }
}

/// What the characters behind a backslash stand for: those that JSON and Python have in common, and
/// quotation marks.
fn escaped(text: &mut Cursor) -> Option<char> {
    let kind = text.peek()?;
    text.skip(kind.len_utf8());
    Some(match kind {
        '"' | '\'' | '\\' | '/' => kind,
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => return unicode(text),
        _ => return None,
    })
}

/// Four digits, or a pair of such that together are one character.
fn unicode(text: &mut Cursor) -> Option<char> {
    let first = unit(text)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some(character);
    }
    let second = if text.take("\\u") {
        unit(text)?
    } else {
        return None;
    };
    char::decode_utf16([first, second]).next()?.ok()
}

fn unit(text: &mut Cursor) -> Option<u16> {
    let digits = text.rest().get(..4)?;
    text.skip(4);
    let all_hex = digits.chars().all(|c| c.is_ascii_hexdigit());
    all_hex.then(|| u16::from_str_radix(digits, 16).ok())?
}

/// A number or a word that stands for a value.
fn word(text: &mut Cursor) -> Option<Value> {
    let word = text.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    Some(match word {
        "true" | "True" => Value::Bool(true),
        "false" | "False" => Value::Bool(false),
        "null" | "None" => Value::Null,
        number => Value::Number(serde_json::from_str(number).ok()?),
    })
}
