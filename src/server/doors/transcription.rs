//! `/v1/audio/transcriptions`: a sound file as text.

use std::convert::Infallible;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{Field, Multipart, MultipartError, MultipartRejection};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::json;
use tempfile::NamedTempFile;

use crate::requests::transcription::{Format, Request, Transcribed};
use crate::server::Doors;
use crate::server::hub::Hub;
use crate::server::problem::Problem;
use crate::stt::{FileError, transcribe_file};

/// Bytes of a file at most: three hours of 16-bit 16 kHz mono.
pub const MOST_FILE: usize = 400 << 20;
/// Said while too many files lie here already.
const TOO_MANY: &str = "too many files at once; try again in a moment";
/// Bytes of any other field.
const MOST_FIELD: usize = 4_096;

/// What is asked for.
#[derive(Default)]
struct Asked {
    file: Option<NamedTempFile>,
    request: Request,
    stream: bool,
}

/// Transcribes a file.
pub async fn transcribe(
    State(doors): State<Arc<Doors>>,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let parts = parts.map_err(|e| Problem::wrong(None, e.body_text()))?;
    let _upload = doors
        .uploads
        .try_acquire()
        .map_err(|_| Problem::busy(TOO_MANY))?;
    let asked = read(parts).await?;
    let format = asked.request.format(&doors.hub.config().language)?;
    let file = asked
        .file
        .ok_or_else(|| Problem::wrong(Some("file"), "there is no file"))?;
    let place = doors.work().await?;
    // A client that goes away ends the work.
    let gone = Gone::default();
    let (hub, is_gone) = (Arc::clone(&doors.hub), Arc::clone(&gone.0));
    let work = move || {
        let _place = place;
        text_of(&hub, file.path(), &is_gone)
    };
    let worked = tokio::task::spawn_blocking(work).await;
    let heard = worked.map_err(|e| Problem::failed("recognizer", e))??;
    drop(gone);
    if asked.stream {
        let (text, usage) = (&heard.text, heard.usage());
        let told = [
            json!({ "type": "transcript.text.delta", "delta": text }),
            json!({ "type": "transcript.text.done", "text": text, "usage": usage }),
        ];
        let told = told.map(|value| Ok::<_, Infallible>(Event::default().data(value.to_string())));
        return Ok(Sse::new(stream::iter(told)).into_response());
    }
    Ok(match format {
        Format::Text => format!("{}\n", heard.text).into_response(),
        Format::Json | Format::Verbose => Json(heard.body(format)).into_response(),
    })
}

/// Set when it is dropped.
#[derive(Default)]
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn read(mut parts: Multipart) -> Result<Asked, Problem> {
    let mut asked = Asked::default();
    while let Some(field) = parts.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "file" => asked.file = Some(to_disk(field).await?),
            "response_format" => asked.request.response_format = Some(word(field).await?),
            "language" => {
                let code = word(field).await?;
                asked.request.language = Some(code).filter(|code| !code.is_empty());
            }
            "stream" => asked.stream = word(field).await? == "true",
            // The model, a prompt, a temperature: there is one recognizer, and it takes none.
            _ => drop(word(field).await?),
        }
    }
    Ok(asked)
}

fn broken(error: MultipartError) -> Problem {
    Problem::wrong(None, error.body_text())
}

async fn word(mut field: Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MOST_FIELD {
            return Err(Problem::wrong(
                None,
                format!("a field has more than {MOST_FIELD} bytes"),
            ));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// Kept on disk: a long file needs no memory.
async fn to_disk(mut field: Field<'_>) -> Result<NamedTempFile, Problem> {
    let failed = |e: std::io::Error| Problem::failed("upload", e);
    let mut file = NamedTempFile::new().map_err(failed)?;
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        // A slow disk holds up nobody else.
        tokio::task::block_in_place(|| file.write_all(&chunk)).map_err(failed)?;
    }
    Ok(file)
}

/// Transcribes a file, unless the client is gone.
fn text_of(hub: &Hub, path: &Path, gone: &AtomicBool) -> Result<Transcribed, Problem> {
    let failed = |e: &dyn std::fmt::Display| Problem::failed("recognizer", e);
    let cancelled = || gone.load(Ordering::Relaxed);
    let mut engine = hub.take_recognizer().map_err(|e| failed(&e))?;
    let activity = hub.load_activity().map_err(|e| failed(&e))?;
    let transcribed = transcribe_file(engine.as_mut(), activity, path, &cancelled);
    let spoken = engine.spoken().map(str::to_owned);
    if !matches!(transcribed, Err(FileError::Stt(_))) {
        hub.put_back(&hub.recognizers, engine);
    }
    let transcribed = transcribed.map_err(|error| match error {
        FileError::Audio(error) => {
            tracing::info!("an upload: {error}");
            Problem::wrong(Some("file"), UNREADABLE)
        }
        FileError::Stt(error) => failed(&error),
    })?;
    let transcribed = transcribed.unwrap_or_default();
    let known = &hub.config().language;
    Ok(Transcribed::new(&transcribed, spoken.as_deref(), known))
}

/// Said of a file that is none.
const UNREADABLE: &str = "this is no sound file that can be read, or a damaged one: give WAV, FLAC, MP3, OGG, \
    M4A, AIFF or CAF";
