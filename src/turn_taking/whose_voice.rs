//! Whose voice it is, where only enrolled voices are meant: others do not interrupt, and are not answered.
//!
//! A hint: who cannot be told is heard, but for a few words over a reply; "stop" is for everybody.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Command;
use super::machine::TurnTaking;
use super::state::{State, UserTurn};
use crate::clock::Timestamp;
use crate::events::{GoOnReason, TurnId};

/// At a pause it is waited so long for whose voice it was.
pub(super) const VOICE_PATIENCE: Duration = Duration::from_millis(250);
/// Somebody who speaks over a reply is known by then, or is taken for the user.
const LONGEST_DOUBT: Duration = Duration::from_millis(1_400);
/// After another voice, speech that is too short to be told is taken for theirs, for so long.
const OTHERS_GO_ON: Duration = Duration::from_secs(10);
/// Speech of this length can be told well...
const WELL_TOLD: Duration = Duration::from_millis(1_500);
/// ...and of less than this not at all.
const LEAST_TOLD: Duration = Duration::from_millis(900);

/// What is known of a voice.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Voice {
    /// How alike it is to the enrolled voice that it is most like: the cosine between them, less what that voice's own
    /// sentences have among each other. 0: as alike as those; -0.1: the same voice on another day; -0.3: another voice.
    pub likeness: f32,
    /// Of how much speech. Milliseconds.
    pub speech_ms: f64,
}

/// Least likeness to interrupt, of speech that can be told well and of less. Measured: docs/whose-voice.md.
const INTERRUPTS: (f32, f32) = (-0.14, -0.18);
/// Least likeness to be answered: who is not heard has to say it again.
const IS_ANSWERED: (f32, f32) = (-0.19, -0.23);

impl Voice {
    fn is_below(self, (told_well, told): (f32, f32)) -> bool {
        let speech = Duration::from_secs_f64(self.speech_ms.max(0.0) / 1000.0);
        match speech {
            speech if speech >= WELL_TOLD => self.likeness < told_well,
            speech if speech >= LEAST_TOLD => self.likeness < told,
            _ => false,
        }
    }

    fn can_be_told(self) -> bool {
        self.speech_ms >= LEAST_TOLD.as_secs_f64() * 1000.0
    }
}

impl UserTurn {
    /// Whether it is somebody else who speaks in silence: they are not answered.
    pub(super) fn is_of_another(&self) -> bool {
        self.carried.is_empty() && self.voice.is_some_and(|voice| voice.is_below(IS_ANSWERED))
    }

    /// Whether it is somebody else who speaks over a reply.
    pub(super) fn is_known_other(&self) -> bool {
        self.voice.is_some_and(|voice| voice.is_below(INTERRUPTS))
    }

    pub(super) fn stop_waiting_for_voice(&mut self) {
        if let Some(pause) = &mut self.pause {
            pause.voice_due = None;
        }
    }
}

impl TurnTaking {
    /// More is known of whose voice it is.
    pub(super) fn voice_heard(
        &mut self,
        now: Timestamp,
        (turn, pause): (TurnId, Option<u32>),
        voice: Option<Voice>,
        commands: &mut Vec<Command>,
    ) {
        let Some(user) = self.state.user_mut().filter(|user| user.turn == turn) else {
            return;
        };
        user.voice = voice.or(user.voice);
        if pause == Some(user.pauses) {
            user.stop_waiting_for_voice();
        }
        let (is_other, in_pause) = (user.is_known_other(), user.pause.is_some());
        if is_other {
            self.others_until = now + OTHERS_GO_ON;
        } else if user.voice.is_some_and(Voice::can_be_told) {
            self.others_until = Timestamp::ZERO;
        }
        let is_over_reply = matches!(self.state, State::Replying(_));
        match (is_over_reply, in_pause) {
            (true, true) => self.judge_words(now, commands),
            (true, false) if is_other => self.go_on_replying(now, GoOnReason::OtherVoice, commands),
            (true, false) => self.judge_partial(now, commands),
            (false, _) => self.advance_pause(now, commands),
        }
    }

    /// How long somebody may speak over a reply before they are taken for the user, whoever they are.
    pub(super) fn patience_for_voice(&self, user: &UserTurn) -> Duration {
        let is_told = user.voice.is_some_and(Voice::can_be_told);
        if self.config.only_enrolled && !is_told {
            LONGEST_DOUBT
        } else {
            Duration::ZERO
        }
    }

    /// Whether only enrolled voices may interrupt, and this was too little to tell whose it is. What comes to the
    /// microphone in pieces, as far talk does, would stop every reply.
    pub(super) fn is_too_short_to_tell(&self, user: &UserTurn, last_speech: Timestamp) -> bool {
        let is_told = user.voice.is_some_and(Voice::can_be_told);
        self.config.only_enrolled && !is_told && last_speech.since(user.began) < LEAST_TOLD
    }

    /// Whether it is somebody else who speaks over the reply: they do not interrupt it.
    pub(super) fn interrupts_as_another(&self, user: &UserTurn) -> bool {
        if user.voice.is_some_and(Voice::can_be_told) {
            user.is_known_other()
        } else {
            // Too short to be told.
            self.config.only_enrolled && user.began < self.others_until
        }
    }
}
