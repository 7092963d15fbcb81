//! Sleep, and the phrase that ends it.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::{ConfigError, check};
use crate::turn_taking::SleepConfig;

/// Sleep, and the phrase that ends it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WakeWordConfig {
    /// Whether it sleeps until it is called: nothing else is transcribed then.
    pub enabled: bool,
    /// What it is called; the head's own phrase if absent, which is "hey vivi" for the one that comes with the program.
    pub phrase: Option<String>,
    /// The file of a head that knows the phrase (`vivavoce wake train`); the one that comes with the program if absent.
    pub head: Option<PathBuf>,
    /// The probability that is a hit; the head's own if absent.
    pub threshold: Option<f32>,
    /// It falls asleep so many seconds after the last exchange.
    pub awake_s: u64,
}

impl Default for WakeWordConfig {
    fn default() -> Self {
        Self {
            enabled: false,
            phrase: None,
            head: None,
            threshold: None,
            awake_s: 15,
        }
    }
}

impl WakeWordConfig {
    /// How turn taking sleeps; `None` if it does not. The phrase is the head's, which a session knows.
    pub fn sleep(&self) -> Option<SleepConfig> {
        self.enabled.then(|| SleepConfig {
            phrase: String::new(),
            after: Duration::from_secs(self.awake_s),
        })
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let threshold = self.threshold.unwrap_or(0.5);
        let is_probability = (0.0..=1.0).contains(&threshold);
        let expected = "a probability from 0 to 1";
        check("wake.threshold", threshold, is_probability, expected)?;
        let awake_ok = (1..=86_400).contains(&self.awake_s);
        check("wake.awake_s", self.awake_s, awake_ok, "1 to 86400 seconds")
    }
}
