//! Thread `language-model`: owns the conversation's memory and the model; turns the user's words
//! into pieces of a reply, and uses idle time to read what will be in the next prompt.

use crossbeam_channel::{Receiver, SendTimeoutError, Sender};
use std::time::Duration;

use super::bus::EventBus;
use super::conductor::ConductorInput;
use super::live::LiveReply;
use super::synthesizer::SynthesizerInput;
use crate::agent::Memory;
use crate::clock::Stopwatch;
use crate::events::{EventKind, TurnId};
use crate::llm::{Finish, LanguageModel, LlmError, Message, Sampling};
use crate::turn_taking::Event;

/// What the conductor asks of the thread.
pub enum LanguageModelInput {
    /// The user may be about to have said this: read it ahead.
    Prepare(String),
    /// Answer the user.
    Reply {
        /// The turn.
        turn: TurnId,
        /// The user's words.
        text: String,
    },
    /// Keep an exchange.
    Remember {
        /// The user's words.
        user: String,
        /// What of the reply was heard.
        heard: String,
    },
}

/// Share of the context that a prompt may fill after the oldest exchanges were forgotten: room
/// for many new ones, because forgetting blurs what the model has read.
const KEEP_SHARE: f32 = 0.6;
/// How long a full queue is waited for before cancellation is looked at again.
const PATIENCE: Duration = Duration::from_millis(20);

/// The thread's state.
pub struct LanguageModelStage {
    /// The engine, warm.
    pub engine: Box<dyn LanguageModel>,
    /// The conversation.
    pub memory: Memory,
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
        while let Ok(input) = self.inputs.recv() {
            match input {
                LanguageModelInput::Prepare(text) => {
                    self.read_ahead(&self.memory.prompt(&text), true);
                }
                LanguageModelInput::Reply { turn, text } => {
                    if let Err(error) = self.reply(turn, &text) {
                        let failed = Event::Failed {
                            turn,
                            stage: "language model",
                            message: error.to_string(),
                        };
                        let now = self.bus.clock().now();
                        let _ = self.conductor.send(ConductorInput::Event(now, failed));
                    }
                }
                LanguageModelInput::Remember { user, heard } => {
                    self.memory.remember(&user, &heard);
                    self.read_ahead(&self.memory.messages(), false);
                }
            }
        }
    }

    fn reply(&mut self, turn: TurnId, text: &str) -> Result<(), LlmError> {
        self.make_room(turn, text)?;
        let live = self.live.clone();
        let cancelled = || !live.is(turn);
        let prompt = self.memory.prompt(text);
        let Some(prefill) = self.engine.prefill(&prompt, true, &cancelled)? else {
            return Ok(());
        };
        let (kept, read) = (prefill.kept, prefill.read);
        self.bus
            .publish(Some(turn), EventKind::PromptRead { kept, read });
        let watch = Stopwatch::start();
        let (bus, synthesizer) = (&self.bus, &self.synthesizer);
        let (mut reply, mut pieces) = (String::new(), 0u32);
        let finish = self
            .engine
            .generate(&self.sampling, &cancelled, &mut |piece| {
                if pieces == 0 {
                    bus.publish(Some(turn), EventKind::FirstToken);
                }
                pieces += 1;
                reply.push_str(piece);
                let text = piece.to_owned();
                pass_on(
                    synthesizer,
                    SynthesizerInput::Piece { turn, text },
                    &cancelled,
                );
            })?;
        if finish != Finish::Cancelled {
            pass_on(synthesizer, SynthesizerInput::End(turn), &cancelled);
        }
        let tokens_per_s = f64::from(pieces) / watch.elapsed().as_secs_f64().max(1e-6);
        let text = reply;
        self.bus
            .publish(Some(turn), EventKind::ReplyComplete { text, tokens_per_s });
        Ok(())
    }

    /// Lets the oldest exchanges go until the prompt and the longest reply fit.
    fn make_room(&mut self, turn: TurnId, text: &str) -> Result<(), LlmError> {
        let context = self.engine.context_len();
        let fits = context.saturating_sub(self.sampling.max_tokens);
        if self.engine.count_tokens(&self.memory.prompt(text))? <= fits {
            return Ok(());
        }
        let target = (fits as f32 * KEEP_SHARE) as usize;
        let mut exchanges = 0;
        while self.engine.count_tokens(&self.memory.prompt(text))? > target
            && self.memory.forget_oldest()
        {
            exchanges += 1;
        }
        self.bus
            .publish(Some(turn), EventKind::Forgot { exchanges });
        Ok(())
    }

    /// Reads what the next prompt will probably be, so that it costs little when it comes: the
    /// conversation as it was heard, or the user's words at a pause. Gives way to whatever comes
    /// in; what turns out wrong is cut off again by the next prompt.
    fn read_ahead(&mut self, messages: &[Message], open_reply: bool) {
        let inputs = self.inputs.clone();
        if let Err(error) = self
            .engine
            .prefill(messages, open_reply, &|| !inputs.is_empty())
        {
            // The next question meets the same trouble and reports it with its turn.
            tracing::info!("reading ahead: {error}");
        }
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
