//! What a service offers: the answer to `describe`.

use serde::{Deserialize, Serialize};

/// The programs of a service. Kinds that have nothing to do with speech to text or text to speech
/// are left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Info {
    /// Speech to text.
    pub asr: Vec<AsrProgram>,
    /// Text to speech.
    pub tts: Vec<TtsProgram>,
}

/// Who made it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Attribution {
    /// Their name.
    pub name: String,
    /// Where it is from.
    pub url: String,
}

/// A speech-to-text program.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AsrProgram {
    /// Its name.
    pub name: String,
    /// Who made it.
    pub attribution: Attribution,
    /// Whether it can be used now.
    pub installed: bool,
    /// For people.
    pub description: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its models.
    pub models: Vec<Model>,
    /// Whether it sends `transcript-chunk`s while audio still comes.
    pub supports_transcript_streaming: bool,
}

/// A model, or a voice.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// Who made it.
    pub attribution: Attribution,
    /// Whether it can be used now.
    pub installed: bool,
    /// For people.
    pub description: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Languages that it knows.
    pub languages: Vec<String>,
}

/// A text-to-speech program.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TtsProgram {
    /// Its name.
    pub name: String,
    /// Who made it.
    pub attribution: Attribution,
    /// Whether it can be used now.
    pub installed: bool,
    /// For people.
    pub description: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its voices.
    pub voices: Vec<Model>,
}
