//! What was said and heard: kept as episodes, and found again by its day and its words.
//!
//! An exchange is told when it is over ([`Toolbox::talked`]) and written down when nobody waits for a tool
//! ([`Toolbox::write_down`]): into the file where that is to be kept, else into a store in memory, which ends with the
//! conversation. Both are looked into, so what has left the language model's window is found as well.
//!
//! - `episodes`: how they are stored, found and erased;
//! - `recall`: the tool that finds them, `saying`: what it says. `saying` is pure.

mod episodes;
mod recall;
mod saying;

use jiff::ZonedDateTime;
use jiff::civil::Date;

use super::store::{Store, StoreError};
use super::{Keeping, Outcome, ToolError, Toolbox, declined, files, say};
use crate::language::{Language, is_han};

pub use episodes::Episode;
pub(super) use episodes::{
    SCHEMA, Span, Who, erase_about, erase_all, erase_before, of, with_words,
};
pub(super) use recall::{RECALL_TALK, said_about, span};

/// Characters of what one said that are kept: nobody looks for more.
const MOST_KEPT: usize = 4_000;
/// Episodes that wait to be written down.
const MOST_WAITING: usize = 500;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What is said and heard, and where it is kept.
pub(super) struct Talk {
    /// Keeps it where it is not to outlast the conversation; otherwise the toolbox's store does.
    of_now: Option<Store>,
    /// What the file has that is older is erased.
    days: Option<u16>,
    /// When that was done last.
    tidied: Option<Date>,
    /// What is not written down yet.
    waiting: Vec<Episode>,
    /// The latest of this conversation: its reply may go on.
    last: Option<i64>,
    /// No exchange came after it that is not written down: "this" means it.
    is_latest_written: bool,
}

impl Talk {
    /// What is said is kept for the conversation alone. `has_file`: the toolbox keeps other things for longer.
    pub(super) fn new(has_file: bool) -> Result<Self, StoreError> {
        Ok(Self {
            of_now: has_file.then(|| Store::open(None)).transpose()?,
            days: None,
            tidied: None,
            waiting: Vec::new(),
            last: None,
            is_latest_written: false,
        })
    }

    fn write(&mut self, store: &Store) -> Result<(), StoreError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let place = self.of_now.as_ref().unwrap_or(store);
        let writing = place.writing()?;
        let mut last = self.last;
        for episode in &self.waiting {
            if !episode.said.is_empty() {
                last = Some(episodes::add(&writing, episode)?);
            } else if let Some(last) = last {
                episodes::go_on(&writing, last, &episode.heard)?;
            }
        }
        writing.commit()?;
        (self.last, self.is_latest_written) = (last, true);
        self.waiting.clear();
        Ok(())
    }
}

impl Toolbox {
    /// The same, which keeps what is said and heard in its file too if all is to be kept, and erases there what is
    /// older than so many days, whatever is kept now.
    #[must_use]
    pub fn keeping(mut self, keeping: Keeping, days: u16) -> Self {
        if keeping == Keeping::All {
            self.talk.of_now = None;
        }
        self.talk.days = Some(days);
        self
    }

    /// Whether what is said and heard outlasts the conversation.
    pub fn keeps_talk(&self) -> bool {
        self.store.is_kept && self.talk.of_now.is_none()
    }

    /// An exchange is over: this was said, and this heard of the reply. Without words of the user, the reply to the one
    /// before went on. It is written down later, by [`Toolbox::write_down`].
    pub fn talked(&mut self, user: &str, heard: &str, now: &ZonedDateTime) {
        // A disk that fails for ever is no reason to fill the memory.
        if self.talk.waiting.len() >= MOST_WAITING {
            self.talk.waiting.remove(0);
        }
        self.talk.waiting.push(Episode {
            at_ms: now.timestamp().as_millisecond(),
            said: as_kept(user),
            heard: as_kept(heard),
        });
    }

    /// Writes down what was said, and once a day erases what was kept for long enough. Both wait while something is in
    /// doubt.
    ///
    /// # Errors
    /// The store cannot be written: what was to be written down is tried again the next time.
    pub fn write_down(&mut self, now: &ZonedDateTime) -> Result<(), StoreError> {
        if self.store.is_in_doubt() {
            return Ok(());
        }
        self.talk.write(&self.store)?;
        let today = Some(now.date());
        if let Some(days) = self.talk.days
            && self.talk.tidied != today
        {
            for store in self.stores() {
                erase_before(store, begin(days, now))?;
            }
            self.talk.tidied = today;
        }
        Ok(())
    }

    /// The same, before something that can be done without: what could not be written down waits.
    pub(super) fn write_down_if_it_can(&mut self, now: &ZonedDateTime) {
        if let Err(error) = self.write_down(now) {
            tracing::warn!("what was said is not written down yet: {error}");
        }
    }

    /// The stores that are changed: the file's, and that of this conversation.
    pub(super) fn stores(&self) -> impl Iterator<Item = &Store> + Clone {
        std::iter::once(&self.store).chain(&self.talk.of_now)
    }
}

/// What was said before this moment was kept for so many days. Milliseconds of Unix time.
pub(super) fn begin(days: u16, now: &ZonedDateTime) -> i64 {
    now.timestamp().as_millisecond() - i64::from(days) * DAY_MS
}

/// Erases what was said about one of these; how many episodes there were.
pub(super) fn forget_about(toolbox: &Toolbox, texts: &[&str]) -> Result<usize, StoreError> {
    let mut erased = 0;
    for store in toolbox.stores() {
        for text in texts {
            let words = telling(text, toolbox);
            if !words.is_empty() {
                erased += erase_about(store, &words)?;
            }
        }
    }
    Ok(erased)
}

/// The words of a text that tell what it is about, in the toolbox's language; there may be none.
fn telling(text: &str, toolbox: &Toolbox) -> Vec<String> {
    let heard = toolbox.heard();
    if text.contains(is_han) {
        return vec![heard.chinese(text)];
    }
    // "l'anniversaire" is two words, and "Anna's" is one.
    let text = match toolbox.language {
        Language::English => text.to_owned(),
        _ => text.replace(['\'', '\u{2019}'], " "),
    };
    let mut words = files::telling_words(&text);
    words.retain(|word| !heard.tells_no_fact.contains(word));
    words
}

/// Erases all that was said and heard.
pub(super) fn forget_all(toolbox: &Toolbox) -> Result<(), StoreError> {
    toolbox.stores().try_for_each(|store| {
        erase_all(store)?;
        Ok(())
    })
}

/// Erases what was said in a span; how many episodes there were.
pub(super) fn forget_span(toolbox: &Toolbox, span: Span) -> Result<usize, StoreError> {
    let mut erased = 0;
    for store in toolbox.stores() {
        erased += episodes::erase_span(store, span)?;
    }
    Ok(erased)
}

/// Erases the latest exchange of this conversation.
pub(super) fn forget_last(toolbox: &Toolbox) -> Result<Outcome, ToolError> {
    let place = toolbox.talk.of_now.as_ref().unwrap_or(&toolbox.store);
    let latest = toolbox.talk.last.filter(|_| toolbox.talk.is_latest_written);
    let erased = match latest {
        Some(last) => episodes::erase_one(place, last)?,
        None => 0,
    };
    let says = &toolbox.says().talk;
    match erased {
        0 => declined(&says.nothing_to_forget[..]),
        _ => say(&says.forgot_last[..]),
    }
}

/// One line, as long as is kept, without characters that mean something else to whoever reads it.
fn as_kept(text: &str) -> String {
    let text: String = text.chars().take(MOST_KEPT).collect();
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
