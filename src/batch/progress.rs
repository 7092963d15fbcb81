//! How far a batch is, in a line for people. Pure.

use std::time::Duration;

/// What is done of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Requests of the batch.
    pub all: usize,
    /// Of these, those that an earlier run has answered.
    pub before: usize,
    /// Those that this run has answered.
    pub done: usize,
    /// Of these, those whose answer is an error.
    pub failed: usize,
}

impl Progress {
    /// After so long in this run.
    pub fn line(&self, elapsed: Duration) -> String {
        let done = self.before + self.done;
        let failed = match self.failed {
            0 => String::new(),
            failed => format!(", {failed} with an error"),
        };
        let left = self.all.saturating_sub(done);
        let time = match (left, self.done) {
            (0, _) | (_, 0) => String::new(),
            (left, done) => {
                let seconds = elapsed.as_secs_f64() / done as f64 * left as f64;
                format!(", about {} left", in_words(seconds.ceil() as u64))
            }
        };
        format!("{done} of {} answered{failed}{time}", self.all)
    }
}

fn in_words(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_is_left_is_that_of_this_runs_pace() {
        let progress = Progress {
            all: 100,
            before: 40,
            done: 20,
            failed: 1,
        };
        let line = progress.line(Duration::from_secs(60));
        assert_eq!(
            line,
            "60 of 100 answered, 1 with an error, about 2 min left"
        );
    }

    #[test]
    fn nothing_is_said_of_a_time_that_nobody_knows() {
        let progress = Progress {
            all: 3,
            ..Progress::default()
        };
        assert_eq!(progress.line(Duration::from_secs(9)), "0 of 3 answered");
    }
}
