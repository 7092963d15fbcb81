//! What is done of a batch: one line an answer, added whole or not at all, so that a run that was killed goes on.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Line;
use crate::requests::Problem;

/// Why a file cannot take answers.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The system refuses it.
    #[error("cannot open {}: {reason}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// Another run writes to it.
    #[error("another run writes to {}: wait for it, or name another file with -o", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The requests are read from it.
    #[error("the requests are in {}: name another file for the answers with -o", path.display())]
    Requests {
        /// The file.
        path: PathBuf,
    },
    /// Something else is in it.
    #[error(
        "line {line} of {} is no answer of a batch: nothing of it was changed; name another file with -o",
        path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
}

/// How each line of ours begins; a torn one is known by it.
const BEGINS: &[u8] = br#"{"id":"batch_req_"#;

/// The answers that are there.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Whose.
    pub ids: HashSet<String>,
    /// Bytes of whole lines; what is behind them was torn off.
    pub bytes: u64,
    /// Whether the last whole line has no end yet.
    pub is_open: bool,
}

#[derive(Deserialize)]
struct Answered {
    custom_id: String,
    #[serde(rename = "response")]
    _response: Response,
}

#[derive(Deserialize)]
struct Response {
    #[serde(rename = "status_code")]
    _status: u16,
}

/// Finds what is done. A last line that was torn off while it was written is not.
///
/// # Errors
/// It cannot be read, or the line of this number is no answer.
pub fn kept(mut file: impl BufRead) -> io::Result<Result<Kept, usize>> {
    let (mut kept, mut line) = (Kept::default(), Vec::new());
    for number in 1.. {
        line.clear();
        let bytes = file.read_until(b'\n', &mut line)?;
        let is_open = line.pop_if(|last| *last == b'\n').is_none();
        if !line.trim_ascii().is_empty() {
            match serde_json::from_slice::<Answered>(&line) {
                Ok(answered) => {
                    kept.ids.insert(answered.custom_id);
                }
                Err(_) if is_open && is_torn(&line) => break,
                Err(_) => return Ok(Err(number)),
            }
        }
        kept.bytes += bytes as u64;
        if is_open {
            kept.is_open = bytes > 0;
            break;
        }
    }
    Ok(Ok(kept))
}

/// Whether this is how a line of ours begins.
fn is_torn(tail: &[u8]) -> bool {
    let most = tail.len().min(BEGINS.len());
    tail[..most] == BEGINS[..most]
}

/// What lines are added to.
trait Store: Write {
    /// Shortens the file to this many bytes, where the next line is to begin.
    fn cut(&mut self, bytes: u64) -> io::Result<()>;
}

impl Store for File {
    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.set_len(bytes)?;
        self.seek(SeekFrom::Start(bytes)).map(drop)
    }
}

/// Adds whole lines alone.
struct Lines<S> {
    store: S,
    /// Bytes of whole lines.
    bytes: u64,
    /// Whether the last of them has no end yet.
    is_open: bool,
    /// Whether something may be behind them.
    is_torn: bool,
}

impl<S: Store> Lines<S> {
    fn add(&mut self, line: &str) -> io::Result<()> {
        // Nothing is ever written behind half a line: such a file could not be gone on with.
        if self.is_torn {
            self.store.cut(self.bytes)?;
            self.is_torn = false;
        }
        let first = if self.is_open { "\n" } else { "" };
        let text = format!("{first}{line}\n");
        // At once: whoever kills the program in between leaves a line without an end.
        let written = self.store.write_all(text.as_bytes());
        if let Err(error) = written.and_then(|()| self.store.flush()) {
            // If that fails too, it is tried again before the next line.
            self.is_torn = self.store.cut(self.bytes).is_err();
            return Err(error);
        }
        self.bytes += text.len() as u64;
        self.is_open = false;
        Ok(())
    }
}

/// The file of answers. One run at a time has it.
pub struct Results {
    path: PathBuf,
    lines: Mutex<Lines<File>>,
}

impl Results {
    /// Opens or makes the file; whose answers are in it already. Nothing of it is changed before the first answer is
    /// added.
    ///
    /// # Errors
    /// It is the file of the requests, it cannot be opened, another run has it, or something else is in it.
    pub fn open(path: &Path, requests: &Path) -> Result<(Self, HashSet<String>), OutputError> {
        let fail = |e: io::Error| OutputError::Open {
            path: path.to_owned(),
            reason: e.to_string(),
        };
        if is_same(path, requests) {
            return Err(OutputError::Requests {
                path: path.to_owned(),
            });
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OutputError::Busy {
                    path: path.to_owned(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(fail(error)),
        }
        let kept = kept(BufReader::new(&file)).map_err(fail)?;
        let kept = kept.map_err(|line| OutputError::Foreign {
            path: path.to_owned(),
            line,
        })?;
        let lines = Lines {
            store: file,
            bytes: kept.bytes,
            is_open: kept.is_open,
            is_torn: true,
        };
        let path = path.to_owned();
        let lines = Mutex::new(lines);
        Ok((Self { path, lines }, kept.ids))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds the answer of a line.
    ///
    /// # Errors
    /// It cannot be written; then nothing of it stays in the file.
    pub fn append(&self, line: &Line, answer: Result<Value, Problem>) -> io::Result<()> {
        let text = serde_json::to_string(&answered(line, answer))?;
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.add(&text)
    }
}

/// Whether two paths lead to one file, also through links.
fn is_same(one: &Path, other: &Path) -> bool {
    let is_linked = fs::canonicalize(one)
        .and_then(|one| Ok(one == fs::canonicalize(other)?))
        .unwrap_or(false);
    is_linked || is_second_name(one, other)
}

/// Whether two names are given to one file.
#[cfg(unix)]
fn is_second_name(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |path: &Path| fs::metadata(path).map(|file| (file.dev(), file.ino()));
    matches!((place(one), place(other)), (Ok(one), Ok(other)) if one == other)
}

/// Such a second name is known by what is in the file: requests are no answers.
#[cfg(not(unix))]
fn is_second_name(_: &Path, _: &Path) -> bool {
    false
}

/// A line of OpenAI's output. Written as a struct, since the order is that of its fields.
#[derive(Serialize)]
struct Answer<'l> {
    id: String,
    custom_id: &'l str,
    response: Value,
    error: Value,
}

/// `error` says at a glance what the body of a failed answer says.
fn answered(line: &Line, answer: Result<Value, Problem>) -> Answer<'_> {
    let (status, body, error) = match answer {
        Ok(body) => (200, body, Value::Null),
        Err(problem) => {
            let body = problem.body();
            let error = json!({ "code": body["error"]["type"], "message": problem.message() });
            (problem.status(), body, error)
        }
    };
    let number = format!("{:06}", line.number);
    Answer {
        id: format!("batch_req_{number}"),
        custom_id: &line.custom_id,
        response: json!({ "status_code": status, "request_id": format!("req_{number}"), "body": body }),
        error,
    }
}

#[cfg(test)]
mod tests;
