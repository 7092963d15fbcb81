//! Carries events from the stages to whoever watches: the screen, the recorder, the scenario.

use std::sync::Arc;

use super::meter::Meter;
use crate::clock::{SessionClock, Timestamp};
use crate::events::{EventKind, SessionEvent, TurnId};

/// Called with every event, on the thread where it happens: it must not wait.
pub type Watcher = Box<dyn Fn(&SessionEvent) + Send + Sync>;

/// Publishes events. A watcher that does not keep up misses some; no stage ever waits for one.
#[derive(Clone)]
pub struct EventBus {
    clock: SessionClock,
    watchers: Arc<[Watcher]>,
    /// Measures what each turn uses, if anybody is told.
    meter: Option<Arc<Meter>>,
}

impl EventBus {
    /// A bus to these watchers.
    pub fn new(clock: SessionClock, watchers: Vec<Watcher>) -> Self {
        Self {
            clock,
            watchers: watchers.into(),
            meter: None,
        }
    }

    /// The same; what each turn used is told as well ([`Meter::start`]).
    #[must_use]
    pub fn metered(self, pays_for_all: bool) -> Self {
        let meter = Some(Arc::new(Meter::start(pays_for_all)));
        Self { meter, ..self }
    }

    /// Tells what was used since the last turn began.
    pub fn tell_what_was_used(&self) {
        let used = self
            .meter
            .as_ref()
            .and_then(|meter| meter.rest(self.clock.now()));
        used.iter().for_each(|used| self.tell(used));
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
        let used = self.meter.as_ref().and_then(|meter| meter.observe(&event));
        used.iter()
            .chain([&event])
            .for_each(|event| self.tell(event));
    }

    fn tell(&self, event: &SessionEvent) {
        let SessionEvent { at, turn, kind } = event;
        tracing::debug!(target: "vivavoce::events", at_ms = at.as_millis_f64(), ?turn, ?kind);
        for watcher in self.watchers.iter() {
            watcher(event);
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
