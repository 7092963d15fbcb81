//! What a conversation took: stages from the events, response and stop times from the recording.
//!
//! A time counts only if it was measured on a recording of what went into the microphone and what
//! came out of the loudspeaker; the stages explain it.

mod barge_in;
mod overlap;
mod read_aloud;
mod recording;
mod stages;
mod summary;

pub use barge_in::{BargeIn, scenario as barge_in_scenario};
pub use overlap::Overlaps;
pub use read_aloud::ReadAloud;
pub use recording::{MeasureError, Measured, measure};
pub use stages::{Stages, StagesByTurn};
pub use summary::Summary;
