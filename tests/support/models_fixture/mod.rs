//! What the tests of `models` share: a manifest of small files, a store in a temporary folder, a
//! web server, a Python and an npm that are shell scripts, and a progress that acts.

// Each test program uses some of it.
#![allow(dead_code)]

pub mod whisper;

use std::io::{Cursor, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tempfile::TempDir;
use vivavoce::models::{
    Manifest, ModelStore, ModelsError, PullOptions, PullProgress, PullSummary, Selection,
    SilentProgress,
};

pub const MODEL: &str = "ears";

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// 200 kB that differ from place to place, so that a misplaced half has another hash.
pub fn content() -> Vec<u8> {
    (0..200_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect()
}

/// A file of the test model: its name, what is to be in it, its sources in TOML.
pub struct FileSpec<'a>(pub &'a str, pub &'a [u8], pub &'a str);

pub fn manifest(files: &[FileSpec<'_>]) -> Manifest {
    let files: String = files
        .iter()
        .map(|FileSpec(name, content, sources)| {
            format!(
                "[[models.files]]\nname = \"{name}\"\nsize = {}\nsha256 = \"{}\"\nsources = [{sources}]\n",
                content.len(),
                sha256(content),
            )
        })
        .collect();
    manifest_with(&files)
}

/// A manifest with these files, in TOML.
pub fn manifest_with(files: &str) -> Manifest {
    let text = format!(
        "[[profiles]]\nname = \"tiny\"\ndescription = \"\"\nlanguages = [\"en\"]\n\
         roles = {{ stt = \"{MODEL}\" }}\n\
         [[models]]\nid = \"{MODEL}\"\nrole = \"stt\"\nengine = \"none\"\nlanguages = [\"en\"]\n\
         licence = \"MIT\"\ndescription = \"\"\n{files}"
    );
    Manifest::parse(&text, "the test manifest").unwrap()
}

pub fn selection(manifest: &Manifest) -> Selection<'_> {
    manifest.select("tiny", None).unwrap()
}

/// An empty store, in a folder that goes with the first of the two.
pub fn store() -> (TempDir, ModelStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = ModelStore::named(folder.path().join("models"));
    (folder, store)
}

pub fn put(store: &ModelStore, name: &str, content: &[u8]) -> PathBuf {
    let path = store.path(MODEL, name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content).unwrap();
    path
}

/// The part in which a later pull would find what an earlier one had.
pub fn resumable_part(store: &ModelStore, name: &str, content: &[u8]) -> PathBuf {
    store
        .root()
        .join(".staging")
        .join(format!("{}-{name}.http.part", &sha256(content)[..16]))
}

pub fn pull(
    store: &ModelStore,
    manifest: &Manifest,
    options: &PullOptions,
) -> Result<PullSummary, ModelsError> {
    store.pull(
        &selection(manifest),
        options,
        &mut SilentProgress,
        &AtomicBool::new(false),
    )
}

/// Options that reach nothing outside this machine and give up soon.
pub fn options() -> PullOptions {
    PullOptions {
        python: Some("/nonexistent/python".into()),
        npm: Some("/nonexistent/npm".into()),
        hub_base: "http://127.0.0.1:9".to_owned(),
        from: None,
        connect_timeout: Duration::from_secs(5),
        stall_timeout: Duration::from_secs(5),
    }
}

/// Names that lie in the staging folder.
pub fn left_in_staging(store: &ModelStore) -> Vec<String> {
    let entries = std::fs::read_dir(store.root().join(".staging")).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// A pull that is cancelled ends the program that fetches, which writes its process's number into `pid`.
pub fn assert_cancel_kills(
    store: &ModelStore,
    manifest: &Manifest,
    options: &PullOptions,
    pid: &Path,
) {
    let cancel = AtomicBool::new(false);
    let mut progress = CancelAtFirstReport(&cancel);
    let result = store.pull(&selection(manifest), options, &mut progress, &cancel);
    assert!(matches!(result, Err(ModelsError::Cancelled)), "{result:?}");
    // Killed before it could write its number, or gone by that number.
    if let Ok(pid) = std::fs::read_to_string(pid) {
        let alive = Command::new("kill")
            .args(["-0", pid.trim()])
            .output()
            .unwrap();
        assert!(!alive.status.success());
    }
}

/// Raises `cancel` at the first byte, or (pip) the first look at the growing files.
pub struct CancelAtFirstReport<'a>(pub &'a AtomicBool);

impl PullProgress for CancelAtFirstReport<'_> {
    fn note(&mut self, _line: &str) {}
    fn begin(&mut self, _task: &str, _total_bytes: Option<u64>) {}
    fn at(&mut self, _bytes: u64) {
        self.0.store(true, Ordering::Relaxed);
    }
    fn end(&mut self) {}
}

/// Calls `act` when a task begins whose name starts so.
pub struct AtTask<'a> {
    pub task: &'a str,
    pub act: &'a mut dyn FnMut(),
}

impl PullProgress for AtTask<'_> {
    fn note(&mut self, _line: &str) {}
    fn begin(&mut self, task: &str, _total_bytes: Option<u64>) {
        if task.starts_with(self.task) {
            (self.act)();
        }
    }
    fn at(&mut self, _bytes: u64) {}
    fn end(&mut self) {}
}

/// How the server answers one request.
pub struct Reply {
    pub status: &'static str,
    pub headers: Vec<String>,
    pub body: Vec<u8>,
    /// Say this length instead of the body's, and hold the connection open after the body.
    pub stall_with_length: Option<usize>,
}

impl Reply {
    pub fn ok(body: &[u8]) -> Self {
        Reply {
            status: "200 OK",
            headers: vec![],
            body: body.to_vec(),
            stall_with_length: None,
        }
    }

    pub fn rest(body: &[u8], from: usize) -> Self {
        let range = format!(
            "Content-Range: bytes {from}-{}/{}",
            body.len() - 1,
            body.len()
        );
        Reply {
            status: "206 Partial Content",
            headers: vec![range],
            ..Reply::ok(&body[from..])
        }
    }

    pub fn status(status: &'static str) -> Self {
        Reply {
            status,
            ..Reply::ok(b"")
        }
    }
}

/// What a request asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub path: String,
    /// Only the head of the answer is wanted.
    pub head: bool,
    /// From the `Range` header.
    pub from: Option<usize>,
}

/// A web server on this machine, for as long as the test process lives.
pub struct Server {
    pub base: String,
    pub asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream.unwrap(), &log, &*answer));
            }
        });
        Server { base, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// A source in the manifest that is this server's `/file`.
    pub fn source(&self) -> String {
        format!("{{ url = \"{}/file\" }}", self.base)
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Asked>>, answer: &dyn Fn(&Asked) -> Reply) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        request.push(byte[0]);
    }
    let request = String::from_utf8(request).unwrap().to_lowercase();
    let from = request
        .lines()
        .find_map(|line| line.strip_prefix("range: bytes="));
    let asked = Asked {
        path: request.split(' ').nth(1).unwrap().to_owned(),
        head: request.starts_with("head "),
        from: from.map(|range| range.trim_end_matches('-').parse().unwrap()),
    };
    log.lock().unwrap().push(asked.clone());
    let reply = answer(&asked);
    let length = reply.stall_with_length.unwrap_or(reply.body.len());
    let headers: String = reply
        .headers
        .iter()
        .map(|header| format!("{header}\r\n"))
        .collect();
    let head = format!(
        "HTTP/1.1 {}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n",
        reply.status
    );
    let body: &[u8] = if asked.head { b"" } else { &reply.body };
    // The client may have hung up: that is what some tests are about.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body));
    if reply.stall_with_length.is_some() {
        let _ = stream.read(&mut byte);
    }
}

/// A wheel with these members.
pub fn wheel(folder: &Path, name: &str, members: &[(&str, &[u8])]) -> PathBuf {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (member, content) in members {
        zip.start_file(*member, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(content).unwrap();
    }
    let path = folder.join(name);
    std::fs::write(&path, zip.finish().unwrap().into_inner()).unwrap();
    path
}

/// A package of npm with these members, whose names are written as they are.
pub fn tarball(folder: &Path, name: &str, members: &[(&str, &[u8])]) -> PathBuf {
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(
        Vec::new(),
        flate2::Compression::fast(),
    ));
    for (member, content) in members {
        append(&mut tar, member, content, tar::EntryType::Regular);
    }
    let path = folder.join(name);
    std::fs::write(&path, tar.into_inner().unwrap().finish().unwrap()).unwrap();
    path
}

/// Appends an entry whose name the library would refuse to write.
pub fn append(
    tar: &mut tar::Builder<impl std::io::Write>,
    name: &str,
    content: &[u8],
    kind: tar::EntryType,
) {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_cksum();
    tar.append(&header, content).unwrap();
}

/// A program that stands for Python: `script` finds `-d`'s folder in `$to`.
#[cfg(unix)]
pub fn fake_python(folder: &Path, script: &str) -> PathBuf {
    fake_program(folder, "python", "-d", script)
}

/// A program that stands for npm: `script` finds `--pack-destination`'s folder in `$to`.
#[cfg(unix)]
pub fn fake_npm(folder: &Path, script: &str) -> PathBuf {
    fake_program(folder, "npm", "--pack-destination", script)
}

/// `script` finds in `$to` what follows `flag`; each call is a line in `FOLDER/calls`. Written by a
/// child process: while this one has it open for writing, another test's fork would make running
/// it fail ("text file busy").
#[cfg(unix)]
fn fake_program(folder: &Path, name: &str, flag: &str, script: &str) -> PathBuf {
    let path = folder.join(name);
    let text = format!(
        "#!/bin/sh\necho \"$*\" >> '{0}/calls'\nto=\nprevious=\n\
         for word in \"$@\"; do [ \"$previous\" = {flag} ] && to=\"$word\"; previous=\"$word\"; done\n{script}\n",
        folder.display()
    );
    let mut child = Command::new("sh")
        .args(["-c", "cat > \"$0\" && chmod +x \"$0\""])
        .arg(&path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
    path
}

#[cfg(unix)]
pub fn calls(folder: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join("calls")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}
