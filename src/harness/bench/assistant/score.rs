//! The figures of all answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;

use super::super::metric::{Better, Metrics, Unit};
use super::call_check::GivenCall;
use super::checks::{AnswerVerdict, CheckName, Outcome};
use super::question_set::Kind;
use crate::events::{EventKind, HelperOutcome};

/// A question that was asked, with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AskedTurn {
    /// The conversation's name.
    pub conversation: String,
    /// What it is about.
    pub kind: Kind,
    /// The question's number in its conversation, from 0.
    pub turn: usize,
    /// What was said.
    pub say: String,
    /// What the assistant said.
    pub answer: String,
    /// The tools that were called.
    pub calls: Vec<GivenCall>,
    /// What was looked at, and what is wrong.
    pub checks: AnswerVerdict,
    /// What the helper did, if the question was handed to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helper: Option<HelpGiven>,
}

/// What the helper, a second language model, did for an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HelpGiven {
    /// The model.
    pub model: String,
    /// What came of it.
    pub outcome: HelperOutcome,
    /// Tokens that were read.
    pub read: usize,
    /// Tokens that were written.
    pub tokens: u32,
    /// Time that it took. Milliseconds.
    pub took_ms: f64,
}

impl HelpGiven {
    /// What an event of the kind `helper_done` tells; `None` of another.
    pub fn of(done: &EventKind) -> Option<Self> {
        let EventKind::HelperDone {
            model,
            outcome,
            read,
            tokens,
            took_ms,
            ..
        } = done
        else {
            return None;
        };
        Some(Self {
            model: model.clone(),
            outcome: *outcome,
            read: *read,
            tokens: *tokens,
            took_ms: *took_ms,
        })
    }
}

/// The name of a kind's metric: `answers.follow_ups`.
pub fn kind_metric(kind: Kind) -> String {
    format!("answers.{}", kind.to_string().replace('-', "_"))
}

/// The figures. Their intervals take the questions as independent of each other, which those of one
/// conversation are not quite.
pub fn figures(turns: &[AskedTurn]) -> Metrics {
    let mut metrics = Metrics::default();
    let judged = |turn: &&AskedTurn| turn.checks.outcome() != Outcome::NotJudged;
    let judged: Vec<&AskedTurn> = turns.iter().filter(judged).collect();
    let is_right = |turn: &AskedTurn| turn.checks.outcome() == Outcome::Right;
    let right = judged.iter().filter(|turn| is_right(turn)).count();
    let about = "judged answers where everything that was expected holds";
    metrics.rate("answers.right", Better::Higher, about, right, judged.len());
    add_check(&mut metrics, &judged, &CALLS_RIGHT);
    let wants_call = |turn: &&&AskedTurn| turn.checks.is_right(CheckName::Call).is_some();
    let wants_call: Vec<_> = judged.iter().filter(wants_call).collect();
    let missed = wants_call.iter().filter(|turn| turn.calls.is_empty());
    let about = "expected calls where no tool was called: whatever was said, nothing was done";
    metrics.rate(
        "calls.missed",
        Better::Lower,
        about,
        missed.count(),
        wants_call.len(),
    );
    add_check(&mut metrics, &judged, &CALLS_FALSE);
    add_check(&mut metrics, &judged, &CANNOTS);
    let (whole, of) = conversations(&judged);
    let about = "conversations where all judged answers are right";
    metrics.rate("conversations.right", Better::Higher, about, whole, of);
    for kind in Kind::iter() {
        let of_kind: Vec<_> = judged.iter().filter(|turn| turn.kind == kind).collect();
        let right = of_kind.iter().filter(|turn| is_right(turn)).count();
        let about = format!("the same, of the kind {kind}");
        metrics.rate(
            kind_metric(kind),
            Better::Higher,
            about,
            right,
            of_kind.len(),
        );
    }
    add_helper(&mut metrics, turns, &judged);
    let free = turns.len() - judged.len();
    let about = "answers that are reported and not judged";
    metrics.value(
        "turns.free",
        Unit::Count,
        Better::Neither,
        about,
        free as f64,
    );
    metrics
}

/// What was handed to the helper, and what came of it; nothing without one.
fn add_helper(metrics: &mut Metrics, turns: &[AskedTurn], judged: &[&AskedTurn]) {
    let help = turns.iter().filter_map(|turn| turn.helper.as_ref());
    let help: Vec<&HelpGiven> = help.collect();
    if help.is_empty() {
        return;
    }
    let about = "questions that were handed to the helper";
    metrics.rate(
        "helper.asked",
        Better::Neither,
        about,
        help.len(),
        turns.len(),
    );
    let of_helper = judged.iter().filter(|turn| turn.helper.is_some());
    let of_helper: Vec<_> = of_helper.collect();
    let is_right = |turn: &&&&AskedTurn| turn.checks.outcome() == Outcome::Right;
    let right = of_helper.iter().filter(is_right).count();
    let about = "judged answers of the helper where everything that was expected holds";
    metrics.rate(
        "helper.right",
        Better::Higher,
        about,
        right,
        of_helper.len(),
    );
    let count = help.len() as f64;
    let took: f64 = help.iter().map(|help| help.took_ms).sum();
    let about = "time from a question to the helper's answer, on average";
    metrics.value("helper.took", Unit::Ms, Better::Lower, about, took / count);
    let tokens: f64 = help.iter().map(|help| f64::from(help.tokens)).sum();
    let about = "tokens that the helper wrote, in all";
    metrics.value("helper.tokens", Unit::Count, Better::Lower, about, tokens);
    let read: usize = help.iter().map(|help| help.read).sum();
    let about = "tokens that the helper read, in all";
    metrics.value(
        "helper.read",
        Unit::Count,
        Better::Lower,
        about,
        read as f64,
    );
}

/// The metric of one sort of check.
struct OfCheck {
    metric: &'static str,
    check: CheckName,
    /// Whether what is right is counted, or what is wrong.
    counts_right: bool,
    about: &'static str,
}

const CALLS_RIGHT: OfCheck = OfCheck {
    metric: "calls.right",
    check: CheckName::Call,
    counts_right: true,
    about: "expected calls of tools that were made exactly, with their arguments and no other call",
};
const CALLS_FALSE: OfCheck = OfCheck {
    metric: "calls.false",
    check: CheckName::NoCall,
    counts_right: false,
    about: "turns that want no call of a tool where one was made",
};
const CANNOTS: OfCheck = OfCheck {
    metric: "cannots.honest",
    check: CheckName::HonestCannot,
    counts_right: true,
    about: "requests that cannot be met where it is said that they cannot",
};

fn add_check(metrics: &mut Metrics, turns: &[&AskedTurn], wanted: &OfCheck) {
    let looked_at = turns
        .iter()
        .filter_map(|turn| turn.checks.is_right(wanted.check));
    let looked_at: Vec<bool> = looked_at.collect();
    let counted = looked_at
        .iter()
        .filter(|right| **right == wanted.counts_right);
    let better = if wanted.counts_right {
        Better::Higher
    } else {
        Better::Lower
    };
    metrics.rate(
        wanted.metric,
        better,
        wanted.about,
        counted.count(),
        looked_at.len(),
    );
}

/// How many conversations have nothing wrong in them, and of how many.
fn conversations(judged: &[&AskedTurn]) -> (usize, usize) {
    let mut found = indexmap::IndexMap::<&str, bool>::new();
    for turn in judged {
        let right = turn.checks.outcome() == Outcome::Right;
        *found.entry(&turn.conversation).or_insert(true) &= right;
    }
    (found.values().filter(|right| **right).count(), found.len())
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::super::metric::{Figure, Rate};
    use super::super::checks::Check;
    use super::*;

    pub(in super::super) fn asked(
        conversation: &str,
        kind: Kind,
        checks: &[(CheckName, Option<&str>)],
    ) -> AskedTurn {
        let check = |(check, problem): &(CheckName, Option<&str>)| Check {
            check: *check,
            problem: problem.map(str::to_owned),
        };
        AskedTurn {
            conversation: conversation.into(),
            kind,
            turn: 0,
            say: "Say something.".into(),
            answer: "Something.".into(),
            calls: Vec::new(),
            checks: AnswerVerdict {
                checks: checks.iter().map(check).collect(),
            },
            helper: None,
        }
    }

    fn rate(metrics: &Metrics, name: &str) -> Option<(u64, u64)> {
        match metrics.0.get(name)?.figure {
            Figure::Rate(Rate { count, of, .. }) => Some((count, of)),
            Figure::Distribution(_) | Figure::Value { .. } => None,
        }
    }

    const WRONG: Option<&str> = Some("wrong");

    #[test]
    fn answers_are_counted_in_all_and_by_kind() {
        let turns = [
            asked("a", Kind::Sums, &[(CheckName::Number, None)]),
            asked("b", Kind::Sums, &[(CheckName::Number, WRONG)]),
            asked("c", Kind::Chat, &[(CheckName::Answered, None)]),
        ];
        let metrics = figures(&turns);
        assert_eq!(rate(&metrics, "answers.right"), Some((2, 3)));
        assert_eq!(rate(&metrics, "answers.sums"), Some((1, 2)));
        assert_eq!(rate(&metrics, "answers.chat"), Some((1, 1)));
        assert_eq!(rate(&metrics, "answers.memory"), None);
    }

    #[test]
    fn free_answers_count_neither_as_right_nor_as_wrong() {
        let metrics = figures(&[asked("a", Kind::Chat, &[])]);
        assert_eq!(rate(&metrics, "answers.right"), None);
        let free = &metrics.0["turns.free"].figure;
        assert_eq!(*free, Figure::Value { value: 1.0 });
    }

    #[test]
    fn false_calls_are_counted_among_turns_that_want_none() {
        let turns = [
            asked("a", Kind::NoTool, &[(CheckName::NoCall, WRONG)]),
            asked("b", Kind::NoTool, &[(CheckName::NoCall, None)]),
            asked("c", Kind::Sums, &[(CheckName::Call, WRONG)]),
        ];
        let metrics = figures(&turns);
        assert_eq!(rate(&metrics, "calls.false"), Some((1, 2)));
        assert_eq!(rate(&metrics, "calls.right"), Some((0, 1)));
    }

    #[test]
    fn a_call_is_missed_where_no_tool_was_called() {
        let missed = asked("a", Kind::Timers, &[(CheckName::Call, WRONG)]);
        let other = AskedTurn {
            calls: vec![GivenCall {
                tool: "set_alarm".into(),
                arguments: serde_json::Map::new(),
            }],
            ..missed.clone()
        };
        let metrics = figures(&[missed, other]);
        assert_eq!(rate(&metrics, "calls.missed"), Some((1, 2)));
    }

    #[test]
    fn a_call_is_right_though_the_words_are_wrong() {
        let checks = [(CheckName::Call, None), (CheckName::WordsAll, WRONG)];
        let metrics = figures(&[asked("a", Kind::Timers, &checks)]);
        assert_eq!(rate(&metrics, "calls.right"), Some((1, 1)));
        assert_eq!(rate(&metrics, "answers.right"), Some((0, 1)));
    }

    #[test]
    fn honest_cannots_are_counted() {
        let turns = [
            asked("a", Kind::Cannot, &[(CheckName::HonestCannot, None)]),
            asked("b", Kind::Cannot, &[(CheckName::HonestCannot, WRONG)]),
        ];
        assert_eq!(rate(&figures(&turns), "cannots.honest"), Some((1, 2)));
    }

    #[test]
    fn what_the_helper_answered_is_counted_where_it_was_asked() {
        let alone = asked("a", Kind::OtherFacts, &[(CheckName::WordsAll, WRONG)]);
        assert_eq!(
            rate(&figures(std::slice::from_ref(&alone)), "helper.asked"),
            None
        );
        let helped = AskedTurn {
            helper: Some(HelpGiven {
                model: "large".into(),
                outcome: HelperOutcome::Answered,
                read: 60,
                tokens: 12,
                took_ms: 900.0,
            }),
            ..asked("b", Kind::OtherFacts, &[(CheckName::WordsAll, None)])
        };
        let metrics = figures(&[alone, helped]);
        assert_eq!(rate(&metrics, "helper.asked"), Some((1, 2)));
        assert_eq!(rate(&metrics, "helper.right"), Some((1, 1)));
        let took = &metrics.0["helper.took"].figure;
        assert_eq!(*took, Figure::Value { value: 900.0 });
    }

    #[test]
    fn a_conversation_is_right_if_all_of_it_is() {
        let turns = [
            asked("a", Kind::Memory, &[(CheckName::Call, None)]),
            asked("a", Kind::Memory, &[(CheckName::WordsAll, WRONG)]),
            asked("b", Kind::Memory, &[(CheckName::Call, None)]),
        ];
        assert_eq!(rate(&figures(&turns), "conversations.right"), Some((1, 2)));
    }
}
