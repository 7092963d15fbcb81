//! Thread `tools`: calls the tools that the agent wants, rings what is due, and writes down what was said.

use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::bus::EventBus;
use super::conductor::ConductorInput;
use crate::agent;
use crate::clock::local_time;
use crate::events::{EventKind, ReplyId};
use crate::language::Language;
use crate::tool_call::Call;
use crate::tools::{Outcome, RingId, StoreError, Toolbox};
use crate::turn_taking::Event;

/// What the thread is asked for.
pub enum ToolsInput {
    /// Understand and answer in this language from now on.
    Speak(Language),
    /// Call a tool.
    Call {
        /// The reply that it is called for.
        reply: ReplyId,
        /// Which, with what.
        call: Call,
        /// What it changes may be taken back.
        in_doubt: bool,
    },
    /// What a tool changed stays.
    Keep,
    /// What a tool changed is undone.
    TakeBack,
    /// The user heard these ring.
    Acknowledge(Vec<i64>),
    /// This was said and heard.
    WriteDown {
        /// The user's words; empty if the reply to those before went on.
        user: String,
        /// What was heard of the reply.
        heard: String,
    },
}

/// What is due is looked for this often at least: the clock may be set, and another program on the same
/// data may set a timer.
const DUE_POLL: Duration = Duration::from_secs(1);

/// The thread's state.
pub struct ToolsStage {
    /// The tools.
    pub toolbox: Toolbox,
    /// What the agent wants.
    pub inputs: Receiver<ToolsInput>,
    /// Where it is told what came of that, and what rings.
    pub conductor: Sender<ConductorInput>,
    /// Where events go.
    pub bus: EventBus,
    /// What was told to ring and was not withdrawn.
    pub ringing: Vec<RingId>,
    /// What was wrong with the store last, so that it is said once.
    pub trouble: Option<String>,
}

impl ToolsStage {
    /// Runs until the conductor is gone.
    pub fn run(mut self) {
        loop {
            match self.inputs.recv_timeout(self.until_next_ring()) {
                Ok(input) => self.take(input),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.ring();
            self.write_down();
        }
        let kept = self.toolbox.keep().and_then(|()| self.toolbox.let_go());
        self.note(kept);
        self.write_down();
    }

    /// The disk is waited for when nobody waits for a tool.
    fn write_down(&mut self) {
        if self.inputs.is_empty() {
            let written = self.toolbox.write_down(&local_time());
            self.note(written);
        }
    }

    fn until_next_ring(&self) -> Duration {
        // A disk that fails is not asked again and again.
        if self.trouble.is_some() {
            return DUE_POLL;
        }
        let now = local_time();
        let next = self.toolbox.next_ring(&now).ok().flatten();
        next.map_or(DUE_POLL, |at| {
            let wait = at.as_millisecond() - now.timestamp().as_millisecond();
            DUE_POLL.min(Duration::from_millis(u64::try_from(wait).unwrap_or(0)))
        })
    }

    fn take(&mut self, input: ToolsInput) {
        match input {
            ToolsInput::Speak(language) => self.toolbox.speak(language),
            ToolsInput::Call {
                reply,
                call,
                in_doubt,
            } => self.call(reply, &call, in_doubt),
            ToolsInput::Keep => {
                let kept = self.toolbox.keep();
                self.note(kept);
            }
            ToolsInput::TakeBack => {
                let taken_back = self.toolbox.take_back();
                self.note(taken_back);
            }
            ToolsInput::WriteDown { user, heard } => {
                self.toolbox.talked(&user, &heard, &local_time());
            }
            ToolsInput::Acknowledge(ids) => {
                for id in ids {
                    let answered = self.toolbox.answered(RingId(id), &local_time());
                    self.note(answered);
                }
            }
        }
    }

    fn call(&mut self, reply: ReplyId, call: &Call, in_doubt: bool) {
        let now = local_time();
        let result = if in_doubt {
            self.toolbox.call_in_doubt(call, &now)
        } else {
            self.toolbox.call(call, &now)
        };
        let result = result.map_err(|error| self.toolbox.explain(&error));
        let said = match &result {
            Ok(Outcome::Say(words) | Outcome::Control(_, words)) | Err(words) => words.clone(),
        };
        let called = EventKind::ToolCalled {
            tool: call.name.clone(),
            arguments: call.arguments.clone(),
            said,
        };
        self.bus.publish(Some(reply.turn), called);
        self.withdraw();
        let input = agent::Input::Called { reply, result };
        let at = self.bus.clock().now();
        let _ = self.conductor.send(ConductorInput::Agent(at, input));
    }

    fn ring(&mut self) {
        let due = match self.toolbox.due(&local_time()) {
            Ok(due) => due,
            Err(error) => return self.note(Err(error)),
        };
        self.trouble = None;
        for ring in due {
            self.ringing.push(ring.id);
            let (RingId(id), words) = (ring.id, ring.words);
            let language = self.toolbox.language();
            self.send(Event::Ring {
                id,
                words,
                language,
            });
        }
    }

    /// What was cancelled or put off while it rang rings no more.
    fn withdraw(&mut self) {
        let given = self.toolbox.given();
        let gone: Vec<RingId> = self
            .ringing
            .extract_if(.., |id| !given.contains(id))
            .collect();
        for RingId(id) in gone {
            self.send(Event::Withdraw(id));
        }
    }

    fn send(&self, event: Event) {
        let at = self.bus.clock().now();
        let _ = self.conductor.send(ConductorInput::Event(at, event));
    }

    /// Says what is wrong with the store, once.
    fn note(&mut self, result: Result<(), StoreError>) {
        let Err(error) = result else { return };
        let message = format!("{:#}", anyhow::Error::from(error));
        if self.trouble.as_ref() != Some(&message) {
            self.bus.error("tools", &message);
            self.trouble = Some(message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SessionClock;
    use crate::events::TurnId;
    use crossbeam_channel::bounded;
    use serde_json::json;

    const REPLY: ReplyId = ReplyId {
        turn: TurnId(1),
        draft: 1,
    };

    fn stage() -> (ToolsStage, Receiver<ConductorInput>) {
        let (conductor, told) = bounded(16);
        let stage = ToolsStage {
            toolbox: Toolbox::open(None, Language::English, 1).unwrap(),
            inputs: bounded(1).1,
            conductor,
            bus: EventBus::new(SessionClock::start(), Vec::new()),
            ringing: Vec::new(),
            trouble: None,
        };
        (stage, told)
    }

    fn timer(stage: &mut ToolsStage, length: &str) {
        let arguments = json!({ "duration": length });
        stage.take(ToolsInput::Call {
            reply: REPLY,
            call: Call {
                name: "set_timer".into(),
                arguments: arguments.as_object().unwrap().clone(),
            },
            in_doubt: true,
        });
    }

    fn is_running(stage: &ToolsStage) -> bool {
        stage.toolbox.next_ring(&local_time()).unwrap().is_some()
    }

    #[test]
    fn the_agent_hears_what_a_tool_says() {
        let (mut stage, told) = stage();
        timer(&mut stage, "five minutes");
        match told.try_recv().unwrap() {
            ConductorInput::Agent(_, agent::Input::Called { result, .. }) => {
                assert!(matches!(result, Ok(Outcome::Say(words)) if words.contains('5')));
            }
            _ => panic!("the agent is told"),
        }
    }

    #[test]
    fn a_tool_answers_in_the_language_that_is_spoken() {
        let (mut stage, told) = stage();
        stage.take(ToolsInput::Speak(Language::German));
        timer(&mut stage, "fünf Minuten");
        match told.try_recv().unwrap() {
            ConductorInput::Agent(_, agent::Input::Called { result, .. }) => {
                assert!(matches!(result, Ok(Outcome::Say(words)) if words.contains("Minuten")));
            }
            _ => panic!("the agent is told"),
        }
    }

    #[test]
    fn a_timer_that_is_taken_back_does_not_run() {
        let (mut stage, _told) = stage();
        timer(&mut stage, "five minutes");
        assert!(is_running(&stage));
        stage.take(ToolsInput::TakeBack);
        assert!(!is_running(&stage));
    }

    #[test]
    fn a_timer_that_is_kept_cannot_be_taken_back() {
        let (mut stage, _told) = stage();
        timer(&mut stage, "five minutes");
        stage.take(ToolsInput::Keep);
        stage.take(ToolsInput::TakeBack);
        assert!(is_running(&stage));
    }

    #[test]
    fn what_is_due_rings_once_and_is_gone_when_it_was_heard() {
        let (mut stage, told) = stage();
        let past = local_time() - Duration::from_secs(600);
        let call = Call {
            name: "set_timer".into(),
            arguments: json!({ "duration": "1 second" })
                .as_object()
                .unwrap()
                .clone(),
        };
        stage.toolbox.call(&call, &past).unwrap();
        stage.ring();
        stage.ring();
        let rings: Vec<i64> = told.try_iter().filter_map(ring).collect();
        assert_eq!(rings.len(), 1);
        stage.take(ToolsInput::Acknowledge(rings));
        let list = Call {
            name: "list_timers".into(),
            arguments: serde_json::Map::new(),
        };
        let listed = stage.toolbox.call(&list, &local_time()).unwrap();
        assert!(matches!(listed, Outcome::Say(words) if words.contains("no timer")));
    }

    fn ring(input: ConductorInput) -> Option<i64> {
        match input {
            ConductorInput::Event(_, Event::Ring { id, words, .. }) if words.contains("ago") => {
                Some(id)
            }
            _ => None,
        }
    }

    #[test]
    fn what_is_put_off_while_it_rings_is_withdrawn() {
        let (mut stage, told) = stage();
        let past = local_time() - Duration::from_secs(600);
        let call = |name: &str, arguments: serde_json::Value| Call {
            name: name.into(),
            arguments: arguments.as_object().unwrap().clone(),
        };
        let timer = call("set_timer", json!({ "duration": "1 second" }));
        stage.toolbox.call(&timer, &past).unwrap();
        stage.ring();
        let rings: Vec<i64> = told.try_iter().filter_map(ring).collect();
        stage.call(REPLY, &call("snooze", json!({})), true);
        let withdrawn = told.try_iter().find_map(|input| match input {
            ConductorInput::Event(_, Event::Withdraw(id)) => Some(id),
            _ => None,
        });
        assert_eq!(withdrawn, rings.first().copied());
    }
}
