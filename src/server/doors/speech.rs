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
use tokio::sync::mpsc;

use super::pass_on;
use crate::audio::wav::Clip;
use crate::requests::speech::{Format, RATE, Request, pcm, wav_head};
use crate::server::Doors;
use crate::server::hub::Hub;
use crate::server::problem::Problem;
use crate::tts::{Synthesizer, TtsError, VOICES, speak_text};

/// Clauses that are made ahead of what the client has taken.
const AHEAD: usize = 2;

/// Speaks a text.
pub async fn speak(
    State(doors): State<Arc<Doors>>,
    request: Result<Json<Request>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(request) = request.map_err(|e| Problem::wrong(None, e.body_text()))?;
    let format = request.format()?;
    let speed = request.speed_percent()?;
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
    speed: u16,
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
    voice.set_speed(speed);
    let gone = || made.is_closed();
    speak_text(&gone, voice.as_mut(), &request.input, &mut |clip| {
        Ok(pass_on(made, Ok(clip)))
    })?;
    if named.is_none() {
        voice.set_speed(100);
        hub.put_back(&hub.voices, voice);
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
    Ok(pcm(&clip.samples).into())
}
