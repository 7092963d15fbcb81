//! Every policy over the same runs. Pure.

use std::time::Duration;

use serde::Serialize;

use super::endpointing::{Figures, Pause, Run, Share};
use super::report::CurvePoint;
use crate::endpointing::{Cue, EndpointPolicy};

/// Floors of the balanced policy; its own is the first.
const FLOORS_MS: [u64; 8] = [200, 300, 400, 450, 500, 600, 800, 1_000];
/// Waits of silence alone are looked for in these steps, up to this.
const SILENCE_STEP_MS: u64 = 10;
const LONGEST_SILENCE_MS: u64 = 2_500;

/// All policies over all runs.
#[derive(Debug, Clone, Serialize)]
pub struct EndpointingReport {
    /// What may be chosen: eager, balanced, patient.
    pub styles: Vec<Figures>,
    /// Silence alone.
    pub silence: Vec<Figures>,
    /// Balanced with other floors.
    pub floors: Vec<Figures>,
    /// Balanced with less to go by.
    pub witnesses: Vec<Figures>,
    /// Per style, the shortest silence alone that cuts off no more of the 800 ms pauses.
    pub same_rate: Vec<Option<Figures>>,
}

/// The policies that may be chosen, by name.
pub const STYLES: [(&str, EndpointPolicy); 3] = [
    ("eager", EndpointPolicy::EAGER),
    ("balanced", EndpointPolicy::BALANCED),
    ("patient", EndpointPolicy::PATIENT),
];

type Forgets = fn(&mut Pause);

/// What is forgotten of a pause, so that the rest decides.
const WITNESSES: [(&str, Forgets); 4] = [
    ("sound alone", |pause| {
        (pause.model, pause.cue) = (None, Cue::Neutral);
    }),
    ("cue alone", |pause| {
        (pause.model, pause.score) = (None, 0.5)
    }),
    ("model alone", |pause| {
        (pause.score, pause.cue) = (0.5, Cue::Neutral);
    }),
    ("no model", |pause| pause.model = None),
];

impl EndpointingReport {
    /// Evaluates the policies.
    pub fn of(runs: &[Run]) -> Self {
        let styles = STYLES.map(|(name, policy)| Figures::of(name, &policy, runs));
        let same_rate = styles.iter().map(|style| {
            let most = style.compared();
            let steps = LONGEST_SILENCE_MS / SILENCE_STEP_MS;
            let waits = (20..=steps).map(|n| silence(n * SILENCE_STEP_MS, runs));
            let mut enough = waits.filter(|alone| alone.compared().cut <= most.cut);
            enough.next().filter(|_| most.of > 0)
        });
        let floor = |ms| {
            let policy = EndpointPolicy::BALANCED.between(Some(Duration::from_millis(ms)), None);
            Figures::of(format!("floor {ms}"), &policy, runs)
        };
        let with = |(name, forgets): (&str, Forgets)| {
            let mut runs = runs.to_vec();
            runs.iter_mut()
                .flat_map(|run| &mut run.pauses)
                .for_each(forgets);
            Figures::of(name, &EndpointPolicy::BALANCED, &runs)
        };
        Self {
            witnesses: WITNESSES.map(with).into(),
            same_rate: same_rate.collect(),
            silence: (2..=10).map(|n| silence(n * 100, runs)).collect(),
            floors: FLOORS_MS.map(floor).into(),
            styles: styles.into(),
        }
    }
}

impl EndpointingReport {
    /// As a curve; `share` is what counts as cut off.
    pub fn points(&self, share: fn(&Figures) -> Share) -> Vec<CurvePoint> {
        let families = [
            ("chosen", &self.styles),
            ("witness", &self.witnesses),
            ("floor", &self.floors),
            ("silence", &self.silence),
        ];
        let point = |family: &str, figures: &Figures| {
            let (latency, share) = (figures.latency_ms?, share(figures));
            Some(CurvePoint {
                policy: figures.policy.clone(),
                family: family.into(),
                latency_p50_ms: latency.p50,
                latency_p95_ms: latency.p95,
                cut_off: share.rate(),
                of: share.of as u64,
            })
        };
        let of_family = |(family, all): (&'static str, &'_ Vec<Figures>)| -> Vec<CurvePoint> {
            all.iter().filter_map(|f| point(family, f)).collect()
        };
        families.into_iter().flat_map(of_family).collect()
    }
}

fn silence(ms: u64, runs: &[Run]) -> Figures {
    let policy = EndpointPolicy::silence(Duration::from_millis(ms));
    Figures::of(format!("silence {ms}"), &policy, runs)
}

#[cfg(test)]
mod tests {
    use super::super::endpointing::tests::{pause, run};
    use super::super::endpointing::{Kind, Place, Share};
    use super::*;

    #[test]
    fn silence_alone_is_found_at_the_same_rate() {
        let pauses = |score| vec![pause(1_000.0, None, score)];
        let runs = [0.999, 0.001].map(|s| run(Kind::PutIn(Place::TwoBefore), 1_000.0, pauses(s)));
        let report = EndpointingReport::of(&runs);
        assert_eq!(report.styles[1].compared(), Share { cut: 1, of: 2 });
        // Silence treats both alike: it has to spare both.
        let alone = report.same_rate[1].as_ref().map(|f| f.policy.as_str());
        assert_eq!(alone, Some("silence 800"));
    }

    #[test]
    fn without_pauses_put_in_nothing_is_compared() {
        let report = EndpointingReport::of(&[run(Kind::Clean, 0.0, Vec::new())]);
        assert_eq!(report.same_rate, [None, None, None]);
        assert_eq!(report.styles[0].missed, 1);
    }
}
