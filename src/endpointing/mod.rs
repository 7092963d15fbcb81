//! When a turn is over: from the sound of its end, from its words, and from silence.
//!
//! [`TurnDetector`] listens ([`SmartTurn`], on the `endpointing` thread); the language model says whether the words may
//! be all, and [`Cue`] reads them where it has not; [`EndpointPolicy`] makes a wait of that [`Evidence`]. The last three
//! are pure.

mod cue;
mod dither;
mod log_mel;
mod policy;
mod smart_turn;

pub use cue::{Cue, cue, cue_of_an_answer};
pub use dither::with_noise;
pub use log_mel::LogMel;
pub use policy::{EndpointPolicy, Evidence, Wait};
pub use smart_turn::SmartTurn;

use std::time::Duration;

use crate::onnx::OnnxError;

/// What the detector hears ends with so much silence: the first 100 ms of a pause say less, and more than this says
/// hardly more (docs/endpointing.md).
pub const SILENCE: Duration = Duration::from_millis(160);

/// What can go wrong with end-of-turn detection.
#[derive(Debug, thiserror::Error)]
pub enum EndpointingError {
    /// The model cannot be loaded.
    #[error(transparent)]
    Load(#[from] OnnxError),
    /// The engine failed on this audio.
    #[error("the end-of-turn detector failed: {0}")]
    Run(String),
}

/// How likely it is, by the sound, that a turn is over.
pub trait TurnDetector: Send {
    /// Runs once on silence, so that the first turn is as fast as the others.
    fn warm_up(&mut self) -> Result<(), EndpointingError>;

    /// Probability that the speaker's turn is over at the end of these samples: mono at 16 kHz,
    /// of which the last eight seconds count.
    fn probability(&mut self, samples: &[f32]) -> Result<f32, EndpointingError>;
}
