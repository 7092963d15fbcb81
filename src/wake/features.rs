//! Features of speech: a mel spectrogram, and Google's speech embedding over windows of it, through ONNX Runtime.
//!
//! A frame of the spectrogram is 25 ms, the next begins 10 ms later, and has 32 bands. A window is 76 frames; the next
//! begins 8 frames later. Streamed, they are the same numbers as over the whole sound at once.

use std::path::Path;

use ort::value::TensorRef;

use super::WakeError;
use crate::audio::frame::SPEECH_RATE;
use crate::onnx::{Graph, OnnxError};

/// Numbers that describe a window.
pub const EMBEDDING: usize = 96;
/// A window, described.
pub type Embedding = [f32; EMBEDDING];
/// Samples at 16 kHz from one window to the next: 80 ms.
pub const STEP: usize = 8 * HOP;
/// Samples between the beginnings of frames.
const HOP: usize = SPEECH_RATE as usize / 100;
/// Samples of a frame: the graph takes 512 for a window of 400 in their middle.
const FRAME_SAMPLES: usize = 512;
/// Bands of a frame.
const BANDS: usize = 32;
/// Frames of a window.
const WINDOW: usize = 76;
/// Frames between the beginnings of windows.
const WINDOW_HOP: usize = 8;
/// The embedding was trained on samples of 16 bits.
const FULL_SCALE: f32 = 32_768.0;

/// Samples that so many windows span.
pub const fn span(windows: usize) -> usize {
    let frames = WINDOW + windows.saturating_sub(1) * WINDOW_HOP;
    (frames - 1) * HOP + FRAME_SAMPLES
}

/// The two graphs, and what they have not used yet.
pub struct Features {
    mel: Graph,
    embedding: Graph,
    /// Samples of frames that are not whole yet.
    samples: Vec<f32>,
    /// Frames of windows that are not whole yet, one after the other.
    frames: Vec<f32>,
}

impl Features {
    /// Loads the graphs, with one thread: a step takes two milliseconds.
    ///
    /// # Errors
    /// The runtime or a graph cannot be loaded.
    pub fn load(runtime: &Path, mel: &Path, embedding: &Path) -> Result<Self, OnnxError> {
        Ok(Self {
            mel: Graph::load(runtime, mel, 1)?,
            embedding: Graph::load(runtime, embedding, 1)?,
            samples: Vec::new(),
            frames: Vec::new(),
        })
    }

    /// Forgets the past.
    pub fn reset(&mut self) {
        self.samples.clear();
        self.frames.clear();
    }

    /// Takes samples at 16 kHz, full scale 1, and appends the windows that they complete.
    ///
    /// # Errors
    /// A graph fails, or is not what it should be.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<Embedding>) -> Result<(), WakeError> {
        self.samples.extend(samples.iter().map(|s| s * FULL_SCALE));
        if self.samples.len() < FRAME_SAMPLES {
            return Ok(());
        }
        let frames = (self.samples.len() - FRAME_SAMPLES) / HOP + 1;
        // A step's frames together: the graph takes almost as long for one.
        if frames < WINDOW_HOP {
            return Ok(());
        }
        let used = (frames - 1) * HOP + FRAME_SAMPLES;
        let spectrum = self.spectrum(used).map_err(failed)?;
        if spectrum.len() != frames * BANDS {
            let got = spectrum.len();
            let message = format!("the spectrogram of {frames} frames has {got} numbers");
            return Err(WakeError(message));
        }
        self.samples.drain(..frames * HOP);
        self.frames.extend(spectrum);
        let windows = (self.frames.len() / BANDS + WINDOW_HOP).saturating_sub(WINDOW) / WINDOW_HOP;
        // Not too many at once: a long sound is not held in memory eight times over.
        for first in (0..windows).step_by(MOST_AT_ONCE) {
            let count = MOST_AT_ONCE.min(windows - first);
            self.embed(first, count, out)?;
        }
        self.frames.drain(..windows * WINDOW_HOP * BANDS);
        Ok(())
    }

    /// Decibels as the embedding takes them, frame after frame.
    fn spectrum(&self, used: usize) -> ort::Result<Vec<f32>> {
        let mut session = self.mel.lock();
        let shape = [1usize, used];
        let samples = TensorRef::from_array_view((shape, &self.samples[..used]))?;
        let outputs = session.run(ort::inputs!["input" => samples])?;
        let (_, decibels) = outputs[0].try_extract_tensor::<f32>()?;
        Ok(decibels.iter().map(|db| db / 10.0 + 2.0).collect())
    }

    fn embed(&self, first: usize, count: usize, out: &mut Vec<Embedding>) -> Result<(), WakeError> {
        let mut input: Vec<f32> = Vec::with_capacity(count * WINDOW * BANDS);
        for window in first..first + count {
            let at = window * WINDOW_HOP * BANDS;
            input.extend(&self.frames[at..at + WINDOW * BANDS]);
        }
        let run = || -> ort::Result<Vec<f32>> {
            let mut session = self.embedding.lock();
            let shape = [count, WINDOW, BANDS, 1];
            let windows = TensorRef::from_array_view((shape, &*input))?;
            let outputs = session.run(ort::inputs!["input_1" => windows])?;
            Ok(outputs[0].try_extract_tensor::<f32>()?.1.to_vec())
        };
        let numbers = run().map_err(failed)?;
        let (embeddings, rest) = numbers.as_chunks::<EMBEDDING>();
        if embeddings.len() != count || !rest.is_empty() {
            let got = numbers.len();
            let message = format!("the embedding of {count} windows has {got} numbers");
            return Err(WakeError(message));
        }
        out.extend_from_slice(embeddings);
        Ok(())
    }
}

/// Windows that are embedded at once.
const MOST_AT_ONCE: usize = 16;

fn failed(error: ort::Error) -> WakeError {
    WakeError(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_windows_span_two_seconds() {
        assert_eq!(span(1), 75 * 160 + 512);
        assert_eq!(span(16), span(1) + 15 * STEP);
    }
}
