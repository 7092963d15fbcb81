//! What is asked of `/v1/chat/completions`, and what of it can be done.

use serde::Deserialize;
use serde_json::Value;

use super::Problem;
use crate::agent::Persona;
use crate::llm::{AnswerSchema, Message, Role, Sampling, Task};

/// What is asked for.
#[derive(Debug, Deserialize)]
pub struct Request {
    messages: Vec<Asked>,
    /// Piece by piece.
    #[serde(default)]
    pub stream: bool,
    #[serde(default)]
    stream_options: StreamOptions,
    max_tokens: Option<usize>,
    max_completion_tokens: Option<usize>,
    temperature: Option<f32>,
    top_p: Option<f32>,
    seed: Option<i64>,
    n: Option<u32>,
    tools: Option<Vec<Value>>,
    response_format: Option<Value>,
    stop: Option<Stop>,
}

/// A message of the conversation.
#[derive(Debug, Deserialize)]
struct Asked {
    role: String,
    content: Option<Content>,
}

/// Its words.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StreamOptions {
    include_usage: bool,
}

/// Words that end an answer.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Stop {
    One(String),
    Any(Vec<String>),
}

/// Bytes of a conversation at most; the model's context is smaller.
const MOST_TEXT: usize = 200_000;
/// Tokens of an answer, if nobody says.
const TOKENS: usize = 512;
/// Words that end an answer, at most.
const MOST_STOPS: usize = 4;

impl Request {
    /// All that is asked for. Without instructions of its own, those of the persona: a small model without any says
    /// nothing that makes sense. What the answer is held to is said in them; without others, that alone.
    ///
    /// # Errors
    /// It asks for what is not supported, or is no conversation.
    pub fn task(&self, persona: &Persona) -> Result<Task, Problem> {
        let (mut messages, answer) = (self.messages()?, self.answer_schema()?);
        let told = answer.as_ref().map(AnswerSchema::instructions);
        let system = messages.iter().position(|one| one.role == Role::System);
        match (system, told) {
            (Some(system), Some(told)) => {
                let system = &mut messages[system].content;
                *system = format!("{}\n\n{told}", system.trim_end());
            }
            (None, Some(told)) => messages.insert(0, Message::new(Role::System, told)),
            (None, None) => messages = persona.prefix().into_iter().chain(messages).collect(),
            (Some(_), None) => {}
        }
        Ok(Task {
            messages,
            sampling: self.sampling()?,
            stops: self.stops()?.to_vec(),
            answer,
        })
    }

    /// The conversation.
    ///
    /// # Errors
    /// It asks for what is not supported, or is no conversation.
    fn messages(&self) -> Result<Vec<Message>, Problem> {
        let wrong = |message: String| Problem::wrong(Some("messages"), message);
        let unsupported = [
            (
                self.tools.as_ref().is_some_and(|tools| !tools.is_empty()),
                "tools",
            ),
            (self.n.is_some_and(|n| n != 1), "n"),
        ];
        if let Some((_, param)) = unsupported.iter().find(|(asked, _)| *asked) {
            return Err(Problem::wrong(
                Some(param),
                format!("{param} is not supported here yet"),
            ));
        }
        let mut messages = Vec::new();
        for asked in &self.messages {
            let role = match asked.role.as_str() {
                "system" | "developer" => Role::System,
                "user" => Role::User,
                "assistant" => Role::Assistant,
                other => return Err(wrong(format!("there is no role {other:?} here"))),
            };
            let text = match &asked.content {
                Some(Content::Text(text)) => text.clone(),
                None => String::new(),
                Some(Content::Parts(parts)) => {
                    if let Some(other) = parts.iter().find(|part| part.kind != "text") {
                        return Err(wrong(format!(
                            "{} is not understood here: text is",
                            other.kind
                        )));
                    }
                    let texts = parts.iter().filter_map(|part| part.text.as_deref());
                    texts.collect::<Vec<_>>().join("\n")
                }
            };
            messages.push(Message::new(role, text));
        }
        let length: usize = messages.iter().map(|message| message.content.len()).sum();
        match messages.last() {
            None => Err(wrong("there is no message".into())),
            Some(last) if last.role != Role::User => {
                Err(wrong("the last message is to be the user's".into()))
            }
            Some(_) if length > MOST_TEXT => {
                Err(wrong(format!("they have more than {MOST_TEXT} bytes")))
            }
            Some(_) => Ok(messages),
        }
    }

    /// How the next token is chosen.
    ///
    /// # Errors
    /// A value is out of its range.
    fn sampling(&self) -> Result<Sampling, Problem> {
        let default = Sampling {
            temperature: 0.0,
            repeat_penalty: 1.0,
            max_tokens: TOKENS,
            ..Sampling::default()
        };
        let most = self.max_completion_tokens.or(self.max_tokens);
        let sampling = Sampling {
            temperature: self.temperature.unwrap_or(default.temperature),
            top_p: self.top_p.unwrap_or(default.top_p),
            seed: self.seed.map_or(default.seed, |seed| seed as u32),
            max_tokens: most.unwrap_or(default.max_tokens),
            ..default
        };
        let checks = [
            (
                (0.0..=2.0).contains(&sampling.temperature),
                "temperature",
                "is 0 to 2",
            ),
            (
                sampling.top_p > 0.0 && sampling.top_p <= 1.0,
                "top_p",
                "is above 0, at most 1",
            ),
            (
                (1..=4_096).contains(&sampling.max_tokens),
                "max_tokens",
                "is 1 to 4096",
            ),
        ];
        match checks.iter().find(|(holds, ..)| !holds) {
            Some((_, param, expected)) => {
                Err(Problem::wrong(Some(param), format!("{param} {expected}")))
            }
            None => Ok(sampling),
        }
    }

    /// What the answer is held to, if to anything.
    ///
    /// # Errors
    /// It is no schema that answers can be held to.
    fn answer_schema(&self) -> Result<Option<AnswerSchema>, Problem> {
        let wrong = |message: String| Problem::wrong(Some("response_format"), message);
        let Some(format) = &self.response_format else {
            return Ok(None);
        };
        match format["type"].as_str() {
            Some("text") => Ok(None),
            Some("json_schema") => {
                let schema = AnswerSchema::new(format["json_schema"]["schema"].clone());
                schema.map(Some).map_err(|error| wrong(error.to_string()))
            }
            _ => Err(wrong(
                "response_format is text or json_schema here: say with a schema what the answer is to hold".into(),
            )),
        }
    }

    /// Words that end the answer.
    ///
    /// # Errors
    /// There are too many.
    fn stops(&self) -> Result<&[String], Problem> {
        let stops = match &self.stop {
            None => &[],
            Some(Stop::One(one)) => std::slice::from_ref(one),
            Some(Stop::Any(any)) => any.as_slice(),
        };
        match stops.len() {
            0..=MOST_STOPS => Ok(stops),
            _ => Err(Problem::wrong(
                Some("stop"),
                format!("give at most {MOST_STOPS} stops"),
            )),
        }
    }

    /// Whether what it cost is told at the end of a stream.
    pub fn wants_usage(&self) -> bool {
        self.stream_options.include_usage
    }
}

/// Checks an answer against what it was held to, if to anything.
///
/// # Errors
/// It does not fit, and why.
pub fn check(held_to: Option<&AnswerSchema>, answer: &str, was_cut: bool) -> Result<(), Problem> {
    let Some(Err(misfit)) = held_to.map(|schema| schema.check(answer)) else {
        return Ok(());
    };
    let why = if was_cut {
        "; it was cut off: raise max_tokens, or limit strings and lists with maxLength and maxItems"
    } else {
        ""
    };
    Err(Problem::refused(422, format!("{misfit}{why}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::language::Language;

    fn task(messages: Value, format: Value) -> Task {
        let request = json!({ "messages": messages, "response_format": format });
        let request: Request = serde_json::from_value(request).unwrap();
        request
            .task(&Persona::bundled(Language::default()))
            .unwrap()
    }

    fn number() -> Value {
        json!({ "type": "json_schema", "json_schema": { "schema": { "type": "integer" } } })
    }

    #[test]
    fn a_model_is_told_of_the_schema_that_its_answer_is_held_to() {
        let user = json!({ "role": "user", "content": "How many?" });
        let alone = task(json!([user]), number());
        let schema = alone.answer.as_ref().unwrap();
        assert_eq!(alone.messages.len(), 2);
        assert_eq!(alone.messages[0].content, schema.instructions());
        let system = json!({ "role": "system", "content": "Count.\n" });
        let both = task(json!([system, user]), number());
        assert_eq!(
            both.messages[0].content,
            format!("Count.\n\n{}", schema.instructions())
        );
    }

    #[test]
    fn a_conversation_without_instructions_has_those_of_the_persona() {
        let persona = Persona::bundled(Language::default()).prefix();
        let user = json!({ "role": "user", "content": "Who are you?" });
        let task = task(json!([user]), json!({ "type": "text" }));
        assert_eq!(task.messages[..persona.len()], persona);
        assert_eq!(task.messages.len(), persona.len() + 1);
    }

    #[test]
    fn an_answer_that_was_cut_off_says_what_to_do() {
        let schema = AnswerSchema::new(json!({ "type": "integer" })).unwrap();
        assert_eq!(check(Some(&schema), "7", false), Ok(()));
        assert_eq!(check(None, "seven", false), Ok(()));
        let problem = check(Some(&schema), "-", true).unwrap_err();
        assert_eq!(problem.status(), 422);
        assert!(problem.message().contains("max_tokens"), "{problem:?}");
    }
}
