//! Episodes in a store: what was said and heard, found by its time and its words (FTS5).
//!
//! Invariant: what is erased is in no page of the file. SQLite overwrites what it deletes (`secure_delete`); the
//! index of words, which keeps words of what is deleted for a while, is made anew.

use std::cmp::Reverse;

use rusqlite::{Connection, Row, ToSql, params};

use super::super::files;
use super::super::store::{Store, StoreError, Writing};
use crate::folders::{MARKS, queries};
use crate::language::is_han;

/// An episode and its words have one number.
pub(in crate::tools) const SCHEMA: &str = "
CREATE TABLE episodes (id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX episodes_by_time ON episodes (at_ms);
CREATE VIRTUAL TABLE episode_words USING fts5 (said, heard, tokenize = 'porter unicode61 remove_diacritics 2');
";

/// What was said and heard in one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// When it was over. Milliseconds of Unix time.
    pub at_ms: i64,
    /// The user's words.
    pub said: String,
    /// What was heard of the reply.
    pub heard: String,
}

impl Episode {
    /// Whether somebody's words have all of these. What the assistant said is about what it was asked, too.
    fn has(&self, words: &[String], who: Who) -> bool {
        match who {
            Who::User => files::has_words(&self.said, words),
            Who::Assistant | Who::Both => {
                files::has_words(&format!("{} {}", self.said, self.heard), words)
            }
        }
    }

    /// Without the marks of what was looked for.
    pub(in crate::tools) fn unmark(&mut self) {
        for text in [&mut self.said, &mut self.heard] {
            *text = text.replace(MARKS, "");
        }
    }
}

/// Who said what is looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tools) enum Who {
    User,
    Assistant,
    #[default]
    Both,
}

/// Episodes that are looked at for one question.
const MOST_FOUND: i64 = 200;

/// Moments from the first up to the second, which is not among them. Milliseconds of Unix time.
pub(in crate::tools) type Span = (i64, i64);
pub(in crate::tools) const EVER: Span = (i64::MIN, i64::MAX);

/// Puts an episode in; its number.
pub(super) fn add(connection: &Connection, episode: &Episode) -> Result<i64, StoreError> {
    let query = "INSERT INTO episodes (at_ms) VALUES (?1)";
    let mut statement = connection.prepare_cached(query)?;
    let id = statement.insert([episode.at_ms])?;
    let query = "INSERT INTO episode_words (rowid, said, heard) VALUES (?1, ?2, ?3)";
    let mut statement = connection.prepare_cached(query)?;
    statement.execute(params![id, episode.said, episode.heard])?;
    Ok(id)
}

/// More was heard of a reply. One that was erased stays so.
pub(super) fn go_on(connection: &Connection, id: i64, heard: &str) -> Result<(), StoreError> {
    let query = "UPDATE episode_words SET heard = heard || ' ' || ?2 WHERE rowid = ?1";
    connection
        .prepare_cached(query)?
        .execute(params![id, heard])?;
    Ok(())
}

/// The episodes of a span, the latest first.
pub(in crate::tools) fn of(
    store: &Store,
    span: Span,
    most: i64,
) -> Result<Vec<Episode>, StoreError> {
    let mut statement = store.connection.prepare_cached(
        "SELECT episodes.at_ms, episode_words.said, episode_words.heard
         FROM episodes CROSS JOIN episode_words ON episode_words.rowid = episodes.id
         WHERE episodes.at_ms >= ?1 AND episodes.at_ms < ?2
         ORDER BY episodes.at_ms DESC, episodes.id DESC LIMIT ?3",
    )?;
    let episodes = statement.query_map(params![span.0, span.1, most], episode)?;
    Ok(episodes.collect::<Result<_, _>>()?)
}

/// The episodes of a span with all of the words, the latest first; if there are none, those with the most of them. Whether
/// they have all.
pub(in crate::tools) fn with_words<'s>(
    stores: impl Iterator<Item = &'s Store> + Clone,
    words: &[String],
    who: Who,
    span: Span,
) -> Result<(Vec<Episode>, bool), StoreError> {
    if are_parts(words) {
        let mut all = Vec::new();
        for store in stores {
            let episodes = of(store, span, i64::MAX)?.into_iter();
            all.extend(episodes.filter(|episode| episode.has(words, who)));
        }
        all.sort_by_key(|episode| Reverse(episode.at_ms));
        return Ok((all, true));
    }
    for (query, has_all) in queries(words) {
        let mut all = Vec::new();
        for store in stores.clone() {
            all.extend(found(store, &query, who, span)?);
        }
        if !all.is_empty() {
            all.sort_by_key(|episode| Reverse(episode.at_ms));
            return Ok((all, has_all));
        }
    }
    Ok((Vec::new(), true))
}

/// Whether the index does not have the words: it takes what stands between two marks of Chinese for one. All that was said
/// is looked through then.
fn are_parts(words: &[String]) -> bool {
    words.iter().any(|word| word.contains(is_han))
}

/// The episodes of a span that an FTS5 query finds in what somebody said, the latest first. The words that were asked
/// for are marked, for [`crate::folders::excerpt()`]. What the assistant said is about what it was asked, too.
fn found(store: &Store, query: &str, who: Who, span: Span) -> Result<Vec<Episode>, StoreError> {
    let mut statement = store.connection.prepare_cached(
        "SELECT episodes.at_ms, highlight(episode_words, 0, ?4, ?5), highlight(episode_words, 1, ?4, ?5)
         FROM episode_words CROSS JOIN episodes ON episodes.id = episode_words.rowid
         WHERE episode_words MATCH ?1 AND episodes.at_ms >= ?2 AND episodes.at_ms < ?3
         ORDER BY episodes.at_ms DESC, episodes.id DESC LIMIT ?6",
    )?;
    let query = match who {
        Who::User => format!("{{said}} : ({query})"),
        Who::Assistant | Who::Both => query.to_owned(),
    };
    let [begin, end] = MARKS.map(String::from);
    let parameters = params![query, span.0, span.1, begin, end, MOST_FOUND];
    let episodes = statement.query_map(parameters, episode)?;
    Ok(episodes.collect::<Result<_, _>>()?)
}

/// Erases the episodes with all of the words; how many there were.
pub(in crate::tools) fn erase_about(store: &Store, words: &[String]) -> Result<usize, StoreError> {
    if are_parts(words) {
        return erase_with_parts(store, words);
    }
    let Some((query, true)) = queries(words).next() else {
        return Ok(0);
    };
    let select = "SELECT rowid FROM episode_words WHERE episode_words MATCH ?1";
    erase(store, select, params![query])
}

fn erase_with_parts(store: &Store, words: &[String]) -> Result<usize, StoreError> {
    let ids: Vec<i64> = {
        let query = "SELECT rowid, said || ' ' || heard FROM episode_words";
        let mut statement = store.connection.prepare_cached(query)?;
        let mut rows = statement.query([])?;
        let mut ids = Vec::new();
        while let Some(row) = rows.next()? {
            let text: String = row.get(1)?;
            if files::has_words(&text, words) {
                ids.push(row.get(0)?);
            }
        }
        ids
    };
    erase_these(store, &ids)
}

/// Erases what was said in a span; how many there were.
pub(super) fn erase_span(store: &Store, (from, until): Span) -> Result<usize, StoreError> {
    let select = "SELECT id FROM episodes WHERE at_ms >= ?1 AND at_ms < ?2";
    erase(store, select, params![from, until])
}

/// Erases one, if it is there.
pub(super) fn erase_one(store: &Store, id: i64) -> Result<usize, StoreError> {
    erase(store, "SELECT id FROM episodes WHERE id = ?1", params![id])
}

/// Erases what was said before a moment (milliseconds of Unix time); how many there were.
pub(in crate::tools) fn erase_before(store: &Store, at_ms: i64) -> Result<usize, StoreError> {
    erase(
        store,
        "SELECT id FROM episodes WHERE at_ms < ?1",
        params![at_ms],
    )
}

/// Erases all of them; how many there were.
pub(in crate::tools) fn erase_all(store: &Store) -> Result<usize, StoreError> {
    erase(store, "SELECT id FROM episodes", params![])
}

fn erase(store: &Store, select: &str, which: &[&dyn ToSql]) -> Result<usize, StoreError> {
    let ids: Vec<i64> = {
        let mut statement = store.connection.prepare_cached(select)?;
        let ids = statement.query_map(which, |row| row.get(0))?;
        ids.collect::<Result<_, _>>()?
    };
    erase_these(store, &ids)
}

fn erase_these(store: &Store, ids: &[i64]) -> Result<usize, StoreError> {
    if ids.is_empty() {
        return Ok(0);
    }
    let writing = store.writing()?;
    ids.iter().try_for_each(|id| erase_row(&writing, *id))?;
    writing.execute_batch("INSERT INTO episode_words (episode_words) VALUES ('rebuild')")?;
    writing.commit()?;
    Ok(ids.len())
}

fn erase_row(writing: &Writing, id: i64) -> Result<(), StoreError> {
    let delete = |query| writing.prepare_cached(query)?.execute([id]);
    delete("DELETE FROM episode_words WHERE rowid = ?1")?;
    delete("DELETE FROM episodes WHERE id = ?1")?;
    Ok(())
}

fn episode(row: &Row) -> rusqlite::Result<Episode> {
    Ok(Episode {
        at_ms: row.get(0)?,
        said: row.get(1)?,
        heard: row.get(2)?,
    })
}
