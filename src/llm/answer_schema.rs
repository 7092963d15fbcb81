//! What an answer must look like: a JSON schema, the grammar that holds a model to it, and the check of what came.

use serde_json::Value;

use super::json_grammar::{ROOT, Rules, SchemaError, Unsupported, common, is_date, is_time};

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
        // Formats are checked as the grammar writes them: with its own a draft refuses `HH:MM`, or checks none.
        let check = jsonschema::options()
            .with_format("date", is_date)
            .with_format("time", is_time)
            .should_validate_formats(true)
            .build(&schema);
        let check = check.map_err(|error| SchemaError {
            place: format!("#{}", error.instance_path()),
            reason: error.to_string(),
        })?;
        Ok(Self {
            grammar: format!("{ROOT} ::= {value}\n{rules}{}", common()),
            check: check.into(),
            schema,
        })
    }

    /// What a model is told of the schema: held to it alone, it does not know what is meant.
    pub fn instructions(&self) -> String {
        format!(
            "Answer with JSON that fits this JSON schema: {}",
            self.schema
        )
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
    fn dates_and_times_are_checked_as_they_are_held() {
        for draft in [
            "http://json-schema.org/draft-07/schema#",
            "https://json-schema.org/draft/2020-12/schema",
        ] {
            let fits = |format: &str, text: &str| {
                let schema = json!({ "$schema": draft, "type": "string", "format": format });
                let schema = AnswerSchema::new(schema).unwrap();
                schema.check(&json!(text).to_string()).is_ok()
            };
            for text in ["00:00", "23:59", "19:07"] {
                assert!(fits("time", text), "{draft}: {text}");
            }
            for text in ["24:00", "12:60", "7:30", "12:00:00", "12:00Z", "+1:00"] {
                assert!(!fits("time", text), "{draft}: {text}");
            }
            for text in ["2026-01-31", "0000-12-01", "2026-02-31"] {
                assert!(fits("date", text), "{draft}: {text}");
            }
            for text in ["2026-00-01", "2026-13-01", "2026-01-32", "26-01-01"] {
                assert!(!fits("date", text), "{draft}: {text}");
            }
        }
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        let error = AnswerSchema::new(json!({ "type": "string", "maxLength": -1 })).unwrap_err();
        assert_eq!(error.place, "#/maxLength");
    }
}
