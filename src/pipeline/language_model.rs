//! Thread `language-model`: reads prompts and writes replies as the agent wants them. It uses idle time to
//! read what will be in the next prompt.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, TryRecvError};

use super::bus::EventBus;
use super::conductor::ConductorInput;
use super::live::LiveReply;
use super::synthesizer::SynthesizerInput;
use crate::agent::{self, Failure, FailureKind, UserWords};
use crate::clock::Stopwatch;
use crate::events::{EventKind, ReplyId};
use crate::language::Language;
use crate::llm::server::Trouble;
use crate::llm::{
    Finish, LanguageModel, LlmError, Message, Opening, Output, Prefill, Prompt, Sampling, tokens_in,
};
use crate::tool_call::{Call, ToolDefinition};
use crate::turn_taking::Event;

/// What the thread is asked for.
pub enum LanguageModelInput {
    /// Read this while nothing else is asked for.
    ReadAhead {
        /// The conversation.
        messages: Vec<Message>,
        /// What may be called.
        tools: Arc<[ToolDefinition]>,
        /// How it ends.
        opening: Opening,
        /// Tokens that must fit behind it.
        room: usize,
        /// Turn taking is told how probable it is that the turn ends with these, its last words.
        words: Option<UserWords>,
    },
    /// Write a reply.
    Write(Assignment),
    /// Say these words; more of the reply follows.
    SayMeanwhile {
        /// The reply.
        reply: ReplyId,
        /// The words.
        words: String,
    },
    /// Say these words, and no more of the reply; the model is not asked.
    Say {
        /// The reply.
        reply: ReplyId,
        /// The words.
        words: String,
    },
    /// A tone goes before this reply.
    Tone(ReplyId),
    /// Nothing more is written of this reply.
    End(ReplyId),
    /// Replies are spoken at this speed from now on, in percent of the voice's own.
    Speed(u16),
    /// Replies are spoken in this language from now on.
    SpeakIn(Language),
}

/// A reply to be written.
pub struct Assignment {
    /// The reply.
    pub reply: ReplyId,
    /// The conversation.
    pub messages: Vec<Message>,
    /// What may be called.
    pub tools: Arc<[ToolDefinition]>,
    /// How it ends.
    pub opening: Opening,
    /// Tokens that must fit behind it.
    pub room: usize,
    /// As many tokens are written before the reply is released, and then no more until it is.
    pub draft_tokens: u32,
    /// As of [`LanguageModelInput::ReadAhead`].
    pub words: Option<UserWords>,
}

/// What the stage is called where it fails with a reply; an apology follows.
pub const LANGUAGE_MODEL: &str = "language model";
/// Fewer tokens, or a single piece, say nothing about how fast the model writes.
const ENOUGH_TO_JUDGE: u32 = 8;
/// How long a full queue is waited for before cancellation is looked at again.
const PATIENCE: Duration = Duration::from_millis(20);

/// The thread's state.
pub struct LanguageModelStage {
    /// The engine, warm.
    pub engine: Box<dyn LanguageModel>,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// What the agent wants.
    pub inputs: Receiver<LanguageModelInput>,
    /// Where pieces go.
    pub synthesizer: Sender<SynthesizerInput>,
    /// Where it is told what came of that.
    pub conductor: Sender<ConductorInput>,
    /// Which reply is wanted.
    pub live: LiveReply,
    /// Where events go.
    pub bus: EventBus,
    /// What was written of the reply that a tool was called for.
    pub so_far: Option<SoFar>,
}

/// What was written of a reply before a tool was called.
#[derive(Debug, Default)]
pub struct SoFar {
    reply: Option<ReplyId>,
    text: String,
    tokens: u32,
    busy: Duration,
}

impl LanguageModelStage {
    /// Runs until the conductor is gone.
    pub fn run(mut self) {
        let mut next = None;
        while let Some(input) = next.take().or_else(|| self.inputs.recv().ok()) {
            next = self.take(input);
        }
    }

    /// Does what is asked. What came in while it read ahead is given back, to be done next.
    fn take(&mut self, input: LanguageModelInput) -> Option<LanguageModelInput> {
        match input {
            LanguageModelInput::ReadAhead {
                messages,
                tools,
                opening,
                room,
                words,
            } => {
                let prompt = Prompt::new(&messages, opening).with_tools(&tools);
                return self.read_ahead(&prompt.with_room(room), words);
            }
            LanguageModelInput::Write(assignment) => {
                let reply = assignment.reply;
                let (mut pieces, mut calls) = (0, Vec::new());
                let told = match self.write(&assignment, &mut pieces, &mut calls) {
                    Ok(cancelled) => agent::Input::Written {
                        reply,
                        cancelled,
                        began: pieces > 0,
                        calls,
                    },
                    Err(error) => agent::Input::Failed {
                        reply,
                        failure: failure(&error),
                        began: pieces > 0,
                    },
                };
                self.tell(told);
            }
            LanguageModelInput::SayMeanwhile { reply, words } => {
                let text = words + " ";
                self.pass_on(reply, SynthesizerInput::Piece { reply, text });
                self.pass_on(reply, SynthesizerInput::Flush(reply));
            }
            LanguageModelInput::Say { reply, words } => {
                self.pass_on(reply, SynthesizerInput::Piece { reply, text: words });
                self.pass_on(reply, SynthesizerInput::End(reply));
            }
            LanguageModelInput::Tone(reply) => self.pass_on(reply, SynthesizerInput::Tone(reply)),
            LanguageModelInput::Speed(percent) => {
                let _ = self.synthesizer.send(SynthesizerInput::Speed(percent));
            }
            LanguageModelInput::SpeakIn(language) => {
                let _ = self.synthesizer.send(SynthesizerInput::SpeakIn(language));
            }
            LanguageModelInput::End(reply) => self.pass_on(reply, SynthesizerInput::End(reply)),
        }
        None
    }

    fn tell(&self, input: agent::Input) {
        let now = self.bus.clock().now();
        let _ = self.conductor.send(ConductorInput::Agent(now, input));
    }

    fn pass_on(&self, reply: ReplyId, input: SynthesizerInput) {
        pass_on(&self.synthesizer, input, &|| !self.live.is(reply));
    }

    /// Writes a reply, counting its pieces; says whether it was cancelled. With calls the reply is not over.
    fn write(
        &mut self,
        assignment: &Assignment,
        pieces: &mut u32,
        calls: &mut Vec<Call>,
    ) -> Result<bool, LlmError> {
        let &Assignment {
            reply,
            ref messages,
            ref tools,
            opening,
            room,
            draft_tokens,
            ref words,
        } = assignment;
        let prompt = Prompt::new(messages, opening).with_tools(tools);
        let turn = Some(reply.turn);
        let live = self.live.clone();
        let cancelled = || !live.is(reply);
        let mut so_far = self.so_far.take().unwrap_or_default();
        if so_far.reply != Some(reply) {
            so_far = SoFar::default();
        }
        let watch = Stopwatch::start();
        let prompt = prompt.with_room(room).asking_end(words.is_some());
        let Some(prefill) = self.engine.prefill(&prompt, &cancelled)? else {
            let complete = EventKind::ReplyComplete {
                draft: reply.draft,
                text: so_far.text,
                tokens: so_far.tokens,
                tokens_per_s: 0.0,
                busy_ms: (so_far.busy + watch.elapsed()).as_secs_f64() * 1000.0,
                cancelled: true,
            };
            self.bus.publish(turn, complete);
            return Ok(true);
        };
        if let Some(words) = words {
            self.tell_end(words.clone(), prefill);
        }
        let (kept, read) = (prefill.kept, prefill.read);
        self.bus.publish(turn, EventKind::PromptRead { kept, read });
        // A server reads the prompt when it is asked to write.
        let mut read_in = watch.elapsed();
        let (bus, synthesizer) = (&self.bus, &self.synthesizer);
        let mut text = String::new();
        // Time in which the model waited: for its release, or for the voice.
        let mut idle = Duration::ZERO;
        let finish = self
            .engine
            .generate(&self.sampling, &cancelled, &mut |output| {
                let piece = match output {
                    Output::Text(piece) => piece,
                    Output::Call(call) => return calls.push(call),
                };
                if *pieces == 0 {
                    read_in = watch.elapsed();
                    bus.publish(turn, EventKind::FirstToken);
                }
                *pieces += 1;
                let was_short = tokens_in(&text, *pieces - 1) < draft_tokens;
                text.push_str(piece);
                let is_long = tokens_in(&text, *pieces) >= draft_tokens;
                let waited = Stopwatch::start();
                let piece = SynthesizerInput::Piece {
                    reply,
                    text: piece.to_owned(),
                };
                pass_on(synthesizer, piece, &cancelled);
                if was_short && is_long {
                    live.wait_for_release(reply);
                }
                idle += waited.elapsed();
            })?;
        let cancelled_at_last = finish == Finish::Cancelled;
        let busy = watch.elapsed().saturating_sub(idle);
        let tokens = tokens_in(&text, *pieces);
        let writing = busy.saturating_sub(read_in).as_secs_f64();
        let tokens_per_s = f64::from(tokens) / writing.max(1e-6);
        so_far = so_far.and(reply, &text, tokens, busy);
        if !cancelled_at_last && !calls.is_empty() {
            if *pieces > 0 {
                pass_on(synthesizer, SynthesizerInput::Flush(reply), &cancelled);
            }
            self.so_far = Some(so_far);
            return Ok(false);
        }
        if !cancelled_at_last {
            pass_on(synthesizer, SynthesizerInput::End(reply), &cancelled);
        }
        let complete = EventKind::ReplyComplete {
            draft: reply.draft,
            text: so_far.text,
            tokens: so_far.tokens,
            tokens_per_s,
            busy_ms: so_far.busy.as_secs_f64() * 1000.0,
            cancelled: cancelled_at_last,
        };
        self.bus.publish(turn, complete);
        if tokens >= ENOUGH_TO_JUDGE && *pieces > 1 {
            let event = Event::Generated { tokens_per_s };
            let now = self.bus.clock().now();
            let _ = self.conductor.send(ConductorInput::Event(now, event));
        }
        Ok(cancelled_at_last)
    }

    /// Tells turn taking how probable it is that the turn ends with words that were read.
    fn tell_end(&self, words: UserWords, read: Prefill) {
        let UserWords { turn, text } = words;
        let ends = read.ends;
        let event = Event::WordsRead { turn, text, ends };
        let now = self.bus.clock().now();
        let _ = self.conductor.send(ConductorInput::Event(now, event));
    }

    /// Reads what the next prompt will probably be, so that it costs little when it comes: the
    /// conversation as it was heard, or the user's words while they speak. Gives way to whatever comes
    /// in, which is returned, and to the end of the session; what turns out wrong is cut off again by the
    /// next prompt.
    fn read_ahead(
        &mut self,
        prompt: &Prompt,
        words: Option<UserWords>,
    ) -> Option<LanguageModelInput> {
        let (inputs, next) = (&self.inputs, RefCell::new(None));
        let gives_way = || {
            let mut next = next.borrow_mut();
            if next.is_some() {
                return true;
            }
            match inputs.try_recv() {
                Ok(input) => *next = Some(input),
                Err(TryRecvError::Empty) => return false,
                Err(TryRecvError::Disconnected) => {}
            }
            true
        };
        match self.engine.prefill(prompt, &gives_way) {
            Ok(read) => {
                if let (Some(words), Some(read)) = (words, read) {
                    self.tell_end(words, read);
                }
            }
            Err(LlmError::TooLong { tokens, fits }) => {
                self.tell(agent::Input::Crowded { tokens, fits });
            }
            // The next question meets the same trouble and reports it with its turn.
            Err(error) => tracing::info!("reading ahead: {error}"),
        }
        next.into_inner()
    }
}

impl SoFar {
    /// With more of the same reply.
    fn and(self, reply: ReplyId, text: &str, tokens: u32, busy: Duration) -> Self {
        let parted = if self.text.is_empty() || text.is_empty() {
            ""
        } else {
            " "
        };
        Self {
            reply: Some(reply),
            text: self.text + parted + text,
            tokens: self.tokens + tokens,
            busy: self.busy + busy,
        }
    }
}

/// What the agent is to know of an error.
pub fn failure(error: &LlmError) -> Failure {
    let kind = match error {
        LlmError::TooLong { tokens, fits } => FailureKind::TooLong {
            tokens: *tokens,
            fits: *fits,
        },
        // These two say that the server minds the content; others are of the moment.
        LlmError::Server {
            trouble: Trouble::Refused {
                status: 400 | 422, ..
            },
            ..
        } => FailureKind::Refused,
        LlmError::NoWords { .. } => FailureKind::NoWords,
        _ if error.is_for_the_question() => FailureKind::OfTheQuestion,
        _ => FailureKind::OfTheEngine,
    };
    Failure {
        kind,
        message: error.to_string(),
        apology: error.apology(),
    }
}

/// Hands something to a stage that may be busy, unless the reply is cancelled meanwhile.
pub fn pass_on<T>(to: &Sender<T>, item: T, cancelled: &dyn Fn() -> bool) {
    let mut item = item;
    while !cancelled() {
        match to.send_timeout(item, PATIENCE) {
            Ok(()) | Err(SendTimeoutError::Disconnected(_)) => return,
            Err(SendTimeoutError::Timeout(back)) => item = back,
        }
    }
}

#[cfg(test)]
#[path = "language_model_tests.rs"]
mod tests;
