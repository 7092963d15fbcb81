//! A report as Markdown, fit for a comment on GitHub. Pure.

use super::format::{Cells, HEADINGS, number};
use super::report::{GateResult, Report};

/// Faults beyond these are counted and not listed: a comment has an end.
const LISTED_FAULTS: usize = 20;

/// The verdict, the gates, all metrics, and the faults folded away.
pub fn markdown(report: &Report) -> String {
    let (verdict, trust) = (&report.verdict, &report.trust);
    let mut text = format!("### {}\n\n", plain(&verdict.sentence));
    for warning in &verdict.warnings {
        text += &format!("> **Warning:** {}\n\n", plain(warning));
    }
    if !verdict.gates.is_empty() {
        let rows = verdict.gates.iter().map(gate_row).collect();
        text += &table(&["gate", "measured", "", ""], rows);
    }
    let mut headings = vec!["metric"];
    headings.extend(HEADINGS);
    let rows = report.metrics.0.iter().map(|(name, metric)| {
        let mut row = vec![format!("`{name}`")];
        row.extend(Cells::of(metric).columns());
        row
    });
    text += &table(&headings, rows.collect());
    text += &faults(report);
    text += &format!(
        "{}, {} cores; profile {}; {} ({}); {}\n",
        plain(&trust.machine.cpu),
        trust.machine.cores,
        plain(&trust.profile),
        plain(&trust.version),
        plain(&trust.commit),
        plain(&trust.began),
    );
    text
}

fn gate_row(gate: &GateResult) -> Vec<String> {
    let outcome = match (gate.passed, gate.measured) {
        (true, _) => "kept",
        (false, Some(_)) => "**failed**",
        (false, None) => "**not measured**",
    };
    vec![
        format!("`{}`", gate.gate),
        gate.measured.map_or_else(String::new, number),
        outcome.into(),
        gate.problem.as_deref().map_or_else(String::new, plain),
    ]
}

fn faults(report: &Report) -> String {
    let conversations = report.conversations.iter();
    let mut lines = conversations.flat_map(|c| {
        let faulty = c
            .turns
            .iter()
            .filter_map(|turn| Some((turn, turn.fault.as_ref()?)));
        faulty.map(move |(turn, fault)| {
            let said = turn.said.as_deref().unwrap_or("no words");
            let place = format!("{} #{}, repeat {}", c.scenario, turn.stimulus, c.repeat);
            format!(
                "- {}: **{}** ({})\n",
                plain(&place),
                plain(fault),
                plain(said)
            )
        })
    });
    let listed: String = lines.by_ref().take(LISTED_FAULTS).collect();
    if listed.is_empty() {
        return String::new();
    }
    let more = match lines.count() {
        0 => String::new(),
        more => format!("- and {more} more\n"),
    };
    format!("<details><summary>Faults</summary>\n\n{listed}{more}\n</details>\n\n")
}

/// A table with its headings, and the empty line that ends it.
pub(super) fn table(headings: &[&str], rows: Vec<Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let headings: Vec<String> = headings.iter().map(|h| (*h).to_owned()).collect();
    let rule: Vec<String> = headings.iter().map(|_| "---".into()).collect();
    let rows: String = rows.iter().map(|row| line(row)).collect();
    line(&headings) + &line(&rule) + &rows + "\n"
}

/// Text that stays text: no tables, tags or emphasis out of what somebody said.
pub(super) fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\r' | '\n' => escaped.push(' '),
            '|' | '<' | '*' | '_' | '`' | '\\' | '[' | '@' => {
                escaped.push('\\');
                escaped.push(character);
            }
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::test_reports;
    use super::*;

    #[test]
    fn it_opens_with_the_verdict_and_has_every_metric() {
        let report = test_reports::report(test_reports::Specimen::SMALL);
        let text = markdown(&report);
        assert!(text.starts_with("### V2V"), "{text}");
        for name in report.metrics.0.keys() {
            assert!(text.contains(&format!("| `{name}` |")), "{name}");
        }
    }

    #[test]
    fn what_somebody_said_changes_no_table() {
        let mut report = test_reports::report(test_reports::Specimen::SMALL);
        let turn = &mut report.conversations[0].turns[0];
        turn.fault = Some("premature".into());
        turn.said = Some("a | b\n<b>".into());
        assert!(markdown(&report).contains("(a \\| b \\<b>)"));
    }

    #[test]
    fn many_faults_are_counted() {
        let mut report = test_reports::report(test_reports::Specimen::SMALL);
        let turns = &mut report.conversations[0].turns;
        turns[0].fault = Some("missed".into());
        *turns = vec![turns[0].clone(); 200];
        assert!(markdown(&report).contains(" more\n"));
    }
}
