//! What waits for the recognizer while it decodes: a decode that stands in the way of it is given up.

use parking_lot::Mutex;

use super::recognizer::RecognizerInput;
use crate::clock::Timestamp;

/// Shared by those who send to the recognizer and the decode that is running.
#[derive(Debug, Default)]
pub struct Waiting(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Commands sent and not yet taken.
    commands: u64,
    /// The last sound before the pause that was commanded last.
    paused: Option<Timestamp>,
    /// When speech fell silent last, maybe for a pause.
    lull: Option<Timestamp>,
    closed: bool,
}

impl Waiting {
    /// A command is about to be sent.
    pub fn announce(&self, input: &RecognizerInput) {
        let mut state = self.0.lock();
        state.commands += 1;
        state.paused = match input {
            RecognizerInput::Pause { since, .. } => Some(*since),
            _ => None,
        };
    }

    /// A command was taken.
    pub fn take(&self) {
        let mut state = self.0.lock();
        state.commands = state.commands.saturating_sub(1);
    }

    /// Speech fell silent at this time.
    pub fn fell_silent(&self, at: Timestamp) {
        self.0.lock().lull = Some(at);
    }

    /// When speech fell silent last.
    pub fn lull(&self) -> Option<Timestamp> {
        self.0.lock().lull
    }

    /// Nothing is wanted any more.
    pub fn close(&self) {
        self.0.lock().closed = true;
    }

    /// Whether anything is commanded.
    pub fn is_commanded(&self) -> bool {
        let state = self.0.lock();
        state.closed || state.commands > 0
    }

    /// Whether a decode of the audio up to `until` stands in the way: something is commanded, and it is not the
    /// pause that this audio ends with.
    pub fn wants_other_than(&self, until: Timestamp) -> bool {
        let state = self.0.lock();
        let is_pause_of_it =
            state.commands == 1 && state.paused.is_some_and(|last| ends_in(last, until));
        state.closed || (state.commands > 0 && !is_pause_of_it)
    }
}

/// Voice activity tells the last sound in steps of 32 ms, and lets it last longer where it fades.
const TOLERANCE: std::time::Duration = std::time::Duration::from_millis(40);

/// Whether audio up to `until` has the last sound before a pause.
pub fn ends_in(last_sound: Timestamp, until: Timestamp) -> bool {
    until + TOLERANCE >= last_sound
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::TurnId;

    fn pause(since: u64) -> RecognizerInput {
        RecognizerInput::Pause {
            turn: TurnId(1),
            pause: 1,
            since: Timestamp::from_millis(since),
        }
    }

    #[test]
    fn a_decode_that_has_the_last_sound_is_what_the_pause_wants() {
        let waiting = Waiting::default();
        waiting.announce(&pause(900));
        assert!(!waiting.wants_other_than(Timestamp::from_millis(920)));
    }

    #[test]
    fn a_decode_that_ends_before_the_last_sound_gives_way_to_the_pause() {
        let waiting = Waiting::default();
        waiting.announce(&pause(900));
        assert!(waiting.wants_other_than(Timestamp::from_millis(700)));
    }

    #[test]
    fn whoever_goes_on_after_a_pause_is_decoded_anew() {
        let waiting = Waiting::default();
        waiting.announce(&pause(900));
        waiting.announce(&RecognizerInput::Resume(TurnId(1)));
        assert!(waiting.wants_other_than(Timestamp::from_millis(920)));
    }

    #[test]
    fn a_pause_that_was_taken_waits_no_more() {
        let waiting = Waiting::default();
        waiting.announce(&pause(900));
        waiting.take();
        assert!(!waiting.wants_other_than(Timestamp::from_millis(100)));
    }

    #[test]
    fn at_the_end_of_the_session_every_decode_gives_way() {
        let waiting = Waiting::default();
        waiting.close();
        assert!(waiting.is_commanded() && waiting.wants_other_than(Timestamp::ZERO));
    }
}
