//! From what Hibari's graph predicts to a waveform: for each frame pulses at the pitch through a filter,
//! noise through another, and a part with phases of its own, as `dsp.py` of hibari-tts 0.2.1 has it.

use std::f32::consts::PI;

use realfft::num_complex::Complex;

use super::pulses::pulses;
use super::stft::{BINS, FrameSum, Stft};
use crate::cancellation::Cancelled;

/// Logarithms of magnitudes are not taken to be more than this.
const LOUDEST: f32 = 7.0;
/// Frames whose spectra are computed together: a graph's outputs have a bin's frames side by side.
const BLOCK: usize = 16;

/// What the graph predicts: tables of [`BINS`] rows with a number for each frame.
pub struct Prediction<'a> {
    /// Logarithm of the filter's magnitude for the pulses.
    pub pulse_level: &'a [f32],
    /// The filter's phase; 1 turns by half a circle after `tanh`.
    pub pulse_turn: &'a [f32],
    /// Logarithm of the magnitude of the noise.
    pub noise_level: &'a [f32],
    /// Logarithm of the magnitude of the free part.
    pub free_level: &'a [f32],
    /// Phase of the free part. Radians.
    pub free_phase: &'a [f32],
    /// Pitch of each frame, 0 without voice. Hz.
    pub pitch_hz: &'a [f32],
}

impl Prediction<'_> {
    /// Whether all tables have the size that the pitch has frames for.
    pub fn is_whole(&self) -> bool {
        let size = self.pitch_hz.len() * BINS;
        let tables = [
            self.pulse_level,
            self.pulse_turn,
            self.noise_level,
            self.free_level,
            self.free_phase,
        ];
        tables.iter().all(|table| table.len() == size)
    }
}

/// The waveform, one step for each frame. `noise` gives complex numbers whose parts have variance 1.
/// `None`: cancelled.
pub fn waveform(
    cancelled: Cancelled,
    stft: &mut Stft,
    prediction: &Prediction,
    mut noise: impl FnMut() -> Complex<f32>,
) -> Option<Vec<f32>> {
    let frames = prediction.pitch_hz.len();
    if frames == 0 {
        return Some(Vec::new());
    }
    let source = pulses(prediction.pitch_hz);
    let mut sum = FrameSum::new(frames);
    let mut spectra = vec![Complex::default(); BLOCK * BINS];
    for first in (0..frames).step_by(BLOCK) {
        if cancelled() {
            return None;
        }
        let block = first..(first + BLOCK).min(frames);
        for (index, spectrum) in block.clone().zip(spectra.chunks_mut(BINS)) {
            stft.analyse(&source, index, spectrum);
        }
        for bin in 0..BINS {
            for index in block.clone() {
                let out = &mut spectra[(index - first) * BINS + bin];
                *out = shaped(prediction, bin * frames + index, *out, noise());
            }
        }
        for (index, spectrum) in block.zip(spectra.chunks_mut(BINS)) {
            stft.add(spectrum, index, &mut sum);
        }
    }
    Some(stft.signal(sum))
}

/// One number of a frame's spectrum.
fn shaped(
    prediction: &Prediction,
    at: usize,
    pulse: Complex<f32>,
    noise: Complex<f32>,
) -> Complex<f32> {
    let magnitude = |level: &[f32]| level[at].min(LOUDEST).exp();
    let phase = prediction.free_phase[at];
    let rest = noise * magnitude(prediction.noise_level)
        + Complex::from_polar(magnitude(prediction.free_level), phase);
    // A third of the frames have no voice: their filter need not be computed.
    if pulse == Complex::default() {
        return rest;
    }
    let turn = PI * tanh(prediction.pulse_turn[at]);
    rest + pulse * Complex::from_polar(magnitude(prediction.pulse_level), turn)
}

/// The hyperbolic tangent to a millionth, for which the standard library takes three times as long.
fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / ((2.0 * x).exp() + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_tangent_is_the_standard_librarys_to_a_millionth() {
        for n in -1_000..=1_000 {
            let x = n as f32 / 50.0;
            assert!((tanh(x) - x.tanh()).abs() < 1e-6, "{x}");
        }
        assert_eq!((tanh(-1e9), tanh(1e9)), (-1.0, 1.0));
    }

    /// A prediction without voice and without a free part, and noise of this level.
    fn noise_alone(frames: usize, level: f32, cancelled: bool) -> Option<Vec<f32>> {
        let (silent, noise) = (vec![-30.0; frames * BINS], vec![level; frames * BINS]);
        let prediction = Prediction {
            pulse_level: &silent,
            pulse_turn: &silent,
            noise_level: &noise,
            free_level: &silent,
            free_phase: &silent,
            pitch_hz: &vec![0.0; frames],
        };
        assert!(prediction.is_whole());
        let one = || Complex::new(1.0, 0.0);
        waveform(&|| cancelled, &mut Stft::new(), &prediction, one)
    }

    #[test]
    fn there_is_a_step_of_samples_for_each_frame() {
        for frames in [0, 1, 2, 17, 40] {
            let samples = noise_alone(frames, 0.0, false).unwrap();
            assert_eq!(samples.len(), frames * super::super::stft::STEP);
            assert!(samples.iter().all(|sample| sample.is_finite()));
        }
    }

    #[test]
    fn a_level_beyond_the_limit_is_the_limit() {
        let at_the_limit = noise_alone(20, LOUDEST, false);
        assert_eq!(noise_alone(20, 50.0, false), at_the_limit);
    }

    #[test]
    fn a_waveform_that_is_cancelled_is_given_up() {
        assert_eq!(noise_alone(20, 0.0, true), None);
    }
}
