//! Whisper's process, from its start to its end.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;
use std::time::Duration;

use wyoming::{Connection, Info, Lost, Message};

use super::{Cancelled, SttError};
use crate::clock::Stopwatch;
use crate::exchange::{self, ExchangeError};

/// Name of the worker's executable, without the system's ending.
const NAME: &str = "vivavoce-whisper";
/// Says where it is, if it is not beside the program.
const PLACE: &str = "VIVAVOCE_WHISPER";
/// The largest models come from slow disks.
const LOADING: Duration = Duration::from_secs(180);

/// How the worker is started.
#[derive(Debug, Clone)]
pub struct WorkerCommand {
    /// The executable; see [`find_worker`].
    pub program: PathBuf,
    /// The model, in whisper.cpp's ggml format.
    pub model: PathBuf,
    /// Spoken language, or `auto`.
    pub language: String,
    /// Words that may be said. Small models are led astray by them.
    pub vocabulary: Vec<String>,
    /// Threads of a decode.
    pub threads: usize,
}

/// Where the worker is: at `VIVAVOCE_WHISPER`, or beside the running program.
///
/// # Errors
/// It is not there.
pub fn find_worker() -> Result<PathBuf, SttError> {
    let own = std::env::current_exe().unwrap_or_default();
    let file = format!("{NAME}{}", std::env::consts::EXE_SUFFIX);
    let named = std::env::var_os(PLACE).filter(|path| !path.is_empty());
    let path = match named {
        Some(path) => PathBuf::from(path),
        None => own.parent().unwrap_or(Path::new("")).join(file),
    };
    if path.is_file() {
        Ok(path)
    } else {
        Err(SttError::WorkerAbsent { path })
    }
}

/// A running worker; it ends when this is dropped.
pub struct Worker {
    child: Child,
    peer: Connection,
    started: Stopwatch,
    /// What it offers, once its model is loaded.
    info: Option<Info>,
}

impl Worker {
    /// Starts it; it loads its model then.
    pub fn spawn(command: &WorkerCommand) -> Result<Self, SttError> {
        let failed = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::NotFound => SttError::WorkerAbsent {
                path: command.program.clone(),
            },
            _ => SttError::Run(format!("cannot start {}: {e}", command.program.display())),
        };
        let started = Stopwatch::start();
        let mut process = Command::new(&command.program);
        // Ctrl-C is for us: the worker ends with us, and not before its last answer.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut process, 0);
        let mut child = process
            .arg("--model")
            .arg(&command.model)
            .args(["--language", &command.language])
            .args(["--threads", &command.threads.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let pipes = (child.stdout.take(), child.stdin.take(), child.stderr.take());
        let (Some(output), Some(input), Some(log)) = pipes else {
            unreachable!("the three pipes were asked for");
        };
        pass_on(log).map_err(failed)?;
        let peer = Connection::over(output, input).map_err(failed)?;
        let worker = Self {
            child,
            peer,
            started,
            info: None,
        };
        // Answered once the model is loaded and warm.
        let _ = worker.peer.send([Message::Describe]);
        Ok(worker)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it offers; `None` before it is ready.
    pub fn info(&self) -> Option<&Info> {
        self.info.as_ref()
    }

    /// The connection to it.
    pub fn peer(&self) -> &Connection {
        &self.peer
    }

    /// Waits until the model is loaded: how long that took, if it was this call that saw it. `None`
    /// within: it was ready before; outside: cancelled.
    pub fn wait_until_ready(
        &mut self,
        cancelled: Cancelled,
    ) -> Result<Option<Option<Duration>>, ExchangeError> {
        if self.info.is_some() {
            return Ok(Some(None));
        }
        let limit = LOADING.saturating_sub(self.started.elapsed());
        let info = exchange::wait_for(&self.peer, limit, cancelled, |message| match message {
            Message::Info(info) => Some(Ok(info)),
            _ => None,
        })?;
        let ready = info.is_some();
        self.info = info;
        Ok(ready.then(|| Some(self.started.elapsed())))
    }

    /// Ends it, and says what had become of it.
    pub fn end(&mut self, error: &ExchangeError) -> String {
        let _ = self.child.kill();
        match (error, self.child.wait()) {
            // The status of one that had ended before is its own.
            (ExchangeError::Lost(Lost::Closed), Ok(status)) => format!("it ended: {status}"),
            _ => error.to_string(),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What it complains about goes into our log.
fn pass_on(log: ChildStderr) -> std::io::Result<()> {
    /// Bytes.
    const LONGEST_LINE: u64 = 4_096;
    let run = move || {
        let mut log = BufReader::new(log);
        let mut line = Vec::new();
        while let Ok(1..) = log.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            tracing::debug!("{NAME}: {}", String::from_utf8_lossy(&line).trim_end());
            line.clear();
        }
    };
    let thread = thread::Builder::new().name("whisper-log".into());
    thread.spawn(run).map(drop)
}
