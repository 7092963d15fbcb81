//! The scripted stages: what the recognizer, the language model, the tools and the voice make of what they are told, and
//! when.

use super::*;
use crate::llm::{Message, Role};

impl World {
    /// Whoever it is: while they speak, and at each pause.
    pub(super) fn tell_voice(&mut self, input: &SpeakerInput) {
        let (turn, pause, after_ms) = match *input {
            SpeakerInput::Start { turn, .. } => (turn, None, 700),
            SpeakerInput::Pause { turn, pause } => (turn, Some(pause), 0),
            SpeakerInput::Audio { .. } | SpeakerInput::End(_) => return,
        };
        let takes = self.machine.takes(&mut self.choices, 30, 300);
        let voice = (!self.machine.fails(&mut self.choices)).then(|| Voice {
            likeness: self.choices.f32() * 0.4 - 0.3,
            speech_ms: self.choices.f64() * 3_000.0,
        });
        let heard = Event::VoiceHeard { turn, pause, voice };
        let at = self.now + Duration::from_millis(after_ms) + takes;
        self.schedule(at, Happening::Event(heard));
    }

    pub(super) fn recognize(&mut self, input: RecognizerInput) -> Result<(), Broken> {
        match input {
            RecognizerInput::Audio { .. } => {}
            RecognizerInput::Start { turn, from } => {
                self.invariants.transcript_opened(turn)?;
                self.transcript_from = from;
                for n in 1..8 {
                    let at = self.now + Duration::from_millis(250 * n);
                    self.schedule(at, Happening::Partial(turn));
                }
            }
            RecognizerInput::Pause { turn, pause, .. } => {
                let takes = self.machine.takes(&mut self.choices, 20, 120);
                let at = self.recognizer.work(self.now, takes);
                if self.machine.fails(&mut self.choices) {
                    self.totals.failures += 1;
                    let failed = failed(turn, None, "recognizer");
                    self.schedule(at, Happening::Event(failed));
                } else {
                    let text = self.transcript();
                    self.schedule(at, Happening::Decoded(turn, pause, text));
                }
            }
            RecognizerInput::Resume(_) => {}
            RecognizerInput::End(turn) => self.invariants.transcript_ended(turn),
        }
        Ok(())
    }

    pub(super) fn think(&mut self, input: LanguageModelInput) -> Result<(), Broken> {
        let reply = match input {
            LanguageModelInput::ReadAhead {
                messages, words, ..
            } => {
                let takes = self.machine.takes(&mut self.choices, 5, 80);
                let at = self.language_model.work(self.now, takes);
                self.find_end(at, words);
                if self.machine.fails(&mut self.choices) {
                    self.schedule(at, Happening::Crowded(messages.len()));
                }
                return self.invariants.prompted(&messages);
            }
            LanguageModelInput::Write(Assignment {
                reply,
                messages,
                tools,
                words,
                ..
            }) => {
                let takes = self.machine.takes(&mut self.choices, 5, 40);
                let at = self.language_model.work(self.now, takes);
                self.find_end(at, words);
                self.invariants.prompted(&messages)?;
                invariants::in_its_language(&messages, self.voice)?;
                if !tools.is_empty() && self.model_calls() {
                    self.begun(reply)?;
                    let takes = self.machine.takes(&mut self.choices, 30, 250);
                    let at = self.language_model.work(self.now, takes);
                    self.schedule(at, Happening::Wants(reply));
                    return Ok(());
                }
                reply
            }
            LanguageModelInput::Tone(_) | LanguageModelInput::Speed(_) => return Ok(()),
            LanguageModelInput::SpeakIn(language) => {
                self.voice = language;
                return Ok(());
            }
            LanguageModelInput::SayMeanwhile { reply, .. } => {
                self.speak(reply, 2, 1);
                return Ok(());
            }
            LanguageModelInput::Say { reply, .. } => {
                self.begun(reply)?;
                let takes = self.machine.takes(&mut self.choices, 5, 60);
                let at = self.now + takes;
                let happening = if self.machine.fails(&mut self.choices) {
                    self.totals.failures += 1;
                    Happening::Event(failed(reply.turn, Some(reply), "voice"))
                } else {
                    Happening::Clause(reply, self.choices.usize(1..6), 0)
                };
                self.schedule(at, happening);
                return Ok(());
            }
            LanguageModelInput::End(reply) => {
                if self.conductor.live.is(reply) {
                    let _ = self.clauses.try_send(PlaybackInput::Complete(reply));
                }
                return Ok(());
            }
        };
        self.begun(reply)?;
        let takes = self.machine.takes(&mut self.choices, 30, 250);
        let at = self.language_model.work(self.now, takes);
        if self.machine.fails(&mut self.choices) {
            self.totals.failures += 1;
            self.retried.insert(reply);
            self.schedule(at, Happening::BrokenOff(reply));
            return Ok(());
        }
        let (words, more) = (self.choices.usize(0..6), self.choices.u32(0..4));
        self.schedule(at, Happening::Clause(reply, words, more));
        Ok(())
    }

    /// The language model has an opinion of any kind on whether words are all.
    pub(super) fn find_end(&mut self, at: Timestamp, words: Option<UserWords>) {
        // Some reading gives way to what is wanted then, and some models cannot tell.
        if let Some(UserWords { turn, text }) = words
            && !self.choices.one_in(4)
        {
            let ends = self.choices.bool().then(|| self.choices.f32());
            let read = Event::WordsRead { turn, text, ends };
            self.schedule(at, Happening::Event(read));
        }
    }

    /// The language model begins with a reply. What failed may be tried in another way, and a reply goes on once
    /// a tool was called.
    pub(super) fn begun(&mut self, reply: ReplyId) -> Result<(), Broken> {
        if self.retried.remove(&reply) || self.goes_on.contains(&reply) {
            Ok(())
        } else {
            self.invariants.drafted(reply)
        }
    }

    /// A scripted tool works: what it changes is an effect, which must be wanted.
    pub(super) fn act_on(&mut self, input: ToolsInput) -> Result<(), Broken> {
        match input {
            ToolsInput::Call {
                reply,
                call,
                in_doubt,
            } => {
                self.invariants.called(reply, &call, in_doubt)?;
                let at = self.now + self.machine.takes(&mut self.choices, 1, 30);
                let result = if self.machine.fails(&mut self.choices) {
                    Err("I could not do that.".to_owned())
                } else {
                    match call.name.as_str() {
                        "speak_slower" => Ok(Outcome::Control(Control::Slower, "Yes.".into())),
                        "stop_listening" => Ok(Outcome::Control(Control::Sleep, "Yes.".into())),
                        name => Ok(Outcome::Say(format!("{name} done."))),
                    }
                };
                let called = agent::Input::Called { reply, result };
                self.schedule(at, Happening::Agent(called));
            }
            ToolsInput::Speak(_) => {}
            ToolsInput::Keep => self.invariants.kept()?,
            ToolsInput::TakeBack => self.invariants.taken_back()?,
            ToolsInput::WriteDown { heard, .. } => {
                let kept = [Message::new(Role::Assistant, heard)];
                self.invariants.prompted(&kept)?;
            }
            ToolsInput::Acknowledge(ids) => self.invariants.acknowledged(&ids)?,
        }
        Ok(())
    }

    /// How the language model fails.
    pub(super) fn failure(&mut self) -> agent::Failure {
        let kinds = [
            FailureKind::TooLong {
                tokens: 120,
                fits: 100,
            },
            FailureKind::Refused,
            FailureKind::OfTheQuestion,
            FailureKind::OfTheEngine,
        ];
        agent::Failure {
            kind: kinds[self.choices.usize(0..kinds.len())],
            message: "scripted".into(),
            apology: Apology::Failed,
        }
    }

    /// A clause is sound. One in flight comes even if it is not wanted any more.
    pub(super) fn speak(&mut self, reply: ReplyId, words: usize, more: u32) {
        let wanted = self.conductor.live.is(reply);
        if !wanted && self.choices.bool() {
            return;
        }
        let clause = self.vocabulary.clause(reply, words);
        let _ = self
            .clauses
            .try_send(PlaybackInput::Clause { reply, clause });
        match more {
            0 => {
                let _ = self.clauses.try_send(PlaybackInput::Complete(reply));
            }
            _ if wanted => {
                let takes = self.machine.takes(&mut self.choices, 20, 200);
                let at = self.language_model.work(self.now, takes);
                let next = if self.machine.fails(&mut self.choices) {
                    self.totals.failures += 1;
                    Happening::BrokenOff(reply)
                } else {
                    Happening::Clause(reply, self.choices.usize(1..6), more - 1)
                };
                self.schedule(at, next);
            }
            _ => {}
        }
    }
}
