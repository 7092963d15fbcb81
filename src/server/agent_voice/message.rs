//! What goes into [`super::calls`], and what comes out.

use std::time::Duration;

use crate::language::Language;
use crate::turn_taking::Event;

/// Calls that may wait for the one that is open.
pub const MOST_WAITING: usize = 8;

/// A call, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(pub i64);

/// An agent, by its number: on HTTP there may be several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentId(pub u64);

/// What an agent wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// Say this.
    Say(ToSay),
    /// Tell what the user says next.
    Listen(Duration),
    /// Say this, and tell what the user answers, if they begin within this time of its end.
    Ask(ToSay, Duration),
}

/// Words for the loudspeaker.
#[derive(Debug, Clone, PartialEq)]
pub struct ToSay {
    /// The words.
    pub text: String,
    /// What they are spoken in, if not in the language of the conversation.
    pub language: Option<Language>,
    /// Whether the user may cut in.
    pub interruptible: bool,
}

/// What came of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What of the words left the loudspeaker, if there were any to say.
    pub heard: Option<String>,
    /// The user cut in.
    pub interrupted: bool,
    /// What the user said: next, in answer, or to interrupt. `None`: nothing in time.
    pub words: Option<String>,
    /// Its language, by its code.
    pub language: String,
    /// What the user had said before, while nobody listened to it.
    pub said_before: Option<String>,
    /// What went wrong meanwhile.
    pub trouble: Option<String>,
}

/// Why a call is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Too many wait.
    #[error("{MOST_WAITING} calls wait already; wait for their results before you call again")]
    TooMany,
    /// Another agent talks with the user.
    #[error(
        "another agent talks with the user now: there is one microphone. Try again when it has been silent \
         for a minute"
    )]
    Taken,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Tell the session.
    Tell(Event),
    /// This came of a call.
    Done(CallId, Outcome),
}
