//! Percentiles and intervals. All randomness is seeded: the same values give the same intervals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::metric::Sample;

/// Two numbers with what is estimated between them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval(pub f64, pub f64);

/// Resamples of a bootstrap.
const RESAMPLES: usize = 2_000;
/// Any will do.
const SEED: u64 = 1;
/// Fewer groups than this say nothing about the spread.
pub(super) const LEAST_GROUPS: usize = 5;

/// A share of the values is at most this one: nearest rank, a value that was measured. 0 of none.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = ((sorted.len() as f64 * share).ceil() as usize).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0.0)
}

/// Draws groups with replacement, many times, and gives a statistic of each draw, sorted. Empty if
/// there are too few groups. Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993.
pub fn resample<T>(groups: &[T], mut statistic: impl FnMut(&[&T]) -> f64) -> Vec<f64> {
    if groups.len() < LEAST_GROUPS {
        return Vec::new();
    }
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut draw = Vec::with_capacity(groups.len());
    let mut found: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            draw.clear();
            draw.extend((0..groups.len()).map(|_| &groups[random.usize(..groups.len())]));
            statistic(&draw)
        })
        .collect();
    found.sort_by(f64::total_cmp);
    found
}

/// The middle part of sorted values that leaves out `outside` of them, half at each end.
pub fn middle(sorted: &[f64], outside: f64) -> Option<Interval> {
    let last = sorted.len().checked_sub(1)?;
    let cut = (last as f64 * outside / 2.0).round() as usize;
    Some(Interval(sorted[cut], sorted[last - cut]))
}

/// 95% interval of a statistic of samples, by bootstrap over their groups.
pub fn bootstrap(samples: &[Sample], statistic: fn(&[f64]) -> f64) -> Option<Interval> {
    let groups = grouped(samples);
    let found = resample(&groups, |draw| {
        let values: Vec<f64> = draw
            .iter()
            .flat_map(|group| group.iter().copied())
            .collect();
        statistic(&values)
    });
    middle(&found, 0.05)
}

/// The values of each group, in the order of the groups' first appearance.
fn grouped(samples: &[Sample]) -> Vec<Vec<f64>> {
    let mut groups = indexmap::IndexMap::<&str, Vec<f64>>::new();
    for sample in samples {
        groups.entry(sample.group()).or_default().push(sample.value);
    }
    groups.into_values().collect()
}

/// 95% interval of a rate. Source: Wilson, Probable inference, JASA 22, 1927.
pub fn wilson(count: u64, of: u64) -> Interval {
    wilson_at(count, of, 1.96)
}

/// The same, so many standard deviations wide to each side.
pub fn wilson_at(count: u64, of: u64, z: f64) -> Interval {
    let (n, p) = (of.max(1) as f64, count as f64 / of.max(1) as f64);
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    Interval((centre - half).max(0.0), (centre + half).min(1.0))
}

/// Chance that a normal value lies so many standard deviations or more from its mean, on either
/// side; wrong by at most 2e-7. Source: Abramowitz and Stegun, Handbook of Mathematical Functions,
/// 7.1.26.
pub fn tail_chance(deviations: f64) -> f64 {
    const FACTORS: [f64; 5] = [
        0.254_829_592,
        -0.284_496_736,
        1.421_413_741,
        -1.453_152_027,
        1.061_405_429,
    ];
    let x = deviations.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let sum = FACTORS
        .iter()
        .rev()
        .fold(0.0, |sum, factor| (sum + factor) * t);
    (sum * (-x * x).exp()).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: impl Iterator<Item = f64>) -> Vec<Sample> {
        let sample = |(n, value)| Sample {
            at: format!("g{n}#0"),
            value,
        };
        values.enumerate().map(sample).collect()
    }

    #[test]
    fn percentiles_are_measured_values() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        assert_eq!(percentile(&values, 0.5), 10.0);
        assert_eq!(percentile(&values, 0.95), 19.0);
        assert_eq!(percentile(&[7.0], 0.95), 7.0);
    }

    #[test]
    fn the_interval_of_a_median_holds_it_and_narrows_with_more_values() {
        let median = |values: &[f64]| percentile(values, 0.5);
        let width = |n: u32| {
            let found = bootstrap(&samples((0..n).map(|v| f64::from(v * 1_000 / n))), median);
            let Interval(low, high) = found.unwrap();
            assert!(low < 500.0 && 490.0 < high, "{low} {high}");
            high - low
        };
        assert!(width(400) < width(20));
    }

    #[test]
    fn of_too_few_groups_there_is_no_interval() {
        assert_eq!(bootstrap(&samples([1.0, 2.0].into_iter()), |v| v[0]), None);
    }

    #[test]
    fn values_of_one_group_are_drawn_together() {
        let one_group: Vec<Sample> = (0..50)
            .map(|n| Sample {
                at: format!("g#{n}"),
                value: f64::from(n),
            })
            .collect();
        assert_eq!(bootstrap(&one_group, |v| v[0]), None);
    }

    #[test]
    fn a_rate_of_nothing_seen_is_not_certainly_zero() {
        let Interval(low, high) = wilson(0, 20);
        assert!(low == 0.0 && (0.1..0.25).contains(&high), "{high}");
    }

    #[test]
    fn chances_are_those_of_the_tables() {
        for (deviations, chance) in [(0.0, 1.0), (1.0, 0.317_31), (1.96, 0.05), (3.29, 0.001)] {
            assert!(
                (tail_chance(deviations) - chance).abs() < 1e-5,
                "{deviations}"
            );
        }
    }
}
