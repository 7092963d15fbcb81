//! Errors as clients of OpenAI's HTTP read them.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// What a client is told. No path, key or prompt of ours is in it.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    message: String,
    param: Option<&'static str>,
}

impl Problem {
    /// The request is wrong; `param` names what of it.
    pub fn wrong(param: Option<&'static str>, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
            param,
        }
    }

    /// There is too much to do.
    pub fn busy(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            message: message.into(),
            param: None,
        }
    }

    /// An engine failed. What it said is for our log: it may name files.
    pub fn failed(stage: &str, error: impl std::fmt::Display) -> Self {
        tracing::error!("{stage}: {error}");
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            message: format!("the {stage} failed; the program's own log says why"),
            param: None,
        }
    }

    /// It may not come in.
    pub fn refused(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            param: None,
        }
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let kind = match self.status.as_u16() {
            401 | 403 => "authentication_error",
            429 => "rate_limit_error",
            400..500 => "invalid_request_error",
            _ => "server_error",
        };
        let error =
            json!({ "message": self.message, "type": kind, "param": self.param, "code": null });
        (self.status, Json(json!({ "error": error }))).into_response()
    }
}
