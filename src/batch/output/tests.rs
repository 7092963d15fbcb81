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

/// A disk with room for this many bytes.
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
        let whole: &[u8] = if cuts {
            b"1234567\nabc\n"
        } else {
            b"1234567\n123456"
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
