//! Figures as a table on the terminal.

use vivavoce::bench::{Figure, Metrics};

/// One line for each figure: percentiles, a share, or the value.
pub fn print_metrics(metrics: &Metrics) {
    let width = metrics.0.keys().map(String::len).max().unwrap_or(0);
    for (name, metric) in &metrics.0 {
        let unit = metric.unit.symbol();
        match &metric.figure {
            Figure::Distribution(found) => {
                let (summary, number) = (found.summary, |value| number(value));
                out!(
                    "{name:<width$}  p50 {:>8}  p95 {:>8}  max {:>8} {unit}  (n {})",
                    number(summary.p50),
                    number(summary.p95),
                    number(summary.max),
                    summary.n
                );
            }
            Figure::Rate(rate) => out!("{name:<width$}  {} of {}", rate.count, rate.of),
            Figure::Value { value } => out!("{name:<width$}  {} {unit}", number(*value)),
        }
    }
}

/// Three or four digits that say something.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}
