//! What all parts of an answer to a conversation say of it, in the form of OpenAI's chat completions.

use serde_json::{Value, json};

use crate::llm::Finish;

/// An answer.
#[derive(Debug, Clone)]
pub struct Completion {
    /// Its own name: `chatcmpl-` and a number.
    pub id: String,
    /// Who answers.
    pub model: String,
    /// Seconds since 1970.
    pub created: u64,
}

impl Completion {
    /// An answer with this number.
    pub fn new(number: u64, model: String, created: u64) -> Self {
        Self {
            id: format!("chatcmpl-{number:016x}"),
            model,
            created,
        }
    }

    /// The answer's object with these choices.
    pub fn of(&self, object: &str, choices: Value) -> Value {
        json!({
            "id": self.id, "object": object, "created": self.created, "model": self.model,
            "choices": choices,
        })
    }

    /// The whole answer at once.
    pub fn whole(&self, text: &str, finish: &str, usage: Value) -> Value {
        let message = json!({ "role": "assistant", "content": text.trim(), "refusal": null });
        let choice =
            json!({ "index": 0, "message": message, "finish_reason": finish, "logprobs": null });
        let mut whole = self.of("chat.completion", json!([choice]));
        whole["usage"] = usage;
        whole
    }

    /// The protocol's word for how an answer ended.
    pub fn finish(finish: Finish) -> &'static str {
        match finish {
            Finish::Length => "length",
            // Cancelled by a stop word, or by nobody who would read this.
            Finish::Complete | Finish::Cancelled => "stop",
        }
    }

    /// What it cost: tokens of the prompt, of these read before, and of the answer.
    pub fn usage(prompt: usize, kept: usize, answer: usize) -> Value {
        json!({
            "prompt_tokens": prompt,
            "completion_tokens": answer,
            "total_tokens": prompt + answer,
            "prompt_tokens_details": { "cached_tokens": kept },
        })
    }
}
