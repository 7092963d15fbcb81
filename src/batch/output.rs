//! What is done of a batch: one line an answer, added whole or not at all, so that a run that was killed goes on.

use std::collections::HashSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
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

/// The answers that are there.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Whose.
    pub ids: HashSet<String>,
    /// Bytes of whole lines; what is behind them was torn off.
    pub bytes: u64,
}

#[derive(Deserialize)]
struct Answered {
    custom_id: String,
}

/// Finds what is done; a last line without an end is not.
///
/// # Errors
/// It cannot be read, or the line of this number is no answer.
pub fn kept(mut file: impl BufRead) -> io::Result<Result<Kept, usize>> {
    let (mut kept, mut line) = (Kept::default(), Vec::new());
    for number in 1.. {
        line.clear();
        let bytes = file.read_until(b'\n', &mut line)?;
        if line.pop_if(|last| *last == b'\n').is_none() {
            break;
        }
        let Ok(answered) = serde_json::from_slice::<Answered>(&line) else {
            return Ok(Err(number));
        };
        kept.ids.insert(answered.custom_id);
        kept.bytes += bytes as u64;
    }
    Ok(Ok(kept))
}

/// The file of answers. One run at a time has it.
pub struct Results {
    path: PathBuf,
    file: Mutex<File>,
}

impl Results {
    /// Opens or makes the file; whose answers are in it already.
    ///
    /// # Errors
    /// It cannot be opened, another run has it, or something else is in it.
    pub fn open(path: &Path) -> Result<(Self, HashSet<String>), OutputError> {
        let fail = |e: io::Error| OutputError::Open {
            path: path.to_owned(),
            reason: e.to_string(),
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).map_err(fail)?;
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
        let Kept { ids, bytes } = kept.map_err(|line| OutputError::Foreign {
            path: path.to_owned(),
            line,
        })?;
        file.set_len(bytes).map_err(fail)?;
        file.seek(SeekFrom::End(0)).map_err(fail)?;
        let file = Mutex::new(file);
        Ok((
            Self {
                path: path.to_owned(),
                file,
            },
            ids,
        ))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds the answer of a line.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn append(&self, line: &Line, answer: Result<Value, Problem>) -> io::Result<()> {
        let mut text = answered(line, answer).to_string();
        text.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // At once: whoever kills the program in between leaves a line without an end.
        file.write_all(text.as_bytes())?;
        file.flush()
    }
}

/// A line of OpenAI's output; `error` says at a glance what the body of a failed answer says.
fn answered(line: &Line, answer: Result<Value, Problem>) -> Value {
    let (status, body, error) = match answer {
        Ok(body) => (200, body, Value::Null),
        Err(problem) => {
            let body = problem.body();
            let error = json!({ "code": body["error"]["type"], "message": problem.message() });
            (problem.status(), body, error)
        }
    };
    json!({
        "id": format!("batch_req_{:06}", line.number),
        "custom_id": line.custom_id,
        "response": {
            "status_code": status,
            "request_id": format!("req_{:06}", line.number),
            "body": body,
        },
        "error": error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: usize) -> Line {
        Line {
            number,
            custom_id: format!("line {number}"),
            job: Err(Problem::busy("")),
        }
    }

    #[test]
    fn a_torn_line_is_cut_off_and_its_request_not_done() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        let (results, _) = Results::open(&path).unwrap();
        results.append(&line(1), Ok(json!({ "x": 1 }))).unwrap();
        drop(results);
        let whole = std::fs::read_to_string(&path).unwrap();
        let second = whole.replace("line 1", "line 2");
        for cut in 0..second.len() {
            std::fs::write(&path, format!("{whole}{}", &second[..cut])).unwrap();
            let (_, done) = Results::open(&path).unwrap();
            assert_eq!(done, HashSet::from(["line 1".to_owned()]), "cut at {cut}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
        }
    }

    #[test]
    fn a_file_of_something_else_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "my notes\nand half a li").unwrap();
        let error = Results::open(&path).err().unwrap();
        assert!(
            matches!(error, OutputError::Foreign { line: 1, .. }),
            "{error}"
        );
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "my notes\nand half a li");
    }

    #[test]
    fn two_runs_do_not_write_to_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        let first = Results::open(&path).unwrap();
        assert!(matches!(
            Results::open(&path),
            Err(OutputError::Busy { .. })
        ));
        drop(first);
        assert!(Results::open(&path).is_ok());
    }

    #[test]
    fn a_failed_answer_has_its_status_and_says_why() {
        let answer = answered(
            &line(7),
            Err(Problem::wrong(Some("n"), "n is not supported")),
        );
        assert_eq!(answer["response"]["status_code"], 400);
        assert_eq!(answer["response"]["body"]["error"]["param"], "n");
        assert_eq!(answer["error"]["message"], "n is not supported");
        assert_eq!(answered(&line(7), Ok(json!(1)))["error"], Value::Null);
    }
}
