//! The detector: a gate before the features, the head behind them.

use std::time::Duration;

use super::gate::Gate;
use super::{Call, Decision, Embedding, Features, Head, STEP, WakeDetector, WakeError, span};
use crate::audio::frame::SPEECH_RATE;
use crate::clock::Timestamp;
use crate::vad::VoiceActivityDetector;

/// What may be tuned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WakeConfig {
    /// The gate opens at this probability of speech.
    pub gate: f32,
    /// The probability that is a hit; the head's own if absent.
    pub threshold: Option<f32>,
}

impl Default for WakeConfig {
    fn default() -> Self {
        Self {
            gate: 0.3,
            threshold: None,
        }
    }
}

/// The gate stays open for this long after its last speech: the head knows a phrase when it is over.
const GATE_HOLD: Duration = Duration::from_millis(700);
/// The shortest phrase that a head can know. What lies before the gate opened is heard so far back that the windows are
/// there when such a phrase is over. Samples: 0.4 s.
const SHORTEST: usize = SPEECH_RATE as usize * 2 / 5;
/// The gate opens so long after speech began, and the head knows a phrase so long after its end.
const LATE: Duration = Duration::from_millis(300);
/// After a call there is no other one for this long. Steps: 1.6 s.
const REFRACTORY: u32 = 20;

/// Listens for a head's phrase.
pub struct Detector {
    level: Gate,
    gate: Box<dyn VoiceActivityDetector>,
    features: Features,
    head: Head,
    decision: Decision,
    gate_threshold: f32,
    gate_pending: Vec<f32>,
    open_until: Option<Timestamp>,
    /// What came before the gate opened.
    before: Vec<f32>,
    recent: Vec<Embedding>,
    /// Kept between frames, so that it is allocated once.
    scores: Vec<f32>,
}

impl Detector {
    /// A detector over a gate, loaded features and a head.
    pub fn new(
        gate: Box<dyn VoiceActivityDetector>,
        features: Features,
        head: Head,
        config: WakeConfig,
    ) -> Self {
        let threshold = config.threshold.unwrap_or(head.threshold);
        Self {
            level: Gate::default(),
            gate,
            features,
            decision: Decision::new(threshold, head.hits, REFRACTORY),
            head,
            gate_threshold: config.gate,
            gate_pending: Vec::new(),
            open_until: None,
            before: Vec::new(),
            recent: Vec::new(),
            scores: Vec::new(),
        }
    }

    /// Lets the gate hear; whether it is open.
    fn is_open(&mut self, samples: &[f32], until: Timestamp) -> Result<bool, WakeError> {
        self.gate_pending.extend_from_slice(samples);
        let length = self.gate.frame_len();
        let whole = self.gate_pending.len() / length * length;
        for frame in self.gate_pending[..whole].chunks_exact(length) {
            let speech = self.gate.probability(frame);
            let is_speech = speech.map_err(|e| WakeError(e.to_string()))? >= self.gate_threshold;
            if self.level.rises(frame) || is_speech {
                self.open_until = Some(until + GATE_HOLD);
            }
        }
        self.gate_pending.drain(..whole);
        Ok(self.open_until.is_some_and(|open| until <= open))
    }

    /// Takes samples at 16 kHz that end at `until`; the head's probabilities of the steps that they complete. Where the
    /// gate closes there is one that is no number.
    ///
    /// # Errors
    /// The engine failed.
    pub fn hear(&mut self, samples: &[f32], until: Timestamp) -> Result<&[f32], WakeError> {
        self.scores.clear();
        let was_closed = self.recent.is_empty() && !self.before.is_empty();
        if self.is_open(samples, until)? {
            if was_closed {
                self.features.reset();
                let before = std::mem::take(&mut self.before);
                self.look(&before)?;
            }
            self.look(samples)?;
            return Ok(&self.scores);
        }
        if !self.recent.is_empty() {
            self.recent.clear();
            self.features.reset();
            self.scores.push(f32::NAN);
        }
        self.before.extend_from_slice(samples);
        let keep = span(self.head.windows).saturating_sub(SHORTEST) + STEP;
        let excess = self.before.len().saturating_sub(keep);
        self.before.drain(..excess);
        Ok(&self.scores)
    }

    /// The probabilities of the windows that the samples complete, one after the other.
    fn look(&mut self, samples: &[f32]) -> Result<(), WakeError> {
        let mut windows = Vec::new();
        self.features.push(samples, &mut windows)?;
        for window in windows {
            if self.recent.len() >= self.head.windows {
                self.recent.remove(0);
            }
            self.recent.push(window);
            self.scores.extend(self.head.probability(&self.recent));
        }
        Ok(())
    }
}

impl WakeDetector for Detector {
    fn phrase(&self) -> &str {
        &self.head.phrase
    }

    fn push(&mut self, samples: &[f32], until: Timestamp) -> Result<Option<Call>, WakeError> {
        self.hear(samples, until)?;
        let mut call = None;
        for score in self.scores.iter().copied() {
            if self.decision.take(score) {
                let length = Duration::from_millis(self.head.length_ms) + LATE;
                let began = until - length;
                call = Some(Call { began, score });
            }
        }
        Ok(call)
    }

    fn reset(&mut self) {
        self.gate.reset();
        self.gate_pending.clear();
        self.features.reset();
        self.decision.break_off();
        self.open_until = None;
        self.before.clear();
        self.recent.clear();
    }
}
