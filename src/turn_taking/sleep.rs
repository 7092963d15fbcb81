//! Sleep: how it begins and ends. An assistant with ears for its name ([`super::SleepConfig`]) sleeps deeply: nothing
//! else is listened to, let alone transcribed. One without hears everything, and answers only what wakes it.

use std::time::Duration;

use super::Command;
use super::called::without_phrase;
use super::config::SleepConfig;
use super::machine::TurnTaking;
use super::state::State;
use crate::clock::Timestamp;
use crate::events::{EventKind, SleepReason, TurnId, WakeReason};

/// Speech that begins so long after the call has nothing of the call in it.
const SAME_BREATH: Duration = Duration::from_secs(2);

/// What is known of a deep sleep.
#[derive(Debug, Default)]
pub(super) struct Sleep {
    /// When it falls asleep; `None`: at once, nobody has called yet.
    at: Option<Timestamp>,
    /// A call whose turn has not begun.
    call: Option<Timestamp>,
}

impl Sleep {
    /// Why it falls asleep when the time has come.
    pub(super) fn reason(&self) -> SleepReason {
        match self.at {
            Some(_) => SleepReason::Silence,
            None => SleepReason::NotCalledYet,
        }
    }

    /// Somebody was answered, or called: it stays awake for a while.
    pub(super) fn exchanged(&mut self, now: Timestamp, config: Option<&SleepConfig>) {
        self.at = config.map(|config| now + config.after);
    }

    /// The call that speech which begins now goes on from.
    pub(super) fn take_call(&mut self, began: Timestamp) -> Option<Timestamp> {
        let call = self.call.take();
        call.filter(|call| began.since(*call) < SAME_BREATH)
    }
}

impl TurnTaking {
    /// When it falls asleep, if nothing is said until then.
    pub(super) fn sleeps_at(&self) -> Option<Timestamp> {
        // What was heard of a reply that was stopped is an exchange that is not over.
        let sleeps = self.config.sleep.is_some() && !self.asleep && self.unheard.is_none();
        sleeps.then(|| self.sleep.at.unwrap_or(Timestamp::ZERO))
    }

    /// Whether nothing is listened to but its name.
    pub(super) fn sleeps_deeply(&self) -> bool {
        self.asleep && self.config.sleep.is_some()
    }

    pub(super) fn fall_asleep(&mut self, reason: SleepReason, commands: &mut Vec<Command>) {
        self.asleep = true;
        self.prompt_at = None;
        self.sleep.call = None;
        if self.config.sleep.is_some() {
            commands.push(Command::Sleep);
        }
        commands.push(Command::Announce(EventKind::Asleep { reason }));
    }

    /// Somebody called; the ears are open already.
    pub(super) fn called(
        &mut self,
        now: Timestamp,
        at: Timestamp,
        score: f32,
        commands: &mut Vec<Command>,
    ) {
        self.sleep.exchanged(now, self.config.sleep.as_ref());
        // Between a call and its news something may have woken it.
        if self.state == State::Listening {
            self.sleep.call = Some(at);
        }
        if std::mem::take(&mut self.asleep) {
            // They are, unless a command to sleep was still on its way.
            commands.push(Command::Wake);
            let (reason, score) = (WakeReason::Called, Some(score));
            commands.push(Command::Announce(EventKind::Awake { reason, score }));
        }
    }

    /// Something else than a call wakes it, if it sleeps.
    pub(super) fn wake_up(&mut self, reason: WakeReason, commands: &mut Vec<Command>) {
        if !std::mem::take(&mut self.asleep) {
            return;
        }
        if self.config.sleep.is_some() {
            commands.push(Command::Wake);
        }
        let score = None;
        commands.push(Command::Announce(EventKind::Awake { reason, score }));
    }

    /// The words of a turn without those that woke the assistant.
    pub(super) fn without_call(&self, turn: TurnId, text: String) -> String {
        match (self.state.user(), &self.config.sleep) {
            (Some(user), Some(sleep)) if user.called && user.turn == turn => {
                without_phrase(&text, &sleep.phrase).to_owned()
            }
            _ => text,
        }
    }
}
