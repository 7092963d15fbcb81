//! What comes in of a reply: passed on without its reasoning, and judged at its end.

use super::question::Continuation;
use crate::llm::Finish;
use crate::llm::reasoning::Reasoning;

/// How an attempt ended that did not fail.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// With a reply, or cancelled.
    Reply(Finish),
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
    reasoning: Reasoning,
    continuation: Continuation,
    /// Pieces that were passed on: about one a token.
    pieces: usize,
    /// About as many tokens were reasoning.
    thoughts: usize,
    /// A word was among the pieces.
    spoke: bool,
}

impl Reply {
    /// A reply to a prompt that has opened a block with `opened`, and that goes on with `before`.
    pub fn new(opened: &str, before: &str) -> Self {
        Self {
            reasoning: Reasoning::after(opened),
            continuation: Continuation::of(before),
            pieces: 0,
            thoughts: 0,
            spoke: false,
        }
    }

    /// More text; what of it is for the user is passed on.
    pub fn text(&mut self, text: &str, on_piece: &mut dyn FnMut(&str)) {
        self.take(Some(text), on_piece);
        self.thoughts += usize::from(self.reasoning.is_thinking());
    }

    /// More reasoning, which the server keeps apart.
    pub fn thought(&mut self) {
        self.thoughts += 1;
    }

    /// No more comes.
    pub fn finish(&mut self, on_piece: &mut dyn FnMut(&str)) {
        self.take(None, on_piece);
    }

    fn take(&mut self, text: Option<&str>, on_piece: &mut dyn FnMut(&str)) {
        let Self {
            reasoning,
            continuation,
            pieces,
            spoke,
            ..
        } = self;
        let mut speak = |text: &str| {
            *pieces += 1;
            *spoke |= !text.trim().is_empty();
            on_piece(text);
        };
        match text {
            Some(text) => reasoning.push(text, &mut |text| continuation.push(text, &mut speak)),
            None => {
                reasoning.finish(&mut |text| continuation.push(text, &mut speak));
                continuation.finish(&mut speak);
            }
        }
    }

    /// Whether anything was passed on.
    pub fn began(&self) -> bool {
        self.pieces > 0
    }

    /// Whether it has so many tokens.
    pub fn is_long(&self, tokens: usize) -> bool {
        self.pieces >= tokens
    }

    /// Whether it is nothing but reasoning, of so many tokens.
    pub fn only_thinks(&self, tokens: usize) -> bool {
        !self.began() && self.thoughts >= tokens
    }

    /// What would have begun the reasoning that the reply ended; see [`Reasoning::stray`].
    pub fn stray(&self) -> Option<&'static str> {
        self.reasoning.stray()
    }

    /// How it ended, by the protocol's word for it.
    pub fn end(&self, reason: Option<String>) -> End {
        let length = reason.as_deref() == Some("length");
        match (self.spoke, length) {
            (true, true) => End::Reply(Finish::Length),
            (true, false) => End::Reply(Finish::Complete),
            (false, true) if self.thoughts > 0 => End::OnlyThoughts,
            (false, _) => End::NoWords {
                reason: reason.unwrap_or_else(|| "the stream ended".into()),
                in_thought: self.reasoning.is_thinking(),
            },
        }
    }
}
