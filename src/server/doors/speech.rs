//! `/v1/audio/speech`: a text as sound, clause by clause.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::pass_on;
use crate::audio::wav::Clip;
use crate::server::Doors;
use crate::server::hub::Hub;
use crate::server::problem::Problem;
use crate::tts::clauses::{ClauseLimits, ClauseSplitter};
use crate::tts::{Synthesizer, TtsError, VOICES, speak_clause_unless};

/// What is asked for.
#[derive(Debug, Deserialize)]
pub struct Request {
    /// The text.
    input: String,
    /// One of those that come with the program; anybody else's names mean the assistant's own.
    voice: Option<String>,
    /// `wav` or `pcm`.
    response_format: Option<String>,
    /// 1 is the voice's own.
    speed: Option<f64>,
}

/// Characters of a text at most: half an hour of speech.
const MOST_TEXT: usize = 20_000;
/// Rate of what is given. Hz.
const RATE: u32 = 24_000;
/// Clauses that are made ahead of what the client has taken.
const AHEAD: usize = 2;

/// How the sound is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Wav,
    Pcm,
}

/// Speaks a text.
pub async fn speak(
    State(doors): State<Arc<Doors>>,
    request: Result<Json<Request>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(request) = request.map_err(|e| Problem::wrong(None, e.body_text()))?;
    let format = match request.response_format.as_deref() {
        None | Some("wav") => Format::Wav,
        Some("pcm") => Format::Pcm,
        Some(other) => {
            let message =
                format!("{other} is not written here: ask for wav or pcm (24 kHz, 16 bit, mono)");
            return Err(Problem::wrong(Some("response_format"), message));
        }
    };
    let speed = request.speed.unwrap_or(1.0);
    if !(0.25..=4.0).contains(&speed) {
        return Err(Problem::wrong(Some("speed"), "speed is 0.25 to 4"));
    }
    let length = request.input.chars().count();
    if length > MOST_TEXT || !request.input.contains(char::is_alphanumeric) {
        let message =
            format!("input has {length} characters: give 1 to {MOST_TEXT}, with words among them");
        return Err(Problem::wrong(Some("input"), message));
    }
    let place = doors.work().await?;
    let (made_out, made) = mpsc::channel(AHEAD);
    let hub = Arc::clone(&doors.hub);
    tokio::task::spawn_blocking(move || {
        let _place = place;
        if let Err(error) = make(&hub, &request, speed, &made_out) {
            pass_on(&made_out, Err(error));
        }
    });
    answer(format, made).await
}

type Made = Result<Clip, TtsError>;

/// Makes one clause after the other until nobody takes them any more.
fn make(
    hub: &Hub,
    request: &Request,
    speed: f64,
    made: &mpsc::Sender<Made>,
) -> Result<(), TtsError> {
    let run = |e: &dyn std::fmt::Display| TtsError::Run(e.to_string());
    let named = VOICES
        .iter()
        .find(|name| request.voice.as_deref() == Some(*name));
    let mut voice: Box<dyn Synthesizer> = match named {
        Some(name) => {
            let voice = crate::engines::voice(name, crate::tts::Prosody::default())?;
            Box::new(voice)
        }
        None => hub.take_voice().map_err(|e| run(&e))?,
    };
    voice.set_speed((speed * 100.0) as u16);
    let mut splitter = ClauseSplitter::new(ClauseLimits::default(), voice.language());
    let mut clauses = splitter.push(&request.input);
    clauses.extend(splitter.finish());
    let gone = || made.is_closed();
    for clause in clauses {
        let Some(clause) = speak_clause_unless(&gone, voice.as_mut(), &clause)? else {
            break;
        };
        if !pass_on(made, Ok(clause.clip)) {
            break;
        }
    }
    if named.is_none() {
        voice.set_speed(100);
        hub.voices.put(voice);
    }
    Ok(())
}

async fn answer(format: Format, mut made: mpsc::Receiver<Made>) -> Result<Response, Problem> {
    // What fails at once is told as an error; what fails later cuts the answer off.
    let first = match made.recv().await {
        Some(first) => bytes(first)?,
        None => Bytes::new(),
    };
    if format == Format::Pcm {
        let rest = stream::unfold(made, |mut made| async {
            let next = bytes(made.recv().await?);
            next.ok().map(|bytes| (Ok::<_, Infallible>(bytes), made))
        });
        let first = stream::once(async { Ok(first) });
        let body = Body::from_stream(futures_util::StreamExt::chain(first, rest));
        return Ok(([(header::CONTENT_TYPE, "audio/pcm")], body).into_response());
    }
    // A file says at its beginning how long it is.
    let mut samples = first.to_vec();
    while let Some(next) = made.recv().await {
        samples.extend_from_slice(&bytes(next)?);
    }
    let mut file = wav_head(samples.len() as u32).to_vec();
    file.append(&mut samples);
    Ok(([(header::CONTENT_TYPE, "audio/wav")], file).into_response())
}

fn bytes(made: Made) -> Result<Bytes, Problem> {
    let failed = |e: &dyn std::fmt::Display| Problem::failed("voice", e);
    let clip = made.map_err(|e| failed(&e))?;
    let clip = clip.at_rate(RATE).map_err(|e| failed(&e))?;
    let to_i16 = |sample: &f32| (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16;
    let samples = clip.samples.iter().map(to_i16);
    Ok(samples.flat_map(i16::to_le_bytes).collect())
}

/// The head of a WAV file with so many bytes of 16-bit mono samples.
fn wav_head(bytes: u32) -> [u8; 44] {
    let mut head = [0; 44];
    head[..4].copy_from_slice(b"RIFF");
    head[4..8].copy_from_slice(&(36 + bytes).to_le_bytes());
    head[8..16].copy_from_slice(b"WAVEfmt ");
    head[16..20].copy_from_slice(&16u32.to_le_bytes());
    // PCM, one channel.
    head[20..22].copy_from_slice(&1u16.to_le_bytes());
    head[22..24].copy_from_slice(&1u16.to_le_bytes());
    head[24..28].copy_from_slice(&RATE.to_le_bytes());
    head[28..32].copy_from_slice(&(2 * RATE).to_le_bytes());
    head[32..34].copy_from_slice(&2u16.to_le_bytes());
    head[34..36].copy_from_slice(&16u16.to_le_bytes());
    head[36..40].copy_from_slice(b"data");
    head[40..44].copy_from_slice(&bytes.to_le_bytes());
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wav_head_is_read_by_others() {
        let mut file = wav_head(4).to_vec();
        file.extend([1, 0, 2, 0]);
        let mut reader = hound::WavReader::new(file.as_slice()).unwrap();
        assert_eq!(reader.spec().sample_rate, RATE);
        let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(samples, [1, 2]);
    }
}
