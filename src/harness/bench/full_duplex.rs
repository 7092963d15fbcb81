//! The measures of Full-Duplex-Bench v1.0 (arXiv 2503.04721) and v1.5 (arXiv 2507.23159) on our
//! recordings. Their takeover: the reply lasts a second or has more than three words. They find
//! speech and words with a recognizer; we know them from the recording and the heard clock. Their
//! v1.5 lets a language model name the behaviour; here it follows from what the reply did.

use super::figures::Placed;
use super::metric::{Better, Metrics, Sample, Unit};
use crate::events::Expect;

/// A shorter reply takes the turn over only if it has many words. Milliseconds.
const TAKEOVER_MS: f64 = 1_000.0;
/// So many words are no takeover yet.
const FEW_WORDS: usize = 3;

/// The tasks, as the benchmark names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// v1.0: a pause inside a turn; taking over is wrong.
    PauseHandling,
    /// v1.0: a turn that ends; taking over is right.
    SmoothTurnTaking,
    /// v1.0 and v1.5: the user interrupts; taking over is right.
    UserInterruption,
    /// v1.5: the user says "mm-hm"; the reply should resume.
    UserBackchannel,
    /// v1.5: the user speaks to somebody else; the reply should resume.
    TalkingToOther,
    /// v1.5: others speak; the reply should resume.
    BackgroundSpeech,
}

impl Task {
    /// As the benchmark names its folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::PauseHandling => "pause_handling",
            Self::SmoothTurnTaking => "smooth_turn_taking",
            Self::UserInterruption => "user_interruption",
            Self::UserBackchannel => "user_backchannel",
            Self::TalkingToOther => "talking_to_other",
            Self::BackgroundSpeech => "background_speech",
        }
    }

    /// Which task a turn is one of; `None` for those that the benchmark does not have.
    pub(super) fn of(placed: &Placed<'_>) -> Option<Self> {
        let turn = placed.turn;
        match (placed.conversation.kind.as_str(), turn.over_reply) {
            (_, true) if turn.expect != Expect::GoOn => Some(Self::UserInterruption),
            ("backchannel", true) => Some(Self::UserBackchannel),
            ("side_talk", true) => Some(Self::TalkingToOther),
            ("background_speech", true) => Some(Self::BackgroundSpeech),
            (_, false) if turn.expect == Expect::Answer && !turn.pauses_ms.is_empty() => {
                Some(Self::PauseHandling)
            }
            ("clean_turn" | "long_conversation", false) if turn.expect == Expect::Answer => {
                Some(Self::SmoothTurnTaking)
            }
            _ => None,
        }
    }
}

/// Whether a reply takes the turn over.
fn takes_over(placed: &Placed<'_>) -> bool {
    let turn = placed.turn;
    let Some(v2v) = turn.v2v_ms else { return false };
    let inside = match Task::of(placed) {
        // Only what sounds before the turn's true end.
        Some(Task::PauseHandling) => (-v2v).max(0.0),
        _ => f64::INFINITY,
    };
    let length = turn.reply_ms.unwrap_or(0.0).min(inside);
    let words = turn
        .reply
        .as_deref()
        .map_or(0, |text| text.split_whitespace().count());
    // Which words lie inside is not known; they count if the whole reply does.
    let whole = length >= turn.reply_ms.unwrap_or(0.0);
    length >= TAKEOVER_MS || (length > 0.0 && whole && words > FEW_WORDS)
}

/// Adds the benchmark's figures.
pub(super) fn figures(turns: &[Placed<'_>], metrics: &mut Metrics) {
    let of = |task: Task| -> Vec<Placed<'_>> {
        let of_task = turns.iter().copied();
        of_task
            .filter(|placed| Task::of(placed) == Some(task))
            .collect()
    };
    for (task, better) in [
        (Task::PauseHandling, Better::Lower),
        (Task::SmoothTurnTaking, Better::Higher),
        (Task::UserInterruption, Better::Higher),
    ] {
        let these = of(task);
        let took = these.iter().filter(|placed| takes_over(placed)).count();
        metrics.rate(
            format!("fdb.v1.{}.tor", task.name()),
            better,
            "Full-Duplex-Bench: takeover rate",
            took,
            these.len(),
        );
        if task == Task::PauseHandling {
            continue;
        }
        // The benchmark counts an early reply as 0.
        let latency = these.iter().filter(|placed| takes_over(placed));
        metrics.values(
            format!("fdb.v1.{}.latency", task.name()),
            Unit::Ms,
            Better::Lower,
            "Full-Duplex-Bench: end of the user's turn to the reply, where it takes over",
            samples(latency.copied(), |p| p.turn.v2v_ms.map(|ms| ms.max(0.0))),
        );
    }
    overlaps(&of, metrics);
}

fn samples<'a>(
    turns: impl Iterator<Item = Placed<'a>>,
    value: impl Fn(&Placed<'a>) -> Option<f64>,
) -> Vec<Sample> {
    turns.filter_map(|p| Some(p.sample(value(&p)?))).collect()
}

/// v1.5: what the reply does when something sounds over it.
fn overlaps<'a>(of: &dyn Fn(Task) -> Vec<Placed<'a>>, metrics: &mut Metrics) {
    for (task, responds) in [
        (Task::UserInterruption, true),
        (Task::UserBackchannel, false),
        (Task::TalkingToOther, false),
        (Task::BackgroundSpeech, false),
    ] {
        let these = of(task);
        let right = these.iter().filter(|placed| placed.turn.fault.is_none());
        metrics.rate(
            format!(
                "fdb.v1_5.{}.{}",
                task.name(),
                if responds { "respond" } else { "resume" }
            ),
            Better::Higher,
            "Full-Duplex-Bench v1.5: the right behaviour (respond to the user, resume otherwise)",
            right.count(),
            these.len(),
        );
        for (name, about, found) in [
            (
                "stop",
                "Full-Duplex-Bench v1.5: stop latency",
                samples(these.iter().copied(), |p| p.turn.stop_ms),
            ),
            (
                "response",
                "Full-Duplex-Bench v1.5: end of the overlap to the next speech",
                samples(these.iter().copied(), |p| {
                    p.turn.v2v_ms.or(p.turn.resume_ms).map(|ms| ms.max(0.0))
                }),
            ),
        ] {
            let name = format!("fdb.v1_5.{}.{name}", task.name());
            metrics.values(name, Unit::Ms, Better::Lower, about, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::bench::report::{Conversation, Turn};
    use crate::harness::bench::statistics::Interval;

    fn turn(v2v_ms: f64, reply_ms: f64, reply: &str) -> Turn {
        Turn {
            expect: Expect::Answer,
            v2v_ms: Some(v2v_ms),
            reply_ms: Some(reply_ms),
            reply: Some(reply.into()),
            ..Turn::default()
        }
    }

    fn taken(turn: &Turn) -> bool {
        let conversation = Conversation {
            kind: "clean_turn".into(),
            ..Conversation::default()
        };
        takes_over(&Placed {
            conversation: &conversation,
            turn,
        })
    }

    #[test]
    fn a_short_reply_of_few_words_is_no_takeover() {
        assert!(!taken(&turn(400.0, 700.0, "Yes it is.")));
        assert!(taken(&turn(400.0, 700.0, "Yes it is so.")));
        assert!(taken(&turn(400.0, 1_000.0, "Yes.")));
        assert!(!taken(&Turn::default()));
    }

    #[test]
    fn in_a_pause_only_what_sounds_before_the_end_counts() {
        let mut paused = turn(300.0, 2_000.0, "That is a long answer.");
        paused.pauses_ms = vec![Interval(0.0, 800.0)];
        assert!(!taken(&paused));
        paused.v2v_ms = Some(-1_200.0);
        assert!(taken(&paused));
    }
}
