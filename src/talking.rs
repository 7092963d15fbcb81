//! Whether somebody talks with the assistant now, in whichever process: work that can wait stops meanwhile.
//!
//! A session holds a lock on a file of the data folder from the first sound of the user until its reply has been
//! played. The system frees the lock when its holder ends, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::events::{Activity, SessionView};
use crate::pipeline::Watcher;

/// In the data folder.
const FILE: &str = "talking.lock";

fn open(folder: &Path) -> io::Result<File> {
    std::fs::create_dir_all(folder)?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    options.open(folder.join(FILE))
}

/// Holds the lock of this data folder while a session's user or assistant speaks. Without it, if the file cannot be
/// made: nobody's conversation fails for that.
pub fn watcher(folder: &Path) -> Option<Watcher> {
    let opened = open(folder);
    let file = opened.inspect_err(|e| tracing::info!("no lock while somebody talks: {e}"));
    let state = Mutex::new((SessionView::default(), file.ok()?, false));
    Some(Box::new(move |event| {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let (view, file, is_held) = &mut *state;
        view.observe(event);
        let quiet = [Activity::Starting, Activity::Listening, Activity::Asleep];
        let talks = !quiet.contains(&view.activity);
        if talks != *is_held {
            // Somebody may be looking just now: the next event tries again.
            *is_held = if talks {
                file.try_lock_shared().is_ok()
            } else {
                file.unlock().is_err()
            };
        }
    }))
}

/// Looks whether somebody talks.
pub struct Look(File);

impl Look {
    /// At the lock of this data folder.
    ///
    /// # Errors
    /// Its file cannot be made.
    pub fn at(folder: &Path) -> io::Result<Self> {
        open(folder).map(Self)
    }

    /// Whether somebody talks now.
    pub fn somebody_talks(&self) -> bool {
        match self.0.try_lock() {
            Ok(()) => self.0.unlock().is_err(),
            Err(TryLockError::WouldBlock) => true,
            // What cannot be known keeps nobody from their work.
            Err(TryLockError::Error(_)) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::events::{EventKind, IgnoreReason, SessionEvent, TurnId};

    #[test]
    fn somebody_talks_from_the_first_sound_until_nothing_is_to_be_said() {
        let folder = tempfile::tempdir().unwrap();
        let look = Look::at(folder.path()).unwrap();
        let watcher = watcher(folder.path()).unwrap();
        let tell = |kind: EventKind| {
            watcher(&SessionEvent {
                at: Timestamp::ZERO,
                turn: Some(TurnId(1)),
                kind,
            });
        };
        assert!(!look.somebody_talks());
        tell(EventKind::SpeechStarted);
        assert!(look.somebody_talks());
        tell(EventKind::TurnIgnored {
            reason: IgnoreReason::NoWords,
            text: String::new(),
        });
        assert!(!look.somebody_talks());
    }

    #[test]
    fn a_session_that_ends_in_the_middle_talks_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let look = Look::at(folder.path()).unwrap();
        let held = open(folder.path()).unwrap();
        held.lock_shared().unwrap();
        assert!(look.somebody_talks());
        drop(held);
        assert!(!look.somebody_talks());
    }
}
