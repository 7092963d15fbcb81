//! Sounds over replies that were no speech: in a restless room more evidence is asked for. Whoever only says "mhm" is
//! meant by it, and does not count.

use std::collections::VecDeque;
use std::time::Duration;

use crate::clock::Timestamp;

/// So many of them...
const MANY: usize = 5;
/// ...within this time.
const WITHIN: Duration = Duration::from_secs(60);

/// The last false alarms.
#[derive(Debug, Default)]
pub(super) struct FalseAlarms(VecDeque<Timestamp>);

impl FalseAlarms {
    /// A reply goes on: it was no interruption.
    pub fn add(&mut self, now: Timestamp) {
        self.0.push_back(now);
        if self.0.len() > MANY {
            self.0.pop_front();
        }
    }

    /// Somebody has interrupted: what is heard over replies is meant.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether there were many of late.
    pub fn are_many(&self, now: Timestamp) -> bool {
        let first = (self.0.len() == MANY).then(|| self.0.front()).flatten();
        first.is_some_and(|first| now.since(*first) <= WITHIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(times_s: &[u64]) -> FalseAlarms {
        let mut alarms = FalseAlarms::default();
        for time in times_s {
            alarms.add(Timestamp::from_millis(time * 1_000));
        }
        alarms
    }

    #[test]
    fn five_within_a_minute_are_many_for_the_rest_of_it() {
        let alarms = after(&[10, 15, 20, 25, 30]);
        assert!(alarms.are_many(Timestamp::from_millis(70_000)));
        assert!(!alarms.are_many(Timestamp::from_millis(70_001)));
    }

    #[test]
    fn four_are_not_many_and_neither_are_five_in_two_minutes() {
        let four = after(&[10, 12, 14, 16]);
        assert!(!four.are_many(Timestamp::from_millis(17_000)));
        let five = after(&[10, 40, 70, 100, 130]);
        assert!(!five.are_many(Timestamp::from_millis(131_000)));
    }

    #[test]
    fn an_interruption_ends_the_row() {
        let mut alarms = after(&[10, 15, 20, 25, 30]);
        alarms.clear();
        assert!(!alarms.are_many(Timestamp::from_millis(31_000)));
    }
}
