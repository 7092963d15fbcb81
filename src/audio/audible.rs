//! Where a sound begins and ends to the ear: above a threshold for 5 ms.

use super::frame::{dbfs, from_db, rms};

/// In silence, what is louder than this is audible. dBFS.
pub const AUDIBLE_DBFS: f32 = -50.0;
/// Noise hides what is not so far above it. White noise in a window of 5 ms strays by 0.4 dB, in a
/// bin of 1 ms by 0.9 dB (one sigma at 48 kHz).
const ABOVE_NOISE_DB: f32 = 3.5;
/// Share of a recording that is quieter than its noise counts as.
const NOISE_SHARE: f32 = 0.1;
/// Length of the pieces that the noise is measured in. Milliseconds.
const NOISE_MS: usize = 20;
/// Bins of 1 ms in a window: the shortest sound that counts.
const WINDOW: usize = 5;
/// Loud bins that lie so near belong to it: a low voice's pulses are 12 ms apart, and the first and
/// last of them, in a ramp, are short.
const LINKED: usize = 12;

/// From where on something is audible in a recording: [`AUDIBLE_DBFS`], or above its own noise.
pub fn audible_threshold(samples: &[f32], rate_hz: u32) -> f32 {
    let pieces = samples.chunks(noise_piece(rate_hz));
    audible_threshold_of(pieces.map(|piece| dbfs(rms(piece))).collect())
}

/// Samples of the pieces in which the noise of a recording is measured.
pub fn noise_piece(rate_hz: u32) -> usize {
    (rate_hz as usize * NOISE_MS / 1000).max(1)
}

/// As [`audible_threshold`], from the levels of a recording's pieces ([`noise_piece`]). dBFS.
pub fn audible_threshold_of(mut levels: Vec<f32>) -> f32 {
    levels.sort_by(f32::total_cmp);
    let noise = levels.get((levels.len() as f32 * NOISE_SHARE) as usize);
    noise.map_or(AUDIBLE_DBFS, |noise| {
        AUDIBLE_DBFS.max(noise + ABOVE_NOISE_DB)
    })
}

/// Index of the first audible sample, exact to 1 ms; `None` if there is none. `rate_hz` is that of
/// `samples`.
pub fn audible_start(samples: &[f32], rate_hz: u32, threshold_dbfs: f32) -> Option<usize> {
    let bins = Bins::of(samples, rate_hz, threshold_dbfs);
    let window = (0..bins.windows()).find(|n| bins.is_audible(*n))?;
    let mut first = (window..window + WINDOW).find(|n| bins.is_loud(*n))?;
    while let Some(earlier) = (first.saturating_sub(LINKED)..first).find(|n| bins.is_loud(*n)) {
        first = earlier;
    }
    Some(first * bins.length)
}

/// Index after the last audible sample, exact to 1 ms; `None` if there is none.
pub fn audible_end(samples: &[f32], rate_hz: u32, threshold_dbfs: f32) -> Option<usize> {
    let bins = Bins::of(samples, rate_hz, threshold_dbfs);
    let window = (0..bins.windows()).rev().find(|n| bins.is_audible(*n))?;
    let mut last = (window..window + WINDOW).rfind(|n| bins.is_loud(*n))?;
    let reach = |last: usize| last + 1..(last + 1 + LINKED).min(bins.power.len());
    while let Some(later) = reach(last).rfind(|n| bins.is_loud(*n)) {
        last = later;
    }
    Some(((last + 1) * bins.length).min(samples.len()))
}

/// Power in bins of 1 ms.
struct Bins {
    power: Vec<f32>,
    length: usize,
    threshold: f32,
}

impl Bins {
    fn of(samples: &[f32], rate_hz: u32, threshold_dbfs: f32) -> Self {
        let length = (rate_hz as usize / 1000).max(1);
        let power = |bin: &[f32]| bin.iter().map(|s| s * s).sum::<f32>() / bin.len() as f32;
        Self {
            power: samples.chunks(length).map(power).collect(),
            length,
            threshold: from_db(threshold_dbfs).powi(2),
        }
    }

    fn windows(&self) -> usize {
        (self.power.len() + 1).saturating_sub(WINDOW)
    }

    fn is_loud(&self, bin: usize) -> bool {
        self.power[bin] > self.threshold
    }

    /// Whether the window that begins with this bin is loud, and not for one click alone.
    fn is_audible(&self, first: usize) -> bool {
        let window = &self.power[first..first + WINDOW];
        let mean = window.iter().sum::<f32>() / WINDOW as f32;
        let loud = (first..first + WINDOW).filter(|n| self.is_loud(*n)).count();
        mean > self.threshold && loud > WINDOW / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::noise::Noise;

    #[test]
    fn bounds_are_exact_to_a_millisecond() {
        let mut samples = vec![0.0f32; 48_000];
        for (n, sample) in samples[12_345..30_007].iter_mut().enumerate() {
            *sample = (n as f32 * 0.1).sin() * 0.1;
        }
        let start = audible_start(&samples, 48_000, AUDIBLE_DBFS).unwrap();
        let end = audible_end(&samples, 48_000, AUDIBLE_DBFS).unwrap();
        assert!(start.abs_diff(12_345) <= 48, "{start}");
        assert!(end.abs_diff(30_007) <= 48, "{end}");
        assert_eq!(audible_end(&[0.0; 1_000], 16_000, AUDIBLE_DBFS), None);
        assert_eq!(audible_start(&[0.5; 10], 16_000, AUDIBLE_DBFS), None);
    }

    #[test]
    fn a_click_is_not_audible() {
        let mut samples = vec![0.0f32; 4_800];
        samples[1_000..1_048].fill(0.9);
        assert_eq!(audible_start(&samples, 48_000, AUDIBLE_DBFS), None);
    }

    #[test]
    fn noise_raises_the_threshold() {
        let mut noise = Noise::new(3);
        let mut samples: Vec<f32> = (0..48_000).map(|_| noise.gaussian() * 0.01).collect();
        let threshold = audible_threshold(&samples, 48_000);
        assert!((threshold + 36.0).abs() < 1.0, "{threshold}");
        assert_eq!(audible_start(&samples, 48_000, threshold), None);
        samples[24_000..36_000].iter_mut().for_each(|s| *s *= 10.0);
        let start = audible_start(&samples, 48_000, threshold).unwrap();
        assert!(start.abs_diff(24_000) <= 96, "{start}");
        assert_eq!(audible_threshold(&[0.0; 48_000], 48_000), AUDIBLE_DBFS);
    }
}
