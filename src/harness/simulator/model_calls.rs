//! The scripted language model has tools called that are not built in, and these take their time.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::{Broken, Happening, Property, World};
use crate::agent::{self, ASK_HELPER};
use crate::events::ReplyId;
use crate::tool_call::{Call, CallFailure, Class, Offer, ToolDefinition};

/// Of a hundred replies that could, as many have a tool called.
const CALLS_PERCENT: u8 = 12;
/// When the agent hears that a call takes its time. Milliseconds, as in the stage.
const PATIENCE_MS: u64 = 700;

/// One tool of each class.
const TOOLS: [(&str, Class); 3] = [
    ("look", Class::Read),
    ("press", Class::Act),
    ("erase", Class::AskFirst),
];

/// What the language model may have called.
pub fn offers() -> Arc<[Offer]> {
    let offer = |(name, class): (&str, Class)| Offer {
        definition: ToolDefinition {
            name: name.into(),
            description: String::new(),
            parameters: json!({ "type": "object", "properties": {} }),
        },
        class,
    };
    TOOLS.into_iter().map(offer).collect()
}

impl World {
    /// Whether the language model, which may call something, does.
    pub(super) fn model_calls(&mut self) -> bool {
        self.choices.percent(CALLS_PERCENT)
    }

    /// The language model has ended, and wants one or two of them called.
    pub(super) fn wants(&mut self, reply: ReplyId) -> Result<(), Broken> {
        let cancelled = !self.conductor.live.is(reply);
        let began = self.choices.bool();
        if began && !cancelled {
            let words = self.choices.usize(1..4);
            self.speak(reply, words, 1);
        }
        let count = self.choices.usize(1..3);
        let calls = (0..count).map(|_| Call {
            name: if self.choices.one_in(8) {
                ASK_HELPER.into()
            } else {
                TOOLS[self.choices.usize(0..TOOLS.len())].0.into()
            },
            arguments: serde_json::Map::new(),
        });
        let calls = calls.collect();
        self.goes_on.insert(reply);
        self.take_for_agent(agent::Input::Written {
            reply,
            cancelled,
            began,
            calls,
        })
    }

    /// A tool works, and may take longer than the user likes to wait.
    pub(super) fn call_external(&mut self, reply: ReplyId, call: &Call) -> Result<(), Broken> {
        let class = TOOLS.iter().find(|(name, _)| *name == call.name);
        let Some((_, class)) = class else {
            return Property::OnlyOfferedToolsAreCalled.broken(&call.name);
        };
        self.invariants.called_external(reply, *class)?;
        self.totals.calls += 1;
        let takes_ms = if self.choices.one_in(4) {
            self.choices.u64(PATIENCE_MS..4_000)
        } else {
            self.choices.u64(5..PATIENCE_MS)
        };
        if takes_ms > PATIENCE_MS {
            let at = self.now + Duration::from_millis(PATIENCE_MS);
            let still = agent::Input::StillCalling(reply);
            self.schedule(at, Happening::Agent(still));
        }
        let found = if !self.machine.fails(&mut self.choices) {
            Ok("It is green.".to_owned())
        } else if self.choices.bool() {
            Err(CallFailure::Declined("no".into()))
        } else {
            Err(CallFailure::Unusable {
                whose: "it".into(),
                why: "gone".into(),
            })
        };
        let at = self.now + Duration::from_millis(takes_ms);
        let found = agent::Input::Found { reply, found };
        self.schedule(at, Happening::Agent(found));
        Ok(())
    }
}
