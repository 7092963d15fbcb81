//! The last seconds of what was heard, as each stage that works on a turn's sound keeps them: the turn begins before it
//! is known to.

use std::collections::VecDeque;
use std::time::Duration;

use crate::audio::frame::{FRAME, SPEECH_RATE};
use crate::clock::Timestamp;

/// Audio that ends so long after what came before it does not go on from it: the assistant slept.
const GAP: Duration = Duration::from_millis(100);

/// See the module. Mono at 16 kHz.
pub struct RecentAudio {
    samples: VecDeque<f32>,
    /// Samples that are kept at most.
    most: usize,
    /// Where the last of them ends.
    until: Timestamp,
}

impl RecentAudio {
    /// Keeps so many samples.
    pub fn of(most: usize) -> Self {
        Self {
            samples: VecDeque::with_capacity(most + FRAME),
            most,
            until: Timestamp::ZERO,
        }
    }

    /// Takes audio that ends at `until`. What it does not go on from is let go.
    pub fn push(&mut self, samples: [f32; FRAME], until: Timestamp) {
        if until.since(self.until) > GAP {
            self.samples.clear();
        }
        self.until = until;
        self.samples.extend(samples);
        self.keep(self.most);
    }

    /// Lets go of all but the last samples.
    fn keep(&mut self, samples: usize) {
        let excess = self.samples.len().saturating_sub(samples);
        self.samples.drain(..excess);
    }

    /// Lets go of what lies before `from`.
    pub fn keep_since(&mut self, from: Timestamp) {
        self.keep(self.samples_since(from));
    }

    /// How many samples lie behind `from`.
    pub fn samples_since(&self, from: Timestamp) -> usize {
        let length = self.until.since(from).as_micros() as usize * SPEECH_RATE as usize / 1_000_000;
        length.min(self.samples.len())
    }

    /// The last samples, at most so many.
    pub fn last(&self, samples: usize) -> Vec<f32> {
        let skip = self.samples.len().saturating_sub(samples);
        self.samples.range(skip..).copied().collect()
    }

    /// Where the last of them ends.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// All that is kept.
    pub fn all(&self) -> &VecDeque<f32> {
        &self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many frames, each of its number, from the first moment on.
    fn heard(most: usize, frames: u64) -> RecentAudio {
        let mut audio = RecentAudio::of(most);
        for n in 1..=frames {
            audio.push([n as f32; FRAME], Timestamp::from_millis(10 * n));
        }
        audio
    }

    #[test]
    fn the_last_of_it_is_kept() {
        let audio = heard(3 * FRAME, 10);
        assert_eq!(audio.all().len(), 3 * FRAME);
        assert_eq!(audio.all()[0], 8.0);
        assert_eq!(audio.last(FRAME), [10.0; FRAME]);
        assert_eq!(audio.last(100 * FRAME).len(), 3 * FRAME);
    }

    #[test]
    fn what_lies_before_a_turn_is_let_go() {
        let mut audio = heard(10 * FRAME, 10);
        assert_eq!(audio.samples_since(Timestamp::from_millis(70)), 3 * FRAME);
        audio.keep_since(Timestamp::from_millis(70));
        assert_eq!(audio.all().len(), 3 * FRAME);
        assert_eq!(audio.samples_since(Timestamp::ZERO), 3 * FRAME);
        audio.keep_since(Timestamp::from_millis(1_000));
        assert!(audio.all().is_empty());
    }

    #[test]
    fn what_lies_before_a_gap_does_not_belong_to_what_lies_behind_it() {
        let mut audio = heard(10 * FRAME, 5);
        audio.push([6.0; FRAME], Timestamp::from_millis(150));
        assert_eq!(audio.all().len(), 6 * FRAME);
        audio.push([7.0; FRAME], Timestamp::from_millis(251));
        assert_eq!(audio.last(100 * FRAME), [7.0; FRAME]);
    }
}
