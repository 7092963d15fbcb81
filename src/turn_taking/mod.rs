//! Who speaks when: one pure state machine.
//!
//! Pure means: time comes in with each event, engines are reached only through commands, and
//! nothing in here starts a thread, locks, waits, reads a file or draws a random number. What is
//! stale is dropped here and nowhere else: every answer carries the turn, the pause or the reply
//! that it belongs to, and what does not belong to the live ones changes nothing.
//!
//! Invariants: at most one turn is live; a reply that was stopped is not started again; nothing
//! is heard before the turn is over; every draft is released or stopped; the next reply starts
//! only after it is known what was heard of the one before, so that the history is true.

mod called;
mod config;
mod decision;
mod false_alarms;
mod given;
mod machine;
mod message;
mod message_end;
mod overlap;
mod pause;
mod reply;
mod ring;
mod self_talk;
mod sleep;
mod state;
mod whose_voice;

pub use config::{Answers, Drafts, IdlePrompt, SleepConfig, TurnTakingConfig};
pub use decision::{Decision, Divergence, replay};
pub use machine::TurnTaking;
pub use message::{Command, Event, GivenWords};
pub use reply::SLOW_TOKENS_PER_S;
pub use state::{Answer, Draft, LONGEST_TURN, Onset, Overlap, Pause, Reply, State, UserTurn};
pub use whose_voice::Voice;
