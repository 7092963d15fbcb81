//! Short-time Fourier transforms and back, as Hibari's decoder was trained with them: PyTorch's `stft` and
//! `istft` with `center=True`, a periodic Hann window of 1200 samples and steps of 300.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Samples in a frame.
const FRAME: usize = 1200;
/// Samples from one frame to the next.
pub const STEP: usize = 300;
/// Numbers in a frame's spectrum.
pub const BINS: usize = FRAME / 2 + 1;
/// Frames that overlap at each sample.
const OVERLAP: usize = FRAME / STEP;
/// The sum of squared windows that a sample is divided by is at least this: the reference's value.
const LEAST_WEIGHT: f32 = 1e-11;

/// The transforms' plans and the window.
pub struct Stft {
    forward: Arc<dyn RealToComplex<f32>>,
    backward: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    frame: Vec<f32>,
    scratch: Vec<Complex<f32>>,
}

impl Stft {
    pub fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(FRAME);
        let backward = planner.plan_fft_inverse(FRAME);
        let hann = |n: usize| (0.5 - 0.5 * (TAU * n as f64 / FRAME as f64).cos()) as f32;
        let scratch = forward.get_scratch_len().max(backward.get_scratch_len());
        Self {
            forward,
            backward,
            window: (0..FRAME).map(hann).collect(),
            frame: vec![0.0; FRAME],
            scratch: vec![Complex::default(); scratch],
        }
    }

    /// The spectrum of the frame that is centred `index` steps into a signal, which is mirrored at its ends.
    /// A cosine of amplitude 1 has a peak of 1.
    pub fn analyse(&mut self, signal: &[f32], index: usize, spectrum: &mut [Complex<f32>]) {
        let first = (index * STEP) as isize - (FRAME / 2) as isize;
        // The sum of the window is half its length, and each half of the spectrum has half of a cosine.
        let scale = 4.0 / FRAME as f32;
        for (n, (out, window)) in self.frame.iter_mut().zip(&self.window).enumerate() {
            let sample = signal[mirrored(first + n as isize, signal.len())];
            *out = sample * window * scale;
        }
        self.forward
            .process_with_scratch(&mut self.frame, spectrum, &mut self.scratch)
            .expect("all lengths are the plan's");
    }

    /// Adds the frame with this spectrum, which it spoils, to a sum of frames.
    pub fn add(&mut self, spectrum: &mut [Complex<f32>], index: usize, sum: &mut FrameSum) {
        // Neither has a phase in a real signal; the transform refuses one.
        spectrum[0].im = 0.0;
        spectrum[BINS - 1].im = 0.0;
        self.backward
            .process_with_scratch(spectrum, &mut self.frame, &mut self.scratch)
            .expect("all lengths are the plan's");
        let place = &mut sum.samples[index * STEP..index * STEP + FRAME];
        for ((out, sample), window) in place.iter_mut().zip(&self.frame).zip(&self.window) {
            *out += sample * window / FRAME as f32;
        }
    }

    /// The signal of a whole sum of frames, as many steps long as there are frames.
    pub fn signal(&self, sum: FrameSum) -> Vec<f32> {
        let mut samples = sum.samples;
        let frames = (samples.len() - FRAME) / STEP + 1;
        for (step, part) in samples.chunks_mut(STEP).enumerate() {
            // Windows of the frames that reach here: fewer at both ends.
            let reach = step.saturating_sub(frames - 1)..OVERLAP.min(step + 1);
            for (n, sample) in part.iter_mut().enumerate() {
                let square = |k: usize| self.window[k * STEP + n].powi(2);
                let weight: f32 = reach.clone().map(square).sum();
                *sample /= weight.max(LEAST_WEIGHT);
            }
        }
        samples.drain(..FRAME / 2);
        samples.truncate(frames * STEP);
        samples
    }
}

/// Frames that were added at their places.
pub struct FrameSum {
    samples: Vec<f32>,
}

impl FrameSum {
    /// Room for at least one frame.
    pub fn new(frames: usize) -> Self {
        Self {
            samples: vec![0.0; frames.saturating_sub(1) * STEP + FRAME],
        }
    }
}

/// The index in a signal that is mirrored at its first and last sample, as often as it takes.
fn mirrored(index: isize, length: usize) -> usize {
    let last = length as isize - 1;
    if last <= 0 {
        return 0;
    }
    let turned = index.rem_euclid(2 * last);
    turned.min(2 * last - turned) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(signal: &[f32]) -> Vec<f32> {
        let mut stft = Stft::new();
        let frames = signal.len() / STEP;
        let mut sum = FrameSum::new(frames);
        let mut spectrum = vec![Complex::default(); BINS];
        for index in 0..frames {
            stft.analyse(signal, index, &mut spectrum);
            spectrum
                .iter_mut()
                .for_each(|bin| *bin *= FRAME as f32 / 4.0);
            stft.add(&mut spectrum, index, &mut sum);
        }
        stft.signal(sum)
    }

    #[test]
    fn a_signal_comes_back_as_it_was() {
        let signal: Vec<f32> = (0..20 * STEP)
            .map(|n| (n as f32 * 0.05).sin() + 0.3 * (n as f32 * 0.71).cos())
            .collect();
        let back = there_and_back(&signal);
        assert_eq!(back.len(), signal.len());
        // Single precision; the last frame has few windows over it.
        let worst = |range: std::ops::Range<usize>| {
            let pairs = signal[range.clone()].iter().zip(&back[range]);
            pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
        };
        assert!(worst(0..19 * STEP) < 1e-5, "{}", worst(0..19 * STEP));
        assert!(worst(19 * STEP..20 * STEP) < 1e-3);
    }

    #[test]
    fn a_cosine_of_amplitude_one_has_a_peak_of_one() {
        let bin = 50;
        let signal: Vec<f32> = (0..10 * STEP)
            .map(|n| (TAU * (bin * n % FRAME) as f64 / FRAME as f64).cos() as f32)
            .collect();
        let mut spectrum = vec![Complex::default(); BINS];
        Stft::new().analyse(&signal, 5, &mut spectrum);
        assert!((spectrum[bin].norm() - 1.0).abs() < 1e-4);
    }

    #[test]
    fn a_signal_shorter_than_half_a_frame_is_mirrored_several_times() {
        assert_eq!(
            (-3..7).map(|n| mirrored(n, 3)).collect::<Vec<_>>(),
            [1, 2, 1, 0, 1, 2, 1, 0, 1, 2]
        );
        assert_eq!(there_and_back(&[0.5; STEP]).len(), STEP);
    }
}
