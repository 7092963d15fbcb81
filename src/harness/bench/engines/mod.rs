//! Each engine alone: idle, and beside as many busy threads as leave it one core.
//!
//! Nothing here is a response time: these figures explain one, and say where to look when it has
//! changed. Thread: the caller's; the engines have their own as configured.

mod aec;
mod endpointing;
mod llm;
mod load;
mod speech;
mod stt;
mod summary_sentence;
mod tts;
mod vad;

pub use load::Busy;
pub use summary_sentence::engines_sentence;

use crate::agent::PersonaError;
use crate::audio::AudioError;
use crate::clock::Stopwatch;
use crate::config::Config;
use crate::endpointing::EndpointingError;
use crate::engines::{EngineLoader, EnginesError};
use crate::harness::bench::WordErrors;
use crate::harness::bench::metric::{Better, Metrics, Sample, Unit};
use crate::llm::LlmError;
use crate::stt::SttError;
use crate::tts::TtsError;
use crate::vad::VadError;

/// An engine that can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Speech to text.
    Stt,
    /// The language model.
    Llm,
    /// Text to speech.
    Tts,
    /// Voice activity.
    Vad,
    /// The echo canceller.
    Aec,
    /// End of turn.
    Endpointing,
}

impl Engine {
    /// All of them, in the order in which they are measured.
    pub const ALL: [Self; 6] = [
        Self::Stt,
        Self::Llm,
        Self::Tts,
        Self::Vad,
        Self::Aec,
        Self::Endpointing,
    ];

    /// What its figures' names begin with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stt => "stt",
            Self::Llm => "llm",
            Self::Tts => "tts",
            Self::Vad => "vad",
            Self::Aec => "aec",
            Self::Endpointing => "endpointing",
        }
    }
}

/// Why an engine could not be measured.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each says what it is of")]
pub enum EngineBenchError {
    #[error(transparent)]
    Engines(#[from] EnginesError),
    #[error(transparent)]
    Stt(#[from] SttError),
    #[error(transparent)]
    Llm(#[from] LlmError),
    #[error(transparent)]
    Tts(#[from] TtsError),
    #[error(transparent)]
    Vad(#[from] VadError),
    #[error(transparent)]
    Endpointing(#[from] EndpointingError),
    #[error(transparent)]
    Audio(#[from] AudioError),
    #[error(transparent)]
    Persona(#[from] PersonaError),
}

/// How to measure.
#[derive(Debug, Clone)]
pub struct EngineBench {
    /// The engines' configuration.
    pub config: Config,
    /// Which ones.
    pub engines: Vec<Engine>,
    /// How often each thing is measured.
    pub repeat: usize,
    /// Whether to measure beside busy threads, too.
    pub load: bool,
}

impl EngineBench {
    /// How often `progress` is called in [`EngineBench::run`].
    pub fn steps(&self) -> usize {
        self.engines.len() * (1 + usize::from(self.load))
    }

    /// Measures. `progress` hears what is measured next.
    ///
    /// # Errors
    /// An engine does not load or fails.
    pub fn run(&self, progress: &mut dyn FnMut(&str)) -> Result<Metrics, EngineBenchError> {
        let mut metrics = Metrics::default();
        let loader = EngineLoader::new(&self.config)?;
        for engine in &self.engines {
            for loaded in [false, true] {
                if loaded && !self.load {
                    continue;
                }
                let label = if loaded { ", under load" } else { "" };
                progress(&format!("{}{label}", engine.name()));
                let mut task = Task {
                    config: &self.config,
                    loader: &loader,
                    repeat: self.repeat.max(1),
                    prefix: format!("{}{}", engine.name(), if loaded { ".loaded" } else { "" }),
                    loaded,
                    metrics: &mut metrics,
                };
                let busy = loaded.then(Busy::all_cores_but_one);
                match engine {
                    Engine::Stt => stt::measure(&mut task)?,
                    Engine::Llm => llm::measure(&mut task)?,
                    Engine::Tts => tts::measure(&mut task)?,
                    Engine::Vad => vad::measure(&mut task)?,
                    Engine::Aec => aec::measure(&mut task)?,
                    Engine::Endpointing => endpointing::measure(&mut task)?,
                }
                drop(busy);
            }
        }
        Ok(metrics)
    }
}

/// One engine under one condition.
struct Task<'a> {
    config: &'a Config,
    loader: &'a EngineLoader,
    repeat: usize,
    prefix: String,
    /// Beside busy threads: what does not depend on time is not measured again.
    loaded: bool,
    metrics: &'a mut Metrics,
}

impl Task<'_> {
    fn values(&mut self, name: &str, unit: Unit, better: Better, about: &str, values: Vec<Sample>) {
        let name = format!("{}.{name}", self.prefix);
        self.metrics.values(name, unit, better, about, values);
    }

    /// Errors of so many words.
    fn word_errors(&mut self, about: &str, errors: &[WordErrors]) {
        // More words than were said can be wrong, and a share ends at all of them.
        let of = errors.iter().map(|e| e.of).sum();
        let wrong = errors.iter().map(WordErrors::wrong).sum::<usize>().min(of);
        let name = format!("{}.word_errors", self.prefix);
        self.metrics.rate(name, Better::Lower, about, wrong, of);
    }

    /// Takes the time of `work` as often as is asked for; each time is independent of the others.
    fn time(
        &mut self,
        (name, about): (&str, &str),
        mut work: impl FnMut() -> Result<(), EngineBenchError>,
    ) -> Result<(), EngineBenchError> {
        let mut samples = Vec::with_capacity(self.repeat);
        for n in 0..self.repeat {
            let watch = Stopwatch::start();
            work()?;
            samples.push(sample(n, watch.elapsed_ms()));
        }
        self.values(name, Unit::Ms, Better::Lower, about, samples);
        Ok(())
    }
}

/// A value of a repetition.
fn sample(repetition: usize, value: f64) -> Sample {
    Sample {
        at: format!("repetition-{}#0", repetition + 1),
        value,
    }
}
