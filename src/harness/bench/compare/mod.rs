//! Two reports: what changed beyond noise. Pure.
//!
//! Two runs of the same program on the same machine differ a little in everything. A figure counts
//! as moved only if all of this holds:
//! - it moved by more than a least effect ([`least_effect`]), as far as its samples can tell;
//! - it still does when every other figure that was looked at is accounted for (Holm), so that of
//!   twenty comparisons of equal runs at most one names anything at all.

mod common;
mod difference;
mod effect_size;
mod markdown;
mod summary_sentence;

use serde::Serialize;
use thiserror::Error;

use super::metric::{Better, Figure, Metric, Unit};
use super::report::{Kind, Report};
use super::statistics::Interval;

use common::Common;
use difference::Estimate;

pub use effect_size::least_effect;
pub use markdown::compare_markdown;

/// Name and version of a comparison's JSON.
const SCHEMA: &str = "vivavoce-compare/1";
/// Chance that a comparison of equal runs names anything.
const LEVEL: f64 = 0.05;

/// Why two reports are not compared.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CompareError {
    /// They measure different things.
    #[error("a report of {base:?} and one of {new:?} have nothing to compare; give two of a kind")]
    OtherKind {
        /// What the first measures.
        base: Kind,
        /// What the second measures.
        new: Kind,
    },
    /// They were made with other stimuli.
    #[error(
        "only {common} of {of} stimuli are the same in both, and 80% have to be; run the new one \
         with the scenarios and the seed of the base"
    )]
    OtherStimuli {
        /// Stimuli that both have, sample for sample.
        common: usize,
        /// Stimuli of the one that has fewer.
        of: usize,
    },
    /// They have no metric in common.
    #[error("the reports have no metric in common; run the same bench command twice")]
    NothingCommon,
}

/// What changed from one report to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Always `vivavoce-compare/1`.
    pub schema: String,
    /// What it comes to, with its cause first.
    pub sentence: String,
    /// Whether anything got worse.
    pub worse: bool,
    /// What a reader has to know before using it.
    pub warnings: Vec<String>,
    /// What the runs do not have in common, such as the commit.
    pub differs: Vec<Differs>,
    /// Every figure; what moved comes first, causes before effects.
    pub changes: Vec<Change>,
}

/// Something that the runs do not have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Differs {
    /// What: `commit`, `setting endpointing`, `model MODEL/FILE`, ...
    pub what: String,
    /// In the base; empty if it is not there.
    pub base: String,
    /// In the new one.
    pub new: String,
}

/// A figure in both reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The metric's name.
    pub metric: String,
    /// Which figure of it: `p50`, `p95`, `rate` or `value`.
    pub statistic: Statistic,
    /// The unit.
    pub unit: Unit,
    /// Which way is good.
    pub better: Better,
    /// Before.
    pub base: f64,
    /// After.
    pub new: f64,
    /// After minus before.
    pub difference: f64,
    /// 95% interval of the difference.
    pub interval: Option<Interval>,
    /// Differences up to this count as none.
    pub least: f64,
    /// Chance of such a difference where the true one is no more than `least`; not adjusted.
    pub p: Option<f64>,
    /// Samples that both have, of the same stimuli; 0 if they were not compared in pairs.
    pub pairs: usize,
    /// What to think of it.
    pub outcome: Outcome,
    /// Why it is not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_judged: Option<String>,
}

/// A figure of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// Median.
    P50,
    /// 95th percentile.
    P95,
    /// Rate.
    Rate,
    /// Single value.
    Value,
}

impl Statistic {
    /// As in a gate.
    pub fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::Rate => "rate",
            Self::Value => "value",
        }
    }
}

/// What to think of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It moved in the wrong direction.
    Worse,
    /// It moved in the right one.
    Better,
    /// It moved, and has no right direction.
    Moved,
    /// Nothing beyond noise.
    Same,
    /// One value has no spread to compare with, or there are too few.
    NotJudged,
}

impl Outcome {
    /// Whether it moved beyond noise.
    pub fn moved(self) -> bool {
        matches!(self, Self::Worse | Self::Better | Self::Moved)
    }

    /// For people.
    pub fn written(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Moved => "moved",
            Self::Same => "same",
            Self::NotJudged => "not judged",
        }
    }
}

/// Compares two runs.
///
/// # Errors
/// [`CompareError`]: they measured different things, so that a difference would say nothing.
pub fn compare(base: &Report, new: &Report) -> Result<Comparison, CompareError> {
    let common = Common::of(base, new)?;
    let mut changes = Vec::new();
    let mut warnings = common.warnings(base, new);
    for (name, metric) in &base.metrics.0 {
        match new.metrics.0.get(name) {
            Some(after) => changes.extend(changes_of(name, metric, after, &common)),
            None => warnings.push(format!("{name} is only in the base")),
        }
    }
    let fresh = new
        .metrics
        .0
        .keys()
        .filter(|n| !base.metrics.0.contains_key(*n));
    warnings.extend(fresh.map(|name| format!("{name} is only in the new report")));
    if changes.is_empty() {
        return Err(CompareError::NothingCommon);
    }
    judge(&mut changes);
    changes.sort_by_key(summary_sentence::rank);
    Ok(Comparison {
        schema: SCHEMA.into(),
        sentence: summary_sentence::sentence(&changes),
        worse: changes.iter().any(|c| c.outcome == Outcome::Worse),
        warnings,
        differs: common::differs(&base.trust, &new.trust),
        changes,
    })
}

/// The figures of a metric, not judged yet; none if its forms differ.
fn changes_of(name: &str, base: &Metric, new: &Metric, common: &Common) -> Vec<Change> {
    let change = |statistic, estimate: Estimate, not_judged: Option<String>| Change {
        metric: name.into(),
        statistic,
        unit: base.unit,
        better: base.better,
        base: estimate.base,
        new: estimate.new,
        difference: estimate.new - estimate.base,
        interval: estimate.interval,
        least: least_effect(base.unit, statistic, estimate.base),
        p: estimate.p.filter(|_| not_judged.is_none()),
        pairs: estimate.pairs,
        outcome: Outcome::NotJudged,
        not_judged,
    };
    if base.unit != new.unit {
        return Vec::new();
    }
    match (&base.figure, &new.figure) {
        (Figure::Distribution(before), Figure::Distribution(after)) => {
            let statistics = [(Statistic::P50, 0.5), (Statistic::P95, 0.95)];
            let sides = difference::Sides::of(&before.samples, &after.samples, common);
            let Some(sides) = sides else {
                return Vec::new();
            };
            let estimate = |(statistic, share): (Statistic, f64)| {
                let least = |figure| least_effect(base.unit, statistic, figure);
                let reason = sides.too_few(share);
                change(statistic, sides.estimate(share, least), reason)
            };
            statistics.map(estimate).into()
        }
        (Figure::Rate(before), Figure::Rate(after)) => {
            let least = least_effect(Unit::Ratio, Statistic::Rate, before.rate);
            let estimate = difference::rates(before, after, least);
            vec![change(Statistic::Rate, estimate, common.whole_run_only())]
        }
        (Figure::Value { value: before }, Figure::Value { value: after }) => {
            let reason = "a single value has no spread to compare with".to_owned();
            vec![change(
                Statistic::Value,
                Estimate::single(*before, *after),
                Some(reason),
            )]
        }
        _ => Vec::new(),
    }
}

/// Decides what moved. Source: Holm, A simple sequentially rejective multiple test procedure,
/// Scandinavian Journal of Statistics 6, 1979.
fn judge(changes: &mut [Change]) {
    let mut judged: Vec<&mut Change> = changes.iter_mut().filter(|c| c.p.is_some()).collect();
    judged.sort_by(|a, b| a.p.unwrap_or(1.0).total_cmp(&b.p.unwrap_or(1.0)));
    let all = judged.len();
    let mut accepted = false;
    for (n, change) in judged.into_iter().enumerate() {
        accepted |= change.p.unwrap_or(1.0) > LEVEL / (all - n) as f64;
        change.outcome = match (accepted, change.better, change.difference > 0.0) {
            (true, ..) => Outcome::Same,
            (_, Better::Neither, _) => Outcome::Moved,
            (_, Better::Lower, true) | (_, Better::Higher, false) => Outcome::Worse,
            (_, Better::Lower, false) | (_, Better::Higher, true) => Outcome::Better,
        };
    }
}

#[cfg(test)]
mod tests;
