//! The conversation as rows: what is over, in the plain view's words, and below it what is heard and said
//! at the moment.

use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use vivavoce::events::{Activity, Exchange, Outcome};

use super::draw::color;
use super::scroll::{Bottom, Heights};
use super::state::{Entry, ScreenState, Sort};
use super::wrap::wrap;
use crate::cli::printable::printable;
use crate::cli::view::{ASSISTANT, USER};

/// The sizes that the rows of an entry follow from.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    width: usize,
    height: usize,
    /// Whether there is room to set turns apart.
    roomy: bool,
}

impl Page {
    /// That of an area.
    pub fn of(area: Rect) -> Self {
        Self {
            width: usize::from(area.width),
            height: usize::from(area.height),
            roomy: area.width >= 60 && area.height >= 12,
        }
    }

    /// The rows that are seen, from top to bottom.
    pub fn visible(&self, state: &ScreenState) -> Vec<Line<'static>> {
        let heights = Heights {
            last: state.entries.len(),
            of: |entry| self.rows(state, entry).len(),
        };
        let Bottom { mut entry, rows } = state.bottom.unwrap_or_else(|| heights.end());
        let mut shown: Vec<Line<'static>> =
            self.rows(state, entry).into_iter().take(rows).collect();
        while shown.len() < self.height && entry > 0 {
            entry -= 1;
            let mut above = self.rows(state, entry);
            above.append(&mut shown);
            shown = above;
        }
        shown.split_off(shown.len().saturating_sub(self.height))
    }

    /// The rows of an entry, or, after the last one, of what is heard and said at the moment.
    pub fn rows(&self, state: &ScreenState, entry: usize) -> Vec<Line<'static>> {
        match state.entries.get(entry) {
            Some(found) => self.finished(state, found, entry == 0),
            None => self.live(state),
        }
    }

    fn finished(&self, state: &ScreenState, entry: &Entry, first: bool) -> Vec<Line<'static>> {
        let Some(words) = entry.words(state.why) else {
            return Vec::new();
        };
        // The waterfall shows it.
        if entry.sort == Sort::Latency && !state.why {
            return Vec::new();
        }
        let exchange = entry
            .turn
            .and_then(|turn| state.session.conversation.of(turn));
        let mut rows = Vec::new();
        if entry.sort == Sort::User && self.roomy && !first {
            rows.push(Line::default());
        }
        for (n, line) in words.split('\n').enumerate() {
            let (line, indent) = match entry.sort {
                Sort::User if n == 0 => {
                    let went_on = exchange.is_some_and(|e| e.outcome == Outcome::Extended);
                    let style = if went_on { dim() } else { Style::new() };
                    (said(state, USER, line, style), USER.len())
                }
                Sort::Reply if n == 0 => (replied(state, line, exchange), ASSISTANT.len()),
                Sort::Error => (Line::styled(line.to_owned(), color(state, Color::Red)), 2),
                _ => (Line::styled(line.to_owned(), dim()), 2),
            };
            rows.extend(self.wrap(&line, indent));
        }
        rows
    }

    fn live(&self, state: &ScreenState) -> Vec<Line<'static>> {
        let session = &state.session;
        let mut rows = Vec::new();
        let sounds = matches!(session.activity, Activity::Speaking | Activity::Holding);
        if sounds || !session.says.is_empty() {
            let says = format!("{ASSISTANT}{}", one_line(&session.says));
            let mut line = said(state, ASSISTANT, &says, Style::new());
            let open = |exchange: &&Exchange| exchange.heard == session.says;
            let exchanges = session.conversation.exchanges();
            if let Some(exchange) = exchanges.last().filter(open) {
                let space = if session.says.is_empty() { "" } else { " " };
                let rest = one_line(exchange.unheard());
                line.push_span(Span::styled(format!("{space}{rest}"), dim()));
            }
            rows.extend(self.wrap(&line, ASSISTANT.len()));
        }
        if !session.hears.is_empty() {
            let hears = format!("{USER}{}", one_line(&session.hears));
            let line = said(
                state,
                USER,
                &hears,
                Style::new().add_modifier(Modifier::ITALIC),
            );
            rows.extend(self.wrap(&line, USER.len()));
        }
        rows
    }

    fn wrap(&self, line: &Line<'_>, indent: usize) -> Vec<Line<'static>> {
        let indent = if self.roomy { indent } else { 2 };
        wrap(line, self.width, indent)
    }
}

/// A line with who says it set apart.
fn said(state: &ScreenState, who: &str, line: &str, style: Style) -> Line<'static> {
    let (hue, words) = match line.strip_prefix(who) {
        Some(words) if who == USER => (Color::Cyan, words),
        Some(words) => (Color::Green, words),
        None => return Line::styled(line.to_owned(), style),
    };
    let label = color(state, hue).add_modifier(Modifier::BOLD);
    Line::from(vec![
        Span::styled(who.to_owned(), label),
        Span::styled(words.to_owned(), style),
    ])
}

/// What was heard of a reply, and, struck through, what would have followed.
fn replied(state: &ScreenState, line: &str, exchange: Option<&Exchange>) -> Line<'static> {
    let mut said = said(state, ASSISTANT, line, Style::new());
    if let Some(exchange) = exchange
        && matches!(exchange.outcome, Outcome::Cut(_))
    {
        let struck = dim().add_modifier(Modifier::CROSSED_OUT);
        said.push_span(Span::raw(" "));
        said.push_span(Span::styled(one_line(exchange.unheard()), struck));
    }
    said
}

fn one_line(text: &str) -> String {
    printable(text).replace('\n', " ")
}

fn dim() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}
