//! Speech to text. The recognizer's thread keeps the audio of the turn, decodes it a few times a
//! second while the user speaks (partials), once more at a pause, and hands that result over as
//! the final transcript if nothing was said since.

mod clip;
mod moonshine;
mod tokenizer;
mod utterance;

pub use clip::transcribe_clip;
pub use moonshine::Moonshine;
pub use tokenizer::Tokenizer;
pub use utterance::{Utterance, UtteranceConfig};

use crate::onnx::OnnxError;

/// What can go wrong with recognition.
#[derive(Debug, thiserror::Error)]
pub enum SttError {
    /// A model cannot be loaded.
    #[error(transparent)]
    Load(#[from] OnnxError),
    /// The tokenizer file is not what the model needs.
    #[error("the recognizer's tokenizer is damaged ({0}); `vivavoce models verify` checks it")]
    Tokenizer(String),
    /// The engine failed on this audio.
    #[error("recognition failed: {0}")]
    Run(String),
}

/// Whether a long call should give up: looked at between steps.
pub type Cancelled<'a> = &'a dyn Fn() -> bool;

/// Text out of sound.
pub trait Recognizer: Send {
    /// Runs once on something short, so that the first turn is as fast as the others.
    fn warm_up(&mut self) -> Result<(), SttError>;

    /// Transcribes mono samples at 16 kHz as a whole; no text for silence. `None`: cancelled.
    fn transcribe(
        &mut self,
        samples: &[f32],
        cancelled: Cancelled,
    ) -> Result<Option<String>, SttError>;
}
