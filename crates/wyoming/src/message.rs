//! The events of speech recognition and synthesis, typed.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::frame::Event;
use crate::info::Info;

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

/// Text without more.
#[derive(Serialize, Deserialize)]
struct Text {
    text: String,
}

/// A ping's text, to be copied into its pong.
#[derive(Serialize, Deserialize)]
struct Echo {
    #[serde(default)]
    text: Option<String>,
}

/// An event that means something here.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// What do you offer?
    Describe,
    /// This.
    Info(Info),
    /// Transcribe the audio that follows.
    Transcribe(Transcribe),
    /// Audio begins.
    AudioStart(AudioFormat),
    /// Audio.
    AudioChunk(AudioFormat, Vec<u8>),
    /// Audio ends.
    AudioStop,
    /// What was said, all of it.
    Transcript(Transcript),
    /// What is said comes in pieces.
    TranscriptStart,
    /// A piece of it; all pieces together are the transcript.
    TranscriptChunk(String),
    /// That was all.
    TranscriptStop,
    /// Speak this.
    Synthesize(Synthesize),
    /// Something went wrong.
    Error(Failure),
    /// Are you there?
    Ping(Option<String>),
    /// Yes.
    Pong(Option<String>),
    /// Something else, to be ignored: the protocol grows.
    Other(String),
}

/// An event of a known type without the data that belongs to it.
#[derive(Debug, thiserror::Error)]
#[error("its event {kind:?} is not as the Wyoming protocol has it: {reason}")]
pub struct MessageError {
    /// The event's type.
    pub kind: String,
    /// What is wrong.
    pub reason: String,
}

impl TryFrom<Event> for Message {
    type Error = MessageError;

    fn try_from(event: Event) -> Result<Self, MessageError> {
        let Event {
            kind,
            data,
            payload,
        } = event;
        Ok(match kind.as_str() {
            "describe" => Self::Describe,
            "info" => Self::Info(typed(kind, data)?),
            "transcribe" => Self::Transcribe(typed(kind, data)?),
            "audio-start" => Self::AudioStart(typed(kind, data)?),
            "audio-chunk" => Self::AudioChunk(typed(kind, data)?, payload),
            "audio-stop" => Self::AudioStop,
            "transcript" => Self::Transcript(typed(kind, data)?),
            "transcript-start" => Self::TranscriptStart,
            "transcript-chunk" => Self::TranscriptChunk(typed::<Text>(kind, data)?.text),
            "transcript-stop" => Self::TranscriptStop,
            "synthesize" => Self::Synthesize(typed(kind, data)?),
            "error" => Self::Error(typed(kind, data)?),
            "ping" => Self::Ping(typed::<Echo>(kind, data)?.text),
            "pong" => Self::Pong(typed::<Echo>(kind, data)?.text),
            _ => Self::Other(kind),
        })
    }
}

fn typed<T: DeserializeOwned>(kind: String, data: Map<String, Value>) -> Result<T, MessageError> {
    serde_json::from_value(Value::Object(data)).map_err(|error| MessageError {
        kind,
        reason: error.to_string(),
    })
}

impl From<Message> for Event {
    fn from(message: Message) -> Self {
        let plain = |kind: &str| Self {
            kind: kind.into(),
            ..Self::default()
        };
        match message {
            Message::Describe => plain("describe"),
            Message::Info(info) => with("info", &info),
            Message::Transcribe(transcribe) => with("transcribe", &transcribe),
            Message::AudioStart(format) => with("audio-start", &format),
            Message::AudioChunk(format, payload) => Self {
                payload,
                ..with("audio-chunk", &format)
            },
            Message::AudioStop => plain("audio-stop"),
            Message::Transcript(transcript) => with("transcript", &transcript),
            Message::TranscriptStart => plain("transcript-start"),
            Message::TranscriptChunk(text) => with("transcript-chunk", &Text { text }),
            Message::TranscriptStop => plain("transcript-stop"),
            Message::Synthesize(synthesize) => with("synthesize", &synthesize),
            Message::Error(failure) => with("error", &failure),
            Message::Ping(text) => with("ping", &Echo { text }),
            Message::Pong(text) => with("pong", &Echo { text }),
            Message::Other(kind) => plain(&kind),
        }
    }
}

fn with(kind: &str, data: &impl Serialize) -> Event {
    let data = match serde_json::to_value(data) {
        Ok(Value::Object(data)) => data,
        other => unreachable!("the data of {kind} is a struct of plain values: {other:?}"),
    };
    Event {
        kind: kind.into(),
        data,
        payload: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, data: &str) -> Event {
        Event {
            kind: kind.into(),
            data: serde_json::from_str(data).unwrap(),
            payload: Vec::new(),
        }
    }

    #[test]
    fn every_message_comes_back() {
        let format = AudioFormat {
            rate: 16_000,
            width: 2,
            channels: 1,
        };
        for message in [
            Message::Describe,
            Message::Info(Info::default()),
            Message::Transcribe(Transcribe {
                language: Some("de".into()),
                ..Transcribe::default()
            }),
            Message::AudioStart(format),
            Message::AudioChunk(format, vec![1, 2]),
            Message::AudioStop,
            Message::Transcript(Transcript {
                text: "so".into(),
                ..Transcript::default()
            }),
            Message::TranscriptStart,
            Message::TranscriptChunk("so".into()),
            Message::TranscriptStop,
            Message::Synthesize(Synthesize {
                text: "so".into(),
                voice: Some(Voice::default()),
            }),
            Message::Error(Failure::default()),
            Message::Ping(Some("1".into())),
            Message::Pong(None),
            Message::Other("zeroconf".into()),
        ] {
            let back = Message::try_from(Event::from(message.clone())).unwrap();
            assert_eq!(back, message);
        }
    }

    /// As the reference implementation writes it.
    #[test]
    fn values_that_nobody_asked_for_are_ignored() {
        let data = r#"{"rate": 16000, "width": 2, "channels": 1, "timestamp": null}"#;
        let message = Message::try_from(event("audio-start", data)).unwrap();
        assert!(matches!(message, Message::AudioStart(_)));
        let ping = Message::try_from(event("ping", r#"{"text": null}"#)).unwrap();
        assert_eq!(ping, Message::Ping(None));
    }

    #[test]
    fn missing_data_is_an_error_that_names_the_event() {
        let error = Message::try_from(event("transcript", "{}")).unwrap_err();
        assert!(
            error.to_string().contains("transcript") && error.to_string().contains("text"),
            "{error}"
        );
    }
}
