//! Carries events from the stages to whoever watches: the screen, the recorder, the scenario.

use std::sync::Arc;

use crate::clock::{SessionClock, Timestamp};
use crate::events::{EventKind, SessionEvent, TurnId};

/// Called with every event, on the thread where it happens: it must not wait.
pub type Watcher = Box<dyn Fn(&SessionEvent) + Send + Sync>;

/// Publishes events. A watcher that does not keep up misses some; no stage ever waits for one.
#[derive(Clone)]
pub struct EventBus {
    clock: SessionClock,
    watchers: Arc<[Watcher]>,
}

impl EventBus {
    /// A bus to these watchers.
    pub fn new(clock: SessionClock, watchers: Vec<Watcher>) -> Self {
        Self {
            clock,
            watchers: watchers.into(),
        }
    }

    /// The session's clock.
    pub fn clock(&self) -> &SessionClock {
        &self.clock
    }

    /// Publishes something that happens now.
    pub fn publish(&self, turn: Option<TurnId>, kind: EventKind) {
        self.publish_at(self.clock.now(), turn, kind);
    }

    /// Publishes something that happened at a known time.
    pub fn publish_at(&self, at: Timestamp, turn: Option<TurnId>, kind: EventKind) {
        let event = SessionEvent { at, turn, kind };
        tracing::debug!(target: "vivavoce::events", at_ms = at.as_millis_f64(), ?turn, kind = ?event.kind);
        for watcher in self.watchers.iter() {
            watcher(&event);
        }
    }

    /// Publishes that a stage failed.
    pub fn error(&self, stage: &'static str, error: impl std::fmt::Display) {
        let message = error.to_string();
        tracing::error!("{stage}: {message}");
        let stage = stage.into();
        self.publish(None, EventKind::Error { stage, message });
    }
}
