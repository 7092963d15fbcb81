//! An enrolled voice.

use serde::{Deserialize, Serialize};

use super::{Embedding, SpeakerEncoder};

/// Sentences that somebody says to be enrolled.
pub const SENTENCES: usize = 3;
/// Fewer say too little about how one's own sentences differ.
pub const LEAST_SENTENCES: usize = 2;
/// Sentences of one voice are at least so alike: between them, in the same room, 0.8 and more were measured.
const ONE_VOICE: f32 = 0.65;
/// However alike one's own sentences were, or not: others are compared to no more and no less than this.
const OWN: (f32, f32) = (0.74, 0.90);

/// Why a voice cannot be enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnrollError {
    /// One of the sentences is too short.
    #[error("a sentence has too little speech in it: say a whole one, of two seconds or more")]
    TooShort,
    /// They are not alike.
    #[error(
        "the sentences do not sound like one voice: say them again where nobody else speaks and nothing plays"
    )]
    NotOneVoice,
    /// There are not enough of them.
    #[error("{LEAST_SENTENCES} sentences are needed at least, better {SENTENCES}")]
    TooFew,
}

/// A voice that was enrolled: what its sentences have in common, and how much they differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct VoicePrint {
    sentences: Vec<Embedding>,
    mean: Embedding,
    /// How alike a sentence is to the others, on average.
    own: f32,
}

/// What a file holds of it: the sentences, each [`super::DIMENSIONS`] numbers.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stored {
    sentences: Vec<Vec<f32>>,
}

impl VoicePrint {
    /// Enrolls whoever says these sentences (mono, 16 kHz).
    ///
    /// # Errors
    /// They are too few or too short, or of more than one voice.
    pub fn enroll(
        encoder: &mut dyn SpeakerEncoder,
        sentences: &[Vec<f32>],
    ) -> Result<Self, EnrollError> {
        let embed = |sentence: &Vec<f32>| Some(encoder.embed(sentence)?.embedding);
        let embeddings: Option<Vec<_>> = sentences.iter().map(embed).collect();
        Self::of(embeddings.ok_or(EnrollError::TooShort)?)
    }

    fn of(sentences: Vec<Embedding>) -> Result<Self, EnrollError> {
        if sentences.len() < LEAST_SENTENCES {
            return Err(EnrollError::TooFew);
        }
        let without = |out: usize| {
            let others = sentences.iter().enumerate().filter(|(n, _)| *n != out);
            Embedding::mean(others.map(|(_, embedding)| embedding))
        };
        let likeness = |(n, embedding): (usize, &Embedding)| Some(embedding.likeness(&without(n)?));
        let alike: Option<Vec<f32>> = sentences.iter().enumerate().map(likeness).collect();
        let alike = alike.ok_or(EnrollError::TooShort)?;
        if alike.iter().any(|likeness| *likeness < ONE_VOICE) {
            return Err(EnrollError::NotOneVoice);
        }
        let own = alike.iter().sum::<f32>() / alike.len() as f32;
        Ok(Self {
            mean: Embedding::mean(&sentences).ok_or(EnrollError::TooShort)?,
            own: own.clamp(OWN.0, OWN.1),
            sentences,
        })
    }

    /// How alike another voice is to this one, less how alike its own sentences are to each other: 0 is as alike as those.
    pub fn likeness(&self, voice: &Embedding) -> f32 {
        self.mean.likeness(voice) - self.own
    }
}

impl From<VoicePrint> for Stored {
    fn from(print: VoicePrint) -> Self {
        let sentences = print.sentences.iter();
        Self {
            sentences: sentences.map(|s| s.values().to_vec()).collect(),
        }
    }
}

impl TryFrom<Stored> for VoicePrint {
    type Error = EnrollError;

    fn try_from(stored: Stored) -> Result<Self, EnrollError> {
        let embeddings = stored.sentences.into_iter().map(Embedding::along);
        Self::of(
            embeddings
                .collect::<Option<_>>()
                .ok_or(EnrollError::TooShort)?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::DIMENSIONS;
    use super::*;

    /// A voice that lies between two axes.
    fn voice(angle: f32) -> Embedding {
        let mut values = vec![0.0; DIMENSIONS];
        (values[0], values[1]) = (angle.cos(), angle.sin());
        Embedding::along(values).unwrap()
    }

    #[test]
    fn the_same_voice_is_as_alike_as_its_own_sentences() {
        let print = VoicePrint::of(vec![voice(0.0), voice(0.5), voice(1.0)]).unwrap();
        assert!(print.likeness(&voice(0.5)) > 0.0);
        assert!(print.likeness(&voice(1.5)) < -0.2);
    }

    #[test]
    fn sentences_of_two_voices_are_refused() {
        let enrolled = VoicePrint::of(vec![voice(0.0), voice(0.1), voice(1.4)]);
        assert_eq!(enrolled, Err(EnrollError::NotOneVoice));
    }

    #[test]
    fn one_sentence_is_too_few() {
        assert_eq!(VoicePrint::of(vec![voice(0.0)]), Err(EnrollError::TooFew));
    }

    #[test]
    fn a_print_is_read_as_it_was_written() {
        let print = VoicePrint::of(vec![voice(0.0), voice(0.2), voice(0.3)]).unwrap();
        let read: VoicePrint =
            serde_json::from_str(&serde_json::to_string(&print).unwrap()).unwrap();
        assert!((read.likeness(&voice(0.9)) - print.likeness(&voice(0.9))).abs() < 1e-4);
    }

    #[test]
    fn a_damaged_print_is_refused() {
        for damaged in [
            r#"{"sentences":[]}"#,
            r#"{"sentences":[[1.0],[1.0]]}"#,
            "{}",
        ] {
            assert!(
                serde_json::from_str::<VoicePrint>(damaged).is_err(),
                "{damaged}"
            );
        }
    }
}
