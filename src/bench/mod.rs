//! What a conversation took: stages from the events, response and stop times from the recording.
//!
//! A time counts only if it was measured on a recording of what went into the microphone and what
//! came out of the loudspeaker; the stages explain it.

mod recording;
mod stages;
mod summary;

pub use recording::{MeasureError, Measured, measure};
pub use stages::{Stages, StagesByTurn};
pub use summary::Summary;
