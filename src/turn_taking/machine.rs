//! The states and their transitions.

use std::time::Duration;

use super::stop_words::asks_only_to_stop;
use super::{Command, Event};
use crate::clock::Timestamp;
use crate::events::{EventKind, TurnId};

/// What a person may want to tune.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnTakingConfig {
    /// Silence after the last sound of speech that ends a turn.
    pub endpoint_wait: Duration,
    /// Audio from before the onset that belongs to the turn: the onset is seen late.
    pub preroll: Duration,
    /// As `preroll`, where the onset interrupts a reply: what lies before it is the rest of an
    /// echo, and the recognizer makes words of that.
    pub barge_in_preroll: Duration,
    /// Turns begin and end with a key instead of the voice.
    pub push_to_talk: bool,
}

impl Default for TurnTakingConfig {
    fn default() -> Self {
        Self {
            endpoint_wait: Duration::from_millis(500),
            preroll: Duration::from_millis(300),
            barge_in_preroll: Duration::from_millis(150),
            push_to_talk: false,
        }
    }
}

/// After the key is released, the time for what was said last to arrive.
const RELEASE_TAIL: Duration = Duration::from_millis(200);

/// Where the conversation is.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Nobody speaks.
    Listening,
    /// The user speaks.
    UserSpeaking(UserTurn),
    /// The user paused; the turn ends unless they go on.
    EndpointPending {
        /// The user's turn.
        user: UserTurn,
        /// Their last sound.
        last_speech: Timestamp,
        /// When the turn ends.
        deadline: Timestamp,
        /// The final transcript has been asked for.
        requested: bool,
        /// Why the turn ends.
        reason: &'static str,
    },
    /// The user's words are known, but not yet what they heard of the reply before.
    AwaitingHeard {
        /// The turn.
        turn: TurnId,
        /// The user's words.
        text: String,
    },
    /// The assistant has the turn.
    Replying {
        /// The turn.
        turn: TurnId,
        /// The user's words.
        text: String,
        /// The reply can be heard.
        audible: bool,
    },
}

/// The user's side of a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct UserTurn {
    /// The turn.
    pub turn: TurnId,
    /// Words from before a reply that was cancelled unheard: they belong to this turn too.
    pub carried: String,
    /// Counts requests for the final transcript, so that a late answer is known as such.
    pub attempt: u32,
}

/// Turn taking.
#[derive(Debug)]
pub struct TurnTaking {
    config: TurnTakingConfig,
    state: State,
    last_turn: TurnId,
    /// A stopped reply whose heard words are not known yet, and the words that it answered.
    unheard: Option<(TurnId, String)>,
}

impl TurnTaking {
    /// A conversation in which nobody has spoken yet.
    pub fn new(config: TurnTakingConfig) -> Self {
        Self {
            config,
            state: State::Listening,
            last_turn: TurnId::default(),
            unheard: None,
        }
    }

    /// Where the conversation is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// When [`Event::Tick`] has something to do, if nothing else happens before.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::EndpointPending {
                deadline,
                requested: false,
                ..
            } => Some(*deadline),
            State::EndpointPending { .. }
            | State::Listening
            | State::UserSpeaking(_)
            | State::AwaitingHeard { .. }
            | State::Replying { .. } => None,
        }
    }

    /// Takes an event that happened at `now` and appends what is to be done.
    pub fn handle(&mut self, now: Timestamp, event: Event, commands: &mut Vec<Command>) {
        match event {
            Event::Tick => self.tick(now, commands),
            Event::SpeechStarted(at) if !self.config.push_to_talk => {
                self.speech_started(at, "speech", commands);
            }
            Event::SpeechPaused(at) if !self.config.push_to_talk => {
                let deadline = at + self.config.endpoint_wait;
                self.speech_paused(at, deadline, "silence", commands);
            }
            Event::SpeechStarted(_) | Event::SpeechPaused(_) => {}
            Event::TalkPressed => self.speech_started(now, "key pressed", commands),
            Event::TalkReleased => {
                // The last sound is still on its way through the device.
                let deadline = now + RELEASE_TAIL;
                self.speech_paused(now, deadline, "key released", commands);
            }
            Event::Typed(text) => self.typed(text, commands),
            Event::AtPause { turn, text } => self.prepare(turn, &text, commands),
            Event::Final {
                turn,
                attempt,
                text,
            } => self.final_transcript(now, turn, attempt, &text, commands),
            Event::PlaybackStarted(turn) => self.playback_started(turn, commands),
            Event::PlaybackEnded { turn, heard } => self.playback_ended(turn, heard, commands),
            Event::Failed {
                turn,
                stage,
                message,
            } => self.failed(turn, stage, message, commands),
        }
    }

    fn tick(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        if let State::EndpointPending {
            user,
            deadline,
            requested,
            ..
        } = &mut self.state
            && !*requested
            && now >= *deadline
        {
            *requested = true;
            user.attempt += 1;
            commands.push(Command::RequestFinal {
                turn: user.turn,
                attempt: user.attempt,
            });
        }
    }

    fn speech_started(&mut self, at: Timestamp, reason: &'static str, commands: &mut Vec<Command>) {
        let mut preroll = self.config.preroll;
        let carried = match std::mem::replace(&mut self.state, State::Listening) {
            State::Listening => String::new(),
            State::UserSpeaking(user) => {
                self.state = State::UserSpeaking(user);
                return;
            }
            State::EndpointPending { user, .. } => {
                commands.push(Command::ResumeTranscript(user.turn));
                commands.push(Command::Publish(user.turn, EventKind::SpeechStarted));
                self.state = State::UserSpeaking(user);
                return;
            }
            // The reply has not begun: what comes now belongs to what was said before.
            State::AwaitingHeard { turn, text } => {
                commands.push(Command::Publish(turn, EventKind::TurnExtended));
                text
            }
            State::Replying {
                turn,
                text,
                audible: false,
            } => {
                commands.push(Command::StopReply(turn));
                commands.push(Command::Publish(turn, EventKind::TurnExtended));
                text
            }
            State::Replying { turn, text, .. } => {
                self.interrupt(turn, text, reason, commands);
                preroll = self.config.barge_in_preroll;
                String::new()
            }
        };
        let turn = self.next_turn();
        commands.push(Command::StartTranscript {
            turn,
            from: at - preroll,
        });
        commands.push(Command::Publish(turn, EventKind::SpeechStarted));
        self.state = State::UserSpeaking(UserTurn {
            turn,
            carried,
            attempt: 0,
        });
    }

    fn speech_paused(
        &mut self,
        last_speech: Timestamp,
        deadline: Timestamp,
        reason: &'static str,
        commands: &mut Vec<Command>,
    ) {
        if let State::UserSpeaking(user) = &self.state {
            let user = user.clone();
            commands.push(Command::DecodeAtPause(user.turn));
            let last_speech_ms = last_speech.as_millis_f64();
            let paused = EventKind::SpeechPaused { last_speech_ms };
            commands.push(Command::Publish(user.turn, paused));
            self.state = State::EndpointPending {
                user,
                last_speech,
                deadline,
                requested: false,
                reason,
            };
        }
    }

    fn prepare(&self, turn: TurnId, text: &str, commands: &mut Vec<Command>) {
        if let State::EndpointPending { user, .. } = &self.state
            && user.turn == turn
            && self.unheard.is_none()
            && !text.is_empty()
        {
            commands.push(Command::Prepare(join(&user.carried, text)));
        }
    }

    fn final_transcript(
        &mut self,
        now: Timestamp,
        turn: TurnId,
        attempt: u32,
        text: &str,
        commands: &mut Vec<Command>,
    ) {
        let (user, waited, reason) = match &self.state {
            State::EndpointPending {
                user,
                last_speech,
                requested: true,
                reason,
                ..
            } if user.turn == turn && user.attempt == attempt => {
                (user.clone(), now.since(*last_speech), *reason)
            }
            State::EndpointPending { .. }
            | State::Listening
            | State::UserSpeaking(_)
            | State::AwaitingHeard { .. }
            | State::Replying { .. } => return,
        };
        commands.push(Command::EndTranscript(turn));
        // Who says "stop" before the reply was audible does not want the answer either.
        let stop = asks_only_to_stop(text);
        let text = join(&user.carried, text);
        let unanswered = match text.as_str() {
            "" => Some("no words in it"),
            _ if stop => Some("asked only to stop"),
            _ => None,
        };
        if let Some(reason) = unanswered {
            commands.push(Command::Publish(
                turn,
                EventKind::TurnIgnored { reason, text },
            ));
            self.state = State::Listening;
            return;
        }
        let ended = EventKind::TurnEnded {
            waited_ms: waited.as_secs_f64() * 1000.0,
            score: None,
            reason,
            text: text.clone(),
        };
        commands.push(Command::Publish(turn, ended));
        self.reply(turn, text, commands);
    }

    fn typed(&mut self, text: String, commands: &mut Vec<Command>) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let carried = match std::mem::replace(&mut self.state, State::Listening) {
            State::Listening => String::new(),
            State::AwaitingHeard { text, .. } => text,
            State::UserSpeaking(user) | State::EndpointPending { user, .. } => {
                commands.push(Command::EndTranscript(user.turn));
                user.carried
            }
            State::Replying { turn, text, .. } => {
                self.interrupt(turn, text, "typed message", commands);
                String::new()
            }
        };
        let text = join(&carried, text);
        let turn = self.next_turn();
        let ended = EventKind::TurnEnded {
            waited_ms: 0.0,
            score: None,
            reason: "typed",
            text: text.clone(),
        };
        commands.push(Command::Publish(turn, ended));
        self.reply(turn, text, commands);
    }

    /// Starts a reply, but not before the history says what was heard of the one before it.
    fn reply(&mut self, turn: TurnId, text: String, commands: &mut Vec<Command>) {
        if self.unheard.is_some() {
            self.state = State::AwaitingHeard { turn, text };
            return;
        }
        commands.push(Command::StartReply {
            turn,
            text: text.clone(),
        });
        self.state = State::Replying {
            turn,
            text,
            audible: false,
        };
    }

    fn interrupt(
        &mut self,
        turn: TurnId,
        text: String,
        reason: &'static str,
        commands: &mut Vec<Command>,
    ) {
        commands.push(Command::StopReply(turn));
        commands.push(Command::Publish(turn, EventKind::Interrupted { reason }));
        self.unheard = Some((turn, text));
    }

    fn playback_started(&mut self, started: TurnId, commands: &mut Vec<Command>) {
        if let State::Replying { turn, audible, .. } = &mut self.state
            && *turn == started
        {
            *audible = true;
            commands.push(Command::Publish(started, EventKind::PlaybackStarted));
        }
    }

    fn playback_ended(&mut self, ended: TurnId, heard: String, commands: &mut Vec<Command>) {
        let user = match &self.state {
            State::Replying { turn, text, .. } if *turn == ended => {
                let text = text.clone();
                self.state = State::Listening;
                text
            }
            State::Replying { .. }
            | State::Listening
            | State::UserSpeaking(_)
            | State::EndpointPending { .. }
            | State::AwaitingHeard { .. } => match self.unheard.take_if(|(turn, _)| *turn == ended)
            {
                Some((_, text)) => text,
                // A reply that was cancelled before it was audible: its words were carried on.
                None => return,
            },
        };
        let text = heard.clone();
        commands.push(Command::Publish(ended, EventKind::Heard { text }));
        commands.push(Command::Remember {
            turn: ended,
            user,
            heard,
        });
        if let State::AwaitingHeard { turn, text } = &self.state {
            let (turn, text) = (*turn, text.clone());
            self.reply(turn, text, commands);
        }
    }

    fn failed(
        &mut self,
        failed: TurnId,
        stage: &'static str,
        message: String,
        commands: &mut Vec<Command>,
    ) {
        commands.push(Command::Publish(
            failed,
            EventKind::Error { stage, message },
        ));
        match &self.state {
            State::Replying { turn, text, .. } if *turn == failed => {
                commands.push(Command::StopReply(failed));
                self.unheard = Some((failed, text.clone()));
                self.state = State::Listening;
            }
            State::UserSpeaking(user) | State::EndpointPending { user, .. }
                if user.turn == failed =>
            {
                commands.push(Command::EndTranscript(failed));
                self.state = State::Listening;
            }
            State::Replying { .. }
            | State::Listening
            | State::UserSpeaking(_)
            | State::EndpointPending { .. }
            | State::AwaitingHeard { .. } => {}
        }
    }

    fn next_turn(&mut self) -> TurnId {
        self.last_turn.0 += 1;
        self.last_turn
    }
}

fn join(before: &str, after: &str) -> String {
    match (before.trim(), after.trim()) {
        ("", text) | (text, "") => text.to_owned(),
        (before, after) => format!("{before} {after}"),
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
