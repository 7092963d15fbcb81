//! What each turn cost: tokens, and how long the engines worked, from the events. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::{EventKind, ReplyId, SessionEvent, TurnId};

/// What a turn cost, or all of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Cost {
    /// Tokens of prompts that the language model read.
    pub read: usize,
    /// Tokens of prompts that it knew from before.
    pub kept: usize,
    /// Tokens that it wrote, heard or not.
    pub written: usize,
    /// Of these, those of drafts that were thrown away unheard.
    pub thrown_away: usize,
    /// How long the language model worked for replies. Milliseconds.
    pub language_model_ms: f64,
    /// Tokens that the helper, a second language model, read.
    pub helper_read: usize,
    /// Tokens that it wrote, heard or not.
    pub helper_written: usize,
    /// How long it worked. Milliseconds.
    pub helper_ms: f64,
    /// How long the recognizer worked. Milliseconds.
    pub recognizer_ms: f64,
    /// How long the detector of ends worked. Milliseconds.
    pub endpointing_ms: f64,
    /// Seconds of core time by thread, from the beginning of the turn to that of the next.
    pub cores: BTreeMap<String, f64>,
    /// Energy of the processor in that time, where the machine tells it.
    pub energy_j: Option<f64>,
    /// Bytes that left the machine, or went to programs of others, in that time: by place.
    pub sent: BTreeMap<String, u64>,
}

impl fmt::Display for Cost {
    /// Its tokens, the time of all cores, and what left the machine, in a few words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            read,
            kept,
            written,
            thrown_away,
            helper_read,
            helper_written,
            ..
        } = self;
        write!(f, "tokens: {read} read, {kept} known, {written} written")?;
        if *thrown_away > 0 {
            write!(f, ", {thrown_away} for nothing")?;
        }
        if helper_read + helper_written > 0 {
            write!(f, ", helper: {helper_read} read, {helper_written} written")?;
        }
        if !self.cores.is_empty() {
            write!(f, ", {:.1} core-seconds", self.core_s())?;
        }
        let sent: u64 = self.sent.values().sum();
        if sent > 0 {
            write!(f, ", {sent} bytes sent")?;
        }
        Ok(())
    }
}

impl Cost {
    /// Seconds of core time of all threads.
    pub fn core_s(&self) -> f64 {
        self.cores.values().sum()
    }

    fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.kept += other.kept;
        self.written += other.written;
        self.thrown_away += other.thrown_away;
        self.language_model_ms += other.language_model_ms;
        self.helper_read += other.helper_read;
        self.helper_written += other.helper_written;
        self.helper_ms += other.helper_ms;
        self.recognizer_ms += other.recognizer_ms;
        self.endpointing_ms += other.endpointing_ms;
        self.use_more(&other.cores, other.energy_j, &other.sent);
    }

    fn use_more(
        &mut self,
        cores: &BTreeMap<String, f64>,
        energy_j: Option<f64>,
        sent: &BTreeMap<String, u64>,
    ) {
        for (name, seconds) in cores {
            *self.cores.entry(name.clone()).or_default() += seconds;
        }
        if let Some(energy) = energy_j {
            *self.energy_j.get_or_insert_default() += energy;
        }
        for (place, bytes) in sent {
            *self.sent.entry(place.clone()).or_default() += bytes;
        }
    }
}

/// The costs of a session, turn by turn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Costs {
    turns: BTreeMap<Option<TurnId>, Cost>,
    /// What each reply or draft wrote. Tokens.
    written: BTreeMap<ReplyId, usize>,
    rolled_back: BTreeSet<ReplyId>,
    /// The most memory that the program has had. MiB.
    pub peak_memory_mib: Option<f64>,
    /// What was used of the machine was measured.
    pub is_measured: bool,
}

impl Costs {
    /// Takes the next event.
    pub fn observe(&mut self, event: &SessionEvent) {
        let turn = event.turn;
        let reply = |draft| ReplyId {
            turn: turn.unwrap_or_default(),
            draft,
        };
        let cost = self.turns.entry(turn).or_default();
        match &event.kind {
            EventKind::Ready {
                prompt_kept: kept,
                prompt_read: read,
                ..
            }
            | EventKind::PromptRead { kept, read } => {
                cost.kept += kept;
                cost.read += read;
            }
            EventKind::ReplyComplete {
                draft,
                tokens,
                busy_ms,
                ..
            } => {
                let tokens = *tokens as usize;
                cost.written += tokens;
                cost.language_model_ms += busy_ms;
                self.written.insert(reply(*draft), tokens);
                if self.rolled_back.contains(&reply(*draft)) {
                    cost.thrown_away += tokens;
                }
            }
            // The model may still be writing it: then it is counted when it has stopped.
            EventKind::DraftRolledBack { draft, .. } if self.rolled_back.insert(reply(*draft)) => {
                cost.thrown_away += self.written.get(&reply(*draft)).copied().unwrap_or(0);
            }
            EventKind::Partial { decode_ms, .. } | EventKind::Final { decode_ms, .. } => {
                cost.recognizer_ms += decode_ms;
            }
            EventKind::EndpointScored { took_ms, .. } => cost.endpointing_ms += took_ms,
            EventKind::HelperDone {
                read,
                tokens,
                busy_ms,
                ..
            } => {
                cost.helper_read += read;
                cost.helper_written += *tokens as usize;
                cost.helper_ms += busy_ms;
            }
            EventKind::Used {
                cores,
                peak_memory_mib,
                energy_j,
                sent,
            } => {
                cost.use_more(cores, *energy_j, sent);
                self.peak_memory_mib = *peak_memory_mib;
                self.is_measured = true;
            }
            _ => {}
        }
    }

    /// Turns that cost something, in their order; `None` is what belongs to none, such as the persona's prompt.
    pub fn turns(&self) -> impl Iterator<Item = (Option<TurnId>, &Cost)> {
        let turns = self.turns.iter().map(|(turn, cost)| (*turn, cost));
        turns.filter(|(_, cost)| **cost != Cost::default())
    }

    /// All of them together.
    pub fn sum(&self) -> Cost {
        let mut sum = Cost::default();
        self.turns.values().for_each(|cost| sum.add(cost));
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::events::{HelperOutcome, RollbackReason};

    fn costs(events: Vec<(u64, EventKind)>) -> Costs {
        let mut costs = Costs::default();
        for (turn, kind) in events {
            let (at, turn) = (Timestamp::from_micros(0), Some(TurnId(turn)));
            costs.observe(&SessionEvent { at, turn, kind });
        }
        costs
    }

    fn complete(draft: u32, tokens: u32) -> EventKind {
        EventKind::ReplyComplete {
            draft,
            text: String::new(),
            tokens,
            tokens_per_s: 50.0,
            busy_ms: 100.0,
            cancelled: false,
        }
    }

    fn rolled_back(draft: u32) -> EventKind {
        let reason = RollbackReason::UserWentOn;
        EventKind::DraftRolledBack { draft, reason }
    }

    #[test]
    fn tokens_are_summed_turn_by_turn() {
        let read = |kept, read| EventKind::PromptRead { kept, read };
        let costs = costs(vec![
            (1, read(100, 10)),
            (1, complete(1, 20)),
            (2, read(130, 12)),
            (2, complete(1, 5)),
        ]);
        let turns: Vec<(usize, usize, usize)> = costs
            .turns()
            .map(|(_, cost)| (cost.kept, cost.read, cost.written))
            .collect();
        assert_eq!(turns, [(100, 10, 20), (130, 12, 5)]);
        assert_eq!(costs.sum().written, 25);
        assert_eq!(costs.sum().language_model_ms, 200.0);
    }

    fn helper_done() -> EventKind {
        EventKind::HelperDone {
            id: 1,
            model: "large".into(),
            outcome: HelperOutcome::GivenUp,
            text: String::new(),
            kept: 0,
            read: 90,
            tokens: 12,
            busy_ms: 900.0,
            took_ms: 1_000.0,
        }
    }

    #[test]
    fn what_the_helper_takes_is_counted_apart_with_the_turn_that_asked() {
        let done = helper_done();
        let costs = costs(vec![(1, complete(1, 5)), (2, complete(1, 6)), (1, done)]);
        let first = costs.turns().next().unwrap().1;
        assert_eq!((first.helper_read, first.helper_written), (90, 12));
        assert_eq!((first.read, first.written), (0, 5));
        assert_eq!(costs.sum().helper_ms, 900.0);
    }

    #[test]
    fn the_helpers_tokens_are_told_where_there_are_any() {
        let without = costs(vec![(1, complete(1, 5))]).sum().to_string();
        assert_eq!(without, "tokens: 0 read, 0 known, 5 written");
        let with = costs(vec![(1, complete(1, 5)), (1, helper_done())]).sum();
        let helper = ", helper: 90 read, 12 written";
        assert_eq!(with.to_string(), without + helper);
    }

    fn used(recognizer: f64, bytes: u64) -> EventKind {
        EventKind::Used {
            cores: BTreeMap::from([("recognizer".into(), recognizer)]),
            peak_memory_mib: Some(500.0),
            energy_j: Some(2.0),
            sent: BTreeMap::from([("there:80".into(), bytes)]),
        }
    }

    #[test]
    fn what_was_used_of_the_machine_is_summed() {
        let costs = costs(vec![(1, used(0.25, 0)), (2, used(0.5, 30))]);
        let sum = costs.sum();
        assert_eq!((sum.core_s(), sum.energy_j), (0.75, Some(4.0)));
        assert_eq!(sum.sent["there:80"], 30);
        let first = costs.turns().next().unwrap().1.to_string();
        assert!(first.ends_with(", 0.2 core-seconds"), "{first}");
        assert!(
            sum.to_string()
                .ends_with(", 0.8 core-seconds, 30 bytes sent")
        );
    }

    #[test]
    fn a_draft_that_is_thrown_away_is_counted_whenever_it_stops() {
        let before = costs(vec![(1, complete(1, 8)), (1, rolled_back(1))]);
        let after = costs(vec![(1, rolled_back(1)), (1, complete(1, 8))]);
        for costs in [before, after] {
            assert_eq!(costs.sum().thrown_away, 8);
        }
    }
}
