//! What comes in of a reply: passed on without what is not for the user, and judged at its end.

use super::question::Continuation;
use crate::llm::Finish;
use crate::llm::speech_filter::SpeechFilter;

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
    filter: SpeechFilter,
    continuation: Continuation,
    /// Pieces that came and were no reasoning: at most one a token.
    pieces: usize,
    /// Pieces that were reasoning.
    thoughts: usize,
    /// Something was passed on.
    began: bool,
}

impl Reply {
    /// A reply to a prompt that has opened a block with `opened`, and that goes on with `before`.
    pub fn new(opened: &str, before: &str) -> Self {
        Self {
            filter: SpeechFilter::after(opened),
            continuation: Continuation::of(before),
            pieces: 0,
            thoughts: 0,
            began: false,
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
        self.pieces >= tokens
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
        match (self.filter.spoke(), length) {
            (true, true) => End::Reply(Finish::Length),
            (true, false) => End::Reply(Finish::Complete),
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
