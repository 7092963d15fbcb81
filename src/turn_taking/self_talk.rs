//! Whether the assistant hears itself: speech that begins again and again where its own voice does.

use std::time::Duration;

use super::Command;
use super::machine::TurnTaking;
use super::state::State;
use crate::clock::Timestamp;

/// Speech that begins within this time of the reply's own sound may be its echo: the longest echo
/// that is looked for, and a soft first word. People need longer to hear a reply and to answer.
const AT_ONCE: Duration = Duration::from_millis(500);
/// A reply that sounded undisturbed for this long is not heard by its own microphone.
const UNDISTURBED: Duration = Duration::from_secs(2);
/// This many times in a row are no chance.
const MOST: u32 = 3;

/// Counts what looks like its own echo.
#[derive(Debug, Default)]
pub(super) struct SelfTalk {
    /// Since when the reply's sound is undisturbed.
    sounds_since: Option<Timestamp>,
    suspicions: u32,
}

impl SelfTalk {
    /// A reply begins to sound, or goes on after it was held.
    pub fn sounds(&mut self, at: Timestamp) {
        self.sounds_since = Some(at);
    }

    /// A reply was played to its end; `disturbed` says whether somebody spoke over its end.
    pub fn ended(&mut self, disturbed: bool) {
        self.sounds_since = None;
        if !disturbed {
            self.suspicions = 0;
        }
    }

    /// Speech over it began; whether that is the echo, beyond doubt.
    fn speech(&mut self, at: Timestamp) -> bool {
        // What began before the reply did is somebody else.
        let Some(since) = self.sounds_since.take_if(|since| at >= *since) else {
            return false;
        };
        let undisturbed = at.since(since);
        if undisturbed <= AT_ONCE {
            return self.suspect();
        }
        if undisturbed >= UNDISTURBED {
            self.suspicions = 0;
        }
        false
    }

    /// Something was heard that its own voice explains; whether that was once too often.
    fn suspect(&mut self) -> bool {
        self.suspicions += 1;
        let certain = self.suspicions >= MOST;
        if certain {
            self.suspicions = 0;
        }
        certain
    }
}

impl TurnTaking {
    /// Speech began while a reply is audible: if that is its own voice once too often, the reply goes
    /// on, and is not listened over any more.
    pub(super) fn is_own_voice(&mut self, at: Timestamp, commands: &mut Vec<Command>) -> bool {
        let audible = matches!(&self.state, State::Replying(r) if r.audible_since.is_some());
        if !audible || !self.self_talk.speech(at) {
            return false;
        }
        self.stop_listening_over_replies(at, commands);
        true
    }

    /// Words over the reply were its own.
    pub(super) fn heard_own_words(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        if self.self_talk.suspect() {
            self.stop_listening_over_replies(now, commands);
        }
    }

    fn stop_listening_over_replies(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        commands.push(Command::StopListeningOverReplies);
        self.go_on_replying(now, "its own voice", commands);
    }
}
