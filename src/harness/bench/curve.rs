//! The cut-off curve of a run's own questions: what other ways of ending turns would have made of
//! them. The engines hear each question once, off line and as fast as the machine allows.

use indexmap::IndexMap;

use super::endpointing::{Kind, Run};
use super::endpointing_report::EndpointingReport;
use super::listener::{ListenError, Listener};
use super::metric::{Better, Metrics, Unit};
use super::report::CurvePoint;
use super::stimulus_placement::Studio;
use crate::audio::AudioError;
use crate::audio::frame::{SESSION_RATE, SPEECH_RATE};
use crate::audio::resample::resample_clip;
use crate::events::Expect;
use crate::harness::scenario::Anchor;
use crate::harness::stimulus::Prepared;

/// Questions into silence, by `SCENARIO#NUMBER`: mono at 16 kHz.
#[derive(Debug, Clone, Default)]
pub struct Questions(IndexMap<String, Vec<f32>>);

impl Questions {
    /// Adds those of a scenario that are not there yet.
    ///
    /// # Errors
    /// A rate that cannot be converted.
    pub fn note(&mut self, scenario: &str, stimuli: &[Prepared]) -> Result<(), AudioError> {
        for (n, prepared) in stimuli.iter().enumerate() {
            let stimulus = &prepared.stimulus;
            let into_silence = stimulus.when.anchor != Anchor::ReplyStarted;
            let name = format!("{scenario}#{n}");
            if stimulus.expect == Expect::Answer && into_silence && !self.0.contains_key(&name) {
                let samples = resample_clip(&prepared.samples, SESSION_RATE, SPEECH_RATE)?;
                self.0.insert(name, samples);
            }
        }
        Ok(())
    }

    /// Lets the engines hear them, and gives the curve.
    ///
    /// # Errors
    /// An engine failed.
    pub fn curve(&self, listener: &mut Listener) -> Result<Vec<CurvePoint>, ListenError> {
        let mut runs = Vec::new();
        for (file, samples) in &self.0 {
            let stimulus = Studio::new(samples).whole();
            runs.push(Run {
                file: file.clone(),
                kind: Kind::Clean,
                mark_ms: stimulus.mark_ms,
                pauses: listener.hear(&stimulus)?,
            });
        }
        Ok(EndpointingReport::of(&runs).points(|figures| figures.clean))
    }
}

/// A share of five in a hundred is what people forgive, by the measure of the field.
const FORGIVEN: f64 = 0.05;

/// Adds the curve's values at 300 and 600 ms, and its latency at 5%, for the balanced policy with
/// other floors and for silence alone.
pub fn curve_figures(curve: &[CurvePoint], metrics: &mut Metrics) {
    for (family, name) in [("floor", "balanced"), ("silence", "silence")] {
        let of_family = curve.iter().filter(|point| point.family == family);
        let mut line: Vec<(f64, f64)> = of_family
            .map(|point| (point.latency_p50_ms, point.cut_off))
            .collect();
        line.sort_by(|a, b| a.0.total_cmp(&b.0));
        for ms in [300.0, 600.0] {
            metrics.value(
                format!("curve.{name}.cut_off_at_{ms}_ms"),
                Unit::Ratio,
                Better::Lower,
                "questions cut off at a pause, were the decision so late at the median; off line",
                between(&line, ms).unwrap_or(f64::NAN),
            );
        }
        let turned: Vec<(f64, f64)> = line.iter().rev().map(|(ms, cut)| (*cut, *ms)).collect();
        metrics.value(
            format!("curve.{name}.latency_at_5_percent"),
            Unit::Ms,
            Better::Lower,
            "median of the decision after the true end where 5% are cut off; off line",
            between(&turned, FORGIVEN).unwrap_or(f64::NAN),
        );
    }
}

/// The value at `x` on a line through points whose first numbers do not fall; `None` outside.
fn between(line: &[(f64, f64)], x: f64) -> Option<f64> {
    let pairs = line.windows(2);
    let inside = |pair: &&[(f64, f64)]| pair[0].0 <= x && x <= pair[1].0;
    pairs.into_iter().find(inside).map(|pair| {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        if x1 > x0 {
            y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        } else {
            y1
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lies_on_the_line_between_its_neighbours() {
        let line = [(300.0, 0.2), (500.0, 0.1), (700.0, 0.1)];
        assert_eq!(
            between(&line, 400.0).map(|v| (v * 1e6).round()),
            Some(150_000.0)
        );
        assert_eq!(between(&line, 600.0), Some(0.1));
        assert_eq!(between(&line, 200.0), None);
    }

    #[test]
    fn the_latency_at_five_percent_is_read_off_the_curve() {
        let point = |latency_p50_ms: f64, cut_off: f64| CurvePoint {
            policy: String::new(),
            family: "floor".into(),
            latency_p50_ms,
            latency_p95_ms: latency_p50_ms,
            cut_off,
            of: 100,
        };
        let mut metrics = Metrics::default();
        curve_figures(&[point(300.0, 0.2), point(700.0, 0.0)], &mut metrics);
        let crate::harness::bench::Figure::Value { value } =
            metrics.0["curve.balanced.latency_at_5_percent"].figure
        else {
            panic!("{metrics:?}");
        };
        assert!((value - 600.0).abs() < 1e-6, "{value}");
        assert!(!metrics.0.contains_key("curve.silence.cut_off_at_300_ms"));
    }
}
