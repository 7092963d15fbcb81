//! What a service offers: the answer to `describe`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The programs of a service.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Info {
    /// Speech to text.
    pub asr: Vec<AsrProgram>,
    /// Text to speech.
    pub tts: Vec<TtsProgram>,
    /// Text to an answer.
    pub handle: Vec<HandleProgram>,
    /// Kinds that nobody here offers or asks for: there, and empty, as the reference writes them.
    pub intent: Vec<Value>,
    /// Wake words.
    pub wake: Vec<Value>,
    /// Microphones.
    pub mic: Vec<Value>,
    /// Loudspeakers.
    pub snd: Vec<Value>,
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
    /// Whether it takes `synthesize-chunk`s.
    pub supports_synthesize_streaming: bool,
}

/// A program that answers text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HandleProgram {
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
    /// Whether it sends answers in pieces.
    pub supports_handled_streaming: bool,
    /// Whether it may switch what is in the home.
    pub supports_home_control: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the reference implementation writes it: clients look every kind up.
    #[test]
    fn kinds_that_are_not_offered_are_written_as_empty_lists() {
        let written = serde_json::to_value(Info::default()).unwrap();
        for kind in ["asr", "tts", "handle", "intent", "wake", "mic", "snd"] {
            assert_eq!(written[kind], serde_json::json!([]), "{kind}");
        }
    }

    #[test]
    fn what_newer_programs_say_of_themselves_is_ignored() {
        let info = r#"{"asr": [{"name": "a", "requires_external_vad": true}], "satellite": null,
            "tts": [{"name": "t", "voices": [{"name": "v", "languages": ["en"], "speakers": null}]}]}"#;
        let info: Info = serde_json::from_str(info).unwrap();
        assert_eq!(info.asr[0].name, "a");
        assert_eq!(info.tts[0].voices[0].languages, ["en"]);
    }
}
