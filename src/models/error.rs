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
    /// A manifest that cannot be parsed, or that contradicts itself.
    #[error("{origin} is not a model manifest that vivavoce can use: {why}")]
    BadManifest {
        /// Where the text is from, in words.
        origin: String,
        /// The parser's message with the line, or the contradiction.
        why: String,
    },

    /// The manifest has no profile of this name.
    #[error("there is no profile `{name}`; the known profiles are: {known}")]
    UnknownProfile {
        /// What was asked for.
        name: String,
        /// The names there are, separated by commas.
        known: String,
    },

    /// A model of the profile has files, but none for this platform.
    #[error(
        "model `{model}` has no files for this operating system and processor (only for: \
         {offered}); choose a profile without it, or run on one of those"
    )]
    NoBuildForPlatform {
        /// The model's id.
        model: String,
        /// The platforms that it has files for, separated by commas.
        offered: String,
    },

    /// No folder was named, and the platform gives none for application data.
    #[error(
        "there is no home folder to keep models in; name a folder with --models-dir DIR or the \
         environment variable VIVAVOCE_MODELS"
    )]
    NoStoreFolder,

    /// Files of the profile are missing or damaged.
    #[error("the models of profile `{profile}` are not ready:\n{}Run: {mend}", list(.problems))]
    NotReady {
        /// The profile's name.
        profile: String,
        /// Every file that is not sound, not only the first.
        problems: Vec<Problem>,
        /// The command that gets them.
        mend: String,
    },

    /// The disk or the user's quota of it ran out during a pull.
    #[error(
        "the disk is full: {} had no room (this pull needs about {} free there). Free some space, \
         or choose another folder with --models-dir DIR or the environment variable \
         VIVAVOCE_MODELS. No broken model was left behind",
        .dir.display(), human_bytes(*.needed_bytes)
    )]
    DiskFull {
        /// A folder on that disk: the store, once [`super::ModelStore::pull`] returns it.
        dir: PathBuf,
        /// About what the pull still needs there, in bytes.
        needed_bytes: u64,
    },

    /// Our own disk failed in another way than being full.
    #[error("could not {doing} {}: {source}", .path.display())]
    Io {
        /// What failed, to stand between "could not" and the path ("write", "lock").
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// One source failed; the next may do better. [`super::ModelStore::pull`] collects these.
    #[error("{tried}: {why}")]
    SourceFailed {
        /// The source, in words or as its address.
        tried: String,
        /// What was wrong with it, or with what it gave.
        why: String,
    },

    /// Some files could not be had from any source; the others were fetched and stay.
    #[error("{}", unreachable_message(.profile, .files, .by_hand))]
    Unreachable {
        /// The profile's name.
        profile: String,
        /// The files that are still lacking.
        files: Vec<FailedFile>,
        /// What the user can do instead, with every path, hash and command in full.
        by_hand: String,
    },

    /// The user stopped it. Parts of downloads stay, for the next pull to go on with.
    #[error("cancelled; run the same command again to go on where it stopped")]
    Cancelled,
}

/// A file that keeps a profile from running.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Where it lies, or should.
    pub path: PathBuf,
    /// "missing", or what is wrong with it.
    pub what: String,
}

/// A file that no source could give.
#[derive(Debug, Clone)]
pub struct FailedFile {
    /// Where it should lie.
    pub path: PathBuf,
    /// In the order in which they were tried.
    pub tried: Vec<Tried>,
}

/// A source that was tried, and why it failed.
#[derive(Debug, Clone)]
pub struct Tried {
    /// In words or as its address.
    pub source: String,
    /// For people to read.
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
