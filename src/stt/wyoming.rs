//! A recognizer on the network: any server that speaks the Wyoming protocol.
//!
//! Each request has a connection of its own. Servers close after an answer or keep the connection
//! as they like, one that was restarted is found again, and giving up is closing. There are servers that
//! decode to the end all the same: a slow one is asked for no partial transcripts.

use std::time::Duration;

use wyoming::{Connection, Lost, Message};

use super::pace::Pace;
use super::transcribe::{PATIENCE, Question, describe, transcribe};
use super::{Cancelled, Recognizer, SILENCE_DBFS, SttError};
use crate::audio::frame::{dbfs, peak};
use crate::exchange::{self, ExchangeError, Patience};
use crate::language::Languages;

/// A network that takes longer than this to connect is of no use for speech.
const CONNECT: Duration = Duration::from_secs(3);

/// A speech-to-text server.
pub struct WyomingRecognizer {
    address: String,
    languages: Languages,
    /// Of what it heard last.
    spoken: Option<String>,
    vocabulary: Vec<String>,
    patience: Patience,
    pace: Pace,
    number: u64,
    /// What the server said of itself.
    offer: String,
}

impl WyomingRecognizer {
    /// A server at `HOST:PORT`, told the spoken language and words that may be said; of several languages it
    /// is to find out which one it is. Nothing is sent before [`Recognizer::warm_up`].
    pub fn new(address: &str, languages: Languages, vocabulary: &[String]) -> Self {
        Self {
            address: address.to_owned(),
            languages,
            spoken: None,
            vocabulary: vocabulary.to_vec(),
            patience: PATIENCE,
            pace: Pace::new(PATIENCE, None),
            number: 0,
            offer: String::new(),
        }
    }

    /// The same with other limits.
    pub fn patience(self, patience: Patience) -> Self {
        Self {
            patience,
            pace: Pace::new(patience, None),
            ..self
        }
    }

    fn connect(&self) -> Result<Connection, ExchangeError> {
        Connection::tcp(&self.address, CONNECT).map_err(|e| Lost::Unreachable(e).into())
    }

    fn ask(
        &mut self,
        samples: &[f32],
        partial: bool,
        cancelled: Cancelled,
    ) -> Result<Option<String>, ExchangeError> {
        self.number += 1;
        let question = Question {
            number: self.number,
            partial,
            language: (self.languages.is_one()).then(|| self.languages.first().code()),
            vocabulary: &self.vocabulary,
        };
        let peer = self.connect()?;
        let heard = transcribe(&peer, &question, samples, &mut self.pace, cancelled)?;
        Ok(heard.map(|heard| {
            self.spoken = heard.language;
            heard.text
        }))
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
        let heard = match self.ask(samples, partial, cancelled) {
            // It was restarted, perhaps: the words are not lost for that.
            Err(ExchangeError::Lost(Lost::Closed)) => self.ask(samples, partial, cancelled),
            heard => heard,
        };
        heard.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &ExchangeError) -> SttError {
        SttError::Run(exchange::advice(&self.address, error))
    }
}

impl Recognizer for WyomingRecognizer {
    /// Asks what the server offers.
    fn warm_up(&mut self) -> Result<(), SttError> {
        let info = self.connect().and_then(|peer| {
            exchange::send(&peer, [Message::Describe])?;
            exchange::wait_for(
                &peer,
                self.patience.least,
                &|| false,
                |message| match message {
                    Message::Info(info) => Some(Ok(info)),
                    _ => None,
                },
            )
        });
        match info.map_err(|error| self.failed(&error))? {
            Some(info) if info.asr.is_empty() => {
                let nothing = ExchangeError::Refused("it offers no speech to text".into());
                Err(self.failed(&nothing))
            }
            info => {
                self.offer = info.as_ref().map_or_else(String::new, describe);
                Ok(())
            }
        }
    }

    fn describe(&self) -> String {
        self.offer.clone()
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
}
