//! The mel filters that models of speech hear through: triangles over the spectrum of 25 ms at
//! [`SPEECH_RATE`]. Pure, any thread.

use super::frame::SPEECH_RATE;

/// Bands of Whisper, and of whoever computes the same features.
pub const BANDS: usize = 80;
/// Samples of the transform.
pub const FFT_LEN: usize = 400;
/// The highest bin of its spectrum, which has one more.
pub const TOP_BIN: usize = FFT_LEN / 2;

/// One triangular filter: its first bin, and the weights from there on.
pub struct MelFilter {
    /// Counted from 0 Hz.
    pub first: usize,
    /// Of the power in this bin and those after it.
    pub weights: Vec<f64>,
}

/// Slaney's mel scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above.
const KNEE_HZ: f64 = 1_000.0;
const KNEE_MEL: f64 = 15.0;
const HZ_PER_MEL: f64 = KNEE_HZ / KNEE_MEL;
/// A factor of 6.4 in frequency is 27 mels.
const LOG_STEP: (f64, f64) = (6.4, 27.0);

fn mel_to_hz(mel: f64) -> f64 {
    if mel < KNEE_MEL {
        return mel * HZ_PER_MEL;
    }
    KNEE_HZ * LOG_STEP.0.powf((mel - KNEE_MEL) / LOG_STEP.1)
}

/// Triangles of equal area between neighbouring mels, from 0 Hz to half the sampling rate:
/// `bands` of them.
pub fn mel_filters(bands: usize) -> Vec<MelFilter> {
    let top_hz = f64::from(SPEECH_RATE) / 2.0;
    let top_mel = KNEE_MEL + LOG_STEP.1 * (top_hz / KNEE_HZ).ln() / LOG_STEP.0.ln();
    let corner = |n: usize| mel_to_hz(top_mel * n as f64 / (bands + 1) as f64);
    let bin_hz = top_hz / TOP_BIN as f64;
    (0..bands)
        .map(|band| {
            let (low, centre, high) = (corner(band), corner(band + 1), corner(band + 2));
            let weight = |bin: usize| {
                let hz = bin as f64 * bin_hz;
                let slope = ((hz - low) / (centre - low)).min((high - hz) / (high - centre));
                slope.max(0.0) * 2.0 / (high - low)
            };
            let first = (0..=TOP_BIN).find(|bin| weight(*bin) > 0.0).unwrap_or(0);
            let weights = (first..=TOP_BIN).map(weight).take_while(|w| *w > 0.0);
            MelFilter {
                first,
                weights: weights.collect(),
            }
        })
        .collect()
}
