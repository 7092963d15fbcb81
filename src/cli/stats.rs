//! `vivavoce stats`: what a recorded conversation cost.

use std::path::Path;

use anyhow::Result;
use indicatif::HumanCount;
use serde_json::json;
use vivavoce::events::{Cost, Costs};
use vivavoce::harness::bench::Events;

/// Prints what a recording's conversation cost, turn by turn and in sum; with `json` as one object.
///
/// # Errors
/// The folder holds no recording, or one that is damaged.
pub fn stats(folder: &Path, json: bool) -> Result<()> {
    let events = Events::of_recording(folder)?;
    let mut costs = Costs::default();
    events.all().iter().for_each(|event| costs.observe(event));
    if json {
        let turns = costs
            .turns()
            .map(|(turn, cost)| json!({ "turn": turn, "cost": cost }));
        let turns: Vec<_> = turns.collect();
        let peak = costs.peak_memory_mib;
        out!(
            "{}",
            json!({ "turns": turns, "sum": costs.sum(), "peak_memory_mib": peak })
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
    of_the_machine(&costs)
        .iter()
        .for_each(|line| out!("{line}"));
    Ok(())
}

/// What the program used of the machine, and what left it.
fn of_the_machine(costs: &Costs) -> Vec<String> {
    let sum = costs.sum();
    let mut threads: Vec<(&String, &f64)> = sum.cores.iter().collect();
    threads.sort_by(|a, b| b.1.total_cmp(a.1));
    let threads = threads.iter().map(|(name, s)| format!("{name} {s:.2}"));
    let threads = threads.collect::<Vec<_>>().join(", ");
    if !costs.is_measured {
        return vec!["what was used of the machine was not measured when this was recorded".into()];
    }
    let memory = costs.peak_memory_mib.map_or_else(
        || "peak memory: this system does not tell it".into(),
        |mib| format!("peak memory: {mib:.0} MiB"),
    );
    let energy = sum.energy_j.map_or_else(
        || "energy: this machine does not tell it".into(),
        |joules| format!("energy of the processor, other programs' too: {joules:.0} J"),
    );
    let cores = if threads.is_empty() {
        "core time: this system does not tell it".into()
    } else {
        format!("{:.2} core-seconds: {threads}", sum.core_s())
    };
    let mut lines = vec![cores, memory, energy];
    let sent = sum.sent.iter().map(|(place, bytes)| {
        let bytes = HumanCount(*bytes);
        format!("sent to {place}: {bytes} bytes")
    });
    lines.extend(sent);
    if sum.sent.is_empty() {
        lines.push("left this machine: 0 bytes".into());
    }
    lines
}

fn heading() -> String {
    format!(
        "{:>5}{:>8}{:>8}{:>9}{:>13}{:>16}{:>12}{:>10}{:>10}",
        "turn",
        "read",
        "kept",
        "written",
        "thrown away",
        "language model",
        "recognizer",
        "its end",
        "cores"
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
        "{name:>5}{:>8}{:>8}{:>9}{:>13}{:>16}{:>12}{:>10}{:>10}",
        cost.read,
        cost.kept,
        cost.written,
        cost.thrown_away,
        s(cost.language_model_ms),
        s(cost.recognizer_ms),
        s(cost.endpointing_ms),
        s(cost.core_s() * 1000.0)
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use vivavoce::clock::Timestamp;
    use vivavoce::events::{EventKind, SessionEvent};

    use super::*;

    /// What is told of the machine where this was used.
    fn told(sent: &[(&str, u64)], cores: &[(&str, f64)]) -> Vec<String> {
        let mut costs = Costs::default();
        costs.observe(&SessionEvent {
            at: Timestamp::from_micros(0),
            turn: None,
            kind: EventKind::Used {
                cores: cores
                    .iter()
                    .map(|(name, s)| ((*name).to_owned(), *s))
                    .collect(),
                peak_memory_mib: Some(512.0),
                energy_j: None,
                sent: sent
                    .iter()
                    .map(|(place, n)| ((*place).to_owned(), *n))
                    .collect::<BTreeMap<_, _>>(),
            },
        });
        of_the_machine(&costs)
    }

    #[test]
    fn the_busiest_thread_comes_first_and_nothing_left() {
        let told = told(&[], &[("capture", 0.5), ("recognizer", 1.25)]);
        let expected = [
            "1.75 core-seconds: recognizer 1.25, capture 0.50",
            "peak memory: 512 MiB",
            "energy: this machine does not tell it",
            "left this machine: 0 bytes",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn each_place_is_told_with_its_bytes() {
        let places = [("llm.example:8080", 12_345), ("notes (MCP server)", 0)];
        let told = told(&places, &[("capture", 0.5)]);
        let expected = [
            "sent to llm.example:8080: 12,345 bytes",
            "sent to notes (MCP server): 0 bytes",
        ];
        assert_eq!(told[3..], expected);
    }

    #[test]
    fn an_older_recording_is_not_said_to_have_used_nothing() {
        let told = of_the_machine(&Costs::default());
        assert!(told[0].contains("not measured"), "{told:?}");
    }

    #[test]
    fn what_left_is_told_where_core_time_is_not_known() {
        let told = told(&[("llm.example:8080", 7)], &[]);
        assert_eq!(told[0], "core time: this system does not tell it");
        assert_eq!(told[3], "sent to llm.example:8080: 7 bytes");
    }
}
