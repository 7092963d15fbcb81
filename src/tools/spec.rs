//! What a tool is called, takes and may do.

use jiff::ZonedDateTime;
use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use super::{Outcome, ToolError, Toolbox};
use crate::tool_call::{Class, Offer, ToolDefinition};

/// What a tool is called, takes and may do.
#[derive(Debug)]
pub struct Spec {
    /// Its name in a [`crate::tool_call::Call`].
    pub name: &'static str,
    /// What it does, for a model.
    pub description: &'static str,
    /// What it may do.
    pub class: Class,
    /// What it takes.
    pub parameters: &'static [Parameter],
    pub(super) run: Run,
}

pub(super) type Run = fn(&mut Toolbox, &Arguments, &ZonedDateTime) -> Result<Outcome, ToolError>;

/// An argument that a tool takes. All are text, as it was spoken.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is, as a part of a sentence: "the length of the timer".
    pub what: &'static str,
    /// Whether the tool does nothing without it.
    pub required: bool,
}

pub(super) const fn required(name: &'static str, what: &'static str) -> Parameter {
    Parameter {
        name,
        what,
        required: true,
    }
}

pub(super) const fn optional(name: &'static str, what: &'static str) -> Parameter {
    Parameter {
        name,
        what,
        required: false,
    }
}

impl Spec {
    /// What a language model is told of it.
    fn definition(&self) -> ToolDefinition {
        ToolDefinition {
            name: self.name.into(),
            description: self.description.into(),
            parameters: self.schema(),
        }
    }

    /// As a language model may call it.
    pub fn offer(&self) -> Offer {
        Offer {
            definition: self.definition(),
            class: self.class,
        }
    }

    /// The JSON Schema of its arguments.
    pub fn schema(&self) -> Value {
        let property = |parameter: &Parameter| {
            let described = json!({ "type": "string", "description": parameter.what });
            (parameter.name.to_owned(), described)
        };
        let properties: Map<String, Value> = self.parameters.iter().map(property).collect();
        let required = self.parameters.iter().filter(|one| one.required);
        let required: Vec<&str> = required.map(|one| one.name).collect();
        json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    }
}
