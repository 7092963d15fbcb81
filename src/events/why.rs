//! Why something was decided, for people.

use super::EventKind;

/// A decision with its evidence, as a phrase; `None` of what is no decision.
pub fn why(kind: &EventKind) -> Option<String> {
    let scored = |score: &Option<f32>| match score {
        Some(score) => format!(", score {score:.2}"),
        None => String::new(),
    };
    Some(match kind {
        EventKind::EndpointScored {
            score,
            ends,
            reason,
            wait_ms,
            ..
        } => {
            let words = ends.map_or_else(String::new, |ends| format!(", words {ends:.2}"));
            format!(
                "will wait {wait_ms:.0} ms: {reason}{}{words}",
                scored(score)
            )
        }
        EventKind::TurnEnded {
            waited_ms,
            score,
            reason,
            ..
        } => format!("waited {waited_ms:.0} ms: {reason}{}", scored(score)),
        EventKind::TurnIgnored { reason, .. } => format!("not answered: {reason}"),
        EventKind::TurnExtended => "you went on before the reply: one turn".into(),
        EventKind::DraftStarted { draft, text } => {
            format!("draft {draft} begun, in case that was all: {text}")
        }
        EventKind::DraftReleased { draft, ahead_ms } => {
            format!("draft {draft} released, {ahead_ms:.0} ms ahead")
        }
        EventKind::DraftRolledBack { draft, reason } => {
            format!("draft {draft} thrown away: {reason}")
        }
        EventKind::Ducked { reason } => format!("quieter: {reason}"),
        EventKind::Held { reason } => format!("silent: {reason}"),
        EventKind::Unducked { reason, text } => match text.as_str() {
            "" => format!("went on: {reason}"),
            text => format!("went on: {reason}: {text}"),
        },
        EventKind::Resumed { repeated_ms } => {
            format!("repeats {repeated_ms:.0} ms, the word that was cut into")
        }
        EventKind::Interrupted { reason } => format!("stopped: {reason}"),
        EventKind::HelperAsked { reason, .. } => format!("asked the helper: {reason}"),
        EventKind::HelperDropped { reason, .. } => format!("not said: {reason}"),
        EventKind::Asleep { reason } => format!("asleep: {reason}"),
        EventKind::Awake {
            reason,
            score: value,
        } => format!("awake: {reason}{}", scored(value)),
        _ => return None,
    })
}
