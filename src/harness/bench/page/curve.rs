//! Turns cut off against latency, for ways of ending turns.

use super::super::report::CurvePoint;
use super::svg::{Anchor, Plot, Scale};

const HEIGHT: f64 = 300.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 274.0;
/// Families that are drawn as a line, with their classes.
const LINES: [&str; 2] = ["silence", "floor"];

/// Across: median latency of the decision; a thin line goes on to the 95th percentile. Up: share of
/// pauses that were taken for the end.
pub(super) fn curve(points: &[CurvePoint]) -> String {
    let chosen = || points.iter().filter(|p| p.family == "chosen");
    let latencies = points.iter().map(|p| p.latency_p50_ms);
    let scale = Scale::over(
        latencies
            .chain(chosen().map(|p| p.latency_p95_ms))
            .chain([0.0]),
    );
    // A tenth at least, so that small shares are not blown up.
    let most = points.iter().map(|p| p.cut_off).fold(0.1, f64::max);
    let most = (most * 10.0).ceil() / 10.0;
    let y = |share: f64| BOTTOM - share / most * (BOTTOM - TOP);
    let mut plot = Plot::new("Turns cut off at a pause against latency", HEIGHT);
    plot.columns(scale, (TOP, BOTTOM), "ms");
    let marks = [0.0, 0.25, 0.5, 0.75, 1.0].map(|part| part * most);
    plot.rows(&marks.map(|share| (y(share), format!("{:.0}%", share * 100.0))));
    for family in LINES {
        let of_family = points.iter().filter(|p| p.family == family);
        let mut line: Vec<(f64, f64)> = of_family
            .clone()
            .map(|p| (scale.at(p.latency_p50_ms), y(p.cut_off)))
            .collect();
        line.sort_by(|a, b| a.0.total_cmp(&b.0));
        if line.len() > 1 {
            plot.path(&format!("curve {family}"), &line, false);
        }
        for point in of_family {
            let at = (scale.at(point.latency_p50_ms), y(point.cut_off));
            plot.dot(family, at, 2.5, &words(point));
        }
    }
    let mut labels: Vec<(f64, f64)> = Vec::new();
    for point in chosen() {
        let at = (scale.at(point.latency_p50_ms), y(point.cut_off));
        plot.line("chosen", at, (scale.at(point.latency_p95_ms), at.1));
        plot.dot("chosen", at, 5.5, &words(point));
        // Neighbours may lie at the same height: then the next one's name goes below.
        let (above, below) = (at.1 - 9.0, at.1 + 20.0);
        let free = |y: f64| {
            let clear =
                |(x, taken): &(f64, f64)| (x - at.0).abs() > WIDE || (taken - y).abs() > TALL;
            labels.iter().all(clear)
        };
        let y = if free(above) || below > BOTTOM - 2.0 {
            above
        } else {
            below
        };
        labels.push((at.0, y));
        plot.text("strong", (at.0, y), 4.0, Anchor::Start, &point.policy);
    }
    plot.finish()
}

/// What a name takes. Pixels.
const WIDE: f64 = 70.0;
const TALL: f64 = 14.0;

fn words(point: &CurvePoint) -> String {
    format!(
        "{}: {:.0} ms at the median, {:.0} at the 95th percentile; {:.1}% of {} cut off",
        point.policy,
        point.latency_p50_ms,
        point.latency_p95_ms,
        point.cut_off * 100.0,
        point.of
    )
}
