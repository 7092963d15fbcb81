//! What happens in a session, as data, written and read: for the screen, the log, the recording and the
//! harness. Every stage publishes; nobody decides anything here.
//!
//! The contract has a name, [`SCHEMA`], whose number grows when something is taken away or means something else.
//! Kinds of events that a reader does not know are [`EventKind::Unknown`] to it. `docs/events.schema.json` is its JSON Schema.

mod conversation;
mod cost;
mod kind;
mod latency;
mod reason;
mod view;
mod why;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use conversation::{Conversation, Exchange, Outcome};
pub use cost::{Cost, Costs};
pub use kind::EventKind;
pub use latency::{Latency, LatencyByTurn, Stage};
pub use reason::{
    DropReason, DuckReason, DuplexMode, EndReason, Expect, GoOnReason, HandOverReason,
    HelperOutcome, HoldReason, IgnoreReason, InterruptReason, RollbackReason, SleepReason,
    WakeReason,
};

pub use view::{Activity, SessionView};
pub use why::why;

use crate::clock::Timestamp;

/// Name and version of the form that events are written in.
pub const SCHEMA: &str = "vivavoce-events/1";

/// A turn of the conversation: what the user says and the reply to it. Numbers only grow, so what
/// carries an older number than the live turn is stale.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
pub struct TurnId(pub u64);

impl fmt::Display for TurnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A reply, or a draft of one: a turn has several when the user went on after a pause. The order is
/// the order in time.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct ReplyId {
    /// The turn that it answers.
    pub turn: TurnId,
    /// Which of the turn's drafts, from 1.
    pub draft: u32,
}

/// How a reply sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loudness {
    /// As it is.
    Full,
    /// More quietly, going on: somebody may be speaking.
    Ducked,
    /// Not at all, and not going on. [`Loudness::Full`] after it goes on with the same sample, or
    /// with the beginning of a word that was cut into.
    Held,
}

/// One event on the session's clock; a line of `events.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SessionEvent {
    /// Milliseconds since the first captured sample.
    #[serde(
        rename = "t_ms",
        serialize_with = "as_millis",
        deserialize_with = "from_millis"
    )]
    #[schemars(with = "f64")]
    pub at: Timestamp,
    /// The turn it belongs to.
    #[serde(default)]
    pub turn: Option<TurnId>,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

impl SessionEvent {
    /// When it happened. Milliseconds since the first captured sample.
    pub fn t_ms(&self) -> f64 {
        self.at.as_millis_f64()
    }
}

fn as_millis<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(at.as_millis_f64())
}

fn from_millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    f64::deserialize(deserializer).map(Timestamp::from_millis_f64)
}

/// The first line of `events.jsonl`: what the others are written in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: String,
}

impl Default for Header {
    fn default() -> Self {
        Self {
            schema: SCHEMA.into(),
        }
    }
}

/// The JSON Schema of a line after the first, as `docs/events.schema.json` holds it.
pub fn schema_json() -> String {
    let mut schema = schemars::schema_for!(SessionEvent);
    schema.insert("title".into(), SCHEMA.into());
    let text = serde_json::to_string_pretty(&schema).expect("all its keys are strings");
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One event of each sort of field: numbers, words, reasons, lists, a tool's arguments.
    fn events() -> Vec<SessionEvent> {
        let arguments = serde_json::json!({ "minutes": 5 });
        let kinds = [
            EventKind::SpeechStarted,
            EventKind::TurnEnded {
                waited_ms: 300.25,
                score: Some(0.9),
                reason: EndReason::SoundsFinished,
                text: "Set a timer.".into(),
            },
            EventKind::ToolCalled {
                tool: "set_timer".into(),
                arguments: arguments.as_object().cloned().unwrap_or_default(),
                said: "Five minutes.".into(),
            },
            EventKind::StimulusStarted {
                stimulus: 3,
                expect: Expect::GoOn,
                said: None,
                pauses_ms: vec![(100.0, 200.5)],
            },
            EventKind::Error {
                stage: "recognizer".into(),
                message: "it stopped".into(),
            },
        ];
        let at = Timestamp::from_micros(1_234_567);
        let turn = Some(TurnId(7));
        kinds.map(|kind| SessionEvent { at, turn, kind }).to_vec()
    }

    #[test]
    fn what_is_written_is_read_back_the_same() {
        for event in events() {
            let line = serde_json::to_string(&event).unwrap();
            let read: SessionEvent = serde_json::from_str(&line).unwrap();
            assert_eq!(read, event, "{line}");
        }
    }

    #[test]
    fn a_reason_is_a_word_for_programs_and_a_phrase_for_people() {
        let reason = EndReason::NumberBeingSaid;
        let written = serde_json::to_string(&reason).unwrap();
        assert_eq!(written, "\"number_being_said\"");
        assert_eq!(reason.to_string(), "a number is being said");
    }
}
