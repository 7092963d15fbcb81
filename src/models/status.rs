//! How one file of the store stands. Caller's thread. Invariant: a file is called verified only if
//! its hash was computed, now or since it last changed.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Wanted;
use super::receive::{Watch, hash_file};
use super::stamp::Stamps;

/// How a file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileStatus {
    /// There is nothing at its path.
    Missing,
    /// The size is right; the content has not been hashed since it last changed.
    Present,
    /// Hashed, now or (unchanged since) before.
    Verified,
    /// Something is there that must not be used; a pull fetches it anew.
    Damaged {
        /// What is wrong with it.
        why: Damage,
    },
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// Told without reading it: cut short, or another version.
    WrongSize {
        /// Bytes on the disk.
        found: u64,
        /// Bytes by the manifest.
        expected: u64,
    },
    /// The size is right, the content is not.
    WrongHash {
        /// SHA-256 of the content, in lower-case hexadecimal.
        found: String,
        /// SHA-256 by the manifest, in the same form.
        expected: String,
    },
    /// The system refuses to read it, or it is not a file.
    Unreadable {
        /// What the system said, or that it is not a file.
        why: String,
    },
}

impl fmt::Display for FileStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileStatus::Missing => f.write_str("missing"),
            FileStatus::Present => f.write_str("present, not verified yet"),
            FileStatus::Verified => f.write_str("verified"),
            FileStatus::Damaged { why } => write!(f, "damaged: {why}"),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::WrongSize { found, expected } => {
                write!(f, "it has {found} bytes and should have {expected}")
            }
            Damage::WrongHash { found, expected } => {
                write!(f, "its SHA-256 is {found} and should be {expected}")
            }
            Damage::Unreadable { why } => write!(f, "it cannot be read ({why})"),
        }
    }
}

/// One file of a selection, and how it stands.
#[derive(Debug, Clone)]
pub struct FileReport<'m> {
    /// What the manifest asks for.
    pub wanted: Wanted<'m>,
    /// Where it lies in the store, or would.
    pub path: PathBuf,
    /// How it stood when it was looked at.
    pub status: FileStatus,
}

/// How far to look at a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Size, and the stamp of an earlier hash.
    Glance,
    /// As a glance, and hash what no stamp vouches for.
    HashUnstamped,
    /// Hash everything.
    HashAll,
}

/// Looks at one file, and renews its stamp if it was hashed.
pub(super) fn examine_file(
    wanted: &Wanted<'_>,
    path: &Path,
    depth: Depth,
    stamps: &mut Stamps,
    watch: &mut Watch<'_>,
) -> FileStatus {
    let key = wanted.key();
    let (size, sha256) = (wanted.file.size, wanted.file.sha256.as_str());
    let unreadable = |error: io::Error| FileStatus::Damaged {
        why: Damage::Unreadable {
            why: error.to_string(),
        },
    };
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return FileStatus::Missing,
        Err(error) => return unreadable(error),
    };
    if !metadata.is_file() {
        let why = Damage::Unreadable {
            why: "it is not a file".to_owned(),
        };
        return FileStatus::Damaged { why };
    }
    if !wanted.file.is_known() {
        return FileStatus::Present;
    }
    if metadata.len() != size {
        let why = Damage::WrongSize {
            found: metadata.len(),
            expected: size,
        };
        return FileStatus::Damaged { why };
    }
    let vouched = stamps.vouch_for(&key, &metadata, sha256);
    match depth {
        Depth::Glance if vouched => return FileStatus::Verified,
        Depth::Glance => return FileStatus::Present,
        Depth::HashUnstamped if vouched => return FileStatus::Verified,
        Depth::HashUnstamped | Depth::HashAll => {}
    }
    watch
        .progress
        .begin(&format!("checking {}", wanted.file.name), Some(size));
    let hashed = hash_file(path, watch);
    watch.progress.end();
    match hashed.map(|received| received.sha256()) {
        Ok(found) if found == sha256 => {
            // The metadata is from before the hashing: a change during it voids the stamp.
            stamps.record(&key, &metadata, sha256);
            FileStatus::Verified
        }
        Ok(found) => {
            stamps.forget(&key);
            let why = Damage::WrongHash {
                found,
                expected: sha256.to_owned(),
            };
            FileStatus::Damaged { why }
        }
        Err(error) => unreadable(error),
    }
}
