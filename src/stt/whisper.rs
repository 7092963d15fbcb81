//! Whisper, in a process of its own that is watched: whisper.cpp and llama.cpp each bring a ggml,
//! and one process cannot hold both.
//!
//! A worker that ends or hangs is replaced, and the same audio decoded again. Giving up is immediate
//! here whatever the worker does: the next request makes it stop, and what it still answers to the
//! old one is known by its number.

use std::time::Duration;

use super::pace::Pace;
use super::transcribe::{PATIENCE, Question, describe, transcribe};
use super::worker::{Worker, WorkerCommand};
use super::{Cancelled, Recognizer, SILENCE_DBFS, SttError};
use crate::audio::frame::{SPEECH_RATE, dbfs, peak};
use crate::exchange::{ExchangeError, Patience};

/// How often the same audio is given to a worker: audio that ends them all is not Whisper's to hear.
const TRIES: usize = 3;
/// The worker answers a ping while it decodes, from another thread. Where nothing comes for so long it is
/// stopped, or the machine is of no use for speech.
const SIGN_OF_LIFE: Duration = Duration::from_secs(4);

/// Whisper's worker, supervised.
pub struct Whisper {
    command: WorkerCommand,
    pace: Pace,
    worker: Worker,
    /// What became of the worker before this one, until this one is ready.
    replaced: Option<String>,
    notices: Vec<String>,
    number: u64,
    /// The language of what it heard last.
    spoken: Option<String>,
}

impl Whisper {
    /// Starts the worker and waits until it has loaded its model.
    ///
    /// # Errors
    /// The worker is absent, or it does not take the model; the message says what to do.
    pub fn start(command: WorkerCommand) -> Result<Self, SttError> {
        Self::start_with(command, PATIENCE)
    }

    /// The same with other limits.
    ///
    /// # Errors
    /// As [`Whisper::start`].
    pub fn start_with(command: WorkerCommand, patience: Patience) -> Result<Self, SttError> {
        let mut worker = Worker::spawn(&command)?;
        if let Err(error) = worker.wait_until_ready(&|| false) {
            return Err(match error {
                ExchangeError::Refused(reason) => SttError::Worker(reason),
                lost => SttError::Worker(format!(
                    "{} ended while it loaded {} ({}); run it by hand to see why",
                    command.program.display(),
                    command.model.display(),
                    worker.end(&lost)
                )),
            });
        }
        Ok(Self {
            command,
            pace: Pace::new(patience, Some(SIGN_OF_LIFE)),
            worker,
            replaced: None,
            notices: Vec::new(),
            number: 0,
            spoken: None,
        })
    }

    /// Process id of the worker.
    pub fn worker_id(&self) -> u32 {
        self.worker.id()
    }

    fn hear(
        &mut self,
        samples: &[f32],
        partial: bool,
        cancelled: Cancelled,
    ) -> Result<Option<String>, SttError> {
        if dbfs(peak(samples)) < SILENCE_DBFS {
            return Ok(Some(String::new()));
        }
        let mut last = String::new();
        for _ in 0..TRIES {
            match self.attempt(samples, partial, cancelled) {
                Ok(text) => return Ok(text),
                Err(ExchangeError::Refused(reason)) => return Err(SttError::Worker(reason)),
                Err(lost) => last = self.replace(&lost)?,
            }
        }
        Err(SttError::Worker(format!(
            "it was started {TRIES} times for the same words and gave no answer (the last time: \
             {last}); try a smaller model, or run {} by hand to see why",
            self.command.program.display()
        )))
    }

    fn attempt(
        &mut self,
        samples: &[f32],
        partial: bool,
        cancelled: Cancelled,
    ) -> Result<Option<String>, ExchangeError> {
        let Some(loaded) = self.worker.wait_until_ready(cancelled)? else {
            return Ok(None);
        };
        if let (Some(took), Some(why)) = (loaded, self.replaced.take()) {
            let notice = format!(
                "Whisper's worker was replaced ({why}); the new one was ready after {} ms and hears the \
                 same words again",
                took.as_millis()
            );
            self.notices.push(notice);
        }
        self.number += 1;
        let question = Question {
            number: self.number,
            partial,
            // The worker was told at its start.
            language: None,
            vocabulary: &self.command.vocabulary,
        };
        let (peer, pace) = (self.worker.peer(), &mut self.pace);
        let heard = transcribe(peer, &question, samples, pace, cancelled)?;
        Ok(heard.map(|heard| {
            self.spoken = heard.language;
            heard.text
        }))
    }

    /// A new worker in the place of this one. Returns what became of it.
    fn replace(&mut self, error: &ExchangeError) -> Result<String, SttError> {
        let why = self.worker.end(error);
        self.worker = Worker::spawn(&self.command)?;
        tracing::warn!("Whisper's worker is replaced: {why}");
        self.replaced = Some(why.clone());
        Ok(why)
    }
}

impl Recognizer for Whisper {
    /// The worker is warm when it has loaded its model; this tells how fast it is.
    fn warm_up(&mut self) -> Result<(), SttError> {
        let quiet_noise: Vec<f32> = (0..SPEECH_RATE).map(|n| (n % 7) as f32 * 1e-2).collect();
        // As a partial: doubtful finals are tried again, and noise is doubtful.
        self.hear(&quiet_noise, true, &|| false).map(|_| ())
    }

    fn describe(&self) -> String {
        self.worker.info().map_or_else(String::new, describe)
    }

    fn spoken(&self) -> Option<&str> {
        self.spoken.as_deref()
    }

    fn transcribe(
        &mut self,
        samples: &[f32],
        cancelled: Cancelled,
    ) -> Result<Option<String>, SttError> {
        self.hear(samples, false, cancelled)
    }

    fn partials_are_whole(&self) -> bool {
        false
    }

    fn transcribe_partial(
        &mut self,
        samples: &[f32],
        cancelled: Cancelled,
    ) -> Result<Option<String>, SttError> {
        if !self.pace.has_time_for_partial(samples.len()) {
            return Ok(None);
        }
        self.hear(samples, true, cancelled)
    }

    fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }
}
