//! The shapes that calls have in JSON.

use serde_json::{Map, Value};

use super::{Origin, literal};
use crate::tool_call::Call;

/// Keys of a tool's name; `function` is also that of an object which holds the name.
const NAMES: [&str; 3] = ["name", "tool_name", "function"];
const ARGUMENTS: [&str; 2] = ["arguments", "parameters"];
/// Keys that may stand in a call without arguments.
const BESIDES: [&str; 5] = ["type", "id", "index", "call_id", "tool_call_id"];

/// The calls in a value: one, a list of them, or what an API hands on of a reply.
pub fn calls(value: Value, origin: Origin) -> Vec<Call> {
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut object) => match object.remove("tool_calls") {
            Some(Value::Array(list)) => list,
            Some(_) => return Vec::new(),
            None => return call(object, origin).into_iter().collect(),
        },
        _ => return Vec::new(),
    };
    let objects = list.into_iter().filter_map(|item| match item {
        Value::Object(object) => Some(object),
        _ => None,
    });
    objects.filter_map(|object| call(object, origin)).collect()
}

fn call(mut object: Map<String, Value>, origin: Origin) -> Option<Call> {
    if let Some(Value::Object(function)) = object.get_mut("function") {
        let mut function = std::mem::take(function);
        object.remove("function");
        object.retain(|key, _| !BESIDES.contains(&key.as_str()));
        // The arguments may stand beside the name's object; all else is no call.
        for (key, value) in object {
            if !ARGUMENTS.contains(&key.as_str()) || function.insert(key, value).is_some() {
                return None;
            }
        }
        return flat(function, origin);
    }
    flat(object, origin)
}

fn flat(mut object: Map<String, Value>, origin: Origin) -> Option<Call> {
    let Value::String(name) = only(&mut object, &NAMES)?? else {
        return None;
    };
    let arguments = match only(&mut object, &ARGUMENTS)? {
        Some(Value::Object(arguments)) if !is_schema(&arguments) => arguments,
        Some(Value::String(text)) if text.trim().is_empty() => Map::new(),
        Some(Value::String(text)) => literal::only_object(&text)?,
        Some(Value::Null) => Map::new(),
        Some(_) => return None,
        None if origin == Origin::Marked
            && object.keys().all(|key| BESIDES.contains(&key.as_str())) =>
        {
            Map::new()
        }
        None => return None,
    };
    if object.contains_key("description") {
        // The definition of a tool.
        return None;
    }
    Some(Call { name, arguments })
}

/// The value under one of these keys: `None` if there are two, and it is not known which is meant.
fn only(object: &mut Map<String, Value>, keys: &[&str]) -> Option<Option<Value>> {
    let mut values = keys.iter().filter_map(|key| object.remove(*key));
    let first = values.next();
    values.next().is_none().then_some(first)
}

/// Whether arguments are the JSON Schema of a definition that the model repeats.
fn is_schema(arguments: &Map<String, Value>) -> bool {
    arguments.get("type").is_some_and(|kind| kind == "object")
        && arguments.get("properties").is_some_and(Value::is_object)
}
