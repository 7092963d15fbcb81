//! A reply that is being written, and what it is written for.

use super::UserWords;
use crate::events::ReplyId;
use crate::llm::Message;
use crate::tool_call::Call;

/// A reply that is being written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Writing {
    pub id: ReplyId,
    pub task: Task,
    /// The prompt leaves room for a whole reply; otherwise for what there is.
    pub whole: bool,
    /// Words of it were written before a tool was called.
    pub began: bool,
    /// The calls that were made for it, each followed by what came of it.
    pub steps: Vec<Message>,
    /// As many messages of those are of calls that were made before it, for the same words.
    pub before: usize,
    /// What the last of them found.
    pub found: Option<String>,
    /// Nothing more may be called for it.
    pub calls_are_over: bool,
}

impl Writing {
    /// The answer to these words of the user.
    pub fn answer(id: ReplyId, text: String) -> Self {
        Self::of(id, Task::Answer(text, Past::Given))
    }

    /// The rest of what was said last.
    pub fn rest(id: ReplyId) -> Self {
        Self::of(id, Task::Rest)
    }

    fn of(id: ReplyId, task: Task) -> Self {
        Self {
            id,
            task,
            whole: true,
            began: false,
            steps: Vec::new(),
            before: 0,
            found: None,
            calls_are_over: false,
        }
    }

    /// The same, after what was done for its words before.
    pub fn after(self, acts: &[Message]) -> Self {
        Self {
            steps: acts.to_vec(),
            before: acts.len(),
            ..self
        }
    }

    /// Whether this was called for the same words before, and cannot be taken back; of our own tools, whether it was called at
    /// all.
    pub fn was_made(&self, call: &Call, is_built_in: bool) -> bool {
        let counts = if is_built_in {
            self.steps.len()
        } else {
            self.before
        };
        let mut steps = self.steps[..counts].iter();
        steps.any(|step| step.call.as_ref() == Some(call))
    }

    /// The words of the user that it answers.
    pub fn user(&self) -> &str {
        self.task.user()
    }

    /// The words of the user that the prompt ends with, if it does.
    pub fn words(&self) -> Option<UserWords> {
        match &self.task {
            Task::Answer(text, Past::Given) if self.steps.is_empty() => {
                Some(UserWords::new(self.id.turn, text))
            }
            _ => None,
        }
    }
}

/// What a reply is written for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Task {
    /// It answers these words of the user.
    Answer(String, Past),
    /// It is the rest of what was said last.
    Rest,
}

impl Task {
    /// The words of the user that the prompt ends with.
    pub fn user(&self) -> &str {
        match self {
            Self::Answer(text, _) => text,
            Self::Rest => "",
        }
    }
}

/// What an answer does with what was said before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Past {
    /// The prompt has it.
    Given,
    /// The prompt does not have it: with it the question was refused. Once there is an answer, it is forgotten.
    Forgotten,
    /// The prompt does not have it: with it no word was written. Nothing is forgotten.
    LeftOut,
}
