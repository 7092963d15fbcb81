//! How many messages a server may send. Pure: the time comes in.

use std::time::Duration;

/// Messages that may come at once. A call of 20 s with a report of progress at every frame of a screen
/// stays below a fifth of it.
const AT_ONCE: f64 = 10_000.0;
/// Messages a second that may come for ever.
const PER_SECOND: f64 = 20.0;

/// What is left of the messages that a server may send.
#[derive(Debug)]
pub(super) struct MessageBudget {
    left: f64,
    counted_until: Duration,
}

impl MessageBudget {
    /// The budget of a new connection.
    pub(super) fn new() -> Self {
        Self {
            left: AT_ONCE,
            counted_until: Duration::ZERO,
        }
    }

    /// Takes one message that came `since_start` after the connection began; whether it was within the
    /// budget.
    pub(super) fn take(&mut self, since_start: Duration) -> bool {
        let passed = since_start.saturating_sub(self.counted_until);
        self.counted_until = self.counted_until.max(since_start);
        self.left = (self.left + passed.as_secs_f64() * PER_SECOND).min(AT_ONCE) - 1.0;
        self.left >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_ends_with_the_budget() {
        let mut budget = MessageBudget::new();
        let taken = (0..20_000)
            .take_while(|_| budget.take(Duration::ZERO))
            .count();
        assert_eq!(taken, 10_000);
    }

    #[test]
    fn a_steady_server_may_go_on_for_ever() {
        let mut budget = MessageBudget::new();
        for n in 0..1_000_000 {
            assert!(budget.take(Duration::from_millis(50 * n)), "message {n}");
        }
    }

    #[test]
    fn silence_saves_no_more_than_a_burst() {
        let mut budget = MessageBudget::new();
        let later = Duration::from_secs(1_000_000);
        let taken = (0..20_000).take_while(|_| budget.take(later)).count();
        assert_eq!(taken, 10_000);
    }
}
