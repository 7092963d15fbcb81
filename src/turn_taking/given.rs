//! What the assistant says for whoever answers in its place, and what it has found long after it was asked. It waits
//! until nobody speaks, and is said once.

use super::machine::TurnTaking;
use super::state::{Answer, Reply, State};
use super::{Command, GivenWords};
use crate::clock::Timestamp;
use crate::events::{EventKind, InterruptReason, TurnId};

/// Words that are to be said.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Given {
    words: GivenWords,
    /// They were begun before, and put off by speech before anybody had heard them.
    put_off: bool,
}

impl Given {
    pub fn new(words: GivenWords) -> Self {
        Self {
            words,
            put_off: false,
        }
    }
}

impl TurnTaking {
    /// Whether sounds mean anything: without a key, and not over words that nothing may interrupt.
    pub(super) fn listens(&self) -> bool {
        let over_all = match &self.state {
            State::Replying(Reply {
                answer: Answer::Given(words),
                ..
            }) => !words.interruptible,
            State::Replying(_)
            | State::Listening
            | State::User(_)
            | State::AwaitingHeard { .. } => false,
        };
        !self.config.push_to_talk && !over_all
    }

    /// Words that nothing may interrupt are over, and somebody speaks since before their end: the turn is theirs from
    /// here on. Nobody tells a second time that they speak.
    pub(super) fn hear_who_spoke_over(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        if self.spoken_over && self.state == State::Listening {
            self.spoken_over = false;
            self.speech_started(now, commands);
        }
    }

    /// When words are to be said, if nobody speaks then: at once.
    pub(super) fn given_due(&self) -> Option<Timestamp> {
        (!self.given.is_empty()).then_some(Timestamp::ZERO)
    }

    /// Says what has waited longest. Nobody speaks.
    pub(super) fn say_given(&mut self, commands: &mut Vec<Command>) {
        let Some(given) = self.given.front_mut() else {
            return;
        };
        let words = given.words.clone();
        self.put_off = std::mem::replace(&mut given.put_off, true);
        let turn = self.next_turn();
        let told = EventKind::GivenWords {
            id: words.id,
            text: words.words.clone(),
        };
        commands.push(Command::Publish(turn, told));
        self.reply(turn, 0, Answer::Given(words), commands);
    }

    /// They were said, or begun and cut off.
    pub(super) fn forget_given(&mut self, answer: &Answer) {
        if let Answer::Given(words) = answer {
            self.given.retain(|given| given.words.id != words.id);
        }
    }

    /// They are not wanted any more.
    pub(super) fn stop_saying(&mut self, id: i64, commands: &mut Vec<Command>) {
        let are_these = |answer: &Answer| matches!(answer, Answer::Given(words) if words.id == id);
        let waiting = self.given.len();
        self.given.retain(|given| given.words.id != id);
        let mut is_over = self.given.len() < waiting;
        match &self.state {
            State::Replying(reply) if are_these(&reply.answer) => {
                self.interrupt(InterruptReason::Asked, commands);
                // What was heard of them is told when it is known.
                let unheard = self.unheard.as_ref();
                is_over = !unheard.is_some_and(|(_, answer)| are_these(answer));
            }
            State::AwaitingHeard { answer, .. } if are_these(answer) => {
                self.state = State::Listening;
            }
            State::Replying(_)
            | State::Listening
            | State::User(_)
            | State::AwaitingHeard { .. } => {}
        }
        if is_over {
            let heard = String::new();
            commands.push(Command::Told { id, heard });
        }
    }

    /// Goes over to the language of the user's words, and tells it.
    pub(super) fn tell_language(&mut self, turn: TurnId, commands: &mut Vec<Command>) {
        let spoken = self.config.lexicon.language;
        if spoken == self.language {
            return;
        }
        (self.language, self.answering_in) = (spoken, spoken);
        commands.push(Command::Speak(spoken));
        let language = spoken.code().to_owned();
        commands.push(Command::Publish(
            turn,
            EventKind::LanguageChanged { language },
        ));
    }
}
