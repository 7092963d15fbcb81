//! Thread `turn-taking`: feeds the state machine and carries out its commands.

use std::sync::atomic::Ordering;

use crossbeam_channel::{Receiver, Sender};

use super::bus::EventBus;
use super::capture::CaptureControl;
use super::endpointing::EndpointingInput;
use super::language_model::LanguageModelInput;
use super::live::LiveReply;
use super::playback::PlaybackControl;
use super::recognizer::{CommandsWaiting, RecognizerInput};
use super::recorder::Recorded;
use crate::clock::Timestamp;
use crate::turn_taking::{Command, Decision, Event, TurnTaking};

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
    /// Commands to the end-of-turn detector.
    pub endpointing: Sender<EndpointingInput>,
    /// Commands to the language model.
    pub language_model: Sender<LanguageModelInput>,
    /// Commands to playback.
    pub playback: Sender<PlaybackControl>,
    /// Commands to the front end.
    pub capture: Sender<CaptureControl>,
    /// Which reply is wanted.
    pub live: LiveReply,
    /// Where events go.
    pub bus: EventBus,
    /// Where each event goes with what was commanded, if that is recorded.
    pub decisions: Option<Sender<Recorded>>,
    /// Kept between events, so that it is allocated once.
    pub commands: Vec<Command>,
    /// When the last event happened: stages read the clock at different moments, and the machine's
    /// time must not go back.
    pub latest: Timestamp,
}

impl Drop for Conductor {
    /// However it ends: a draft must not wait for its release for ever, nor a decode for its end.
    fn drop(&mut self) {
        self.live.close();
        self.waiting.fetch_add(1, Ordering::AcqRel);
    }
}

impl Conductor {
    /// Runs until the session ends.
    pub fn run(mut self) {
        while let Ok(ConductorInput::Event(now, event)) = self.inputs.recv() {
            self.take(now, event);
        }
    }

    /// Lets the machine take an event and carries out what it commands.
    pub fn take(&mut self, now: Timestamp, event: Event) {
        let now = now.max(self.latest);
        self.latest = now;
        let mut commands = std::mem::take(&mut self.commands);
        let recorded = self.decisions.as_ref().map(|out| (out, event.clone()));
        self.machine.handle(now, event, &mut commands);
        if let Some((out, event)) = recorded {
            let decision = Decision::new(now, event, &commands);
            // A recorder that lags loses some; no stage waits for the disk.
            let _ = out.try_send(Recorded::Decision(decision));
        }
        for command in commands.drain(..) {
            self.carry_out(now, command);
        }
        self.commands = commands;
    }

    fn carry_out(&self, now: Timestamp, command: Command) {
        // A stage that is gone has said why; the session is ending then.
        match command {
            Command::StartTranscript { turn, from } => {
                self.ask_recognizer(RecognizerInput::Start { turn, from });
                let _ = self.endpointing.send(EndpointingInput::Start(from));
            }
            Command::Decode { turn, pause } => {
                self.ask_recognizer(RecognizerInput::Pause { turn, pause });
            }
            Command::Score { turn, pause } => {
                let _ = self
                    .endpointing
                    .send(EndpointingInput::Score { turn, pause });
            }
            Command::ResumeTranscript(turn) => self.ask_recognizer(RecognizerInput::Resume(turn)),
            Command::EndTranscript(turn) => self.ask_recognizer(RecognizerInput::End(turn)),
            Command::Prepare(text) => self.ask_model(LanguageModelInput::Prepare(text)),
            Command::Draft { reply, text } => {
                self.live.set(reply);
                self.ask_model(LanguageModelInput::Answer { reply, text });
            }
            Command::DraftRest(reply) => {
                self.live.set(reply);
                self.ask_model(LanguageModelInput::Rest(reply));
            }
            Command::DraftWords { reply, words } => {
                self.live.set(reply);
                self.ask_model(LanguageModelInput::Say { reply, words });
            }
            Command::Release(reply) => {
                self.live.release(reply);
                let _ = self.playback.send(PlaybackControl::Release(reply));
            }
            Command::Play(reply, loudness) => {
                let _ = self.playback.send(PlaybackControl::Play(reply, loudness));
            }
            Command::StopReply(reply) => {
                self.live.clear(reply);
                let _ = self.playback.send(PlaybackControl::Stop(reply));
            }
            Command::KnowSpeaker { since } => {
                self.tell_front_end(CaptureControl::KnowSpeaker { since });
            }
            Command::StopListeningOverReplies => {
                self.tell_front_end(CaptureControl::StopListeningOverReplies);
            }
            Command::ListenOverReplies => {
                self.tell_front_end(CaptureControl::ListenOverReplies);
            }
            Command::Remember { user, heard, .. } => {
                self.ask_model(LanguageModelInput::Remember { user, heard });
            }
            Command::Publish(turn, kind) => self.bus.publish_at(now, Some(turn), kind),
        }
    }

    fn tell_front_end(&self, control: CaptureControl) {
        let _ = self.capture.try_send(control);
    }

    fn ask_model(&self, input: LanguageModelInput) {
        let _ = self.language_model.send(input);
    }

    fn ask_recognizer(&self, input: RecognizerInput) {
        self.waiting.fetch_add(1, Ordering::AcqRel);
        let _ = self.recognizer.send(input);
    }
}
