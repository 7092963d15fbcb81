//! Raw values as CSV (RFC 4180, with a heading), for spreadsheets and notebooks. Pure.

use super::metric::Figure;
use super::report::Report;

/// One row per sample of every metric: `metric,unit,at,group,value`. A rate is one row with its
/// rate, a single value one with itself; neither has `at` and `group`.
pub fn samples_csv(report: &Report) -> String {
    let mut csv = String::from("metric,unit,at,group,value\r\n");
    for (name, metric) in &report.metrics.0 {
        let unit = metric.unit.symbol();
        let mut add = |at: &str, group: &str, value: f64| {
            row(&mut csv, &[name, unit, at, group, &value.to_string()]);
        };
        match &metric.figure {
            Figure::Distribution(all) => {
                for sample in &all.samples {
                    add(&sample.at, sample.group(), sample.value);
                }
            }
            Figure::Rate(rate) => add("", "", rate.rate),
            Figure::Value { value } => add("", "", *value),
        }
    }
    csv
}

/// One row per turn, with a column for each stage that any turn has (`stage_NAME_ms`).
pub fn turns_csv(report: &Report) -> String {
    let mut stages: Vec<&str> = Vec::new();
    for stage in turns(report).flat_map(|(_, turn)| &turn.stages) {
        if !stages.contains(&stage.name.as_str()) {
            stages.push(&stage.name);
        }
    }
    let mut headings: Vec<String> = [
        "scenario",
        "kind",
        "repeat",
        "stimulus",
        "begins_ms",
        "ends_ms",
        "v2v_ms",
        "stop_ms",
        "reason",
        "fault",
        "said",
        "understood",
        "reply",
    ]
    .map(String::from)
    .into();
    headings.extend(stages.iter().map(|name| format!("stage_{name}_ms")));
    let mut csv = String::new();
    row(&mut csv, &headings);
    for (conversation, turn) in turns(report) {
        let number = |value: Option<f64>| value.map_or_else(String::new, |v| v.to_string());
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let mut cells = vec![
            conversation.scenario.clone(),
            conversation.kind.clone(),
            conversation.repeat.to_string(),
            turn.stimulus.to_string(),
            turn.span_ms.0.to_string(),
            turn.span_ms.1.to_string(),
            number(turn.v2v_ms),
            number(turn.stop_ms),
            text(&turn.reason),
            text(&turn.fault),
            text(&turn.said),
            text(&turn.understood),
            text(&turn.reply),
        ];
        cells.extend(stages.iter().map(|name| {
            let stage = turn.stages.iter().find(|stage| stage.name == *name);
            number(stage.map(|stage| stage.ms))
        }));
        row(&mut csv, &cells);
    }
    csv
}

fn turns(
    report: &Report,
) -> impl Iterator<Item = (&super::report::Conversation, &super::report::Turn)> {
    let conversations = report.conversations.iter();
    conversations.flat_map(|c| c.turns.iter().map(move |turn| (c, turn)))
}

fn row(csv: &mut String, cells: &[impl AsRef<str>]) {
    for (n, cell) in cells.iter().enumerate() {
        if n > 0 {
            csv.push(',');
        }
        let cell = cell.as_ref();
        if cell.contains([',', '"', '\r', '\n']) {
            csv.push_str(&format!("\"{}\"", cell.replace('"', "\"\"")))
        } else {
            csv.push_str(cell)
        }
    }
    csv.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::super::test_reports;
    use super::*;

    #[test]
    fn every_sample_has_a_row() {
        let report = test_reports::report(test_reports::Specimen::SMALL);
        let rows = report
            .metrics
            .0
            .values()
            .map(|metric| match &metric.figure {
                Figure::Distribution(all) => all.samples.len(),
                Figure::Rate(_) | Figure::Value { .. } => 1,
            });
        assert_eq!(
            samples_csv(&report).lines().count(),
            1 + rows.sum::<usize>()
        );
    }

    #[test]
    fn every_turn_has_a_row_with_its_stages() {
        let report = test_reports::report(test_reports::Specimen::SMALL);
        let csv = turns_csv(&report);
        assert_eq!(csv.lines().count(), 1 + turns(&report).count());
        let headings = csv.lines().next().unwrap();
        assert!(
            headings.ends_with("stage_device_ms,stage_rest_ms"),
            "{headings}"
        );
    }

    #[test]
    fn what_would_break_a_row_is_quoted() {
        let mut csv = String::new();
        row(&mut csv, &["a", "b, c", "d \"e\"", "f\ng"]);
        assert_eq!(csv, "a,\"b, c\",\"d \"\"e\"\"\",\"f\ng\"\r\n");
    }
}
