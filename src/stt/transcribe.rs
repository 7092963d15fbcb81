//! Asking a Wyoming peer for a transcript.

use std::time::Duration;

use serde_json::{Map, Value};
use wyoming::{AudioFormat, Connection, Info, Message, Transcribe, pcm};

use super::Cancelled;
use super::pace::Pace;
use crate::audio::frame::SPEECH_RATE;
use crate::clock::Stopwatch;
use crate::exchange::{self, ExchangeError, Patience};

/// What a peer that transcribes says of itself, in a line.
pub fn describe(info: &Info) -> String {
    let Some(program) = info.asr.first() else {
        return String::new();
    };
    let what = program.description.as_ref().unwrap_or(&program.name);
    let models: Vec<&str> = program.models.iter().map(|m| m.name.as_str()).collect();
    if models.is_empty() {
        what.clone()
    } else {
        format!("{what}: {}", models.join(", "))
    }
}

/// One request, apart from its audio.
pub struct Question<'a> {
    /// Only grows: the answer to an older one is stale. A peer that does not know this gives it
    /// back all the same, or nothing.
    pub number: u64,
    /// More will be said: the peer may be fast rather than thorough.
    pub partial: bool,
    /// The spoken language, if the peer is to know.
    pub language: Option<&'a str>,
    /// Words that may be said.
    pub vocabulary: &'a [String],
}

/// A peer of which nothing is known yet is alive if it answers a short clip within 20 s on a busy machine;
/// the largest models take some four times as long as the audio on two cores.
pub const PATIENCE: Patience = Patience {
    least: Duration::from_secs(20),
    per_second: Duration::from_secs(10),
};

const NUMBER: &str = "request";
const PARTIAL: &str = "partial";
/// Audio is sent in pieces of this many samples.
const CHUNK: usize = SPEECH_RATE as usize;

/// What a peer heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The words; empty if there were none.
    pub text: String,
    /// The code of their language, if the peer says so.
    pub language: Option<String>,
}

/// Sends audio and waits for its transcript, for as long as the peer's pace allows, which is learnt from it. `None`: cancelled; the answer is still to come then.
///
/// # Errors
/// See [`exchange::wait_for`].
pub fn transcribe(
    peer: &Connection,
    question: &Question,
    samples: &[f32],
    pace: &mut Pace,
    cancelled: Cancelled,
) -> Result<Option<Heard>, ExchangeError> {
    let (watch, limit) = (Stopwatch::start(), pace.limit(samples.len()));
    exchange::send(peer, request(question, samples))?;
    let heard = exchange::wait_for(peer, limit, cancelled, |message| match message {
        Message::Transcript(transcript) => {
            let number = transcript.context.as_ref().and_then(|c| c.get(NUMBER));
            let stale = number.is_some_and(|number| number != &Value::from(question.number));
            (!stale).then(|| {
                Ok(Heard {
                    text: transcript.text.trim().to_owned(),
                    language: transcript.language,
                })
            })
        }
        _ => None,
    })?;
    if heard.is_some() {
        pace.note(samples.len(), watch.elapsed());
    }
    Ok(heard)
}

fn request(question: &Question, samples: &[f32]) -> Vec<Message> {
    let format = AudioFormat {
        rate: SPEECH_RATE,
        width: 2,
        channels: 1,
    };
    let context = [
        (NUMBER.to_owned(), Value::from(question.number)),
        (PARTIAL.to_owned(), Value::from(question.partial)),
    ];
    let asked = Transcribe {
        language: question.language.map(str::to_owned),
        context: Some(Map::from_iter(context)),
        transcript_terms: (!question.vocabulary.is_empty()).then(|| question.vocabulary.to_vec()),
        ..Transcribe::default()
    };
    let chunks = samples.chunks(CHUNK);
    let chunks = chunks.map(|chunk| Message::AudioChunk(format, pcm::encode(chunk)));
    let start = [Message::Transcribe(asked), Message::AudioStart(format)];
    start
        .into_iter()
        .chain(chunks)
        .chain([Message::AudioStop])
        .collect()
}
