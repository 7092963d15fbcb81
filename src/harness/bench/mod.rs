//! What a conversation took: stages from the events, response and stop times from the recording.
//!
//! A time counts only if it was measured on a recording of what went into the microphone and what
//! came out of the loudspeaker; the stages explain it.

mod barge_in;
mod channel;
mod compare;
mod conversation;
mod csv;
mod curve;
mod delayed;
pub mod device;
mod drafts;
mod endpointing;
mod endpointing_report;
pub mod engines;
pub mod eot_bench;
mod figures;
mod format;
mod full_duplex;
mod full_duplex_export;
mod gate;
mod listener;
mod livekit;
mod machine;
mod markdown;
mod metric;
mod page;
mod provenance;
mod read_aloud;
mod recording;
mod replay;
mod report;
mod report_file;
mod self_test;
mod separation;
mod stage_figures;
mod statistics;
mod stimulus_placement;
mod suite;
mod summary;
mod summary_sentence;
#[cfg(test)]
mod test_reports;
mod turns;
mod wer;
mod word_times;

pub mod assistant;
pub mod persona;
pub mod soak;

// Of a report's turns.
pub use crate::events::{Expect, Stage};

pub use barge_in::{BargeIn, scenario as barge_in_scenario};
pub use channel::Channel;
pub use compare::{
    Change, CompareError, Comparison, Differs, Outcome, Statistic, compare, compare_markdown,
    least_effect,
};
pub use conversation::conversation;
pub use csv::{samples_csv, turns_csv};
pub use curve::{Questions, curve_figures};
pub use delayed::Delay;
pub use drafts::Drafts;
pub use endpointing::{Figures, Kind, LENGTHS_MS, Pause, Place, Run, Share, TEXT_AFTER_MS};
pub use endpointing_report::{EndpointingReport, STYLES};
pub use figures::figures;
pub use format::{Cells, HEADINGS, number};
pub use full_duplex_export::export_full_duplex_bench;
pub use gate::{Gate, GateError};
pub use listener::{ListenError, Listener, Reader};
pub use machine::{Load, LoadWatch, Machine, disturbed};
pub use markdown::markdown;
pub use metric::{Better, Distribution, Figure, Metric, Metrics, Rate, Sample, Unit};
pub use page::{compare_page, cut_off_page, report_page};
pub use read_aloud::ReadAloud;
pub use recording::{Events, MeasureError, Recording};
pub use replay::{changes, decisions, stimulus_events, user_side, with_stimuli};
pub use report::{
    Conversation, CurvePoint, GateResult, Kind as ReportKind, Mark, Report, SCHEMA, SelfTest,
    Timeline, Trust, Turn, Verdict,
};
pub use report_file::{ReportError, schema_json};
pub use self_test::{SHORT, WHOLE, self_test};
pub use separation::{Cut, Judged, auc, auc_interval, cut_keeping};
pub use statistics::{Interval, bootstrap, percentile};
pub use stimulus_placement::{PlacedStimulus, Studio};
pub use suite::scenarios;
pub use summary::Summary;
pub use summary_sentence::conversation_sentence;
pub use turns::turns;
pub use wer::{WordErrors, word_errors};
pub use word_times::{Word, WordTimes, WordTimesError};
