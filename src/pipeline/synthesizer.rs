//! Thread `synthesizer`: pieces of text become clauses, clauses become sound.

use crossbeam_channel::{Receiver, Sender};

use super::bus::EventBus;
use super::conductor::ConductorInput;
use super::language_model::pass_on;
use super::live::LiveReply;
use super::playback::PlaybackInput;
use crate::events::{EventKind, ReplyId};
use crate::language::Language;
use crate::tts::clauses::{ClauseLimits, ClauseSplitter};
use crate::tts::{SpokenClause, Synthesizer, TtsError, ring_tone, speak_clause_unless};
use crate::turn_taking::Event;

/// What the language model gives.
pub enum SynthesizerInput {
    /// The next piece of a reply.
    Piece {
        /// The reply.
        reply: ReplyId,
        /// The piece.
        text: String,
    },
    /// What there is of the reply is spoken now; more follows, and not at once.
    Flush(ReplyId),
    /// A tone goes before the reply.
    Tone(ReplyId),
    /// The reply is complete.
    End(ReplyId),
    /// What follows is spoken at this speed, in percent of the voice's own.
    Speed(u16),
    /// What follows is spoken in this language.
    SpeakIn(Language),
}

/// The thread's state.
pub struct SynthesizerStage {
    engine: Box<dyn Synthesizer>,
    inputs: Receiver<SynthesizerInput>,
    playback: Sender<PlaybackInput>,
    conductor: Sender<ConductorInput>,
    live: LiveReply,
    bus: EventBus,
    splitter: ClauseSplitter,
    reply: ReplyId,
    clauses: u32,
}

impl SynthesizerStage {
    /// A stage over a warm engine.
    pub fn new(
        engine: Box<dyn Synthesizer>,
        inputs: Receiver<SynthesizerInput>,
        playback: Sender<PlaybackInput>,
        conductor: Sender<ConductorInput>,
        live: LiveReply,
        bus: EventBus,
    ) -> Self {
        let splitter = ClauseSplitter::new(ClauseLimits::default(), engine.language());
        Self {
            engine,
            inputs,
            playback,
            conductor,
            live,
            bus,
            splitter,
            reply: ReplyId::default(),
            clauses: 0,
        }
    }

    /// Runs until the language model is gone.
    pub fn run(mut self) {
        while let Ok(input) = self.inputs.recv() {
            let (reply, clauses, complete) = match input {
                SynthesizerInput::Piece { reply, text } => {
                    self.begin(reply);
                    if self.live.is_released(reply) {
                        self.splitter.hurry();
                    }
                    (reply, self.splitter.push(&text), false)
                }
                SynthesizerInput::Flush(reply) => {
                    self.begin(reply);
                    (reply, self.splitter.flush().into_iter().collect(), false)
                }
                SynthesizerInput::Tone(reply) => {
                    self.begin(reply);
                    self.play_tone(reply);
                    continue;
                }
                SynthesizerInput::Speed(percent) => {
                    self.engine.set_speed(percent);
                    continue;
                }
                SynthesizerInput::SpeakIn(language) => {
                    self.engine.speak_in(language);
                    let language = self.engine.language();
                    self.splitter = ClauseSplitter::new(ClauseLimits::default(), language);
                    continue;
                }
                SynthesizerInput::End(reply) => {
                    self.begin(reply);
                    (reply, self.splitter.finish().into_iter().collect(), true)
                }
            };
            for clause in clauses {
                if let Err(error) = self.speak(reply, &clause) {
                    self.failed(reply, &error);
                    break;
                }
            }
            if complete {
                let live = &self.live;
                pass_on(&self.playback, PlaybackInput::Complete(reply), &|| {
                    !live.is(reply)
                });
            }
        }
    }

    fn play_tone(&self, reply: ReplyId) {
        let clause = SpokenClause {
            words: Vec::new(),
            clip: ring_tone(),
        };
        let clause = PlaybackInput::Clause { reply, clause };
        pass_on(&self.playback, clause, &|| !self.live.is(reply));
    }

    fn begin(&mut self, reply: ReplyId) {
        if reply != self.reply {
            self.reply = reply;
            self.clauses = 0;
            self.splitter.reset();
        }
    }

    fn speak(&mut self, reply: ReplyId, text: &str) -> Result<(), TtsError> {
        if !self.live.is(reply) {
            return Ok(());
        }
        let first = self.clauses == 0;
        self.clauses += 1;
        let owned = || text.to_owned();
        if first {
            self.bus
                .publish(Some(reply.turn), EventKind::FirstClause { text: owned() });
        }
        let live = self.live.clone();
        let cancelled = || !live.is(reply);
        let Some(clause) = speak_clause_unless(&cancelled, self.engine.as_mut(), text)? else {
            return Ok(());
        };
        if first {
            let kind = EventKind::FirstAudio {
                leading_silence_ms: clause.clip.leading_silence_ms(),
            };
            self.bus.publish(Some(reply.turn), kind);
        }
        self.bus
            .publish(Some(reply.turn), EventKind::Clause { text: owned() });
        let clause = PlaybackInput::Clause { reply, clause };
        pass_on(&self.playback, clause, &cancelled);
        Ok(())
    }

    fn failed(&self, reply: ReplyId, error: &TtsError) {
        let failed = Event::Failed {
            turn: reply.turn,
            reply: Some(reply),
            stage: "voice".into(),
            message: error.to_string(),
            // There is no voice to say it with.
            apology: None,
        };
        let now = self.bus.clock().now();
        let _ = self.conductor.send(ConductorInput::Event(now, failed));
    }
}

#[cfg(test)]
#[path = "synthesizer_tests.rs"]
mod tests;
