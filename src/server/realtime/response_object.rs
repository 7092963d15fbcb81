//! The response object, as it is sent.

use serde_json::{Map, Value, json};

use super::making::Usage;
use super::session::{Modality, audio_format};

/// How a response ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// It was heard to its end, or up to a call.
    Completed,
    /// The user spoke.
    TurnDetected,
    /// The client did not want it any more.
    ClientCancelled,
    /// It could not be made, or not to its end.
    Failed { code: &'static str, message: String },
}

impl End {
    fn status(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::TurnDetected | Self::ClientCancelled => "cancelled",
            Self::Failed { .. } => "failed",
        }
    }

    fn details(&self) -> Value {
        match self {
            Self::Completed => Value::Null,
            Self::TurnDetected => json!({ "type": "cancelled", "reason": "turn_detected" }),
            Self::ClientCancelled => json!({ "type": "cancelled", "reason": "client_cancelled" }),
            Self::Failed { code, message } => json!({
                "type": "failed",
                "error": { "type": "server_error", "code": code, "message": message },
            }),
        }
    }
}

/// A response as it is sent.
pub(super) struct Sent<'a> {
    pub id: &'a str,
    pub modality: Modality,
    pub metadata: Option<&'a Map<String, Value>>,
    pub voice: &'a str,
    pub conversation_id: &'a str,
}

impl Sent<'_> {
    /// One that begins.
    pub fn created(&self) -> Value {
        self.to_json("in_progress", Value::Null, Vec::new(), Value::Null)
    }

    /// One that is over, with the items that it gave.
    pub fn done(&self, end: &End, output: Vec<Value>, usage: Usage) -> Value {
        let Usage {
            input,
            cached,
            output: written,
        } = usage;
        let usage = json!({
            "total_tokens": input + written,
            "input_tokens": input,
            "output_tokens": written,
            "input_token_details": {
                "text_tokens": input,
                "audio_tokens": 0,
                "image_tokens": 0,
                "cached_tokens": cached,
                "cached_tokens_details": {
                    "text_tokens": cached,
                    "audio_tokens": 0,
                    "image_tokens": 0,
                },
            },
            "output_token_details": { "text_tokens": written, "audio_tokens": 0 },
        });
        self.to_json(end.status(), end.details(), output, usage)
    }

    fn to_json(&self, status: &str, details: Value, output: Vec<Value>, usage: Value) -> Value {
        json!({
            "id": self.id,
            "object": "realtime.response",
            "status": status,
            "status_details": details,
            "output": output,
            "output_modalities": self.modality.to_json(),
            "audio": { "output": { "format": audio_format(), "voice": self.voice } },
            "conversation_id": self.conversation_id,
            "max_output_tokens": "inf",
            "metadata": self.metadata,
            "usage": usage,
        })
    }
}
