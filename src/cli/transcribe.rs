//! `vivavoce transcribe`: the recognizer by itself.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::{Context, Result, bail};
use vivavoce::clock::Stopwatch;
use vivavoce::config::Config;
use vivavoce::engines::EngineLoader;
use vivavoce::models::Role;
use vivavoce::stt::{FileTranscript, Recognizer, transcribe_file};

use super::printable::printable;
use super::talk::QUIT;

/// Transcribes files; with `json` one object a line.
pub fn transcribe(config: &Config, files: &[PathBuf], json: bool) -> Result<()> {
    let loader = EngineLoader::only(config, &[Role::Stt, Role::Vad, Role::OnnxRuntime])?;
    let mut engine = loader.recognizer()?;
    let mut failed = 0;
    for path in files {
        let watch = Stopwatch::start();
        let result = transcript(&loader, engine.as_mut(), path);
        if QUIT.load(Ordering::Relaxed) {
            bail!("interrupted");
        }
        // A name that is no text is written as far as it is one.
        let name = path.display().to_string();
        match result {
            Ok(heard) if json => {
                let line = serde_json::json!({
                    "file": name,
                    "text": heard.text(),
                    "audio_s": heard.seconds,
                    "decode_ms": watch.elapsed_ms(),
                });
                out!("{line}");
            }
            Ok(heard) if files.len() > 1 => out!("{name}: {}", heard.text()),
            Ok(heard) => out!("{}", heard.text()),
            Err(error) => {
                failed += 1;
                let error = format!("{error:#}");
                if json {
                    out!("{}", serde_json::json!({"file": name, "error": error}));
                } else {
                    eprintln!("error: {}", printable(&error));
                }
            }
        }
    }
    match failed {
        0 => Ok(()),
        failed => bail!("{failed} of {} files could not be transcribed", files.len()),
    }
}

/// What is said in a file.
fn transcript(
    loader: &EngineLoader,
    engine: &mut dyn Recognizer,
    path: &Path,
) -> Result<FileTranscript> {
    let cancelled = || QUIT.load(Ordering::Relaxed);
    transcribe_file(engine, loader.activity()?, path, &cancelled)?.context("interrupted")
}
