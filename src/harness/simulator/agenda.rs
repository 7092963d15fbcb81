//! What will happen in a conversation, in the order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::agent;
use crate::clock::Timestamp;
use crate::events::{ReplyId, TurnId};
use crate::turn_taking::Event;

/// Something that will happen.
pub(super) enum Happening {
    /// The user does the next thing of the script.
    User,
    /// An event reaches the state machine.
    Event(Event),
    /// The user says words, which the recognizer can hear from now on.
    Heard(String),
    /// The recognizer looks at what was said so far.
    Partial(TurnId),
    /// The recognizer is done with a pause.
    Decoded(TurnId, u32, String),
    /// A clause of a reply is ready: how many words, and how many clauses follow.
    Clause(ReplyId, usize, u32),
    /// The language model wants tools called.
    Wants(ReplyId),
    /// The language model fails: what there is of the reply is all of it.
    BrokenOff(ReplyId),
    /// The agent is told something.
    Agent(agent::Input),
    /// What was read ahead is too long for the model: this number of messages.
    Crowded(usize),
    /// The helper is done with a question.
    Helped(i64),
}

/// All that is scheduled. What is scheduled for the same time happens in the order in which that was done.
#[derive(Default)]
pub(super) struct Agenda {
    next: BinaryHeap<Reverse<Scheduled>>,
    scheduled: u64,
}

impl Agenda {
    /// Schedules something.
    pub(super) fn push(&mut self, at: Timestamp, happening: Happening) {
        self.scheduled += 1;
        self.next.push(Reverse(Scheduled {
            at,
            order: self.scheduled,
            happening,
        }));
    }

    /// How often something was scheduled so far.
    pub(super) fn scheduled(&self) -> u64 {
        self.scheduled
    }

    /// When something happens next.
    pub(super) fn next_at(&self) -> Option<Timestamp> {
        self.next.peek().map(|Reverse(next)| next.at)
    }

    /// What is to happen next, if it is due.
    pub(super) fn pop_due(&mut self, now: Timestamp) -> Option<Happening> {
        self.next_at().filter(|at| *at <= now)?;
        self.next.pop().map(|Reverse(next)| next.happening)
    }
}

struct Scheduled {
    at: Timestamp,
    order: u64,
    happening: Happening,
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}
impl Eq for Scheduled {}
impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}
