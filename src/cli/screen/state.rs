//! What the screen shows: a pure reducer of events, keys and sizes.

use crossterm::event::KeyCode;
use ratatui::layout::Rect;
use vivavoce::events::{EventKind, SessionEvent, SessionView, TurnId};

use super::conversation::Page;
use super::layout::Areas;
use super::scroll::{Bottom, Heights};
use crate::cli::view::finished_line;

/// What an entry of the conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The user's words.
    User,
    /// What was heard of a reply.
    Reply,
    /// Where a turn's time went.
    Latency,
    /// What failed.
    Error,
    /// Anything else.
    Note,
}

/// What an event left behind, in the plain view's words.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is.
    pub sort: Sort,
    /// The turn it belongs to.
    pub turn: Option<TurnId>,
    /// Without reasons.
    plain: Option<String>,
    /// With reasons.
    why: Option<String>,
}

impl Entry {
    fn of(event: &SessionEvent, session: &SessionView) -> Option<Self> {
        let plain = finished_line(event, &session.latency, false);
        let why = finished_line(event, &session.latency, true);
        let sort = match &event.kind {
            EventKind::TurnEnded { .. } | EventKind::TurnIgnored { .. } => Sort::User,
            EventKind::Heard { .. } => Sort::Reply,
            EventKind::PlaybackStarted { .. } => Sort::Latency,
            EventKind::Error { .. } => Sort::Error,
            _ => Sort::Note,
        };
        let turn = event.turn;
        (plain.is_some() || why.is_some()).then_some(Self {
            sort,
            turn,
            plain,
            why,
        })
    }

    /// Its words, if it has any.
    pub fn words(&self, why: bool) -> Option<&str> {
        if why { &self.why } else { &self.plain }.as_deref()
    }
}

/// Everything that is drawn.
#[derive(Debug)]
pub struct ScreenState {
    /// What the assistant does, and what was said.
    pub session: SessionView,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// What the conversation's own keys do.
    pub keys: &'static str,
    /// Whether reasons are shown.
    pub why: bool,
    /// Whether the help is shown.
    pub help: bool,
    /// Whether there is colour.
    pub color: bool,
    /// Where the view was scrolled to; `None`: it follows the conversation.
    pub bottom: Option<Bottom>,
    /// Columns and rows of the screen.
    size: (u16, u16),
}

impl ScreenState {
    /// Nothing yet. `keys` says what the conversation's own keys do.
    pub fn new(keys: &'static str, why: bool, color: bool) -> Self {
        Self {
            session: SessionView::default(),
            entries: Vec::new(),
            keys,
            why,
            help: false,
            color,
            bottom: None,
            size: (80, 24),
        }
    }

    /// Takes an event.
    pub fn observe(&mut self, event: &SessionEvent) {
        self.session.observe(event);
        self.entries.extend(Entry::of(event, &self.session));
    }

    /// Takes the size in columns and rows; whether it is another.
    pub fn resize(&mut self, width: u16, height: u16) -> bool {
        if self.size == (width, height) {
            return false;
        }
        self.size = (width, height);
        if self.bottom.is_some() {
            self.scroll(|heights, from, view| heights.up(from, 0, view));
        }
        true
    }

    /// Takes a key; whether it means anything.
    pub fn press(&mut self, key: KeyCode) -> bool {
        match key {
            KeyCode::Char('w') => self.why = !self.why,
            KeyCode::Char('?') => self.help = !self.help,
            KeyCode::Esc => self.help = false,
            KeyCode::Up => self.scroll(|heights, from, view| heights.up(from, 1, view)),
            KeyCode::Down => self.scroll(|heights, from, _| heights.down(from, 1)),
            KeyCode::PageUp => {
                self.scroll(|heights, from, view| heights.up(from, page(view), view));
            }
            KeyCode::PageDown => self.scroll(|heights, from, view| heights.down(from, page(view))),
            KeyCode::Home => self.scroll(|heights, from, view| heights.up(from, usize::MAX, view)),
            KeyCode::End => self.bottom = None,
            _ => return false,
        }
        true
    }

    /// Moves the end of the view to where `to` says, given the heights, the end and the rows of the view.
    fn scroll(&mut self, to: impl Fn(&Heights<&dyn Fn(usize) -> usize>, Bottom, usize) -> Bottom) {
        let (width, height) = self.size;
        let area = Areas::of(self, Rect::new(0, 0, width, height)).conversation;
        let page = Page::of(area);
        let height_of = |entry: usize| page.rows(self, entry).len();
        let heights: Heights<&dyn Fn(usize) -> usize> = Heights {
            last: self.entries.len(),
            of: &height_of,
        };
        let from = self.bottom.unwrap_or_else(|| heights.end());
        let to = to(&heights, from, usize::from(area.height));
        self.bottom = (!heights.is_end(to)).then_some(to);
    }

    /// The lines that the conversation leaves behind.
    pub fn finished(&self) -> impl Iterator<Item = &str> {
        self.entries
            .iter()
            .filter_map(|entry| entry.words(self.why))
    }
}

/// Rows of a page: one is kept in sight.
fn page(view: usize) -> usize {
    view.saturating_sub(1).max(1)
}
