//! What an answer must look like: a JSON schema, the grammar that holds a model to it, and the check of what came.

use serde_json::Value;

use super::json_grammar::{ROOT, Rules, SchemaError, Unsupported, common};

/// A JSON schema that answers are held to.
#[derive(Debug, Clone)]
pub struct AnswerSchema {
    schema: Value,
    grammar: String,
    check: std::sync::Arc<jsonschema::Validator>,
}

/// An answer is not what its schema says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// It is no JSON: it was cut off, or nothing held the model to it.
    #[error("the answer is no JSON ({reason}): {}", .answer.escape_debug())]
    NoJson {
        /// What is wrong.
        reason: String,
        /// The answer.
        answer: String,
    },
    /// It is JSON of another kind.
    #[error("the answer does not fit the schema ({reason}): {}", .answer.escape_debug())]
    Other {
        /// Where, and what is wrong.
        reason: String,
        /// The answer.
        answer: String,
    },
}

impl AnswerSchema {
    /// A schema.
    ///
    /// # Errors
    /// It says what answers cannot be held to, and where.
    pub fn new(schema: Value) -> Result<Self, SchemaError> {
        let (value, rules) = Rules::new(&schema, "rule", Unsupported::Refused).make()?;
        let check = jsonschema::validator_for(&schema).map_err(|error| SchemaError {
            place: format!("#{}", error.instance_path()),
            reason: error.to_string(),
        })?;
        Ok(Self {
            grammar: format!("{ROOT} ::= {value}\n{rules}{}", common()),
            check: check.into(),
            schema,
        })
    }

    /// The schema.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// The grammar of an answer, for llama.cpp.
    pub fn grammar(&self) -> &str {
        &self.grammar
    }

    /// The answer as a value.
    ///
    /// # Errors
    /// It does not fit.
    pub fn check(&self, answer: &str) -> Result<Value, Misfit> {
        let value: Value = serde_json::from_str(answer).map_err(|error| Misfit::NoJson {
            reason: error.to_string(),
            answer: answer.to_owned(),
        })?;
        match self.check.validate(&value) {
            Ok(()) => Ok(value),
            Err(error) => Err(Misfit::Other {
                reason: format!("#{}: {error}", error.instance_path()),
                answer: answer.to_owned(),
            }),
        }
    }
}

impl PartialEq for AnswerSchema {
    fn eq(&self, other: &Self) -> bool {
        self.schema == other.schema
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_checked_against_all_that_the_schema_says() {
        let schema = json!({ "oneOf": [{ "type": "integer" }, { "type": "number" }] });
        let schema = AnswerSchema::new(schema).unwrap();
        assert_eq!(schema.check("1.5"), Ok(json!(1.5)));
        let both = schema.check("1");
        assert!(matches!(both, Err(Misfit::Other { .. })), "{both:?}");
        let cut = schema.check("{\"a");
        assert!(matches!(cut, Err(Misfit::NoJson { .. })), "{cut:?}");
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        let error = AnswerSchema::new(json!({ "type": "string", "maxLength": -1 })).unwrap_err();
        assert_eq!(error.place, "#/maxLength");
    }
}
