//! Work that need not be done at once, on all cores that it is given; a run that was killed goes on where it was.
//!
//! Many requests out of a file, answered into another one (OpenAI's batch format): `input` reads the requests, `output`
//! keeps what is done, `chat` and `sound` do the work, one kind after the other. Many files, each made of one job:
//! `sound_folder` finds recordings, `files` transcribes them, and speaks a book's chapters; `whole_file` writes each
//! whole or not at all. `workers` has the cores, `progress` says how far it is.

mod chat;
mod files;
pub mod input;
pub mod output;
mod progress;
mod sound;
mod sound_folder;
mod whole_file;
mod workers;

pub use files::{FileRun, SpokenChapter, Transcription, speak_chapters, transcribe_files};
pub use input::{InputError, Job, Line};
pub use output::{OutputError, Results};
pub use progress::Progress;
pub use sound_folder::{FolderError, SoundFolder};

use std::path::PathBuf;
use std::sync::Mutex;

use serde_json::Value;

use crate::agent::Persona;
use crate::config::{Config, ThreadConfig};
use crate::engines::EnginesError;
use crate::requests::Problem;

/// Why a batch ends before it is done.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// An engine cannot be loaded, or failed for all requests.
    #[error(transparent)]
    Engines(#[from] EnginesError),
    /// An answer cannot be written.
    #[error("cannot write to {}: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
}

/// How a batch is worked off.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Cores that are used.
    pub cores: usize,
    /// Conversations that are answered at a time.
    pub parallel: usize,
}

/// The callbacks that hear how a batch goes on. Any of its threads may call them.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// A line is done: whether it failed.
    pub on_line: &'a (dyn Fn(bool) + Sync),
    /// An engine begins to load (true), which nothing interrupts, or is loaded (false). Several may load at a time.
    pub on_loading: &'a (dyn Fn(bool) + Sync),
}

/// What the parts of a batch share.
struct Work<'a> {
    config: Config,
    persona: Persona,
    limits: Limits,
    results: &'a Results,
    cancelled: &'a (dyn Fn() -> bool + Sync),
    told: Told<'a>,
    /// What ended the work.
    broken: Mutex<Option<BatchError>>,
}

impl Work<'_> {
    /// Keeps the answer of a line.
    fn done(&self, line: &Line, answer: Result<Value, Problem>) {
        let failed = answer.is_err();
        match self.results.append(line, answer) {
            Ok(()) => (self.told.on_line)(failed),
            Err(reason) => self.end(BatchError::Write {
                path: self.results.path().to_owned(),
                reason: reason.to_string(),
            }),
        }
    }

    /// Loads an engine.
    fn load<T>(&self, load: impl FnOnce() -> T) -> T {
        (self.told.on_loading)(true);
        let loaded = load();
        (self.told.on_loading)(false);
        loaded
    }

    /// Ends the work; the first reason counts.
    fn end(&self, error: BatchError) {
        self.lock().get_or_insert(error);
    }

    /// Whether there is no point in going on.
    fn is_over(&self) -> bool {
        (self.cancelled)() || self.lock().is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<BatchError>> {
        self.broken
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The configuration for work on `cores` cores: each recognizer and each voice has one, the language model has all.
fn on_each_core(config: &Config, cores: usize) -> Config {
    let mut config = config.clone();
    config.threads = ThreadConfig {
        total: cores,
        stt: 1,
        llm: cores,
    };
    config
}

/// Answers lines, each as soon as it is done. When it is cancelled, what is done is kept.
///
/// # Errors
/// An engine cannot be loaded or fails, or an answer cannot be written. What is wrong with one request is its answer.
pub fn run(
    config: &Config,
    persona: &Persona,
    lines: &[Line],
    limits: Limits,
    results: &Results,
    cancelled: &(dyn Fn() -> bool + Sync),
    told: Told,
) -> Result<(), BatchError> {
    let work = Work {
        config: on_each_core(config, limits.cores),
        persona: persona.clone(),
        limits,
        results,
        cancelled,
        told,
        broken: Mutex::new(None),
    };
    let (mut chats, mut recordings, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for line in lines {
        match &line.job {
            Err(problem) => work.done(line, Err(problem.clone())),
            Ok(Job::Chat(request)) => chats.push((line, &**request)),
            Ok(Job::Transcription(request)) => recordings.push((line, request)),
            Ok(Job::Speech(request)) => texts.push((line, request)),
        }
    }
    chat::answer(&work, &chats)?;
    sound::transcribe(&work, &recordings)?;
    sound::speak(&work, &texts)?;
    work.broken
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .map_or(Ok(()), Err)
}
