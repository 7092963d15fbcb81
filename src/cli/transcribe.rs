//! `vivavoce transcribe`: the recognizer by itself, of a few files or of whole folders.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use vivavoce::batch::{self, FileRun, Progress, SoundFolder};
use vivavoce::clock::Stopwatch;
use vivavoce::config::Config;
use vivavoce::engines::EngineLoader;
use vivavoce::models::Role;
use vivavoce::stt::{FileTranscript, Recognizer, transcribe_file};
use vivavoce::transcripts::TranscriptFormat;

use super::background::{Background, Teller};
use super::interruption;
use super::printable::printable;

/// What is transcribed, and how it is written.
#[derive(Debug, clap::Args)]
pub struct TranscribeOptions {
    /// Sound files, and folders of them
    #[arg(required = true, value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
    /// One JSON object a line, on standard output
    #[arg(long, conflicts_with_all = ["format", "o"])]
    json: bool,
    /// What is written: of one file to standard output, of several or a folder into a file for each [a folder: txt]
    #[arg(long, value_name = "X")]
    format: Option<TranscriptFormat>,
    /// The folder for the files that are written; beside the sounds, if it is not said
    #[arg(short, value_name = "DIR")]
    o: Option<PathBuf>,
    #[command(flatten)]
    background: Background,
}

/// Transcribes files to standard output, or many of them into files.
///
/// # Errors
/// An engine cannot be loaded, a file cannot be transcribed (the others are), or it was interrupted.
pub fn run(config: &Config, options: &TranscribeOptions) -> Result<()> {
    let has_folder = options.paths.iter().any(|path| path.is_dir());
    if options.json && has_folder {
        bail!(
            "--json is for files; of a folder take --format json, which writes a file for each sound"
        );
    }
    let several = options.paths.len() > 1 && options.format.is_some();
    if has_folder || several || options.o.is_some() {
        return into_files(config, options);
    }
    if options.background.is_asked_for() {
        bail!("--cores and --nice are for folders and for many files: add -o DIR");
    }
    match (&options.format, &options.paths[..]) {
        (Some(format), [path]) => one(config, path, *format),
        _ => to_output(config, &options.paths, options.json),
    }
}

/// Writes a file for each sound. Those that are there are left alone.
fn into_files(config: &Config, options: &TranscribeOptions) -> Result<()> {
    let format = options.format.unwrap_or(TranscriptFormat::Txt);
    let found = SoundFolder::find(&options.paths, options.o.as_deref(), format.ending())?;
    let SoundFolder {
        mut jobs,
        unreadable,
    } = found;
    for reason in &unreadable {
        eprintln!("error: {}", printable(reason));
    }
    if jobs.is_empty() && unreadable.is_empty() {
        bail!("there is no sound file in it (WAV, FLAC, MP3, OGG, M4A, AIFF, CAF)");
    }
    let all = jobs.len();
    jobs.retain(|job| !job.text.exists());
    let teller = Teller::start(Progress::new("transcribed", all, all - jobs.len()));
    if !jobs.is_empty() {
        let run = FileRun {
            cores: options.background.cores(),
            cancelled: &options.background.gives_up()?,
            on_file: &|made| teller.file(made),
        };
        batch::transcribe_files(config, &jobs, format, run)?;
    }
    if interruption::is_asked() {
        bail!("interrupted: the same command goes on where it was");
    }
    match (teller.failed(), unreadable.len()) {
        (0, 0) => Ok(()),
        (0, folders) => bail!("{folders} folders could not be read"),
        (failed, _) => bail!("{failed} of {all} files could not be transcribed"),
    }
}

/// One file in a format, to standard output.
fn one(config: &Config, path: &Path, format: TranscriptFormat) -> Result<()> {
    let loader = EngineLoader::only(config, &[Role::Stt, Role::Vad, Role::OnnxRuntime])?;
    let mut engine = loader.recognizer()?;
    let heard = transcript(&loader, engine.as_mut(), path)?;
    let text = format.write(&path.display().to_string(), &heard);
    // `out` ends the line.
    if !text.is_empty() {
        out!("{}", text.trim_end_matches('\n'));
    }
    Ok(())
}

/// Transcribes files; with `json` one object a line.
fn to_output(config: &Config, files: &[PathBuf], json: bool) -> Result<()> {
    let loader = EngineLoader::only(config, &[Role::Stt, Role::Vad, Role::OnnxRuntime])?;
    let mut engine = loader.recognizer()?;
    let mut failed = 0;
    for path in files {
        let watch = Stopwatch::start();
        let result = transcript(&loader, engine.as_mut(), path);
        if interruption::is_asked() {
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
    let cancelled = || interruption::is_asked();
    transcribe_file(engine, loader.activity()?, path, &cancelled)?.context("interrupted")
}
