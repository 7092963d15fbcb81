//! The index: one SQLite file, `folders.db`, with the passages of all files by their words (FTS5).
//!
//! Invariants: it can be made again from the folders, so a damaged one is thrown away; what leaves it is overwritten in
//! the file, as in the store of what the user told; nobody else on the machine may read it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Row, params};
use unicode_normalization::UnicodeNormalization;

use super::excerpt::MARKS;
use super::limits::MOST_PASSAGES;
use super::passages::Passage;
use super::roots::Root;
use super::walk::{SeenFile, Why};
use super::{FoldersError, Kind};

const FILE_NAME: &str = "folders.db";
/// What SQLite keeps beside the file while it writes: it holds what is overwritten, and belongs to that file alone.
const JOURNAL_NAME: &str = "folders.db-journal";
/// Changes with [`SCHEMA`], and with what is made of a file.
const VERSION: i32 = 2;
/// Another program on the same file holds it for milliseconds.
const BUSY: Duration = Duration::from_secs(2);
/// Passages that are looked at for one question.
const MOST_HITS: usize = 20;

/// `left_out` is why a file has no passages, `text_bytes` how long they are together. The row of a passage is that of
/// its file times [`MOST_PASSAGES`], and its place in the file.
const SCHEMA: &str = "
CREATE TABLE file (
    id INTEGER PRIMARY KEY, root TEXT NOT NULL, path TEXT NOT NULL, changed_ns INTEGER NOT NULL,
    size INTEGER NOT NULL, left_out TEXT, text_bytes INTEGER NOT NULL, UNIQUE (root, path)
) STRICT;
CREATE VIRTUAL TABLE passage USING fts5 (text, heading, name, tokenize = 'porter unicode61 remove_diacritics 2');
INSERT INTO passage (passage, rank) VALUES ('secure-delete', 1);
";

/// A file of the index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(super) i64);

/// What the index knows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// Which one.
    pub id: FileId,
    /// The folder that was configured.
    pub root: String,
    /// Within that folder, with `/` between names.
    pub path: String,
    /// How it is read.
    pub kind: Kind,
    /// When it was written last. Nanoseconds of Unix time.
    pub changed_ns: i64,
    /// Bytes.
    pub size: u64,
    /// Why it was not read.
    pub left_out: Option<Why>,
}

impl KnownFile {
    pub(super) fn seen(&self) -> SeenFile {
        SeenFile {
            root: self.root.clone(),
            path: self.path.clone(),
            kind: self.kind,
            changed_ns: self.changed_ns,
            size: self.size,
        }
    }
}

/// A passage that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The file that it is in.
    pub file: FileId,
    /// The file's path within its folder, with `/` between names.
    pub path: String,
    /// When the file was written last. Nanoseconds of Unix time.
    pub changed_ns: i64,
    /// The passage, with marks around the words that were asked for; for [`super::excerpt()`].
    pub marked: String,
}

/// The open index.
pub(super) struct Index {
    connection: Connection,
}

impl Index {
    /// The index in a folder, which is made if it is not there; in memory without one.
    pub(super) fn open(folder: Option<&Path>) -> Result<Self, FoldersError> {
        let Some(folder) = folder else {
            return Self::prepared(Connection::open_in_memory()?).map_err(FoldersError::Failed);
        };
        let on_disk = |source| FoldersError::NotWritable {
            folder: folder.to_owned(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(on_disk)?;
        let path = file(folder);
        make_private(&path).map_err(on_disk)?;
        match Self::at(&path) {
            Ok(index) => Ok(index),
            Err(error) if is_damaged(&error) => {
                tracing::warn!(
                    "the index of folders {} is made again: {error}",
                    path.display()
                );
                delete_files(folder).map_err(on_disk)?;
                make_private(&path).map_err(on_disk)?;
                Ok(Self::at(&path)?)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn at(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        // A write-ahead log would keep what was overwritten.
        connection.pragma_update(None, "journal_mode", "DELETE")?;
        // It can be made again: the disk is not waited for more than that takes.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Self::prepared(connection)
    }

    fn prepared(connection: Connection) -> rusqlite::Result<Self> {
        connection.pragma_update(None, "secure_delete", "ON")?;
        let found: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found != VERSION {
            let writing = connection.unchecked_transaction()?;
            writing.execute_batch("DROP TABLE IF EXISTS file; DROP TABLE IF EXISTS passage;")?;
            writing.execute_batch(SCHEMA)?;
            writing.pragma_update(None, "user_version", VERSION)?;
            writing.commit()?;
        }
        let index = Self { connection };
        // A file that is none fails here.
        index.files(&[])?;
        Ok(index)
    }

    /// The files of other folders.
    pub(super) fn others(&self, roots: &[Root]) -> rusqlite::Result<Vec<FileId>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM file WHERE root NOT IN (SELECT value FROM json_each(?1)) ORDER BY id",
        )?;
        let files = statement.query_map([listed(roots)], |row| Ok(FileId(row.get(0)?)))?;
        files.collect()
    }

    /// All files of these folders, by their paths.
    pub(super) fn files(&self, roots: &[Root]) -> rusqlite::Result<Vec<KnownFile>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, root, path, changed_ns, size, left_out FROM file
             WHERE root IN (SELECT value FROM json_each(?1)) ORDER BY root, path",
        )?;
        let files = statement.query_map([listed(roots)], known_file)?;
        files.collect()
    }

    /// A file of the index.
    pub(super) fn file(&self, id: FileId) -> rusqlite::Result<KnownFile> {
        let query = "SELECT id, root, path, changed_ns, size, left_out FROM file WHERE id = ?1";
        self.connection.query_row(query, [id.0], known_file)
    }

    /// Takes a file up as it is now, in place of what was known of it.
    pub(super) fn put(
        &self,
        file: &SeenFile,
        read: &Result<Vec<Passage>, Why>,
    ) -> rusqlite::Result<()> {
        let writing = self.connection.unchecked_transaction()?;
        let known = "SELECT id FROM file WHERE root = ?1 AND path = ?2";
        let mut statement = writing.prepare_cached(known)?;
        let before = statement.query_map(params![file.root, file.path], |row| row.get(0))?;
        let before: Vec<i64> = before.collect::<rusqlite::Result<_>>()?;
        before
            .iter()
            .try_for_each(|id| delete(&writing, FileId(*id)))?;
        let left_out: Option<&'static str> = read.as_ref().err().map(|why| (*why).into());
        let size = i64::try_from(file.size).unwrap_or(i64::MAX);
        let passages = read.as_ref().map_or(&[][..], Vec::as_slice);
        let text_bytes = i64::try_from(text_bytes(passages)).unwrap_or(i64::MAX);
        let query = "INSERT INTO file (root, path, changed_ns, size, left_out, text_bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let mut add_file = writing.prepare_cached(query)?;
        let id = add_file.insert(params![
            file.root,
            file.path,
            file.changed_ns,
            size,
            left_out,
            text_bytes
        ])?;
        let query = "INSERT INTO passage (rowid, text, heading, name) VALUES (?1, ?2, ?3, ?4)";
        let mut add = writing.prepare_cached(query)?;
        let name = words_of(&file.path);
        for (row, passage) in (first_row(FileId(id))..).zip(passages.iter().take(MOST_PASSAGES)) {
            add.execute(params![row, passage.text, passage.heading, name])?;
        }
        drop((statement, add_file, add));
        writing.commit()
    }

    /// Takes files out, all at once.
    pub(super) fn remove(&self, files: &[FileId]) -> rusqlite::Result<()> {
        let writing = self.connection.unchecked_transaction()?;
        files.iter().try_for_each(|file| delete(&writing, *file))?;
        writing.commit()
    }

    /// The bytes of text of all files but this one.
    pub(super) fn text_bytes_beside(&self, file: &SeenFile) -> rusqlite::Result<u64> {
        let mut statement = self.connection.prepare_cached(
            "SELECT coalesce(sum(text_bytes), 0) FROM file WHERE NOT (root = ?1 AND path = ?2)",
        )?;
        let sum: i64 = statement.query_row(params![file.root, file.path], |row| row.get(0))?;
        Ok(u64::try_from(sum).unwrap_or(0))
    }

    /// The passages of these folders, or of one file, that an FTS5 query finds; the best first.
    pub(super) fn search(
        &self,
        query: &str,
        roots: &[Root],
        within: Option<FileId>,
    ) -> rusqlite::Result<Vec<Hit>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT file.id, file.path, file.changed_ns, highlight(passage, 0, ?4, ?5)
             FROM passage CROSS JOIN file ON file.id = passage.rowid / ?6
             WHERE passage MATCH ?1 AND file.root IN (SELECT value FROM json_each(?2))
                 AND (?3 IS NULL OR file.id = ?3)
             ORDER BY bm25(passage, 1.0, 0.8, 0.6), passage.rowid LIMIT ?7",
        )?;
        let [begin, end] = MARKS.map(String::from);
        let per_file = MOST_PASSAGES as i64;
        let within = within.map(|file| file.0);
        let parameters = params![
            query,
            listed(roots),
            within,
            begin,
            end,
            per_file,
            MOST_HITS as i64
        ];
        let hits = statement.query_map(parameters, |row| {
            Ok(Hit {
                file: FileId(row.get(0)?),
                path: row.get(1)?,
                changed_ns: row.get(2)?,
                marked: row.get(3)?,
            })
        })?;
        hits.collect()
    }
}

/// Where the index of a data folder is.
pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join(FILE_NAME)
}

/// Deletes the index of a data folder, and what SQLite left beside it.
pub(super) fn delete_files(folder: &Path) -> std::io::Result<()> {
    for name in [FILE_NAME, JOURNAL_NAME] {
        match std::fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Whether the file holds no index, so that it is made again. What else fails may pass: another program holds it, the
/// disk is full.
fn is_damaged(error: &rusqlite::Error) -> bool {
    use rusqlite::Error;
    match error {
        Error::SqliteFailure(error, _) => matches!(
            error.code,
            // SQLite gives no code of its own to tables that are not there.
            ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown
        ),
        Error::SqlInputError { .. } | Error::InvalidColumnType(..) => true,
        _ => false,
    }
}

/// How long the passages of a file are together, as far as they are taken up.
pub(super) fn text_bytes(passages: &[Passage]) -> u64 {
    let passages = passages.iter().take(MOST_PASSAGES);
    let lengths = passages.map(|passage| passage.text.len() + passage.heading.len());
    lengths.sum::<usize>() as u64
}

fn first_row(file: FileId) -> i64 {
    file.0 * MOST_PASSAGES as i64
}

fn delete(connection: &Connection, file: FileId) -> rusqlite::Result<()> {
    let (first, next) = (first_row(file), first_row(FileId(file.0 + 1)));
    let query = "DELETE FROM passage WHERE rowid >= ?1 AND rowid < ?2";
    connection.execute(query, [first, next])?;
    connection.execute("DELETE FROM file WHERE id = ?1", [file.0])?;
    Ok(())
}

fn known_file(row: &Row) -> rusqlite::Result<KnownFile> {
    let path: String = row.get(2)?;
    let left_out: Option<String> = row.get(5)?;
    Ok(KnownFile {
        id: FileId(row.get(0)?),
        root: row.get(1)?,
        // Only files of known kinds are taken up.
        kind: Kind::of(path.rsplit('/').next().unwrap_or_default()).unwrap_or(Kind::Text),
        path,
        changed_ns: row.get(3)?,
        size: u64::try_from(row.get::<_, i64>(4)?).unwrap_or(0),
        left_out: left_out.map(|why| why.parse().unwrap_or(Why::Unreadable)),
    })
}

/// The folders as a JSON list.
fn listed(roots: &[Root]) -> String {
    let roots: Vec<&str> = roots.iter().map(|root| root.0.as_str()).collect();
    serde_json::to_string(&roots).expect("a list of texts is JSON")
}

/// The names of a path as words: "trips/lisbon_2026.md" is "trips lisbon 2026".
fn words_of(path: &str) -> String {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    // Some systems write an accent as a character of its own, which is no letter.
    let stem: String = stem.nfc().collect();
    stem.replace(|c: char| !c.is_alphanumeric(), " ")
}

/// Makes an empty file, which SQLite takes for a new one, unless it is there.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: i32) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None)
    }

    #[test]
    fn an_index_is_thrown_away_only_if_it_is_none() {
        use rusqlite::ffi;
        for code in [ffi::SQLITE_NOTADB, ffi::SQLITE_CORRUPT] {
            assert!(is_damaged(&failure(code)), "{code}");
        }
        for code in [
            ffi::SQLITE_BUSY,
            ffi::SQLITE_FULL,
            ffi::SQLITE_IOERR,
            ffi::SQLITE_CANTOPEN,
        ] {
            assert!(!is_damaged(&failure(code)), "{code}");
        }
    }

    #[test]
    fn a_name_with_accents_apart_is_one_word() {
        assert_eq!(
            words_of("trips/Zu\u{308}rich-2026.md"),
            "trips Z\u{fc}rich 2026"
        );
    }
}
