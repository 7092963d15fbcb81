//! Strings: how long they may be, and simple patterns.

use std::iter::Peekable;
use std::str::Chars;

use serde_json::Value;

use super::{Made, SchemaError, below, bounds, fail, literal, only, times};

/// What is held of patterns.
const SIMPLE: &str = "only simple patterns are held: ^ and $ around characters, \\d, \\w and classes like [A-Z], each \
    with ?, *, +, {n} or {n,m} behind it";

pub(super) fn string(schema: &Value, place: &str) -> Made {
    only(
        schema,
        place,
        &["type", "minLength", "maxLength", "pattern", "format"],
    )?;
    let special = ["pattern", "format"]
        .into_iter()
        .find(|key| schema.get(key).is_some());
    let Some(key) = special else {
        let (least, most) = bounds(schema, ["minLength", "maxLength"], place)?;
        return Ok(match (least, most) {
            (0, None) => "string".into(),
            (least, most) => format!("\"\\\"\" char{} \"\\\"\"", times(least, most)),
        });
    };
    let others = ["minLength", "maxLength", "pattern", "format"];
    if let Some(other) = others
        .into_iter()
        .find(|other| *other != key && schema.get(other).is_some())
    {
        return fail(
            &below(place, other),
            &format!("it cannot be held together with {key}"),
        );
    }
    let place = below(place, key);
    match (key, schema[key].as_str()) {
        ("format", Some("date")) => pattern("^[0-9]{4}-[01][0-9]-[0-3][0-9]$", &place),
        ("format", Some("time")) => pattern("^[0-2][0-9]:[0-5][0-9]$", &place),
        ("format", _) => fail(
            &place,
            "only the formats date and time are held; leave it out",
        ),
        (_, Some(text)) => pattern(text, &place),
        (_, None) => fail(&place, SIMPLE),
    }
}

/// A regular expression, if it is simple enough.
fn pattern(text: &str, place: &str) -> Made {
    let inside = text
        .strip_prefix('^')
        .and_then(|text| text.strip_suffix('$'));
    let Some(inside) = inside.filter(|inside| !inside.ends_with('\\')) else {
        return fail(place, SIMPLE);
    };
    let mut parts = vec!["\"\\\"\"".to_owned()];
    let mut rest = inside.chars().peekable();
    while let Some(first) = rest.next() {
        let atom = match first {
            '[' => class(&mut rest, place)?,
            '\\' => match rest.next() {
                Some('d') => "[0-9]".into(),
                Some('w') => "[A-Za-z0-9_]".into(),
                Some(c) if c.is_ascii_punctuation() => written(c),
                _ => return fail(place, SIMPLE),
            },
            '.' | '(' | ')' | '|' | '?' | '*' | '+' | '{' | '}' | ']' | '^' | '$' => {
                return fail(place, SIMPLE);
            }
            c => written(c),
        };
        parts.push(atom + &repeated(&mut rest, place)?);
    }
    parts.push("\"\\\"\"".to_owned());
    Ok(parts.join(" "))
}

/// A character as JSON writes it in a string.
fn written(character: char) -> String {
    let quoted = Value::String(character.into()).to_string();
    literal(&quoted[1..quoted.len() - 1])
}

/// A class, behind its bracket.
fn class(rest: &mut Peekable<Chars>, place: &str) -> Made {
    let mut class = String::from("[");
    loop {
        match rest.next() {
            Some(']') if class.len() > 1 => return Ok(class + "]"),
            Some('\\') => match rest.next() {
                Some('d') => class.push_str("0-9"),
                Some('w') => class.push_str("A-Za-z0-9_"),
                Some(c @ ('-' | ']' | '[' | '^' | '.')) => class.extend(['\\', c]),
                _ => return fail(place, SIMPLE),
            },
            // A quotation mark or a backslash is written as two characters in JSON.
            None | Some('"' | '[' | ']' | '^') => return fail(place, SIMPLE),
            Some(c) if c.is_control() => return fail(place, SIMPLE),
            Some(c) => class.push(c),
        }
    }
}

/// How often what stands before may be repeated.
fn repeated(rest: &mut Peekable<Chars>, place: &str) -> Result<String, SchemaError> {
    match rest.peek() {
        Some(sign @ ('?' | '*' | '+')) => {
            let sign = sign.to_string();
            rest.next();
            Ok(sign)
        }
        Some('{') => {
            rest.next();
            let inside: String = rest.by_ref().take_while(|c| *c != '}').collect();
            let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number <= 1_000);
            let (least, most) = inside.split_once(',').unwrap_or((&inside, &inside));
            match (number(least), most.is_empty(), number(most)) {
                (Some(least), true, _) => Ok(times(least, None)),
                (Some(least), _, Some(most)) if least <= most => Ok(times(least, Some(most))),
                _ => fail(place, SIMPLE),
            }
        }
        _ => Ok(String::new()),
    }
}
