//! Percentiles of a handful of measurements.

use std::fmt;

use serde::Serialize;

/// Count, percentiles and extremes of a set of values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// How many values.
    pub n: usize,
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 95th percentile.
    pub p95: f64,
    /// Largest.
    pub max: f64,
}

impl Summary {
    /// Of some values; `None` of no values.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let max = *sorted.last()?;
        // Nearest rank: every figure is a value that was really measured.
        let at = |share: f64| sorted[((sorted.len() as f64 * share).ceil() as usize).max(1) - 1];
        Some(Self {
            n: sorted.len(),
            p50: at(0.5),
            p90: at(0.9),
            p95: at(0.95),
            max,
        })
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            n,
            p50,
            p90,
            p95,
            max,
        } = self;
        write!(
            f,
            "n {n}  p50 {p50:.0}  p90 {p90:.0}  p95 {p95:.0}  max {max:.0} ms"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_measured_values() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        let summary = Summary::of(&values).unwrap();
        assert_eq!((summary.p50, summary.p95, summary.max), (10.0, 19.0, 20.0));
        assert_eq!(Summary::of(&[]), None);
        assert_eq!(Summary::of(&[7.0]).unwrap().p95, 7.0);
    }
}
