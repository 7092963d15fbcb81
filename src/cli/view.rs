//! What a person sees of a session: an event stream in, lines out.

use std::io::Write;

use crossterm::event::KeyEvent;
use vivavoce::events::{self, EventKind, Latency, LatencyByTurn, SessionEvent, Stage};

use super::printable::printable;

/// What the user's words begin with on every view.
pub const USER: &str = "you: ";
/// What the assistant's begin with.
pub const ASSISTANT: &str = "vivavoce: ";

/// Shows a session.
pub trait View {
    /// Takes an event. `latency` has observed it already.
    fn show(&mut self, event: &SessionEvent, latency: &LatencyByTurn);

    /// Called a few times a second, for what moves without events.
    fn refresh(&mut self) {}

    /// Takes a key that means nothing to the conversation itself.
    fn key(&mut self, _key: KeyEvent) {}

    /// Leaves the terminal as it was.
    fn close(&mut self) {}
}

/// Lines for pipes and logs.
pub struct Plain<W> {
    out: W,
    why: bool,
}

impl<W: Write> Plain<W> {
    /// Writes to `out`; `why` asks for the reasons of each decision.
    pub fn new(out: W, why: bool) -> Self {
        Self { out, why }
    }

    fn line(&mut self, text: &str) {
        // A closed pipe ends the reader's interest, not the conversation.
        let _ = writeln!(self.out, "{text}").and_then(|()| self.out.flush());
    }
}

impl<W: Write> View for Plain<W> {
    fn show(&mut self, event: &SessionEvent, latency: &LatencyByTurn) {
        if let Some(text) = finished_line(event, latency, self.why) {
            self.line(&format!(
                "[{:7.2}] {text}",
                event.at.as_millis_f64() / 1000.0
            ));
        }
    }
}

/// The line that an event leaves behind, if any, as a terminal may print it: the same on every view.
pub fn finished_line(event: &SessionEvent, latency: &LatencyByTurn, why: bool) -> Option<String> {
    line_of(event, latency, why).map(|line| printable(&line))
}

fn line_of(event: &SessionEvent, latency: &LatencyByTurn, why: bool) -> Option<String> {
    if why && let Some(reason) = events::why(&event.kind) {
        return Some(match said(&event.kind) {
            Some(text) => format!("{USER}{text}\n  why: {reason}"),
            None => format!("  why: {reason}"),
        });
    }
    let of_turn = |turn| latency.get(turn).cloned().unwrap_or_default();
    Some(match &event.kind {
        EventKind::Ready { startup_ms, .. } => {
            format!("ready after {:.1} s; speak", startup_ms / 1000.0)
        }
        EventKind::TurnEnded { text, .. } => format!("{USER}{text}"),
        EventKind::TurnIgnored { text, .. } if !text.is_empty() => format!("{USER}{text}"),
        EventKind::Interrupted { reason } => format!("(stopped: {reason})"),
        EventKind::Heard { text } => {
            let latency = of_turn(event.turn?);
            match (text.as_str(), latency.interrupted) {
                ("", _) => format!("{ASSISTANT}(nothing was heard)"),
                (text, true) => format!("{ASSISTANT}{text} —"),
                (text, false) => format!("{ASSISTANT}{text}"),
            }
        }
        EventKind::PlaybackStarted { .. } => latency_line(&of_turn(event.turn?))?,
        EventKind::Forgot { exchanges } => {
            format!("(the oldest {exchanges} exchanges no longer fit and are forgotten)")
        }
        EventKind::Notice { message } => format!("({message})"),
        EventKind::Asleep { reason } => format!("(asleep: {reason})"),
        EventKind::Awake { reason, .. } => format!("(awake: {reason})"),
        EventKind::Duplex { mode, reason, .. } => format!("(duplex: {mode}: {reason})"),
        EventKind::Device { message } => format!("(sound: {message})"),
        EventKind::Error { stage, message } => format!("error: {stage}: {message}"),
        _ => return None,
    })
}

/// The user's words, of an event that says what became of them.
fn said(kind: &EventKind) -> Option<&str> {
    match kind {
        EventKind::TurnEnded { text, .. } | EventKind::TurnIgnored { text, .. } => Some(text),
        _ => None,
    }
}

/// A turn's latency by stage, in one line; what took nothing is left out.
fn latency_line(latency: &Latency) -> Option<String> {
    let (total_ms, stages) = latency.shown();
    let words: Vec<String> = stages.iter().map(stage_words).collect();
    (!words.is_empty()).then(|| format!("({total_ms:.0} ms: {})", words.join(", ")))
}

/// A stage with its milliseconds.
pub fn stage_words(stage: &Stage) -> String {
    format!("{} {:.0}", stage.name, stage.ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivavoce::clock::Timestamp;
    use vivavoce::events::TurnId;

    #[test]
    fn what_a_server_writes_moves_nothing_on_the_terminal() {
        let hostile = "a\u{1b}]0;title\u{7}b\u{1b}[2Jc\u{9b}31md\u{8}\u{7f}e\u{202e}f\rg\u{0}";
        let kinds = [
            EventKind::Heard {
                text: hostile.into(),
            },
            EventKind::Error {
                stage: "llm".into(),
                message: hostile.into(),
            },
            EventKind::Notice {
                message: hostile.into(),
            },
        ];
        for kind in kinds {
            let event = SessionEvent {
                at: Timestamp::ZERO,
                turn: Some(TurnId(1)),
                kind,
            };
            let line = finished_line(&event, &LatencyByTurn::default(), false).unwrap();
            assert!(!line.contains(char::is_control), "{line:?}");
            assert!(
                !line.contains("title") && !line.contains('\u{202e}'),
                "{line:?}"
            );
        }
    }
}
