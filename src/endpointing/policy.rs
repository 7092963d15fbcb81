//! From a score and a cue to a wait.

use std::time::Duration;

use super::Cue;
use crate::events::EndReason;

/// How long to wait after the last sound, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// From the last sound of speech.
    pub duration: Duration,
    /// For events and the screen.
    pub reason: EndReason,
}

/// The curve from the score of the sound to the wait, and what words add to it.
///
/// The score counts as its logit, ln(p / (1 - p)): detectors say 0.9 and 0.99 where the difference
/// matters, and 0.4 and 0.6 where it does not. Between its knots the curve is linear. How the knots
/// were chosen, and what they cost in turns cut off, is in `docs/endpointing.md`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EndpointPolicy {
    /// Logits, falling, and the waits at them in milliseconds, rising.
    knots: [(f32, f32); KNOTS],
    /// Least wait where the words cannot end there. Milliseconds.
    unfinished_ms: f32,
    /// Bounds of every wait. Milliseconds.
    bounds_ms: (f32, f32),
    /// Neither sound nor words are asked: every wait is this. Milliseconds.
    silence_ms: Option<f32>,
}

const KNOTS: usize = 4;
/// What words that lean on another word take off the logit.
const LEANING: f32 = 3.0;
/// The longest wait for more after a one-word answer, however unfinished it sounds: a single word
/// hardly has a melody for the detector to hear. Milliseconds.
const ANSWER_MS: f32 = 600.0;
/// A detector that is surer than this is not believed: it errs more often.
const SUREST: f32 = 0.999;

impl EndpointPolicy {
    /// Answers fast, cuts off more often.
    pub const EAGER: Self = Self::new(
        [
            (3.3, 250.0),
            (-1.75, 350.0),
            (-2.75, 900.0),
            (-4.5, 1_200.0),
        ],
        1_200.0,
    );
    /// The default.
    pub const BALANCED: Self = Self::new(
        [
            (3.3, 300.0),
            (-1.25, 450.0),
            (-2.25, 1_000.0),
            (-4.5, 1_600.0),
        ],
        1_600.0,
    );
    /// For people who think while they speak.
    pub const PATIENT: Self = Self::new(
        [(3.3, 400.0), (1.0, 600.0), (-1.0, 1_600.0), (-4.5, 2_000.0)],
        2_000.0,
    );

    const fn new(knots: [(f32, f32); KNOTS], unfinished_ms: f32) -> Self {
        Self {
            knots,
            unfinished_ms,
            bounds_ms: (knots[0].1, knots[KNOTS - 1].1),
            silence_ms: None,
        }
    }

    /// Silence alone, whatever was said.
    pub fn silence(wait: Duration) -> Self {
        Self {
            silence_ms: Some(wait.as_secs_f32() * 1000.0),
            ..Self::BALANCED
        }
    }

    /// The same curve between other bounds.
    pub fn between(self, floor: Option<Duration>, ceiling: Option<Duration>) -> Self {
        let ms = |bound: Duration| bound.as_secs_f32() * 1000.0;
        let floor = floor.map_or(self.bounds_ms.0, ms);
        let ceiling = ceiling.map_or(self.bounds_ms.1, ms);
        Self {
            bounds_ms: (floor, ceiling.max(floor)),
            ..self
        }
    }

    /// Whether the sound of the turn's end is asked at all.
    pub fn asks_sound(&self) -> bool {
        self.silence_ms.is_none()
    }

    /// The wait for a score (`None`: not known) and a cue.
    pub fn wait(&self, score: Option<f32>, cue: Cue) -> Wait {
        if let Some(ms) = self.silence_ms {
            return Wait {
                duration: duration(ms),
                reason: EndReason::Silence,
            };
        }
        let logit = score.map_or(0.0, |score| {
            let p = score.clamp(1.0 - SUREST, SUREST);
            (p / (1.0 - p)).ln()
        });
        let waited = match cue {
            Cue::Neutral => self.at(logit),
            Cue::Answer => self.at(logit).min(ANSWER_MS),
            Cue::Leaning => self.at(logit - LEANING),
            Cue::Unfinished | Cue::FilledPause | Cue::Number => {
                self.at(logit).max(self.unfinished_ms)
            }
        };
        let (floor, ceiling) = self.bounds_ms;
        let ms = waited.clamp(floor, ceiling);
        let reason = match (cue, score) {
            (Cue::Neutral, None) => EndReason::Silence,
            (Cue::Neutral, Some(score)) if score < 0.5 => EndReason::SoundsUnfinished,
            (Cue::Neutral, Some(_)) => EndReason::SoundsFinished,
            (Cue::Leaning, _) => EndReason::LeaningWord,
            (Cue::Unfinished, _) => EndReason::UnfinishedSentence,
            (Cue::FilledPause, _) => EndReason::FilledPause,
            (Cue::Number, _) => EndReason::NumberBeingSaid,
            (Cue::Answer, _) => EndReason::OneWordAnswer,
        };
        Wait {
            duration: duration(ms),
            reason,
        }
    }

    /// The curve.
    fn at(&self, logit: f32) -> f32 {
        let (first, last) = (self.knots[0], self.knots[KNOTS - 1]);
        if logit >= first.0 {
            return first.1;
        }
        let between = self.knots.windows(2).find(|pair| logit >= pair[1].0);
        between.map_or(last.1, |pair| {
            let share = (pair[0].0 - logit) / (pair[0].0 - pair[1].0);
            pair[0].1 + (pair[1].1 - pair[0].1) * share
        })
    }
}

fn duration(ms: f32) -> Duration {
    Duration::from_millis(ms.round() as u64)
}

impl Default for EndpointPolicy {
    fn default() -> Self {
        Self::BALANCED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLES: [EndpointPolicy; 3] = [
        EndpointPolicy::EAGER,
        EndpointPolicy::BALANCED,
        EndpointPolicy::PATIENT,
    ];

    fn wait_ms(policy: EndpointPolicy, score: f32, cue: Cue) -> u128 {
        policy.wait(Some(score), cue).duration.as_millis()
    }

    #[test]
    fn the_surer_the_end_the_shorter_the_wait() {
        for policy in STYLES {
            let scores = (0..=100).map(|n| n as f32 / 100.0);
            let waits: Vec<u128> = scores.map(|s| wait_ms(policy, s, Cue::Neutral)).collect();
            assert!(waits.windows(2).all(|pair| pair[1] <= pair[0]), "{waits:?}");
            assert!(waits[0] > 3 * waits[100], "{waits:?}");
        }
    }

    #[test]
    fn the_styles_are_what_they_are_called() {
        for score in [0.02, 0.3, 0.7, 0.99] {
            let waits = STYLES.map(|policy| wait_ms(policy, score, Cue::Neutral));
            assert!(
                waits[0] < waits[1] && waits[1] < waits[2],
                "{score}: {waits:?}"
            );
        }
    }

    #[test]
    fn an_unfinished_sentence_is_waited_for_however_it_sounds() {
        for cue in [Cue::Unfinished, Cue::FilledPause, Cue::Number] {
            assert_eq!(
                wait_ms(EndpointPolicy::BALANCED, 0.99, cue),
                1_600,
                "{cue:?}"
            );
        }
    }

    #[test]
    fn words_that_lean_on_another_make_a_doubt_a_longer_wait() {
        let with = |cue| wait_ms(EndpointPolicy::BALANCED, 0.7, cue);
        assert!(with(Cue::Leaning) > with(Cue::Neutral) + 300);
    }

    #[test]
    fn a_one_word_answer_is_not_waited_for_longer_however_it_sounds() {
        for policy in STYLES {
            for score in [0.001, 0.01, 0.1, 0.5, 0.99] {
                let wait = wait_ms(policy, score, Cue::Answer);
                assert!(wait <= 600, "{score}: {wait}");
                assert!(wait <= wait_ms(policy, score, Cue::Neutral));
            }
        }
    }

    #[test]
    fn bounds_hold_for_every_wait() {
        let ms = |ms| Some(Duration::from_millis(ms));
        let policy = EndpointPolicy::BALANCED.between(ms(500), ms(900));
        assert_eq!(wait_ms(policy, 1.0, Cue::Neutral), 500);
        assert_eq!(wait_ms(policy, 0.0, Cue::Unfinished), 900);
    }

    #[test]
    fn silence_alone_asks_neither_sound_nor_words() {
        let policy = EndpointPolicy::silence(Duration::from_millis(700));
        for cue in [Cue::Neutral, Cue::Unfinished] {
            assert_eq!(wait_ms(policy, 0.1, cue), 700);
        }
    }
}
