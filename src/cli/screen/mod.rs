//! The terminal view, on a screen of its own: the conversation with what is heard and said at the
//! moment, where the last turns' time went, the levels, and what the assistant does.
//!
//! [`ScreenState`] is a pure reducer of events and keys, [`draw::draw`] a function of it; what touches the
//! terminal is here and in `takeover`.

mod conversation;
mod draw;
mod layout;
mod scroll;
mod state;
mod takeover;
mod wrap;

use std::io::{BufWriter, Stdout, stdout};
use std::time::Duration;

use crossterm::event::KeyEvent;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use vivavoce::clock::Stopwatch;
use vivavoce::events::{LatencyByTurn, SessionEvent};

use super::view::View;
use state::ScreenState;
use takeover::Takeover;

pub use takeover::restore;

/// The screen is drawn no sooner than this after the last time.
const BETWEEN_DRAWS: Duration = Duration::from_millis(50);

/// The terminal view.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    state: ScreenState,
    /// Whether something changed since it was drawn.
    changed: bool,
    drawn: Stopwatch,
    closed: bool,
}

impl Screen {
    /// Takes the terminal over; `keys` says which keys do what, `why` asks for reasons.
    pub fn open(keys: &'static str, why: bool) -> std::io::Result<Self> {
        takeover::enter()?;
        let terminal = Terminal::new(CrosstermBackend::new(BufWriter::new(stdout())));
        let terminal = terminal.inspect_err(|_| restore())?;
        // https://no-color.org: set and not empty, whatever to.
        let color = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Ok(Self {
            terminal,
            state: ScreenState::new(keys, why, color),
            changed: true,
            drawn: Stopwatch::start(),
            closed: false,
        })
    }

    fn draw(&mut self) -> std::io::Result<()> {
        match takeover::state() {
            Takeover::Taken => {}
            // A message is being written onto the terminal.
            Takeover::Panicking => return Ok(()),
            // A thread of the session failed, and the session went on.
            Takeover::Free => {
                takeover::enter()?;
                self.terminal.clear()?;
            }
        }
        let size = self.terminal.size()?;
        self.state.resize(size.width, size.height);
        let state = &self.state;
        self.terminal.draw(|frame| draw::draw(frame, state))?;
        Ok(())
    }
}

impl View for Screen {
    /// Its state is a view of the session by itself, with the latencies in it.
    fn show(&mut self, event: &SessionEvent, _: &LatencyByTurn) {
        self.state.observe(event);
        self.changed = true;
    }

    fn refresh(&mut self) {
        if self.closed || self.drawn.elapsed() < BETWEEN_DRAWS {
            return;
        }
        let size = self.terminal.size();
        let resized = size.is_ok_and(|size| self.state.resize(size.width, size.height));
        if self.changed || resized {
            (self.changed, self.drawn) = (false, Stopwatch::start());
            // A terminal that has gone away ends the conversation by its signal.
            let _ = self.draw();
        }
    }

    fn key(&mut self, key: KeyEvent) {
        self.changed |= self.state.press(key.code);
    }

    /// Leaves the conversation on the terminal, where it can be scrolled back to.
    fn close(&mut self) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        restore();
        for line in self.state.finished() {
            out!("{line}");
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests;
