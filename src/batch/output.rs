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
    /// Cuts it off behind so many bytes, where the next line is to begin.
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
mod tests {
    use super::*;

    fn line(number: usize) -> Line {
        Line {
            number,
            custom_id: format!("line {number}"),
            job: Err(Problem::busy("")),
        }
    }

    /// Opens it beside requests that are elsewhere.
    fn open(path: &Path) -> Result<(Results, HashSet<String>), OutputError> {
        Results::open(path, Path::new("in.jsonl"))
    }

    /// A file with one answer, and the text of it and of another answer.
    fn with_one() -> (tempfile::TempDir, PathBuf, [String; 2]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        let (results, _) = open(&path).unwrap();
        results.append(&line(1), Ok(json!({ "x": 1 }))).unwrap();
        let first = fs::read_to_string(&path).unwrap();
        results.append(&line(2), Ok(json!({ "x": 1 }))).unwrap();
        let second = fs::read_to_string(&path).unwrap()[first.len()..].to_owned();
        (folder, path, [first, second])
    }

    #[test]
    fn a_torn_line_is_cut_off_with_the_next_answer_and_its_request_not_done() {
        let (_folder, path, [first, second]) = with_one();
        for cut in 0..second.len() - 1 {
            let torn = format!("{first}{}", &second[..cut]);
            fs::write(&path, &torn).unwrap();
            let (results, done) = open(&path).unwrap();
            assert_eq!(done, HashSet::from(["line 1".to_owned()]), "cut at {cut}");
            assert_eq!(fs::read_to_string(&path).unwrap(), torn, "cut at {cut}");
            results.append(&line(2), Ok(json!({ "x": 1 }))).unwrap();
            assert_eq!(
                fs::read_to_string(&path).unwrap(),
                format!("{first}{second}")
            );
        }
    }

    #[test]
    fn a_whole_answer_without_its_end_of_line_is_done_and_gets_it() {
        let (_folder, path, [first, second]) = with_one();
        fs::write(&path, first.trim_end()).unwrap();
        let (results, done) = open(&path).unwrap();
        assert_eq!(done, HashSet::from(["line 1".to_owned()]));
        results.append(&line(2), Ok(json!({ "x": 1 }))).unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            format!("{first}{second}")
        );
    }

    #[test]
    fn empty_lines_say_nothing() {
        let (_folder, path, [first, second]) = with_one();
        fs::write(&path, format!("\n{first}\n")).unwrap();
        let (results, done) = open(&path).unwrap();
        assert_eq!(done.len(), 1);
        results.append(&line(2), Ok(json!({ "x": 1 }))).unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            format!("\n{first}\n{second}")
        );
    }

    #[test]
    fn a_file_of_something_else_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        let request = r#"{"custom_id":"a","method":"POST","url":"/v1/audio/speech","body":{}}"#;
        let id_alone = r#"{"custom_id":"a"}"#;
        for text in [
            "my notes\nand half a li",
            "one line without an end",
            request,
            id_alone,
            "{\"custom_id\":\"a\"}\n",
            "{\"id\":7",
        ] {
            fs::write(&path, text).unwrap();
            let error = open(&path).err().unwrap();
            assert!(
                matches!(error, OutputError::Foreign { line: 1, .. }),
                "{error}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn the_file_of_the_requests_takes_no_answers() {
        let folder = tempfile::tempdir().unwrap();
        let requests = folder.path().join("in.jsonl");
        fs::write(&requests, "").unwrap();
        let mut names = vec![requests.clone(), folder.path().join(".").join("in.jsonl")];
        #[cfg(unix)]
        {
            let (soft, hard) = (folder.path().join("soft"), folder.path().join("hard"));
            std::os::unix::fs::symlink(&requests, &soft).unwrap();
            fs::hard_link(&requests, &hard).unwrap();
            names.extend([soft, hard]);
        }
        for name in names {
            let error = Results::open(&name, &requests).err().unwrap();
            assert!(matches!(error, OutputError::Requests { .. }), "{error}");
        }
    }

    #[test]
    fn two_runs_do_not_write_to_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        let first = open(&path).unwrap();
        assert!(matches!(open(&path), Err(OutputError::Busy { .. })));
        drop(first);
        assert!(open(&path).is_ok());
    }

    /// A disk that is full after so many bytes.
    struct Full {
        bytes: Vec<u8>,
        room: usize,
        cuts: bool,
    }

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let fits = bytes.len().min(self.room - self.bytes.len());
            self.bytes.extend(&bytes[..fits]);
            match fits {
                0 => Err(io::ErrorKind::StorageFull.into()),
                fits => Ok(fits),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Store for Full {
        fn cut(&mut self, bytes: u64) -> io::Result<()> {
            if !self.cuts {
                return Err(io::ErrorKind::Other.into());
            }
            self.bytes.truncate(bytes as usize);
            Ok(())
        }
    }

    #[test]
    fn nothing_is_written_behind_half_a_line() {
        for cuts in [true, false] {
            let store = Full {
                bytes: Vec::new(),
                room: 14,
                cuts,
            };
            let mut lines = Lines {
                store,
                bytes: 0,
                is_open: false,
                is_torn: false,
            };
            lines.add("1234567").unwrap();
            assert!(lines.add("1234567").is_err());
            lines.store.room = 100;
            assert_eq!(lines.add("abc").is_ok(), cuts);
            let whole: &[u8] = match cuts {
                true => b"1234567\nabc\n",
                false => b"1234567\n123456",
            };
            assert_eq!(lines.store.bytes, whole);
            lines.store.cuts = true;
            lines.add("d").unwrap();
            assert!(lines.store.bytes.ends_with(b"\nd\n"));
            assert!(!lines.store.bytes.ends_with(b"6d\n"));
        }
    }

    #[test]
    fn a_failed_answer_has_its_status_and_says_why() {
        let (wrong, right) = (line(7), line(7));
        let problem = Problem::wrong(Some("n"), "n is not supported");
        let answer = answered(&wrong, Err(problem));
        assert_eq!(answer.response["status_code"], 400);
        assert_eq!(answer.response["body"]["error"]["param"], "n");
        assert_eq!(answer.error["message"], "n is not supported");
        assert_eq!(answered(&right, Ok(json!(1))).error, Value::Null);
    }

    #[test]
    fn a_line_begins_as_a_torn_one_is_known() {
        let text = serde_json::to_string(&answered(&line(7), Ok(json!(1)))).unwrap();
        assert!(text.as_bytes().starts_with(BEGINS), "{text}");
    }
}
