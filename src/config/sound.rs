//! Devices, echo, and voice activity.

use std::time::Duration;

use serde::Deserialize;

use super::{ConfigError, check};
use crate::vad::ActivityConfig;

/// Devices and echo.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AudioConfig {
    /// As `--input`.
    pub input: String,
    /// As `--output`.
    pub output: String,
    /// Whether the loudspeaker's echo is taken out of the microphone; false for headphones.
    pub echo_cancellation: bool,
    /// Whether a short earcon is played at the start and after a change of device, to measure how
    /// the loudspeaker comes back into the microphone.
    pub earcon: bool,
}

impl Default for AudioConfig {
    fn default() -> Self {
        Self {
            input: "default".into(),
            output: "default".into(),
            echo_cancellation: true,
            earcon: true,
        }
    }
}

/// Voice activity; see [`ActivityConfig`].
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "ActivityConfig documents the same names")]
pub struct VadConfig {
    pub gate_threshold: f32,
    pub onset_threshold: f32,
    pub onset_ms: u64,
    pub barge_in_threshold: f32,
    pub barge_in_ms: u64,
    pub hold_threshold: f32,
    pub hangover_ms: u64,
}

impl Default for VadConfig {
    fn default() -> Self {
        let activity = ActivityConfig::default();
        let ms = |duration: Duration| duration.as_millis() as u64;
        Self {
            gate_threshold: activity.gate_threshold,
            onset_threshold: activity.onset_threshold,
            onset_ms: ms(activity.onset),
            barge_in_threshold: activity.barge_in_threshold,
            barge_in_ms: ms(activity.barge_in),
            hold_threshold: activity.hold_threshold,
            hangover_ms: ms(activity.hangover),
        }
    }
}

impl From<VadConfig> for ActivityConfig {
    fn from(config: VadConfig) -> Self {
        Self {
            gate_threshold: config.gate_threshold,
            onset_threshold: config.onset_threshold,
            onset: Duration::from_millis(config.onset_ms),
            barge_in_threshold: config.barge_in_threshold,
            barge_in: Duration::from_millis(config.barge_in_ms),
            hold_threshold: config.hold_threshold,
            hangover: Duration::from_millis(config.hangover_ms),
        }
    }
}

impl VadConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let probabilities = [
            ("vad.gate_threshold", self.gate_threshold),
            ("vad.onset_threshold", self.onset_threshold),
            ("vad.barge_in_threshold", self.barge_in_threshold),
            ("vad.hold_threshold", self.hold_threshold),
        ];
        for (key, value) in probabilities {
            let is_probability = (0.0..=1.0).contains(&value);
            check(key, value, is_probability, "a probability from 0 to 1")?;
        }
        for (key, value) in [
            ("vad.onset_ms", self.onset_ms),
            ("vad.barge_in_ms", self.barge_in_ms),
            ("vad.hangover_ms", self.hangover_ms),
        ] {
            check(key, value, value <= 5_000, "0 to 5000 milliseconds")?;
        }
        Ok(())
    }
}
