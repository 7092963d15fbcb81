//! Log-mel features as Whisper computes them, over the last 8 s before a moment. Runs on the
//! thread of its owner; after `new`, nothing is allocated.
//!
//! Steps: zeros in front up to 8 s, zero mean and unit variance over the whole window, power
//! spectra of 25 ms Hann frames every 10 ms (centred, mirrored at both ends), 80 triangular
//! filters on Slaney's mel scale, logarithm, at most 8 decades below the loudest value, and a
//! shift into roughly -1..1.

use std::f64::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

pub use crate::audio::mel_filters::BANDS;
use crate::audio::mel_filters::{FFT_LEN, MelFilter, TOP_BIN, mel_filters};

/// Frames of 10 ms in the window.
pub const FRAMES: usize = 800;
/// Samples of the window: 8 s at 16 kHz.
pub const WINDOW: usize = FRAMES * HOP;

const HOP: usize = 160;
const HALF: usize = TOP_BIN;
/// Keeps digital silence from a division by zero.
const VARIANCE_FLOOR: f64 = 1e-7;
const POWER_FLOOR: f64 = 1e-10;
/// Decades of power below the loudest value at which quieter ones are held.
const DECADES: f32 = 8.0;

/// The transform, planned once, and its buffers.
///
/// Spectra are in double precision, as in the reference: a quiet band next to a loud one would
/// otherwise drown in rounding, and the time saved is small against the model that reads it.
pub struct LogMel {
    fft: Arc<dyn RealToComplex<f64>>,
    hann: Vec<f64>,
    bands: Vec<MelFilter>,
    window: Vec<f32>,
    frame: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    power: Vec<f64>,
    features: Vec<f32>,
}

impl LogMel {
    /// Plans the transform and computes the filters.
    pub fn new() -> Self {
        let fft = RealFftPlanner::<f64>::new().plan_fft_forward(FFT_LEN);
        let hann = |n: usize| 0.5 - 0.5 * (2.0 * PI * n as f64 / FFT_LEN as f64).cos();
        Self {
            hann: (0..FFT_LEN).map(hann).collect(),
            bands: mel_filters(BANDS),
            window: vec![0.0; WINDOW],
            frame: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; HALF + 1],
            features: vec![0.0; BANDS * FRAMES],
            fft,
        }
    }

    /// Features of the last 8 s of `samples` (mono, 16 kHz; fewer count as preceded by
    /// silence): [`BANDS`] rows of [`FRAMES`] values.
    pub fn compute(&mut self, samples: &[f32]) -> &[f32] {
        let samples = &samples[samples.len().saturating_sub(WINDOW)..];
        let padding = WINDOW - samples.len();
        self.normalize(samples, padding);
        // Normalizing turns the zeros in front into one constant, whose frames are all alike: one
        // of them is computed and copied. The first frame is mirrored and so sees HALF + 1 samples.
        let alike = (0..FRAMES)
            .take_while(|index| index * HOP + HALF < padding)
            .count();
        let mut loudest = f32::MIN;
        for index in alike.saturating_sub(1)..FRAMES {
            loudest = loudest.max(self.transform(index));
        }
        let floor = loudest - DECADES;
        for row in self.features.chunks_exact_mut(FRAMES) {
            if let Some(last_alike) = alike.checked_sub(1) {
                let value = row[last_alike];
                row[..last_alike].fill(value);
            }
            for value in row {
                *value = (value.max(floor) + 4.0) / 4.0;
            }
        }
        &self.features
    }

    /// Fills the window; mean and variance include the zeros in front, as in the reference.
    fn normalize(&mut self, samples: &[f32], padding: usize) {
        let count = WINDOW as f64;
        let mean = samples.iter().map(|s| f64::from(*s)).sum::<f64>() / count;
        let squares: f64 = samples.iter().map(|s| (f64::from(*s) - mean).powi(2)).sum();
        let variance = (squares + padding as f64 * mean * mean) / count;
        let scale = 1.0 / (variance + VARIANCE_FLOOR).sqrt();
        let (zeros, rest) = self.window.split_at_mut(padding);
        zeros.fill((-mean * scale) as f32);
        for (normalized, sample) in rest.iter_mut().zip(samples) {
            *normalized = ((f64::from(*sample) - mean) * scale) as f32;
        }
    }

    /// Logarithms of the bands of one frame, into its column; returns the largest.
    fn transform(&mut self, index: usize) -> f32 {
        let start = (index * HOP) as isize - HALF as isize;
        for (n, (value, hann)) in self.frame.iter_mut().zip(&self.hann).enumerate() {
            *value = f64::from(self.window[mirrored(start + n as isize)]) * hann;
        }
        self.fft
            .process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch)
            .expect("the buffers have the lengths that the plan asked for");
        for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
            *power = bin.norm_sqr();
        }
        let mut loudest = f32::MIN;
        for (row, band) in self.bands.iter().enumerate() {
            let bins = &self.power[band.first..];
            let sum: f64 = band.weights.iter().zip(bins).map(|(w, p)| w * p).sum();
            let value = (sum.max(POWER_FLOOR) as f32).log10();
            self.features[row * FRAMES + index] = value;
            loudest = loudest.max(value);
        }
        loudest
    }
}

impl Default for LogMel {
    fn default() -> Self {
        Self::new()
    }
}

/// Index into the window, mirrored at its first and last sample.
fn mirrored(index: isize) -> usize {
    const LAST: usize = WINDOW - 1;
    let index = index.unsigned_abs();
    if index > LAST {
        2 * LAST - index
    } else {
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference takes mean and variance in single precision: on ten recordings that moved
    /// values by up to 1.3e-5, and by 1.2e-7 when it took them as we do.
    const TOLERANCE: f32 = 2e-5;

    /// Bursts of two tones over a noise of integers, with an offset that shows in the padding.
    fn signal(count: u32) -> Vec<f32> {
        let sample = |n: u32| {
            let hash = n.wrapping_mul(2_654_435_761);
            let hash = (hash ^ (hash >> 15)).wrapping_mul(2_246_822_519);
            let noise = f64::from(hash >> 8) / f64::from(1 << 23) - 1.0;
            let t = f64::from(n) / 16_000.0;
            let tones = 0.3 * (2.0 * PI * 220.0 * t).sin()
                + 0.1 * (2.0 * PI * (500.0 + 300.0 * t) * t).sin();
            let burst = if n % 6_400 < 4_000 { tones } else { 0.0 };
            (burst + 0.002 * noise + 0.001) as f32
        };
        (0..count).map(sample).collect()
    }

    fn check(features: &[f32], mean: f64, golden: &[(usize, usize, f32)]) {
        assert_eq!(features.len(), BANDS * FRAMES);
        for &(band, frame, expected) in golden {
            let found = features[band * FRAMES + frame];
            assert!(
                (found - expected).abs() < TOLERANCE,
                "band {band}, frame {frame}: {found}, not {expected}"
            );
        }
        let sum: f64 = features.iter().map(|v| f64::from(*v)).sum();
        let found = sum / features.len() as f64;
        assert!(
            (found - mean).abs() < f64::from(TOLERANCE),
            "mean {found}, not {mean}"
        );
    }

    // The numbers: the NumPy feature extraction inside the Python package `pipecat-ai` 1.14.0
    // (which replicates Whisper's extractor), run on `signal` padded or cut to the window.

    #[test]
    fn short_audio_equals_the_reference_with_silence_in_front() {
        let golden = [
            (0, 0, 0.356004),
            (0, 300, 0.356004),
            (1, 548, 0.081875),
            (0, 549, 0.839984),
            (5, 551, 1.801358),
            (12, 640, 0.347514),
            (40, 640, 0.145751),
            (79, 640, 0.148824),
            (20, 700, 0.094659),
            (60, 799, 0.283583),
            (2, 799, 1.101349),
        ];
        check(LogMel::new().compute(&signal(40_000)), -0.021058, &golden);
    }

    #[test]
    fn of_long_audio_the_end_counts() {
        let golden = [
            (0, 0, 1.411238),
            (0, 300, 0.143431),
            (1, 548, 0.659720),
            (5, 551, 1.678163),
            (40, 640, -0.046543),
            (79, 640, 0.057493),
            (60, 799, -0.071397),
            (2, 799, 0.978601),
        ];
        check(LogMel::new().compute(&signal(150_000)), 0.193677, &golden);
    }

    #[test]
    fn copied_frames_are_what_computing_them_would_give() {
        let mut log_mel = LogMel::new();
        let short = signal(40_000);
        let mut padded = vec![0.0; WINDOW - short.len()];
        padded.extend_from_slice(&short);
        let copied = log_mel.compute(&short).to_vec();
        assert_eq!(copied, log_mel.compute(&padded));
    }

    #[test]
    fn nothing_heard_is_one_value_everywhere() {
        let features = LogMel::new().compute(&[]).to_vec();
        assert!(features.iter().all(|value| *value == -1.5));
    }
}
