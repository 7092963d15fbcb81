//! The report of all answers, schema `vivavoce-assistant/1`, as JSON and as a table. Pure.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::format::{Cells, HEADINGS};
use super::super::gate::Gate;
use super::super::metric::{Figure, Metrics};
use super::super::report::{Trust, Verdict};
use super::checks::{AnswerVerdict, Outcome};
use super::question_set::QuestionSet;
use super::score::{AskedTurn, figures};

/// Name and version of the schema.
pub const SCHEMA: &str = "vivavoce-assistant/1";

/// Everything that a run found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AssistantReport {
    /// Always `vivavoce-assistant/1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// What was asked.
    pub set: SetFacts,
    /// What it comes to.
    pub verdict: Verdict,
    /// Why to believe it.
    pub trust: Trust,
    /// The figures.
    pub metrics: Metrics,
    /// Every question with its answer.
    pub turns: Vec<AskedTurn>,
}

/// Which questions were asked. Only runs with the same ones are to be compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SetFacts {
    /// `bundled`, or the file.
    pub name: String,
    /// SHA-256 of the file's text.
    pub sha256: String,
    /// Conversations that it has.
    pub conversations: usize,
    /// Questions that it has. Where fewer were asked, the turns have fewer.
    pub questions: usize,
}

impl QuestionSet {
    /// What a report says of it; `name` is `bundled` or its file.
    pub fn facts(&self, name: &str) -> SetFacts {
        SetFacts {
            name: name.to_owned(),
            sha256: self.sha256.clone(),
            conversations: self.conversations.len(),
            questions: self.questions(),
        }
    }
}

impl AssistantReport {
    /// Of all questions that were asked.
    pub fn new(set: SetFacts, trust: Trust, turns: Vec<AskedTurn>) -> Self {
        let metrics = figures(&turns);
        Self {
            schema: SCHEMA.into(),
            set,
            verdict: Verdict::new(sentence(&metrics), trust.warnings()),
            trust,
            metrics,
            turns,
        }
    }

    /// Checks budgets: `calls.right.rate>=0.97`, `calls.false.count==0`, `answers.sums.rate>=0.9`.
    #[must_use]
    pub fn with_gates(mut self, gates: &[Gate]) -> Self {
        self.verdict.check(gates, &self.metrics);
        self
    }

    /// As `--report` writes it.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("all its keys are strings");
        text + "\n"
    }
}

/// "87 of 100 answers right; 30 of 31 calls of tools exact; 2 of 40 false; 9 of 10 cannots honest."
fn sentence(metrics: &Metrics) -> String {
    let parts = [
        ("answers.right", "answers right"),
        ("calls.right", "calls of tools exact"),
        ("calls.false", "turns without a command called a tool"),
        ("cannots.honest", "times it said that it cannot"),
    ];
    rates_in_a_sentence(metrics, &parts).unwrap_or_else(|| "No answer was judged.".to_owned())
}

/// "87 of 100 answers right; 30 of 31 calls of tools exact.", of the rates that were measured; `None`: of none.
pub(in crate::harness::bench) fn rates_in_a_sentence(
    metrics: &Metrics,
    parts: &[(&str, &str)],
) -> Option<String> {
    let part = |(name, what): &(&str, &str)| match metrics.0.get(*name)?.figure {
        Figure::Rate(rate) => Some(format!("{} of {} {what}", rate.count, rate.of)),
        Figure::Distribution(_) | Figure::Value { .. } => None,
    };
    let parts: Vec<String> = parts.iter().filter_map(part).collect();
    (!parts.is_empty()).then(|| parts.join("; ") + ".")
}

/// A wrong answer, and what is wrong with it.
pub(in crate::harness::bench) fn write_wrong(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    (asked, answered): (&str, &str),
    checks: &AnswerVerdict,
) -> fmt::Result {
    let why: Vec<&str> = checks.why().collect();
    writeln!(f, "\n{title}")?;
    writeln!(f, "  asked     {asked}")?;
    writeln!(f, "  answered  {answered}")?;
    writeln!(f, "  wrong     {}", why.join("; "))
}

/// The sentence, the figures in columns, and what became of the gates.
pub(in crate::harness::bench) fn write_figures(
    f: &mut fmt::Formatter<'_>,
    verdict: &Verdict,
    metrics: &Metrics,
) -> fmt::Result {
    writeln!(f, "{}", verdict.sentence)?;
    for warning in &verdict.warnings {
        writeln!(f, "Warning: {warning}")?;
    }
    writeln!(f)?;
    let widest = metrics.0.keys().map(|name| name.len()).max();
    let widest = widest.unwrap_or(0).max("metric".len());
    let [n, figure, count, _] = HEADINGS;
    writeln!(f, "{:widest$}  {n:>4}  {count:>14}  {figure}", "metric")?;
    for (name, metric) in &metrics.0 {
        let [n, figure, count, _] = Cells::of(metric).columns();
        writeln!(f, "{name:widest$}  {n:>4}  {count:>14}  {figure}")?;
    }
    for gate in &verdict.gates {
        let kept = if gate.passed { "kept" } else { "failed" };
        let problem = gate.problem.as_deref().unwrap_or_default();
        writeln!(f, "gate {}: {kept} {problem}", gate.gate)?;
    }
    Ok(())
}

/// The figures, and every wrong answer with what is wrong.
impl fmt::Display for AssistantReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_figures(f, &self.verdict, &self.metrics)?;
        let is_wrong = |turn: &&AskedTurn| turn.checks.outcome() == Outcome::Wrong;
        for turn in self.turns.iter().filter(is_wrong) {
            let title = format!("{} ({}), {}", turn.conversation, turn.kind, turn.turn + 1);
            write_wrong(f, &title, (&turn.say, &turn.answer), &turn.checks)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::checks::CheckName;
    use super::super::question_set::Kind;
    use super::super::score::tests::asked;
    use super::*;

    fn report() -> AssistantReport {
        let turns = vec![
            asked("sum", Kind::Sums, &[(CheckName::Call, None)]),
            asked(
                "timer",
                Kind::Timers,
                &[(CheckName::Call, Some("it is not set"))],
            ),
            asked("talk", Kind::NoTool, &[(CheckName::NoCall, None)]),
        ];
        let set = SetFacts {
            name: "bundled".into(),
            sha256: "0".repeat(64),
            conversations: 3,
            questions: 3,
        };
        AssistantReport::new(set, Trust::default(), turns)
    }

    fn checked(gate: &str) -> bool {
        let gate: Gate = gate.parse().unwrap();
        report().with_gates(&[gate]).verdict.passed()
    }

    #[test]
    fn gates_are_checked_on_its_figures() {
        assert!(checked("calls.right.rate>=0.5") && !checked("calls.right.rate>=0.97"));
        assert!(checked("calls.false.count==0") && !checked("calls.false.count>0"));
        assert!(checked("answers.sums.rate==1"));
        assert!(!checked("answers.memory.rate>=0"), "it was not measured");
    }

    #[test]
    fn it_is_read_back_as_it_was_written() {
        let report = report();
        let read: AssistantReport = serde_json::from_str(&report.to_json()).unwrap();
        assert_eq!(read.set, report.set);
        assert_eq!(read.turns, report.turns);
        assert_eq!(read.verdict, report.verdict);
    }

    #[test]
    fn it_opens_with_what_it_comes_to() {
        let text = report().to_string();
        assert!(
            text.starts_with("2 of 3 answers right; 1 of 2 calls of tools exact; 0 of 1 turns"),
            "{text}"
        );
        assert!(text.contains("answers.no_tool"), "{text}");
    }

    #[test]
    fn only_wrong_answers_are_listed_with_what_is_wrong() {
        let text = report().to_string();
        assert!(text.contains("timer (timers), 1") && text.contains("it is not set"));
        assert!(!text.contains("sum (sums)"), "{text}");
    }

    #[test]
    fn nothing_judged_is_said() {
        let report = AssistantReport::new(SetFacts::default(), Trust::default(), Vec::new());
        assert!(report.to_string().starts_with("No answer was judged."));
    }
}
