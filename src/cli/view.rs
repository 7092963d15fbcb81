//! What a person sees of a session: an event stream in, lines out.

use std::io::Write;

use vivavoce::bench::{Stages, StagesByTurn};
use vivavoce::events::{EventKind, SessionEvent};

/// Shows a session.
pub trait View {
    /// Takes an event.
    fn show(&mut self, event: &SessionEvent);

    /// Called a few times a second, for what moves without events.
    fn refresh(&mut self) {}

    /// Leaves the terminal as it was.
    fn close(&mut self) {}
}

/// Lines for pipes and logs.
pub struct Plain<W> {
    out: W,
    stages: StagesByTurn,
}

impl<W: Write> Plain<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self {
            out,
            stages: StagesByTurn::default(),
        }
    }

    fn line(&mut self, text: &str) {
        // A closed pipe ends the reader's interest, not the conversation.
        let _ = writeln!(self.out, "{text}").and_then(|()| self.out.flush());
    }
}

impl<W: Write> View for Plain<W> {
    fn show(&mut self, event: &SessionEvent) {
        self.stages.observe(event);
        if let Some(text) = finished_line(event, &self.stages) {
            self.line(&format!(
                "[{:7.2}] {text}",
                event.at.as_millis_f64() / 1000.0
            ));
        }
    }
}

/// The line that an event leaves behind, if any: the same on every view.
pub fn finished_line(event: &SessionEvent, stages: &StagesByTurn) -> Option<String> {
    let of_turn = |turn| stages.get(turn).cloned().unwrap_or_default();
    Some(match &event.kind {
        EventKind::Ready { startup_ms, .. } => {
            format!("ready after {:.1} s; speak", startup_ms / 1000.0)
        }
        EventKind::TurnEnded { text, .. } => format!("you: {text}"),
        EventKind::TurnIgnored { text, .. } if !text.is_empty() => format!("you: {text}"),
        EventKind::Interrupted { reason } => format!("(stopped: {reason})"),
        EventKind::Heard { text } => {
            let stages = of_turn(event.turn?);
            match (text.as_str(), stages.interrupted) {
                ("", _) => "vivavoce: (nothing was heard)".into(),
                (text, true) => format!("vivavoce: {text} —"),
                (text, false) => format!("vivavoce: {text}"),
            }
        }
        EventKind::PlaybackStarted => latency_line(&of_turn(event.turn?))?,
        EventKind::Forgot { exchanges } => {
            format!("(the oldest {exchanges} exchanges no longer fit and are forgotten)")
        }
        EventKind::Device { message } => format!("(sound: {message})"),
        EventKind::Error { stage, message } => format!("error: {stage}: {message}"),
        _ => return None,
    })
}

/// A turn's latency by stage, in one line.
fn latency_line(stages: &Stages) -> Option<String> {
    let parts: Vec<String> = stages
        .durations()
        .into_iter()
        .filter_map(|(name, ms)| Some(format!("{name} {:.0}", ms?)))
        .collect();
    Some(format!("({:.0} ms: {})", stages.total()?, parts.join(", ")))
}
