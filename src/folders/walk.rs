//! What is in the folders now: files that can be read, and what is left out.
//!
//! Invariant: no link is followed. One that leads to a place within its folder leads to what is found there
//! anyway; one that leads out of it is left out, and said to be.

use std::collections::VecDeque;
use std::fs::{DirEntry, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::roots::Root;
use super::{Kind, Limits};
use crate::cancellation::Cancelled;

/// Why something is left out.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::EnumIter,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Why {
    /// It is larger than what is read.
    TooLarge,
    /// It lies in too many folders.
    TooDeep,
    /// There were enough files before it.
    TooMany,
    /// There was enough text before it.
    TooMuch,
    /// It is a link to a place outside of its folder, or to nowhere.
    LeadsOut,
    /// It holds no text.
    Binary,
    /// It cannot be read.
    Unreadable,
    /// Its name is not text.
    Unnamed,
    /// It is a PDF without text: pictures of pages.
    NoText,
    /// It is a PDF that wants a password.
    Locked,
    /// It is damaged.
    Damaged,
    /// Reading it takes too long.
    TooSlow,
}

impl Why {
    /// Whether it may be otherwise the next time, although the file is as it was.
    pub(super) fn may_pass(self) -> bool {
        matches!(self, Self::Unreadable | Self::TooSlow | Self::TooMuch)
    }

    /// What is said of it: "photo.md: it holds no text".
    pub fn words(self) -> &'static str {
        match self {
            Self::TooLarge => "it is too large",
            Self::TooDeep => "it lies too deep",
            Self::TooMany => "there are too many files",
            Self::TooMuch => "there is too much text in the files before it",
            Self::LeadsOut => "it is a link that leads out of the folder",
            Self::Binary => "it holds no text",
            Self::Unreadable => "it cannot be read",
            Self::Unnamed => "its name is not text",
            Self::NoText => "it has no text, only pictures",
            Self::Locked => "it wants a password",
            Self::Damaged => "it is damaged",
            Self::TooSlow => "reading it takes too long",
        }
    }
}

/// What is left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Where it is.
    pub path: PathBuf,
    /// Why.
    pub why: Why,
}

/// A file that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SeenFile {
    pub root: String,
    /// Within its folder, with `/` between names.
    pub path: String,
    pub kind: Kind,
    /// When it was written last. Nanoseconds of Unix time.
    pub changed_ns: i64,
    /// Bytes.
    pub size: u64,
}

impl SeenFile {
    pub(super) fn place(&self) -> PathBuf {
        Path::new(&self.root).join(&self.path)
    }
}

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub files: Vec<SeenFile>,
    pub left_out: Vec<LeftOut>,
    looked_at: usize,
    /// More was there than is looked at: it is told once of each of the folders that were named.
    is_full: bool,
}

/// Folders are looked through from the top, so that what lies deep is left out first. Ends early if `stop` says so.
pub(super) fn walk(roots: &[Root], limits: &Limits, stop: Cancelled) -> Seen {
    let mut seen = Seen::default();
    for root in roots {
        if seen.is_full {
            seen.leave_out(root.path().to_owned(), Why::TooMany)
        } else {
            seen.look_through(root, limits, stop)
        }
    }
    seen
}

/// What is in a folder, by name: so much of it, and one more if there is.
fn entries(
    folder: &Path,
    most: usize,
    left_out: &mut Vec<LeftOut>,
    stop: Cancelled,
) -> Vec<DirEntry> {
    match std::fs::read_dir(folder) {
        Ok(entries) => {
            let entries = entries.filter_map(Result::ok).take_while(|_| !stop());
            let mut entries: Vec<DirEntry> = entries.take(most + 1).collect();
            entries.sort_by_key(DirEntry::file_name);
            entries
        }
        Err(_) => {
            left_out.push(LeftOut {
                path: folder.to_owned(),
                why: Why::Unreadable,
            });
            Vec::new()
        }
    }
}

impl Seen {
    fn look_through(&mut self, root: &Root, limits: &Limits, stop: Cancelled) {
        let mut folders = VecDeque::from([(root.path().to_owned(), 0)]);
        while let Some((folder, depth)) = folders.pop_front() {
            let most = limits.entries.saturating_sub(self.looked_at);
            for entry in entries(&folder, most, &mut self.left_out, stop) {
                if stop() {
                    return;
                }
                if self.is_full || self.looked_at >= limits.entries {
                    return self.note_full(&folder);
                }
                self.looked_at += 1;
                match self.look(root, &entry, limits) {
                    Some(path) if depth >= limits.depth => self.leave_out(path, Why::TooDeep),
                    Some(path) => folders.push_back((path, depth + 1)),
                    None => {}
                }
            }
        }
    }

    /// Takes a file up, if it is to be read; a folder is given back.
    fn look(&mut self, root: &Root, entry: &DirEntry, limits: &Limits) -> Option<PathBuf> {
        let path = entry.path();
        // Neither read nor told: people hide what is not meant for them to see.
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            return None;
        }
        let Ok(kind) = entry.file_type() else {
            self.leave_out(path, Why::Unreadable);
            return None;
        };
        if kind.is_symlink() {
            let inside = std::fs::canonicalize(&path).is_ok_and(|to| to.starts_with(root.path()));
            if !inside {
                self.leave_out(path, Why::LeadsOut);
            }
            return None;
        }
        if kind.is_dir() {
            return Some(path);
        }
        if kind.is_file() {
            self.look_at_file(root, entry, limits);
        }
        None
    }

    fn look_at_file(&mut self, root: &Root, entry: &DirEntry, limits: &Limits) {
        let name = entry.file_name();
        let Some(kind) = Kind::of(&name.to_string_lossy()) else {
            return;
        };
        let path = entry.path();
        let Some(within) = within(root, &path) else {
            return self.leave_out(path, Why::Unnamed);
        };
        let Ok(metadata) = entry.metadata() else {
            return self.leave_out(path, Why::Unreadable);
        };
        if metadata.len() > kind.most_bytes(limits) {
            return self.leave_out(path, Why::TooLarge);
        }
        if self.files.len() >= limits.files {
            return self.note_full(&path);
        }
        self.files.push(SeenFile {
            root: root.0.clone(),
            path: within,
            kind,
            changed_ns: changed_ns(&metadata),
            size: metadata.len(),
        });
    }

    fn leave_out(&mut self, path: PathBuf, why: Why) {
        self.left_out.push(LeftOut { path, why });
    }

    fn note_full(&mut self, path: &Path) {
        if !std::mem::replace(&mut self.is_full, true) {
            self.leave_out(path.to_owned(), Why::TooMany);
        }
    }
}

/// A path within its folder, with `/` between names; none if it is not text.
fn within(root: &Root, path: &Path) -> Option<String> {
    let within = path.strip_prefix(root.path()).ok()?;
    let names: Option<Vec<&str>> = within.iter().map(std::ffi::OsStr::to_str).collect();
    Some(names?.join("/"))
}

/// When a file was written last; 0 where the system does not say.
fn changed_ns(metadata: &Metadata) -> i64 {
    let since = metadata.modified().ok();
    let since = since.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| {
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folders::roots::roots;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "words").unwrap();
        }
        folder
    }

    fn seen(folder: &tempfile::TempDir, limits: &Limits) -> (Vec<String>, Vec<(String, Why)>) {
        let (roots, _) = roots(&[folder.path().to_owned()]);
        let seen = walk(&roots, limits, &|| false);
        let files = seen.files.into_iter().map(|file| file.path).collect();
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let left_out = seen.left_out.iter().map(|out| (name(&out.path), out.why));
        (files, left_out.collect())
    }

    #[test]
    fn files_of_known_kinds_are_seen_and_hidden_ones_are_not() {
        let folder = folder(&["a.md", "b/c.txt", ".secret.md", ".git/d.md", "e.jpg"]);
        let (files, left_out) = seen(&folder, &Limits::default());
        assert_eq!(files, ["a.md", "b/c.txt"]);
        assert_eq!(left_out, []);
    }

    #[test]
    fn a_file_that_is_too_large_is_left_out() {
        let folder = folder(&["a.md"]);
        let limits = Limits {
            text_bytes: 3,
            ..Limits::default()
        };
        let (files, left_out) = seen(&folder, &limits);
        assert!(files.is_empty());
        assert_eq!(left_out, [("a.md".to_owned(), Why::TooLarge)]);
    }

    #[test]
    fn what_lies_too_deep_is_left_out() {
        let folder = folder(&["a.md", "1/b.md", "1/2/c.md"]);
        let limits = Limits {
            depth: 1,
            ..Limits::default()
        };
        let (files, left_out) = seen(&folder, &limits);
        assert_eq!(files, ["a.md", "1/b.md"]);
        assert_eq!(left_out, [("2".to_owned(), Why::TooDeep)]);
    }

    #[test]
    fn files_beyond_the_limit_are_left_out_and_told_once() {
        let folder = folder(&["a.md", "b.md", "c.md", "d.md"]);
        let limits = Limits {
            files: 2,
            ..Limits::default()
        };
        let (files, left_out) = seen(&folder, &limits);
        assert_eq!(files, ["a.md", "b.md"]);
        assert_eq!(left_out, [("c.md".to_owned(), Why::TooMany)]);
    }

    #[test]
    fn each_folder_that_is_not_looked_through_is_told() {
        let parent = folder(&["1/a.md", "1/b.md", "2/c.md", "3/d.md"]);
        let (roots, _) = roots(&["1", "2", "3"].map(|name| parent.path().join(name)));
        let limits = Limits {
            files: 1,
            ..Limits::default()
        };
        let left_out = walk(&roots, &limits, &|| false).left_out;
        let too_many = left_out.iter().filter(|out| out.why == Why::TooMany);
        let told: Vec<bool> = (roots.iter().zip(too_many))
            .map(|(root, out)| out.path.starts_with(root.path()))
            .collect();
        assert_eq!(told, [true; 3]);
    }

    #[test]
    fn looking_ends_when_it_is_to() {
        let folder = folder(&["a.md"]);
        let (roots, _) = roots(&[folder.path().to_owned()]);
        assert!(walk(&roots, &Limits::default(), &|| true).files.is_empty());
    }

    #[test]
    fn a_huge_tree_is_not_looked_through_to_its_end() {
        let folder = folder(&["1.jpg", "2.jpg", "3.jpg", "a.md"]);
        let limits = Limits {
            entries: 2,
            ..Limits::default()
        };
        let (files, left_out) = seen(&folder, &limits);
        assert!(files.is_empty());
        assert_eq!(left_out.len(), 1);
        assert_eq!(left_out[0].1, Why::TooMany);
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_followed() {
        use std::os::unix::fs::symlink;
        let outside = folder(&["private.md"]);
        let folder = folder(&["a.md"]);
        symlink(outside.path(), folder.path().join("out")).unwrap();
        symlink(
            outside.path().join("private.md"),
            folder.path().join("b.md"),
        )
        .unwrap();
        symlink(folder.path().join("a.md"), folder.path().join("c.md")).unwrap();
        symlink(folder.path(), folder.path().join("loop")).unwrap();
        symlink("nowhere", folder.path().join("d.md")).unwrap();
        let (files, left_out) = seen(&folder, &Limits::default());
        assert_eq!(files, ["a.md"]);
        let names: Vec<&str> = left_out.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["b.md", "d.md", "out"]);
        assert!(left_out.iter().all(|(_, why)| *why == Why::LeadsOut));
    }
}
