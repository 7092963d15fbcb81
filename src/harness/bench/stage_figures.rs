//! The figures behind the response: stages, echo, recognition, drafts, resources.

use super::figures::{Placed, values};
use super::metric::{Better, Metrics, Sample, Unit};
use super::report::{Conversation, EchoFound};
use super::wer::word_errors;
use crate::events::{Expect, Stage};

/// Adds them.
pub(super) fn figures(conversations: &[Conversation], turns: &[Placed<'_>], metrics: &mut Metrics) {
    stages(turns, metrics);
    echo(conversations, metrics);
    recognition(turns, metrics);
    drafts(conversations, metrics);
    resources(conversations, turns, metrics);
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
    let found = |value: fn(&EchoFound) -> Option<f64>| {
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
        let wanted = turn.turn.expect == Expect::Answer && !turn.is_fault("premature");
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
