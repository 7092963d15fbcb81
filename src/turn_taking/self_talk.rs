//! Whether the assistant hears itself: what begins again and again where its voice sounds, and has
//! its own words or none.
//!
//! Only the words tell an echo from a user who speaks at once, so nothing is decided before they are
//! known. A false alarm heals: after some replies it listens again.

use std::time::Duration;

use super::Command;
use super::machine::TurnTaking;
use super::overlap::{last_words, repeats};
use super::state::{Onset, State};
use crate::clock::Timestamp;
use crate::events::GoOnReason;
use crate::lexicon::{word_count, words};

/// Speech that begins within this time of the reply's own sound may be its echo: the longest echo
/// that is looked for, and a soft first word.
const AT_ONCE: Duration = Duration::from_millis(500);
/// A reply that sounded undisturbed for this long is not heard by its own microphone.
const UNDISTURBED: Duration = Duration::from_secs(2);
/// This many times in a row are no chance.
const MOST: u32 = 3;
/// After a sound without words that began in silence, the room itself is loud for this long: other
/// such sounds say nothing.
const LOUD_ROOM: Duration = Duration::from_secs(10);
/// After this many replies that were played to their end it listens over replies again.
const HEALS_AFTER: u32 = 3;
/// An alarm that comes back at once doubles that, up to this many replies.
const HEALS_AFTER_AT_MOST: u32 = 48;

/// Counts what looks like its own echo.
#[derive(Debug)]
pub(super) struct SelfTalk {
    /// Since when the reply's sound is undisturbed.
    sounds_since: Option<Timestamp>,
    suspicions: u32,
    /// What was said of the last reply that is over.
    pub said: String,
    /// Until when the room is loud.
    loud_until: Timestamp,
    /// Replies that are not listened over from now on.
    deaf_replies: u32,
    /// As many at the next alarm.
    heals_after: u32,
}

impl Default for SelfTalk {
    fn default() -> Self {
        Self {
            sounds_since: None,
            suspicions: 0,
            said: String::new(),
            loud_until: Timestamp::ZERO,
            deaf_replies: 0,
            heals_after: HEALS_AFTER,
        }
    }
}

impl SelfTalk {
    /// A reply begins to sound, or goes on after it was held.
    pub fn sounds(&mut self, at: Timestamp) {
        self.sounds_since = Some(at);
    }

    /// A reply was played to its end; `disturbed` says whether somebody spoke over its end. Whether
    /// replies are to be listened over again.
    pub fn ended(&mut self, disturbed: bool) -> bool {
        self.sounds_since = None;
        if disturbed {
            return false;
        }
        if self.deaf_replies == 0 {
            self.is_somebody();
            return false;
        }
        self.deaf_replies -= 1;
        self.deaf_replies == 0
    }

    /// Speech over an audible reply began.
    fn onset(&mut self, at: Timestamp) -> Onset {
        match self.sounds_since.take_if(|since| at >= *since) {
            Some(since) if at.since(since) <= AT_ONCE => Onset::AtOnce,
            Some(since) => {
                if at.since(since) >= UNDISTURBED {
                    self.suspicions = 0;
                }
                Onset::OverReply
            }
            // It began before the reply sounded.
            None if self.sounds_since.is_some() => Onset::InSilence,
            None => Onset::OverReply,
        }
    }

    /// What was heard was not its own voice.
    fn is_somebody(&mut self) {
        self.suspicions = 0;
        self.heals_after = HEALS_AFTER;
    }

    /// Something was heard that its own voice explains; whether that was once too often.
    fn suspect(&mut self) -> bool {
        self.suspicions += 1;
        if self.suspicions < MOST {
            return false;
        }
        self.suspicions = 0;
        self.deaf_replies = self.heals_after;
        self.heals_after = (self.heals_after * 2).min(HEALS_AFTER_AT_MOST);
        true
    }
}

impl TurnTaking {
    /// How speech that begins now stands to the reply's sound.
    pub(super) fn onset(&mut self, at: Timestamp) -> Onset {
        match &self.state {
            State::Replying(reply) if reply.audible_since.is_some() => self.self_talk.onset(at),
            State::Replying(_)
            | State::Listening
            | State::User(_)
            | State::AwaitingHeard { .. } => Onset::InSilence,
        }
    }

    /// The words of speech are known: learns whether they are its own. If they are once too often,
    /// the reply goes on, and replies are not listened over any more.
    pub(super) fn learn_voice(
        &mut self,
        now: Timestamp,
        onset: Onset,
        text: &str,
        commands: &mut Vec<Command>,
    ) {
        let words = words(text);
        let count = word_count(&words);
        let is_own = || match &self.state {
            State::Replying(reply) => repeats(&reply.last_words, &words),
            State::Listening | State::User(_) | State::AwaitingHeard { .. } => {
                repeats(&last_words(&self.self_talk.said), &words)
            }
        };
        let suspicious = match onset {
            Onset::InSilence => {
                if count == 0 {
                    self.self_talk.is_somebody();
                    self.self_talk.loud_until = now + LOUD_ROOM;
                }
                false
            }
            Onset::AtOnce if self.is_mere_sound(&words) => now >= self.self_talk.loud_until,
            Onset::AtOnce if count == 1 => is_own(),
            // One word may be a question back, unless it comes with the sound.
            Onset::OverReply if count <= 1 => false,
            Onset::AtOnce | Onset::OverReply => {
                let own = is_own();
                if !own {
                    self.self_talk.is_somebody();
                }
                own
            }
        };
        if self.asks_for_silence(&words) {
            self.self_talk.is_somebody();
        } else if suspicious && self.self_talk.suspect() {
            commands.push(Command::StopListeningOverReplies);
            self.go_on_replying(now, GoOnReason::OwnVoice, commands);
        }
    }

    /// Whether what was heard is no word: of the first sound of its own, a recognizer makes a letter.
    fn is_mere_sound(&self, words: &[String]) -> bool {
        let noise = &self.config.lexicon.noise;
        let is_sound = |word: &String| word.len() == 1 || noise.contains(word);
        word_count(words) <= 1 && words.iter().all(is_sound)
    }
}
