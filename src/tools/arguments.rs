//! The arguments of a call, checked against what the tool takes.

use serde_json::{Map, Value};

use super::spoken::{Number, number};
use super::{Spec, ToolError};
use crate::language::Language;

/// Longer texts are refused: nobody says them.
const LONGEST_TEXT: usize = 1_000;

/// The arguments of one call: text, none of it empty.
pub(super) struct Arguments {
    spec: &'static Spec,
    texts: Vec<(&'static str, String)>,
}

impl Arguments {
    /// Those of a call of the tool.
    ///
    /// # Errors
    /// An argument is unknown, missing, too long, or neither text nor a number.
    pub(super) fn check(
        spec: &'static Spec,
        given: &Map<String, Value>,
    ) -> Result<Self, ToolError> {
        let mut texts = Vec::new();
        for (name, value) in given {
            let parameter = spec.parameters.iter().find(|one| one.name == name);
            let parameter = parameter.ok_or_else(|| ToolError::UnknownArgument {
                tool: spec.name,
                argument: name.clone(),
            })?;
            let text = match value {
                Value::Null => continue,
                Value::String(text) => one_line(text),
                Value::Number(number) => number.to_string(),
                Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                    return Err(ToolError::WrongType(parameter.what));
                }
            };
            if text.len() > LONGEST_TEXT {
                return Err(ToolError::NotUnderstood(parameter.what));
            }
            if !text.is_empty() {
                texts.push((parameter.name, text));
            }
        }
        let arguments = Self { spec, texts };
        for parameter in spec.parameters.iter().filter(|one| one.required) {
            arguments.required(parameter.name)?;
        }
        Ok(arguments)
    }

    /// An argument, if it was given.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.texts.iter().find(|(other, _)| *other == name);
        found.map(|(_, text)| text.as_str())
    }

    /// An argument that the tool needs.
    pub(super) fn required(&self, name: &str) -> Result<&str, ToolError> {
        self.text(name)
            .ok_or_else(|| ToolError::Missing(self.what(name)))
    }

    /// The number that an argument is.
    pub(super) fn number(
        &self,
        name: &str,
        language: Language,
    ) -> Result<Option<Number>, ToolError> {
        let read = |text| number(text, language).ok_or_else(|| self.not_understood(name));
        self.text(name).map(read).transpose()
    }

    /// That its text was not understood.
    pub(super) fn not_understood(&self, name: &str) -> ToolError {
        ToolError::NotUnderstood(self.what(name))
    }

    fn what(&self, name: &str) -> &'static str {
        let parameters = &mut self.spec.parameters.iter();
        let found = parameters.find(|parameter| parameter.name == name);
        found.map_or("all of it", |parameter| parameter.what)
    }
}

/// Without white space around it, and with single spaces within; without the full stop of a transcript.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .join(" ")
        .trim_end_matches(['.', '!', '?', ','])
        .to_owned()
}
