//! Differences with what is known of their spread. All randomness is seeded.

use std::collections::HashMap;

use indexmap::IndexSet;

use super::super::metric::{Rate, Sample};
use super::super::statistics::{Interval, LEAST_GROUPS, middle, tail_chance, wilson_at};
use super::common::Common;

/// The least chance that can be found is 2 of so many: enough for Holm's first step among 400
/// figures.
const RESAMPLES: usize = 20_000;
/// Any will do.
const SEED: u64 = 2;
/// Below this the 95th percentile is one of the two largest values, and those are chance.
const LEAST_FOR_TAIL: usize = 60;
/// Of samples that one run has the other must have so many, to compare them in pairs.
const LEAST_PAIRED: f64 = 0.5;

/// A figure in both runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    pub base: f64,
    pub new: f64,
    pub interval: Option<Interval>,
    pub p: Option<f64>,
    pub pairs: usize,
}

impl Estimate {
    /// Of values without spread.
    pub(super) fn single(base: f64, new: f64) -> Self {
        Self {
            base,
            new,
            interval: None,
            p: None,
            pairs: 0,
        }
    }
}

/// The values of a run, sorted, each with the number of its group.
struct Side {
    values: Vec<(f64, usize)>,
    groups: usize,
}

impl Side {
    fn of(samples: &[&Sample], groups: &IndexSet<&str>) -> Self {
        let numbered = samples.iter().filter_map(|sample| {
            let group = groups.get_index_of(sample.group())?;
            Some((sample.value, group))
        });
        let mut values: Vec<(f64, usize)> = numbered.collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self {
            values,
            groups: groups.len(),
        }
    }

    /// Nearest rank, where each group was drawn so many times. Values are sorted once, so a draw
    /// costs one pass.
    fn percentile(&self, drawn: &[u32], share: f64) -> f64 {
        let all: u32 = self.values.iter().map(|(_, group)| drawn[*group]).sum();
        let rank = ((f64::from(all) * share).ceil() as u32).max(1);
        let mut seen = 0;
        for (value, group) in &self.values {
            seen += drawn[*group];
            if seen >= rank {
                return *value;
            }
        }
        0.0
    }

    fn draw(&self, random: &mut fastrand::Rng, drawn: &mut Vec<u32>) {
        drawn.clear();
        drawn.resize(self.groups, 0);
        for _ in 0..self.groups {
            drawn[random.usize(..self.groups)] += 1;
        }
    }
}

/// Both runs of a distribution.
pub(super) struct Sides {
    base: Side,
    new: Side,
    /// How many pairs; 0: each run is drawn by itself.
    pairs: usize,
}

impl Sides {
    /// Of the samples whose stimuli are the same in both: in pairs, where both have them. `None` if
    /// one has none.
    pub(super) fn of(base: &[Sample], new: &[Sample], common: &Common) -> Option<Self> {
        let base: Vec<&Sample> = base.iter().filter(|s| common.counts(&s.at)).collect();
        let new: Vec<&Sample> = new.iter().filter(|s| common.counts(&s.at)).collect();
        if base.is_empty() || new.is_empty() {
            return None;
        }
        let paired = paired(&base, &new);
        let enough = paired.len() as f64 >= LEAST_PAIRED * base.len().min(new.len()) as f64;
        let (base, new, pairs) = if enough {
            let (base, new): (Vec<&Sample>, Vec<&Sample>) = paired.into_iter().unzip();
            let pairs = base.len();
            (base, new, pairs)
        } else {
            (base, new, 0)
        };
        let groups = |samples: &[&'_ Sample]| -> IndexSet<String> {
            samples.iter().map(|s| s.group().to_owned()).collect()
        };
        let side = |samples: &[&Sample]| {
            let names = groups(samples);
            Side::of(samples, &names.iter().map(String::as_str).collect())
        };
        Some(Self {
            base: side(&base),
            new: side(&new),
            pairs,
        })
    }

    /// Why a percentile cannot be judged.
    pub(super) fn too_few(&self, share: f64) -> Option<String> {
        let groups = self.base.groups.min(self.new.groups);
        if groups < LEAST_GROUPS {
            let reason = "conversations have it, and 5 are needed to know the spread";
            return Some(format!("{groups} {reason}"));
        }
        let values = self.base.values.len().min(self.new.values.len());
        let few = share > 0.9 && values < LEAST_FOR_TAIL;
        few.then(|| format!("it has {values} values, and the tail needs {LEAST_FOR_TAIL}"))
    }

    /// The difference of a percentile, drawn by groups: values of one conversation are not
    /// independent. Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993.
    pub(super) fn estimate(&self, share: f64, least: impl Fn(f64) -> f64) -> Estimate {
        let once = |side: &Side| side.percentile(&vec![1; side.groups], share);
        let (base, new) = (once(&self.base), once(&self.new));
        let mut estimate = Estimate::single(base, new);
        estimate.pairs = self.pairs;
        if self.base.groups.min(self.new.groups) < LEAST_GROUPS {
            return estimate;
        }
        let mut random = fastrand::Rng::with_seed(SEED);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let mut found: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                self.base.draw(&mut random, &mut before);
                match self.pairs {
                    0 => self.new.draw(&mut random, &mut after),
                    // The same conversations of both runs.
                    _ => after.clone_from(&before),
                }
                self.new.percentile(&after, share) - self.base.percentile(&before, share)
            })
            .collect();
        found.sort_by(f64::total_cmp);
        estimate.interval = middle(&found, 0.05);
        let (least, sign) = (least(base), (new - base).signum());
        let within = found.iter().filter(|d| **d * sign <= least).count();
        estimate.p = Some((2.0 * (within + 1) as f64 / (RESAMPLES + 1) as f64).min(1.0));
        estimate
    }
}

/// Samples of the same place, in the order of the first; the n-th of a place with the n-th.
fn paired<'a>(base: &[&'a Sample], new: &[&'a Sample]) -> Vec<(&'a Sample, &'a Sample)> {
    let mut by_place: HashMap<&str, Vec<&Sample>> = HashMap::new();
    for sample in new.iter().rev() {
        by_place.entry(&sample.at).or_default().push(sample);
    }
    let pair = |sample: &&'a Sample| Some((*sample, by_place.get_mut(sample.at.as_str())?.pop()?));
    base.iter().filter_map(pair).collect()
}

/// Difference of two rates. Source: Newcombe, Interval estimation for the difference between
/// independent proportions, Statistics in Medicine 17, 1998, method 10. Turns are taken as
/// independent, for a rate does not say which of them it counts.
pub(super) fn rates(base: &Rate, new: &Rate, least: f64) -> Estimate {
    let sign = (new.rate - base.rate).signum();
    let beyond = |z: f64| match newcombe(base, new, z) {
        Interval(low, _) if sign > 0.0 => low > least,
        Interval(_, high) => -high > least,
    };
    // The widest interval that lies wholly beyond the least effect.
    let (mut low, mut high) = (0.0, 10.0);
    for _ in 0..50 {
        let z = f64::midpoint(low, high);
        if beyond(z) { low = z } else { high = z }
    }
    Estimate {
        base: base.rate,
        new: new.rate,
        interval: Some(newcombe(base, new, 1.96)),
        p: Some(tail_chance(low)),
        pairs: 0,
    }
}

fn newcombe(base: &Rate, new: &Rate, z: f64) -> Interval {
    let Interval(base_low, base_high) = wilson_at(base.count, base.of, z);
    let Interval(new_low, new_high) = wilson_at(new.count, new.of, z);
    let difference = new.rate - base.rate;
    let below = (new.rate - new_low).hypot(base_high - base.rate);
    let above = (new_high - new.rate).hypot(base.rate - base_low);
    Interval(difference - below, difference + above)
}

#[cfg(test)]
mod tests {
    use super::super::super::metric::Metrics;
    use super::super::super::{Better, Figure};
    use super::*;

    fn rate(count: usize, of: usize) -> Rate {
        let mut metrics = Metrics::default();
        metrics.rate("x", Better::Lower, "", count, of);
        match metrics.0["x"].figure {
            Figure::Rate(rate) => rate,
            _ => unreachable!("it was added as one"),
        }
    }

    #[test]
    fn the_interval_of_a_difference_is_that_of_the_paper() {
        // Newcombe's example (a): 56 of 70 against 48 of 80, method 10: 0.0524 to 0.3339.
        let Interval(low, high) = newcombe(&rate(48, 80), &rate(56, 70), 1.959_964);
        assert!((low - 0.0524).abs() < 1e-4, "{low}");
        assert!((high - 0.3339).abs() < 1e-4, "{high}");
    }

    #[test]
    fn a_rate_that_grew_beyond_doubt_has_a_small_chance() {
        let chance = |new| rates(&rate(2, 100), &rate(new, 100), 0.01).p.unwrap();
        assert!(chance(40) < 1e-4, "{}", chance(40));
        assert!(chance(4) > 0.3, "{}", chance(4));
        assert!(chance(2) > 0.99, "{}", chance(2));
    }

    #[test]
    fn the_nth_sample_of_a_place_is_paired_with_the_nth() {
        let sample = |at: &str, value| Sample {
            at: at.into(),
            value,
        };
        let base = [sample("a#0", 1.0), sample("b#0", 2.0), sample("a#0", 3.0)];
        let new = [
            sample("a#0", 10.0),
            sample("a#0", 30.0),
            sample("c#0", 40.0),
        ];
        let found = paired(&base.each_ref(), &new.each_ref());
        let values: Vec<(f64, f64)> = found.iter().map(|(a, b)| (a.value, b.value)).collect();
        assert_eq!(values, [(1.0, 10.0), (3.0, 30.0)]);
    }
}
