//! What the page shows of a session, as messages: the same reducers as the terminal's, pure.

use serde_json::{Value, json};

use crate::events::{Cost, EventKind, Exchange, Outcome, SessionEvent, SessionView, why};

/// What was told of the state last.
#[derive(Debug, Clone, Default, PartialEq)]
struct Shown {
    activity: String,
    hears: String,
}

/// See the module.
#[derive(Debug, Default)]
pub struct PageView {
    view: SessionView,
    shown: Shown,
    exchange: Option<Exchange>,
    cost: Cost,
}

impl PageView {
    /// Takes an event; what the page is to be told.
    pub fn observe(&mut self, event: &SessionEvent) -> Vec<Value> {
        self.view.observe(event);
        let mut messages = Vec::new();
        if let EventKind::Levels { .. } = event.kind {
            messages.push(json!({
                "type": "levels",
                "capture_dbfs": self.view.capture_dbfs,
                "render_dbfs": self.view.render_dbfs,
            }));
            return messages;
        }
        self.state(&mut messages);
        self.exchange(event, &mut messages);
        if let (EventKind::PlaybackStarted { .. }, Some(turn)) = (&event.kind, event.turn)
            && let Some(latency) = self.view.latency.get(turn)
        {
            let (total_ms, stages) = latency.shown();
            messages.push(json!({
                "type": "latency", "turn": turn, "total_ms": total_ms, "stages": stages,
            }));
        }
        self.cost(&mut messages);
        if let Some(text) = why(&event.kind) {
            messages.push(json!({ "type": "why", "turn": event.turn, "text": text }));
        }
        if let Some(text) = note(&event.kind) {
            messages.push(json!({ "type": "note", "text": text }));
        }
        if let EventKind::Interrupted { .. } | EventKind::TurnExtended = event.kind {
            // What waits in the page is not to be heard any more.
            messages.push(json!({ "type": "flush" }));
        }
        messages
    }

    fn state(&mut self, messages: &mut Vec<Value>) {
        let shown = Shown {
            activity: self.view.activity.to_string(),
            hears: self.view.hears.clone(),
        };
        if shown != self.shown {
            messages.push(json!({
                "type": "state", "activity": shown.activity, "hears": shown.hears,
            }));
            self.shown = shown;
        }
    }

    fn cost(&mut self, messages: &mut Vec<Value>) {
        let cost = self.view.costs.sum();
        // How long engines worked changes all the time.
        if cost.to_string() != self.cost.to_string() {
            messages.push(json!({ "type": "cost", "text": cost.to_string() }));
            self.cost = cost;
        }
    }

    fn exchange(&mut self, event: &SessionEvent, messages: &mut Vec<Value>) {
        let exchange = event.turn.and_then(|turn| self.view.conversation.of(turn));
        let Some(exchange) = exchange.filter(|exchange| self.exchange.as_ref() != Some(exchange))
        else {
            return;
        };
        let (outcome, reason) = match exchange.outcome {
            Outcome::Open => ("open", None),
            Outcome::Extended => ("extended", None),
            Outcome::Ignored(reason) => ("ignored", Some(reason.to_string())),
            Outcome::Heard => ("heard", None),
            Outcome::Cut(reason) => ("cut", Some(reason.to_string())),
        };
        messages.push(json!({
            "type": "exchange",
            "turn": exchange.turn,
            "user": exchange.user,
            "heard": exchange.heard,
            "unheard": exchange.unheard(),
            "outcome": outcome,
            "reason": reason,
        }));
        self.exchange = Some(exchange.clone());
    }
}

/// What the user should know. What failed may name files of this machine, and a page may be looked at from
/// another one: that is for the log.
fn note(kind: &EventKind) -> Option<String> {
    Some(match kind {
        EventKind::Notice { message } => message.clone(),
        EventKind::Forgot { exchanges } => {
            format!("the oldest {exchanges} exchanges no longer fit and are forgotten")
        }
        EventKind::Error { stage, .. } => {
            format!("the {stage} failed; the program's own log says why")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::events::{EndReason, InterruptReason, TurnId};

    fn tell(view: &mut PageView, kind: EventKind) -> Vec<Value> {
        let (at, turn) = (Timestamp::ZERO, Some(TurnId(1)));
        view.observe(&SessionEvent { at, turn, kind })
    }

    fn of_type<'v>(messages: &'v [Value], kind: &str) -> Option<&'v Value> {
        messages.iter().find(|message| message["type"] == kind)
    }

    #[test]
    fn a_reply_that_was_cut_off_is_flushed_and_shows_what_was_not_heard() {
        let mut view = PageView::default();
        let text = "Tell me.".into();
        let (waited_ms, score, reason) = (300.0, None, EndReason::Silence);
        tell(
            &mut view,
            EventKind::TurnEnded {
                waited_ms,
                score,
                reason,
                text,
            },
        );
        let clause = "One, two, three.".to_owned();
        tell(
            &mut view,
            EventKind::FirstClause {
                text: clause.clone(),
            },
        );
        tell(&mut view, EventKind::Clause { text: clause });
        tell(
            &mut view,
            EventKind::PlaybackStarted {
                first_sample_ms: 1.0,
            },
        );
        let reason = InterruptReason::Words;
        let cut = tell(&mut view, EventKind::Interrupted { reason });
        assert!(of_type(&cut, "flush").is_some());
        let heard = tell(
            &mut view,
            EventKind::Heard {
                text: "One, two,".into(),
            },
        );
        let exchange = of_type(&heard, "exchange").unwrap();
        assert_eq!(exchange["heard"], "One, two,");
        assert_eq!(exchange["unheard"], "three.");
        assert_eq!(exchange["outcome"], "cut");
    }

    #[test]
    fn what_did_not_change_is_not_told_again() {
        let mut view = PageView::default();
        assert!(of_type(&tell(&mut view, EventKind::SpeechStarted), "state").is_some());
        assert!(of_type(&tell(&mut view, EventKind::SpeechStarted), "state").is_none());
    }

    #[test]
    fn what_it_cost_is_told_as_it_grows() {
        let mut view = PageView::default();
        let read = EventKind::PromptRead { kept: 7, read: 5 };
        let told = tell(&mut view, read);
        let text = &of_type(&told, "cost").unwrap()["text"];
        assert_eq!(text, "tokens: 5 read, 7 known, 0 written");
        assert!(of_type(&tell(&mut view, EventKind::SpeechStarted), "cost").is_none());
    }

    #[test]
    fn no_path_of_this_machine_is_told() {
        let message = "cannot read /home/anna/model.gguf".into();
        let stage = "recognizer".into();
        let told = tell(
            &mut PageView::default(),
            EventKind::Error { stage, message },
        );
        assert!(!format!("{told:?}").contains("anna"));
        assert!(of_type(&told, "note").is_some());
    }
}
