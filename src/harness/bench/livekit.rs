//! What LiveKit Agents counts of interruptions (`InterruptionMetrics`, `AgentFalseInterruptionEvent`), on our
//! recordings and under its names. Its `detection_delay` ends with its decision, which a recording does not hold:
//! `t_stop` is nearest, and ends later by the fade. Its `prediction_duration` and `total_duration` are of a model's
//! requests; here no model is asked.

use super::figures::Placed;
use super::metric::{Better, Metrics, Unit};
use crate::events::Expect;

/// Adds its figures.
pub(super) fn figures(turns: &[Placed<'_>], metrics: &mut Metrics) {
    let over: Vec<Placed<'_>> = turns
        .iter()
        .copied()
        .filter(|placed| placed.turn.over_reply)
        .collect();
    if over.is_empty() {
        return;
    }
    let stopped = over.iter().filter(|p| p.turn.stop_ms.is_some()).count();
    for (name, about, count) in [
        (
            "livekit.num_interruptions",
            "LiveKit: sounds over a reply that were taken for interruptions, rightly or not",
            stopped,
        ),
        (
            "livekit.num_backchannels",
            "LiveKit: sounds over a reply that were not taken for interruptions, rightly or not",
            over.len() - stopped,
        ),
    ] {
        metrics.value(name, Unit::Count, Better::Neither, about, count as f64);
    }
    let false_ones = || over.iter().filter(|p| p.turn.expect == Expect::GoOn);
    let resumed = false_ones().filter(|p| p.turn.resume_ms.is_some()).count();
    let ended = false_ones().filter(|p| p.is_fault("not resumed")).count();
    metrics.rate(
        "livekit.agent_false_interruption.resumed",
        Better::Higher,
        "LiveKit: replies that were held for what meant nothing, and went on by themselves",
        resumed,
        resumed + ended,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::bench::metric::Figure;
    use crate::harness::bench::report::{Conversation, Turn};

    fn over_reply(expect: Expect) -> Turn {
        Turn {
            expect,
            over_reply: true,
            ..Turn::default()
        }
    }

    fn figures_of(turns: &[Turn]) -> Metrics {
        let conversation = Conversation::default();
        let placed: Vec<Placed<'_>> = turns
            .iter()
            .map(|turn| Placed {
                conversation: &conversation,
                turn,
            })
            .collect();
        let mut metrics = Metrics::default();
        figures(&placed, &mut metrics);
        metrics
    }

    fn value(metrics: &Metrics, name: &str) -> f64 {
        match metrics.0[name].figure {
            Figure::Value { value } => value,
            Figure::Rate(rate) => rate.rate,
            Figure::Distribution(_) => panic!("{name} is one value"),
        }
    }

    #[test]
    fn sounds_over_a_reply_are_counted_by_what_became_of_the_reply() {
        let metrics = figures_of(&[
            Turn {
                stop_ms: Some(200.0),
                ..over_reply(Expect::Answer)
            },
            Turn {
                stop_ms: Some(300.0),
                ..over_reply(Expect::GoOn)
            },
            Turn {
                resume_ms: Some(100.0),
                ..over_reply(Expect::GoOn)
            },
            Turn {
                fault: Some("not resumed".into()),
                ..over_reply(Expect::GoOn)
            },
            Turn::default(),
        ]);
        assert_eq!(value(&metrics, "livekit.num_interruptions"), 2.0);
        assert_eq!(value(&metrics, "livekit.num_backchannels"), 2.0);
        let resumed = value(&metrics, "livekit.agent_false_interruption.resumed");
        assert_eq!(resumed, 0.5);
    }

    #[test]
    fn where_nothing_sounded_over_a_reply_nothing_is_counted() {
        assert_eq!(figures_of(&[Turn::default()]), Metrics::default());
    }
}
