//! The first sign of a pause: the level falls. Voice activity tells of the pause some 50 ms later.
//!
//! Nothing is decided by it. A recognizer that begins then has the last words when the pause is known.

use crate::audio::frame::{FRAME, dbfs, rms};

/// So much softer than the speech before. A consonant that stops the air is that, too: of a lull, one in five is a
/// pause.
const DROP_DB: f32 = 15.0;
/// For so many frames in a row.
const FRAMES: u32 = 3;
/// The level of speech falls so much a frame, so that softer words after a loud one count. 30 dB a second.
const FALL_DB: f32 = 0.3;
/// The next lull comes after so many frames of speech.
const LEAST_SPEECH: u32 = 5;

/// Finds lulls in speech.
#[derive(Debug)]
pub struct LullDetector {
    /// The level of speech. dBFS.
    speech: f32,
    loud: u32,
    soft: u32,
}

impl Default for LullDetector {
    fn default() -> Self {
        Self {
            speech: f32::NEG_INFINITY,
            loud: 0,
            soft: 0,
        }
    }
}

impl LullDetector {
    /// Takes 10 ms of speech; whether a lull is there now, which is told once.
    pub fn push(&mut self, frame: &[f32; FRAME]) -> bool {
        let level = dbfs(rms(frame));
        self.speech = level.max(self.speech - FALL_DB);
        if level >= self.speech - DROP_DB {
            (self.loud, self.soft) = (self.loud + 1, 0);
            return false;
        }
        self.soft += 1;
        let is_lull = self.soft == FRAMES && self.loud >= LEAST_SPEECH;
        if self.soft == FRAMES {
            self.loud = 0;
        }
        is_lull
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pushes runs of (amplitude, frames) and gives the frames after which a lull was told.
    fn lulls(runs: &[(f32, usize)]) -> Vec<usize> {
        let mut detector = LullDetector::default();
        let frames = runs
            .iter()
            .flat_map(|&(level, frames)| std::iter::repeat_n([level; FRAME], frames));
        let told = frames.enumerate().filter(|(_, f)| detector.push(f));
        told.map(|(n, _)| n + 1).collect()
    }

    #[test]
    fn a_lull_is_told_once_thirty_milliseconds_after_the_last_sound() {
        assert_eq!(lulls(&[(0.1, 20), (0.001, 40)]), [23]);
    }

    #[test]
    fn a_stop_within_a_word_is_none() {
        assert_eq!(lulls(&[(0.1, 20), (0.001, 2), (0.1, 20)]), [0; 0]);
    }

    #[test]
    fn a_softer_word_is_speech() {
        assert_eq!(lulls(&[(0.1, 20), (0.03, 20), (0.001, 5)]), [43]);
    }

    #[test]
    fn a_click_in_silence_begins_no_other() {
        let runs = [(0.1, 20), (0.001, 10), (0.1, 2), (0.001, 10)];
        assert_eq!(lulls(&runs), [23]);
    }

    #[test]
    fn speech_in_noise_has_none() {
        assert_eq!(lulls(&[(0.1, 20), (0.05, 40)]), [0; 0]);
    }
}
