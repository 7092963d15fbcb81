//! `vivavoce stats`: what a recorded conversation cost.

use std::path::Path;

use anyhow::Result;
use serde_json::json;
use vivavoce::events::{Cost, Costs};
use vivavoce::harness::bench::Events;

use super::usage::Usage;

/// Prints what a recording's conversation cost, turn by turn and in sum; with `json` as one object.
///
/// # Errors
/// The folder holds no recording, or one that is damaged.
pub fn stats(folder: &Path, json: bool) -> Result<()> {
    let events = Events::of_recording(folder)?;
    let mut costs = Costs::default();
    events.all().iter().for_each(|event| costs.observe(event));
    let usage = Usage::read(folder)?;
    if json {
        let turns = costs
            .turns()
            .map(|(turn, cost)| json!({ "turn": turn, "cost": cost }));
        let turns: Vec<_> = turns.collect();
        out!(
            "{}",
            json!({ "turns": turns, "sum": costs.sum(), "usage": usage })
        );
        return Ok(());
    }
    out!("{}", heading());
    for (turn, cost) in costs.turns() {
        let name = turn.map_or_else(|| "-".into(), |turn| turn.to_string());
        out!("{}", row(&name, cost));
    }
    out!("{}", row("sum", &costs.sum()));
    if let Some(helper) = of_the_helper(&costs) {
        out!("{helper}");
    }
    out!();
    match usage {
        Some(usage) => usage.lines().iter().for_each(|line| out!("{line}")),
        None => out!("core time, memory and energy were not measured when this was recorded"),
    }
    Ok(())
}

fn heading() -> String {
    format!(
        "{:>5}{:>8}{:>8}{:>9}{:>13}{:>16}{:>12}{:>10}",
        "turn", "read", "kept", "written", "thrown away", "language model", "recognizer", "its end"
    )
}

/// What a second language model took, if one was asked.
fn of_the_helper(costs: &Costs) -> Option<String> {
    let sum = costs.sum();
    let turns = costs.turns().filter(|(_, cost)| cost.helper_ms > 0.0);
    let turns = turns.count();
    (turns > 0).then(|| {
        format!(
            "the helper, asked in {turns} turns: {} tokens read, {} written, {:.2} s",
            sum.helper_read,
            sum.helper_written,
            sum.helper_ms / 1000.0
        )
    })
}

fn row(name: &str, cost: &Cost) -> String {
    let s = |ms: f64| format!("{:.2} s", ms / 1000.0);
    format!(
        "{name:>5}{:>8}{:>8}{:>9}{:>13}{:>16}{:>12}{:>10}",
        cost.read,
        cost.kept,
        cost.written,
        cost.thrown_away,
        s(cost.language_model_ms),
        s(cost.recognizer_ms),
        s(cost.endpointing_ms)
    )
}
