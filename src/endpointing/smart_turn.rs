//! Smart Turn version 3.2 (BSD-2) through ONNX Runtime: from the sound of the last 8 s, the
//! probability that the speaker has finished. It needs no transcript, so it can run beside the
//! recognizer. Runs on the thread of its owner.
//!
//! Its window is always 8 s long: a call costs as much for a short turn as for a long one.
//! The model computes in eight bits, so a change in the last digits of its input can move a score
//! in the middle of the range by 0.1: what follows from a score should follow smoothly.

use std::path::Path;

use ort::value::TensorRef;

use super::log_mel::{BANDS, FRAMES, LogMel};
use super::{EndpointingError, TurnDetector};
use crate::onnx::{Graph, OnnxError};

/// The end-of-turn detector that listens to the sound.
pub struct SmartTurn {
    graph: Graph,
    log_mel: LogMel,
}

impl SmartTurn {
    /// Loads the model with `threads` threads.
    ///
    /// # Errors
    /// The runtime or the model cannot be loaded.
    pub fn load(runtime: &Path, model: &Path, threads: usize) -> Result<Self, OnnxError> {
        Ok(Self {
            graph: Graph::load(runtime, model, threads)?,
            log_mel: LogMel::new(),
        })
    }

    fn run(&mut self, samples: &[f32]) -> ort::Result<f32> {
        let features = self.log_mel.compute(samples);
        let mut session = self.graph.lock();
        let outputs = session.run(ort::inputs! {
            "input_features" => TensorRef::from_array_view(([1usize, BANDS, FRAMES], features))?,
        })?;
        // Named `logits`, but the graph ends in a sigmoid.
        let (_, output) = outputs["logits"].try_extract_tensor::<f32>()?;
        match output.first() {
            Some(probability) if probability.is_finite() => Ok(*probability),
            other => Err(ort::Error::new(format!("it gave {other:?}"))),
        }
    }
}

impl TurnDetector for SmartTurn {
    fn warm_up(&mut self) -> Result<(), EndpointingError> {
        self.probability(&[]).map(|_| ())
    }

    fn probability(&mut self, samples: &[f32]) -> Result<f32, EndpointingError> {
        self.run(samples)
            .map_err(|e| EndpointingError::Run(e.to_string()))
    }
}
