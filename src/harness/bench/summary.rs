//! Percentiles of a handful of measurements.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::statistics::percentile;

/// Count, percentiles and extremes of a set of values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
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
        (!values.is_empty()).then(|| Self {
            n: values.len(),
            p50: percentile(values, 0.5),
            p90: percentile(values, 0.9),
            p95: percentile(values, 0.95),
            max: percentile(values, 1.0),
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
