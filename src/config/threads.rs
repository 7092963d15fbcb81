//! Cores, and who gets how many of them.

use serde::Deserialize;

use super::{ConfigError, check};

/// Cores that the engines may ask for; 0 chooses by the machine. See [`ThreadBudget`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThreadConfig {
    /// Cores for all engines together.
    pub total: usize,
    /// Threads of the recognizer.
    pub stt: usize,
    /// Threads of the language model.
    pub llm: usize,
}

/// More threads than a machine has cores only slow each other down, and thousands would exhaust it.
pub(super) const MOST_THREADS: usize = 256;

impl ThreadConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        for (key, value) in [
            ("threads.total", self.total),
            ("threads.stt", self.stt),
            ("threads.llm", self.llm),
        ] {
            let expected = "1 to 256 threads, or 0 to choose by the machine";
            check(key, value, value <= MOST_THREADS, expected)?;
        }
        Ok(())
    }
}

/// Threads per engine: unless configured, never more together than the machine has cores (a single
/// core is shared).
///
/// The audio path (capture, echo canceller, voice activity, voice, playback) needs a tenth of a
/// core and is left room by the operating system's scheduler; recognizer and language model may
/// work at the same moment only when the user speaks while a prompt is read, so each gets half.
/// Few threads beat many: with one of two cores busy elsewhere, two threads made a third of the
/// tokens that one made (README, Cores).
///
/// A large voice has both halves ([`ThreadBudget::tts`]).
///
/// It is the budget of the process, not of a session: a model runs for one session at a time
/// (`llm/weights.rs`, `onnx/mod.rs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadBudget {
    /// Threads of the recognizer.
    pub stt: usize,
    /// Threads of the language model.
    pub llm: usize,
}

/// A tiny recognizer gains nothing from more.
const MOST_STT: usize = 4;
/// Memory bandwidth, not cores, limits generation beyond this.
const MOST_LLM: usize = 8;
/// More were not tried.
const MOST_TTS: usize = 4;

impl ThreadBudget {
    /// Shares out `cores`, unless the configuration says otherwise.
    pub fn new(config: ThreadConfig, cores: usize) -> Self {
        let chosen = |wanted: usize, otherwise: usize| match wanted {
            0 => otherwise,
            wanted => wanted,
        };
        let total = chosen(config.total, cores).max(1);
        Self {
            stt: chosen(config.stt, (total / 2).clamp(1, MOST_STT)),
            llm: chosen(config.llm, (total / 2).clamp(1, MOST_LLM)),
        }
    }

    /// Threads of a large neural voice: all cores, for the user waits for its first clause, and the recognizer has nothing to
    /// do then. They sleep while they wait for each other, so that a language model which writes on is not kept from it.
    pub fn tts(self) -> usize {
        (self.stt + self.llm).min(MOST_TTS)
    }
}
