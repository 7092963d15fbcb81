//! What a reply holds for programs, as it was written.

/// Most bytes that are kept of a reply, so that a model that does not stop uses no more.
const MOST_BYTES: usize = 64 * 1024;

/// The parts of a reply that are meant for programs, in order, with the marks around them.
#[derive(Debug, Default)]
pub struct Regions {
    closed: Vec<String>,
    /// The part that is being written.
    open: Option<String>,
    /// In all parts.
    bytes: usize,
    /// There was no room for a part; it and all that follow are dropped.
    full: bool,
}

impl Regions {
    /// A part begins with this mark.
    pub fn begin(&mut self, mark: &str) {
        self.end();
        if !self.full {
            self.open = Some(String::new());
            self.add(mark);
        }
    }

    /// More of the part that was begun; nothing if none was.
    pub fn add(&mut self, text: &str) {
        let Some(open) = &mut self.open else {
            return;
        };
        if self.bytes + text.len() > MOST_BYTES {
            tracing::warn!(
                "a reply holds more than {MOST_BYTES} bytes for programs: calls behind them are not read"
            );
            self.full = true;
            self.open = None;
            return;
        }
        self.bytes += text.len();
        open.push_str(text);
    }

    /// The part is over.
    pub fn end(&mut self) {
        self.closed.extend(self.open.take());
    }

    /// What was begun is for no program.
    pub fn abandon(&mut self) {
        self.bytes -= self.open.take().map_or(0, |open| open.len());
    }

    /// All that was kept was reasoning.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// The parts that are over.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.closed.iter().map(String::as_str)
    }
}
