//! Strings: how long they may be, and simple patterns.

use std::iter::Peekable;
use std::str::Chars;

use serde_json::Value;

use super::{Made, SchemaError, below, bounds, fail, literal, only, times};

/// What is held of patterns.
const SIMPLE: &str = "only simple patterns are held: ^ and $ around characters, \\d, \\w and classes like [A-Z], each \
    with ?, *, +, {n} or {n,m} behind it";

/// A year, a month and a day that some month has.
const DATE: &str =
    r#""\"" [0-9]{4} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [12] [0-9] | "3" [01]) "\"""#;
/// Hours and minutes.
const TIME: &str = r#""\"" ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] "\"""#;

/// Whether a text is what a grammar allows for `"format": "date"`.
pub fn is_date(text: &str) -> bool {
    matches!(
        numbers(text, '-', &[4, 2, 2]).as_deref(),
        Some([_, 1..=12, 1..=31])
    )
}

/// Whether a text is what a grammar allows for `"format": "time"`.
pub fn is_time(text: &str) -> bool {
    matches!(
        numbers(text, ':', &[2, 2]).as_deref(),
        Some([0..=23, 0..=59])
    )
}

/// Numbers of so many digits each, with this between them.
fn numbers(text: &str, between: char, digits: &[usize]) -> Option<Vec<u32>> {
    let parts: Vec<&str> = text.split(between).collect();
    let is_number = |(part, digits): (&&str, &usize)| {
        part.len() == *digits && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let fits = parts.len() == digits.len() && parts.iter().zip(digits).all(is_number);
    fits.then(|| parts.iter().filter_map(|part| part.parse().ok()).collect())
}

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
        ("format", Some("date")) => Ok(DATE.into()),
        ("format", Some("time")) => Ok(TIME.into()),
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
    let mut ranges: Vec<(char, char)> = Vec::new();
    loop {
        let from = match rest.next() {
            Some(']') if !ranges.is_empty() => break,
            Some('\\') => match rest.next() {
                Some('d') => {
                    ranges.push(('0', '9'));
                    continue;
                }
                Some('w') => {
                    ranges.extend([('A', 'Z'), ('a', 'z'), ('0', '9'), ('_', '_')]);
                    continue;
                }
                Some(c) if c.is_ascii_punctuation() => c,
                _ => return fail(place, SIMPLE),
            },
            None | Some('[' | ']' | '^') => return fail(place, SIMPLE),
            Some(c) => c,
        };
        let to = match range_end(rest) {
            None => from,
            Some('\\') => match rest.next() {
                Some(c) if c.is_ascii_punctuation() => c,
                _ => return fail(place, SIMPLE),
            },
            Some('[' | '^') => return fail(place, SIMPLE),
            Some(c) => c,
        };
        if to < from {
            return fail(
                place,
                &format!("the class {from}-{to} ends before it begins"),
            );
        }
        // In a string of JSON these are written as more than one character.
        let has = |c: char| from <= c && c <= to;
        if from < ' ' || has('"') || has('\\') {
            return fail(
                place,
                "a class with a quotation mark, a backslash or a control character is not held: name its other parts",
            );
        }
        ranges.push((from, to));
    }
    let ranges = ranges.into_iter().map(|(from, to)| {
        if from == to {
            in_class(from)
        } else {
            format!("{}-{}", in_class(from), in_class(to))
        }
    });
    Ok(format!("[{}]", ranges.collect::<String>()))
}

/// The character behind a `-`, where that makes a range of it and the one before.
fn range_end(rest: &mut Peekable<Chars>) -> Option<char> {
    let mut ahead = rest.clone();
    let is_range = ahead.next() == Some('-') && ahead.peek().is_some_and(|end| *end != ']');
    if !is_range {
        return None;
    }
    rest.next();
    rest.next()
}

/// A character of a class as llama.cpp reads it.
fn in_class(character: char) -> String {
    match u32::from(character) {
        _ if character.is_ascii_alphanumeric() => character.to_string(),
        code @ 0..=0xFF => format!("\\x{code:02X}"),
        code @ 0..=0xFFFF => format!("\\u{code:04X}"),
        code => format!("\\U{code:08X}"),
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
