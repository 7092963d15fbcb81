//! What the language model says about the end of the user's turn: whether the words that it has read may be all.

use super::Command;
use super::config::Drafts;
use super::machine::{TurnTaking, join};
use super::state::State;
use crate::clock::Timestamp;
use crate::events::TurnId;
use crate::language::Language;
use crate::lexicon::without_end;

impl TurnTaking {
    /// The language model reads words that it has not read, where no draft has it read them.
    pub(super) fn ask_the_model(&self, commands: &mut Vec<Command>) {
        if let State::User(user) = &self.state
            && let Some(pause) = &user.pause
            && let Some(text) = &pause.text
            && pause.draft.is_none()
            && !pause.decided
            && self.believes_the_model()
            && user.ends().is_none()
        {
            let text = join(&user.carried, without_end(text));
            let turn = user.turn;
            commands.push(Command::Prepare { turn, text });
        }
    }

    /// Whether the language model is asked for the ends of turns: what its answers mean was measured in English.
    pub(super) fn believes_the_model(&self) -> bool {
        self.config.drafts == Drafts::On
            && self.unheard.is_none()
            && self.config.endpointing.asks_sound()
            && self.config.lexicon.language == Language::English
    }

    /// The language model has read words of the user's, and knows how probable it is that they are all.
    pub(super) fn words_read(
        &mut self,
        now: Timestamp,
        turn: TurnId,
        read: (String, f32),
        commands: &mut Vec<Command>,
    ) {
        let user = match &mut self.state {
            State::User(user) => Some(user),
            State::Replying(reply) => reply.overlap.as_mut().and_then(|o| o.user.as_mut()),
            State::Listening | State::AwaitingHeard { .. } => None,
        };
        let Some(user) = user.filter(|user| user.turn == turn) else {
            return;
        };
        user.read = Some(read);
        if user.ends().is_some() {
            self.rate_pause(0.0, commands);
            self.advance_pause(now, commands);
        }
    }
}
