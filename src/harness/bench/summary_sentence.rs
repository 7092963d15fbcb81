//! What a run of conversations comes to, in one sentence.

use super::metric::{Figure, Metrics};

/// The sentence that a report opens with.
pub fn conversation_sentence(metrics: &Metrics) -> String {
    let mut parts = Vec::new();
    if let Some(v2v) = distribution(metrics, "v2v").or_else(|| distribution(metrics, "v2v.first")) {
        parts.push(format!(
            "It answers {:.0} ms after the last word at the median, {:.0} ms at the 95th percentile \
             ({} turns)",
            v2v.0, v2v.1, v2v.2
        ));
    }
    if let Some(stop) = distribution(metrics, "t_stop") {
        parts.push(format!(
            "falls silent {:.0} ms after it is interrupted",
            stop.0
        ));
    }
    let rates = [
        ("premature", "answered too early"),
        ("missed", "did not answer"),
        ("false_stop", "stopped for nothing"),
    ];
    let wrong: Vec<String> = rates
        .iter()
        .filter_map(|(name, words)| match &metrics.0.get(*name)?.figure {
            Figure::Rate(rate) => Some(format!("{words} {} times of {}", rate.count, rate.of)),
            Figure::Distribution(_) | Figure::Value { .. } => None,
        })
        .collect();
    if !wrong.is_empty() {
        parts.push(wrong.join(", "));
    }
    if parts.is_empty() {
        "Nothing was said that could be measured.".into()
    } else {
        format!("{}.", parts.join("; "))
    }
}

/// Median, 95th percentile and count.
fn distribution(metrics: &Metrics, name: &str) -> Option<(f64, f64, usize)> {
    match &metrics.0.get(name)?.figure {
        Figure::Distribution(found) => {
            let summary = found.summary;
            Some((summary.p50, summary.p95, summary.n))
        }
        Figure::Rate(_) | Figure::Value { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::bench::metric::{Better, Sample, Unit};

    #[test]
    fn the_sentence_has_the_figures() {
        let mut metrics = Metrics::default();
        let samples = vec![Sample {
            at: "a#0".into(),
            value: 372.4,
        }];
        metrics.values("v2v", Unit::Ms, Better::Lower, "", samples);
        metrics.rate("missed", Better::Lower, "", 1, 20);
        let sentence = conversation_sentence(&metrics);
        assert!(
            sentence.contains("372 ms") && sentence.contains("1 times of 20"),
            "{sentence}"
        );
        assert!(conversation_sentence(&Metrics::default()).starts_with("Nothing"));
    }
}
