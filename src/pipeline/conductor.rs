//! Thread `turn-taking`: feeds the two state machines, who speaks when and what the assistant says, and
//! carries out their commands.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender};

use super::bus::EventBus;
use super::capture::CaptureControl;
use super::endpointing::EndpointingInput;
use super::helper::{HelperQuestion, HelperWire};
use super::language_model::{Assignment, LANGUAGE_MODEL, LanguageModelInput};
use super::live::LiveReply;
use super::playback::PlaybackControl;
use super::recognizer::RecognizerInput;
use super::recorder::Recorded;
use super::speaker::SpeakerInput;
use super::tools::ToolsInput;
use super::waiting::Waiting;
use crate::agent::{self, Agent};
use crate::clock::Timestamp;
use crate::events::ReplyId;
use crate::language::Language;
use crate::lexicon::{Apology, Lexicon};
use crate::tool_call::Call;
use crate::tools;
use crate::turn_taking::{Command, Decision, Event, GivenWords, State, TurnTaking};

/// What comes to the thread.
pub enum ConductorInput {
    /// Something happened at a time on the session's clock.
    Event(Timestamp, Event),
    /// What the agent asked for came to this.
    Agent(Timestamp, agent::Input),
    /// The session ends.
    Shutdown,
}

/// The thread's state.
pub struct Conductor {
    /// Who speaks when.
    pub machine: TurnTaking,
    /// What the assistant says.
    pub agent: Agent,
    /// What it is said in.
    pub language: Language,
    /// Events of all stages.
    pub inputs: Receiver<ConductorInput>,
    /// Commands to the recognizer...
    pub recognizer: Sender<RecognizerInput>,
    /// ...are counted, so that a partial gives way to them.
    pub waiting: Arc<Waiting>,
    /// Commands to the end-of-turn detector.
    pub endpointing: Sender<EndpointingInput>,
    /// Commands to whatever tells voices from each other, if there is one.
    pub speaker: Option<Sender<SpeakerInput>>,
    /// Commands to the language model.
    pub language_model: Sender<LanguageModelInput>,
    /// Commands to the built-in tools, if there are any...
    pub tools: Option<Sender<ToolsInput>>,
    /// ...and to others.
    pub external_tools: Option<Sender<(ReplyId, Call)>>,
    /// Questions to a second language model, if there is one.
    pub helper: Option<HelperWire>,
    /// Turn taking wants to know whether the words of the draft that is made are all.
    pub asks_end: bool,
    /// The user has ended the conversation.
    pub is_over: bool,
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
    /// As [`Conductor::commands`], of the agent.
    pub agent_commands: Vec<agent::Command>,
    /// When the last event happened: stages read the clock at different moments, and the machine's
    /// time must not go back.
    pub latest: Timestamp,
}

impl Drop for Conductor {
    /// However it ends: a draft must not wait for its release for ever, nor a decode for its end.
    fn drop(&mut self) {
        self.live.close();
        if let Some(helper) = &self.helper {
            helper.wanted.close();
        }
        self.waiting.close();
    }
}

impl Conductor {
    /// Runs until the session ends.
    pub fn run(mut self) {
        while let Ok(input) = self.inputs.recv() {
            match input {
                ConductorInput::Event(now, event) => self.take(now, event),
                ConductorInput::Agent(now, input) => self.take_for_agent(now, input),
                ConductorInput::Shutdown => break,
            }
            if self.is_over {
                break;
            }
        }
    }

    /// Lets the machine take an event and carries out what it commands.
    pub fn take(&mut self, now: Timestamp, event: Event) {
        let now = now.max(self.latest);
        self.latest = now;
        // One comes every 10 ms; most have nothing to do, and would fill a recording of decisions.
        if event == Event::Tick && !self.machine.is_due(now) {
            return;
        }
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

    /// Lets the agent take an input and carries out what it commands.
    pub fn take_for_agent(&mut self, now: Timestamp, input: agent::Input) {
        let now = now.max(self.latest);
        self.latest = now;
        let mut commands = std::mem::take(&mut self.agent_commands);
        self.agent.handle(input, &mut commands);
        for command in commands.drain(..) {
            self.carry_out_for_agent(now, command);
        }
        self.agent_commands = commands;
    }

    fn carry_out_for_agent(&mut self, now: Timestamp, command: agent::Command) {
        match command {
            agent::Command::ReadAhead {
                messages,
                tools,
                opening,
                room,
                words,
            } => self.ask_model(LanguageModelInput::ReadAhead {
                messages,
                tools,
                opening,
                room,
                words,
            }),
            agent::Command::Write {
                reply,
                messages,
                tools,
                opening,
                room,
                draft_tokens,
                words,
            } => self.ask_model(LanguageModelInput::Write(Assignment {
                reply,
                messages,
                tools,
                opening,
                room,
                draft_tokens,
                words: words.filter(|_| self.asks_end),
            })),
            agent::Command::Say { reply, words } | agent::Command::PutOff { reply, words } => {
                self.ask_model(LanguageModelInput::Say { reply, words });
            }
            agent::Command::SayMeanwhile { reply, words } => {
                self.ask_model(LanguageModelInput::SayMeanwhile { reply, words });
            }
            agent::Command::End(reply) => self.ask_model(LanguageModelInput::End(reply)),
            agent::Command::AskHelper { id, turn, parts } => {
                self.ask_helper(now, HelperQuestion { id, turn, parts });
            }
            agent::Command::DropQuestion(id) => {
                if let Some(helper) = &self.helper {
                    helper.wanted.clear(id);
                }
            }
            agent::Command::Tell {
                id,
                words,
                language,
            } => self.take(
                now,
                Event::Say(GivenWords {
                    id,
                    words,
                    language: Some(language),
                    interruptible: true,
                }),
            ),
            agent::Command::StopTelling(id) => self.take(now, Event::StopSaying(id)),
            agent::Command::Call {
                reply,
                call,
                in_doubt,
            } => self.call(reply, call, in_doubt),
            agent::Command::WriteDown { user, heard } => {
                self.ask_tools(ToolsInput::WriteDown { user, heard });
            }
            agent::Command::Keep => self.ask_tools(ToolsInput::Keep),
            agent::Command::TakeBack => self.ask_tools(ToolsInput::TakeBack),
            agent::Command::Speak(manner) => {
                self.ask_model(LanguageModelInput::Speed(manner.speed_percent));
                let _ = self
                    .playback
                    .send(PlaybackControl::UserVolume(manner.gain()));
            }
            agent::Command::SpeakIn(language) => {
                self.ask_tools(ToolsInput::Speak(language));
                self.ask_model(LanguageModelInput::SpeakIn(language));
            }
            agent::Command::Sleep => self.take(now, Event::Sleep),
            // Who goes on speaking has not ended it.
            agent::Command::EndConversation => {
                self.is_over = *self.machine.state() == State::Listening;
            }
            agent::Command::GiveUp { reply, failure } => self.give_up(now, reply, failure),
            agent::Command::Publish(turn, kind) => self.bus.publish_at(now, turn, kind),
        }
    }

    /// A reply that breaks off ends there: what was made of it is said, then why there is no more.
    fn give_up(&mut self, now: Timestamp, reply: ReplyId, failure: agent::Failure) {
        let apologies = Lexicon::of(self.language).apologies;
        let failed = Event::Failed {
            turn: reply.turn,
            reply: Some(reply),
            stage: LANGUAGE_MODEL.into(),
            message: failure.message,
            apology: Some(apologies.words(failure.apology).to_owned().into()),
        };
        self.take(now, failed);
        // After the event: whoever hears of the reply's end is to know that it broke off.
        self.ask_model(LanguageModelInput::End(reply));
    }

    fn carry_out(&mut self, now: Timestamp, command: Command) {
        // A stage that is gone has said why; the session is ending then.
        match command {
            Command::StartTranscript { turn, from } => {
                self.ask_recognizer(RecognizerInput::Start { turn, from });
                let _ = self.endpointing.send(EndpointingInput::Start(from));
                self.ask_speaker(SpeakerInput::Start { turn, from });
            }
            Command::Decode { turn, pause } => {
                self.ask_speaker(SpeakerInput::Pause { turn, pause });
                let since = self.machine.words_until().unwrap_or(now);
                self.ask_recognizer(RecognizerInput::Pause { turn, pause, since });
            }
            Command::Score { turn, pause } => {
                let since = self.machine.last_sound().unwrap_or(now);
                let _ = self
                    .endpointing
                    .send(EndpointingInput::Score { turn, pause, since });
            }
            Command::ResumeTranscript(turn) => self.ask_recognizer(RecognizerInput::Resume(turn)),
            Command::EndTranscript(turn) => {
                self.ask_recognizer(RecognizerInput::End(turn));
                self.ask_speaker(SpeakerInput::End(turn));
            }
            Command::Prepare { turn, text } => {
                let words = agent::UserWords::new(turn, &text);
                self.take_for_agent(now, agent::Input::Prepare(words));
            }
            Command::Draft {
                reply,
                text,
                asks_end,
            } => {
                self.asks_end = asks_end;
                self.live.set(reply);
                self.take_for_agent(now, agent::Input::Answer { reply, text });
            }
            Command::Speak(language) => {
                self.language = language;
                self.take_for_agent(now, agent::Input::Speak(language));
            }
            Command::DraftRest(reply) => {
                self.live.set(reply);
                self.take_for_agent(now, agent::Input::Rest(reply));
            }
            Command::DraftWords {
                reply,
                words,
                rings,
                language,
            } => {
                self.live.set(reply);
                if rings {
                    self.ask_model(LanguageModelInput::Tone(reply));
                }
                if let Some(language) = language {
                    self.ask_model(LanguageModelInput::SpeakIn(language));
                }
                self.take_for_agent(now, agent::Input::Say { reply, words });
                if language.is_some() {
                    self.ask_model(LanguageModelInput::SpeakIn(self.language));
                }
            }
            Command::Release(reply) => {
                self.live.release(reply);
                let _ = self.playback.send(PlaybackControl::Release(reply));
                self.take_for_agent(now, agent::Input::Released(reply));
            }
            Command::Play(reply, loudness) => {
                let _ = self.playback.send(PlaybackControl::Play(reply, loudness));
            }
            Command::StopReply(reply) => {
                self.live.clear(reply);
                let _ = self.playback.send(PlaybackControl::Stop(reply));
                self.take_for_agent(now, agent::Input::Stopped(reply));
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
            Command::Sleep => self.tell_front_end(CaptureControl::Sleep),
            Command::Wake => self.tell_front_end(CaptureControl::Wake),
            Command::Ignore => self.take_for_agent(now, agent::Input::Ignored),
            Command::Acknowledge(ids) => self.ask_tools(ToolsInput::Acknowledge(ids)),
            Command::Remember { user, heard, .. } => {
                self.take_for_agent(now, agent::Input::Remember { user, heard });
            }
            Command::Told { id, heard } => {
                self.take_for_agent(now, agent::Input::Told { id, heard });
            }
            Command::NotWanted => self.take_for_agent(now, agent::Input::NotWanted),
            Command::Announce(kind) => self.bus.publish_at(now, None, kind),
            Command::Publish(turn, kind) => self.bus.publish_at(now, Some(turn), kind),
        }
    }

    fn tell_front_end(&self, control: CaptureControl) {
        let _ = self.capture.try_send(control);
    }

    /// Where there is no helper, there is no answer.
    fn ask_helper(&mut self, now: Timestamp, question: HelperQuestion) {
        let id = question.id;
        let asked = self.helper.as_ref().is_some_and(|helper| {
            helper.wanted.set(id);
            helper.questions.send(question).is_ok()
        });
        if !asked {
            let answers = vec![Err(Apology::Failed)];
            self.take_for_agent(now, agent::Input::Helped { id, answers });
        }
    }

    fn call(&self, reply: ReplyId, call: Call, in_doubt: bool) {
        let is_built_in = self.tools.is_some() && tools::class(&call.name).is_some();
        match &self.external_tools {
            Some(external) if !is_built_in => {
                let _ = external.send((reply, call));
            }
            _ => self.ask_tools(ToolsInput::Call {
                reply,
                call,
                in_doubt,
            }),
        }
    }

    fn ask_tools(&self, input: ToolsInput) {
        if let Some(tools) = &self.tools {
            let _ = tools.send(input);
        }
    }

    fn ask_model(&self, input: LanguageModelInput) {
        let _ = self.language_model.send(input);
    }

    fn ask_speaker(&self, input: SpeakerInput) {
        if let Some(speaker) = &self.speaker {
            let _ = speaker.send(input);
        }
    }

    fn ask_recognizer(&self, input: RecognizerInput) {
        self.waiting.announce(&input);
        let _ = self.recognizer.send(input);
    }
}

#[cfg(test)]
#[path = "conductor_tests.rs"]
mod tests;
