//! What the stage tells and gives way to, with a model that follows a script.

use super::*;
use crate::cancellation::Cancelled;
use crate::clock::SessionClock;
use crate::events::TurnId;
use crate::llm::Role;
use crossbeam_channel::{bounded, unbounded};

/// A model that answers as a function of nothing, and reads until somebody wants something else.
struct Scripted<F>(F);

impl<F: FnMut() -> Result<&'static str, LlmError> + Send> LanguageModel for Scripted<F> {
    fn warm_up(&mut self, _: &Prompt) -> Result<Prefill, LlmError> {
        Ok(Prefill::default())
    }

    fn count_tokens(&self, _: &Prompt) -> Result<usize, LlmError> {
        Ok(1)
    }

    fn prefill(
        &mut self,
        prompt: &Prompt,
        cancelled: Cancelled,
    ) -> Result<Option<Prefill>, LlmError> {
        if prompt.room > 100 {
            return Err(LlmError::TooLong { tokens: 9, fits: 8 });
        }
        while prompt.opening != Opening::Reply && !cancelled() {}
        Ok(Some(Prefill::default()))
    }

    fn generate(
        &mut self,
        _: &Sampling,
        _: Cancelled,
        on_output: &mut dyn FnMut(Output),
    ) -> Result<Finish, LlmError> {
        // What stands behind a bar is the name of a tool.
        let (text, calls) = split((self.0)()?);
        on_output(Output::Text(text));
        for name in calls {
            on_output(Output::Call(call(name)));
        }
        Ok(Finish::Complete)
    }
}

fn split(script: &str) -> (&str, Vec<&str>) {
    let mut parts = script.split('|');
    (parts.next().unwrap_or_default(), parts.collect())
}

fn call(name: &str) -> Call {
    Call {
        name: name.into(),
        arguments: serde_json::Map::new(),
    }
}

const REPLY: ReplyId = ReplyId {
    turn: TurnId(1),
    draft: 1,
};

/// Tokens that are written before a reply is released.
const DRAFT_TOKENS: u32 = 24;

struct Stage {
    stage: LanguageModelStage,
    told: Receiver<ConductorInput>,
    spoken: Receiver<SynthesizerInput>,
    inputs: Sender<LanguageModelInput>,
}

fn stage(script: impl FnMut() -> Result<&'static str, LlmError> + Send + 'static) -> Stage {
    let (conductor, told) = bounded(16);
    let (synthesizer, spoken) = bounded(16);
    let (inputs, inputs_in) = bounded(16);
    let live = LiveReply::default();
    live.set(REPLY);
    live.release(REPLY);
    Stage {
        stage: LanguageModelStage {
            engine: Box::new(Scripted(script)),
            sampling: Sampling::default(),
            inputs: inputs_in,
            synthesizer,
            conductor,
            live,
            so_far: None,
            bus: EventBus::new(SessionClock::start(), Vec::new()),
        },
        told,
        spoken,
        inputs,
    }
}

impl Stage {
    /// What the agent is told of a reply that is to be written.
    fn write(&mut self) -> agent::Input {
        let assignment = Assignment {
            reply: REPLY,
            messages: Vec::new(),
            tools: Arc::default(),
            opening: Opening::Reply,
            room: 10,
            draft_tokens: DRAFT_TOKENS,
            words: None,
        };
        self.stage.take(LanguageModelInput::Write(assignment));
        self.told().expect("the agent is told")
    }

    fn told(&self) -> Option<agent::Input> {
        self.told.try_iter().find_map(|input| match input {
            ConductorInput::Agent(_, input) => Some(input),
            ConductorInput::Event(..) | ConductorInput::Shutdown => None,
        })
    }
}

fn refused(status: u16) -> LlmError {
    LlmError::Server {
        host: "here".into(),
        trouble: Trouble::Refused {
            status,
            message: "filtered".into(),
        },
    }
}

#[test]
fn a_reply_is_spoken_to_its_end_and_the_agent_is_told() {
    let mut stage = stage(|| Ok("Yes."));
    let written = agent::Input::Written {
        reply: REPLY,
        cancelled: false,
        began: true,
        calls: Vec::new(),
    };
    assert_eq!(stage.write(), written);
    let spoken: Vec<SynthesizerInput> = stage.spoken.try_iter().collect();
    assert!(matches!(
        spoken[..],
        [SynthesizerInput::Piece { .. }, SynthesizerInput::End(_)]
    ));
}

#[test]
fn a_reply_that_failed_is_not_ended_until_the_agent_says_so() {
    let mut stage = stage(|| Err(LlmError::Run("no".into())));
    assert!(matches!(stage.write(), agent::Input::Failed { .. }));
    assert!(stage.spoken.is_empty());
    stage.stage.take(LanguageModelInput::End(REPLY));
    assert_eq!(stage.spoken.len(), 1);
}

#[test]
fn only_a_refusal_of_the_content_may_be_of_what_was_said_before() {
    let kind = |error: LlmError| failure(&error).kind;
    assert_eq!(kind(refused(400)), FailureKind::Refused);
    assert_eq!(kind(refused(401)), FailureKind::OfTheQuestion);
    assert_eq!(kind(LlmError::Run("no".into())), FailureKind::OfTheEngine);
    let reason = "it ended its reply".into();
    assert_eq!(kind(LlmError::NoWords { reason }), FailureKind::NoWords);
}

#[test]
fn what_has_no_room_to_be_read_ahead_is_told() {
    let mut stage = stage(|| Ok("Yes."));
    stage.stage.take(LanguageModelInput::ReadAhead {
        messages: Vec::new(),
        tools: Arc::default(),
        opening: Opening::None,
        room: 200,
        words: None,
    });
    let crowded = agent::Input::Crowded { tokens: 9, fits: 8 };
    assert_eq!(stage.told(), Some(crowded));
}

#[test]
fn reading_ahead_gives_way_to_what_comes_in_and_to_the_end() {
    let mut stage = stage(|| Ok("Yes."));
    let read = || LanguageModelInput::ReadAhead {
        messages: Vec::new(),
        tools: Arc::default(),
        opening: Opening::None,
        room: 1,
        words: None,
    };
    stage.inputs.send(read()).unwrap();
    assert!(stage.stage.take(read()).is_some());
    drop(stage.inputs);
    assert!(stage.stage.take(read()).is_none());
}

#[test]
fn several_tokens_in_a_piece_are_counted_as_such() {
    assert_eq!(tokens_in("The sun is a ball of fire that shines.", 1), 9);
    assert_eq!(tokens_in("月亮很亮。", 1), 4);
    assert_eq!(tokens_in("a b c", 5), 5);
}

#[test]
fn a_reply_that_calls_a_tool_is_not_ended() {
    let mut stage = stage(|| Ok("Let me see.|look"));
    let written = agent::Input::Written {
        reply: REPLY,
        cancelled: false,
        began: true,
        calls: vec![call("look")],
    };
    assert_eq!(stage.write(), written);
    let spoken: Vec<SynthesizerInput> = stage.spoken.try_iter().collect();
    // What was said before it is heard while it is called.
    assert!(matches!(
        spoken[..],
        [SynthesizerInput::Piece { .. }, SynthesizerInput::Flush(_)]
    ));
}

#[test]
fn what_was_written_before_and_after_a_call_is_one_reply() {
    let mut parts = ["Let me see.|look", "It is green."].into_iter();
    let mut stage = stage(move || Ok(parts.next().unwrap_or_default()));
    let complete = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&complete);
    let watcher: super::super::bus::Watcher =
        Box::new(move |event: &crate::events::SessionEvent| {
            if let EventKind::ReplyComplete { text, .. } = &event.kind {
                seen.lock().unwrap().push(text.clone());
            }
        });
    stage.stage.bus = EventBus::new(SessionClock::start(), vec![watcher]);
    stage.write();
    stage.write();
    drop(stage);
    assert_eq!(*complete.lock().unwrap(), ["Let me see. It is green."]);
}

/// A model that writes some tokens more than a draft has, and tells before each whether the reply is released.
struct Looks {
    live: LiveReply,
    is_released: Sender<bool>,
}

/// Tokens that are written after the release.
const MORE_TOKENS: u32 = 6;

impl LanguageModel for Looks {
    fn warm_up(&mut self, _: &Prompt) -> Result<Prefill, LlmError> {
        Ok(Prefill::default())
    }

    fn count_tokens(&self, _: &Prompt) -> Result<usize, LlmError> {
        Ok(1)
    }

    fn prefill(&mut self, _: &Prompt, _: Cancelled) -> Result<Option<Prefill>, LlmError> {
        Ok(Some(Prefill::default()))
    }

    fn generate(
        &mut self,
        _: &Sampling,
        _: Cancelled,
        on_output: &mut dyn FnMut(Output),
    ) -> Result<Finish, LlmError> {
        for _ in 0..DRAFT_TOKENS + MORE_TOKENS {
            let _ = self.is_released.send(self.live.is_released(REPLY));
            on_output(Output::Text("a "));
        }
        Ok(Finish::Complete)
    }
}

#[test]
fn a_draft_is_written_no_further_until_it_is_released() {
    let live = LiveReply::default();
    live.set(REPLY);
    let (is_released, looked) = unbounded();
    let (synthesizer, spoken) = unbounded();
    let mut stage = stage(|| Ok(""));
    stage.stage.engine = Box::new(Looks {
        live: live.clone(),
        is_released,
    });
    stage.stage.live = live.clone();
    stage.stage.synthesizer = synthesizer;
    let writes = std::thread::spawn(move || stage.write());
    (0..DRAFT_TOKENS).for_each(|_| drop(spoken.recv().unwrap()));
    live.release(REPLY);
    writes.join().unwrap();
    let looked: Vec<bool> = looked.try_iter().collect();
    let before = [false].repeat(DRAFT_TOKENS as usize);
    let after = [true].repeat(MORE_TOKENS as usize);
    assert_eq!(looked, [before, after].concat());
}

/// A model that knows where a message ends.
struct Knows(f32);

impl LanguageModel for Knows {
    fn warm_up(&mut self, _: &Prompt) -> Result<Prefill, LlmError> {
        Ok(Prefill::default())
    }

    fn count_tokens(&self, _: &Prompt) -> Result<usize, LlmError> {
        Ok(1)
    }

    fn prefill(&mut self, prompt: &Prompt, _: Cancelled) -> Result<Option<Prefill>, LlmError> {
        let asked = prompt.messages.last().map(|last| last.content.as_str());
        let knows = prompt.asks_end && asked == Some("Who is it?");
        let ends = knows.then_some(self.0);
        Ok(Some(Prefill {
            ends,
            ..Prefill::default()
        }))
    }

    fn generate(
        &mut self,
        _: &Sampling,
        _: Cancelled,
        on_output: &mut dyn FnMut(Output),
    ) -> Result<Finish, LlmError> {
        on_output(Output::Text("Me."));
        Ok(Finish::Complete)
    }
}

/// What turn taking is told of the end of the words while a reply to them is written.
fn told_of_the_end(words: Option<UserWords>) -> Option<Event> {
    let mut stage = stage(|| Ok(""));
    stage.stage.engine = Box::new(Knows(0.5));
    stage.stage.take(LanguageModelInput::Write(Assignment {
        reply: REPLY,
        messages: vec![Message::new(Role::User, "Who is it?")],
        tools: Arc::default(),
        opening: Opening::Reply,
        room: 10,
        draft_tokens: DRAFT_TOKENS,
        words,
    }));
    stage.told.try_iter().find_map(|input| match input {
        ConductorInput::Event(_, event) => Some(event),
        ConductorInput::Agent(..) | ConductorInput::Shutdown => None,
    })
}

#[test]
fn a_draft_tells_whether_its_words_are_all_if_that_is_asked() {
    let words = UserWords::new(REPLY.turn, "Who is it?");
    let told = Event::WordsRead {
        turn: REPLY.turn,
        text: "Who is it".into(),
        ends: Some(0.5),
    };
    assert_eq!(told_of_the_end(Some(words)), Some(told));
    assert_eq!(told_of_the_end(None), None);
}
