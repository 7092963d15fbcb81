//! eot-bench's metric: pauses taken for ends against the wait after true ends, over all policies of a grid.
//!
//! A policy ends the turn in a silence when the probability was once above its threshold and the silence is longer
//! than its action delay, or when the silence is longer than its timeout. Names and grid are the benchmark's.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{EotBenchError, Label, Prediction};

/// Pauses of other lengths do not count. Seconds.
const PAUSE_S: std::ops::RangeInclusive<f64> = 0.2..=5.0;
/// Times this close are the same. Seconds.
const SAME_S: f64 = 1e-9;

/// A policy, and what it costs. Times in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OperatingPoint {
    /// A probability above this ends the turn. `None`: the policy looks at silence alone.
    pub threshold: Option<f64>,
    /// No turn is ended before the silence is this long.
    pub action_delay: f64,
    /// A silence that is longer ends the turn in any case.
    pub timeout: f64,
    /// Pauses that were taken for the end, of all.
    pub cutoff_rate: f64,
    /// The wait at true ends, on average.
    pub mean_latency: f64,
    /// True ends that the timeout ended, of all.
    pub timeout_rate: f64,
    /// True ends that the probability ended, of all.
    pub detect_rate: f64,
}

/// The best policies within budgets; `None` where none keeps the budget.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OperatingPoints {
    /// Fewest pauses taken for the end, where the mean wait is at most 0.3 s.
    pub best_cutoff_rate_at_0_3s_latency: Option<OperatingPoint>,
    /// The same where it is at most 0.6 s.
    pub best_cutoff_rate_at_0_6s_latency: Option<OperatingPoint>,
    /// Shortest mean wait, where at most 5% of the pauses are taken for the end.
    pub best_mean_latency_at_5pct_cutoff: Option<OperatingPoint>,
    /// The same where it is at most 10%.
    pub best_mean_latency_at_10pct_cutoff: Option<OperatingPoint>,
}

/// What predictions are worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EotBenchReport {
    /// Pauses that count.
    pub n_hold_spans: usize,
    /// Ends of turns.
    pub n_eot_spans: usize,
    /// With the predictions.
    pub model: OperatingPoints,
    /// With silence alone.
    pub vad: OperatingPoints,
}

impl EotBenchReport {
    /// Of predictions.
    ///
    /// # Errors
    /// A silence has two labels, or there are no pauses or no ends.
    pub fn of(predictions: &[Prediction]) -> Result<Self, EotBenchError> {
        let spans = spans(predictions)?;
        let (pauses, ends): (Vec<Span>, Vec<Span>) = spans
            .into_iter()
            .partition(|span| span.label == Label::Hold);
        let (n_hold_spans, n_eot_spans) = (pauses.len(), ends.len());
        if n_hold_spans == 0 || n_eot_spans == 0 {
            return Err(EotBenchError::TooFew {
                pauses: n_hold_spans,
                ends: n_eot_spans,
            });
        }
        Ok(Self {
            n_hold_spans,
            n_eot_spans,
            model: OperatingPoints::of(&with_model(&pauses, &ends)),
            vad: OperatingPoints::of(&with_silence(&pauses)),
        })
    }
}

impl OperatingPoints {
    fn of(points: &[OperatingPoint]) -> Self {
        let cutoffs_within = |latency: f64| {
            let kept = points.iter().filter(|p| p.mean_latency <= latency + SAME_S);
            kept.min_by(|a, b| by(a, b, |p| [p.cutoff_rate, p.mean_latency]))
        };
        let latency_within = |cutoffs: f64| {
            let kept = points.iter().filter(|p| p.cutoff_rate <= cutoffs + SAME_S);
            kept.min_by(|a, b| by(a, b, |p| [p.mean_latency, p.cutoff_rate]))
        };
        Self {
            best_cutoff_rate_at_0_3s_latency: cutoffs_within(0.3).copied(),
            best_cutoff_rate_at_0_6s_latency: cutoffs_within(0.6).copied(),
            best_mean_latency_at_5pct_cutoff: latency_within(0.05).copied(),
            best_mean_latency_at_10pct_cutoff: latency_within(0.1).copied(),
        }
    }
}

/// The order by two figures, one after the other.
fn by(
    a: &OperatingPoint,
    b: &OperatingPoint,
    figures: impl Fn(&OperatingPoint) -> [f64; 2],
) -> std::cmp::Ordering {
    let (a, b) = (figures(a), figures(b));
    a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1]))
}

/// A silence, and what was predicted in it.
struct Span {
    label: Label,
    seconds: f64,
    /// Seconds into it, and the probability then; in order.
    predicted: Vec<(f64, f64)>,
}

impl Span {
    /// When the probability is first above a threshold. Seconds into the silence; infinite if it never is.
    fn fires_at(&self, threshold: f64) -> f64 {
        let above = self.predicted.iter().find(|(_, p)| *p > threshold);
        above.map_or(f64::INFINITY, |(at, _)| *at)
    }
}

/// The silences of predictions, without pauses that do not count.
fn spans(predictions: &[Prediction]) -> Result<Vec<Span>, EotBenchError> {
    let mut spans = BTreeMap::<(&str, &str, usize), Span>::new();
    for prediction in predictions {
        let (language, id) = (prediction.language.as_str(), prediction.id.as_str());
        let key = (language, id, prediction.span_index);
        let span = spans.entry(key).or_insert(Span {
            label: prediction.label,
            seconds: 0.0,
            predicted: Vec::new(),
        });
        if span.label != prediction.label {
            return Err(EotBenchError::Span {
                id: prediction.id.clone(),
                span_index: prediction.span_index,
                reason: "it is labeled both hold and eot",
            });
        }
        span.seconds = span.seconds.max(prediction.silence_dur);
        span.predicted
            .push((prediction.silence_dur, prediction.p_eot));
    }
    let (shortest, longest) = (PAUSE_S.start() - SAME_S, PAUSE_S.end() + SAME_S);
    let counts =
        |span: &Span| span.label == Label::Eot || (shortest..=longest).contains(&span.seconds);
    let mut spans: Vec<Span> = spans.into_values().filter(counts).collect();
    for span in &mut spans {
        span.predicted.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    Ok(spans)
}

fn thresholds() -> impl Iterator<Item = f64> {
    (0..=100).map(|n| f64::from(n) / 100.0)
}

fn action_delays() -> impl Iterator<Item = f64> {
    (2..=10).map(|n| f64::from(n) / 10.0)
}

fn timeouts() -> impl Iterator<Item = f64> {
    (2..=7).map(|n| f64::from(n) / 2.0)
}

/// Every policy of the grid.
fn with_model(pauses: &[Span], ends: &[Span]) -> Vec<OperatingPoint> {
    let mut points = Vec::new();
    for threshold in thresholds() {
        let fires = |spans: &[Span]| -> Vec<(f64, f64)> {
            let fires = spans.iter().map(|s| (s.seconds, s.fires_at(threshold)));
            fires.collect()
        };
        let (pauses, ends) = (fires(pauses), fires(ends));
        for action_delay in action_delays() {
            for timeout in timeouts().filter(|timeout| timeout + SAME_S >= action_delay) {
                points.push(point(&pauses, &ends, (threshold, action_delay, timeout)));
            }
        }
    }
    points
}

/// What a policy costs, by the length of each silence and when the probability ends it.
fn point(
    pauses: &[(f64, f64)],
    ends: &[(f64, f64)],
    (threshold, action_delay, timeout): (f64, f64, f64),
) -> OperatingPoint {
    let cut = pauses.iter().filter(|(seconds, fires)| {
        let by_model = fires.is_finite() && *seconds > fires.max(action_delay) + SAME_S;
        by_model || *seconds > timeout + SAME_S
    });
    let waits = ends.iter().map(|(_, fires)| fires.max(action_delay));
    let in_time = |wait: &f64| *wait <= timeout + SAME_S;
    let detected = waits.clone().filter(in_time).count();
    let waited: f64 = waits
        .map(|wait| if in_time(&wait) { wait } else { timeout })
        .sum();
    let detect_rate = detected as f64 / ends.len() as f64;
    OperatingPoint {
        threshold: Some(threshold),
        action_delay,
        timeout,
        cutoff_rate: cut.count() as f64 / pauses.len() as f64,
        mean_latency: waited / ends.len() as f64,
        timeout_rate: 1.0 - detect_rate,
        detect_rate,
    }
}

/// Silence alone, of every length that the grid has.
fn with_silence(pauses: &[Span]) -> Vec<OperatingPoint> {
    let delays = action_delays().chain(timeouts());
    let point = |delay: f64| {
        let cut = pauses.iter().filter(|pause| pause.seconds > delay + SAME_S);
        OperatingPoint {
            threshold: None,
            action_delay: delay,
            timeout: delay,
            cutoff_rate: cut.count() as f64 / pauses.len() as f64,
            mean_latency: delay,
            timeout_rate: 0.0,
            detect_rate: 1.0,
        }
    };
    delays.map(point).collect()
}
