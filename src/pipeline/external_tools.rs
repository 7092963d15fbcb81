//! Thread `external-tools`: calls the tools that are not built in. They may take their time, so they have a
//! thread of their own; a call ends when nobody waits for its reply any more.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};

use super::bus::EventBus;
use super::conductor::ConductorInput;
use super::live::LiveReply;
use crate::agent;
use crate::clock::Stopwatch;
use crate::events::{EventKind, ReplyId};
use crate::tool_call::{Call, CallFailure, ExternalTools};

/// A call that takes longer than this is told to the agent while it lasts.
const PATIENCE: Duration = Duration::from_millis(700);

/// The thread's state.
pub struct ExternalToolsStage {
    /// The tools.
    pub tools: Arc<dyn ExternalTools>,
    /// What the agent wants called, and for which reply.
    pub inputs: Receiver<(ReplyId, Call)>,
    /// Where it is told what came of that.
    pub conductor: Sender<ConductorInput>,
    /// Which reply is wanted.
    pub live: LiveReply,
    /// Where events go.
    pub bus: EventBus,
}

impl ExternalToolsStage {
    /// Runs until the conductor is gone.
    pub fn run(self) {
        while let Ok((reply, call)) = self.inputs.recv() {
            self.call(reply, &call);
        }
    }

    fn call(&self, reply: ReplyId, call: &Call) {
        // Nobody waits for it any more.
        if !self.live.is(reply) {
            return;
        }
        let watch = Stopwatch::start();
        let is_told = Cell::new(false);
        // Whoever waits looks here all the time, so this is where time is noticed.
        let is_bridged = self.tools.may_be_bridged();
        let cancelled = || {
            if is_bridged && watch.elapsed() >= PATIENCE && !is_told.replace(true) {
                self.tell(agent::Input::StillCalling(reply));
            }
            !self.live.is(reply)
        };
        let found = self.tools.call(call, &cancelled);
        let said = match &found {
            Ok(said) | Err(CallFailure::Declined(said)) => said,
            Err(CallFailure::Unusable { why, .. }) => why,
        };
        // What was begun is told, also where nobody waits for its end.
        let called = EventKind::ToolCalled {
            tool: call.name.clone(),
            arguments: call.arguments.clone(),
            said: said.clone(),
        };
        self.bus.publish(Some(reply.turn), called);
        self.tell(agent::Input::Found { reply, found });
    }

    fn tell(&self, input: agent::Input) {
        let now = self.bus.clock().now();
        let _ = self.conductor.send(ConductorInput::Agent(now, input));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancellation::Cancelled;
    use crate::clock::{SessionClock, sleep};
    use crate::events::TurnId;
    use crossbeam_channel::{bounded, unbounded};

    const REPLY: ReplyId = ReplyId {
        turn: TurnId(1),
        draft: 1,
    };

    /// Waits until it is cancelled, or so many looks at that.
    struct Slow(u32);

    impl ExternalTools for Slow {
        fn call(&self, call: &Call, cancelled: Cancelled) -> Result<String, CallFailure> {
            for _ in 0..self.0 {
                if cancelled() {
                    return Err(CallFailure::Declined("cancelled".into()));
                }
                sleep(Duration::from_millis(10));
            }
            Ok(format!("{} is done", call.name))
        }
    }

    fn told(looks: u32, live: &LiveReply) -> Vec<agent::Input> {
        let (conductor, told) = unbounded();
        let stage = ExternalToolsStage {
            tools: Arc::new(Slow(looks)),
            inputs: bounded(1).1,
            conductor,
            live: live.clone(),
            bus: EventBus::new(SessionClock::start(), Vec::new()),
        };
        let call = Call {
            name: "dig".into(),
            arguments: serde_json::Map::new(),
        };
        stage.call(REPLY, &call);
        let inputs = told.try_iter().map(|input| match input {
            ConductorInput::Agent(_, input) => input,
            _ => panic!("only the agent is told"),
        });
        inputs.collect()
    }

    fn live() -> LiveReply {
        let live = LiveReply::default();
        live.set(REPLY);
        live
    }

    #[test]
    fn the_agent_hears_what_came_of_a_call() {
        let found = Ok("dig is done".into());
        let reply = REPLY;
        assert_eq!(told(1, &live()), [agent::Input::Found { reply, found }]);
    }

    #[test]
    fn a_call_that_takes_its_time_is_told_once() {
        let told = told(100, &live());
        assert_eq!(told.len(), 2);
        assert_eq!(told[0], agent::Input::StillCalling(REPLY));
    }

    #[test]
    fn nothing_is_called_for_a_reply_that_is_gone() {
        let live = live();
        live.clear(REPLY);
        assert_eq!(told(u32::MAX, &live), []);
    }

    #[test]
    fn a_call_ends_with_the_reply_that_it_is_for() {
        let live = live();
        let stopped = live.clone();
        let stop = std::thread::spawn(move || {
            sleep(Duration::from_millis(50));
            stopped.clear(REPLY);
        });
        let told = told(u32::MAX, &live);
        stop.join().unwrap();
        let found = Err(CallFailure::Declined("cancelled".into()));
        let reply = REPLY;
        assert_eq!(told.last(), Some(&agent::Input::Found { reply, found }));
    }
}
