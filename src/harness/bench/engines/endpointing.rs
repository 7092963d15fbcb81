//! End of turn: what a score costs, its features and the whole.

use std::hint::black_box;

use super::speech::speech;
use super::{EngineBenchError, Task};
use crate::endpointing::{LogMel, TurnDetector};

/// The detector looks at the last eight seconds. Seconds.
const WINDOW_S: usize = 8;

pub(super) fn measure(task: &mut Task) -> Result<(), EngineBenchError> {
    let mut detector = task.loader.turn_detector()?;
    detector.warm_up()?;
    let samples = speech(WINDOW_S)?;
    let mut features = LogMel::new();
    task.time(("features", "the log-mel spectrogram of 8 s"), || {
        black_box(features.compute(black_box(&samples)));
        Ok(())
    })?;
    task.time(
        (
            "score",
            "from 8 s of speech to a score: features and inference",
        ),
        || {
            detector.probability(&samples)?;
            Ok(())
        },
    )
}
