//! From conversations to figures. Pure: a report's figures follow from its conversations.

use super::full_duplex;
use super::machine::Load;
use super::metric::{Better, Metrics, Sample, Unit};
use super::report::{Conversation, Stage, Turn};
use super::wer::word_errors;

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

    fn is_fault(&self, fault: &str) -> bool {
        self.turn.fault.as_deref() == Some(fault)
    }

    /// Whether it asks for an answer, into silence.
    pub fn is_question(&self) -> bool {
        self.turn.expect == "answer" && !self.turn.over_reply
    }

    /// Whether it was to stop a reply, which did not end by itself just then.
    pub fn interrupts(&self) -> bool {
        let turn = self.turn;
        let asked = turn.stop_ms.is_some() || self.is_fault("not stopped");
        turn.expect != "go_on" && turn.over_reply && asked
    }

    /// Whether it is the first thing that was said to the assistant in its conversation.
    fn is_first(&self) -> bool {
        let mut turns = self.conversation.turns.iter();
        let first = turns.find(|turn| turn.expect != "go_on");
        first.is_some_and(|first| first.stimulus == self.turn.stimulus)
    }

    /// Whether all engines were at work: a text read aloud needs no language model.
    fn is_whole(&self) -> bool {
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
    stages(&turns, &mut metrics);
    echo(conversations, &mut metrics);
    recognition(&turns, &mut metrics);
    drafts(conversations, &mut metrics);
    resources(conversations, &turns, &mut metrics);
    full_duplex::figures(&turns, &mut metrics);
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
fn values(turns: &[Placed<'_>], value: impl Fn(&Placed<'_>) -> Option<f64>) -> Vec<Sample> {
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
    let meant_nothing = |t: &Placed<'_>| t.turn.expect == "go_on";
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
        .filter(|turn| turn.turn.expect != "answer")
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

/// What each stage of [`Turn::stages`] is.
const STAGES: [(&str, &str); 10] = [
    ("wait", "the wait for the end of the turn"),
    ("stt", "waiting for the final transcript after that"),
    ("turn", "waiting for the score of the end, and deciding"),
    ("prompt", "waiting for the prompt to be read"),
    ("token", "waiting for the first token"),
    ("clause", "waiting for the first clause"),
    ("voice", "waiting for the voice"),
    (
        "device",
        "from the decision and the first sound to the device",
    ),
    ("lead", "silence at the beginning of the voice"),
    ("rest", "what is not explained"),
];

/// What each engine of [`Turn::took`] does.
const TOOK: [(&str, &str); 8] = [
    ("vad", "from the last sound to the pause being reported"),
    ("stt", "decoding the final transcript"),
    ("score", "scoring the sound of the end"),
    (
        "prompt",
        "reading the prompt, from the beginning of the draft",
    ),
    ("token", "from the prompt to the first token"),
    ("clause", "from the first token to the first clause"),
    ("voice", "speaking the first clause"),
    (
        "device",
        "from the decision and the first sound to the device",
    ),
];

fn stages(turns: &[Placed<'_>], metrics: &mut Metrics) {
    let of = |stages: &[Stage], name: &str| stages.iter().find(|s| s.name == name).map(|s| s.ms);
    let answered: Vec<Placed<'_>> = turns
        .iter()
        .copied()
        .filter(|turn| turn.is_question() && turn.is_whole())
        .filter(|turn| turn.turn.v2v_ms.is_some_and(|ms| ms >= 0.0))
        .collect();
    for (name, about) in STAGES {
        metrics.values(
            format!("stage.{name}"),
            Unit::Ms,
            if name == "rest" {
                Better::Neither
            } else {
                Better::Lower
            },
            format!("part of the response time: {about}"),
            values(&answered, |turn| of(&turn.turn.stages, name)),
        );
    }
    metrics.values(
        "stage.rest_size",
        Unit::Ms,
        Better::Lower,
        "the size of what is not explained of a response time",
        values(&answered, |turn| {
            of(&turn.turn.stages, "rest").map(f64::abs)
        }),
    );
    for (name, about) in TOOK {
        metrics.values(
            format!("took.{name}"),
            Unit::Ms,
            Better::Lower,
            format!("work, waited for or not: {about}"),
            values(&answered, |turn| of(&turn.turn.took, name)),
        );
    }
}

fn echo(conversations: &[Conversation], metrics: &mut Metrics) {
    let found = |value: fn(&super::report::EchoFound) -> Option<f64>| {
        let each = conversations.iter().filter_map(|conversation| {
            Some(Sample {
                at: conversation.place(),
                value: value(conversation.echo.as_ref()?)?,
            })
        });
        each.collect()
    };
    metrics.values(
        "echo.erle",
        Unit::Db,
        Better::Higher,
        "echo that the canceller's linear filter took out of conversations with a loudspeaker",
        found(|echo| Some(echo.erle_db)),
    );
    metrics.values(
        "echo.converged",
        Unit::S,
        Better::Lower,
        "loudspeaker's sound until three quarters of that were reached",
        found(|echo| echo.converged_s),
    );
    let hours: f64 = conversations.iter().map(|c| c.seconds).sum::<f64>() / 3_600.0;
    let own: usize = conversations.iter().map(|c| c.self_interruptions).sum();
    metrics.value(
        "self_interruptions_per_hour",
        Unit::Count,
        Better::Lower,
        "replies that stopped while nobody said anything",
        own as f64 / hours,
    );
}

fn recognition(turns: &[Placed<'_>], metrics: &mut Metrics) {
    let mut rate = |name: &str, about: &str, pairs: Vec<(&str, &str)>| {
        let (mut wrong, mut of) = (0, 0);
        for (said, heard) in pairs {
            let found = word_errors(said, heard);
            // A sentence cannot be more than all wrong, or the rate would not be one.
            wrong += found.wrong().min(found.of);
            of += found.of;
        }
        metrics.rate(name, Better::Lower, about, wrong, of);
    };
    let heard = |turn: &Placed<'_>, over: bool| {
        let wanted = turn.turn.expect == "answer" && !turn.is_fault("premature");
        (turn.turn.over_reply == over && wanted).then_some(())
    };
    let understood = |over: bool| {
        let each = turns.iter().filter_map(|placed| {
            heard(placed, over)?;
            // What got no answer was not understood.
            let understood = placed.turn.understood.as_deref().unwrap_or("");
            Some((placed.turn.said.as_deref()?, understood))
        });
        each.collect()
    };
    rate(
        "wer",
        "words of the user's turns that were recognized wrong (substituted, left out or added)",
        understood(false),
    );
    rate(
        "wer.over_reply",
        "the same of turns said over a reply: double talk",
        understood(true),
    );
    let spoken = turns.iter().filter_map(|placed| {
        let turn = placed.turn;
        Some((turn.reply.as_deref()?, turn.reply_recognized.as_deref()?))
    });
    rate(
        "wer.replies",
        "words that the history has as heard against those that our recognizer finds on the \
         recording",
        spoken.collect(),
    );
    let answered: Vec<Placed<'_>> = turns
        .iter()
        .copied()
        .filter(|turn| turn.turn.understood.is_some())
        .collect();
    metrics.values(
        "first_partial",
        Unit::Ms,
        Better::Lower,
        "first sample of the user's turn to its first partial transcript",
        values(&answered, |turn| turn.turn.first_partial_ms),
    );
    metrics.values(
        "partials",
        Unit::Count,
        Better::Neither,
        "partial transcripts of a turn",
        values(&answered, |turn| Some(turn.turn.partials as f64)),
    );
}

fn drafts(conversations: &[Conversation], metrics: &mut Metrics) {
    let conversations = || conversations.iter().filter(|c| !c.long_replies);
    let sum = |of: fn(&Conversation) -> f64| conversations().map(of).sum::<f64>();
    let turns = sum(|c| c.drafts.turns as f64);
    let ahead = conversations().flat_map(|conversation| {
        let place = conversation.place();
        let values = conversation.drafts.ahead_ms.iter();
        values.map(move |value| Sample {
            at: place.clone(),
            value: *value,
        })
    });
    metrics.values(
        "drafts.ahead",
        Unit::Ms,
        Better::Neither,
        "from the beginning of a draft to the decision that released it",
        ahead.collect(),
    );
    metrics.rate(
        "drafts.released",
        Better::Higher,
        "answered turns whose draft was released unchanged",
        sum(|c| c.drafts.released as f64) as usize,
        turns as usize,
    );
    for (name, unit, about, value) in [
        (
            "drafts.rolled_back_per_turn",
            Unit::Count,
            "drafts thrown away for each answered turn",
            sum(|c| c.drafts.rolled_back as f64),
        ),
        (
            "drafts.tokens_wasted_per_turn",
            Unit::Count,
            "tokens written and thrown away for each answered turn",
            sum(|c| c.drafts.tokens_wasted as f64),
        ),
        (
            "drafts.core_wasted_per_turn",
            Unit::CoreS,
            "work of the language model thrown away for each answered turn",
            sum(|c| c.drafts.core_s_wasted),
        ),
    ] {
        metrics.value(name, unit, Better::Lower, about, value / turns);
    }
}

fn resources(conversations: &[Conversation], turns: &[Placed<'_>], metrics: &mut Metrics) {
    let tokens =
        |turn: &Placed<'_>, count: Option<u64>| count.filter(|_| turn.is_whole()).map(|n| n as f64);
    for (name, about, found) in [
        (
            "prefix.kept",
            "tokens of a prompt whose state was kept",
            values(turns, |turn| tokens(turn, turn.turn.tokens_kept)),
        ),
        (
            "prefix.read",
            "tokens of a prompt that were read for the reply",
            values(turns, |turn| tokens(turn, turn.turn.tokens_read)),
        ),
    ] {
        metrics.values(name, Unit::Count, Better::Neither, about, found);
    }
    let startup = conversations.iter().filter_map(|conversation| {
        Some(Sample {
            at: conversation.place(),
            value: conversation.startup_ms?,
        })
    });
    metrics.values(
        "startup",
        Unit::Ms,
        Better::Lower,
        "loading and warming up all engines; the language model's weights are read once in a run",
        startup.collect(),
    );
    let whole = conversations.iter().filter(|c| !c.long_replies);
    let core_s: Option<f64> = whole.map(|c| c.core_s).sum();
    let answered = turns
        .iter()
        .filter(|turn| turn.is_whole() && turn.turn.v2v_ms.is_some());
    let answered = answered.count();
    metrics.value(
        "core_s_per_turn",
        Unit::CoreS,
        Better::Lower,
        "work of all cores for each answered turn, everything included",
        core_s.map_or(f64::NAN, |s| s / answered as f64),
    );
    for (name, about, count) in [
        (
            "not_played",
            "stimuli that did not come, because the conversation was over before",
            conversations.iter().map(|c| c.not_played).sum::<usize>(),
        ),
        (
            "unprompted",
            "replies that nothing asked for",
            conversations.iter().map(|c| c.unprompted).sum(),
        ),
    ] {
        metrics.value(name, Unit::Count, Better::Lower, about, count as f64);
    }
    let underruns: u64 = conversations.iter().map(|c| c.underruns).sum();
    metrics.value(
        "underruns",
        Unit::Count,
        Better::Lower,
        "times that the loudspeaker found no sample in the middle of speech",
        underruns as f64,
    );
    let errors: usize = conversations.iter().map(|c| c.errors).sum();
    metrics.value(
        "errors",
        Unit::Count,
        Better::Lower,
        "failures of engines and devices",
        errors as f64,
    );
}
