//! From conversations to figures. Pure: a report's figures follow from its conversations.

use super::machine::Load;
use super::metric::{Better, Metrics, Sample, Unit};
use super::report::{Conversation, Turn};
use super::stage_figures;
use super::{full_duplex, livekit};
use crate::events::Expect;

/// A turn and where it was.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub conversation: &'a Conversation,
    pub turn: &'a Turn,
}

impl Placed<'_> {
    /// A value of it.
    pub fn sample(&self, value: f64) -> Sample {
        Sample {
            at: format!("{}#{}", self.conversation.place(), self.turn.stimulus),
            value,
        }
    }

    pub fn is_fault(&self, fault: &str) -> bool {
        self.turn.fault.as_deref() == Some(fault)
    }

    /// Whether it asks for an answer, into silence.
    pub fn is_question(&self) -> bool {
        self.turn.expect == Expect::Answer && !self.turn.over_reply
    }

    /// Whether it was to stop a reply, which did not end by itself just then.
    pub fn interrupts(&self) -> bool {
        let turn = self.turn;
        let asked = turn.stop_ms.is_some() || self.is_fault("not stopped");
        turn.expect != Expect::GoOn && turn.over_reply && asked
    }

    /// Whether it is the first thing that was said to the assistant in its conversation.
    fn is_first(&self) -> bool {
        let mut turns = self.conversation.turns.iter();
        let first = turns.find(|turn| turn.expect != Expect::GoOn);
        first.is_some_and(|first| first.stimulus == self.turn.stimulus)
    }

    /// Whether all engines were at work: a text read aloud needs no language model.
    pub fn is_whole(&self) -> bool {
        !self.conversation.long_replies
    }
}

/// All figures of some conversations.
pub fn figures(conversations: &[Conversation]) -> Metrics {
    let turns: Vec<Placed<'_>> = conversations
        .iter()
        .flat_map(|conversation| {
            let turns = conversation.turns.iter();
            turns.map(move |turn| Placed { conversation, turn })
        })
        .collect();
    let mut metrics = Metrics::default();
    response(&turns, &mut metrics);
    end_of_turn(&turns, &mut metrics);
    barge_in(&turns, &mut metrics);
    stage_figures::figures(conversations, &turns, &mut metrics);
    full_duplex::figures(&turns, &mut metrics);
    livekit::figures(&turns, &mut metrics);
    metrics
}

impl Conversation {
    /// How the samples of its turns are grouped: `SCENARIO`, from the second repetition on
    /// `SCENARIO@REPEAT`.
    pub fn place(&self) -> String {
        match self.repeat {
            0 | 1 => self.scenario.clone(),
            repeat => format!("{}@{repeat}", self.scenario),
        }
    }
}

impl Metrics {
    /// Adds what the run as a whole took of the machine.
    pub fn of_load(&mut self, load: &Load) {
        for (name, unit, about, value) in [
            (
                "peak_memory",
                Unit::Mib,
                "most memory that the program has had",
                load.peak_memory_mib,
            ),
            (
                "energy",
                Unit::J,
                "energy of the processor packages over the run",
                load.energy_j,
            ),
        ] {
            self.value(name, unit, Better::Lower, about, value.unwrap_or(f64::NAN));
        }
    }
}

/// Values of the turns that have one.
pub(super) fn values(
    turns: &[Placed<'_>],
    value: impl Fn(&Placed<'_>) -> Option<f64>,
) -> Vec<Sample> {
    let found = turns
        .iter()
        .filter_map(|turn| Some(turn.sample(value(turn)?)));
    found.collect()
}

fn response(turns: &[Placed<'_>], metrics: &mut Metrics) {
    let questions: Vec<Placed<'_>> = turns.iter().copied().filter(Placed::is_question).collect();
    let first = |turn: &Placed<'_>| turn.is_first();
    // Before its end is no response time: it is counted apart.
    let v2v = |turn: &Placed<'_>| turn.turn.v2v_ms.filter(|ms| *ms >= 0.0 && turn.is_whole());
    metrics.values(
        "v2v",
        Unit::Ms,
        Better::Lower,
        "last sample of a question to first audible sample of its answer; first turns and premature \
         answers apart",
        values(&questions, |turn| v2v(turn).filter(|_| !first(turn))),
    );
    metrics.values(
        "v2v.first",
        Unit::Ms,
        Better::Lower,
        "the same of the first turn of each conversation",
        values(&questions, |turn| v2v(turn).filter(|_| first(turn))),
    );
    let count = |fault| questions.iter().filter(|turn| turn.is_fault(fault)).count();
    for (name, fault, about) in [
        ("missed", "missed", "questions that got no answer"),
        (
            "premature",
            "premature",
            "questions that were answered before their end",
        ),
    ] {
        metrics.rate(name, Better::Lower, about, count(fault), questions.len());
    }
}

fn end_of_turn(turns: &[Placed<'_>], metrics: &mut Metrics) {
    let longest = |turn: &Turn| {
        let lengths = turn.pauses_ms.iter().map(|pause| pause.1 - pause.0);
        lengths.fold(0.0, f64::max).round() as u64
    };
    let paused: Vec<(u64, bool)> = turns
        .iter()
        .filter(|turn| !turn.turn.pauses_ms.is_empty() && !turn.turn.over_reply)
        .map(|turn| (longest(turn.turn), turn.turn.cut_off_ms.is_some()))
        .collect();
    let cut = |of: &[(u64, bool)]| of.iter().filter(|(_, cut)| *cut).count();
    metrics.rate(
        "cut_off",
        Better::Lower,
        "turns with a pause of a known length inside that were answered in it",
        cut(&paused),
        paused.len(),
    );
    let mut lengths: Vec<u64> = paused.iter().map(|(length, _)| *length).collect();
    lengths.sort_unstable();
    lengths.dedup();
    for length in lengths {
        let these: Vec<(u64, bool)> = paused.iter().copied().filter(|p| p.0 == length).collect();
        metrics.rate(
            format!("cut_off.pause_{length}_ms"),
            Better::Lower,
            format!("the same where the longest pause is {length} ms"),
            cut(&these),
            these.len(),
        );
    }
}

fn barge_in(turns: &[Placed<'_>], metrics: &mut Metrics) {
    let over: Vec<Placed<'_>> = turns
        .iter()
        .copied()
        .filter(|t| t.turn.over_reply)
        .collect();
    let wanted: Vec<Placed<'_>> = over.iter().copied().filter(Placed::interrupts).collect();
    let meant_nothing = |t: &Placed<'_>| t.turn.expect == Expect::GoOn;
    let nothing: Vec<Placed<'_>> = over.iter().copied().filter(meant_nothing).collect();
    for (name, about, found) in [
        (
            "t_duck",
            "first sample of an interruption to the reply being quieter (by the event, which the \
             loudspeaker follows within 20 ms)",
            values(&wanted, |turn| turn.turn.duck_ms),
        ),
        (
            "t_stop",
            "first sample of an interruption to the last audible sample of the reply",
            values(&wanted, |turn| turn.turn.stop_ms),
        ),
        (
            "t_response",
            "last sample of an interruption to first audible sample of its answer (mostly of a text \
             that is read aloud)",
            values(&wanted, |turn| turn.turn.v2v_ms.filter(|ms| *ms >= 0.0)),
        ),
        (
            "resume",
            "last sample of what meant nothing to the reply being as loud as before",
            values(&nothing, |turn| turn.turn.resume_ms),
        ),
        (
            "resume.gap",
            "silence in a reply that was held for nothing",
            values(&nothing, |turn| turn.turn.gap_ms),
        ),
    ] {
        metrics.values(name, Unit::Ms, Better::Lower, about, found);
    }
    let count = |of: &[Placed<'_>], fault| of.iter().filter(|turn| turn.is_fault(fault)).count();
    metrics.rate(
        "not_stopped",
        Better::Lower,
        "interruptions that did not stop the reply",
        count(&wanted, "not stopped"),
        wanted.len(),
    );
    metrics.rate(
        "false_stop",
        Better::Lower,
        "things over a reply that meant nothing and stopped it",
        count(&nothing, "false stop"),
        nothing.len(),
    );
    let mut kinds: Vec<&str> = nothing
        .iter()
        .map(|t| t.conversation.kind.as_str())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        let of_kind = |turn: &&Placed<'_>| turn.conversation.kind == kind;
        let these: Vec<Placed<'_>> = nothing.iter().filter(of_kind).copied().collect();
        metrics.rate(
            format!("false_stop.{kind}"),
            Better::Lower,
            format!("the same in scenarios of the kind {kind}"),
            count(&these, "false stop"),
            these.len(),
        );
    }
    let unasked: Vec<Placed<'_>> = turns
        .iter()
        .copied()
        .filter(|turn| turn.turn.expect != Expect::Answer)
        .collect();
    for (name, about, fault, of) in [
        (
            "not_resumed",
            "things over a reply that meant nothing and kept it quiet to its end",
            "not resumed",
            &nothing,
        ),
        (
            "false_answer",
            "things that wanted no answer (not for the assistant, or asked it to stop) and got one",
            "false answer",
            &unasked,
        ),
    ] {
        metrics.rate(name, Better::Lower, about, count(of, fault), of.len());
    }
}
