//! Many values: how often each occurs, and how many are below each.

use super::super::format::number;
use super::super::metric::{Distribution, Metric};
use super::super::statistics::Interval;
use super::svg::{Anchor, Plot, Scale, round_step};

const HEIGHT: f64 = 270.0;
/// Room for the names of the markers, one line each.
const TOP: f64 = 58.0;
/// Without markers.
const TOP_ALONE: f64 = 12.0;
const BOTTOM: f64 = 244.0;
/// About so many bars.
const BARS: f64 = 28.0;

/// A budget that is drawn as a line.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    /// The field that it is about: `p95`.
    pub field: String,
    /// The bound.
    pub bound: f64,
}

/// Bars, the share of values below, median and 95th percentile with their intervals, budgets.
pub(super) fn histogram(
    name: &str,
    metric: &Metric,
    all: &Distribution,
    budgets: &[Budget],
) -> String {
    let mut sorted: Vec<f64> = all.samples.iter().map(|s| s.value).collect();
    sorted.sort_by(f64::total_cmp);
    let bounds = budgets.iter().map(|budget| budget.bound);
    let scale = Scale::over(sorted.iter().copied().chain(bounds));
    let unit = metric.unit.written();
    let mut plot = Plot::new(&format!("{name}: {} values", sorted.len()), HEIGHT);
    plot.columns(scale, (TOP, BOTTOM), unit);
    for (field, interval) in [("p50", all.p50_interval), ("p95", all.p95_interval)] {
        if let Some(Interval(low, high)) = interval {
            let (low, high) = (scale.at(low), scale.at(high));
            plot.rect(
                &format!("band {field}"),
                (low, TOP),
                (high - low, BOTTOM - TOP),
            );
        }
    }
    bars(&mut plot, scale, &sorted);
    below(&mut plot, scale, TOP, &[("ecdf", &sorted)]);
    marker(&mut plot, scale, ("p50", all.summary.p50, 0), unit);
    marker(&mut plot, scale, ("p95", all.summary.p95, 1), unit);
    for budget in budgets {
        let name = format!("budget of {}", budget.field);
        marker(&mut plot, scale, (&name, budget.bound, 2), unit);
    }
    plot.finish()
}

fn height(top: f64, share: f64) -> f64 {
    BOTTOM - share * (BOTTOM - top)
}

/// Marks of shares, and the share of values below, as a staircase.
fn below(plot: &mut Plot, scale: Scale, top: f64, runs: &[(&str, &[f64])]) {
    let marks = [0.0, 0.5, 1.0].map(|s| (height(top, s), format!("{:.0}%", s * 100.0)));
    plot.rows(&marks);
    for (class, sorted) in runs {
        let mut points = vec![(0.0, height(top, 0.0))];
        let share = |n: usize| height(top, n as f64 / sorted.len() as f64);
        for (n, value) in sorted.iter().enumerate() {
            let x = scale.at(*value);
            points.extend([(x, share(n)), (x, share(n + 1))]);
        }
        points.push((100.0, height(top, 1.0)));
        plot.path(class, &points, false);
    }
}

fn bars(plot: &mut Plot, scale: Scale, sorted: &[f64]) {
    let wide = round_step((scale.to() - scale.from()) / BARS);
    let count = ((scale.to() - scale.from()) / wide).ceil().max(1.0) as usize;
    let mut counts = vec![0usize; count];
    for value in sorted {
        let bar = ((value - scale.from()) / wide).floor().max(0.0) as usize;
        counts[bar.min(count - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    for (n, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let low = scale.from() + n as f64 * wide;
        let (x, tall) = (
            scale.at(low),
            *count as f64 / most as f64 * (BOTTOM - TOP) * 0.92,
        );
        plot.group(&format!(
            "{} to {}: {count}",
            number(low),
            number(low + wide)
        ));
        plot.rect("bar", (x, BOTTOM - tall), (scale.at(low + wide) - x, tall));
        plot.end();
    }
}

fn marker(plot: &mut Plot, scale: Scale, (name, value, line): (&str, f64, usize), unit: &str) {
    let (x, y) = (scale.at(value), 14.0 + 16.0 * line as f64);
    let class = if line == 2 { "budget" } else { name };
    plot.line(&format!("marker {class}"), (x, y - 10.0), (x, BOTTOM));
    let text = format!("{name} {} {unit}", number(value));
    let (right, anchor) = if x > 50.0 {
        (-6.0, Anchor::End)
    } else {
        (6.0, Anchor::Start)
    };
    plot.text("strong", (x, y), right, anchor, text.trim_end());
}

/// Two runs: the share of values below, of each.
pub(super) fn two_runs(name: &str, unit: &str, base: &Distribution, new: &Distribution) -> String {
    let sorted = |all: &Distribution| {
        let mut values: Vec<f64> = all.samples.iter().map(|s| s.value).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let (base, new) = (sorted(base), sorted(new));
    let scale = Scale::over(base.iter().chain(&new).copied());
    let mut plot = Plot::new(
        &format!("{name}, base and new: share of values below"),
        HEIGHT,
    );
    plot.columns(scale, (TOP_ALONE, BOTTOM), unit);
    let runs = [("ecdf base", &base[..]), ("ecdf new", &new[..])];
    below(&mut plot, scale, TOP_ALONE, &runs);
    plot.finish()
}
