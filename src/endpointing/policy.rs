//! From a score and a cue to a wait.

use std::time::Duration;

use super::Cue;
use crate::events::EndReason;

/// What is known of a pause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Probability by the sound that the turn is over; `None`: not known.
    pub sound: Option<f32>,
    /// Probability, by a language model that has read them, that the words are all; `None`: not known.
    pub model: Option<f32>,
    /// What the words say by themselves.
    pub cue: Cue,
}

impl Default for Evidence {
    /// Nothing is known.
    fn default() -> Self {
        Self {
            sound: None,
            model: None,
            cue: Cue::Neutral,
        }
    }
}

impl Evidence {
    /// The probability that the turn is over, for whoever asks for one instead of a wait.
    pub fn probability(&self) -> f32 {
        if self.is_unfinished() {
            return 1.0 - SUREST;
        }
        1.0 / (1.0 + (-self.log_odds()).exp())
    }

    /// Log odds of sound and words together.
    fn log_odds(&self) -> f32 {
        let sound = self.sound.map_or(0.0, log_odds);
        match (self.model, self.cue) {
            (Some(model), _) => sound + log_odds(model) - MODEL_BIAS,
            (None, Cue::Leaning) => sound - LEANING,
            (None, _) => sound,
        }
    }

    /// Whether the words cannot end there, whatever they sound like.
    fn is_unfinished(&self) -> bool {
        match self.cue {
            Cue::FilledPause | Cue::Number => true,
            Cue::Unfinished => self.model.is_none(),
            Cue::Neutral | Cue::Leaning | Cue::Answer => false,
        }
    }
}

/// How long to wait after the last sound, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// From the last sound of speech.
    pub duration: Duration,
    /// For events and the screen.
    pub reason: EndReason,
}

/// The curve from the evidence to the wait.
///
/// The log odds of sound and words are added where a language model has read the words, and the cue takes the model's
/// place where none has. Log odds, ln(p / (1 - p)), because detectors say 0.9 and 0.99 where the difference
/// matters, and 0.4 and 0.6 where it does not. Between its knots the curve is linear. How the knots
/// were chosen, and what they cost in turns cut off, is in `docs/endpointing.md`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EndpointPolicy {
    /// Log odds, falling, and the waits at them in milliseconds, rising: of sound and cue...
    knots: &'static [Knot],
    /// ...and of sound and words, where a language model has read them.
    knots_with_model: &'static [Knot],
    /// Least wait where the words cannot end there. Milliseconds.
    unfinished_ms: f32,
    /// Bounds of every wait. Milliseconds.
    bounds_ms: (f32, f32),
    /// Neither sound nor words are asked: every wait is this. Milliseconds.
    silence_ms: Option<f32>,
}

/// Log odds, and the wait at them in milliseconds.
type Knot = (f32, f32);

/// What words that lean on another word take off the log odds.
const LEANING: f32 = 3.0;
/// A model's probability counts in full and less this: it takes words for all more readily than people do.
const MODEL_BIAS: f32 = 0.5;
/// The longest wait for more after a one-word answer, however unfinished it sounds: a single word
/// hardly has a melody for the detector to hear. Milliseconds.
const ANSWER_MS: f32 = 600.0;
/// A higher probability counts as this one: detector and model err more often than they say.
const SUREST: f32 = 0.999;
/// The model is named as the reason if it makes the wait longer by more than this. Milliseconds.
const NOTABLE_MS: f32 = 100.0;

impl EndpointPolicy {
    /// Answers fast, cuts off more often.
    pub const EAGER: Self = Self::new(
        &[
            (3.3, 250.0),
            (-1.75, 350.0),
            (-2.75, 900.0),
            (-4.5, 1_200.0),
        ],
        &[
            (3.75, 200.0),
            (1.5, 300.0),
            (-2.4, 380.0),
            (-3.2, 850.0),
            (-5.0, 1_200.0),
        ],
        (200.0, 1_200.0),
    );
    /// The default.
    pub const BALANCED: Self = Self::new(
        &[
            (3.3, 300.0),
            (-1.25, 450.0),
            (-2.25, 1_000.0),
            (-4.5, 1_600.0),
        ],
        &[
            (4.75, 200.0),
            (2.2, 350.0),
            (-1.5, 430.0),
            (-2.0, 900.0),
            (-4.4, 1_600.0),
        ],
        (200.0, 1_600.0),
    );
    /// For people who think while they speak.
    pub const PATIENT: Self = Self::new(
        &[(3.3, 400.0), (1.0, 600.0), (-1.0, 1_600.0), (-4.5, 2_000.0)],
        &[
            (5.5, 350.0),
            (2.2, 500.0),
            (-0.3, 820.0),
            (-2.5, 1_600.0),
            (-4.0, 2_000.0),
        ],
        (350.0, 2_000.0),
    );

    const fn new(
        knots: &'static [Knot],
        knots_with_model: &'static [Knot],
        bounds_ms: (f32, f32),
    ) -> Self {
        Self {
            knots,
            knots_with_model,
            unfinished_ms: bounds_ms.1,
            bounds_ms,
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

    /// The wait for what is known.
    pub fn wait(&self, evidence: &Evidence) -> Wait {
        if let Some(ms) = self.silence_ms {
            return Wait {
                duration: duration(ms),
                reason: EndReason::Silence,
            };
        }
        let knots = match evidence.model {
            Some(_) => self.knots_with_model,
            None => self.knots,
        };
        let by_curve = on_curve(knots, evidence.log_odds());
        let waited = match evidence.cue {
            Cue::Answer => by_curve.min(ANSWER_MS),
            _ if evidence.is_unfinished() => by_curve.max(self.unfinished_ms),
            _ => by_curve,
        };
        // What the sound would have it wait, with a model that says nothing.
        let sound = evidence.sound.map_or(0.0, log_odds);
        let by_sound = on_curve(self.knots_with_model, sound);
        let is_lengthened = evidence.model.is_some() && waited > by_sound + NOTABLE_MS;
        let (floor, ceiling) = self.bounds_ms;
        Wait {
            duration: duration(waited.clamp(floor, ceiling)),
            reason: reason(evidence, is_lengthened),
        }
    }
}

/// Why it is waited for so long.
fn reason(evidence: &Evidence, is_lengthened: bool) -> EndReason {
    let Evidence { sound, model, cue } = *evidence;
    match (cue, model) {
        (Cue::FilledPause, _) => EndReason::FilledPause,
        (Cue::Number, _) => EndReason::NumberBeingSaid,
        (Cue::Answer, _) => EndReason::OneWordAnswer,
        (_, Some(_)) if is_lengthened => EndReason::ModelExpectsMore,
        (Cue::Leaning, None) => EndReason::LeaningWord,
        (Cue::Unfinished, None) => EndReason::UnfinishedSentence,
        _ => match sound {
            None => EndReason::Silence,
            Some(score) if score < 0.5 => EndReason::SoundsUnfinished,
            Some(_) => EndReason::SoundsFinished,
        },
    }
}

/// ln(p / (1 - p)), within what is believed.
fn log_odds(probability: f32) -> f32 {
    let p = probability.clamp(1.0 - SUREST, SUREST);
    (p / (1.0 - p)).ln()
}

/// The wait at log odds, in milliseconds: linear between the knots.
fn on_curve(knots: &[Knot], at: f32) -> f32 {
    let after = knots.iter().position(|knot| at >= knot.0);
    match after {
        Some(0) => knots[0].1,
        Some(n) => {
            let (from, to) = (knots[n - 1], knots[n]);
            from.1 + (to.1 - from.1) * (from.0 - at) / (from.0 - to.0)
        }
        None => knots.last().map_or(0.0, |knot| knot.1),
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
        let sound = Some(score);
        let evidence = Evidence {
            sound,
            cue,
            ..Evidence::default()
        };
        policy.wait(&evidence).duration.as_millis()
    }

    /// Where a language model has read the words.
    fn wait_with_model_ms(policy: EndpointPolicy, score: f32, words: f32, cue: Cue) -> u128 {
        let evidence = Evidence {
            sound: Some(score),
            model: Some(words),
            cue,
        };
        policy.wait(&evidence).duration.as_millis()
    }

    #[test]
    fn the_probability_is_that_of_sound_and_words_together() {
        let of = |sound, model, cue| {
            let evidence = Evidence { sound, model, cue };
            evidence.probability()
        };
        assert!((of(Some(0.8), None, Cue::Neutral) - 0.8).abs() < 1e-5);
        assert!(of(Some(0.8), None, Cue::Leaning) < 0.5);
        assert!(of(Some(0.8), Some(0.9), Cue::Neutral) > 0.8);
        assert!(of(Some(0.8), Some(0.01), Cue::Leaning) < 0.1);
        for cue in [Cue::FilledPause, Cue::Number] {
            assert!(of(Some(0.99), Some(0.99), cue) < 0.01);
        }
    }

    #[test]
    fn sound_and_words_that_agree_are_answered_sooner_than_the_sound_alone() {
        for policy in STYLES {
            let both = wait_with_model_ms(policy, 0.99, 0.95, Cue::Neutral);
            assert!(both < wait_ms(policy, 0.99, Cue::Neutral), "{both}");
        }
    }

    #[test]
    fn words_that_want_another_are_waited_for_though_they_sound_finished() {
        for policy in STYLES {
            let more = wait_with_model_ms(policy, 0.97, 0.01, Cue::Neutral);
            assert!(more > wait_ms(policy, 0.97, Cue::Neutral) + 50, "{more}");
        }
    }

    #[test]
    fn the_model_knows_better_than_a_word_that_leans_on_another() {
        let policy = EndpointPolicy::BALANCED;
        let said = wait_with_model_ms(policy, 0.97, 0.95, Cue::Leaning);
        assert!(said < wait_ms(policy, 0.97, Cue::Leaning), "{said}");
    }

    #[test]
    fn the_surer_the_words_the_shorter_the_wait() {
        for policy in STYLES {
            let words = (0..=100).map(|n| n as f32 / 100.0);
            let waits = words.map(|p| wait_with_model_ms(policy, 0.8, p, Cue::Neutral));
            assert!(waits.is_sorted_by(|a, b| a >= b));
        }
    }

    #[test]
    fn a_filled_pause_is_waited_for_whatever_the_model_expects() {
        let wait = wait_with_model_ms(EndpointPolicy::BALANCED, 0.99, 0.99, Cue::FilledPause);
        assert_eq!(wait, 1_600);
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
