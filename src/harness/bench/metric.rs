//! Figures with what is needed to trust and compare them: unit, direction, spread, raw values.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Summary;
use super::statistics::{Interval, bootstrap, percentile, wilson};

/// What a figure counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Milliseconds.
    Ms,
    /// Seconds.
    S,
    /// Seconds of one core's work.
    CoreS,
    /// Decibels.
    Db,
    /// Parts per million.
    Ppm,
    /// Things counted.
    Count,
    /// Parts of one.
    Ratio,
    /// Tokens per second.
    TokensPerS,
    /// Mebibytes.
    Mib,
    /// Joules.
    J,
    /// Microseconds.
    Us,
}

impl Unit {
    /// As it is written behind a number, and behind a field's name in a gate.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Ms => "ms",
            Self::S => "s",
            Self::CoreS => "core_s",
            Self::Db => "db",
            Self::Ppm => "ppm",
            Self::Count => "",
            Self::Ratio => "",
            Self::TokensPerS => "tokens_per_s",
            Self::Mib => "mib",
            Self::J => "j",
            Self::Us => "us",
        }
    }
}

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
    /// It explains others and is not judged.
    Neither,
}

/// One measured value, and where it was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// Where: `GROUP`, `GROUP#NUMBER` or `GROUP@REPEAT#NUMBER`. Values of a group are not independent
    /// of each other (turns of one conversation, and its repetitions), so intervals are made from
    /// groups.
    pub at: String,
    /// The value, in the metric's unit.
    pub value: f64,
}

impl Sample {
    /// The part of [`Sample::at`] that names the group.
    pub fn group(&self) -> &str {
        self.at.split(['#', '@']).next().unwrap_or_default()
    }
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Metric {
    /// What was measured, from where to where.
    pub about: String,
    /// Which way is good.
    pub better: Better,
    /// The unit of all its values.
    pub unit: Unit,
    /// The figure itself.
    #[serde(flatten)]
    pub figure: Figure,
}

/// The forms that a figure has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Figure {
    /// Many values.
    Distribution(Distribution),
    /// So many of so many.
    Rate(Rate),
    /// One value of the whole run.
    Value {
        /// The value.
        value: f64,
    },
}

/// Many values of the same thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Distribution {
    /// Count, percentiles by nearest rank (each is a value that was measured), maximum.
    #[serde(flatten)]
    pub summary: Summary,
    /// 99th percentile; only of a thousand values or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<f64>,
    /// Smallest.
    pub min: f64,
    /// 95% interval of the median, by bootstrap over groups; none of fewer than five groups.
    pub p50_interval: Option<Interval>,
    /// The same of the 95th percentile.
    pub p95_interval: Option<Interval>,
    /// Every value.
    pub samples: Vec<Sample>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    /// How many it was.
    pub count: u64,
    /// Of how many it could have been.
    pub of: u64,
    /// `count / of`.
    pub rate: f64,
    /// 95% interval of the rate (Wilson).
    pub rate_interval: Interval,
}

/// 99th percentiles are given from so many values on.
const ENOUGH_FOR_P99: usize = 1_000;

impl Distribution {
    /// Of samples; `None` of none.
    pub fn of(samples: Vec<Sample>) -> Option<Self> {
        let values: Vec<f64> = samples.iter().map(|s| s.value).collect();
        let summary = Summary::of(&values)?;
        let p99 = (values.len() >= ENOUGH_FOR_P99).then(|| percentile(&values, 0.99));
        Some(Self {
            summary,
            p99,
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            p50_interval: bootstrap(&samples, |values| percentile(values, 0.5)),
            p95_interval: bootstrap(&samples, |values| percentile(values, 0.95)),
            samples,
        })
    }
}

/// Figures by name, in the order of their importance. A name is lower case with dots between its
/// parts: `v2v`, `stage.voice`, `stt.final_at_3_s`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Metrics(pub IndexMap<String, Metric>);

impl Metrics {
    /// Adds many values; nothing if there are none or one is no number.
    pub fn values(
        &mut self,
        name: impl Into<String>,
        unit: Unit,
        better: Better,
        about: impl Into<String>,
        samples: Vec<Sample>,
    ) {
        if samples.iter().all(|s| s.value.is_finite())
            && let Some(found) = Distribution::of(samples)
        {
            self.add(name, unit, better, about, Figure::Distribution(found));
        }
    }

    /// Adds a count of a whole; nothing if the whole is empty.
    pub fn rate(
        &mut self,
        name: impl Into<String>,
        better: Better,
        about: impl Into<String>,
        count: usize,
        of: usize,
    ) {
        if of > 0 {
            let (count, of) = (count as u64, of as u64);
            let rate = Rate {
                count,
                of,
                rate: count as f64 / of as f64,
                rate_interval: wilson(count, of),
            };
            self.add(name, Unit::Ratio, better, about, Figure::Rate(rate));
        }
    }

    /// Adds one value; nothing if it is no number.
    pub fn value(
        &mut self,
        name: impl Into<String>,
        unit: Unit,
        better: Better,
        about: impl Into<String>,
        value: f64,
    ) {
        if value.is_finite() {
            self.add(name, unit, better, about, Figure::Value { value });
        }
    }

    fn add(
        &mut self,
        name: impl Into<String>,
        unit: Unit,
        better: Better,
        about: impl Into<String>,
        figure: Figure,
    ) {
        let metric = Metric {
            about: about.into(),
            better,
            unit,
            figure,
        };
        self.0.insert(name.into(), metric);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_of_nothing_is_not_there() {
        let mut metrics = Metrics::default();
        metrics.values("a", Unit::Ms, Better::Lower, "", Vec::new());
        metrics.rate("b", Better::Lower, "", 0, 0);
        metrics.value("c", Unit::Ms, Better::Lower, "", f64::NAN);
        assert_eq!(metrics, Metrics::default());
    }

    #[test]
    fn a_metric_is_read_back_as_it_was_written() {
        let mut metrics = Metrics::default();
        let samples = (0..8).map(|n| Sample {
            at: format!("scenario-{n}#0"),
            value: f64::from(n),
        });
        metrics.values("v2v", Unit::Ms, Better::Lower, "x", samples.collect());
        metrics.rate("missed", Better::Lower, "y", 1, 4);
        let json = serde_json::to_string(&metrics).unwrap();
        assert_eq!(serde_json::from_str::<Metrics>(&json).unwrap(), metrics);
    }
}
