//! Silero VAD (version 5, MIT) through ONNX Runtime: 32 ms frames with 4 ms of context.

use std::path::Path;

use ort::session::Session;
use ort::value::TensorRef;

use super::{VadError, VoiceActivityDetector};
use crate::onnx::{self, OnnxError};

const FRAME_LEN: usize = 512;
const CONTEXT: usize = 64;
const STATE: [usize; 3] = [2, 1, 128];
const STATE_LEN: usize = 256;

/// The second opinion on speech.
pub struct Silero {
    session: Session,
    state: Vec<f32>,
    /// The context of the frame before, then the frame.
    input: Vec<f32>,
}

impl Silero {
    /// Loads the model with one thread: a frame costs well under a millisecond.
    pub fn load(runtime: &Path, model: &Path) -> Result<Self, OnnxError> {
        Ok(Self {
            session: onnx::load(runtime, model, 1)?,
            state: vec![0.0; STATE_LEN],
            input: vec![0.0; CONTEXT + FRAME_LEN],
        })
    }

    fn run(&mut self, frame: &[f32]) -> ort::Result<f32> {
        self.input.copy_within(FRAME_LEN.., 0);
        self.input[CONTEXT..].copy_from_slice(frame);
        let rate = [16_000i64];
        let outputs = self.session.run(ort::inputs! {
            "input" => TensorRef::from_array_view(([1usize, CONTEXT + FRAME_LEN], &*self.input))?,
            "state" => TensorRef::from_array_view((STATE, &*self.state))?,
            "sr" => TensorRef::from_array_view(((), &rate[..]))?,
        })?;
        let (_, state) = outputs["stateN"].try_extract_tensor::<f32>()?;
        self.state.copy_from_slice(state);
        let (_, output) = outputs["output"].try_extract_tensor::<f32>()?;
        Ok(output.first().copied().unwrap_or(0.0))
    }
}

impl VoiceActivityDetector for Silero {
    fn frame_len(&self) -> usize {
        FRAME_LEN
    }

    fn probability(&mut self, frame: &[f32]) -> Result<f32, VadError> {
        self.run(frame)
            .map_err(|e| VadError(format!("Silero: {e}")))
    }

    fn reset(&mut self) {
        self.state.fill(0.0);
        self.input.fill(0.0);
    }
}
