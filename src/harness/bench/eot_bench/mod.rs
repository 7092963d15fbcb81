//! The rows of eot-bench (<https://github.com/livekit/eot-bench>), and its predictions. Pure.
//!
//! A row is a whole turn of a user's with every silence in it. The last silence is the end (`eot`), the others are
//! pauses (`hold`). A prediction is how probable the end is at a time within a silence, from what was heard until
//! then. The benchmark keeps both as Parquet; here they are JSON Lines with the same fields.

mod figures;

pub use figures::{EotBenchReport, OperatingPoint, OperatingPoints};

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use super::Pause;

/// Time from one prediction to the next. Seconds.
const INTERVAL_S: f64 = 0.1;
/// Silences shorter than this are left out. Seconds.
const LEAST_SILENCE_S: f64 = 0.1;
/// Times this close are the same. Seconds.
const SAME_S: f64 = 1e-6;

/// What cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EotBenchError {
    /// A line is no row, or no prediction.
    #[error("line {line}: {reason}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// Lines that do not fit together.
    #[error("turn {id}, silence {span_index}: {reason}")]
    Span {
        /// The turn.
        id: String,
        /// The silence, from 0.
        span_index: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There is nothing to measure.
    #[error(
        "there must be pauses from 0.2 to 5 s and ends of turns, and there are {pauses} and {ends}"
    )]
    TooFew {
        /// Pauses that count.
        pauses: usize,
        /// Ends of turns.
        ends: usize,
    },
}

/// A turn of a user's. Fields that are not needed here (`messages`, `words`) are passed over.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TurnRow {
    /// Its name.
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    /// What is spoken, as ISO 639-1.
    pub language: String,
    /// Its sound.
    pub audio: RowAudio,
    /// Every silence in it, in order; the last one is its end.
    pub silence_spans: Vec<SilenceSpan>,
}

/// Where a row's sound is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "the path of a sound file, or {\"path\": ...}")]
pub enum RowAudio {
    /// In a file.
    Path(PathBuf),
    /// The same, as Hugging Face's datasets write it.
    Field {
        /// The file.
        path: PathBuf,
    },
}

impl RowAudio {
    /// The file, beside this folder if it is named so.
    pub fn in_folder(&self, folder: &Path) -> PathBuf {
        let (Self::Path(path) | Self::Field { path }) = self;
        folder.join(path)
    }
}

/// A silence within a turn. Seconds from the sound's beginning.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct SilenceSpan {
    /// Where it begins.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
}

/// What a silence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// A pause: the turn goes on.
    Hold,
    /// The end of the turn.
    Eot,
}

/// How probable the end of a turn is at a time within a silence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The turn.
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    /// What is spoken.
    pub language: String,
    /// The silence, from 0, counted over all of the row's.
    pub span_index: usize,
    /// When. Seconds from the sound's beginning.
    pub timestamp: f64,
    /// The same from the silence's beginning.
    pub silence_dur: f64,
    /// The probability, of what was heard until then.
    pub p_eot: f64,
    /// What the silence is.
    pub label: Label,
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a text or a whole number")]
    enum Written {
        Text(String),
        Number(i64),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::Text(text) => text,
        Written::Number(number) => number.to_string(),
    })
}

/// Reads rows.
///
/// # Errors
/// Names the line that is none.
pub fn read_rows(text: &str) -> Result<Vec<TurnRow>, EotBenchError> {
    let rows: Vec<(usize, TurnRow)> = read_lines(text)?;
    for (line, row) in &rows {
        check(row).map_err(|reason| EotBenchError::Line {
            line: *line,
            reason: reason.into(),
        })?;
    }
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn check(row: &TurnRow) -> Result<(), &'static str> {
    let is_time = |time: f64| time.is_finite() && time >= 0.0;
    let spans = &row.silence_spans;
    if spans.is_empty() {
        return Err("silence_spans is empty: the last of them is the end of the turn");
    }
    if !spans
        .iter()
        .all(|s| is_time(s.start) && is_time(s.end) && s.start <= s.end)
    {
        return Err("a silence has to begin, in seconds, before it ends");
    }
    if !spans.is_sorted_by(|a, b| a.end <= b.start + SAME_S) {
        return Err("silence_spans are not in order");
    }
    Ok(())
}

/// Reads predictions.
///
/// # Errors
/// Names the line that is none.
pub fn read_predictions(text: &str) -> Result<Vec<Prediction>, EotBenchError> {
    let lines: Vec<(usize, Prediction)> = read_lines(text)?;
    for (line, prediction) in &lines {
        let numbers = [
            prediction.timestamp,
            prediction.silence_dur,
            prediction.p_eot,
        ];
        if !numbers.iter().all(|number| number.is_finite()) {
            return Err(EotBenchError::Line {
                line: *line,
                reason: "timestamp, silence_dur and p_eot are numbers".into(),
            });
        }
    }
    Ok(lines
        .into_iter()
        .map(|(_, prediction)| prediction)
        .collect())
}

/// Each line that is not empty, with its number.
fn read_lines<T: DeserializeOwned>(text: &str) -> Result<Vec<(usize, T)>, EotBenchError> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(n, line)| {
            let line = serde_json::from_str(line).map_err(|error| EotBenchError::Line {
                line: n + 1,
                reason: error.to_string(),
            })?;
            Ok((n + 1, line))
        })
        .collect()
}

/// Predictions as JSON Lines.
pub fn write_predictions(predictions: &[Prediction]) -> String {
    let lines = predictions
        .iter()
        .filter_map(|p| serde_json::to_string(p).ok());
    lines.map(|line| line + "\n").collect()
}

/// What is predicted of a turn, from what was known at each pause that voice activity reported in it.
pub fn predictions(row: &TurnRow, pauses: &[Pause]) -> Vec<Prediction> {
    let last = row.silence_spans.len().saturating_sub(1);
    let spans = row.silence_spans.iter().enumerate();
    let long = spans.filter(|(_, span)| span.end - span.start >= LEAST_SILENCE_S - SAME_S);
    long.flat_map(|(span_index, span)| {
        time_grid(span)
            .into_iter()
            .map(move |timestamp| Prediction {
                id: row.id.clone(),
                language: row.language.clone(),
                span_index,
                timestamp,
                silence_dur: rounded(timestamp - span.start),
                p_eot: probability(pauses, span, timestamp),
                label: if span_index == last {
                    Label::Eot
                } else {
                    Label::Hold
                },
            })
    })
    .collect()
}

/// Of the last pause that was reported in this silence and is known by then; 0 before that.
fn probability(pauses: &[Pause], span: &SilenceSpan, timestamp: f64) -> f64 {
    let (from_ms, now_ms) = (span.start * 1000.0, timestamp * 1000.0);
    let known = pauses.iter().rev().find(|pause| {
        let is_over = pause.resumed_ms.is_some_and(|resumed| resumed <= now_ms);
        pause.reported_ms >= from_ms && pause.known_ms() <= now_ms && !is_over
    });
    known.map_or(0.0, |pause| rounded(f64::from(pause.probability())))
}

/// Times of a silence at which something is predicted: its beginning, each interval after it, and its end.
fn time_grid(span: &SilenceSpan) -> Vec<f64> {
    let steps = ((span.end - span.start) / INTERVAL_S + SAME_S).floor() as usize;
    let mut times: Vec<f64> = (0..=steps)
        .map(|n| rounded(span.start + n as f64 * INTERVAL_S))
        .collect();
    if times.last().is_some_and(|last| *last < span.end - SAME_S) {
        times.push(rounded(span.end));
    }
    times
}

/// To a millionth.
fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
