//! Clean turns from recordings, and the same with a pause put in. Pure; all noise is seeded.

use crate::audio::frame::{FRAME, SPEECH_RATE, dbfs, from_db, peak, rms, sound_bounds};
use crate::audio::noise::Noise;

/// Room noise is at least so loud: no microphone gives digital silence. dBFS.
const LEAST_NOISE_DBFS: f32 = -70.0;
/// So much of a recording is quieter than its room's noise counts as.
const NOISE_SHARE: f32 = 0.1;
/// Noise before the recording, so that voice activity has settled. Samples: 500 ms.
const LEAD: usize = SPEECH_RATE as usize / 2;
/// Noise after the end: pauses are reported within 200 ms, what they cost is computed.
const TAIL: usize = SPEECH_RATE as usize;
/// Silence before a filler. Samples: 300 ms.
const BEFORE_FILLER: usize = SPEECH_RATE as usize * 3 / 10;
/// What is cut is faded out over this. Samples: 5 ms.
const FADE: usize = SPEECH_RATE as usize / 200;
/// Any will do.
const SEED: u64 = 7;

/// Something to listen to, at 16 kHz.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedStimulus {
    /// Mono samples.
    pub samples: Vec<f32>,
    /// Pauses that are over before this do not count. Milliseconds.
    pub from_ms: f64,
    /// The true end, or where the silence begins whose length varies. Milliseconds.
    pub mark_ms: f64,
}

/// Makes stimuli from one recording.
pub struct Studio<'a> {
    samples: &'a [f32],
    room: f32,
    noise: Noise,
}

impl<'a> Studio<'a> {
    /// Over a recording at 16 kHz.
    pub fn new(samples: &'a [f32]) -> Self {
        let mut levels: Vec<f32> = samples.chunks(FRAME).map(|c| dbfs(rms(c))).collect();
        levels.sort_by(f32::total_cmp);
        let floor = levels.get((levels.len() as f32 * NOISE_SHARE) as usize);
        let floor = floor.copied().unwrap_or(LEAST_NOISE_DBFS);
        Self {
            samples,
            room: from_db(floor.max(LEAST_NOISE_DBFS)),
            noise: Noise::new(SEED),
        }
    }

    /// The whole recording, and silence.
    pub fn whole(&mut self) -> PlacedStimulus {
        let (_, end) = sound_bounds(self.samples, SPEECH_RATE);
        let mut samples = self.silence(LEAD);
        samples.extend_from_slice(self.samples);
        samples.extend(self.silence(TAIL));
        PlacedStimulus {
            samples,
            from_ms: 0.0,
            mark_ms: ms(LEAD + end),
        }
    }

    /// The recording up to a moment, and silence from there on.
    pub fn pause_at(&mut self, at_s: f64) -> PlacedStimulus {
        let mut samples = self.up_to(at_s);
        let mark_ms = ms(samples.len());
        samples.extend(self.silence(TAIL));
        PlacedStimulus {
            samples,
            from_ms: mark_ms,
            mark_ms,
        }
    }

    /// The recording up to a moment, silence, the filler as loud as the recording, and silence.
    pub fn filler_at(&mut self, at_s: f64, filler: &[f32]) -> PlacedStimulus {
        let (start, end) = sound_bounds(filler, SPEECH_RATE);
        let filler = &filler[start..end];
        let (first, last) = sound_bounds(self.samples, SPEECH_RATE);
        let gain = rms(&self.samples[first..last]) / rms(filler).max(f32::MIN_POSITIVE);
        let gain = gain.min(1.0 / peak(filler).max(f32::MIN_POSITIVE));
        let mut samples = self.up_to(at_s);
        let from_ms = ms(samples.len());
        samples.extend(self.silence(BEFORE_FILLER));
        let room = self.silence(filler.len());
        samples.extend(filler.iter().zip(room).map(|(s, noise)| s * gain + noise));
        let mark_ms = ms(samples.len());
        samples.extend(self.silence(TAIL));
        PlacedStimulus {
            samples,
            from_ms,
            mark_ms,
        }
    }

    fn up_to(&mut self, at_s: f64) -> Vec<f32> {
        let end = ((at_s * f64::from(SPEECH_RATE)) as usize).min(self.samples.len());
        let mut samples = self.silence(LEAD);
        samples.extend_from_slice(&self.samples[..end]);
        let fade = FADE.min(end);
        let last = samples.iter_mut().rev().take(fade).enumerate();
        last.for_each(|(n, sample)| *sample *= n as f32 / fade as f32);
        samples
    }

    fn silence(&mut self, count: usize) -> Vec<f32> {
        let sample = |_| self.noise.gaussian() * self.room;
        (0..count).map(sample).collect()
    }
}

fn ms(samples: usize) -> f64 {
    samples as f64 * 1000.0 / f64::from(SPEECH_RATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(count: usize, level: f32) -> Vec<f32> {
        (0..count).map(|n| (n as f32 * 0.2).sin() * level).collect()
    }

    #[test]
    fn the_true_end_is_that_of_the_sound() {
        let mut samples = tone(16_000, 0.2);
        samples.extend([0.0; 8_000]);
        assert_eq!(Studio::new(&samples).whole().mark_ms, 1_500.0);
    }

    #[test]
    fn after_a_cut_there_is_faint_noise() {
        let samples = tone(32_000, 0.2);
        let mut studio = Studio::new(&samples);
        studio.room = from_db(-70.0);
        let stimulus = studio.pause_at(1.0);
        assert_eq!(stimulus.mark_ms, 1_500.0);
        assert_eq!(stimulus.samples[LEAD..LEAD + 15_900], samples[..15_900]);
        let after = dbfs(rms(&stimulus.samples[LEAD + 16_000..]));
        assert!((after + 70.0).abs() < 0.3, "{after}");
    }

    #[test]
    fn a_filler_is_as_loud_as_the_recording() {
        let (mut samples, mut filler) = (tone(16_000, 0.1), vec![0.0; 1_600]);
        samples.extend([0.0; 4_000]);
        filler.extend(tone(4_800, 0.5));
        filler.extend([0.0; 1_600]);
        let stimulus = Studio::new(&samples).filler_at(1.0, &filler);
        let begin = LEAD + 16_000 + BEFORE_FILLER;
        let level = rms(&stimulus.samples[begin..begin + 4_800]);
        assert!((level / rms(&samples[..16_000]) - 1.0).abs() < 0.02);
        assert_eq!(stimulus.mark_ms, ms(begin + 4_800));
    }

    #[test]
    fn a_recording_has_the_same_noise_each_time() {
        let samples = tone(16_000, 0.1);
        let make = || Studio::new(&samples).pause_at(0.5);
        assert_eq!(make(), make());
    }
}
