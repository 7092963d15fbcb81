//! What the session has made of its next reply: its clauses wait here until they may be told.

use crate::events::{EventKind, TurnId};
use crate::language::{ascii_mark, is_han};

/// Tokens of a reply, as far as they are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// Of the prompt.
    pub input: u64,
    /// Those of the prompt whose state was kept from before.
    pub cached: u64,
    /// Of the reply.
    pub output: u64,
}

/// The newest reply that is made.
#[derive(Debug, Default)]
pub(super) struct Making {
    /// The turn that it answers.
    pub turn: TurnId,
    /// It is a draft: it is not known yet whether it will be heard.
    is_draft: bool,
    /// Drafts with lower numbers are thrown away.
    number: u32,
    /// Its first clause was told: those of a reply before it do not come any more.
    begun: bool,
    /// Clauses that were not told.
    clauses: Vec<String>,
    /// Its tokens.
    pub usage: Usage,
}

impl Making {
    /// Takes an event of the session.
    pub fn observe(&mut self, turn: TurnId, kind: &EventKind) {
        if turn < self.turn || !concerns_making(kind) {
            return;
        }
        if turn > self.turn {
            *self = Self {
                turn,
                ..Self::default()
            };
        }
        match kind {
            // Nothing is cleared: in a hurry the first clause is told before this.
            EventKind::DraftStarted { draft, .. } => {
                (self.is_draft, self.number) = (true, *draft);
            }
            EventKind::DraftRolledBack { draft, .. } => {
                *self = Self {
                    turn,
                    number: draft.saturating_add(1),
                    ..Self::default()
                };
            }
            EventKind::DraftReleased { .. } => self.is_draft = false,
            EventKind::FirstClause { .. } => {
                self.clauses.clear();
                self.begun = true;
            }
            EventKind::Clause { text } if self.begun && !text.trim().is_empty() => {
                self.clauses.push(text.trim().to_owned());
            }
            EventKind::PromptRead { kept, read } => {
                (self.usage.input, self.usage.cached) = ((kept + read) as u64, *kept as u64);
            }
            EventKind::ReplyComplete { draft, tokens, .. } if *draft >= self.number => {
                self.usage.output = u64::from(*tokens);
            }
            _ => {}
        }
    }

    /// The clauses that may be told now.
    pub fn take(&mut self) -> Vec<String> {
        if self.is_draft {
            Vec::new()
        } else {
            std::mem::take(&mut self.clauses)
        }
    }
}

fn concerns_making(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::DraftStarted { .. }
            | EventKind::DraftRolledBack { .. }
            | EventKind::DraftReleased { .. }
            | EventKind::FirstClause { .. }
            | EventKind::Clause { .. }
            | EventKind::PromptRead { .. }
            | EventKind::ReplyComplete { .. }
    )
}

/// A clause with what parts it from the words before.
pub(super) fn spaced(before: &str, clause: &str) -> String {
    let runs_on = |last: char| is_han(last) || ascii_mark(last) != last;
    match before.chars().next_back() {
        Some(last) if !runs_on(last) => format!(" {clause}"),
        _ => clause.to_owned(),
    }
}
