//! The terminal view: finished lines scroll up; below them live a line for what is heard, a line
//! for what is said, and the level of the microphone.

use std::io::{Stdout, Write, stdout};

use crossterm::style::Stylize;
use crossterm::terminal::{self, Clear, ClearType};
use crossterm::{cursor, execute, queue};
use vivavoce::events::{SessionEvent, SessionView};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::printable::printable;
use super::view::{View, finished_line};

/// Cells of the level meter.
const METER: usize = 24;
/// Level at the meter's left end. dBFS.
const METER_FLOOR: f32 = -60.0;
const LIVE_LINES: u16 = 3;

/// The terminal view.
pub struct Screen {
    out: Stdout,
    session: SessionView,
    keys: &'static str,
    why: bool,
    drawn: bool,
}

impl Screen {
    /// Takes the terminal over; `keys` says which keys do what, `why` asks for reasons.
    pub fn open(keys: &'static str, why: bool) -> std::io::Result<Self> {
        terminal::enable_raw_mode()?;
        execute!(stdout(), cursor::Hide)?;
        Ok(Self {
            out: stdout(),
            session: SessionView::default(),
            keys,
            why,
            drawn: false,
        })
    }

    fn meter(&self) -> String {
        let share = (1.0 - self.session.capture_dbfs / METER_FLOOR).clamp(0.0, 1.0);
        let full = (share * METER as f32).round() as usize;
        let clipped = match self.session.clipped {
            0 => "",
            _ => " too loud: lower the microphone's level",
        };
        format!("{}{}{clipped}", "▮".repeat(full), "▯".repeat(METER - full))
    }

    /// Draws the live lines, after `finished` above them.
    fn draw(&mut self, finished: Option<&str>) -> std::io::Result<()> {
        let width = usize::from(terminal::size().map_or(80, |(columns, _)| columns)).max(20);
        if self.drawn {
            queue!(self.out, cursor::MoveUp(LIVE_LINES))?;
        }
        queue!(
            self.out,
            cursor::MoveToColumn(0),
            Clear(ClearType::FromCursorDown)
        )?;
        if let Some(line) = finished {
            write!(self.out, "{}\r\n", line.replace('\n', " "))?;
        }
        // One line each, or the next draw would not find them.
        let meter = format!(
            "{} {:11} {}",
            self.meter(),
            self.session.activity,
            self.keys
        );
        let meter = head(&meter, width - 1);
        let hears = tail(&self.session.hears, width - 12);
        let says = tail(&self.session.says, width - 12);
        write!(self.out, "{} {hears}\r\n", "  you ›".cyan())?;
        write!(self.out, "{} {says}\r\n", " vivi ›".green())?;
        write!(self.out, "{}\r\n", meter.dark_grey())?;
        self.drawn = true;
        self.out.flush()
    }
}

impl View for Screen {
    fn show(&mut self, event: &SessionEvent) {
        self.session.observe(event);
        let line = finished_line(event, &self.session.latency, self.why);
        let _ = self.draw(line.as_deref());
    }

    fn close(&mut self) {
        let _ = execute!(self.out, cursor::Show);
        let _ = terminal::disable_raw_mode();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.close();
    }
}

/// The beginning of a text that fits into so many columns.
fn head(text: &str, width: usize) -> &str {
    let mut columns = 0;
    let fits = |(_, c): &(usize, char)| {
        columns += c.width().unwrap_or(0);
        columns <= width
    };
    let last = text.char_indices().take_while(fits).last();
    &text[..last.map_or(0, |(at, c)| at + c.len_utf8())]
}

/// The end of a text that fits into so many columns of one line.
fn tail(text: &str, width: usize) -> String {
    let text = printable(text).replace('\n', " ");
    if text.width() <= width {
        return text;
    }
    let mut columns = "…".width();
    let fits = |(_, c): &(usize, char)| {
        columns += c.width().unwrap_or(0);
        columns <= width
    };
    let first = text.char_indices().rev().take_while(fits).last();
    format!("…{}", &text[first.map_or(text.len(), |(at, _)| at)..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_as_many_columns_as_fit_whatever_its_characters() {
        for text in [
            "the quick brown fox",
            "现在几点了？你好吗",
            "cafe\u{301} au lait, s'il",
        ] {
            for width in 2..24 {
                let line = tail(text, width);
                assert!(line.width() <= width, "{line:?}");
                assert!(line.width() + 1 >= width.min(text.width()), "{line:?}");
                assert!(head(text, width).width() <= width);
            }
        }
        assert_eq!(tail("现在几点了", 6), "…点了");
        assert_eq!(tail("short", 5), "short");
    }
}
