//! The thread `folders`: it looks at what is in the folders, and brings the index up to it.
//!
//! Invariants: no lock is held while a folder or a file is read, nor both locks at once; a look ends soon after
//! [`Shared::close`].

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::Receiver;
use parking_lot::{Condvar, Mutex, MutexGuard};

use super::changes::changes;
use super::index::{FileId, Index, text_bytes};
use super::pdf::PdfReader;
use super::roots::{Root, Trouble, roots};
use super::walk::{LeftOut, SeenFile, Why, walk};
use super::{FoldersError, Limits, read};
use crate::clock::{Stopwatch, sleep};

/// A look that is older than this is made again for a question.
const FRESH: Duration = Duration::from_secs(5);
/// A question waits so long for a look, and so long for the index while it is written.
const PATIENCE: Duration = Duration::from_millis(300);
/// How often whoever gives way looks whether to go on.
const GIVE_WAY_POLL: Duration = Duration::from_millis(100);
/// After a file the thread rests as long as the file took, up to this.
const LONGEST_REST: Duration = Duration::from_millis(50);
/// What could not be read for a reason that may pass is tried again so often.
const AGAIN: Duration = Duration::from_secs(300);
/// Files that leave the index at once: more would keep a question from it.
const REMOVED_AT_ONCE: usize = 256;

/// What the handle and the thread share.
pub(super) struct Shared {
    named: Vec<PathBuf>,
    pub(super) limits: Limits,
    index: Mutex<Index>,
    pdfs: PdfReader,
    looks: Mutex<Looks>,
    /// Something of [`Looks`] is new.
    looked: Condvar,
    closing: AtomicBool,
}

/// What was seen by looking.
#[derive(Default)]
pub(super) struct Looks {
    /// The folders that were there the last time; none before the first one.
    roots: Option<Vec<Root>>,
    /// What was wrong with the others.
    pub(super) troubles: Vec<Trouble>,
    /// How many looks there were.
    count: u64,
    is_looking: bool,
    /// When the last one ended.
    last: Option<Stopwatch>,
    /// The index could not take up all that the last one saw.
    pub(super) has_failed: bool,
    /// When what may have passed was tried again.
    retried: Option<Stopwatch>,
    /// A question waits for a look since then.
    asked: Option<Stopwatch>,
    /// What the last one left out before any file was read.
    pub(super) left_out: Vec<LeftOut>,
}

impl Looks {
    /// The folders, as far as they are known by now.
    pub(super) fn roots(&self) -> Vec<Root> {
        self.roots.clone().unwrap_or_default()
    }

    /// Whether all was read that was there the last time.
    pub(super) fn is_complete(&self) -> bool {
        self.last.is_some() && !self.is_looking
    }
}

impl Shared {
    pub(super) fn new(named: &[PathBuf], index: Index, limits: Limits) -> Self {
        Self {
            named: named.to_owned(),
            limits,
            index: Mutex::new(index),
            pdfs: PdfReader::default(),
            looks: Mutex::default(),
            looked: Condvar::new(),
            closing: AtomicBool::new(false),
        }
    }

    /// The index for a question, which waits no longer than its patience.
    pub(super) fn index(&self) -> Result<MutexGuard<'_, Index>, FoldersError> {
        let index = self.index.try_lock_for(PATIENCE);
        index.ok_or(FoldersError::Busy)
    }

    pub(super) fn looks(&self) -> MutexGuard<'_, Looks> {
        self.looks.lock()
    }

    /// The look ends soon, and the thread with it.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// Runs until the handle is gone.
    pub(super) fn run(&self, asked: &Receiver<()>, gives_way: &dyn Fn() -> bool) {
        loop {
            if let Err(error) = self.look(&|| self.give_way(gives_way)) {
                tracing::warn!("not all of the folders is in their index: {error}");
            }
            if asked.recv().is_err() || self.is_closing() {
                return;
            }
        }
    }

    /// What is wrong with the folders that were named. A moment is waited until it is known: a folder on another
    /// machine may be long in coming.
    pub(super) fn first_troubles(&self) -> Vec<Trouble> {
        let mut looks = self.looks.lock();
        let is_unknown = |looks: &mut Looks| looks.roots.is_none();
        self.looked.wait_while_for(&mut looks, is_unknown, PATIENCE);
        looks.troubles.clone()
    }

    /// Waits a moment for a look, unless the last one is fresh. `ask` asks the thread for it.
    pub(super) fn wait_for_look(&self, ask: impl FnOnce()) {
        let mut looks = self.looks.lock();
        if !looks.is_looking && looks.last.is_some_and(|last| last.elapsed() < FRESH) {
            return;
        }
        looks.asked = Some(Stopwatch::start());
        let before = looks.count;
        ask();
        let is_waiting = |looks: &mut Looks| looks.count == before;
        self.looked.wait_while_for(&mut looks, is_waiting, PATIENCE);
        looks.asked = None;
    }

    /// Waits while somebody talks, unless a question waits for the look.
    fn give_way(&self, gives_way: &dyn Fn() -> bool) {
        let is_hurried = || {
            let asked = self.looks.lock().asked;
            asked.is_some_and(|since| since.elapsed() < PATIENCE)
        };
        while !self.is_closing() && !is_hurried() && gives_way() {
            sleep(GIVE_WAY_POLL);
        }
    }

    /// The folders that are there now.
    pub(super) fn find_roots(&self) -> Vec<Root> {
        let (roots, troubles) = roots(&self.named);
        let mut looks = self.looks.lock();
        if looks.troubles != troubles {
            troubles
                .iter()
                .for_each(|trouble| tracing::info!("{trouble}"));
        }
        looks.roots = Some(roots.clone());
        looks.troubles = troubles;
        self.looked.notify_all();
        roots
    }

    /// Brings the index up to what is there. `before_file` is called before each file is read, and may wait. A file
    /// that the index cannot take up keeps no other from it; the first error is given back.
    pub(super) fn look(&self, before_file: &dyn Fn()) -> Result<(), FoldersError> {
        self.looks.lock().is_looking = true;
        let looked = self.bring_up(before_file);
        let mut looks = self.looks.lock();
        looks.is_looking = false;
        looks.has_failed = looked.is_err();
        looks.count += 1;
        looks.last = Some(Stopwatch::start());
        self.looked.notify_all();
        looked
    }

    fn bring_up(&self, before_file: &dyn Fn()) -> Result<(), FoldersError> {
        let roots = self.find_roots();
        let seen = walk(&roots, &self.limits, &|| self.is_closing());
        // What was not seen is not gone.
        if self.is_closing() {
            return Ok(());
        }
        let again = {
            let mut looks = self.looks.lock();
            looks.left_out = seen.left_out;
            let again = looks.retried.is_none_or(|last| last.elapsed() >= AGAIN);
            if again {
                looks.retried = Some(Stopwatch::start());
            }
            again
        };
        let (others, known) = {
            let index = self.index.lock();
            (index.others(&roots)?, index.files(&roots)?)
        };
        let changes = changes(&known, seen.files, again);
        let left = self.remove(&others).and(self.remove(&changes.gone));
        left.and(self.take_up(&changes.changed, before_file))
    }

    fn remove(&self, files: &[FileId]) -> Result<(), FoldersError> {
        for files in files.chunks(REMOVED_AT_ONCE) {
            if self.is_closing() {
                break;
            }
            self.index.lock().remove(files)?;
        }
        Ok(())
    }

    fn take_up(&self, files: &[SeenFile], before_file: &dyn Fn()) -> Result<(), FoldersError> {
        let mut taken_up = Ok(());
        for file in files {
            before_file();
            if self.is_closing() {
                break;
            }
            let watch = Stopwatch::start();
            taken_up = taken_up.and(self.take_up_one(file));
            self.rest(watch.elapsed());
        }
        taken_up
    }

    fn take_up_one(&self, file: &SeenFile) -> Result<(), FoldersError> {
        let read = read::passages(file, &self.limits, &self.pdfs, &|| self.is_closing());
        // One that was given up because the program ends is tried again.
        if self.is_closing() {
            return Ok(());
        }
        let index = self.index.lock();
        let beside = index.text_bytes_beside(file)?;
        let has_room = |bytes: u64| bytes <= self.limits.all_text_bytes.saturating_sub(beside);
        let read = read.and_then(|passages| {
            if has_room(text_bytes(&passages)) {
                Ok(passages)
            } else {
                Err(Why::TooMuch)
            }
        });
        if let Err(why) = &read {
            let place = file.place();
            tracing::info!("{} is left out: {}", place.display(), why.words());
        }
        Ok(index.put(file, &read)?)
    }

    fn rest(&self, took: Duration) {
        if self.looks.lock().asked.is_none() && !self.is_closing() {
            sleep(took.min(LONGEST_REST));
        }
    }
}
