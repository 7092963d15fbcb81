//! What comes in of a reply: passed on without what is not for the user, and judged at its end.

use serde_json::{Map, Value};

use super::chunk::CallPart;
use super::question::Continuation;
use crate::llm::speech_filter::SpeechFilter;
use crate::llm::{CALL_TOKENS, Finish};
use crate::tool_call::Call;

/// As much is kept of the arguments of one call. Bytes.
const MOST_ARGUMENTS: usize = 1 << 16;
/// More calls in one reply are not made.
const MOST_CALLS: usize = 16;

/// How an attempt ended that did not fail.
#[derive(Debug, PartialEq)]
pub enum End {
    /// With a reply, or cancelled, and the tools that it calls.
    Reply(Finish, Vec<Call>),
    /// The model thought until its tokens were used up, and said nothing.
    OnlyThoughts,
    /// The model ended its reply before its first word.
    NoWords {
        /// How it ended.
        reason: String,
        /// Within reasoning.
        in_thought: bool,
    },
}

/// What is kept while a reply comes in.
pub struct Reply {
    filter: SpeechFilter,
    continuation: Continuation,
    /// Pieces that came and were no reasoning: at most one a token.
    pieces: usize,
    /// Pieces that were reasoning.
    thoughts: usize,
    /// Pieces of calls that the server keeps apart.
    called: usize,
    /// Something was passed on.
    began: bool,
    /// The prompt names tools.
    has_tools: bool,
    /// It is held to a schema: all of it is for whoever asked.
    is_held: bool,
    /// Calls that the server keeps apart: which, the tool's name, its arguments so far.
    calls: Vec<(u64, String, String)>,
}

impl Reply {
    /// A reply to a prompt that has opened a block with `opened`, and that goes on with `before`.
    /// With tools it may hold calls.
    pub fn new(opened: &str, before: &str, has_tools: bool) -> Self {
        Self {
            has_tools,
            is_held: false,
            filter: SpeechFilter::after(opened),
            continuation: Continuation::of(before),
            pieces: 0,
            thoughts: 0,
            called: 0,
            began: false,
            calls: Vec::new(),
        }
    }

    /// A reply that is held to a schema.
    pub fn held_to_schema() -> Self {
        Self {
            is_held: true,
            ..Self::new("", "", false)
        }
    }

    /// More text; what of it is for the user is passed on.
    pub fn text(&mut self, text: &str, on_piece: &mut dyn FnMut(&str)) {
        self.take(Some(text), on_piece);
        if self.filter.is_thinking() {
            self.thoughts += 1
        } else {
            self.pieces += 1
        }
    }

    /// More reasoning, which the server keeps apart.
    pub fn thought(&mut self) {
        self.thoughts += 1;
    }

    /// More of calls.
    pub fn call_parts(&mut self, parts: Vec<CallPart>) {
        for part in parts {
            self.called += 1;
            // A second name is a second call: some servers count none.
            if let Some(name) = part.name {
                if self.calls.len() < MOST_CALLS {
                    self.calls.push((part.index, name, part.arguments));
                }
                continue;
            }
            let mut calls = self.calls.iter_mut().rev();
            if let Some((.., arguments)) = calls.find(|(n, ..)| *n == part.index)
                && arguments.len() + part.arguments.len() <= MOST_ARGUMENTS
            {
                arguments.push_str(&part.arguments);
            }
        }
    }

    /// The calls that were written, in whichever form.
    fn all_calls(&self) -> Vec<Call> {
        let read = |(_, name, arguments): &(u64, String, String)| {
            let arguments = match arguments.trim() {
                "" => Some(Map::new()),
                text => match serde_json::from_str(text) {
                    Ok(Value::Object(arguments)) => Some(arguments),
                    _ => None,
                },
            };
            if arguments.is_none() {
                tracing::info!("the arguments of a call of {name} are no JSON object");
            }
            Some(Call {
                name: name.clone(),
                arguments: arguments?,
            })
        };
        match (self.has_tools, self.calls.is_empty()) {
            (false, _) => Vec::new(),
            // Some servers leave in the text what they have read out of it.
            (true, false) => self.calls.iter().filter_map(read).collect(),
            (true, true) => self.filter.calls(),
        }
    }

    /// No more comes.
    pub fn finish(&mut self, on_piece: &mut dyn FnMut(&str)) {
        self.take(None, on_piece);
    }

    fn take(&mut self, text: Option<&str>, on_piece: &mut dyn FnMut(&str)) {
        let Self {
            filter,
            continuation,
            began,
            ..
        } = self;
        let mut speak = |text: &str| {
            *began = true;
            on_piece(text);
        };
        match text {
            _ if self.is_held => text.into_iter().for_each(speak),
            Some(text) => filter.push(text, &mut |text| continuation.push(text, &mut speak)),
            None => {
                filter.finish(&mut |text| continuation.push(text, &mut speak));
                continuation.finish(&mut speak);
            }
        }
    }

    /// Whether anything was passed on.
    pub fn began(&self) -> bool {
        self.began
    }

    /// Whether it has so many tokens, whoever they are meant for.
    pub fn is_long(&self, tokens: usize) -> bool {
        self.pieces >= tokens || self.called >= CALL_TOKENS
    }

    /// Whether nothing of what follows is part of it.
    pub fn is_over(&self) -> bool {
        self.filter.is_over()
    }

    /// Whether it is nothing but reasoning, of so many tokens.
    pub fn only_thinks(&self, tokens: usize) -> bool {
        !self.began() && self.thoughts >= tokens
    }

    /// What would have begun the reasoning that the reply ended; see [`SpeechFilter::stray`].
    pub fn stray(&self) -> Option<&'static str> {
        self.filter.stray()
    }

    /// How it ended, by the protocol's word for it.
    pub fn end(&self, reason: Option<String>) -> End {
        let length = reason.as_deref() == Some("length");
        let calls = self.all_calls();
        let spoke = self.filter.spoke() || (self.is_held && self.began);
        match (spoke || !calls.is_empty(), length) {
            (true, true) => End::Reply(Finish::Length, calls),
            (true, false) => End::Reply(Finish::Complete, calls),
            (false, true) if self.thoughts > 0 => End::OnlyThoughts,
            (false, _) => End::NoWords {
                reason: self
                    .filter
                    .why_no_words(reason.as_deref().unwrap_or("the stream ended")),
                in_thought: self.filter.is_thinking(),
            },
        }
    }
}
