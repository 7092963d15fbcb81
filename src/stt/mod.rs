//! Speech to text. The recognizer's thread keeps the audio of the turn, decodes it a few times a
//! second while the user speaks (partials), once more at a pause, and hands that result over as
//! the final transcript if nothing was said since.

mod clip;
mod file;
mod moonshine;
mod pace;
mod recording;
mod spoken_language;
mod tokenizer;
mod transcribe;
mod utterance;
mod whisper;
mod word_times;
mod worker;
mod wyoming;

pub use clip::transcribe_clip;
pub use file::{FileError, FileTranscript, transcribe_file};
pub use moonshine::Moonshine;
pub use recording::{RecordingTranscriber, Stretch, text_of};
pub use spoken_language::{LanguageHeard, SpokenLanguage};
pub use tokenizer::Tokenizer;
pub use utterance::{Utterance, UtteranceConfig};
pub use whisper::Whisper;
pub use word_times::{TimedWord, joined};
pub use worker::{WorkerCommand, find_worker};
pub use wyoming::WyomingRecognizer;

use std::path::PathBuf;

use crate::cancellation::Cancelled;
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
    /// Whisper's executable is not there.
    #[error(
        "Whisper runs in a program of its own, and there is none at {}: build it with `cargo build \
         --release`, or set VIVAVOCE_WHISPER to where it is", path.display()
    )]
    WorkerAbsent {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Whisper's process does not do what it should.
    #[error("Whisper's worker: {0}")]
    Worker(String),
    /// The engine failed on this audio.
    #[error("recognition failed: {0}")]
    Run(String),
}

/// Below this peak there is nothing to transcribe.
const SILENCE_DBFS: f32 = -55.0;

/// Text out of sound.
pub trait Recognizer: Send {
    /// Runs once on something short, so that the first turn is as fast as the others.
    fn warm_up(&mut self) -> Result<(), SttError>;

    /// What runs, and where, as far as it says so: for `doctor`, after [`Recognizer::warm_up`].
    fn describe(&self) -> String {
        String::new()
    }

    /// Transcribes mono samples at 16 kHz as a whole; no text for silence. `None`: cancelled.
    fn transcribe(
        &mut self,
        samples: &[f32],
        cancelled: Cancelled,
    ) -> Result<Option<String>, SttError>;

    /// The same for audio that goes on: an engine may be fast rather than thorough.
    fn transcribe_partial(
        &mut self,
        samples: &[f32],
        cancelled: Cancelled,
    ) -> Result<Option<String>, SttError> {
        self.transcribe(samples, cancelled)
    }

    /// Whether a partial transcript is as good as any other of the same audio.
    fn partials_are_whole(&self) -> bool {
        true
    }

    /// The code of the language of what was transcribed last; `None`: there is nothing to tell apart.
    fn spoken(&self) -> Option<&str> {
        None
    }

    /// What happened to the engine that the user should know, since this was last asked.
    fn take_notices(&mut self) -> Vec<String> {
        Vec::new()
    }
}
