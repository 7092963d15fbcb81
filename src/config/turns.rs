//! Who speaks when.

use std::time::Duration;

use serde::Deserialize;

use super::{Config, ConfigError, check};
use crate::endpointing::EndpointPolicy;
use crate::lexicon::Lexicon;
use crate::turn_taking::{Drafts, IdlePrompt, TurnTakingConfig};

/// When a turn is over: a style, or milliseconds of silence alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "eager, balanced, patient, or milliseconds of silence"
)]
pub enum Endpointing {
    /// By the sound of the end, the words and silence.
    Style(EndpointingStyle),
    /// By silence alone. Milliseconds.
    SilenceMs(u64),
}

/// How long it waits where it is not sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointingStyle {
    /// Answers fast, cuts off more often.
    Eager,
    /// Between the two.
    Balanced,
    /// For people who think while they speak.
    Patient,
}

impl Endpointing {
    /// From the command line.
    ///
    /// # Errors
    /// Says what may be written.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(match text {
            "eager" => Self::Style(EndpointingStyle::Eager),
            "balanced" => Self::Style(EndpointingStyle::Balanced),
            "patient" => Self::Style(EndpointingStyle::Patient),
            number => Self::SilenceMs(number.parse().map_err(|_| {
                "give eager, balanced, patient, or milliseconds of silence".to_owned()
            })?),
        })
    }

    fn policy(self) -> EndpointPolicy {
        match self {
            Self::Style(EndpointingStyle::Eager) => EndpointPolicy::EAGER,
            Self::Style(EndpointingStyle::Balanced) => EndpointPolicy::BALANCED,
            Self::Style(EndpointingStyle::Patient) => EndpointPolicy::PATIENT,
            Self::SilenceMs(ms) => EndpointPolicy::silence(Duration::from_millis(ms)),
        }
    }
}

/// Who speaks when.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TurnConfig {
    /// `"eager"`, `"balanced"`, `"patient"`, or milliseconds of silence.
    pub endpointing: Endpointing,
    /// Least wait after the last word, where the style's own is not wanted. Milliseconds.
    pub floor_ms: Option<u64>,
    /// Longest wait after the last word. Milliseconds.
    pub ceiling_ms: Option<u64>,
    /// `"on"`, `"stt-only"`, `"off"`: what is done before it is known that the turn is over; by the
    /// power supply if absent ([`TurnConfig::drafts`]).
    pub drafts: Option<Drafts>,
    /// Seconds of silence after a question of its own that are met with a word; never if absent.
    pub idle_prompt_s: Option<u64>,
    /// That word; the language's own if absent.
    pub idle_prompt: Option<String>,
    /// Turns begin and end with a key.
    pub push_to_talk: bool,
    /// Only enrolled voices (`vivavoce enroll`) interrupt and are answered.
    pub only_enrolled: bool,
}

impl Default for TurnConfig {
    fn default() -> Self {
        Self {
            endpointing: Endpointing::Style(EndpointingStyle::Balanced),
            floor_ms: None,
            ceiling_ms: None,
            drafts: None,
            idle_prompt_s: None,
            idle_prompt: None,
            push_to_talk: false,
            only_enrolled: false,
        }
    }
}

impl Config {
    /// Turn taking, with the language's words.
    pub fn turn_taking(&self) -> TurnTakingConfig {
        let config = &self.turn_taking;
        let ms = |ms: Option<u64>| ms.map(Duration::from_millis);
        let policy = config.endpointing.policy();
        let lexicon = Lexicon::of(self.language.first());
        let still_there = || lexicon.still_there.clone();
        TurnTakingConfig {
            endpointing: policy.between(ms(config.floor_ms), ms(config.ceiling_ms)),
            drafts: config.drafts.unwrap_or_default(),
            idle_prompt: config.idle_prompt_s.map(|seconds| IdlePrompt {
                after: Duration::from_secs(seconds),
                words: config.idle_prompt.clone().unwrap_or_else(still_there),
            }),
            lexicon,
            push_to_talk: config.push_to_talk,
            ..TurnTakingConfig::default()
        }
    }
}

impl TurnConfig {
    /// What is done before it is known that the turn is over: what was asked for; else everything, but
    /// no drafts of replies on a battery.
    pub fn drafts(&self, on_battery: bool) -> Drafts {
        let by_supply = if on_battery {
            Drafts::SttOnly
        } else {
            Drafts::On
        };
        self.drafts.unwrap_or(by_supply)
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let silence = match self.endpointing {
            Endpointing::SilenceMs(ms) => Some(ms),
            Endpointing::Style(_) => None,
        };
        for (key, value) in [
            ("turn_taking.endpointing", silence),
            ("turn_taking.floor_ms", self.floor_ms),
            ("turn_taking.ceiling_ms", self.ceiling_ms),
        ] {
            let value = value.unwrap_or(500);
            let ok = (100..=10_000).contains(&value);
            check(key, value, ok, "100 to 10000 milliseconds")?;
        }
        let (floor, ceiling) = (
            self.floor_ms.unwrap_or(0),
            self.ceiling_ms.unwrap_or(u64::MAX),
        );
        check(
            "turn_taking.floor_ms",
            floor,
            floor <= ceiling,
            "at most turn_taking.ceiling_ms",
        )?;
        let idle = self.idle_prompt_s.unwrap_or(60);
        let idle_ok = (2..=3_600).contains(&idle);
        check(
            "turn_taking.idle_prompt_s",
            idle,
            idle_ok,
            "2 to 3600 seconds",
        )
    }
}
