//! A voice on the network: any text-to-speech server that speaks the Wyoming protocol.

use std::time::Duration;

use wyoming::message::{Synthesize, Voice};
use wyoming::{AudioFormat, Connection, Lost, Message, pcm};

use super::{Speech, Synthesizer, TtsError};
use crate::audio::wav::Clip;
use crate::cancellation::Cancelled;
use crate::exchange::{self, ExchangeError, Patience};
use crate::language::Language;

/// A network that takes longer than this to connect is of no use for speech.
const CONNECT: Duration = Duration::from_secs(3);
/// A clause is spoken faster than this by any voice that can hold a conversation; the first one may
/// have to be loaded.
const PATIENCE: Patience = Patience {
    least: Duration::from_secs(20),
    per_second: Duration::ZERO,
};
/// No clause takes longer to say. Seconds.
const LONGEST_S: usize = 120;

/// A text-to-speech server. How fast it speaks is set there.
pub struct WyomingVoice {
    address: String,
    language: Language,
    voice: Voice,
    patience: Patience,
}

impl WyomingVoice {
    /// A server at `HOST:PORT`, of whose voices this one speaks, or any of the language. Nothing is
    /// sent before [`Synthesizer::warm_up`].
    pub fn new(address: &str, voice: Option<&str>, language: Language) -> Self {
        let code = || language.code().to_owned();
        Self {
            address: address.to_owned(),
            language,
            voice: Voice {
                name: voice.map(str::to_owned),
                language: voice.is_none().then(code),
                speaker: None,
            },
            patience: PATIENCE,
        }
    }

    /// The same with other limits.
    pub fn patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    fn speak(&self, cancelled: Cancelled, text: &str) -> Result<Option<Clip>, ExchangeError> {
        let peer = Connection::tcp(&self.address, CONNECT).map_err(Lost::Unreachable)?;
        let asked = Synthesize {
            text: text.to_owned(),
            voice: Some(self.voice.clone()),
            text_format: None,
        };
        exchange::send(&peer, [Message::Synthesize(asked)])?;
        let mut received = Received::default();
        let spoken =
            exchange::wait_for(
                &peer,
                self.patience.least,
                cancelled,
                |message| match message {
                    Message::AudioChunk(format, bytes) => {
                        received.push(format, &bytes).err().map(Err)
                    }
                    Message::AudioStop => Some(Ok(())),
                    _ => None,
                },
            )?;
        spoken.map(|()| received.clip()).transpose()
    }
}

#[derive(Default)]
struct Received {
    rate_hz: Option<u32>,
    samples: Vec<f32>,
}

impl Received {
    fn push(&mut self, format: AudioFormat, bytes: &[u8]) -> Result<(), ExchangeError> {
        let refused = |reason: String| Err(ExchangeError::Refused(reason));
        let rate_hz = *self.rate_hz.get_or_insert(format.rate);
        if rate_hz != format.rate {
            return refused("it changed the rate of its audio in the middle".into());
        }
        if let Err(error) = pcm::decode(format, bytes, &mut self.samples) {
            return refused(format!(
                "{} Hz, {} bytes, {} channels is no audio that can be \
                 played",
                error.0.rate, error.0.width, error.0.channels
            ));
        }
        if self.samples.len() > LONGEST_S * rate_hz as usize {
            refused(format!("more than {LONGEST_S} s of audio for one clause"))
        } else {
            Ok(())
        }
    }

    fn clip(self) -> Result<Clip, ExchangeError> {
        match self.rate_hz {
            Some(rate_hz) => Ok(Clip {
                rate_hz,
                samples: self.samples,
            }),
            None => Err(ExchangeError::Refused("it sent no audio".into())),
        }
    }
}

impl Synthesizer for WyomingVoice {
    fn language(&self) -> Language {
        self.language
    }

    fn warm_up(&mut self) -> Result<(), TtsError> {
        self.synthesize("Yes.").map(|_| ())
    }

    fn synthesize_unless(
        &mut self,
        cancelled: Cancelled,
        text: &str,
    ) -> Result<Option<Speech>, TtsError> {
        let clip = self.speak(cancelled, text);
        let clip = clip.map_err(|error| TtsError::Run(exchange::advice(&self.address, &error)))?;
        Ok(clip.map(Speech::from))
    }
}
