//! What is heard while the assistant sleeps: nothing but its name. The last seconds are kept, so that what is said in
//! the same breath as the name is heard when it wakes.

use std::collections::VecDeque;
use std::time::Duration;

use crate::audio::frame::{BLOCK_MS, FRAME};
use crate::clock::Timestamp;
use crate::wake::{Call, WakeDetector, WakeError};

/// Frames that are kept: what the recognizer keeps, too.
const KEPT: usize = 2_000 / BLOCK_MS as usize;
/// So long after a sound from the loudspeaker there is none of it left in the room.
const ECHO_TAIL: Duration = Duration::from_secs(1);

/// A frame, and where it ends.
pub type Kept = ([f32; FRAME], Timestamp);

/// The sleep of a front end that can be woken.
pub struct Asleep {
    detector: Box<dyn WakeDetector>,
    is_asleep: bool,
    kept: VecDeque<Kept>,
    /// Until when a sound from the loudspeaker may come back.
    echo_until: Timestamp,
}

impl Asleep {
    /// Awake, until it is told to sleep.
    pub fn new(detector: Box<dyn WakeDetector>) -> Self {
        Self {
            detector,
            is_asleep: false,
            kept: VecDeque::with_capacity(KEPT),
            echo_until: Timestamp::ZERO,
        }
    }

    /// Whether it sleeps.
    pub fn is_asleep(&self) -> bool {
        self.is_asleep
    }

    /// Falls asleep: what was heard before is no call.
    pub fn sleep(&mut self) {
        if !self.is_asleep {
            self.is_asleep = true;
            self.kept.clear();
            self.detector.reset();
        }
    }

    /// Wakes up, called or not; what was heard since the time, oldest first.
    pub fn wake(&mut self, since: Option<Timestamp>) -> Vec<Kept> {
        self.is_asleep = false;
        let kept = self.kept.drain(..);
        kept.filter(|(_, until)| since.is_some_and(|since| *until > since))
            .collect()
    }

    /// Whether the loudspeaker's sound may be in the microphone's, now that this was played.
    pub fn may_hear_echo(&mut self, played: &[f32; FRAME], until: Timestamp) -> bool {
        if played.iter().any(|sample| *sample != 0.0) {
            self.echo_until = until + ECHO_TAIL;
        }
        until <= self.echo_until
    }

    /// Hears a frame in its sleep.
    pub fn hear(
        &mut self,
        frame: &[f32; FRAME],
        until: Timestamp,
    ) -> Result<Option<Call>, WakeError> {
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((*frame, until));
        let heard = self.detector.push(frame, until);
        if heard.is_err() {
            // What cannot be judged is let go; it would only grow.
            self.detector.reset();
        }
        let oldest = self.kept.front().map_or(until, |(_, until)| *until);
        heard.map(|call| {
            call.map(|call| Call {
                // Of a longer phrase only its end is kept.
                began: call.began.max(oldest),
                ..call
            })
        })
    }
}
