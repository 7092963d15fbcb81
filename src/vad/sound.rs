//! The earliest sign that somebody may be speaking over a reply: enough to duck it, not to stop it.

use std::time::Duration;

use super::{Earshot, VoiceActivityDetector};
use crate::audio::frame::{FRAME, dbfs, rms};
use crate::clock::Timestamp;

/// A frame counts from this level on. A person near a laptop is some 20 dB above it, what the linear
/// canceller leaves of an echo at -10 dB mostly below. dBFS.
const AUDIBLE_DBFS: f32 = -44.0;
/// And only if so much of what the microphone heard is left, in dB: of an echo, the linear canceller
/// leaves less.
const LEFT_DB: f32 = -6.0;
/// And from this probability of speech on: a door or a key is loud and is not speech.
const SPEECH: f32 = 0.4;
/// The detector does not take a fricative for speech yet: it is loud, and all of it is left, for this
/// many frames in a row.
const HISS_DBFS: f32 = -42.0;
const HISS_LEFT_DB: f32 = -2.5;
const HISS_FRAMES: u32 = 4;
/// This many frames in a row make a sound. `vivavoce bench barge-in` with an echo at -10 dB: ducked
/// 60 ms after the first sound of interrupting speech at the median, 80 ms at the 95th percentile.
const FRAMES: u32 = 2;
/// The next sound is told after this much without one.
const REST: Duration = Duration::from_millis(300);

/// Finds sounds that may become speech.
#[derive(Default)]
pub struct SoundDetector {
    detector: Earshot,
    pending: Vec<f32>,
    probability: f32,
    run: u32,
    hiss: u32,
    /// Until when a sound counts as told.
    told_until: Option<Timestamp>,
}

impl SoundDetector {
    /// Takes 10 ms of what the linear canceller left of what was `captured`, ending at `until`; the
    /// beginning of a sound, if one has begun. `wanted` is whether anybody would act on it.
    pub fn push(
        &mut self,
        frame: &[f32; FRAME],
        captured: &[f32; FRAME],
        until: Timestamp,
        wanted: bool,
    ) -> Option<Timestamp> {
        self.pending.extend_from_slice(frame);
        let length = self.detector.frame_len();
        if self.pending.len() >= length {
            // What cannot be judged is no sound.
            self.probability = self
                .detector
                .probability(&self.pending[..length])
                .unwrap_or(0.0);
            self.pending.drain(..length);
        }
        let level = dbfs(rms(frame));
        let left = level - dbfs(rms(captured));
        let is_sound = level > AUDIBLE_DBFS && left > LEFT_DB && self.probability >= SPEECH;
        let is_hiss = level > HISS_DBFS && left > HISS_LEFT_DB;
        self.run = if is_sound { self.run + 1 } else { 0 };
        self.hiss = if is_hiss { self.hiss + 1 } else { 0 };
        if self.run < FRAMES && self.hiss < HISS_FRAMES {
            return None;
        }
        let told = self.told_until.is_some_and(|at| until < at);
        self.told_until = Some(until + REST);
        let frames = self.run.max(self.hiss);
        let length = Duration::from_millis(u64::from(frames) * 10);
        (wanted && !told).then_some(until - length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::noise::Noise;

    /// Times at which sounds were told, of frames with these levels.
    fn told(frames: &[f32]) -> usize {
        let (mut detector, mut noise) = (SoundDetector::default(), Noise::new(3));
        let mut at = Timestamp::ZERO;
        let mut count = 0;
        for level in frames {
            at = at + Duration::from_millis(10);
            let frame = std::array::from_fn(|_| noise.gaussian() * level);
            count += usize::from(detector.push(&frame, &frame, at, true).is_some());
        }
        count
    }

    #[test]
    fn a_quiet_rest_of_an_echo_is_no_sound() {
        assert_eq!(told(&[0.002; 300]), 0);
    }

    #[test]
    fn a_loud_hiss_is_told_once() {
        assert_eq!(told(&[&[0.0; 50][..], &[0.1; 50]].concat()), 1);
    }

    #[test]
    fn of_an_echo_too_little_is_left() {
        let (mut detector, mut noise) = (SoundDetector::default(), Noise::new(3));
        for n in 1..100 {
            let left: [f32; FRAME] = std::array::from_fn(|_| noise.gaussian() * 0.1);
            let captured = left.map(|sample| sample * 4.0);
            let at = Timestamp::from_millis(n * 10);
            assert_eq!(detector.push(&left, &captured, at, true), None);
        }
    }

    #[test]
    fn a_click_is_no_sound() {
        let mut frames = vec![0.0; 200];
        frames[100] = 0.5;
        assert_eq!(told(&frames), 0);
    }
}
