//! What is kept, forgotten and asked again, with models that follow a script.

use super::*;
use crate::agent::Persona;
use crate::cancellation::Cancelled;
use crate::clock::SessionClock;
use crate::events::TurnId;
use crate::llm::Prefill;
use crossbeam_channel::bounded;
use std::sync::{Arc, Mutex};

/// A model whose tokens are bytes.
struct Bytes {
    context: usize,
    reasoning: usize,
}

impl LanguageModel for Bytes {
    fn warm_up(&mut self, _: &[Message]) -> Result<Prefill, LlmError> {
        Ok(Prefill::default())
    }

    fn count_tokens(&self, messages: &[Message]) -> Result<usize, LlmError> {
        Ok(messages.iter().map(|message| message.content.len()).sum())
    }

    fn context_len(&self) -> usize {
        self.context
    }

    fn reasoning_tokens(&self) -> usize {
        self.reasoning
    }

    fn prefill(
        &mut self,
        _: &[Message],
        _: Opening,
        _: Cancelled,
    ) -> Result<Option<Prefill>, LlmError> {
        Ok(Some(Prefill::default()))
    }

    fn generate(
        &mut self,
        _: &Sampling,
        _: Cancelled,
        _: &mut dyn FnMut(&str),
    ) -> Result<Finish, LlmError> {
        Ok(Finish::Complete)
    }
}

/// What is kept of three exchanges of 200 bytes where `room` bytes are left beside the persona and
/// the reply.
fn kept(room: usize, reasoning: usize, reply: Option<ReplyId>) -> usize {
    let mut memory = Memory::new(&Persona::bundled(Language::English));
    let persona: usize = memory.prefix().iter().map(|m| m.content.len()).sum();
    for _ in 0..3 {
        memory.remember(&"u".repeat(100), &"a".repeat(100));
    }
    let sampling = Sampling::default();
    let context = persona + sampling.max_tokens + room;
    let mut stage = LanguageModelStage {
        engine: Box::new(Bytes { context, reasoning }),
        memory,
        language: Language::English,
        sampling,
        inputs: bounded(1).1,
        synthesizer: bounded(1).0,
        conductor: bounded(1).0,
        live: LiveReply::default(),
        bus: EventBus::new(SessionClock::start(), Vec::new()),
    };
    stage.make_room(reply, &"q".repeat(100)).unwrap();
    stage.memory.exchanges()
}

const ASKED: Option<ReplyId> = Some(ReplyId {
    turn: TurnId(1),
    draft: 0,
});

#[test]
fn the_latest_exchange_is_kept_for_a_question_that_is_not_there_yet() {
    assert_eq!(kept(150, 0, None), 1);
    assert_eq!(kept(150, 0, ASKED), 0);
    assert_eq!(kept(350, 0, ASKED), 1);
    assert_eq!(kept(700, 0, ASKED), 3);
}

/// A model that answers as a function of the prompt, and how often it was asked.
struct Scripted<F> {
    script: F,
    prompt: Vec<Message>,
    asked: Arc<Mutex<Vec<usize>>>,
}

impl<F: FnMut(&[Message]) -> Result<&'static str, LlmError> + Send> LanguageModel for Scripted<F> {
    fn warm_up(&mut self, _: &[Message]) -> Result<Prefill, LlmError> {
        Ok(Prefill::default())
    }

    fn count_tokens(&self, _: &[Message]) -> Result<usize, LlmError> {
        Ok(1)
    }

    fn context_len(&self) -> usize {
        1_000
    }

    fn prefill(
        &mut self,
        messages: &[Message],
        opening: Opening,
        cancelled: Cancelled,
    ) -> Result<Option<Prefill>, LlmError> {
        self.prompt = messages.to_vec();
        // Reads until somebody wants something else.
        while opening != Opening::Reply && !cancelled() {}
        Ok(Some(Prefill::default()))
    }

    fn generate(
        &mut self,
        _: &Sampling,
        _: Cancelled,
        on_piece: &mut dyn FnMut(&str),
    ) -> Result<Finish, LlmError> {
        self.asked.lock().unwrap().push(self.prompt.len());
        on_piece((self.script)(&self.prompt)?);
        Ok(Finish::Complete)
    }
}

fn refused() -> LlmError {
    LlmError::Server {
        host: "here".into(),
        trouble: Trouble::Refused {
            status: 400,
            message: "filtered".into(),
        },
    }
}

/// A conversation with a scripted model that remembers these exchanges.
struct Talk {
    stage: LanguageModelStage,
    asked: Arc<Mutex<Vec<usize>>>,
    conductor: Receiver<ConductorInput>,
    spoken: Receiver<SynthesizerInput>,
    inputs: Sender<LanguageModelInput>,
}

impl Talk {
    fn with(
        exchanges: usize,
        script: impl FnMut(&[Message]) -> Result<&'static str, LlmError> + Send + 'static,
    ) -> Self {
        let mut memory = Memory::new(&Persona::bundled(Language::English));
        for n in 0..exchanges {
            memory.remember(&format!("question {n}"), "answer");
        }
        let asked = Arc::default();
        let (conductor_out, conductor) = bounded(16);
        let (synthesizer, spoken) = bounded(16);
        let (inputs, inputs_in) = bounded(16);
        let engine = Scripted {
            script,
            prompt: Vec::new(),
            asked: Arc::clone(&asked),
        };
        let stage = LanguageModelStage {
            engine: Box::new(engine),
            memory,
            language: Language::English,
            sampling: Sampling::default(),
            inputs: inputs_in,
            synthesizer,
            conductor: conductor_out,
            live: LiveReply::default(),
            bus: EventBus::new(SessionClock::start(), Vec::new()),
        };
        Self {
            stage,
            asked,
            conductor,
            spoken,
            inputs,
        }
    }

    /// Asks, and has the reply that came of it remembered; what was said.
    fn ask(&mut self, text: &str) -> String {
        let reply = ASKED.unwrap();
        self.stage.live.set(reply);
        self.stage.live.release(reply);
        self.stage.take(LanguageModelInput::Answer {
            reply,
            text: text.into(),
        });
        let pieces = self.spoken.try_iter().filter_map(|input| match input {
            SynthesizerInput::Piece { text, .. } => Some(text),
            SynthesizerInput::End(_) => None,
        });
        let heard: String = pieces.collect();
        self.stage.memory.remember(text, &heard);
        heard
    }

    fn failures(&self) -> usize {
        let events = self.conductor.try_iter();
        let failed = |input: &ConductorInput| {
            matches!(input, ConductorInput::Event(_, Event::Failed { .. }))
        };
        events.filter(failed).count()
    }
}

fn mentions_poison(prompt: &[Message]) -> bool {
    prompt.iter().any(|m| m.content.contains("poison"))
}

#[test]
fn a_refused_question_is_not_asked_with_the_next() {
    let mut talk = Talk::with(0, |prompt| {
        if mentions_poison(prompt) {
            Err(refused())
        } else {
            Ok("All is well.")
        }
    });
    assert_eq!(talk.ask("Tell me about poison."), "");
    assert_eq!(talk.failures(), 1);
    assert_eq!(talk.ask("How are you?"), "All is well.");
    assert_eq!(talk.failures(), 0);
}

#[test]
fn after_ten_failures_the_prompt_is_not_eleven_questions() {
    let mut talk = Talk::with(1, |_| Err(LlmError::Run("no".into())));
    let persona = talk.stage.memory.prefix().len();
    for n in 0..10 {
        talk.ask(&format!("Question {n}?"));
    }
    let next = talk.stage.memory.prompt("And now?");
    assert_eq!(next.len(), persona + 3);
    let last = next.last().unwrap();
    assert_eq!(last.content, "Question 9? And now?");
}

#[test]
fn a_history_that_a_server_refuses_is_let_go() {
    let mut talk = Talk::with(2, |prompt| {
        if mentions_poison(prompt) {
            Err(refused())
        } else {
            Ok("All is well.")
        }
    });
    talk.stage.memory.remember("poison?", "It is");
    assert_eq!(talk.ask("How are you?"), "All is well.");
    assert_eq!(talk.failures(), 0);
    assert_eq!(talk.stage.memory.exchanges(), 1);
}

#[test]
fn a_refused_question_does_not_cost_the_history() {
    let mut talk = Talk::with(2, |_| Err(refused()));
    talk.ask("Tell me about poison.");
    assert_eq!(talk.stage.memory.exchanges(), 2);
}

#[test]
fn a_prompt_that_turns_out_too_long_is_asked_again_with_less_of_the_history() {
    let persona = Memory::new(&Persona::bundled(Language::English))
        .prefix()
        .len();
    let mut talk = Talk::with(8, move |prompt| {
        if prompt.len() > persona + 5 {
            Err(LlmError::TooLong {
                tokens: 9,
                context: 8,
            })
        } else {
            Ok("All is well.")
        }
    });
    assert_eq!(talk.ask("How are you?"), "All is well.");
    assert_eq!(talk.failures(), 0);
    let asked: Vec<usize> = talk
        .asked
        .lock()
        .unwrap()
        .iter()
        .map(|n| n - persona)
        .collect();
    assert_eq!(asked, [17, 9, 5]);
}

#[test]
fn a_question_that_is_too_long_alone_is_answered_with_an_apology() {
    let too_long = || LlmError::TooLong {
        tokens: 9,
        context: 8,
    };
    let mut talk = Talk::with(3, move |_| Err(too_long()));
    assert_eq!(talk.ask("Far too long."), "");
    assert_eq!(talk.failures(), 1);
}

#[test]
fn reading_ahead_gives_way_to_what_comes_in_and_to_the_end() {
    let mut talk = Talk::with(0, |_| Ok("Yes."));
    let remember = || LanguageModelInput::Remember {
        user: "a".into(),
        heard: "b".into(),
    };
    talk.inputs.send(remember()).unwrap();
    assert!(talk.stage.take(remember()).is_some());
    drop(talk.inputs);
    assert!(talk.stage.take(remember()).is_none());
}

#[test]
fn several_tokens_in_a_piece_are_counted_as_such() {
    assert_eq!(tokens_in("The sun is a ball of fire that shines.", 1), 9);
    assert_eq!(tokens_in("月亮很亮。", 1), 4);
    assert_eq!(tokens_in("a b c", 5), 5);
}

#[test]
fn reasoning_needs_room_too() {
    assert_eq!(kept(700, 400, ASKED), 1);
}
