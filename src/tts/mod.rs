//! Text to speech: pieces of a reply become clauses, clauses become speakable text, text becomes
//! sound. Owned by the `synthesizer` thread.

pub mod clauses;
mod level;
mod pico;
pub mod speakable;
mod voice;
mod wyoming;

pub use level::finish_clause;
pub use pico::{Pico, VOICES};
pub use voice::{SpokenClause, Word, speak_clause};
pub use wyoming::WyomingVoice;

use std::path::PathBuf;

use crate::audio::wav::Clip;

/// What can go wrong with a voice.
#[derive(Debug, thiserror::Error)]
pub enum TtsError {
    /// There is no such voice.
    #[error("there is no voice named {name:?}; known are {known}")]
    UnknownVoice {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The voice's data cannot be put where the engine reads it.
    #[error(
        "cannot write the voice's data to {}: {reason}. Set VIVAVOCE_DATA to a folder that can \
         be written", path.display()
    )]
    Data {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The engine failed.
    #[error("the voice failed: {0}")]
    Run(String),
}

/// How a voice speaks. Percent of the voice's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prosody {
    /// Speed, 20 to 500.
    pub speed: u16,
    /// Pitch, 50 to 200.
    pub pitch: u16,
}

impl Default for Prosody {
    fn default() -> Self {
        Self {
            speed: 100,
            pitch: 100,
        }
    }
}

/// Sound out of text.
pub trait Synthesizer: Send {
    /// Runs once on something short, so that the first reply is as fast as the others.
    fn warm_up(&mut self) -> Result<(), TtsError>;

    /// Speaks a clause of plain text as a whole: mono, full scale ±1, with whatever silence and
    /// level the engine gives it.
    fn synthesize(&mut self, text: &str) -> Result<Clip, TtsError>;
}
