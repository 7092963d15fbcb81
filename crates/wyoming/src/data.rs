//! What comes with the events of speech recognition, synthesis and the handling of text.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How audio is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioFormat {
    /// Samples per second.
    pub rate: u32,
    /// Bytes per sample.
    pub width: u32,
    /// Channels, interleaved.
    pub channels: u32,
}

/// Asks for a transcript of the audio that follows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Transcribe {
    /// Which model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which language is spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// For the service to keep, or to give back in the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Map<String, Value>>,
    /// Names that may be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript_names: Option<Vec<String>>,
    /// Other words that may be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript_terms: Option<Vec<String>>,
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Transcript {
    /// The words.
    pub text: String,
    /// Their language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// For the next request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Map<String, Value>>,
}

/// Asks for text to be spoken.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Synthesize {
    /// What to say.
    pub text: String,
    /// Whose voice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Voice>,
    /// `text` or `ssml`; `text` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_format: Option<String>,
}

/// Announces text that is to be spoken as it comes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SynthesizeStart {
    /// Whose voice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<Voice>,
    /// As [`Synthesize::text_format`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_format: Option<String>,
}

/// A voice, by its name or by what it speaks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Voice {
    /// As the service lists it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Any voice of this language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Which speaker of a voice that has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
}

/// The answer to a transcript, or the reason for having no answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Handled {
    /// To be said to the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// For the next transcript.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Map<String, Value>>,
}

/// Something went wrong at the other side.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Failure {
    /// What, for people.
    pub text: String,
    /// What, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}
