//! Bytes from a source to the disk, hashed on the way. Caller's thread. Invariant: not one byte
//! more than expected is ever written, so no source can fill the disk.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest, Sha256};

use super::convert::ConvertError;
use super::{ModelsError, PullProgress};
use crate::hex::hex;

/// Large enough that system calls do not count, small enough that a cancel is felt at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// What has been received so far: how many bytes, and their hash.
#[derive(Debug, Clone, Default)]
pub struct Received {
    /// Bytes so far, with those of an earlier attempt that is being resumed.
    pub bytes: u64,
    hasher: Sha256,
}

impl Received {
    /// The SHA-256 of what came, in lower-case hexadecimal.
    pub fn sha256(&self) -> String {
        hex(&self.hasher.clone().finalize())
    }

    fn take(&mut self, chunk: &[u8]) {
        self.hasher.update(chunk);
        self.bytes += chunk.len() as u64;
    }
}

/// The two things that every long step looks at: whom to tell, and whether to stop.
pub struct Watch<'a> {
    /// Whom to tell.
    pub progress: &'a mut dyn PullProgress,
    /// Set, from any thread, to stop; never cleared here.
    pub cancel: &'a AtomicBool,
}

impl Watch<'_> {
    /// # Errors
    /// [`ModelsError::Cancelled`] once the flag is up.
    pub fn check(&self) -> Result<(), ModelsError> {
        if self.cancel.load(Ordering::Relaxed) {
            Err(ModelsError::Cancelled)
        } else {
            Ok(())
        }
    }
}

/// What is being received, for the limit and for error messages.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// The file that is written.
    pub path: &'a Path,
    /// The whole file's size, and the most that is written.
    pub expected_bytes: u64,
    /// The source, in words.
    pub tried: &'a str,
}

/// Copies `from` to `to`, going on from `received` (empty, or what a resumed download already has),
/// until the end. Whether the length and the hash are right is the caller's question.
///
/// # Errors
/// [`ModelsError::Cancelled`]; [`ModelsError::SourceFailed`] if `from` cannot be read or is longer
/// than expected; [`ModelsError::DiskFull`] or [`ModelsError::Io`] if `to` cannot be written.
pub fn receive(
    from: &mut dyn Read,
    to: &mut dyn Write,
    mut received: Received,
    what: Incoming<'_>,
    watch: &mut Watch<'_>,
) -> Result<Received, ModelsError> {
    let on_disk = |error| ModelsError::disk("write", what.path, what.expected_bytes, error);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = from.read(&mut chunk);
        watch.check()?;
        let count = match read {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ModelsError::source_failed(what.tried, error.to_string())),
        };
        if received.bytes + count as u64 > what.expected_bytes {
            let why = format!(
                "it is longer than the expected {} bytes",
                what.expected_bytes
            );
            return Err(ModelsError::source_failed(what.tried, why));
        }
        to.write_all(&chunk[..count]).map_err(on_disk)?;
        received.take(&chunk[..count]);
        watch.progress.at(received.bytes);
    }
    to.flush().map_err(on_disk)?;
    Ok(received)
}

/// A file that is written by us, under the rules of [`receive`].
pub(super) struct Hashed<'a, 'w> {
    to: File,
    written: Received,
    most_bytes: u64,
    watch: &'a mut Watch<'w>,
}

impl<'a, 'w> Hashed<'a, 'w> {
    pub(super) fn new(to: File, most_bytes: u64, watch: &'a mut Watch<'w>) -> Self {
        Hashed {
            to,
            written: Received::default(),
            most_bytes,
            watch,
        }
    }

    /// What was written, or why it was not made.
    pub(super) fn end(
        self,
        made: Result<(), ConvertError>,
        tried: &str,
        on_disk: impl FnOnce(io::Error) -> ModelsError,
    ) -> Result<Received, ModelsError> {
        // A cancel comes out of the converter as an error in writing.
        self.watch.check()?;
        match made {
            Ok(()) => Ok(self.written),
            Err(ConvertError::Write(error)) if error.kind() != io::ErrorKind::FileTooLarge => {
                Err(on_disk(error))
            }
            Err(error) => Err(ModelsError::source_failed(tried, error.to_string())),
        }
    }
}

impl Write for Hashed<'_, '_> {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        if self.watch.check().is_err() {
            return Err(io::Error::other("cancelled"));
        }
        if self.written.bytes + chunk.len() as u64 > self.most_bytes {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.to.write_all(chunk)?;
        self.written.take(chunk);
        self.watch.progress.at(self.written.bytes);
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Hashes a file.
///
/// # Errors
/// What reading it says; [`io::ErrorKind::Interrupted`] after a cancel.
pub(super) fn hash_file(path: &Path, watch: &mut Watch<'_>) -> io::Result<Received> {
    let mut file = File::open(path)?;
    let mut received = Received::default();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        if watch.check().is_err() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        match file.read(&mut chunk) {
            Ok(0) => return Ok(received),
            Ok(count) => received.take(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        watch.progress.at(received.bytes);
    }
}
