//! How far work is, in a line for people. Pure.

use std::time::Duration;

/// What is done of some work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is done with each job: `answered`.
    pub verb: &'static str,
    /// Jobs: requests, or files.
    pub all: usize,
    /// Of these, those that an earlier run has done.
    pub before: usize,
    /// Those that this run has done.
    pub done: usize,
    /// Of these, those that ended with an error.
    pub failed: usize,
}

impl Progress {
    /// At the beginning of a run.
    pub fn new(verb: &'static str, all: usize, before: usize) -> Self {
        Self {
            verb,
            all,
            before,
            done: 0,
            failed: 0,
        }
    }

    /// Whether nothing is left to do.
    pub fn is_complete(&self) -> bool {
        self.before + self.done >= self.all
    }

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
        format!("{done} of {} {}{failed}{time}", self.all, self.verb)
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
            done: 20,
            failed: 1,
            ..Progress::new("answered", 100, 40)
        };
        let line = progress.line(Duration::from_secs(60));
        assert_eq!(
            line,
            "60 of 100 answered, 1 with an error, about 2 min left"
        );
    }

    #[test]
    fn nothing_is_said_of_a_time_that_nobody_knows() {
        let progress = Progress::new("answered", 3, 0);
        assert_eq!(progress.line(Duration::from_secs(9)), "0 of 3 answered");
    }
}
