//! JSON as a schema allows it, as rules of a grammar: llama.cpp's GBNF. Pure.
//!
//! What is written is on one line, with a space behind each comma and colon, as models are trained on it. Required
//! properties come first, in the order in which `required` names them. Parts: `number`, `object`, `text` and
//! `reference` are what schemas say, and `size` keeps the grammar small.

mod number;
mod object;
mod reference;
mod size;
mod text;

pub use text::{is_date, is_time};

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::Value;

use size::{bounds, times, weight};

/// What a schema says that cannot be held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct SchemaError {
    /// Where it stands, as a JSON pointer: `#/properties/when`.
    pub place: String,
    /// What it is, and what can be said instead.
    pub reason: String,
}

/// What becomes of a part of a schema that cannot be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// It is an error.
    Refused,
    /// Anything of its type may stand there.
    Loose,
}

/// The first rule of a grammar.
pub const ROOT: &str = "root";

/// Rules that all grammars share. A half of a surrogate pair is no character, so none is written as `\u`.
const COMMON: &str = r#"
string ::= "\"" char* "\""
char ::= [^"\\\x00-\x1F] | "\\" (["\\/bfnrt] | "u" ([0-9a-cA-CefEF] hex | [dD] [0-7]) hex hex)
hex ::= [0-9a-fA-F]
integer ::= "-"? natural
natural ::= "0" | [1-9] [0-9]{0,15}
number ::= "-"? positive
positive ::= natural ("." [0-9]{1,15})? ([eE] [-+]? [0-9]{1,2})?
boolean ::= "true" | "false"
null ::= "null"
value ::= string | number | boolean | null | list | object
list ::= "[" (value (", " value)*)? "]"
object ::= "{" (string ": " value (", " string ": " value)*)? "}"
"#;

/// Schemas within schemas, also by `$ref`. No value that a small model writes is as deep.
const MOST_DEEP: usize = 64;
/// What says nothing of which values are allowed.
const NOTES: [&str; 13] = [
    "title",
    "description",
    "default",
    "examples",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$comment",
    "$schema",
    "$id",
    "$defs",
    "definitions",
];

/// Rules as they are made from one schema.
pub struct Rules<'s> {
    whole: &'s Value,
    unsupported: Unsupported,
    /// Before the name of each rule, so that the rules of several schemas differ.
    prefix: String,
    rules: String,
    made: usize,
    /// Rules of what `$ref` names.
    referred: HashMap<&'s str, String>,
    /// What `$ref` names whose rule is being made, where nothing of it is written yet.
    beginning: Option<&'s str>,
    /// What the rules of what `$ref` names may begin with, of the same kind.
    begin_with: HashMap<&'s str, Vec<&'s str>>,
    /// Schemas around the one that is looked at.
    depth: usize,
    /// What the grammar holds so far; `size` says how it is counted.
    written: usize,
}

type Made = Result<String, SchemaError>;

impl<'s> Rules<'s> {
    /// Rules for this schema; their names begin with `prefix`.
    pub fn new(whole: &'s Value, prefix: &str, unsupported: Unsupported) -> Self {
        Self {
            whole,
            unsupported,
            prefix: prefix.to_owned(),
            rules: String::new(),
            made: 0,
            referred: HashMap::new(),
            beginning: None,
            begin_with: HashMap::new(),
            depth: 0,
            written: 0,
        }
    }

    /// What the schema allows, as an expression, and the rules that it names, without those of [`common`].
    ///
    /// # Errors
    /// The schema says what cannot be held, and that is to be refused.
    pub fn make(mut self) -> Result<(String, String), SchemaError> {
        let expression = self.value(self.whole, "#")?;
        Ok((expression, self.rules))
    }

    /// What a part of the schema allows.
    fn value(&mut self, schema: &'s Value, place: &str) -> Made {
        self.depth += 1;
        let made = match self.depth {
            0..=MOST_DEEP => self.held(schema, place),
            _ => fail(
                place,
                &format!(
                    "more than {MOST_DEEP} schemas stand within each other, or refer to each other"
                ),
            ),
        };
        self.depth -= 1;
        match made.and_then(|expression| self.count(expression, place)) {
            Err(_) if self.unsupported == Unsupported::Loose => Ok(kind_of(schema).to_owned()),
            made => made,
        }
    }

    fn held(&mut self, schema: &'s Value, place: &str) -> Made {
        let says = match schema {
            Value::Bool(true) => return Ok("value".into()),
            Value::Object(says) => says,
            _ => return fail(place, "a schema is an object here"),
        };
        let first = ["$ref", "const", "enum", "anyOf", "oneOf", "allOf"];
        match first.into_iter().find(|key| says.contains_key(*key)) {
            None => self.typed(schema, place),
            Some(key @ ("const" | "enum")) => {
                only(schema, place, &[key, "type"])?;
                choices(&says[key], key, &below(place, key))
            }
            Some(key) => {
                only(schema, place, &[key])?;
                let place = below(place, key);
                match (key, &says[key]) {
                    ("$ref", name) => self.refer(name, &place),
                    ("allOf", Value::Array(all)) if all.len() == 1 => {
                        self.value(&all[0], &below(&place, "0"))
                    }
                    ("allOf", _) => fail(&place, "only one schema is held in allOf"),
                    (_, Value::Array(any)) if !any.is_empty() => {
                        let any = any.iter().enumerate();
                        let any =
                            any.map(|(n, one)| self.value(one, &below(&place, &n.to_string())));
                        Ok(either(&any.collect::<Result<Vec<_>, _>>()?))
                    }
                    _ => fail(&place, "give a list of schemas"),
                }
            }
        }
    }

    /// By the type that it names, or those.
    fn typed(&mut self, schema: &'s Value, place: &str) -> Made {
        match &schema["type"] {
            Value::String(kind) => self.of_kind(kind, schema, place),
            Value::Array(kinds) if !kinds.is_empty() => {
                let kinds = kinds.iter().map(|kind| match kind.as_str() {
                    // What is said of one type says nothing of another.
                    Some(kind @ ("null" | "boolean")) => Ok(kind.to_owned()),
                    Some(kind) => self.of_kind(kind, schema, place),
                    None => fail(&below(place, "type"), "a type is a word"),
                });
                Ok(either(&kinds.collect::<Result<Vec<_>, _>>()?))
            }
            Value::Null if schema.get("properties").is_some() => {
                self.of_kind("object", schema, place)
            }
            Value::Null if schema.get("items").is_some() => self.of_kind("array", schema, place),
            Value::Null => only(schema, place, &[]).map(|()| "value".to_owned()),
            _ => fail(
                &below(place, "type"),
                "a type is a word, or a list of words",
            ),
        }
    }

    fn of_kind(&mut self, kind: &str, schema: &'s Value, place: &str) -> Made {
        match kind {
            // Their brackets are written first.
            "object" | "array" => {
                let beginning = self.beginning.take();
                let made = match kind {
                    "object" => self.object(schema, place),
                    _ => self.array(schema, place),
                };
                self.beginning = beginning;
                made
            }
            "string" => text::string(schema, place),
            "integer" => number::integer(schema, place),
            "number" => number::number(schema, place),
            "boolean" | "null" => only(schema, place, &["type"]).map(|()| kind.to_owned()),
            other => fail(
                &below(place, "type"),
                &format!("there is no type {other:?}"),
            ),
        }
    }

    fn array(&mut self, schema: &'s Value, place: &str) -> Made {
        only(schema, place, &["type", "items", "minItems", "maxItems"])?;
        let item = match schema.get("items") {
            None => "value".to_owned(),
            Some(items) => {
                let item = self.value(items, &below(place, "items"))?;
                self.rule(&item)
            }
        };
        let (least, most) = bounds(schema, ["minItems", "maxItems"], place)?;
        let more =
            |least: usize, most: Option<usize>| format!("(\", \" {item}){}", times(least, most));
        Ok(match (least, most) {
            (_, Some(0)) => "\"[]\"".into(),
            (0, most) => format!(
                "\"[\" ({item} {})? \"]\"",
                more(0, most.map(|most| most - 1))
            ),
            (least, most) => {
                let rest = more(least - 1, most.map(|most| most - 1));
                format!("\"[\" {item} {rest} \"]\"")
            }
        })
    }

    /// A rule for an expression, which is longer than its name.
    fn rule(&mut self, expression: &str) -> String {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if expression.chars().all(is_name) {
            return expression.to_owned();
        }
        let name = self.name();
        self.define(&name, expression);
        name
    }

    fn name(&mut self) -> String {
        self.made += 1;
        format!("{}-{}", self.prefix, self.made)
    }

    fn define(&mut self, name: &str, expression: &str) {
        // What is too much is refused with the next schema that is looked at.
        self.written = self.written.saturating_add(weight(expression));
        let _ = writeln!(self.rules, "{name} ::= {expression}");
    }
}

/// The rules that all others build on.
pub fn common() -> &'static str {
    COMMON
}

fn fail<T>(place: &str, reason: &str) -> Result<T, SchemaError> {
    Err(SchemaError {
        place: place.to_owned(),
        reason: reason.to_owned(),
    })
}

fn below(place: &str, key: &str) -> String {
    format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Whether a schema says nothing beside these, and what is a note.
fn only(schema: &Value, place: &str, known: &[&str]) -> Result<(), SchemaError> {
    let says = schema.as_object().into_iter().flat_map(|says| says.keys());
    // A type that is only one of several has nothing to do with what is said of the others.
    let several = schema["type"].is_array();
    for key in says.filter(|key| !NOTES.contains(&key.as_str())) {
        let key_is_known = known.contains(&key.as_str());
        if !(key_is_known || several && OF_TYPES.contains(&key.as_str())) {
            return fail(
                &below(place, key),
                "this cannot be held here; leave it out, or say it in the question",
            );
        }
    }
    Ok(())
}

/// What is said of a value of one type alone.
const OF_TYPES: [&str; 14] = [
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
];

/// What an argument may be whose schema is not held.
fn kind_of(schema: &Value) -> &str {
    match schema["type"].as_str() {
        Some(kind @ ("string" | "integer" | "number" | "boolean" | "object" | "null")) => kind,
        Some("array") => "list",
        _ => "value",
    }
}

fn choices(choices: &Value, key: &str, place: &str) -> Made {
    let choices = match (key, choices) {
        ("const", one) => vec![literal(&one.to_string())],
        (_, Value::Array(all)) if !all.is_empty() => {
            all.iter().map(|one| literal(&one.to_string())).collect()
        }
        _ => return fail(place, "give a list of values"),
    };
    Ok(either(&choices))
}

fn either(all: &[String]) -> String {
    match all {
        [one] => one.clone(),
        all => format!("({})", all.join(" | ")),
    }
}

/// A text as the grammar writes it.
pub fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => literal.extend(['\\', character]),
            c if c.is_control() => {
                let _ = write!(literal, "\\u{:04X}", u32::from(c));
            }
            c => literal.push(c),
        }
    }
    literal + "\""
}

#[cfg(test)]
mod tests;
