//! What a comparison comes to in words, the cause before its effects.

use super::super::format::{number, percent};
use super::super::metric::Unit;
use super::super::statistics::Interval;
use super::{Change, Outcome, Statistic};

/// Causes, and effects, that are named; the table has all.
const NAMED: usize = 3;

/// Where a metric stands between cause and effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// How long an engine took.
    Took,
    /// What of that lies on the critical path.
    Stage,
    /// What the user notices.
    Effect,
}

fn place(metric: &str) -> (Place, &str) {
    if let Some(name) = metric.strip_prefix("took.") {
        (Place::Took, name)
    } else if let Some(name) = metric.strip_prefix("stage.") {
        (Place::Stage, name)
    } else {
        (Place::Effect, metric)
    }
}

/// What moved first, the worst of it first, causes before effects; else as it was.
pub(super) fn rank(change: &Change) -> (bool, u8, i64) {
    let moved = change.outcome.moved();
    let place = match place(&change.metric).0 {
        Place::Took => 0,
        Place::Stage => 1,
        Place::Effect => 2,
    };
    // In units of the least effect, since seconds and shares have none in common.
    let size = (change.difference.abs() / change.least.max(f64::MIN_POSITIVE)).min(1e9);
    if moved {
        (false, place, -(size * 1_000.0) as i64)
    } else {
        (true, 0, 0)
    }
}

/// One or two sentences. The changes are ranked.
pub(super) fn sentence(changes: &[Change]) -> String {
    let moved: Vec<&Change> = changes.iter().filter(|c| c.outcome.moved()).collect();
    if moved.is_empty() {
        let judged = changes.iter().filter(|c| c.p.is_some()).count();
        let pairs = changes.iter().map(|c| c.pairs).max().unwrap_or_default();
        return format!("No change beyond noise, in {judged} figures of up to {pairs} pairs");
    }
    let mut named: Vec<&str> = Vec::new();
    let mut phrases: Vec<String> = Vec::new();
    let mut effects = 0;
    for change in &moved {
        let (place, name) = place(&change.metric);
        let cause = place != Place::Effect;
        let room = if cause { named.len() } else { effects } < NAMED;
        // A stage is named once: as an engine, or in its tail, it is the same cause.
        let again = named.contains(&name)
            || (!cause && phrases.iter().any(|p| p.starts_with(&format!("{name} "))));
        if !room || again {
            continue;
        }
        if cause {
            named.push(name);
            phrases.push(took(name, change));
        } else {
            effects += 1;
            phrases.push(went(change));
        }
    }
    let lead = match moved.iter().map(|c| c.outcome).min() {
        Some(Outcome::Worse) => "Worse",
        Some(Outcome::Better) => "Better",
        _ => "Moved",
    };
    format!("{lead}: {}", phrases.join("; "))
}

/// `voice takes 100 ms longer (95% interval 96 to 104)`.
fn took(name: &str, change: &Change) -> String {
    let by = change.unit.of(change.difference.abs());
    let more = change.difference > 0.0;
    let (verb, direction) = match change.unit {
        Unit::Ms | Unit::S | Unit::Us if more => ("takes", "longer"),
        Unit::Ms | Unit::S | Unit::Us => ("takes", "less"),
        _ if more => ("has", "more"),
        _ => ("has", "less"),
    };
    let who = match change.statistic {
        Statistic::P95 => format!("{name} at its 95th percentile"),
        Statistic::P50 | Statistic::Rate | Statistic::Value => name.to_owned(),
    };
    let interval = change.interval.map(|Interval(low, high)| {
        if more {
            format!(" (95% interval {} to {})", number(low), number(high))
        } else {
            format!(" (95% interval {} to {})", number(-high), number(-low))
        }
    });
    format!(
        "{who} {verb} {by} {direction}{}",
        interval.unwrap_or_default()
    )
}

/// `v2v p50 from 400 to 500 ms`.
fn went(change: &Change) -> String {
    let (metric, statistic) = (&change.metric, change.statistic.name());
    match change.statistic {
        Statistic::Rate => {
            let (base, new) = (percent(change.base), percent(change.new));
            format!("{metric} from {base} to {new}")
        }
        Statistic::P50 | Statistic::P95 | Statistic::Value => {
            let (base, new) = (number(change.base), change.unit.of(change.new));
            format!("{metric} {statistic} from {base} to {new}")
        }
    }
}
