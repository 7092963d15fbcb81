//! The wake word: whether somebody calls the assistant by its name. Runs on the capture thread while the assistant
//! sleeps; nothing else listens then.
//!
//! ```text
//!  samples ─► gate (level, earshot) ─► mel spectrogram ─► speech embedding, each 80 ms ─► head ─► decision ─► a call
//! ```
//!
//! The features are Google's speech embedding, frozen; a head is a small network over the last of them, trained for one
//! phrase ([`Head`], `vivavoce wake train`). In silence only the gate works.

mod decision;
mod detector;
mod features;
mod gate;
mod head;

pub use decision::Decision;
pub use detector::{Detector, WakeConfig};
pub use features::{EMBEDDING, Embedding, Features, STEP, span};
pub use head::{Head, HeadError, Layers, MOST_WINDOWS};

use crate::clock::Timestamp;

/// Somebody called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Call {
    /// The phrase began at this time or a little later.
    pub began: Timestamp,
    /// The head's probability.
    pub score: f32,
}

/// Listens for one phrase.
pub trait WakeDetector: Send {
    /// What it listens for, as it is written.
    fn phrase(&self) -> &str;

    /// Takes samples at 16 kHz that end at `until`.
    ///
    /// # Errors
    /// The engine failed; the message says how.
    fn push(&mut self, samples: &[f32], until: Timestamp) -> Result<Option<Call>, WakeError>;

    /// Forgets the past: what comes next was not heard before.
    fn reset(&mut self);
}

/// What can go wrong while it listens.
#[derive(Debug, thiserror::Error)]
#[error("wake word: {0}")]
pub struct WakeError(pub String);
