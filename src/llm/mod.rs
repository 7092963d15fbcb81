//! The language model: prompt in, pieces of text out, and as little read twice as possible.
//! Owned by the `language-model` thread.

mod adapter;
mod answer_schema;
mod call_dialects;
pub mod chat_template;
mod checkpoints;
mod error;
pub mod gguf;
pub mod gpu;
mod json_grammar;
mod llama;
mod none;
pub mod prepare;
mod prompt_states;
pub mod server;
mod speech_filter;
mod stop_words;
mod together;
mod tool_grammar;
mod tool_prompt;
mod weights;

pub use adapter::Adapter;
pub use answer_schema::{AnswerSchema, Misfit};
pub use error::LlmError;
pub use json_grammar::SchemaError;
pub use llama::{CacheType, LONG_BATCH, Llama, LlamaConfig, SHORT_BATCH, StatesConfig};
pub use none::NoLanguageModel;
pub use prompt_states::forget_all as forget_prompt_states;

pub use stop_words::StopWords;
pub use together::{OnDone, Task, Written};

use crate::cancellation::Cancelled;
use crate::language::is_han;
use crate::tool_call::{Call, ToolDefinition};

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The persona's instructions.
    System,
    /// The person.
    User,
    /// The assistant.
    Assistant,
    /// A tool that the assistant called.
    Tool,
}

impl Role {
    /// The name that chat templates know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }
}

/// One message of a conversation, as chat templates take it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// The words; of a tool, what came of its call.
    pub content: String,
    /// The tool that the assistant calls with it, or whose result it is.
    pub call: Option<Call>,
}

impl Message {
    /// A message.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self {
            role,
            content: content.into(),
            call: None,
        }
    }

    /// The assistant calls a tool, and says nothing.
    pub fn call(call: Call) -> Self {
        Self {
            call: Some(call),
            ..Self::new(Role::Assistant, "")
        }
    }

    /// What came of a call.
    pub fn result(call: Call, content: impl Into<String>) -> Self {
        Self {
            call: Some(call),
            ..Self::new(Role::Tool, content)
        }
    }
}

/// The messages without one of the system: its text goes before the first of the user's. For models
/// that know no such role.
pub fn fold_system(messages: &[Message]) -> Vec<Message> {
    let (system, mut rest): (Vec<_>, Vec<_>) = messages
        .iter()
        .cloned()
        .partition(|message| message.role == Role::System);
    let text: Vec<&str> = system
        .iter()
        .map(|message| message.content.trim())
        .collect();
    let text = text.join("\n\n");
    match rest.first_mut() {
        _ if text.is_empty() => {}
        Some(first) if first.role == Role::User => {
            first.content = format!("{text}\n\n{}", first.content);
        }
        _ => rest.insert(0, Message::new(Role::User, text)),
    }
    rest
}

/// How the next token is chosen.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sampling {
    /// 0 is greedy: always the likeliest token.
    pub temperature: f32,
    /// Nucleus: keep the likeliest tokens up to this probability.
    pub top_p: f32,
    /// Keep this many of the likeliest tokens.
    pub top_k: i32,
    /// Above 1 discourages tokens that were said just before.
    pub repeat_penalty: f32,
    /// Seed of the choice; the same seed gives the same reply.
    pub seed: u32,
    /// A reply has at most this many tokens.
    pub max_tokens: usize,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 0.0,
            top_p: 0.95,
            top_k: 40,
            repeat_penalty: 1.1,
            seed: 1,
            max_tokens: 160,
        }
    }
}

/// What reading a prompt cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Prefill {
    /// Tokens whose state was there already.
    pub kept: usize,
    /// Tokens that had to be read.
    pub read: usize,
    /// After [`Opening::Unfinished`], and where [`Prompt::asks_end`]: how probable it is that the last message ends
    /// with its last word, between 0 and 1. `None` where the engine cannot tell.
    pub ends: Option<f32>,
}

/// Why generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The model ended its message.
    Complete,
    /// The limit of tokens was reached.
    Length,
    /// Somebody cancelled it.
    Cancelled,
}

/// Checks that a prompt of so many tokens fits into a context with what is to be written behind it.
fn check_room(tokens: usize, written: usize, context: usize) -> Result<(), LlmError> {
    let fits = context.saturating_sub(written);
    if tokens <= fits {
        return Ok(());
    }
    Err(LlmError::TooLong { tokens, fits })
}

/// How a prompt ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// With its last message.
    None,
    /// With the beginning of the assistant's next message.
    Reply,
    /// Within its last message: what follows goes on with it.
    Unfinished,
}

/// Tokens of a reply that may be calls of tools, beside those that are said.
const CALL_TOKENS: usize = 512;

/// What a model is to read, and go on with.
#[derive(Debug, Clone, Copy)]
pub struct Prompt<'a> {
    /// The conversation.
    pub messages: &'a [Message],
    /// What may be called.
    pub tools: &'a [ToolDefinition],
    /// How it ends.
    pub opening: Opening,
    /// Tokens that must fit behind it, beside those of a model's reasoning.
    pub room: usize,
    /// What is written behind it is JSON that fits this schema, and nothing else.
    pub answer: Option<&'a AnswerSchema>,
    /// [`Prefill::ends`] is wanted, of the last message without the marks behind its words.
    pub asks_end: bool,
}

impl<'a> Prompt<'a> {
    /// A prompt without tools, behind which there need be no more room than for a token.
    pub fn new(messages: &'a [Message], opening: Opening) -> Self {
        Self {
            messages,
            tools: &[],
            opening,
            room: 1,
            answer: None,
            asks_end: false,
        }
    }

    /// The same; the answer is held to a schema, if there is one.
    pub fn held_to(self, answer: Option<&'a AnswerSchema>) -> Self {
        Self { answer, ..self }
    }

    /// The same; whether the last message's words may be all is told when they are read.
    pub fn asking_end(self, asks_end: bool) -> Self {
        Self { asks_end, ..self }
    }

    /// The same, with tools that may be called.
    pub fn with_tools(self, tools: &'a [ToolDefinition]) -> Self {
        Self { tools, ..self }
    }

    /// Tokens that calls may take behind it: none where there is nothing to call.
    fn call_tokens(&self) -> usize {
        if self.tools.is_empty() {
            0
        } else {
            CALL_TOKENS
        }
    }

    /// The same, with room for so many tokens behind it.
    pub fn with_room(self, room: usize) -> Self {
        Self { room, ..self }
    }
}

/// Characters of a token, about, in alphabets; a Chinese character is one.
const TOKEN_CHARACTERS: usize = 4;

/// Tokens of a text that came in so many pieces: a piece has at least one, and of a server's pieces
/// many have several.
pub fn tokens_in(text: &str, pieces: u32) -> u32 {
    let han = text.chars().filter(|c| is_han(*c)).count();
    let by_length = han + (text.chars().count() - han) / TOKEN_CHARACTERS;
    pieces.max(u32::try_from(by_length).unwrap_or(u32::MAX))
}

/// What a model writes.
#[derive(Debug, Clone, PartialEq)]
pub enum Output<'a> {
    /// More of what is said to the user.
    Text(&'a str),
    /// A tool of the prompt's is to be called. No part of it was text.
    Call(Call),
}

impl<'a> Output<'a> {
    /// The words; of a call there are none.
    pub fn text(&self) -> &'a str {
        match self {
            Self::Text(text) => text,
            Self::Call(_) => "",
        }
    }
}

/// A chat model with a cache of what it has read.
pub trait LanguageModel: Send {
    /// Keeps what the last prompt has read where later ones and other programs find it, if it is allowed to and that is
    /// worth it. To be called when nobody waits.
    fn keep_prompt(&mut self) {}

    /// What it is and how it works, in one line for people.
    fn describe(&self) -> String {
        String::new()
    }

    /// Reads what every prompt begins with, from disk if that was read in an earlier start, and runs the
    /// engine once.
    fn warm_up(&mut self, prefix: &Prompt) -> Result<Prefill, LlmError>;

    /// Tokens of a prompt.
    fn count_tokens(&self, prompt: &Prompt) -> Result<usize, LlmError>;

    /// Brings the cache to this prompt: cuts it to what they share and reads the rest. After
    /// [`Opening::Reply`] and [`Opening::Unfinished`], [`LanguageModel::generate`] can follow.
    /// `None`: cancelled; what was read until then is kept.
    ///
    /// # Errors
    /// [`LlmError::TooLong`] if the prompt does not fit into the context with its room and the model's
    /// reasoning; nothing was read then.
    fn prefill(
        &mut self,
        prompt: &Prompt,
        cancelled: Cancelled,
    ) -> Result<Option<Prefill>, LlmError>;

    /// Continues the text behind the last prefill, piece by piece. Calls come at its end.
    fn generate(
        &mut self,
        sampling: &Sampling,
        cancelled: Cancelled,
        on_output: &mut dyn FnMut(Output),
    ) -> Result<Finish, LlmError>;

    /// Answers all of these, as many at a time as it was loaded for. Each answer is told with its task's number as soon
    /// as it is complete; those that are being written when it is cancelled end with [`Finish::Cancelled`], as far as
    /// they are told.
    ///
    /// # Errors
    /// The engine failed, or a server is of no use to any of them. What is wrong with one of them alone is told as its
    /// answer.
    fn answer_all(
        &mut self,
        tasks: &[Task],
        cancelled: Cancelled,
        on_done: OnDone,
    ) -> Result<(), LlmError> {
        together::one_by_one(self, tasks, cancelled, on_done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_speaks_through_the_first_message_of_the_user() {
        let messages = [
            Message::new(Role::System, "Be brief. "),
            Message::new(Role::User, "Hi."),
            Message::new(Role::Assistant, "Hello."),
        ];
        let folded = fold_system(&messages);
        assert_eq!(folded.len(), 2);
        assert_eq!(folded[0], Message::new(Role::User, "Be brief.\n\nHi."));
        assert_eq!(fold_system(&messages[1..]), messages[1..]);
        assert_eq!(fold_system(&messages[..1])[0].role, Role::User);
    }
}
