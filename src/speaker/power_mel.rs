//! Power in mel bands, not its logarithm: 40 bands of 25 ms Hann frames every 10 ms at 16 kHz, centred, with zeros
//! around. What the speaker encoder was trained on (librosa's `melspectrogram`).

use std::f32::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::audio::mel_filters::{FFT_LEN, MelFilter, TOP_BIN, mel_filters};

/// Bands.
pub const BANDS: usize = 40;
/// Samples between two frames: 10 ms.
const HOP: usize = 160;

/// The transform, planned once, and its buffers.
pub struct PowerMel {
    fft: Arc<dyn RealToComplex<f32>>,
    hann: Vec<f32>,
    bands: Vec<MelFilter>,
    frame: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    power: [f64; TOP_BIN + 1],
}

impl PowerMel {
    /// Plans the transform and computes the filters.
    pub fn new() -> Self {
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(FFT_LEN);
        let hann = |n: usize| 0.5 - 0.5 * (2.0 * PI * n as f32 / FFT_LEN as f32).cos();
        Self {
            hann: (0..FFT_LEN).map(hann).collect(),
            bands: mel_filters(BANDS),
            frame: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            power: [0.0; TOP_BIN + 1],
            fft,
        }
    }

    /// Rows of [`BANDS`] values, one for each 10 ms of `samples` and one more.
    pub fn compute(&mut self, samples: &[f32]) -> Vec<f32> {
        let frames = samples.len() / HOP + 1;
        let mut rows = Vec::with_capacity(frames * BANDS);
        for frame in 0..frames {
            let start = (frame * HOP) as isize - TOP_BIN as isize;
            for (n, (value, hann)) in self.frame.iter_mut().zip(&self.hann).enumerate() {
                let index = usize::try_from(start + n as isize).ok();
                let sample = index.and_then(|index| samples.get(index));
                *value = sample.map_or(0.0, |sample| sample * hann);
            }
            self.fft
                .process(&mut self.frame, &mut self.spectrum)
                .expect("the buffers have the lengths that the plan asked for");
            for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
                *power = f64::from(bin.norm_sqr());
            }
            rows.extend(self.bands.iter().map(|band| {
                let powers = self.power[band.first..].iter();
                powers.zip(&band.weights).map(|(p, w)| p * w).sum::<f64>() as f32
            }));
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_loudest_in_its_own_band() {
        let tone = |hz: f32| -> Vec<f32> {
            (0..16_000)
                .map(|n| (2.0 * PI * hz * n as f32 / 16_000.0).sin())
                .collect()
        };
        let mut mel = PowerMel::new();
        let mut loudest = |hz: f32| {
            let rows = mel.compute(&tone(hz));
            let row = &rows[50 * BANDS..51 * BANDS];
            row.iter()
                .enumerate()
                .max_by(|a, b| a.1.total_cmp(b.1))
                .unwrap()
                .0
        };
        assert!(loudest(200.0) < loudest(1_000.0));
        assert!(loudest(1_000.0) < loudest(4_000.0));
    }

    #[test]
    fn there_is_a_row_for_each_ten_milliseconds() {
        assert_eq!(PowerMel::new().compute(&[0.0; 1_600]).len(), 11 * BANDS);
    }
}
