//! Many files, each made of one job: transcripts of recordings, chapters of a book. A file that is there is not made
//! again, so a run that was killed goes on where it was.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::whole_file::{Begun, WholeFile};
use super::workers::on_all_cores;
use super::{BatchError, on_each_core};
use crate::agent::Persona;
use crate::audio::wav::{ClipFile, WavFile};
use crate::book::Chapter;
use crate::config::Config;
use crate::engines::{self, EngineLoader};
use crate::models::Role;
use crate::stt::{FileError, Recognizer, transcribe_file};
use crate::transcripts::TranscriptFormat;
use crate::tts::{Synthesizer, TtsError, speak_text};

/// A sound file, and where its transcript goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transcription {
    /// The sound.
    pub sound: PathBuf,
    /// The transcript.
    pub text: PathBuf,
}

/// A chapter, and where its sound goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenChapter {
    /// The text.
    pub chapter: Chapter,
    /// The sound: WAV.
    pub sound: PathBuf,
}

/// How files are made.
#[derive(Clone, Copy)]
pub struct FileRun<'a> {
    /// Cores that are used.
    pub cores: usize,
    /// Whether to stop; what is not finished then is as if it had never been begun.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
    /// Called with each file that is there now, or what is wrong with one, which names it.
    pub on_file: &'a (dyn Fn(Result<(), String>) + Sync),
}

impl FileRun<'_> {
    /// Makes a file by `write`, which says whether it came to its end.
    fn make(&self, path: &Path, write: impl FnOnce(&WholeFile) -> Result<bool, String>) {
        let unwritable = |error| format!("cannot write {}: {error}", path.display());
        let made = match WholeFile::begin(path) {
            Ok(Begun::New(file)) => match write(&file) {
                Ok(true) => file.finish().map_err(unwritable),
                Ok(false) => return,
                Err(reason) => Err(reason),
            },
            Ok(Begun::Exists) => Ok(()),
            // Nothing is wrong with it; whoever runs this again makes it if that run does not.
            Ok(Begun::Busy) => {
                tracing::info!("{}: another run writes it", path.display());
                Ok(())
            }
            Err(error) => Err(unwritable(error)),
        };
        (self.on_file)(made);
    }
}

/// Transcribes sound files, each into a file of its own. They are read as streams, so a long one takes no more memory
/// than a short one.
///
/// # Errors
/// An engine cannot be loaded. What is wrong with one file is told as it happens, and the others are done.
pub fn transcribe_files(
    config: &Config,
    jobs: &[Transcription],
    format: TranscriptFormat,
    run: FileRun,
) -> Result<(), BatchError> {
    let config = on_each_core(config, run.cores);
    let roles = [Role::Stt, Role::Vad, Role::OnnxRuntime];
    let loader = EngineLoader::only(&config, &roles)?;
    on_all_cores(
        run.cores,
        jobs,
        run.cancelled,
        || loader.recognizer(),
        |engine, job| {
            run.make(&job.text, |file| {
                transcribe(&loader, engine.as_mut(), job, format, file, run)
            });
        },
    )?;
    Ok(())
}

fn transcribe(
    loader: &EngineLoader,
    engine: &mut dyn Recognizer,
    job: &Transcription,
    format: TranscriptFormat,
    file: &WholeFile,
    run: FileRun,
) -> Result<bool, String> {
    let name = job.sound.display();
    let activity = loader.activity().map_err(|e| format!("{name}: {e}"))?;
    let heard = transcribe_file(engine, activity, &job.sound, &run.cancelled);
    let heard = heard.map_err(|error| match error {
        FileError::Audio(error) => error.to_string(),
        FileError::Stt(error) => format!("{name}: {error}"),
    })?;
    let Some(heard) = heard else {
        return Ok(false);
    };
    let text = format.write(&name.to_string(), &heard);
    file.file()
        .write_all(text.as_bytes())
        .map_err(|error| format!("cannot write {}: {error}", file.path().display()))?;
    Ok(true)
}

/// Silence after a paragraph, beyond that after its last sentence. Milliseconds.
const PARAGRAPH_PAUSE_MS: u32 = 350;
/// The same after a heading.
const HEADING_PAUSE_MS: u32 = 700;

/// Speaks chapters, each into a file of its own, which is written clause by clause.
///
/// # Errors
/// The voice cannot be loaded. What is wrong with one chapter is told as it happens, and the others are done.
pub fn speak_chapters(
    config: &Config,
    persona: &Persona,
    jobs: &[SpokenChapter],
    run: FileRun,
) -> Result<(), BatchError> {
    let config = on_each_core(config, run.cores);
    on_all_cores(
        run.cores,
        jobs,
        run.cancelled,
        || engines::synthesizer(&config, persona),
        |voice, job| {
            run.make(&job.sound, |file| {
                let spoken = speak(voice.as_mut(), &job.chapter, file, run);
                spoken.map_err(|error| format!("{}: {error}", job.sound.display()))
            });
        },
    )?;
    Ok(())
}

fn speak(
    voice: &mut dyn Synthesizer,
    chapter: &Chapter,
    file: &WholeFile,
    run: FileRun,
) -> Result<bool, TtsError> {
    let failed = |error: &dyn std::fmt::Display| TtsError::Run(error.to_string());
    let handle = file.file().try_clone().map_err(|e| failed(&e))?;
    let mut sound = ClipFile::new(|rate_hz| WavFile::in_file(handle, file.path(), 1, rate_hz));
    for paragraph in &chapter.paragraphs {
        let mut write = |clip| sound.push(&clip).map_err(|e| failed(&e)).map(|()| true);
        if !speak_text(&run.cancelled, voice, &paragraph.text, &mut write)? {
            return Ok(false);
        }
        let pause_ms = if paragraph.is_heading {
            HEADING_PAUSE_MS
        } else {
            PARAGRAPH_PAUSE_MS
        };
        sound.pause(pause_ms).map_err(|e| failed(&e))?;
    }
    if sound.finish().map_err(|e| failed(&e))? {
        Ok(true)
    } else {
        Err(TtsError::Silent)
    }
}
