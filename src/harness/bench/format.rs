//! How figures are written for people: digits, units, intervals, one row per metric. Pure.

use super::metric::{Figure, Metric, Unit};
use super::statistics::Interval;

/// Three digits, or all before the point: 1234, 412, 41.2, 4.12, 0.041.
pub fn number(value: f64) -> String {
    let digits = match value.abs() {
        large if large >= 99.95 => 0,
        middle if middle >= 9.995 => 1,
        small if small >= 0.9995 => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    let short = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    match short {
        "-0" => "0".into(),
        short => short.into(),
    }
}

/// A part of one, as percent.
pub fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

impl Unit {
    /// For people; [`Unit::symbol`] is for gates.
    pub fn written(self) -> &'static str {
        match self {
            Self::Ms => "ms",
            Self::S => "s",
            Self::CoreS => "core s",
            Self::Db => "dB",
            Self::Ppm => "ppm",
            Self::Count | Self::Ratio => "",
            Self::TokensPerS => "tokens/s",
            Self::Mib => "MiB",
            Self::J => "J",
            Self::Us => "µs",
        }
    }

    /// A value with its unit.
    pub fn of(self, value: f64) -> String {
        match self.written() {
            "" => number(value),
            unit => format!("{} {unit}", number(value)),
        }
    }
}

/// From, to.
pub fn interval(interval: Interval) -> String {
    format!("{} to {}", number(interval.0), number(interval.1))
}

/// A metric as the cells of a table; empty where its form has nothing to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    /// How many values, or of how many.
    pub n: String,
    /// Median, rate or value.
    pub figure: String,
    /// Its 95% interval.
    pub figure_interval: String,
    /// 95th percentile; of a rate, the count.
    pub tail: String,
    /// Its 95% interval.
    pub tail_interval: String,
    /// The largest.
    pub most: String,
}

/// Headings of [`Cells`].
pub const HEADINGS: [&str; 4] = ["n", "p50, rate or value", "p95 or count", "max"];

impl Cells {
    /// Of a metric.
    pub fn of(metric: &Metric) -> Self {
        let unit = metric.unit;
        let written = |found: Option<Interval>| found.map_or_else(String::new, interval);
        match &metric.figure {
            Figure::Distribution(all) => Self {
                n: all.summary.n.to_string(),
                figure: unit.of(all.summary.p50),
                figure_interval: written(all.p50_interval),
                tail: unit.of(all.summary.p95),
                tail_interval: written(all.p95_interval),
                most: unit.of(all.summary.max),
            },
            Figure::Rate(rate) => Self {
                n: rate.of.to_string(),
                figure: percent(rate.rate),
                figure_interval: format!(
                    "{} to {}",
                    percent(rate.rate_interval.0),
                    percent(rate.rate_interval.1)
                ),
                tail: rate.count.to_string(),
                ..Self::default()
            },
            Figure::Value { value } => Self {
                figure: unit.of(*value),
                ..Self::default()
            },
        }
    }

    /// As many as [`HEADINGS`]; intervals in brackets behind what they belong to.
    pub fn columns(&self) -> [String; 4] {
        let with = |figure: &str, interval: &str| match interval {
            "" => figure.to_owned(),
            interval => format!("{figure} ({interval})"),
        };
        [
            self.n.clone(),
            with(&self.figure, &self.figure_interval),
            with(&self.tail, &self.tail_interval),
            self.most.clone(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::bench::{Better, Metrics};

    #[test]
    fn numbers_have_the_digits_that_tell_something() {
        for (value, text) in [
            (1_234.4, "1234"),
            (412.0, "412"),
            (41.24, "41.2"),
            (4.0, "4"),
            (0.0364, "0.036"),
            (-0.0001, "0"),
            (-12.5, "-12.5"),
            (200.0, "200"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_rate_says_of_how_many() {
        let mut metrics = Metrics::default();
        metrics.rate("missed", Better::Lower, "", 1, 20);
        let [n, rate, count, most] = Cells::of(&metrics.0["missed"]).columns();
        assert_eq!(rate, "5.0% (0.9% to 23.6%)");
        assert_eq!([n, count, most], ["20", "1", ""]);
    }
}
