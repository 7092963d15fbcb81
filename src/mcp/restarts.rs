//! When a server that ended may be started again. Pure: the time comes in.

use std::time::Duration;

/// The wait after the first restart that came to nothing; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The restarts since the server last did its work. Times are since the client began.
#[derive(Debug, Default)]
pub(super) struct Restarts {
    in_a_row: u32,
    not_before: Duration,
}

impl Restarts {
    /// How long the next start has to wait; `None` if it may be now.
    pub(super) fn wait(&self, now: Duration) -> Option<Duration> {
        self.not_before
            .checked_sub(now)
            .filter(|wait| !wait.is_zero())
    }

    /// It is started again.
    pub(super) fn started(&mut self, now: Duration) {
        let doubled = FIRST_WAIT.saturating_mul(2u32.saturating_pow(self.in_a_row));
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.not_before = now.saturating_add(doubled.min(LONGEST_WAIT));
    }

    /// It answered a call.
    pub(super) fn worked(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_first_restart_is_at_once() {
        assert_eq!(Restarts::default().wait(s(0)), None);
    }

    #[test]
    fn restarts_that_come_to_nothing_wait_longer_and_longer_up_to_a_minute() {
        let mut restarts = Restarts::default();
        let mut now = s(100);
        let mut waits = Vec::new();
        for _ in 0..9 {
            restarts.started(now);
            let wait = restarts.wait(now).unwrap();
            waits.push(wait.as_secs());
            now += wait;
            assert_eq!(restarts.wait(now), None);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn an_answer_makes_up_for_the_restarts_before() {
        let mut restarts = Restarts::default();
        restarts.started(s(1));
        restarts.started(s(2));
        restarts.worked();
        assert_eq!(restarts.wait(s(2)), None);
        restarts.started(s(2));
        assert_eq!(restarts.wait(s(2)), Some(s(1)));
    }
}
