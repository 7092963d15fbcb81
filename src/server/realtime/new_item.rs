//! An item as a client writes it, checked.

use serde::Deserialize;
use serde_json::Value;

use super::Refusal;
use super::client::LONGEST_ID;
use super::items::{Body, Content, FunctionCall, Item, Role};
use super::tools::{LONGEST_NAME, is_name};

/// Bytes of all texts of an item that a client creates.
pub(super) const LONGEST_TEXT: usize = 32 * 1024;

/// An item as a client writes it.
#[derive(Debug, Deserialize)]
pub(super) struct NewItem {
    pub id: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    role: Option<String>,
    #[serde(default)]
    content: Vec<NewPart>,
    call_id: Option<String>,
    name: Option<String>,
    arguments: Option<String>,
    output: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct NewPart {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

impl NewItem {
    /// The item, with this id.
    ///
    /// # Errors
    /// It is none that a client may create here.
    pub fn check(self, id: String) -> Result<Item, Refusal> {
        if id.is_empty() || id.len() > LONGEST_ID {
            let message = format!("the id must have 1 to {LONGEST_ID} bytes");
            return Err(Refusal::of("item.id", "invalid_value", message));
        }
        match self.kind.as_str() {
            "message" => self.message(id),
            "function_call" => Ok(Item::new(id, Body::Call(self.call()?))),
            "function_call_output" => Ok(Item::new(id, self.result()?)),
            kind => {
                let message = format!(
                    "items of type {kind:?} are not supported: an item is a message, a function_call or a \
                     function_call_output"
                );
                Err(Refusal::of("item.type", "unsupported_value", message))
            }
        }
    }

    fn message(self, id: String) -> Result<Item, Refusal> {
        let (role, part) = match self.role.as_deref() {
            Some("user") => (Role::User, "input_text"),
            Some("system") => (Role::System, "input_text"),
            Some("assistant") => (Role::Assistant, "output_text"),
            _ => {
                let message = "the role must be \"user\", \"assistant\" or \"system\"";
                return Err(Refusal::of("item.role", "invalid_value", message));
            }
        };
        let mut content = Vec::new();
        let mut bytes = 0;
        for (index, given) in self.content.into_iter().enumerate() {
            let text = given.text.filter(|_| given.kind == part).ok_or_else(|| {
                Refusal::of(
                    format!("item.content[{index}]"),
                    "unsupported_value",
                    format!(
                        "a part of such an item must have the type {part:?} and a text; audio is taken by \
                         input_audio_buffer.append only, images are not"
                    ),
                )
            })?;
            bytes += text.len();
            content.push(match role {
                Role::Assistant => Content::OutputText(text),
                Role::User | Role::System => Content::InputText(text),
            });
        }
        if content.is_empty() || bytes > LONGEST_TEXT {
            let message =
                format!("an item must have at least one text, and at most {LONGEST_TEXT} bytes");
            return Err(Refusal::of("item.content", "invalid_value", message));
        }
        Ok(Item {
            is_answered: role == Role::Assistant,
            ..Item::new(id, Body::Message { role, content })
        })
    }

    fn call(self) -> Result<FunctionCall, Refusal> {
        let wrong = |field: &str, expected: String| {
            let message = format!("a function_call must have {expected}");
            Refusal::of(format!("item.{field}"), "invalid_value", message)
        };
        let name = self.name.filter(|name| is_name(name)).ok_or_else(|| {
            let expected = format!("a name of 1 to {LONGEST_NAME} of A-Z, a-z, 0-9, _ and -");
            wrong("name", expected)
        })?;
        let short = |text: &String| text.len() <= LONGEST_TEXT;
        let arguments = self.arguments.filter(short).ok_or_else(|| {
            let expected = format!("arguments, a text of at most {LONGEST_TEXT} bytes");
            wrong("arguments", expected)
        })?;
        Ok(FunctionCall {
            call_id: checked_call_id(self.call_id)?,
            name,
            arguments,
        })
    }

    fn result(self) -> Result<Body, Refusal> {
        let call_id = checked_call_id(self.call_id)?;
        let output = self.output.as_ref().and_then(text);
        let output = output.filter(|text| text.len() <= LONGEST_TEXT);
        let output = output.ok_or_else(|| {
            let message = format!(
                "the output must be a text of at most {LONGEST_TEXT} bytes, or a list of parts of type \
                 \"input_text\" that have one"
            );
            Refusal::of("item.output", "invalid_value", message)
        })?;
        Ok(Body::Result { call_id, output })
    }
}

fn checked_call_id(id: Option<String>) -> Result<String, Refusal> {
    let right = |id: &String| (1..=LONGEST_ID).contains(&id.len());
    id.filter(right).ok_or_else(|| {
        let message = format!("the call_id must have 1 to {LONGEST_ID} bytes");
        Refusal::of("item.call_id", "invalid_value", message)
    })
}

/// A text, or the texts of parts.
fn text(output: &Value) -> Option<String> {
    match output {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => parts
            .iter()
            .map(|part| {
                part["text"]
                    .as_str()
                    .filter(|_| part["type"] == "input_text")
            })
            .collect(),
        _ => None,
    }
}
