//! One run of a package manager, pip's or npm's, which the user has set up (a mirror, a proxy, a
//! company's certificate). Caller's thread, and one that reads what the program complains of.
//! Invariants: it works in a folder of its own, so nothing in the folder that the user is in is run
//! or read, and no child outlives a cancel.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{self, Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use super::ModelsError;
use super::receive::Watch;
use super::staging::TICK;

/// Where, in the scratch folder, the finished package is put.
pub(super) const PACKAGES: &str = "packages";
const TEMPORARY: &str = "tmp";

/// A name is looked for in `PATH`; a path means what it means to the user.
pub(super) fn program(named: &Path) -> Result<PathBuf, ModelsError> {
    if named.components().count() > 1 {
        absolute(named)
    } else {
        Ok(named.to_path_buf())
    }
}

pub(super) fn absolute(path: &Path) -> Result<PathBuf, ModelsError> {
    path::absolute(path).map_err(|e| ModelsError::disk("find", path, 0, e))
}

/// How a fetch ended.
pub(super) enum Outcome {
    Done,
    /// This program does not exist, or lacks what is needed: another may do.
    Unusable(String),
    Failed(String),
}

/// How a run of a program ended.
pub(super) struct Ended {
    success: bool,
    status: String,
    complaints: Vec<String>,
}

impl Ended {
    /// Whether it was a success, or else why not: `why`, a line of the complaints, or the status.
    ///
    /// # Errors
    /// [`ModelsError::DiskFull`], if that is the reason.
    pub(super) fn outcome(&self, why: Option<&str>, folder: &Path) -> Result<Outcome, ModelsError> {
        const FULL: [&str; 3] = ["No space left on device", "not enough space", "ENOSPC"];
        if self.success {
            return Ok(Outcome::Done);
        }
        if FULL.iter().any(|words| self.said(words)) {
            let full = io::ErrorKind::StorageFull.into();
            return Err(ModelsError::disk("write", folder, 0, full));
        }
        let why = why.unwrap_or(&self.status).trim();
        Ok(Outcome::Failed(why.chars().take(300).collect()))
    }

    pub(super) fn said(&self, words: &str) -> bool {
        self.complaints.iter().any(|line| line.contains(words))
    }

    /// The lines of its standard error that hold something.
    pub(super) fn complaints(&self) -> impl DoubleEndedIterator<Item = &str> {
        let lines = self.complaints.iter().map(String::as_str);
        lines.filter(|line| !line.is_empty())
    }
}

/// Runs `command` in the folder for packages below `scratch`, which must be an empty folder's
/// absolute path; its temporary files go there too. The inner error: the program could not be started.
pub(super) fn run(
    command: &mut Command,
    scratch: &Path,
    watch: &mut Watch<'_>,
) -> Result<io::Result<Ended>, ModelsError> {
    let (packages, temporary) = (scratch.join(PACKAGES), scratch.join(TEMPORARY));
    for folder in [&packages, &temporary] {
        fs::create_dir_all(folder).map_err(|e| ModelsError::disk("create", folder, 0, e))?;
    }
    // What is downloaded goes to the temporary folder: in ours, its growth is the progress, and it
    // is on the disk that the user chose.
    command
        .current_dir(&packages)
        .env("TMPDIR", &temporary)
        .env("TEMP", &temporary)
        .env("TMP", &temporary)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ok(Err(error)),
    };
    let finished = wait(&mut child, scratch, watch);
    if finished.is_err() {
        // Already gone is as good as killed; waiting leaves no zombie.
        let _ = child.kill();
        let _ = child.wait();
    }
    let complaints = finished?;
    let status = child
        .wait()
        .map_err(|error| ModelsError::disk("wait for a program in", scratch, 0, error))?;
    Ok(Ok(Ended {
        success: status.success(),
        status: status.to_string(),
        complaints,
    }))
}

/// Reads standard error until it ends, looking at the cancel flag and the growing files.
fn wait(
    child: &mut Child,
    scratch: &Path,
    watch: &mut Watch<'_>,
) -> Result<Vec<String>, ModelsError> {
    let mut complaints = Vec::new();
    let Some(lines) = child
        .stderr
        .take()
        .and_then(|stderr| read_lines(stderr).ok())
    else {
        return Ok(complaints);
    };
    loop {
        watch.check()?;
        match lines.recv_timeout(TICK) {
            Ok(line) => complaints.push(line),
            Err(mpsc::RecvTimeoutError::Timeout) => watch.progress.at(largest_file(scratch)),
            Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(complaints),
        }
    }
}

fn read_lines(stderr: ChildStderr) -> io::Result<mpsc::Receiver<String>> {
    // Bounded, so that a program that floods its standard error waits for us.
    let (to, lines) = mpsc::sync_channel(64);
    thread::Builder::new()
        .name("models-package".to_owned())
        .spawn(move || {
            for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
                if to
                    .send(String::from_utf8_lossy(&line).trim().to_owned())
                    .is_err()
                {
                    return;
                }
            }
        })?;
    Ok(lines)
}

/// A package is written under a name of the program's choosing, then copied: the largest file is the
/// download.
fn largest_file(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let sizes = entries
        .filter_map(Result::ok)
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => largest_file(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        });
    sizes.max().unwrap_or(0)
}

/// The packages in `folder` whose names end so, in a fixed order.
pub(super) fn packages_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut packages: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    packages.sort();
    packages
}
