//! Files that come with the program, for engines that read files.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Puts a file with these bytes into a folder, whole or not at all, unless it is there as it should be.
///
/// # Errors
/// The folder cannot be written.
pub fn put(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    let path = folder.join(name);
    // By its bytes: the C libraries believe what they read.
    if fs::read(&path).is_ok_and(|found| found == bytes) {
        return Ok(path);
    }
    fs::create_dir_all(folder)?;
    let mut part = tempfile::NamedTempFile::new_in(folder)?;
    part.write_all(bytes)?;
    part.persist(&path)?;
    Ok(path)
}
