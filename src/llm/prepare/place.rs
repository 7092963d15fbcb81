//! Where a prepared file comes to lie: written under another name and renamed, by one process at a time.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::PrepareError;

/// How the names of prepared files begin, and of what they are made in.
pub const PREFIX: &str = "prepared-";
const LOCK: &str = ".prepare.lock";

/// A file's folder, locked as long as this lives.
pub struct Place<'a> {
    file: &'a Path,
    folder: &'a Path,
    _lock: File,
}

impl<'a> Place<'a> {
    /// Creates the folder if need be, and waits until no other process has it.
    pub fn take(file: &'a Path) -> Result<Self, PrepareError> {
        let folder = file.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder).map_err(|e| PrepareError::io("create", folder, e))?;
        let path = folder.join(LOCK);
        let options = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let lock = options.map_err(|e| PrepareError::io("create", &path, e))?;
        match lock.lock() {
            Ok(()) => {}
            // Some network file systems have none; two at once are rare, and each writes a file of its own.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(error) => return Err(PrepareError::io("lock", &path, error)),
        }
        Ok(Self {
            file,
            folder,
            _lock: lock,
        })
    }

    /// Removes what a killed run has left, and what was made of other inputs: before there is a new file,
    /// which gets their room on the disk.
    pub fn clean(&self) -> Result<(), PrepareError> {
        let on_disk = |error| PrepareError::io("clean up", self.folder, error);
        for entry in fs::read_dir(self.folder).map_err(on_disk)? {
            let path = entry.map_err(on_disk)?.path();
            let name = path.file_name().map(|name| name.to_string_lossy());
            if !name.is_some_and(|name| name.starts_with(PREFIX)) {
                continue;
            }
            // One that another program still has open cannot be removed everywhere; the next run does it.
            if let Err(error) = fs::remove_file(&path) {
                tracing::debug!(%error, path = %path.display(), "an old prepared model stays");
            }
        }
        Ok(())
    }

    /// Writes the file by `write`: whole, or not at all.
    pub fn fill(
        &self,
        bytes: u64,
        write: impl FnOnce(&mut BufWriter<&File>) -> Result<(), CookError>,
    ) -> Result<(), PrepareError> {
        let on_disk = |error| PrepareError::writing(self.file, bytes, error);
        let part = tempfile::Builder::new()
            .prefix(PREFIX)
            .suffix(".part")
            .tempfile_in(self.folder);
        let part = part.map_err(on_disk)?;
        let mut to = BufWriter::with_capacity(1 << 20, part.as_file());
        write(&mut to).map_err(|error| match error {
            CookError::Input(error) => error,
            CookError::Output(error) => on_disk(error),
        })?;
        to.flush().map_err(on_disk)?;
        drop(to);
        // Content before name: a power cut must not leave a good name on half a file.
        part.as_file().sync_all().map_err(on_disk)?;
        part.persist(self.file)
            .map_err(|error| on_disk(error.error))?;
        Ok(())
    }
}

/// What ends the making of a file.
pub enum CookError {
    /// What it is made of.
    Input(PrepareError),
    /// Where it is written to.
    Output(io::Error),
}

impl From<PrepareError> for CookError {
    fn from(error: PrepareError) -> Self {
        Self::Input(error)
    }
}

impl From<io::Error> for CookError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
