//! What a language model may call, and a call as it makes one. Tools, models and programs that come in by a
//! door name these; none of them needs to know the others.

use serde_json::{Map, Value};

/// A tool as a model is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolDefinition {
    /// Its name in a [`Call`].
    pub name: String,
    /// What it does.
    pub description: String,
    /// The JSON Schema of its arguments, an object.
    pub parameters: Value,
}

/// A call of a tool, as an intent or a model makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which tool.
    pub name: String,
    /// By name. Those of the built-in tools are text as it was spoken; a number is read as its digits,
    /// `null` as if it were not there.
    pub arguments: Map<String, Value>,
}
