//! What can go wrong with models, each with what to do about it. Pure data, any thread.
//! Invariant: an error that a user can mend names the command, the folder or the setting that
//! mends it.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use super::human_bytes;

/// Every failure of this module.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    #[error("{origin} is not a model manifest that vivavoce can use: {why}")]
    BadManifest { origin: String, why: String },

    #[error("there is no profile `{name}`; the known profiles are: {known}")]
    UnknownProfile { name: String, known: String },

    #[error(
        "model `{model}` has no files for this operating system and processor (only for: \
         {offered}); choose a profile without it, or run on one of those"
    )]
    NoBuildForPlatform { model: String, offered: String },

    #[error(
        "there is no home folder to keep models in; name a folder with --models-dir DIR or the \
         environment variable VIVAVOCE_MODELS"
    )]
    NoStoreFolder,

    #[error("the models of profile `{profile}` are not ready:\n{}Run: {mend}", list(.problems))]
    NotReady {
        profile: String,
        problems: Vec<Problem>,
        mend: String,
    },

    #[error(
        "the disk is full: {} had no room (this pull needs about {} free there). Free some space, \
         or choose another folder with --models-dir DIR or the environment variable \
         VIVAVOCE_MODELS. No broken model was left behind",
        .dir.display(), human_bytes(*.needed_bytes)
    )]
    DiskFull { dir: PathBuf, needed_bytes: u64 },

    #[error("could not {doing} {}: {source}", .path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },

    /// One source failed; the next may do better. [`super::ModelStore::pull`] collects these.
    #[error("{tried}: {why}")]
    SourceFailed { tried: String, why: String },

    #[error("{}", unreachable_message(.profile, .files, .by_hand))]
    Unreachable {
        profile: String,
        files: Vec<FailedFile>,
        by_hand: String,
    },

    #[error("cancelled; run the same command again to go on where it stopped")]
    Cancelled,
}

/// A file that keeps a profile from running.
#[derive(Debug, Clone)]
pub struct Problem {
    pub path: PathBuf,
    /// "missing", or what is wrong with it.
    pub what: String,
}

/// A file that no source could give.
#[derive(Debug, Clone)]
pub struct FailedFile {
    pub path: PathBuf,
    pub tried: Vec<Tried>,
}

/// A source that was tried, and why it failed.
#[derive(Debug, Clone)]
pub struct Tried {
    pub source: String,
    pub why: String,
}

impl ModelsError {
    /// An I/O error on our own disk. One that means "full" becomes [`ModelsError::DiskFull`], with
    /// what this one file needs; `pull` puts the whole need in its place.
    pub(super) fn disk(
        doing: &'static str,
        path: &Path,
        needed_bytes: u64,
        source: io::Error,
    ) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ModelsError::DiskFull {
                dir: path.parent().unwrap_or(path).to_owned(),
                needed_bytes,
            },
            _ => ModelsError::Io {
                doing,
                path: path.to_owned(),
                source,
            },
        }
    }

    pub(super) fn source_failed(tried: impl Into<String>, why: impl Into<String>) -> Self {
        ModelsError::SourceFailed {
            tried: tried.into(),
            why: why.into(),
        }
    }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().fold(String::new(), |mut text, problem| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {}: {}", problem.path.display(), problem.what);
        text
    })
}

fn unreachable_message(profile: &str, files: &[FailedFile], by_hand: &str) -> String {
    let mut text = format!(
        "could not get {} file(s) of profile `{profile}`:\n",
        files.len()
    );
    for file in files {
        let _ = writeln!(text, "  {}", file.path.display());
        for tried in &file.tried {
            let _ = writeln!(text, "    {}: {}", tried.source, tried.why);
        }
    }
    text.push_str(by_hand);
    text
}
