//! What a language model may call, and a call as it makes one. Tools, models and programs that come in by a
//! door name these; none of them needs to know the others.

use serde_json::{Map, Value};

use crate::cancellation::Cancelled;

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

impl ToolDefinition {
    /// The names of its arguments, and whether each is required.
    pub fn arguments(&self) -> impl Iterator<Item = (&String, bool)> {
        let required = self.parameters["required"].as_array();
        let is_required = move |name: &String| {
            let mut required = required.into_iter().flatten();
            required.any(|one| one.as_str() == Some(name.as_str()))
        };
        let properties = self.parameters["properties"].as_object();
        let names = properties.into_iter().flat_map(Map::keys);
        names.map(move |name| (name, is_required(name)))
    }
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

/// What a tool may do, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Changes nothing: it may run for a draft that is thrown away.
    Read,
    /// Changes something: only after the turn is decided.
    Act,
    /// Cannot be taken back: only after the user said yes.
    AskFirst,
}

/// A tool that the language model may call.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// What the model is told of it.
    pub definition: ToolDefinition,
    /// What it may do.
    pub class: Class,
}

/// Why a tool that is not built in found nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallFailure {
    /// The tool itself says why: the language model may mend its arguments, or explain it.
    Declined(String),
    /// It could not be called, or did not answer.
    Unusable {
        /// Whose tool it is, as the user knows it.
        whose: String,
        /// For whoever watches.
        why: String,
    },
}

/// Tools that are not built in: those of servers, or of a program that came in by a door.
pub trait ExternalTools: Send + Sync {
    /// Calls one, and waits for what comes of it, as text for the language model. Whoever offers it bounds how
    /// long it may take and how long the text is, and looks at `cancelled` at least every 50 ms.
    ///
    /// # Errors
    /// See [`CallFailure`].
    fn call(&self, call: &Call, cancelled: Cancelled) -> Result<String, CallFailure>;

    /// Whether the user hears "one moment" while a call takes its time. Not where whoever calls decides what
    /// sounds meanwhile.
    fn may_be_bridged(&self) -> bool {
        true
    }
}
