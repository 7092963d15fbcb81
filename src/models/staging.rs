//! Where a pull works: a folder in the store (so the last step is a rename on one file system),
//! for one process at a time. Caller's thread. Invariants: the lock is held as long as a
//! [`Staging`] lives, and [`Staging::install`] is the only way to a final name.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Read, Write};
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::convert::ConvertError;
use super::receive::{Hashed, Incoming, Received, Watch, hash_file, receive};
use super::{Manifest, ModelFile, ModelsError};

const FOLDER: &str = ".staging";
const LOCK: &str = ".lock";
/// The ending of a download that a later pull may go on with.
const RESUMABLE: &str = ".http.part";
/// The ending of a file that is being joined, which a later pull may go on with too.
const JOINED: &str = ".joined.part";
/// The ending of a whole file that another is to be made of.
const INPUT: &str = ".input";
/// What outlives a pull that was stopped.
const LASTING: [&str; 3] = [RESUMABLE, JOINED, INPUT];
/// How often a wait looks whether the user has given up.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// A file, and the final name that it is to get.
#[derive(Clone, Copy)]
pub(super) struct Slot<'a> {
    pub(super) file: &'a ModelFile,
    pub(super) target: &'a Path,
}

/// The staging folder, locked.
pub(super) struct Staging {
    folder: PathBuf,
    _lock: File,
}

impl Staging {
    /// Creates the folder and waits for the lock, saying so.
    pub(super) fn open(root: &Path, watch: &mut Watch<'_>) -> Result<Self, ModelsError> {
        let folder = root.join(FOLDER);
        fs::create_dir_all(&folder).map_err(|e| ModelsError::disk("create", &folder, 0, e))?;
        let path = root.join(LOCK);
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let lock = lock.map_err(|error| ModelsError::disk("open", &path, 0, error))?;
        let lock = match lock.try_lock() {
            Ok(()) => lock,
            Err(TryLockError::WouldBlock) => {
                watch.progress.note(&format!(
                    "another vivavoce is pulling into {}: waiting for it",
                    root.display()
                ));
                wait_for(lock, &path, watch)?
            }
            // Some network file systems have no locks; two pulls at once are rare, so go on.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => lock,
            Err(TryLockError::Error(error)) => {
                return Err(ModelsError::disk("lock", &path, 0, error));
            }
        };
        Ok(Staging {
            folder,
            _lock: lock,
        })
    }

    /// Removes what a killed pull left, but for what can be gone on with: downloads, joined parts
    /// and what is to be converted (of files that the manifest still names).
    pub(super) fn clean(&self, manifest: &Manifest) -> Result<(), ModelsError> {
        let on_disk = |error| ModelsError::disk("clean up", &self.folder, 0, error);
        // What is not known yet has no download: its part would be named after its hash.
        let files = manifest.models.iter().flat_map(|model| &model.files);
        let with_inputs = files.flat_map(|file| iter::once(file).chain(file.inputs()));
        let kept: Vec<PathBuf> = with_inputs
            .filter(|file| file.is_known())
            .flat_map(|file| LASTING.map(|ending| self.staged(file, ending)))
            .collect();
        for entry in fs::read_dir(&self.folder).map_err(on_disk)? {
            let path = entry.map_err(on_disk)?.path();
            if path.is_dir() {
                fs::remove_dir_all(&path).map_err(on_disk)?;
            } else if !kept.contains(&path) {
                fs::remove_file(&path).map_err(on_disk)?;
            }
        }
        Ok(())
    }

    /// The name holds the hash, which must be known: a part of an older version is never taken for
    /// one of this.
    fn staged(&self, file: &ModelFile, ending: &str) -> PathBuf {
        self.folder
            .join(format!("{}-{}{ending}", &file.sha256[..16], file.name))
    }

    /// The part of a file that is made in one go.
    pub(super) fn part(&self, file: &ModelFile) -> PathBuf {
        self.staged(file, ".part")
    }

    /// The part of a download that outlives a cancel.
    pub(super) fn resumable_part(&self, file: &ModelFile) -> PathBuf {
        self.staged(file, RESUMABLE)
    }

    /// The part of a file that is joined of several; it outlives a cancel.
    pub(super) fn joined_part(&self, file: &ModelFile) -> PathBuf {
        self.staged(file, JOINED)
    }

    /// Where a file lies, whole, that another is to be made of.
    pub(super) fn input(&self, file: &ModelFile) -> PathBuf {
        self.staged(file, INPUT)
    }

    /// Removes what is left of getting `file`, there or not: begun downloads and what it was to be
    /// made of.
    pub(super) fn forget(&self, file: &ModelFile) {
        for file in iter::once(file).chain(file.inputs()) {
            for ending in LASTING {
                remove(&self.staged(file, ending));
            }
        }
    }

    /// Whether an earlier pull left this whole file at `path`.
    pub(super) fn holds(
        &self,
        path: &Path,
        file: &ModelFile,
        watch: &mut Watch<'_>,
    ) -> Result<bool, ModelsError> {
        if fs::metadata(path).map_or(true, |metadata| metadata.len() != file.size) {
            return Ok(false);
        }
        let hashed = hash_file(path, watch);
        watch.check()?;
        let hashed = hashed.map_err(|e| ModelsError::disk("read", path, file.size, e))?;
        Ok(hashed.sha256() == file.sha256)
    }

    /// A folder that goes away when dropped.
    pub(super) fn scratch(&self, prefix: &str) -> Result<TempDir, ModelsError> {
        let made = tempfile::Builder::new()
            .prefix(prefix)
            .tempdir_in(&self.folder);
        made.map_err(|error| ModelsError::disk("create a folder in", &self.folder, 0, error))
    }

    /// Fills `slot` from `from`, in one go: nothing stays of it unless it was right.
    pub(super) fn take(
        &self,
        from: &mut dyn Read,
        slot: Slot<'_>,
        tried: &str,
        watch: &mut Watch<'_>,
    ) -> Result<(), ModelsError> {
        let part = self.part(slot.file);
        let expected_bytes = slot.file.size;
        let result = File::create(&part)
            .map_err(|error| ModelsError::disk("create", &part, expected_bytes, error))
            .and_then(|mut to| {
                let what = Incoming {
                    path: &part,
                    expected_bytes,
                    tried,
                };
                watch.progress.begin(&slot.file.name, Some(expected_bytes));
                let received = receive(from, &mut to, Received::default(), what, watch);
                watch.progress.end();
                received
            })
            .and_then(|received| self.install(&part, &received, slot, tried));
        if result.is_err() {
            remove(&part);
        }
        result
    }

    /// Fills `slot` with what `make` writes, in one go: nothing stays of it unless it was right.
    pub(super) fn make(
        &self,
        slot: Slot<'_>,
        tried: &str,
        watch: &mut Watch<'_>,
        make: impl FnOnce(&mut dyn Write) -> Result<(), ConvertError>,
    ) -> Result<(), ModelsError> {
        let (part, size) = (self.part(slot.file), slot.file.size);
        watch
            .progress
            .begin(&format!("making {}", slot.file.name), Some(size));
        let on_disk = |error| ModelsError::disk("write", &part, size, error);
        let result = File::create(&part).map_err(on_disk).and_then(|to| {
            let mut hashed = Hashed::new(to, size, watch);
            let mut buffered = BufWriter::new(&mut hashed);
            let made = make(&mut buffered).and_then(|()| Ok(buffered.flush()?));
            drop(buffered);
            hashed.end(made, tried, on_disk)
        });
        watch.progress.end();
        let result = result.and_then(|made| self.install(&part, &made, slot, tried));
        if result.is_err() {
            remove(&part);
        }
        result
    }

    /// Gives `part` its final name, if `received` is what the manifest asks for; else removes it.
    pub(super) fn install(
        &self,
        part: &Path,
        received: &Received,
        Slot { file, target }: Slot<'_>,
        tried: &str,
    ) -> Result<(), ModelsError> {
        let found = received.sha256();
        if received.bytes != file.size || found != file.sha256 {
            remove(part);
            let why = if received.bytes == file.size {
                format!("its SHA-256 is {found}, not the expected {}", file.sha256)
            } else {
                format!(
                    "it has {} bytes, not the expected {}",
                    received.bytes, file.size
                )
            };
            return Err(ModelsError::source_failed(tried, why));
        }
        let on_disk = |error| ModelsError::disk("write", target, file.size, error);
        let folder = target.parent().unwrap_or(target);
        fs::create_dir_all(folder).map_err(on_disk)?;
        // Content before name: a power cut must not leave a good name on half a file.
        File::options()
            .write(true)
            .open(part)
            .and_then(|f| f.sync_all())
            .map_err(on_disk)?;
        if target.is_dir() {
            fs::remove_dir(target).map_err(on_disk)?;
        }
        fs::rename(part, target).map_err(on_disk)?;
        sync_folder(folder);
        Ok(())
    }
}

/// Removes a part, there or not: one that stays is removed by the next pull.
pub(super) fn remove(part: &Path) {
    if let Err(error) = fs::remove_file(part)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::debug!(%error, part = %part.display(), "a part stays behind");
    }
}

/// Blocks in a thread of its own, so that a cancel is heard. After a cancel the thread ends with
/// the process, or as soon as it gets the lock, which it then drops.
fn wait_for(lock: File, path: &Path, watch: &mut Watch<'_>) -> Result<File, ModelsError> {
    let (got, wait) = mpsc::channel();
    let waiting = thread::Builder::new().name("models-lock".to_owned());
    let spawned = waiting.spawn(move || {
        // Nobody is listening after a cancel; the lock then goes with the file.
        let _ = got.send(lock.lock().map(|()| lock));
    });
    spawned.map_err(|error| ModelsError::disk("wait for", path, 0, error))?;
    loop {
        watch.check()?;
        match wait.recv_timeout(TICK) {
            Ok(locked) => return locked.map_err(|error| ModelsError::disk("lock", path, 0, error)),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                let error = io::Error::other("the waiting thread ended");
                return Err(ModelsError::disk("lock", path, 0, error));
            }
        }
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) {
    // The rename is on disk once its folder is. If that fails, the next start sees a missing file.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) {}
