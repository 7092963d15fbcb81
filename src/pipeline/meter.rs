//! What the program uses from the beginning of one turn to the beginning of the next.

use std::collections::BTreeMap;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Timestamp;
use crate::events::{EventKind, SessionEvent, TurnId};
use crate::off_machine;
use crate::usage::{CoreTime, energy_j, peak_memory_mib};

/// Sessions that this process has begun and ended, and those that go on.
static SESSIONS: Mutex<Sessions> = Mutex::new(Sessions { changes: 0, now: 0 });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sessions {
    changes: u64,
    now: u64,
}

/// Measures a session turn by turn, as long as it is the only one of the process: nobody knows for which of several
/// sessions a core works.
pub struct Meter {
    /// The number of the turn that goes on, plus one; 0 before the first.
    turn: AtomicU64,
    reading: Mutex<Reading>,
}

struct Reading {
    turn: Option<TurnId>,
    cores: CoreTime,
    /// What had been used when the turn began.
    before: Counters,
    /// At that time.
    sessions: Sessions,
}

/// What has been used since the program began.
#[derive(Default)]
struct Counters {
    /// Seconds by thread.
    cores: BTreeMap<String, f64>,
    energy_j: Option<f64>,
    /// Bytes by place.
    sent: BTreeMap<String, u64>,
}

impl Meter {
    /// Begins. With `pays_for_all` what was used before is this session's: that of a program that has loaded its engines for
    /// it.
    pub fn start(pays_for_all: bool) -> Self {
        let mut cores = CoreTime::default();
        let mut before = Counters::read(&mut cores);
        if pays_for_all {
            (before.cores, before.sent) = (BTreeMap::new(), BTreeMap::new());
        }
        Self {
            turn: AtomicU64::new(0),
            reading: Mutex::new(Reading {
                turn: None,
                cores,
                before,
                sessions: sessions(|now| now + 1),
            }),
        }
    }

    /// Takes an event before it is told. What is to be told before it: what was used in the turn before, where another turn
    /// begins with it. Only then is it waited for.
    pub fn observe(&self, event: &SessionEvent) -> Option<SessionEvent> {
        // Five times a second, so that a thread that ends is counted.
        if matches!(event.kind, EventKind::Levels { .. })
            && let Ok(mut reading) = self.reading.try_lock()
        {
            reading.cores.look();
        }
        let turn = event.turn?;
        let begins = self.turn.fetch_max(turn.0 + 1, Ordering::Relaxed) <= turn.0;
        if !begins {
            return None;
        }
        self.lock().next(Some(turn), event.at, sessions(|now| now))
    }

    /// What was used since the last turn began, at the session's end.
    pub fn rest(&self, at: Timestamp) -> Option<SessionEvent> {
        let mut reading = self.lock();
        let turn = reading.turn;
        reading.next(turn, at, sessions(|now| now))
    }

    fn lock(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        sessions(|now| now - 1);
    }
}

/// The sessions of this process after a change of their number.
fn sessions(change: impl FnOnce(u64) -> u64) -> Sessions {
    let mut sessions = SESSIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let now = change(sessions.now);
    sessions.changes += u64::from(now != sessions.now);
    sessions.now = now;
    *sessions
}

impl Reading {
    /// Another turn begins: what was used in the one before, if this was the only session all the time.
    fn next(
        &mut self,
        turn: Option<TurnId>,
        at: Timestamp,
        sessions: Sessions,
    ) -> Option<SessionEvent> {
        let over = mem::replace(&mut self.turn, turn);
        let now = Counters::read(&mut self.cores);
        let before = mem::replace(&mut self.before, now);
        let was_alone = mem::replace(&mut self.sessions, sessions) == sessions && sessions.now == 1;
        was_alone.then(|| SessionEvent {
            at,
            turn: over,
            kind: self.before.since(&before),
        })
    }
}

impl Counters {
    fn read(cores: &mut CoreTime) -> Self {
        cores.look();
        Self {
            cores: cores.seconds(),
            energy_j: energy_j(),
            sent: off_machine::totals(),
        }
    }

    /// What was used since `before`. A place that gets nothing is named all the same.
    fn since(&self, before: &Self) -> EventKind {
        let cores = self.cores.iter().map(|(name, seconds)| {
            let used = seconds - before.cores.get(name).copied().unwrap_or_default();
            // Hundredths are what is known.
            (name.clone(), (used * 100.0).round() / 100.0)
        });
        let sent = self.sent.iter().map(|(place, bytes)| {
            let used = bytes - before.sent.get(place).copied().unwrap_or_default();
            (place.clone(), used)
        });
        let energy = self.energy_j.zip(before.energy_j);
        EventKind::Used {
            cores: cores.filter(|(_, seconds)| *seconds > 0.0).collect(),
            peak_memory_mib: peak_memory_mib(),
            // A counter that wraps around is no measurement.
            energy_j: energy
                .map(|(now, before)| now - before)
                .filter(|j| *j >= 0.0),
            sent: sent.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(turn: Option<u64>) -> SessionEvent {
        SessionEvent {
            at: Timestamp::from_micros(0),
            turn: turn.map(TurnId),
            kind: EventKind::SpeechStarted,
        }
    }

    fn reading() -> Reading {
        Reading {
            turn: None,
            cores: CoreTime::default(),
            before: Counters::default(),
            sessions: ALONE,
        }
    }

    const ALONE: Sessions = Sessions { changes: 3, now: 1 };

    #[test]
    fn what_was_used_is_what_was_added() {
        let counters = |seconds, bytes| Counters {
            cores: BTreeMap::from([("recognizer".into(), seconds), ("idle".into(), 2.0)]),
            energy_j: Some(seconds),
            sent: BTreeMap::from([("there:80".into(), bytes)]),
        };
        let EventKind::Used {
            cores,
            energy_j,
            sent,
            ..
        } = counters(1.5, 30).since(&counters(1.0, 20))
        else {
            panic!("something else was used");
        };
        assert_eq!(cores, BTreeMap::from([("recognizer".into(), 0.5)]));
        assert_eq!((energy_j, sent["there:80"]), (Some(0.5), 10));
    }

    #[test]
    fn a_counter_that_wraps_around_is_no_measurement() {
        let energy = |joules| Counters {
            energy_j: Some(joules),
            ..Counters::default()
        };
        let used = energy(1.0).since(&energy(9.0));
        assert!(matches!(used, EventKind::Used { energy_j: None, .. }));
    }

    #[test]
    fn a_turn_is_over_when_the_next_begins() {
        let meter = Meter::start(false);
        let turn = |n| {
            meter.observe(&event(n));
            meter.lock().turn.map(|turn| turn.0)
        };
        assert_eq!(turn(Some(1)), Some(1));
        assert_eq!(turn(None), Some(1));
        assert_eq!(turn(Some(3)), Some(3));
        // What is told late of an earlier turn begins none.
        assert_eq!(turn(Some(2)), Some(3));
    }

    #[test]
    fn what_several_sessions_used_is_nobodys() {
        let at = Timestamp::from_micros(0);
        assert!(reading().next(None, at, ALONE).is_some());
        // Another one is there, or was there.
        for sessions in [
            Sessions { now: 2, ..ALONE },
            Sessions {
                changes: 5,
                ..ALONE
            },
        ] {
            let mut reading = reading();
            assert_eq!(reading.next(None, at, sessions), None);
        }
        let two = Sessions { now: 2, ..ALONE };
        let mut reading = Reading {
            sessions: two,
            ..reading()
        };
        assert_eq!(reading.next(None, at, two), None);
    }
}
