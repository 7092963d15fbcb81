//! What drafts won and what they wasted, from the events.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Summary;
use crate::events::{EventKind, SessionEvent};

/// Drafts of a recording.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Drafts {
    /// Turns that were answered.
    pub turns: usize,
    /// Drafts begun.
    pub started: usize,
    /// Drafts that were released unchanged.
    pub released: usize,
    /// Drafts that were thrown away.
    pub rolled_back: usize,
    /// For each released draft, from its beginning to the decision: the most that it can have won.
    pub ahead_ms: Vec<f64>,
    /// Tokens that were written and thrown away.
    pub tokens_wasted: u64,
    /// Time that the language model worked for nothing, on its threads. Seconds.
    pub core_s_wasted: f64,
}

/// Looks at a recording's events; `llm_threads` is how many cores the language model uses.
pub fn drafts(events: &[SessionEvent], llm_threads: usize) -> Drafts {
    let mut found = Drafts::default();
    let is_thrown_away = |event: &SessionEvent| match event.kind {
        EventKind::DraftRolledBack { draft, .. } => Some((event.turn, draft)),
        _ => None,
    };
    let thrown: Vec<_> = events.iter().filter_map(is_thrown_away).collect();
    for event in events {
        match &event.kind {
            EventKind::TurnEnded { .. } => found.turns += 1,
            EventKind::DraftStarted { .. } => found.started += 1,
            EventKind::DraftRolledBack { .. } => found.rolled_back += 1,
            EventKind::DraftReleased { ahead_ms, .. } => {
                found.released += 1;
                found.ahead_ms.push(*ahead_ms);
            }
            EventKind::ReplyComplete {
                draft,
                tokens,
                busy_ms,
                ..
            } if thrown.contains(&(event.turn, *draft)) => {
                found.tokens_wasted += u64::from(*tokens);
                found.core_s_wasted += busy_ms / 1000.0 * llm_threads as f64;
            }
            _ => {}
        }
    }
    found
}

impl fmt::Display for Drafts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let turns = self.turns.max(1) as f64;
        let won = Summary::of(&self.ahead_ms).map_or(0.0, |ahead| ahead.p50);
        write!(
            f,
            "{} turns, {} drafts: {} released unchanged ({:.0}% of turns), {} thrown away; \
             p50 {won:.0} ms ahead; wasted {:.1} tokens and {:.3} core-seconds a turn",
            self.turns,
            self.started,
            self.released,
            100.0 * self.released as f64 / turns,
            self.rolled_back,
            self.tokens_wasted as f64 / turns,
            self.core_s_wasted / turns,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::events::{EndReason, RollbackReason, TurnId};

    #[test]
    fn only_what_was_thrown_away_is_waste() {
        let text = String::new;
        let started = |draft| EventKind::DraftStarted {
            draft,
            text: text(),
        };
        let complete = |draft| EventKind::ReplyComplete {
            draft,
            text: text(),
            tokens: 8,
            tokens_per_s: 80.0,
            busy_ms: 100.0,
            cancelled: false,
        };
        let kinds = [
            started(1),
            complete(1),
            EventKind::DraftRolledBack {
                draft: 1,
                reason: RollbackReason::UserWentOn,
            },
            started(2),
            complete(2),
            EventKind::TurnEnded {
                waited_ms: 300.0,
                score: None,
                reason: EndReason::Silence,
                text: text(),
            },
            EventKind::DraftReleased {
                draft: 2,
                ahead_ms: 150.0,
            },
        ];
        let events = kinds.map(|kind| SessionEvent {
            at: Timestamp::ZERO,
            turn: Some(TurnId(1)),
            kind,
        });
        let found = drafts(&events, 2);
        assert_eq!((found.turns, found.started, found.released), (1, 2, 1));
        assert_eq!((found.rolled_back, found.tokens_wasted), (1, 8));
        assert!((found.core_s_wasted - 0.2).abs() < 1e-9);
        assert_eq!(found.ahead_ms, [150.0]);
    }
}
