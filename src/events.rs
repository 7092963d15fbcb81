//! What happens in a session, as data: for the screen, the log, the recording and the harness.
//! Every stage publishes; nobody decides anything here.

use std::fmt;

use serde::Serialize;

use crate::clock::Timestamp;

/// A turn of the conversation: what the user says and the reply to it. Numbers only grow, so what
/// carries an older number than the live turn is stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct TurnId(pub u64);

impl fmt::Display for TurnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One event on the session's clock; a line of `events.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionEvent {
    /// Milliseconds since the first captured sample.
    #[serde(rename = "t_ms", serialize_with = "as_millis")]
    pub at: Timestamp,
    /// The turn it belongs to.
    pub turn: Option<TurnId>,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

fn as_millis<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(at.as_millis_f64())
}

/// What happened. Times within are milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// Every engine is loaded and warm; the session listens.
    Ready {
        /// From the start of the program.
        startup_ms: f64,
        /// Tokens of the persona's prompt whose state came from disk.
        prompt_kept: usize,
        /// Tokens of the persona's prompt that had to be read.
        prompt_read: usize,
    },
    /// The user began to speak.
    SpeechStarted,
    /// The user stopped speaking, perhaps only for a moment.
    SpeechPaused {
        /// The last sound of speech, on the session's clock.
        last_speech_ms: f64,
    },
    /// What the user has said so far.
    Partial {
        /// The words.
        text: String,
        /// Time the decoding took.
        decode_ms: f64,
    },
    /// What the user said.
    Final {
        /// The words; empty if it was no speech.
        text: String,
        /// Time the decoding took.
        decode_ms: f64,
        /// Whether the decoding made at the pause could be used as it was.
        reused: bool,
    },
    /// The user's turn is over and will be answered.
    TurnEnded {
        /// From the last sound of speech to the decision.
        waited_ms: f64,
        /// Probability that the turn had ended, where a detector was asked.
        score: Option<f32>,
        /// Why now.
        reason: &'static str,
        /// The user's words, all of them.
        text: String,
    },
    /// What was heard is not answered.
    TurnIgnored {
        /// Why.
        reason: &'static str,
        /// The words, if there were any.
        text: String,
    },
    /// The user went on before the reply was audible: the turn grows.
    TurnExtended,
    /// The prompt has been read.
    PromptRead {
        /// Tokens whose state was kept from before.
        kept: usize,
        /// Tokens that were read.
        read: usize,
    },
    /// The language model gave its first token.
    FirstToken,
    /// The first clause of the reply is complete.
    FirstClause {
        /// As the model wrote it.
        text: String,
    },
    /// The first clause has become sound.
    FirstAudio,
    /// A clause of the reply is on its way to the loudspeaker.
    Clause {
        /// As the model wrote it.
        text: String,
    },
    /// The language model has ended its reply.
    ReplyComplete {
        /// All of it, heard or not.
        text: String,
        /// Pieces per second while it was generated.
        tokens_per_s: f64,
    },
    /// The first sample of the reply left for the device.
    PlaybackStarted,
    /// What of the reply has left the loudspeaker so far; it grows word by word.
    Saying {
        /// The words.
        text: String,
    },
    /// The reply was cut off.
    Interrupted {
        /// By what.
        reason: &'static str,
    },
    /// Nothing of the reply is left to play.
    PlaybackFinished {
        /// How often the device found no sample in the middle of speech.
        underruns: u64,
    },
    /// What of the reply was heard; this, and only this, the history keeps.
    Heard {
        /// The words that left the loudspeaker.
        text: String,
    },
    /// The oldest exchanges left the context to make room.
    Forgot {
        /// How many.
        exchanges: usize,
    },
    /// The first sound of a stimulus: known, not detected (virtual sound card only).
    StimulusStarted {
        /// Its number, from 0.
        stimulus: usize,
    },
    /// The last sound of a stimulus: known, not detected.
    StimulusFinished {
        /// Its number, from 0.
        stimulus: usize,
    },
    /// A device was opened, lost or is missing.
    Device {
        /// What, for the user.
        message: String,
    },
    /// How the sound path fares, five times a second.
    Levels {
        /// Largest captured sample since the last report, dBFS.
        capture_dbfs: f32,
        /// Captured samples at full scale, since the start.
        clipped: u64,
        /// Captured frames that were lost, since the start.
        overruns: u64,
    },
    /// Something failed; the session goes on if it can.
    Error {
        /// Which stage.
        stage: &'static str,
        /// What, and what to do.
        message: String,
    },
}
