//! Whole conversations on a virtual clock: the state machine, the executor of its commands, the
//! playback queue and the heard clock that ship, with scripted engines and random users.
//!
//! A conversation is a function of its choices, and these of a seed (`choices`). After every event the properties
//! of turn taking (`properties`) are asserted on what the loudspeaker really played; the first that does not hold
//! ends the conversation with a readable timeline, and a shorter conversation that breaks the same one can be
//! looked for (`shrink`). Nothing here waits, so an hour of talk takes a moment.

mod choices;
mod engines;
mod invariants;
mod properties;
mod shrink;
mod user;
mod world;

pub use choices::{Choices, NoChoices};
pub use properties::{Broken, Property};
pub use shrink::shrunk;
pub use world::{Conversation, Failure, simulate, timeline};

/// What a set of conversations amounted to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Conversations.
    pub conversations: u64,
    /// Simulated time. Seconds.
    pub seconds: u64,
    /// Turns that were answered.
    pub answered: u64,
    /// Drafts begun.
    pub drafts: u64,
    /// Drafts thrown away.
    pub rolled_back: u64,
    /// Replies that were cut off.
    pub interrupted: u64,
    /// Replies that were held and went on.
    pub went_on: u64,
    /// Engines that failed.
    pub failures: u64,
    /// How often replies were not to be listened over any more.
    pub deafened: u64,
    /// Tools that the language model had called.
    pub calls: u64,
    /// Answers of the helper that began to be said.
    pub helped: u64,
}

impl Totals {
    /// Adds another set.
    pub fn add(&mut self, other: Self) {
        self.conversations += other.conversations;
        self.seconds += other.seconds;
        self.answered += other.answered;
        self.drafts += other.drafts;
        self.rolled_back += other.rolled_back;
        self.interrupted += other.interrupted;
        self.went_on += other.went_on;
        self.calls += other.calls;
        self.helped += other.helped;
        self.failures += other.failures;
        self.deafened += other.deafened;
    }
}
