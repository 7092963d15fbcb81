//! Errors as clients of OpenAI's HTTP read them.

use serde_json::{Value, json};

/// What whoever asked is told. Over HTTP no path, key or prompt of ours is in it: see [`Problem::failed`]. A batch is its
/// own user's, and its answers say what an engine said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: u16,
    message: String,
    param: Option<&'static str>,
}

impl Problem {
    /// The request is wrong; `param` names what of it.
    pub fn wrong(param: Option<&'static str>, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            message: message.into(),
            param,
        }
    }

    /// There is too much to do.
    pub fn busy(message: impl Into<String>) -> Self {
        Self::refused(429, message)
    }

    /// An engine failed. What it said is for our log: it may name files.
    pub fn failed(stage: &str, error: impl std::fmt::Display) -> Self {
        tracing::error!("{stage}: {error}");
        Self::refused(
            500,
            format!("the {stage} failed; the program's own log says why"),
        )
    }

    /// It is refused with this HTTP status.
    pub fn refused(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            param: None,
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        let kind = match self.status {
            401 | 403 => "authentication_error",
            429 => "rate_limit_error",
            400..500 => "invalid_request_error",
            _ => "server_error",
        };
        let error =
            json!({ "message": self.message, "type": kind, "param": self.param, "code": null });
        json!({ "error": error })
    }
}
