//! What the tools keep: one SQLite file, `assistant.db`.
//!
//! Invariant: what is deleted is overwritten in the file. `secure_delete` does it, and the rollback
//! journal, which holds the old pages, is deleted at each commit; a write-ahead log would keep them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, MAIN_DB, OptionalExtension};

use super::talk;

const FILE_NAME: &str = "assistant.db";
/// The version of the file, in its `user_version`: 1 has [`SCHEMA`], 2 has [`talk::SCHEMA`] too, 3 has [`WEEKLY`].
const VERSION: i32 = 3;
/// Another program on the same file holds it for milliseconds.
const BUSY: Duration = Duration::from_secs(2);

/// Times are in milliseconds of Unix time.
///
/// A ring has `at_ms` while it runs, or `left_ms` while it is paused. `claimed_by` is the program that
/// rings it, whose claim ends at `claimed_until_ms`.
const SCHEMA: &str = "
CREATE TABLE rings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('timer', 'alarm', 'reminder')),
    label TEXT,
    length_ms INTEGER,
    at_ms INTEGER,
    left_ms INTEGER,
    claimed_by INTEGER,
    claimed_until_ms INTEGER,
    CHECK ((at_ms IS NULL) <> (left_ms IS NULL))
) STRICT;
CREATE TABLE stopwatch (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    started_ms INTEGER,
    counted_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE facts (id INTEGER PRIMARY KEY, fact TEXT NOT NULL) STRICT;
CREATE TABLE items (id INTEGER PRIMARY KEY, list TEXT NOT NULL, item TEXT NOT NULL) STRICT;
CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
CREATE TABLE names (id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL) STRICT;
";

/// What rings each week: `days` has a bit for each day, the lowest is Monday; `second_of_day` is its local time.
const WEEKLY: &str = "
ALTER TABLE rings ADD COLUMN days INTEGER;
ALTER TABLE rings ADD COLUMN second_of_day INTEGER;
";

/// Why the store cannot be used. Nothing is deleted in any case.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder or the file cannot be written.
    #[error(
        "The assistant's data file {path} cannot be opened for writing. Give it write permission, or \
         choose another folder."
    )]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A newer version of this program wrote the file.
    #[error(
        "The assistant's data file {path} is of version {found}, and this program knows versions up to \
         {VERSION}. Use a newer program, or choose another folder."
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
    },
    /// The file is damaged, or of another program.
    #[error(
        "The assistant's data file {path} is damaged or belongs to another program. It was left as it is. \
         Move it away to begin with an empty one."
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Reading or writing failed later.
    #[error("I could not use my memory, so nothing was changed.")]
    Failed(#[from] rusqlite::Error),
}

/// The open file.
pub(super) struct Store {
    pub(super) connection: Connection,
    /// Whether anything is kept beyond this program.
    pub(super) is_kept: bool,
}

impl Store {
    /// The store in a folder, which is made if it is not there; in memory without one.
    pub(super) fn open(folder: Option<&Path>) -> Result<Self, StoreError> {
        let Some(folder) = folder else {
            let connection = Connection::open_in_memory()?;
            let mut store = Self {
                connection,
                is_kept: false,
            };
            store.create(Path::new(FILE_NAME))?;
            return Ok(store);
        };
        let path = folder.join(FILE_NAME);
        std::fs::create_dir_all(folder).map_err(|error| not_writable(&path, error))?;
        make_private(&path).map_err(|error| not_writable(&path, error))?;
        let connection = Connection::open(&path).map_err(|error| explained(&path, error))?;
        let mut store = Self {
            connection,
            is_kept: true,
        };
        store.prepare(&path).map_err(|error| match error {
            StoreError::Failed(error) => explained(&path, error),
            other => other,
        })?;
        Ok(store)
    }

    fn prepare(&mut self, path: &Path) -> Result<(), StoreError> {
        self.connection.busy_timeout(BUSY)?;
        if self.connection.is_readonly(MAIN_DB)? {
            let error = std::io::ErrorKind::ReadOnlyFilesystem;
            return Err(not_writable(path, error.into()));
        }
        let check: String = self
            .connection
            .pragma_query_value(None, "quick_check", |row| row.get(0))?;
        if check != "ok" {
            let path = path.to_owned();
            return Err(StoreError::Damaged { path });
        }
        self.create(path)?;
        self.connection
            .pragma_update(None, "journal_mode", "DELETE")?;
        Ok(())
    }

    /// Makes the tables unless they are there. It writes in any case, so that a file or a folder that
    /// cannot be written is found out now.
    fn create(&mut self, path: &Path) -> Result<(), StoreError> {
        self.connection.pragma_update(None, "secure_delete", "ON")?;
        let transaction = self.writing()?;
        let found: i32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let path = path.to_owned();
        if found > VERSION {
            return Err(StoreError::Newer { path, found });
        }
        if found < 1 {
            let query = "SELECT 1 FROM sqlite_schema LIMIT 1";
            let tables = transaction.query_row(query, [], |_| Ok(())).optional()?;
            if found < 0 || tables.is_some() {
                return Err(StoreError::Damaged { path });
            }
            transaction.execute_batch(SCHEMA)?;
        }
        if found < 2 {
            transaction.execute_batch(talk::SCHEMA)?;
        }
        if found < 3 {
            transaction.execute_batch(WEEKLY)?;
        }
        // It changes a page even where it is the same.
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
        Ok(())
    }

    /// Changes that are made together or not at all. It holds off other programs from its begin.
    pub(super) fn writing(&self) -> Result<Writing<'_>, StoreError> {
        let ways = if self.connection.is_autocommit() {
            ["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"]
        } else {
            // Within what is in doubt.
            [
                "SAVEPOINT part",
                "RELEASE part",
                "ROLLBACK TO part; RELEASE part",
            ]
        };
        self.connection.execute_batch(ways[0])?;
        Ok(Writing {
            connection: &self.connection,
            ways,
        })
    }

    /// The store of a folder, if there is one: none is made.
    pub(super) fn existing(folder: &Path) -> Result<Option<Self>, StoreError> {
        if folder.join(FILE_NAME).exists() {
            Self::open(Some(folder)).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Whether something is in doubt.
    pub(super) fn is_in_doubt(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// What is changed from now on is in doubt, as a step that can be taken back alone.
    pub(super) fn begin(&self) -> Result<(), StoreError> {
        if !self.is_in_doubt() {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
        }
        Ok(self.connection.execute_batch("SAVEPOINT step")?)
    }

    /// The step has come to its end; what it changed is in doubt.
    pub(super) fn step_is_done(&self) -> Result<(), StoreError> {
        Ok(self.connection.execute_batch("RELEASE step")?)
    }

    /// What the step changed is as it was before; earlier steps are still in doubt.
    pub(super) fn take_step_back(&self) -> Result<(), StoreError> {
        let back = "ROLLBACK TO step; RELEASE step";
        Ok(self.connection.execute_batch(back)?)
    }

    /// What was in doubt stays.
    pub(super) fn keep(&self) -> Result<(), StoreError> {
        self.end("COMMIT")
    }

    /// What was in doubt is as it was before.
    pub(super) fn take_back(&self) -> Result<(), StoreError> {
        self.end("ROLLBACK")
    }

    fn end(&self, how: &str) -> Result<(), StoreError> {
        if self.is_in_doubt() {
            self.connection.execute_batch(how)?;
        }
        Ok(())
    }

    /// The first column of all rows.
    pub(super) fn texts(
        &self,
        query: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare_cached(query)?;
        let rows = statement.query_map(parameters, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Changes that are undone unless they are committed.
pub(super) struct Writing<'a> {
    connection: &'a Connection,
    /// How they begin, stay and are undone.
    ways: [&'static str; 3],
}

impl Writing<'_> {
    pub(super) fn commit(mut self) -> Result<(), StoreError> {
        self.connection.execute_batch(self.ways[1])?;
        self.ways[1] = "";
        Ok(())
    }
}

impl std::ops::Deref for Writing<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        // What was committed has nothing to undo.
        if !self.ways[1].is_empty() {
            let _ = self.connection.execute_batch(self.ways[2]);
        }
    }
}

/// Makes an empty file, which SQLite takes for a new one, unless it is there: what the user told is for no
/// other user of the computer.
fn make_private(path: &Path) -> Result<(), std::io::Error> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn not_writable(path: &Path, error: std::io::Error) -> StoreError {
    StoreError::NotWritable {
        path: path.to_owned(),
        source: error.into(),
    }
}

/// What an error at opening means.
fn explained(path: &Path, error: rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged { path },
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure,
        ) => StoreError::NotWritable {
            path,
            source: error.into(),
        },
        _ => StoreError::Failed(error),
    }
}
