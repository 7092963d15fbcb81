//! What drafts won and what they wasted, from the events.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Summary;

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
pub fn drafts(events: &[Value], llm_threads: usize) -> Drafts {
    let mut found = Drafts::default();
    let key = |event: &Value| (event["turn"].as_u64(), event["draft"].as_u64());
    let thrown: Vec<_> = events
        .iter()
        .filter(|event| event["kind"] == "draft_rolled_back")
        .map(key)
        .collect();
    for event in events {
        match event["kind"].as_str() {
            Some("turn_ended") => found.turns += 1,
            Some("draft_started") => found.started += 1,
            Some("draft_rolled_back") => found.rolled_back += 1,
            Some("draft_released") => {
                found.released += 1;
                found.ahead_ms.extend(event["ahead_ms"].as_f64());
            }
            Some("reply_complete") if thrown.contains(&key(event)) => {
                found.tokens_wasted += event["tokens"].as_u64().unwrap_or(0);
                let busy_s = event["busy_ms"].as_f64().unwrap_or(0.0) / 1000.0;
                found.core_s_wasted += busy_s * llm_threads as f64;
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
    use serde_json::json;

    #[test]
    fn only_what_was_thrown_away_is_waste() {
        let complete = |draft: u32| {
            json!({ "kind": "reply_complete", "turn": 1, "draft": draft, "tokens": 8,
                    "busy_ms": 100.0 })
        };
        let events = [
            json!({ "kind": "draft_started", "turn": 1, "draft": 1 }),
            complete(1),
            json!({ "kind": "draft_rolled_back", "turn": 1, "draft": 1 }),
            json!({ "kind": "draft_started", "turn": 1, "draft": 2 }),
            complete(2),
            json!({ "kind": "turn_ended", "turn": 1 }),
            json!({ "kind": "draft_released", "turn": 1, "draft": 2, "ahead_ms": 150.0 }),
        ];
        let found = drafts(&events, 2);
        assert_eq!((found.turns, found.started, found.released), (1, 2, 1));
        assert_eq!((found.rolled_back, found.tokens_wasted), (1, 8));
        assert!((found.core_s_wasted - 0.2).abs() < 1e-9);
        assert_eq!(found.ahead_ms, [150.0]);
    }
}
