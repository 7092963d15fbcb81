//! What can go wrong with a server, what to do about it, and what the user is to hear.

use serde_json::Value;

use crate::lexicon::Apology;

/// A server's trouble.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// There is no connection.
    #[error("cannot be reached ({0}); is it running, and is the address in `llm` right?")]
    Unreachable(String),
    /// The key is missing, wrong, or not allowed to do this.
    #[error("does not accept the key (HTTP {0}); llm.api_key_env names the variable that holds it")]
    Key(u16),
    /// The address or the model is not there.
    #[error("does not have what it is asked for (HTTP 404: {0}); check `llm` and llm.model")]
    NotFound(String),
    /// It takes no more questions now.
    #[error("has too much to do (HTTP {0}); try again later, or another server")]
    Busy(u16),
    /// It does not take the question as it was put.
    #[error("refuses the question (HTTP {status}: {message})")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The server's words.
        message: String,
    },
    /// The question, or the reply to it, does not fit into the server's context.
    #[error("has a smaller context than llm.context says ({message})")]
    TooLong {
        /// The server's words.
        message: String,
        /// Tokens of its context, if it says so.
        context: Option<u32>,
    },
    /// It refuses, and does not list the model.
    #[error("does not list the model {model} ({listed}; {message}): set llm.model to one of them")]
    NoSuchModel {
        /// What it was asked for.
        model: String,
        /// What it lists.
        listed: String,
        /// The server's words.
        message: String,
    },
    /// It failed while it answered.
    #[error("failed ({0}); its own log may say why")]
    Broken(String),
    /// It speaks another protocol.
    #[error("sent what is no chat completion ({0}); `llm` must end where /chat/completions begins")]
    Garbage(String),
    /// Nothing came for so long. Seconds.
    #[error("said nothing for {0} seconds; it may be overloaded, or hang")]
    Silent(u64),
    /// The connection ended before the reply did.
    #[error("closed the connection before the reply was complete")]
    Gone,
}

/// Of a server's words, as much as a person reads.
const MOST_WORDS: usize = 200;

impl Trouble {
    /// What an HTTP status that is no success means; `body` is what came with it.
    pub fn of_status(status: u16, body: &str) -> Self {
        let message = error_message(body).unwrap_or_else(|| shortened(body));
        match status {
            400 | 413 | 422 | 500 if names_context(&message) => Self::TooLong {
                context: context_in(body).or_else(|| number_after_context(&message)),
                message,
            },
            401 | 403 => Self::Key(status),
            404 => Self::NotFound(message),
            429 | 503 => Self::Busy(status),
            500.. => Self::Broken(format!("HTTP {status}: {message}")),
            _ => Self::Refused { status, message },
        }
    }

    /// Whether asking once more may help.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Busy(_) | Self::Broken(_) | Self::Gone => true,
            // Whoever has waited that long has waited long enough.
            Self::Silent(_) => false,
            Self::Key(_) | Self::NotFound(_) | Self::NoSuchModel { .. } => false,
            Self::Refused { .. } | Self::TooLong { .. } | Self::Garbage(_) => false,
        }
    }

    /// What the user, who waits for a reply, is to hear about it.
    pub fn apology(&self) -> Apology {
        match self {
            Self::Unreachable(_) | Self::Silent(_) => Apology::Unreachable,
            Self::TooLong { .. } => Apology::TooLong,
            Self::Key(_) | Self::NotFound(_) | Self::NoSuchModel { .. } => Apology::Refused,
            Self::Refused { .. } => Apology::Refused,
            Self::Busy(_) => Apology::Busy,
            Self::Broken(_) | Self::Garbage(_) => Apology::Failed,
            Self::Gone => Apology::Gone,
        }
    }
}

/// The message in an error object: `{"error": {"message": "..."}}`, or one of its variants.
pub fn error_message(body: &str) -> Option<String> {
    error_in(&serde_json::from_str(body).ok()?)
}

/// As [`error_message`].
pub fn error_in(body: &Value) -> Option<String> {
    let error = body.get("error").filter(|error| !error.is_null())?;
    let text = error.get("message").unwrap_or(error);
    Some(shortened(text.as_str().unwrap_or(&text.to_string())))
}

/// Whether a refusal is for the length of the question.
fn names_context(message: &str) -> bool {
    let message = message.to_lowercase();
    let limits = ["exceed", "length", "size", "window", "limit", "too long"];
    message.contains("context") && limits.iter().any(|limit| message.contains(limit))
}

/// llama.cpp's server says it in a field.
fn context_in(body: &str) -> Option<u32> {
    let body: Value = serde_json::from_str(body).ok()?;
    let tokens = body.get("error")?.get("n_ctx")?.as_u64()?;
    u32::try_from(tokens).ok()
}

/// The first number behind the word, which is how all servers write it that were looked at.
fn number_after_context(message: &str) -> Option<u32> {
    let message = message.to_lowercase();
    let (_, behind) = message.split_once("context")?;
    let digits = behind.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != ',');
    let number = digits[..end.unwrap_or(digits.len())].replace(',', "");
    number.parse().ok()
}

/// The beginning of a text, on one line.
pub fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST_WORDS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_becomes_something_to_do() {
        let refused = Trouble::of_status(400, r#"{"error":{"message":"no such field"}}"#);
        assert_eq!(
            refused.to_string(),
            "refuses the question (HTTP 400: no such field)"
        );
        assert!(
            Trouble::of_status(401, "")
                .to_string()
                .contains("api_key_env")
        );
        assert!(
            Trouble::of_status(404, "?")
                .to_string()
                .contains("llm.model")
        );
        assert!(Trouble::of_status(429, "").may_pass());
        assert!(Trouble::of_status(500, "").may_pass());
        assert!(!Trouble::of_status(400, "").may_pass());
    }

    #[test]
    fn the_context_that_a_refusal_names_is_read() {
        let context = |message: &str| {
            let body = format!(r#"{{"error":{{"message":"{message}"}}}}"#);
            match Trouble::of_status(400, &body) {
                Trouble::TooLong { context, .. } => Some(context),
                _ => None,
            }
        };
        let llama = "request (5000 tokens) exceeds the available context size (4096 tokens)";
        assert_eq!(context(llama), Some(Some(4096)));
        let vllm =
            "This model's maximum context length is 4,096 tokens. However, you requested 5000";
        assert_eq!(context(vllm), Some(Some(4096)));
        assert_eq!(context("exceeds the available context size"), Some(None));
        assert_eq!(context("unknown field: context"), None);
        let field = r#"{"error":{"message":"exceeds the context size","n_ctx":512}}"#;
        let trouble = Trouble::of_status(400, field);
        assert!(matches!(
            trouble,
            Trouble::TooLong {
                context: Some(512),
                ..
            }
        ));
    }

    #[test]
    fn error_objects_come_in_several_forms() {
        let message = |body: &str| error_message(body);
        assert_eq!(message(r#"{"error":"full"}"#).unwrap(), "full");
        assert_eq!(message(r#"{"error":{"message":"full"}}"#).unwrap(), "full");
        assert_eq!(message(r#"{"error":null}"#), None);
        assert_eq!(message("<html>"), None);
    }
}
