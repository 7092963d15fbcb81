//! The events of speech recognition, synthesis and the handling of text, typed.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use crate::data::{
    AudioFormat, Failure, Handled, Synthesize, SynthesizeStart, Transcribe, Transcript, Voice,
};
use crate::frame::Event;
use crate::info::Info;

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
    /// What was said, all of it: an answer; a question to a program that handles text.
    Transcript(Transcript),
    /// What is said comes in pieces.
    TranscriptStart,
    /// A piece of it; all pieces together are the transcript.
    TranscriptChunk(String),
    /// That was all.
    TranscriptStop,
    /// Speak this.
    Synthesize(Synthesize),
    /// Speak what comes in pieces.
    SynthesizeStart(SynthesizeStart),
    /// A piece of it.
    SynthesizeChunk(String),
    /// That was all.
    SynthesizeStop,
    /// It has been spoken.
    SynthesizeStopped,
    /// The answer to a transcript.
    Handled(Handled),
    /// There is no answer, for this reason.
    NotHandled(Handled),
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
            "synthesize-start" => Self::SynthesizeStart(typed(kind, data)?),
            "synthesize-chunk" => Self::SynthesizeChunk(typed::<Text>(kind, data)?.text),
            "synthesize-stop" => Self::SynthesizeStop,
            "synthesize-stopped" => Self::SynthesizeStopped,
            "handled" => Self::Handled(typed(kind, data)?),
            "not-handled" => Self::NotHandled(typed(kind, data)?),
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
            Message::SynthesizeStart(start) => with("synthesize-start", &start),
            Message::SynthesizeChunk(text) => with("synthesize-chunk", &Text { text }),
            Message::SynthesizeStop => plain("synthesize-stop"),
            Message::SynthesizeStopped => plain("synthesize-stopped"),
            Message::Handled(handled) => with("handled", &handled),
            Message::NotHandled(handled) => with("not-handled", &handled),
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
                text_format: Some("text".into()),
            }),
            Message::SynthesizeStart(SynthesizeStart {
                voice: Some(Voice {
                    name: Some("amy".into()),
                    speaker: Some("2".into()),
                    ..Voice::default()
                }),
                text_format: None,
            }),
            Message::SynthesizeChunk("so".into()),
            Message::SynthesizeStop,
            Message::SynthesizeStopped,
            Message::Handled(Handled {
                text: Some("so".into()),
                context: Some(Map::from_iter([("conversation_id".into(), "1".into())])),
            }),
            Message::NotHandled(Handled::default()),
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
