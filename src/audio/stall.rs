//! A microphone that gives nothing for a while: time goes on without it.
//!
//! Pure: whoever reads the microphone says how long it found nothing, and is told how much silence
//! stands for that. A wait on the session's clock then lasts no longer than the wall clock says.

use std::time::Duration;

use super::frame::BLOCK_MS;

/// A microphone that gives nothing for this long has stalled. Sound that comes earlier than that is
/// only late, as from a busy machine, and none of it is lost.
const STALLED: Duration = Duration::from_secs(1);
/// A reader that was away for longer than this has stalled itself: the sound may wait for it.
pub const READER_AWAY: Duration = Duration::from_millis(100);
/// More blocks than this at once are late ones: 100 ms.
const BURST: u64 = 10;

/// How long a microphone has given nothing, and what was put in its place.
#[derive(Debug, Default)]
pub struct Stall {
    /// Whether the first sample has come: time begins with it.
    began: bool,
    /// Whether the microphone is gone.
    lost: bool,
    nothing_for: Duration,
    /// Blocks of silence that stand for this stall.
    filled: u64,
}

impl Stall {
    /// Nothing came for `passed`; how many blocks of silence are due.
    pub fn nothing_came(&mut self, passed: Duration) -> u64 {
        // While a lost microphone is looked for, no sound waits for the reader.
        self.nothing_for += if self.lost {
            passed
        } else {
            passed.min(READER_AWAY)
        };
        if !self.began || !self.lost && self.nothing_for < STALLED {
            return 0;
        }
        let blocks = self.nothing_for.as_millis() as u64 / BLOCK_MS;
        let due = blocks.saturating_sub(self.filled);
        self.filled += due;
        due
    }

    /// Takes how many blocks came. Says how many of them, from the oldest on, have silence in their
    /// place already and are too late.
    pub fn came(&mut self, blocks: u64) -> u64 {
        (self.began, self.lost) = (true, false);
        self.nothing_for = Duration::ZERO;
        let late = blocks.saturating_sub(BURST).min(self.filled);
        self.filled = if blocks > BURST {
            self.filled - late
        } else {
            0
        };
        late
    }

    /// The microphone is gone: nothing will come late.
    pub fn lost(&mut self) {
        (self.began, self.lost) = (true, true);
    }

    /// Whether silence stands for what the microphone does not give.
    pub fn is_stalled(&self) -> bool {
        self.filled > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(5);

    /// Blocks of silence within as many milliseconds of nothing.
    fn wait(stall: &mut Stall, ms: u64) -> u64 {
        (0..ms / 5).map(|_| stall.nothing_came(STEP)).sum()
    }

    fn running() -> Stall {
        let mut stall = Stall::default();
        stall.came(1);
        stall
    }

    #[test]
    fn time_goes_on_at_the_pace_of_the_wall_clock() {
        let mut stall = running();
        assert_eq!(wait(&mut stall, 900), 0);
        assert_eq!(wait(&mut stall, 100), 100, "what was waited for counts");
        assert_eq!(wait(&mut stall, 5_000), 500);
    }

    #[test]
    fn before_the_first_sample_there_is_no_time() {
        assert_eq!(wait(&mut Stall::default(), 20_000), 0);
    }

    #[test]
    fn sound_that_is_only_late_loses_nothing() {
        let mut stall = running();
        wait(&mut stall, 900);
        assert_eq!(stall.came(90), 0);
        assert_eq!(wait(&mut stall, 900), 0);
    }

    #[test]
    fn a_reader_that_was_away_itself_finds_no_stall() {
        assert_eq!(running().nothing_came(Duration::from_secs(30)), 0);
    }

    #[test]
    fn what_comes_after_its_silence_is_dropped_and_fresh_sound_is_kept() {
        let mut stall = running();
        assert_eq!(wait(&mut stall, 1_500), 150);
        assert_eq!(stall.came(140), 130);
        assert_eq!(stall.came(40), 20, "no more than there was silence");
        assert_eq!(stall.came(1), 0);
        assert_eq!(stall.came(300), 0);
    }

    #[test]
    fn sound_that_goes_on_after_a_stall_is_kept() {
        let mut stall = running();
        wait(&mut stall, 3_000);
        assert_eq!(stall.came(2), 0);
        assert!(!stall.is_stalled());
    }

    #[test]
    fn a_lost_microphone_is_not_waited_for() {
        let mut stall = running();
        stall.lost();
        assert_eq!(wait(&mut stall, 1_000), 100);
    }
}
