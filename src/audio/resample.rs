//! Sample-rate conversion of mono signals, over `rubato`.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

use super::AudioError;

/// Target length of a resampler step, in steps per second: 10 ms.
const STEPS_PER_SECOND: u32 = 100;

/// Converts a stream of arbitrary pieces from one rate to another.
///
/// Adds about 5 ms of delay where the rates differ, none where they are equal.
pub struct StreamResampler {
    fft: Option<Fft<f32>>,
    pending: Vec<f32>,
    scratch: Vec<f32>,
}

impl StreamResampler {
    /// A converter from `from` Hz to `to` Hz.
    pub fn new(from: u32, to: u32) -> Result<Self, AudioError> {
        let fft = if from == to {
            None
        } else {
            Some(new_fft(from, to)?)
        };
        let scratch = vec![0.0; fft.as_ref().map_or(0, Resampler::output_frames_max)];
        Ok(Self {
            fft,
            pending: Vec::new(),
            scratch,
        })
    }

    /// Takes `input` and appends to `output` what can be computed from it; the rest waits.
    pub fn push(&mut self, input: &[f32], output: &mut Vec<f32>) {
        let Some(fft) = &mut self.fft else {
            output.extend_from_slice(input);
            return;
        };
        self.pending.extend_from_slice(input);
        let mut taken = 0;
        loop {
            let needed = fft.input_frames_next();
            let Some(chunk) = self.pending.get(taken..taken + needed) else {
                break;
            };
            output.extend_from_slice(step(fft, chunk, &mut self.scratch));
            taken += needed;
        }
        self.pending.drain(..taken);
    }

    /// Appends what still waits, padded with silence to a whole step, and forgets the past.
    pub fn flush(&mut self, output: &mut Vec<f32>) {
        let Some(fft) = &self.fft else { return };
        // One step of silence pushes the converter's own delay out as well.
        let silence = fft.input_frames_next() * 2 - self.pending.len();
        self.push(&vec![0.0; silence], output);
        self.reset();
    }

    /// Forgets the past, as for a new stream.
    pub fn reset(&mut self) {
        self.pending.clear();
        if let Some(fft) = &mut self.fft {
            fft.reset();
        }
    }
}

/// Converts a whole clip; the result lines up with the input and has its duration.
pub fn resample_clip(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, AudioError> {
    if from == to || samples.is_empty() {
        return Ok(samples.to_vec());
    }
    let mut fft = new_fft(from, to)?;
    let input =
        InterleavedSlice::new(samples, 1, samples.len()).map_err(|e| failed(from, to, &e))?;
    let output = fft
        .process_all(&input, samples.len(), None)
        .map_err(|e| failed(from, to, &e))?;
    Ok(output.take_data())
}

fn new_fft(from: u32, to: u32) -> Result<Fft<f32>, AudioError> {
    let chunk = (from / STEPS_PER_SECOND).max(1) as usize;
    Fft::new(from as usize, to as usize, chunk, 1, FixedSync::Both)
        .map_err(|e| failed(from, to, &e))
}

fn step<'a>(fft: &mut Fft<f32>, chunk: &[f32], scratch: &'a mut [f32]) -> &'a [f32] {
    let frames = scratch.len();
    let input = InterleavedSlice::new(chunk, 1, chunk.len()).expect("a slice of its own length");
    let mut output =
        InterleavedSlice::new_mut(scratch, 1, frames).expect("a slice of its own length");
    let (_, written) = fft
        .process_into_buffer(&input, &mut output, None)
        .expect("both buffers have the lengths that the resampler asked for");
    &scratch[..written]
}

fn failed(from: u32, to: u32, error: &dyn std::fmt::Display) -> AudioError {
    AudioError::Resample {
        from,
        to,
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(rate: u32, hz: f32, samples: usize) -> Vec<f32> {
        (0..samples)
            .map(|n| (n as f32 * hz * std::f32::consts::TAU / rate as f32).sin() * 0.5)
            .collect()
    }

    #[test]
    fn a_clip_keeps_its_duration_and_level() {
        for rate in [8_000, 11_025, 22_050, 44_100, 192_000] {
            let out = resample_clip(&sine(rate, 440.0, rate as usize), rate, 16_000).unwrap();
            assert!(
                (out.len() as i64 - 16_000).abs() <= 2,
                "{rate}: {}",
                out.len()
            );
            let level = crate::audio::frame::rms(&out[2_000..14_000]);
            assert!((level - 0.3535).abs() < 0.01, "{rate}: {level}");
        }
    }

    #[test]
    fn a_stream_in_odd_pieces_loses_nothing() {
        let input = sine(48_000, 440.0, 48_000);
        let mut resampler = StreamResampler::new(48_000, 16_000).unwrap();
        let mut output = Vec::new();
        for piece in input.chunks(377) {
            resampler.push(piece, &mut output);
        }
        resampler.flush(&mut output);
        assert!(output.len() >= 16_000, "{}", output.len());
    }

    #[test]
    fn equal_rates_pass_through() {
        let mut output = Vec::new();
        let mut resampler = StreamResampler::new(16_000, 16_000).unwrap();
        resampler.push(&[0.1, 0.2], &mut output);
        assert_eq!(output, [0.1, 0.2]);
    }
}
