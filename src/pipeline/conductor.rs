//! Thread `turn-taking`: feeds the state machine and carries out its commands.

use std::sync::atomic::Ordering;

use crossbeam_channel::{Receiver, Sender};

use super::bus::EventBus;
use super::language_model::LanguageModelInput;
use super::live::LiveReply;
use super::playback::PlaybackControl;
use super::recognizer::{CommandsWaiting, RecognizerInput};
use crate::clock::Timestamp;
use crate::turn_taking::{Command, Event, TurnTaking};

/// What comes to the thread.
pub enum ConductorInput {
    /// Something happened at a time on the session's clock.
    Event(Timestamp, Event),
    /// The session ends.
    Shutdown,
}

/// The thread's state.
pub struct Conductor {
    /// The decisions.
    pub machine: TurnTaking,
    /// Events of all stages.
    pub inputs: Receiver<ConductorInput>,
    /// Commands to the recognizer...
    pub recognizer: Sender<RecognizerInput>,
    /// ...are counted, so that a partial gives way to them.
    pub waiting: CommandsWaiting,
    /// Commands to the language model.
    pub language_model: Sender<LanguageModelInput>,
    /// Commands to playback.
    pub playback: Sender<PlaybackControl>,
    /// Which reply is wanted.
    pub live: LiveReply,
    /// Where events go.
    pub bus: EventBus,
}

impl Conductor {
    /// Runs until the session ends.
    pub fn run(mut self) {
        let mut commands = Vec::new();
        while let Ok(ConductorInput::Event(now, event)) = self.inputs.recv() {
            self.machine.handle(now, event, &mut commands);
            for command in commands.drain(..) {
                self.carry_out(now, command);
            }
        }
        self.live.clear();
    }

    fn carry_out(&self, now: Timestamp, command: Command) {
        // A stage that is gone has said why; the session is ending then.
        match command {
            Command::StartTranscript { turn, from } => {
                self.ask_recognizer(RecognizerInput::Start { turn, from });
            }
            Command::DecodeAtPause(turn) => self.ask_recognizer(RecognizerInput::Pause(turn)),
            Command::ResumeTranscript(turn) => self.ask_recognizer(RecognizerInput::Resume(turn)),
            Command::RequestFinal { turn, attempt } => {
                self.ask_recognizer(RecognizerInput::Final { turn, attempt });
            }
            Command::EndTranscript(turn) => self.ask_recognizer(RecognizerInput::End(turn)),
            Command::Prepare(text) => {
                let _ = self.language_model.send(LanguageModelInput::Prepare(text));
            }
            Command::StartReply { turn, text } => {
                self.live.set(turn);
                let _ = self
                    .language_model
                    .send(LanguageModelInput::Reply { turn, text });
            }
            Command::StopReply(turn) => {
                self.live.clear();
                let _ = self.playback.send(PlaybackControl::Stop(turn));
            }
            Command::Remember { user, heard, .. } => {
                let _ = self
                    .language_model
                    .send(LanguageModelInput::Remember { user, heard });
            }
            Command::Publish(turn, kind) => self.bus.publish_at(now, Some(turn), kind),
        }
    }

    fn ask_recognizer(&self, input: RecognizerInput) {
        self.waiting.fetch_add(1, Ordering::AcqRel);
        let _ = self.recognizer.send(input);
    }
}
