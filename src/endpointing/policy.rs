//! From a score and a cue to a wait.

use std::time::Duration;

use super::Cue;

/// How long to wait after the last word, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// From the last sound of speech.
    pub duration: Duration,
    /// For events and the screen.
    pub reason: &'static str,
}

/// The curve from the score of the sound to the wait, and what words add to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EndpointPolicy {
    /// Least wait: the turn sounds and reads finished.
    pub floor: Duration,
    /// Wait at an undecided score (0.5), without a word on it.
    pub middle: Duration,
    /// Longest wait.
    pub ceiling: Duration,
    /// The sound is not asked at all: every wait is `middle`.
    pub silence_only: bool,
}

impl EndpointPolicy {
    /// Answers fast, cuts off more often.
    pub const EAGER: Self = Self::new(200, 350, 1_000);
    /// The default: see ARCHITECTURE.md, Endpointing, for the curve that it was chosen from.
    pub const BALANCED: Self = Self::new(250, 500, 1_600);
    /// For people who think while they speak.
    pub const PATIENT: Self = Self::new(400, 1_000, 2_500);

    const fn new(floor: u64, middle: u64, ceiling: u64) -> Self {
        Self {
            floor: Duration::from_millis(floor),
            middle: Duration::from_millis(middle),
            ceiling: Duration::from_millis(ceiling),
            silence_only: false,
        }
    }

    /// Silence alone, whatever was said.
    pub const fn silence(wait: Duration) -> Self {
        Self {
            floor: wait,
            middle: wait,
            ceiling: wait,
            silence_only: true,
        }
    }

    /// The wait for a score (`None`: not known) and a cue.
    pub fn wait(&self, score: Option<f32>, cue: Cue) -> Wait {
        if self.silence_only {
            return Wait {
                duration: self.middle,
                reason: "silence",
            };
        }
        // Words that cannot end a sentence weigh more than any sound of an end, a whole question
        // a little less than the sound of going on.
        let shift = match cue {
            Cue::Neutral => 0.0,
            Cue::Complete => 0.15,
            Cue::Unfinished => -0.6,
            Cue::FilledPause | Cue::Number => -1.0,
        };
        let score_or_even = score.unwrap_or(0.5);
        let likely = (score_or_even + shift).clamp(0.0, 1.0);
        let (from, to, share) = match likely {
            high if high >= 0.5 => (self.middle, self.floor, (high - 0.5) / 0.5),
            low => (self.ceiling, self.middle, low / 0.5),
        };
        let (from, to) = (from.as_secs_f32(), to.as_secs_f32());
        let duration = Duration::from_secs_f32(from + (to - from) * share);
        let reason = match (cue, score) {
            (Cue::Unfinished | Cue::FilledPause | Cue::Number, _) => cue.name(),
            (_, Some(score)) if score < 0.5 => "sounds unfinished",
            (Cue::Complete, _) => cue.name(),
            (Cue::Neutral, Some(_)) => "sounds finished",
            (Cue::Neutral, None) => "silence",
        };
        Wait { duration, reason }
    }
}

impl Default for EndpointPolicy {
    fn default() -> Self {
        Self::BALANCED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_ms(score: f32, cue: Cue) -> u128 {
        let wait = EndpointPolicy::BALANCED.wait(Some(score), cue);
        wait.duration.as_millis()
    }

    #[test]
    fn the_wait_falls_from_the_ceiling_to_the_floor() {
        let waits: Vec<u128> = (0..=20)
            .map(|n| wait_ms(n as f32 / 20.0, Cue::Neutral))
            .collect();
        assert!(waits.windows(2).all(|pair| pair[1] <= pair[0]), "{waits:?}");
        assert_eq!(waits[0], EndpointPolicy::BALANCED.ceiling.as_millis());
        assert_eq!(waits[20], EndpointPolicy::BALANCED.floor.as_millis());
    }

    #[test]
    fn an_unfinished_sentence_is_waited_for_however_it_sounds() {
        let middle = EndpointPolicy::BALANCED.middle.as_millis();
        for cue in [Cue::Unfinished, Cue::FilledPause, Cue::Number] {
            assert!(wait_ms(1.0, cue) > middle, "{cue:?}");
        }
    }

    #[test]
    fn silence_alone_asks_neither_sound_nor_words() {
        let policy = EndpointPolicy::silence(Duration::from_millis(700));
        for cue in [Cue::Complete, Cue::Unfinished] {
            assert_eq!(policy.wait(Some(0.1), cue).duration.as_millis(), 700);
        }
    }
}
