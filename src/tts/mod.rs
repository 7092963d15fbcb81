//! Text to speech: pieces of a reply become clauses, clauses become speakable text, text becomes
//! sound. Owned by the `synthesizer` thread.

pub mod clauses;
mod espeak;
mod hibari;
mod kokoro;
mod level;
mod phonemes;
mod pico;
mod piper;
mod ring_tone;
pub mod speakable;
mod voice;
mod voices;
mod word_ends;
mod wyoming;

pub use hibari::{HIBARI_VOICE, Hibari};
pub use kokoro::Kokoro;
pub use level::finish_clause;
pub use pico::{Pico, VOICES};
pub use piper::Piper;
pub use ring_tone::ring_tone;
pub use voice::{SpokenClause, Word, speak_clause, speak_clause_unless, speak_text};
pub use voices::Voices;
pub use wyoming::WyomingVoice;

use std::path::PathBuf;

use crate::audio::wav::Clip;
use crate::cancellation::Cancelled;
use crate::language::Language;
use crate::onnx::OnnxError;

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
    /// The voice speaks another language.
    #[error(
        "the voice {name:?} does not speak {language}; those that do: {known}. Choose one with --voice, or the \
         language with --lang"
    )]
    OtherLanguage {
        /// The voice.
        name: String,
        /// What is to be spoken.
        language: Language,
        /// The voices that speak it.
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
    /// ONNX Runtime or a graph cannot be loaded.
    #[error(transparent)]
    Load(#[from] OnnxError),
    /// A file of a voice is missing, or is not what it should be.
    #[error("cannot use {} for a voice: {reason}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The program that makes phonemes does not work.
    #[error(
        "this voice needs the program espeak-ng: {reason}. Install it (on Debian: apt install espeak-ng), or \
         choose another voice: --tts pico needs no other program"
    )]
    Phonemizer {
        /// What it said.
        reason: String,
    },
    /// It made no sound of a text: of another script, for example.
    #[error("the voice has no sound for this text; choose another with --tts, --voice or --lang")]
    Silent,
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

/// The samples in a graph's only output, whatever its shape.
fn waveform(outputs: &ort::session::SessionOutputs) -> ort::Result<Vec<f32>> {
    let (_, samples) = outputs[0].try_extract_tensor::<f32>()?;
    if samples.iter().all(|sample| sample.is_finite()) {
        Ok(samples.to_vec())
    } else {
        Err(ort::Error::new("it gave samples that are no numbers"))
    }
}

/// A clause as an engine spoke it.
#[derive(Debug, Clone, PartialEq)]
pub struct Speech {
    /// The sound: mono, full scale ±1, with whatever silence and level the engine gives it.
    pub clip: Clip,
    /// Where its words end, in order; empty if the engine does not know.
    pub word_ends: Vec<WordEnd>,
}

/// Where a word of a clause ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WordEnd {
    /// In the text that was spoken: the byte after it.
    pub text_end: usize,
    /// In the sound: the sample at which it has been said.
    pub sample: usize,
}

impl Speech {
    /// Takes so many samples off the beginning.
    fn cut_start(&mut self, samples: usize) {
        self.clip.samples.drain(..samples);
        for end in &mut self.word_ends {
            end.sample = end.sample.saturating_sub(samples);
        }
    }
}

/// Of an engine that does not know where words end.
impl From<Clip> for Speech {
    fn from(clip: Clip) -> Self {
        Self {
            clip,
            word_ends: Vec::new(),
        }
    }
}

/// Sound out of text.
pub trait Synthesizer: Send {
    /// What it speaks: text is made speakable for it.
    fn language(&self) -> Language;

    /// Speaks this language from now on, if it is one of several that it speaks.
    fn speak_in(&mut self, _language: Language) {}

    /// Runs once on something short, so that the first reply is as fast as the others.
    fn warm_up(&mut self) -> Result<(), TtsError>;

    /// Speaks at so many percent of its own speed from now on. Voices of servers have no speed: nothing
    /// changes then.
    fn set_speed(&mut self, _percent: u16) {}

    /// Speaks a clause of plain text as a whole. `None`: cancelled; an engine that takes a few
    /// milliseconds need not look.
    fn synthesize_unless(
        &mut self,
        cancelled: Cancelled,
        text: &str,
    ) -> Result<Option<Speech>, TtsError>;

    /// The same, to its end: the sound alone.
    fn synthesize(&mut self, text: &str) -> Result<Clip, TtsError> {
        let speech = self.synthesize_unless(&|| false, text)?;
        Ok(speech.expect("nobody cancels it").clip)
    }
}
