//! Figures of two runs, one row each: a ring before, a dot after, and what may be chance.

use super::super::compare::{Change, Statistic};
use super::svg::{Anchor, Plot, Scale};

const ROW: f64 = 44.0;
/// A page has an end; the table below has all.
const MOST_ROWS: usize = 40;

/// A plot for each unit, in the order in which the units occur; of figures that are judged.
pub(super) fn dumbbells(changes: &[Change]) -> Vec<String> {
    let mut groups: Vec<(&str, Vec<&Change>)> = Vec::new();
    for change in changes
        .iter()
        .filter(|change| change.p.is_some())
        .take(MOST_ROWS)
    {
        let unit = match change.statistic {
            Statistic::Rate => "%",
            _ => change.unit.written(),
        };
        match groups.iter_mut().find(|(other, _)| *other == unit) {
            Some((_, rows)) => rows.push(change),
            None => groups.push((unit, vec![change])),
        }
    }
    groups.iter().map(|(unit, rows)| draw(unit, rows)).collect()
}

fn draw(unit: &str, rows: &[&Change]) -> String {
    let factor = if unit == "%" { 100.0 } else { 1.0 };
    let ends = rows.iter().flat_map(|c| {
        let range = c.interval.map(|i| [c.base + i.0, c.base + i.1]);
        range
            .into_iter()
            .flatten()
            .chain([c.base - c.least, c.base + c.least, c.new])
    });
    // No rate is below zero, whatever an interval says.
    let least = if unit == "%" { 0.0 } else { f64::MIN };
    let scale = Scale::over(ends.map(|value| (value * factor).max(least)));
    let x = |value: f64| scale.at(value * factor);
    let bottom = ROW * rows.len() as f64;
    let mut plot = Plot::new("Base (ring) and new (dot) of each figure", bottom + 26.0);
    plot.columns(scale, (0.0, bottom), unit);
    for (n, change) in rows.iter().enumerate() {
        let (top, class) = (n as f64 * ROW, change.outcome.written());
        let y = top + 31.0;
        let [figure, base, new, by, outcome] = change.cells();
        plot.group(&format!("{figure}: {base} to {new}, {by}: {outcome}"));
        let (low, high) = (x(change.base - change.least), x(change.base + change.least));
        plot.rect("least", (low, y - 7.0), (high - low, 14.0));
        if let Some(range) = change.interval {
            let (low, high) = (x(change.base + range.0), x(change.base + range.1));
            plot.rect(&format!("range {class}"), (low, y - 4.0), (high - low, 8.0));
        }
        plot.line(
            &format!("link {class}"),
            (x(change.base), y),
            (x(change.new), y),
        );
        plot.dot("before", (x(change.base), y), 5.0, "");
        plot.dot(&format!("after {class}"), (x(change.new), y), 5.0, "");
        plot.text("strong", (0.0, top + 16.0), 0.0, Anchor::Start, &figure);
        let text = if change.outcome.moved() {
            format!("{by} {class}")
        } else {
            by
        };
        plot.text(
            &format!("soft {class}"),
            (100.0, top + 16.0),
            0.0,
            Anchor::End,
            &text,
        );
        plot.end();
    }
    plot.finish()
}
