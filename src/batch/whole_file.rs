//! Files that are there as a whole or not at all, whenever the program is killed, and that one run makes at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// What became of the wish to make a file.
pub enum Begun {
    /// It is to be written.
    New(WholeFile),
    /// It is there.
    Exists,
    /// Another run writes it.
    Busy,
}

/// A file that is being written, under a name with `.part` behind it; it gets its own name when it is finished. What
/// was not finished is removed.
///
/// The part is locked while it is written, also against other programs that use this. A run that finds it locked
/// leaves it alone; a part that a killed run left behind is not locked, and is written anew.
pub struct WholeFile {
    path: PathBuf,
    part: PathBuf,
    file: File,
    is_finished: bool,
}

impl WholeFile {
    /// Begins a file, and the folders above it, unless it is there already.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin(path: &Path) -> io::Result<Begun> {
        if path.try_exists()? {
            return Ok(Begun::Exists);
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = path.with_file_name(name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(&part)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Begun::Busy),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Whoever had the lock until now may have finished it: then this is the file itself, under its old name.
        if path.try_exists()? {
            return Ok(Begun::Exists);
        }
        // Or given it up: then it has no name any more, and somebody else may write one that has.
        if !is_still_named(&file, &part) {
            return Ok(Begun::Busy);
        }
        file.set_len(0)?;
        let path = path.to_owned();
        Ok(Begun::New(Self {
            path,
            part,
            file,
            is_finished: false,
        }))
    }

    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is written to.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Gives it its name, after all of it is on the disk.
    ///
    /// # Errors
    /// The disk is full, for example.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.path)?;
        self.is_finished = true;
        Ok(())
    }
}

/// Whether a file that was opened is the one that has this name now.
#[cfg(unix)]
fn is_still_named(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(opened), Ok(named)) = (file.metadata(), fs::metadata(path)) else {
        return false;
    };
    (opened.dev(), opened.ino()) == (named.dev(), named.ino())
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
fn is_still_named(_file: &File, _path: &Path) -> bool {
    true
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if !self.is_finished {
            // If it cannot be removed, the next run writes over it.
            let _ = fs::remove_file(&self.part);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn new(path: &Path) -> WholeFile {
        match WholeFile::begin(path).unwrap() {
            Begun::New(file) => file,
            _ => panic!("{} is not to be written", path.display()),
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_has_its_name_when_it_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a").join("b.txt");
        let file = new(&path);
        file.file().write_all(b"all of it").unwrap();
        assert_eq!(names(path.parent().unwrap()), ["b.txt.part"]);
        file.finish().unwrap();
        assert_eq!(names(path.parent().unwrap()), ["b.txt"]);
        assert_eq!(fs::read(&path).unwrap(), b"all of it");
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        drop(new(&folder.path().join("b.txt")));
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_file_that_is_there_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.txt");
        fs::write(&path, "mine").unwrap();
        assert!(matches!(WholeFile::begin(&path).unwrap(), Begun::Exists));
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    }

    #[test]
    fn what_a_killed_run_left_behind_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.txt");
        fs::write(folder.path().join("b.txt.part"), "half of someth").unwrap();
        let file = new(&path);
        file.file().write_all(b"all").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"all");
    }

    #[test]
    fn two_runs_do_not_write_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.txt");
        let _first = new(&path);
        assert!(matches!(WholeFile::begin(&path).unwrap(), Begun::Busy));
    }
}
