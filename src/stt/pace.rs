//! How fast a recognizer in another process or on another machine is, learnt from its answers: when it
//! counts as stuck, and whether a partial transcript would keep the final one waiting.

use std::time::Duration;

use crate::audio::frame::SPEECH_RATE;
use crate::exchange::{Limit, Patience};

/// Whisper looks at about this much more than the audio. Seconds.
const BEYOND_S: f32 = 6.0;
/// On a busy machine answers take longer than expected. A recognizer counts as stuck after this time...
const SLACK: Duration = Duration::from_secs(5);
/// ...and this many times the expected time.
const SLACK_FACTOR: f32 = 10.0;
/// A partial that takes longer would often be in the way of a final: servers do not stop in the middle, and
/// Whisper not within its encoder.
const PARTIAL: Duration = Duration::from_millis(700);
/// Share of the last answer in what is expected of the next, where it was faster.
const SHARE: f32 = 0.3;

/// Learns from answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    patience: Patience,
    /// How long a sign of life may take; `None`: the peer gives none while it works.
    sign: Option<Duration>,
    /// Seconds for each second that is looked at; `None` before the first answer.
    factor: Option<f32>,
}

impl Pace {
    /// Of a peer that is given `patience` before anything is known of it, and never more, and `sign` for a
    /// sign of life if it gives any.
    pub fn new(patience: Patience, sign: Option<Duration>) -> Self {
        Self {
            patience,
            sign,
            factor: None,
        }
    }

    /// Learns from the time that an answer took. Slow ones count at once, fast ones little by little.
    pub fn note(&mut self, samples: usize, took: Duration) {
        let new = took.as_secs_f32() / (seconds(samples) + BEYOND_S);
        let old = self.factor.unwrap_or(new);
        self.factor = Some(new.max(old + SHARE * (new - old)));
    }

    fn expected(&self, samples: usize) -> Option<Duration> {
        let factor = self.factor?;
        let expected = factor * (seconds(samples) + BEYOND_S);
        Some(Duration::from_secs_f32(expected))
    }

    /// How long an answer may take before the recognizer counts as stuck.
    pub fn limit(&self, samples: usize) -> Limit {
        let most = self.patience.with(seconds(samples));
        let expected = self.expected(samples);
        Limit {
            answer: expected.map_or(most, |expected| {
                most.min(SLACK + expected.mul_f32(SLACK_FACTOR))
            }),
            sign: self.sign,
        }
    }

    /// Whether a partial transcript will be done soon.
    pub fn has_time_for_partial(&self, samples: usize) -> bool {
        let expected = self.expected(samples);
        expected.is_none_or(|expected| expected <= PARTIAL)
    }
}

fn seconds(samples: usize) -> f32 {
    samples as f32 / SPEECH_RATE as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: usize = SPEECH_RATE as usize;

    fn pace() -> Pace {
        let patience = Patience {
            least: Duration::from_secs(20),
            per_second: Duration::from_secs(10),
        };
        Pace::new(patience, None)
    }

    #[test]
    fn a_fast_peer_is_given_up_sooner_than_an_unknown_one() {
        let mut pace = pace();
        assert_eq!(pace.limit(4 * SECOND).answer, Duration::from_secs(60));
        pace.note(4 * SECOND, Duration::from_millis(400));
        let limit = pace.limit(4 * SECOND).answer;
        assert!((8.9..9.1).contains(&limit.as_secs_f32()), "{limit:?}");
    }

    #[test]
    fn a_slow_answer_counts_at_once_and_a_fast_one_little() {
        let mut pace = pace();
        for ms in [300, 3_000, 300] {
            pace.note(2 * SECOND, Duration::from_millis(ms));
        }
        let limit = pace.limit(2 * SECOND).answer.as_secs_f32();
        assert!((26.0..27.0).contains(&limit), "{limit}");
    }

    #[test]
    fn a_slow_peer_is_asked_for_no_partials() {
        let mut pace = pace();
        assert!(pace.has_time_for_partial(SECOND));
        pace.note(SECOND, Duration::from_millis(400));
        assert!(pace.has_time_for_partial(SECOND));
        assert!(!pace.has_time_for_partial(8 * SECOND));
    }
}
