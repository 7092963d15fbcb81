//! What a conversation took: stages from the events, response and stop times from the recording.
//!
//! A time counts only if it was measured on a recording of what went into the microphone and what
//! came out of the loudspeaker; the stages explain it.

mod barge_in;
mod cut_off_page;
pub mod device;
mod drafts;
mod drift;
mod endpointing;
mod endpointing_report;
pub mod engines;
mod listener;
mod machine;
mod metric;
mod overlap;
mod put_in;
mod read_aloud;
mod recording;
mod report;
mod stages;
mod statistics;
mod summary;
mod wer;
mod word_times;

pub use barge_in::{BargeIn, scenario as barge_in_scenario};
pub use cut_off_page::cut_off_page;
pub use drafts::Drafts;
pub use endpointing::{Figures, Kind, LENGTHS_MS, Pause, Place, Run, Share, TEXT_AFTER_MS};
pub use endpointing_report::{EndpointingReport, STYLES};
pub use listener::{ListenError, Listener};
pub use machine::{Load, LoadWatch, Machine};
pub use metric::{Better, Distribution, Figure, Metric, Metrics, Rate, Sample, Unit};
pub use overlap::Overlaps;
pub use put_in::{Stimulus, Studio};
pub use read_aloud::ReadAloud;
pub use recording::{MeasureError, Measured, measure};
pub use report::{
    Conversation, CurvePoint, GateResult, Kind as ReportKind, Mark, Report, SCHEMA, SelfTest,
    Stage, Timeline, Trust, Turn, Verdict,
};
pub use stages::{Stages, StagesByTurn};
pub use statistics::{Interval, bootstrap, percentile};
pub use summary::Summary;
pub use wer::{WordErrors, word_errors};
pub use word_times::{Word, WordTimes, WordTimesError};
