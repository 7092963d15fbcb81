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
    let turn = PI * prediction.pulse_turn[at].tanh();
    rest + pulse * Complex::from_polar(magnitude(prediction.pulse_level), turn)
}
