//! A server's process: started in a group of its own, listened to, ended with all that it started.

use std::collections::VecDeque;
use std::io;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::AsyncReadExt;
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::config::Environment;
use super::result_text::plain;

/// What a server finds of our environment: what programs need to run, and nothing that may be a key.
const INHERITED: [&str; 23] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TERM",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_TIME",
    "TZ",
    "TMPDIR",
    // Windows: without these programs do not start, or find no folder for their files.
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "COMSPEC",
    "PATHEXT",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMFILES",
];

/// How long a server may take to end once its input is closed, and then once it is asked to.
const GRACE: Duration = Duration::from_millis(200);
/// What is kept of a server's standard error, in bytes.
const KEPT_ERRORS: usize = 4 << 10;
/// What of it is shown, in characters.
const SHOWN_ERRORS: usize = 300;

/// A running server. It ends when this is dropped: at once then, and with a grace by [`Child::stop`].
pub(super) struct Child {
    process: Option<tokio::process::Child>,
    errors: Errors,
}

/// The last of a server's standard error, as it is read.
struct Errors {
    kept: Arc<Mutex<VecDeque<u8>>>,
    reader: JoinHandle<()>,
}

impl Child {
    /// Starts a program, in this process's folder; what it writes and what it reads come with it.
    pub(super) fn start(
        program: &str,
        arguments: &[String],
        env: &Environment,
    ) -> io::Result<(Self, ChildStdout, ChildStdin)> {
        let mut command = Command::new(program);
        let inherited = INHERITED
            .iter()
            .filter_map(|name| std::env::var_os(name).map(|value| (name, value)));
        command
            .args(arguments)
            .env_clear()
            .envs(inherited)
            .envs(&env.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // What it starts (npx starts the server) is ended with it, and Ctrl-C is for us.
        #[cfg(unix)]
        command.process_group(0);
        let mut process = command.spawn()?;
        let pipes = (
            process.stdout.take(),
            process.stdin.take(),
            process.stderr.take(),
        );
        let (Some(output), Some(input), Some(errors)) = pipes else {
            unreachable!("the three pipes were asked for");
        };
        let child = Self {
            process: Some(process),
            errors: Errors::read(errors),
        };
        Ok((child, output, input))
    }

    /// The end of what it wrote to its standard error so far.
    pub(super) fn errors(&self) -> String {
        self.errors.shown()
    }

    /// Ends it, after its input was closed, within four times [`GRACE`]; the end of what it wrote to its
    /// standard error.
    pub(super) async fn stop(mut self) -> String {
        if let Some(process) = &mut self.process {
            let group = Group::of(process);
            if timeout(GRACE, process.wait()).await.is_err() {
                group.ask();
                let _ = timeout(GRACE, process.wait()).await;
            }
            // Also where it ended by itself: what it started may not have. Its number is free by now, but no
            // system gives numbers out again that soon.
            group.kill();
            let _ = timeout(GRACE, process.wait()).await;
        }
        // The pipe is closed now, unless something left the group.
        let _ = timeout(GRACE, &mut self.errors.reader).await;
        self.errors.shown()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.errors.reader.abort();
        let Some(mut process) = self.process.take() else {
            return;
        };
        Group::of(&process).kill();
        // Waited for, so that it does not stay in the table of processes.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { process.wait().await });
        }
    }
}

impl Errors {
    /// Reads a server's standard error for as long as it writes, so that it never waits for us.
    fn read(mut from: ChildStderr) -> Self {
        let kept = Arc::new(Mutex::new(VecDeque::with_capacity(KEPT_ERRORS)));
        let to = kept.clone();
        let reader = tokio::spawn(async move {
            let mut chunk = [0; KEPT_ERRORS];
            while let Ok(n @ 1..) = from.read(&mut chunk).await {
                let mut kept = to.lock();
                let too_many = (kept.len() + n).saturating_sub(KEPT_ERRORS);
                kept.drain(..too_many);
                kept.extend(&chunk[..n]);
            }
        });
        Self { kept, reader }
    }

    /// Its last lines, cleaned, in one.
    fn shown(&self) -> String {
        let bytes: Vec<u8> = self.kept.lock().iter().copied().collect();
        last_lines(&String::from_utf8_lossy(&bytes))
    }
}

/// The last lines of a text, at most three, cleaned, as one line.
fn last_lines(text: &str) -> String {
    let text = plain(text, KEPT_ERRORS);
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let last = lines.split_off(lines.len().saturating_sub(3));
    plain(&last.join(" / "), SHOWN_ERRORS)
}

/// A process and what it started.
struct Group {
    #[cfg(unix)]
    id: Option<nix::unistd::Pid>,
}

#[cfg(unix)]
impl Group {
    /// The group of a process that leads one; nothing once it was waited for.
    fn of(process: &tokio::process::Child) -> Self {
        let id = process.id().and_then(|id| i32::try_from(id).ok());
        Self {
            id: id.map(nix::unistd::Pid::from_raw),
        }
    }

    fn ask(&self) {
        self.signal(nix::sys::signal::Signal::SIGTERM);
    }

    fn kill(&self) {
        self.signal(nix::sys::signal::Signal::SIGKILL);
    }

    fn signal(&self, signal: nix::sys::signal::Signal) {
        if let Some(id) = self.id {
            // Gone already is well.
            let _ = nix::sys::signal::killpg(id, signal);
        }
    }
}

// There the process itself is ended when it is dropped, and what it started ends with its input.
#[cfg(not(unix))]
impl Group {
    fn of(_: &tokio::process::Child) -> Self {
        Self {}
    }

    fn ask(&self) {}

    fn kill(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_a_server_complains_the_last_three_lines_are_shown() {
        let text = "first\nsecond\n\n\u{1b}[31mthird\u{1b}[0m\nfourth\n";
        assert_eq!(last_lines(text), "second / third / fourth");
    }

    #[test]
    fn a_complaint_without_end_is_shown_in_part() {
        let shown = last_lines(&"x".repeat(100_000));
        assert_eq!(shown.chars().count(), SHOWN_ERRORS);
    }

    #[test]
    fn silence_is_shown_as_nothing() {
        assert_eq!(last_lines("\n\n"), "");
    }
}
