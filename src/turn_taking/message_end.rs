//! What the language model says about the end of the user's turn: whether the words that it has read may be all.

use std::time::Duration;

use super::Command;
use super::config::{Answers, Drafts};
use super::machine::{TurnTaking, join};
use super::state::State;
use crate::clock::Timestamp;
use crate::events::TurnId;
use crate::language::Language;
use crate::lexicon::{without_end, words};

/// The model reads some words more before it has an opinion; on a busy machine it is not waited for longer. What a
/// draft says comes later anyway.
const READ_PATIENCE: Duration = Duration::from_millis(150);

impl TurnTaking {
    /// Whether the language model reads what the user says before their turn is over.
    pub(super) fn reads_ahead(&self) -> bool {
        self.config.drafts == Drafts::On
            && self.config.answers == Answers::Own
            && self.unheard.is_none()
    }

    /// Whether the language model is asked for the ends of turns: what its answers mean was measured in English.
    pub(super) fn believes_the_model(&self) -> bool {
        self.reads_ahead()
            && self.config.endpointing.asks_sound()
            && self.config.lexicon.language == Language::English
    }

    /// The words at a pause are known: the model's opinion is waited for if it has none yet.
    pub(super) fn await_the_model(&mut self, now: Timestamp) {
        let believes = self.believes_the_model();
        if let State::User(user) = &mut self.state
            && let Some(pause) = &user.pause
            && let Some(text) = &pause.text
            && believes
            && !pause.decided
            && !words(text).is_empty()
            && !user.has_read(text)
            && let Some(pause) = &mut user.pause
        {
            pause.read_due = Some(now + READ_PATIENCE);
        }
    }

    /// Has the model read the words whose end is awaited, where no draft has it read them.
    pub(super) fn ask_the_model(&self, commands: &mut Vec<Command>) {
        if let State::User(user) = &self.state
            && let Some(pause) = &user.pause
            && let Some(text) = &pause.text
            && pause.read_due.is_some()
            && pause.draft.is_none()
        {
            let text = join(&user.carried, without_end(text));
            let turn = user.turn;
            commands.push(Command::Prepare { turn, text });
        }
    }

    /// The language model has read words of the user's, and may know how probable it is that they are all.
    pub(super) fn words_read(
        &mut self,
        now: Timestamp,
        turn: TurnId,
        read: (String, Option<f32>),
        commands: &mut Vec<Command>,
    ) {
        let Some(user) = self.state.user_mut().filter(|user| user.turn == turn) else {
            return;
        };
        user.read = Some(read);
        let said = user.pause.as_ref().and_then(|pause| pause.text.as_deref());
        if !said.is_some_and(|text| user.has_read(text)) {
            return;
        }
        let can_tell = user.ends().is_some();
        if let Some(pause) = &mut user.pause {
            pause.read_due = None;
        }
        if can_tell {
            self.rate_pause(commands);
        }
        self.advance_pause(now, commands);
    }
}
