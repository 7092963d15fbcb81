//! Playback: clauses in, samples out, and the truth about what was heard.

mod heard;
mod queue;

pub use heard::HeardClock;
pub use queue::{DUCKED_GAIN, PlaybackQueue, Played};
