//! The only place that reads time.
//!
//! Two kinds of time live here. *Monotonic* time paces threads and measures engines. *Session*
//! time is the clock of the recording: microsecond zero is the first captured sample, and it
//! advances with the captured audio, so an event and the sound it speaks of carry the same number.

use std::ops::{Add, Sub};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// A point on the session's clock, in microseconds since the first captured sample.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize, Deserialize,
)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The first captured sample.
    pub const ZERO: Self = Self(0);

    /// A time from microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// A time from milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1000)
    }

    /// A time from milliseconds with a fraction; [`Timestamp::ZERO`] if it is before that.
    pub fn from_millis_f64(millis: f64) -> Self {
        // Rounded: what was written in milliseconds is read back as the same microsecond.
        Self((millis * 1000.0).round() as u64)
    }

    /// Microseconds since the first captured sample.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Milliseconds since the first captured sample.
    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// The time from `earlier` to `self`, zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, rhs: Duration) -> Self {
        Self(self.0 + rhs.as_micros() as u64)
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, rhs: Duration) -> Self {
        Self(self.0.saturating_sub(rhs.as_micros() as u64))
    }
}

/// A running measurement of monotonic time.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    #[allow(
        clippy::disallowed_methods,
        reason = "the clock is where time may be read"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// Time since the start, in milliseconds.
    pub fn elapsed_ms(self) -> f64 {
        self.elapsed().as_secs_f64() * 1000.0
    }
}

/// The system's own monotonic time, for libraries that want it as it is; ours is [`Stopwatch`].
#[allow(
    clippy::disallowed_methods,
    reason = "the clock is where time may be read"
)]
pub fn system_instant() -> Instant {
    Instant::now()
}

/// Paces a thread, without accumulating error. A thread that comes late is told by how much, and is
/// not called again for what it has missed.
#[derive(Debug)]
pub struct Ticker {
    started: Stopwatch,
    period: Duration,
    ticks: u32,
}

impl Ticker {
    /// One tick per `period`, the first one `period` from now.
    pub fn every(period: Duration) -> Self {
        Self {
            started: Stopwatch::start(),
            period,
            ticks: 0,
        }
    }

    /// Sleeps until the next tick is due, unless it is already; how many are due by now, at least
    /// one.
    pub fn wait(&mut self) -> u32 {
        let next = self.period * (self.ticks + 1);
        if let Some(rest) = next.checked_sub(self.started.elapsed()) {
            sleep(rest);
        }
        self.due(self.started.elapsed())
    }

    /// Counts the ticks until `elapsed` that were not counted before.
    fn due(&mut self, elapsed: Duration) -> u32 {
        let passed = elapsed.as_nanos() / self.period.as_nanos().max(1);
        let passed = u32::try_from(passed).unwrap_or(u32::MAX);
        let due = passed.saturating_sub(self.ticks).max(1);
        self.ticks = self.ticks.saturating_add(due);
        due
    }
}

/// Suspends the calling thread.
#[allow(
    clippy::disallowed_methods,
    reason = "the clock is where a thread may sleep"
)]
pub fn sleep(duration: Duration) {
    std::thread::sleep(duration);
}

/// Seconds since the Unix epoch, for file names and logs; never for measuring.
#[allow(
    clippy::disallowed_methods,
    reason = "the clock is where time may be read"
)]
pub fn unix_seconds() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// The date and the time where the user is, for what is said about them.
#[allow(
    clippy::disallowed_methods,
    reason = "the clock is where time may be read"
)]
pub fn local_time() -> jiff::ZonedDateTime {
    jiff::ZonedDateTime::now()
}

/// The session's clock: every thread may ask it for the time, the capture thread keeps it in step
/// with the captured audio. It stands at zero before the first sample, and never goes back: where
/// the audio is found to lie behind, it waits for it.
#[derive(Debug, Clone)]
pub struct SessionClock {
    /// `None`: it moves only when it is anchored.
    origin: Option<Stopwatch>,
    times: Arc<Times>,
}

#[derive(Debug)]
struct Times {
    /// Session microseconds minus monotonic microseconds, or [`NOT_ANCHORED`].
    offset_us: AtomicI64,
    /// The latest time that was given out. Microseconds.
    latest_us: AtomicI64,
}

const NOT_ANCHORED: i64 = i64::MIN;

impl SessionClock {
    /// A clock that starts at zero with the first sample.
    pub fn start() -> Self {
        Self::with_origin(Some(Stopwatch::start()))
    }

    /// A clock that stands still but for [`SessionClock::anchor`]: the simulator's.
    pub fn manual() -> Self {
        Self::with_origin(None)
    }

    fn with_origin(origin: Option<Stopwatch>) -> Self {
        Self {
            origin,
            times: Arc::new(Times {
                offset_us: AtomicI64::new(NOT_ANCHORED),
                latest_us: AtomicI64::new(0),
            }),
        }
    }

    fn elapsed_us(&self) -> i64 {
        self.origin
            .map_or(0, |origin| origin.elapsed().as_micros() as i64)
    }

    /// Says that the audio captured up to now ends at `position`.
    pub fn anchor(&self, position: Timestamp) {
        let offset = position.as_micros() as i64 - self.elapsed_us();
        self.times.offset_us.store(offset, Ordering::Relaxed);
    }

    /// The session time now.
    pub fn now(&self) -> Timestamp {
        let offset = self.times.offset_us.load(Ordering::Relaxed);
        let micros = if offset == NOT_ANCHORED {
            0
        } else {
            self.elapsed_us() + offset
        };
        let before = self.times.latest_us.fetch_max(micros, Ordering::Relaxed);
        Timestamp::from_micros(micros.max(before).max(0) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_clock_follows_its_anchor() {
        let clock = SessionClock::start();
        assert_eq!(clock.now(), Timestamp::ZERO, "no sample has come yet");
        clock.anchor(Timestamp::from_millis(60_000));
        assert!(clock.now() >= Timestamp::from_millis(60_000));
    }

    #[test]
    fn the_session_clock_never_goes_back() {
        let clock = SessionClock::manual();
        clock.anchor(Timestamp::from_millis(3_000));
        assert_eq!(clock.now(), Timestamp::from_millis(3_000));
        clock.anchor(Timestamp::from_millis(1_000));
        assert_eq!(clock.now(), Timestamp::from_millis(3_000));
        clock.anchor(Timestamp::from_millis(3_010));
        assert_eq!(clock.now(), Timestamp::from_millis(3_010));
    }

    #[test]
    fn a_tick_that_was_missed_is_told_at_once_and_not_made_up_for() {
        let mut ticker = Ticker::every(Duration::from_millis(10));
        assert_eq!(ticker.due(Duration::from_millis(11)), 1);
        assert_eq!(ticker.due(Duration::from_secs(3_600)), 359_999);
        assert_eq!(ticker.due(Duration::from_millis(3_600_010)), 1);
    }

    #[test]
    fn a_time_before_zero_is_zero() {
        assert_eq!(
            Timestamp::from_millis(5) - Duration::from_millis(9),
            Timestamp::ZERO
        );
    }
}
