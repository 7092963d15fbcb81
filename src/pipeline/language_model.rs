//! Thread `language-model`: owns the conversation's memory and the model; turns the user's words
//! into pieces of a reply, and uses idle time to read what will be in the next prompt.

use std::cell::RefCell;
use std::time::Duration;

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, TryRecvError};

use super::bus::EventBus;
use super::conductor::ConductorInput;
use super::live::LiveReply;
use super::synthesizer::SynthesizerInput;
use crate::agent::{Failure, Memory};
use crate::clock::Stopwatch;
use crate::events::{EventKind, ReplyId};
use crate::language::{Language, is_han};
use crate::lexicon::Lexicon;
use crate::llm::server::Trouble;
use crate::llm::{Finish, LanguageModel, LlmError, Message, Opening, Sampling};
use crate::turn_taking::Event;

/// What the conductor asks of the thread.
pub enum LanguageModelInput {
    /// The user's turn begins with this: read it ahead.
    Prepare(String),
    /// Answer the user.
    Answer {
        /// The reply.
        reply: ReplyId,
        /// The user's words.
        text: String,
    },
    /// Go on with the reply that was cut off.
    Rest(ReplyId),
    /// Say these words; the model is not asked.
    Say {
        /// The reply.
        reply: ReplyId,
        /// The words.
        words: String,
    },
    /// Keep an exchange.
    Remember {
        /// The user's words; empty if the reply went on with the one before.
        user: String,
        /// What of the reply was heard.
        heard: String,
    },
}

/// What the stage is called where it fails with a reply; an apology follows.
pub const LANGUAGE_MODEL: &str = "language model";
/// Share of the context that a prompt may fill after the oldest exchanges were forgotten: room
/// for many new ones, because forgetting blurs what the model has read.
const KEEP_SHARE: f32 = 0.6;
/// A draft is written up to here and goes on when it is released: a clause, which is what must be
/// ready, is shorter.
const DRAFT_TOKENS: u32 = 24;
/// Stands for the longest question that is usual.
const NEXT_QUESTION: &str = "I would like to know what you think about the weather tomorrow, and \
    whether I should take the train or the car to get to the sea, and how long each of them takes.";
/// Fewer tokens, or a single piece, say nothing about how fast the model writes.
const ENOUGH_TO_JUDGE: u32 = 8;
/// Characters of a token, about, in alphabets; a Chinese character is one.
const TOKEN_CHARACTERS: usize = 4;
/// How long a full queue is waited for before cancellation is looked at again.
const PATIENCE: Duration = Duration::from_millis(20);

/// The thread's state.
pub struct LanguageModelStage {
    /// The engine, warm.
    pub engine: Box<dyn LanguageModel>,
    /// The conversation.
    pub memory: Memory,
    /// What it is in.
    pub language: Language,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// Questions and what was heard.
    pub inputs: Receiver<LanguageModelInput>,
    /// Where pieces go.
    pub synthesizer: Sender<SynthesizerInput>,
    /// Where failures go.
    pub conductor: Sender<ConductorInput>,
    /// Which reply is wanted.
    pub live: LiveReply,
    /// Where events go.
    pub bus: EventBus,
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
            LanguageModelInput::Prepare(text) => {
                return self.read_ahead(&self.memory.prompt(&text), Opening::Unfinished);
            }
            LanguageModelInput::Answer { reply, text } => {
                let result = self.answer(reply, &text);
                let failure = result.as_ref().err().map(|error| {
                    if error.is_for_the_question() {
                        Failure::OfTheQuestion
                    } else {
                        Failure::OfTheEngine
                    }
                });
                self.memory.tried(&text, failure);
                self.report(reply, result);
            }
            LanguageModelInput::Rest(reply) => {
                let result = self
                    .make_room(Some(reply), "")
                    .and_then(|()| self.reply(reply, &self.memory.messages(), Opening::Unfinished));
                self.report(reply, result);
            }
            LanguageModelInput::Say { reply, words } => {
                let cancelled = || !self.live.is(reply);
                let piece = SynthesizerInput::Piece { reply, text: words };
                pass_on(&self.synthesizer, piece, &cancelled);
                pass_on(&self.synthesizer, SynthesizerInput::End(reply), &cancelled);
            }
            LanguageModelInput::Remember { user, heard } => {
                self.memory.remember(&user, &heard);
                // Now, while nobody waits, and not when the next question comes.
                if let Err(error) = self.make_room(None, NEXT_QUESTION) {
                    tracing::info!("making room: {error}");
                }
                return self.read_ahead(&self.memory.messages(), Opening::None);
            }
        }
        None
    }

    /// Answers a question. One that does not fit with what was said before is asked with less of it.
    fn answer(&mut self, reply: ReplyId, text: &str) -> Result<(), LlmError> {
        self.make_room(Some(reply), text)?;
        loop {
            let result = self.reply(reply, &self.memory.prompt(text), Opening::Reply);
            match result {
                Err(LlmError::TooLong { .. }) if self.make_more_room(reply, text)? => {}
                // These two say that the server minds the content; others are of the moment.
                Err(LlmError::Server {
                    trouble:
                        Trouble::Refused {
                            status: 400 | 422, ..
                        },
                    ..
                }) if self.memory.exchanges() > 0 => return self.answer_alone(reply, text),
                result => return result,
            }
        }
    }

    /// The server refuses the question or what was said before: if it takes the question alone, it was
    /// that, and would be refused with every question to come.
    fn answer_alone(&mut self, reply: ReplyId, text: &str) -> Result<(), LlmError> {
        self.reply(reply, &self.memory.prompt_alone(text), Opening::Reply)?;
        if !self.live.is(reply) {
            return Ok(());
        }
        let exchanges = self.memory.forget_all();
        let forgot = EventKind::Forgot { exchanges };
        self.bus.publish(Some(reply.turn), forgot);
        Ok(())
    }

    /// A reply that breaks off ends there: what was made of it is said, then why there is no more.
    fn report(&self, reply: ReplyId, result: Result<(), LlmError>) {
        if let Err(error) = result {
            let apologies = Lexicon::of(self.language).apologies;
            let apology = apologies.words(error.apology()).to_owned().into();
            self.send(Event::Failed {
                turn: reply.turn,
                reply: Some(reply),
                stage: LANGUAGE_MODEL.into(),
                message: error.to_string(),
                apology: Some(apology),
            });
            // After the event: whoever hears of the reply's end is to know that it broke off.
            let cancelled = || !self.live.is(reply);
            pass_on(&self.synthesizer, SynthesizerInput::End(reply), &cancelled);
        }
    }

    fn send(&self, event: Event) {
        let now = self.bus.clock().now();
        let _ = self.conductor.send(ConductorInput::Event(now, event));
    }

    fn reply(
        &mut self,
        reply: ReplyId,
        prompt: &[Message],
        opening: Opening,
    ) -> Result<(), LlmError> {
        let turn = Some(reply.turn);
        let live = self.live.clone();
        let cancelled = || !live.is(reply);
        let watch = Stopwatch::start();
        let Some(prefill) = self.engine.prefill(prompt, opening, &cancelled)? else {
            let complete = EventKind::ReplyComplete {
                draft: reply.draft,
                text: String::new(),
                tokens: 0,
                tokens_per_s: 0.0,
                busy_ms: watch.elapsed_ms(),
                cancelled: true,
            };
            self.bus.publish(turn, complete);
            return Ok(());
        };
        let (kept, read) = (prefill.kept, prefill.read);
        self.bus.publish(turn, EventKind::PromptRead { kept, read });
        // A server reads the prompt when it is asked to write.
        let mut read_in = watch.elapsed();
        let (bus, synthesizer) = (&self.bus, &self.synthesizer);
        let (mut text, mut pieces) = (String::new(), 0u32);
        // Time in which the model waited: for its release, or for the voice.
        let mut idle = Duration::ZERO;
        let finish = self
            .engine
            .generate(&self.sampling, &cancelled, &mut |piece| {
                if pieces == 0 {
                    read_in = watch.elapsed();
                    bus.publish(turn, EventKind::FirstToken);
                }
                pieces += 1;
                let was_short = tokens_in(&text, pieces - 1) < DRAFT_TOKENS;
                text.push_str(piece);
                let is_long = tokens_in(&text, pieces) >= DRAFT_TOKENS;
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
        if !cancelled_at_last {
            pass_on(synthesizer, SynthesizerInput::End(reply), &cancelled);
        }
        let busy = watch.elapsed().saturating_sub(idle);
        let writing = busy.saturating_sub(read_in).as_secs_f64();
        let tokens = tokens_in(&text, pieces);
        let tokens_per_s = f64::from(tokens) / writing.max(1e-6);
        let complete = EventKind::ReplyComplete {
            draft: reply.draft,
            text,
            tokens,
            tokens_per_s,
            busy_ms: busy.as_secs_f64() * 1000.0,
            cancelled: cancelled_at_last,
        };
        self.bus.publish(turn, complete);
        if tokens >= ENOUGH_TO_JUDGE && pieces > 1 {
            self.send(Event::Generated { tokens_per_s });
        }
        Ok(())
    }

    /// Lets the oldest exchanges go until the prompt, the longest reply and the reasoning before it fit.
    /// The latest gives way only to a question that is there: what comes next may be about it.
    fn make_room(&mut self, reply: Option<ReplyId>, text: &str) -> Result<(), LlmError> {
        let written = self.sampling.max_tokens + self.engine.reasoning_tokens();
        let fits = self.engine.context_len().saturating_sub(written);
        let tokens = |stage: &Self| stage.engine.count_tokens(&stage.memory.prompt(text));
        if tokens(self)? <= fits {
            return Ok(());
        }
        let target = (fits as f32 * KEEP_SHARE) as usize;
        let mut exchanges = 0;
        loop {
            let tokens = tokens(self)?;
            let crowded = match self.memory.exchanges() {
                0 | 1 => reply.is_some() && tokens > fits,
                _ => tokens > target,
            };
            if !crowded || !self.memory.forget_oldest() {
                break;
            }
            exchanges += 1;
        }
        if exchanges > 0 {
            let turn = reply.map(|reply| reply.turn);
            self.bus.publish(turn, EventKind::Forgot { exchanges });
        }
        Ok(())
    }

    /// A prompt that was counted to fit did not: lets half of the exchanges go, unless what is known of
    /// the context by now asks for more. False if there is nothing left to forget.
    fn make_more_room(&mut self, reply: ReplyId, text: &str) -> Result<bool, LlmError> {
        let before = self.memory.exchanges();
        self.make_room(Some(reply), text)?;
        if self.memory.exchanges() < before {
            return Ok(true);
        }
        let exchanges = before.div_ceil(2);
        for _ in 0..exchanges {
            self.memory.forget_oldest();
        }
        if exchanges > 0 {
            self.bus
                .publish(Some(reply.turn), EventKind::Forgot { exchanges });
            return Ok(true);
        }
        Ok(self.memory.forget_oldest())
    }

    /// Reads what the next prompt will probably be, so that it costs little when it comes: the
    /// conversation as it was heard, or the user's words while they speak. Gives way to whatever comes
    /// in, which is returned, and to the end of the session; what turns out wrong is cut off again by the
    /// next prompt.
    fn read_ahead(&mut self, messages: &[Message], opening: Opening) -> Option<LanguageModelInput> {
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
        if let Err(error) = self.engine.prefill(messages, opening, &gives_way) {
            // The next question meets the same trouble and reports it with its turn.
            tracing::info!("reading ahead: {error}");
        }
        next.into_inner()
    }
}

/// Tokens of a text that came in so many pieces: a piece has at least one, and of a server's pieces
/// many have several.
fn tokens_in(text: &str, pieces: u32) -> u32 {
    let han = text.chars().filter(|c| is_han(*c)).count();
    let by_length = han + (text.chars().count() - han) / TOKEN_CHARACTERS;
    pieces.max(u32::try_from(by_length).unwrap_or(u32::MAX))
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
