//! Engines that take longer by a known time: the harness is tried on them, whether it names the
//! stage that became slower.

use std::time::Duration;

use crate::cancellation::Cancelled;
use crate::clock::sleep;
use crate::endpointing::{EndpointingError, TurnDetector};
use crate::language::Language;
use crate::llm::{Finish, LanguageModel, LlmError, Opening, Output, Prefill, Prompt, Sampling};
use crate::pipeline::Engines;
use crate::stt::{Recognizer, SttError};
use crate::tts::{Speech, Synthesizer, TtsError};

/// A stage and how much longer it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    stage: Stage,
    by: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Stt,
    Score,
    Prompt,
    Token,
    Voice,
}

impl Delay {
    /// Reads `STAGE=MS`; the stages are stt, score, prompt, token, voice.
    ///
    /// # Errors
    /// It is something else; the message says what it may be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected =
            || format!("{text:?}: write STAGE=MS; stages: stt, score, prompt, token, voice");
        let (stage, ms) = text.split_once('=').ok_or_else(expected)?;
        let stage = match stage {
            "stt" => Stage::Stt,
            "score" => Stage::Score,
            "prompt" => Stage::Prompt,
            "token" => Stage::Token,
            "voice" => Stage::Voice,
            _ => return Err(expected()),
        };
        let ms: u64 = ms.parse().map_err(|_| expected())?;
        Ok(Self {
            stage,
            by: Duration::from_millis(ms),
        })
    }

    /// Puts the delay into its engine.
    pub fn insert(self, engines: Engines) -> Engines {
        let Self { stage, by } = self;
        match stage {
            Stage::Stt => Engines {
                recognizer: Box::new(SlowRecognizer(engines.recognizer, by)),
                ..engines
            },
            Stage::Score => Engines {
                turn_detector: Box::new(SlowDetector(engines.turn_detector, by)),
                ..engines
            },
            Stage::Prompt | Stage::Token => Engines {
                language_model: Box::new(SlowModel {
                    engine: engines.language_model,
                    stage,
                    by,
                }),
                ..engines
            },
            Stage::Voice => Engines {
                synthesizer: Box::new(SlowVoice(engines.synthesizer, by)),
                ..engines
            },
        }
    }
}

struct SlowRecognizer(Box<dyn Recognizer>, Duration);

impl Recognizer for SlowRecognizer {
    fn warm_up(&mut self) -> Result<(), SttError> {
        self.0.warm_up()
    }

    fn transcribe(
        &mut self,
        samples: &[f32],
        cancelled: Cancelled,
    ) -> Result<Option<String>, SttError> {
        sleep(self.1);
        self.0.transcribe(samples, cancelled)
    }

    fn partials_are_whole(&self) -> bool {
        self.0.partials_are_whole()
    }

    fn transcribe_partial(
        &mut self,
        samples: &[f32],
        cancelled: Cancelled,
    ) -> Result<Option<String>, SttError> {
        sleep(self.1);
        self.0.transcribe_partial(samples, cancelled)
    }

    fn take_notices(&mut self) -> Vec<String> {
        self.0.take_notices()
    }
}

struct SlowDetector(Box<dyn TurnDetector>, Duration);

impl TurnDetector for SlowDetector {
    fn warm_up(&mut self) -> Result<(), EndpointingError> {
        self.0.warm_up()
    }

    fn probability(&mut self, samples: &[f32]) -> Result<f32, EndpointingError> {
        sleep(self.1);
        self.0.probability(samples)
    }
}

struct SlowVoice(Box<dyn Synthesizer>, Duration);

impl Synthesizer for SlowVoice {
    fn language(&self) -> Language {
        self.0.language()
    }

    fn warm_up(&mut self) -> Result<(), TtsError> {
        self.0.warm_up()
    }

    fn synthesize_unless(
        &mut self,
        cancelled: Cancelled,
        text: &str,
    ) -> Result<Option<Speech>, TtsError> {
        sleep(self.1);
        self.0.synthesize_unless(cancelled, text)
    }
}

struct SlowModel {
    engine: Box<dyn LanguageModel>,
    stage: Stage,
    by: Duration,
}

impl LanguageModel for SlowModel {
    fn warm_up(&mut self, prefix: &Prompt) -> Result<Prefill, LlmError> {
        self.engine.warm_up(prefix)
    }

    fn count_tokens(&self, prompt: &Prompt) -> Result<usize, LlmError> {
        self.engine.count_tokens(prompt)
    }

    fn prefill(
        &mut self,
        prompt: &Prompt,
        cancelled: Cancelled,
    ) -> Result<Option<Prefill>, LlmError> {
        // What is read ahead is not waited for.
        if self.stage == Stage::Prompt && prompt.opening == Opening::Reply {
            sleep(self.by);
        }
        self.engine.prefill(prompt, cancelled)
    }

    fn generate(
        &mut self,
        sampling: &Sampling,
        cancelled: Cancelled,
        on_output: &mut dyn FnMut(Output),
    ) -> Result<Finish, LlmError> {
        if self.stage == Stage::Token {
            sleep(self.by);
        }
        self.engine.generate(sampling, cancelled, on_output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_read_as_it_is_written() {
        let delay = Delay::parse("voice=100").unwrap();
        assert_eq!((delay.stage, delay.by.as_millis()), (Stage::Voice, 100));
        for wrong in ["voice", "ears=3", "stt=soon"] {
            assert!(Delay::parse(wrong).unwrap_err().contains("STAGE=MS"));
        }
    }
}
