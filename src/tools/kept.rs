//! What the assistant remembers, for whoever looks at it without a conversation.

use std::path::Path;

use jiff::ZonedDateTime;

use super::store::{Store, StoreError};
use super::talk::{self, Episode, Span, Who};
use super::{files, memory};

/// What is in the data file: the user's name, facts, and what was said and heard.
pub struct KeptMemory {
    store: Store,
    /// What was said before is as good as erased. Milliseconds of Unix time.
    since: i64,
}

/// What words were found in.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// Facts.
    pub facts: Vec<String>,
    /// What was said and heard, the latest first.
    pub episodes: Vec<Episode>,
}

/// How much was erased.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Facts.
    pub facts: usize,
    /// Episodes.
    pub episodes: usize,
}

impl KeptMemory {
    /// What is kept in a folder; none if nothing ever was. Episodes that are older than so many days are not shown: the
    /// next conversation erases them, and whoever only looks erases nothing.
    ///
    /// # Errors
    /// The file cannot be read and written: the message says what to do.
    pub fn open(folder: &Path, days: u16, now: &ZonedDateTime) -> Result<Option<Self>, StoreError> {
        let Some(store) = Store::existing(folder)? else {
            return Ok(None);
        };
        let since = talk::begin(days, now);
        Ok(Some(Self { store, since }))
    }

    fn shown(&self) -> Span {
        (self.since, i64::MAX)
    }

    /// The user's name.
    ///
    /// # Errors
    /// The file cannot be read; so it is with the others.
    pub fn name(&self) -> Result<Option<String>, StoreError> {
        memory::name(&self.store)
    }

    /// The facts that the user told, the oldest first.
    ///
    /// # Errors
    /// As [`KeptMemory::name`].
    pub fn facts(&self) -> Result<Vec<String>, StoreError> {
        let facts = memory::facts(&self.store)?.into_iter();
        Ok(facts.map(|(_, fact)| fact).collect())
    }

    /// What was said and heard, the oldest first.
    ///
    /// # Errors
    /// As [`KeptMemory::name`].
    pub fn episodes(&self) -> Result<Vec<Episode>, StoreError> {
        let mut episodes = talk::of(&self.store, self.shown(), i64::MAX)?;
        episodes.reverse();
        Ok(episodes)
    }

    /// The facts and the episodes with all of the words of a text that tell anything.
    ///
    /// # Errors
    /// As [`KeptMemory::name`].
    pub fn search(&self, text: &str) -> Result<Found, StoreError> {
        let words = files::words(text);
        let (mut episodes, has_all) = talk::with_words(
            std::iter::once(&self.store),
            &words,
            Who::Both,
            self.shown(),
        )?;
        if !has_all {
            episodes.clear();
        }
        episodes.iter_mut().for_each(Episode::unmark);
        let mut facts = self.facts()?;
        facts.retain(|fact| files::has_words(fact, &words));
        Ok(Found { facts, episodes })
    }

    /// Erases what [`KeptMemory::search`] finds.
    ///
    /// # Errors
    /// The file cannot be written; nothing was erased.
    pub fn forget(&self, text: &str) -> Result<Erased, StoreError> {
        let words = files::telling_words(text);
        let writing = self.store.writing()?;
        let mut erased = Erased::default();
        for (id, fact) in memory::facts(&self.store)? {
            if files::has_words(&fact, &words) {
                erased.facts += writing.execute("DELETE FROM facts WHERE id = ?1", [id])?;
                erased.episodes += talk::erase_about(&self.store, &files::telling_words(&fact))?;
            }
        }
        erased.episodes += talk::erase_about(&self.store, &words)?;
        writing.commit()?;
        Ok(erased)
    }

    /// Erases all that was said and heard; how many episodes there were.
    ///
    /// # Errors
    /// The file cannot be written; nothing was erased.
    pub fn forget_talk(&self) -> Result<usize, StoreError> {
        talk::erase_all(&self.store)
    }

    /// Erases the name, the facts, and what was said and heard.
    ///
    /// # Errors
    /// The file cannot be written; nothing was erased.
    pub fn forget_everything(&self) -> Result<Erased, StoreError> {
        let writing = self.store.writing()?;
        let facts = writing.execute("DELETE FROM facts", [])?;
        writing.execute("DELETE FROM names", [])?;
        let episodes = talk::erase_all(&self.store)?;
        writing.commit()?;
        Ok(Erased { facts, episodes })
    }
}
