//! Whose voice it is: a voice becomes a point among voices, and voices that were enrolled are told
//! from others by how near theirs are. A hint and no lock: a recording of a voice passes.

mod encoder;
mod lstm;
mod power_mel;
mod print;
mod store;

pub use encoder::VoiceEncoder;
pub use print::{EnrollError, LEAST_SENTENCES, SENTENCES, VoicePrint};
pub use store::VoicePrints;

/// Numbers that stand for a voice.
pub const DIMENSIONS: usize = 256;

/// A voice as a direction: [`DIMENSIONS`] numbers, of length 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding(Vec<f32>);

impl Embedding {
    /// The direction of a vector of [`DIMENSIONS`] numbers; `None` if it has none.
    pub fn along(mut vector: Vec<f32>) -> Option<Self> {
        let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
        if vector.len() != DIMENSIONS || !length.is_finite() || length < 1e-6 {
            return None;
        }
        vector.iter_mut().for_each(|v| *v /= length);
        Some(Self(vector))
    }

    /// The direction between several; `None` of none.
    pub fn mean<'e>(embeddings: impl IntoIterator<Item = &'e Self>) -> Option<Self> {
        let mut sum = vec![0.0; DIMENSIONS];
        for embedding in embeddings {
            for (sum, value) in sum.iter_mut().zip(&embedding.0) {
                *sum += value;
            }
        }
        Self::along(sum)
    }

    /// How alike two voices are: the cosine of the angle between them. The encoder gives no negative
    /// numbers, so it lies between 0 and 1.
    pub fn likeness(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }

    /// The numbers.
    pub fn values(&self) -> &[f32] {
        &self.0
    }
}

/// A voice, and how much was heard of it.
#[derive(Debug, Clone, PartialEq)]
pub struct VoiceHeard {
    /// The voice.
    pub embedding: Embedding,
    /// Speech without the silence in it. Samples at 16 kHz.
    pub speech: usize,
}

/// Tells voices by their sound.
pub trait SpeakerEncoder: Send {
    /// The voice in audio (mono, 16 kHz); `None` if there is too little speech in it to tell.
    fn embed(&mut self, audio: &[f32]) -> Option<VoiceHeard>;
}

/// A file that holds no encoder of ours, or no voice print.
#[derive(Debug, thiserror::Error)]
pub enum SpeakerError {
    /// Not to be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Not what it should be.
    #[error("{path}: {reason}")]
    Content {
        /// The file.
        path: String,
        /// What is wrong with it, and what to do.
        reason: String,
    },
}
