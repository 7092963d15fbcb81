//! What is missed against what is taken for a call, by the threshold.

use crate::wake::{Decision, Head};

/// What a head said of a recording, a probability for each step in which the gate was open.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// Where the gate closed, there is one that is no number.
    pub scores: Vec<f32>,
    /// How long the recording is. Seconds.
    pub seconds: f64,
}

/// One threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// The probability that is a hit.
    pub threshold: f32,
    /// Share of recordings with the phrase in which there was no call.
    pub missed: f64,
    /// Calls in recordings without the phrase.
    pub false_calls: usize,
    /// The same for each hour of those.
    pub false_calls_per_hour: f64,
}

/// Thresholds of a curve.
pub const THRESHOLDS: [f32; 12] = [
    0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.99,
];
/// After a call there is no other one for so many steps: 1.6 s, as while it sleeps.
const REFRACTORY: u32 = 20;

/// The curve of a head that needs so many hits in a row.
pub fn curve(head: &Head, with: &[Heard], without: &[Heard]) -> Vec<CurvePoint> {
    let hours: f64 = without.iter().map(|heard| heard.seconds).sum::<f64>() / 3600.0;
    let point = |threshold: f32| {
        let calls = |heard: &Heard| {
            let mut decision = Decision::new(threshold, head.hits, REFRACTORY);
            let calls = heard.scores.iter().filter(|score| decision.take(**score));
            calls.count()
        };
        let missed = with.iter().filter(|heard| calls(heard) == 0).count();
        let false_calls = without.iter().map(calls).sum();
        CurvePoint {
            threshold,
            missed: missed as f64 / with.len().max(1) as f64,
            false_calls,
            false_calls_per_hour: false_calls as f64 / hours.max(1e-9),
        }
    };
    THRESHOLDS.map(point).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_threshold_misses_more_and_is_fooled_less() {
        let mut head = Head::bundled().unwrap();
        head.hits = 1;
        let heard = |score: f32| Heard {
            scores: vec![score, f32::NAN],
            seconds: 1_800.0,
        };
        let with = [heard(0.92), heard(0.65)];
        let without = [heard(0.75), heard(0.1)];
        let curve = curve(&head, &with, &without);
        let at = |threshold: f32| curve.iter().find(|p| p.threshold == threshold).unwrap();
        assert_eq!((at(0.6).missed, at(0.6).false_calls_per_hour), (0.0, 1.0));
        assert_eq!((at(0.8).missed, at(0.8).false_calls_per_hour), (0.5, 0.0));
    }
}
