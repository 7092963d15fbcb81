//! The handle of the folders, and the thread `folders` that keeps their index.
//!
//! The thread looks at its start, and again when a question comes and the last look is old. A question waits a moment
//! for it, and then takes the index as it is. Reading files waits while somebody talks, but for the moment
//! that a question waits, and takes half of a core at most.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::{Condvar, Mutex};

use super::changes::changes;
use super::index::{self, FileId, Hit, Index, KnownFile};
use super::pdf::PdfReader;
use super::read;
use super::roots::{Root, Trouble, roots};
use super::walk::{LeftOut, walk};
use super::{FoldersError, Limits, Table};
use crate::clock::{Stopwatch, sleep};

/// Whether reading files is to wait, because somebody talks.
pub type GivesWay = Box<dyn Fn() -> bool + Send>;

/// A look that is older than this is made again for a question.
const FRESH: Duration = Duration::from_secs(5);
/// A question waits so long for a look.
const PATIENCE: Duration = Duration::from_millis(300);
/// How often whoever gives way looks whether to go on.
const LOOK: Duration = Duration::from_millis(100);
/// After a file the thread rests as long as the file took, up to this.
const LONGEST_REST: Duration = Duration::from_millis(50);
/// Words of a question that are looked for.
const MOST_WORDS: usize = 6;

/// The folders of the user.
pub struct Folders {
    shared: Arc<Shared>,
    /// Asks the thread to look; none where the caller does it.
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

struct Shared {
    roots: Vec<Root>,
    limits: Limits,
    index: Mutex<Index>,
    pdfs: PdfReader,
    looks: Mutex<Looks>,
    looked: Condvar,
    closing: AtomicBool,
}

/// What was seen by looking.
#[derive(Default)]
struct Looks {
    /// How many there were.
    count: u64,
    /// When the last one ended.
    last: Option<Stopwatch>,
    /// A question waits for one since then.
    asked: Option<Stopwatch>,
    /// What the last one left out before any file was read.
    left_out: Vec<LeftOut>,
}

/// What was found for a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The best first.
    pub hits: Vec<Hit>,
    /// Whether all of the words that were asked for are in them.
    pub has_all_words: bool,
    /// Whether all files were read by now.
    pub is_complete: bool,
}

/// What is known of one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderReport {
    /// The folder.
    pub path: PathBuf,
    /// Files that can be found.
    pub files: usize,
    /// What is left out.
    pub left_out: Vec<LeftOut>,
}

/// Forgets the index of a data folder, since no folders are configured any more.
///
/// # Errors
/// The file is there and cannot be deleted.
pub fn forget(data_folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(index::file(data_folder)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl Folders {
    /// The folders that were named, with their index in a data folder; in memory without one. A thread begins to
    /// read them. What is wrong with a folder is told, and the others are read.
    ///
    /// # Errors
    /// The index cannot be written.
    pub fn open(
        named: &[PathBuf],
        data_folder: Option<&Path>,
        gives_way: GivesWay,
    ) -> Result<(Self, Vec<Trouble>), FoldersError> {
        let (mut folders, troubles) = Self::without_thread(named, data_folder, Limits::default())?;
        let (ask, asked) = bounded(1);
        let shared = folders.shared.clone();
        let run = move || shared.run(&asked, &gives_way);
        let thread = std::thread::Builder::new()
            .name("folders".into())
            .spawn(run);
        folders.thread = Some((ask, thread.map_err(FoldersError::Thread)?));
        Ok((folders, troubles))
    }

    /// The same without a thread: whoever has it calls [`Folders::look`].
    ///
    /// # Errors
    /// The index cannot be written.
    pub fn without_thread(
        named: &[PathBuf],
        data_folder: Option<&Path>,
        limits: Limits,
    ) -> Result<(Self, Vec<Trouble>), FoldersError> {
        let (roots, troubles) = roots(named);
        let index = Index::open(data_folder)?;
        index.keep_only(&roots)?;
        let shared = Shared {
            roots,
            limits,
            index: Mutex::new(index),
            pdfs: PdfReader::default(),
            looks: Mutex::default(),
            looked: Condvar::new(),
            closing: AtomicBool::new(false),
        };
        let (shared, thread) = (Arc::new(shared), None);
        Ok((Self { shared, thread }, troubles))
    }

    /// Brings the index up to what is in the folders now, on the caller's thread.
    ///
    /// # Errors
    /// The index cannot be written.
    pub fn look(&self) -> Result<(), FoldersError> {
        self.shared.look(&|| {})
    }

    /// Waits a moment for the index to be up to what is in the folders now, if the last look is old.
    pub fn refresh(&self) {
        let Some((ask, _)) = &self.thread else { return };
        let mut looks = self.shared.looks.lock();
        if looks.last.is_some_and(|last| last.elapsed() < FRESH) {
            return;
        }
        looks.asked = Some(Stopwatch::start());
        let before = looks.count;
        // One that is waiting already will do.
        let _ = ask.try_send(());
        let is_waiting = |looks: &mut Looks| looks.count == before;
        self.shared
            .looked
            .wait_while_for(&mut looks, is_waiting, PATIENCE);
        looks.asked = None;
    }

    /// The passages with these words, in all files or in one: with all of them, or else with as many as there
    /// are in any, but half of them at least.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn search(&self, words: &[String], within: Option<FileId>) -> Result<Found, FoldersError> {
        let words = &words[..words.len().min(MOST_WORDS)];
        let index = self.shared.index.lock();
        let mut hits = Vec::new();
        let mut has_all_words = true;
        for count in (words.len().div_ceil(2).max(1)..=words.len()).rev() {
            hits = index.search(&with_words(words, count), &self.shared.roots, within)?;
            has_all_words = count == words.len();
            if !hits.is_empty() {
                break;
            }
        }
        Ok(Found {
            hits,
            has_all_words,
            is_complete: self.shared.looks.lock().last.is_some(),
        })
    }

    /// The files that can be found, by their paths.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn files(&self) -> Result<Vec<KnownFile>, FoldersError> {
        let mut files = self.shared.index.lock().files(&self.shared.roots)?;
        files.retain(|file| file.left_out.is_none());
        Ok(files)
    }

    /// A file as a table, as it is now. None if it holds none, or cannot be read.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn table(&self, file: FileId) -> Result<Option<Table>, FoldersError> {
        let file = self.shared.index.lock().file(file)?;
        let read = read::table(&file.seen(), &self.shared.limits);
        Ok(read.unwrap_or_default())
    }

    /// What is known of each folder.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn report(&self) -> Result<Vec<FolderReport>, FoldersError> {
        let files = self.shared.index.lock().files(&self.shared.roots)?;
        let looks = self.shared.looks.lock();
        let report = |root: &Root| {
            let files = files.iter().filter(|file| file.root == root.0);
            let unread = files.clone().filter_map(|file| {
                let path = root.path().join(&file.path);
                file.left_out.map(|why| LeftOut { path, why })
            });
            let unseen = looks
                .left_out
                .iter()
                .filter(|out| out.path.starts_with(root.path()));
            FolderReport {
                path: root.path().to_owned(),
                files: files.filter(|file| file.left_out.is_none()).count(),
                left_out: unread.chain(unseen.cloned()).collect(),
            }
        };
        Ok(self.shared.roots.iter().map(report).collect())
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        if let Some((ask, thread)) = self.thread.take() {
            drop(ask);
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Runs until the handle is gone.
    fn run(&self, asked: &Receiver<()>, gives_way: &dyn Fn() -> bool) {
        loop {
            if let Err(error) = self.look(&|| self.give_way(gives_way)) {
                tracing::warn!("{error}");
            }
            if asked.recv().is_err() || self.is_closing() {
                return;
            }
        }
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// Waits while somebody talks, unless a question waits for the look.
    fn give_way(&self, gives_way: &dyn Fn() -> bool) {
        let is_hurried = || {
            let asked = self.looks.lock().asked;
            asked.is_some_and(|since| since.elapsed() < PATIENCE)
        };
        while !self.is_closing() && !is_hurried() && gives_way() {
            sleep(LOOK);
        }
    }

    /// Brings the index up to what is there. `before_file` is called before each file is read, and may wait.
    fn look(&self, before_file: &dyn Fn()) -> Result<(), FoldersError> {
        let seen = walk(&self.roots, &self.limits);
        let known = self.index.lock().files(&self.roots)?;
        let changes = changes(&known, seen.files);
        for file in changes.gone {
            self.index.lock().remove(file)?;
        }
        for file in changes.changed {
            before_file();
            if self.is_closing() {
                return Ok(());
            }
            let watch = Stopwatch::start();
            let read = read::passages(&file, &self.limits, &self.pdfs, &|| self.is_closing());
            // One that was given up because the program ends is tried again.
            if self.is_closing() {
                return Ok(());
            }
            if let Err(why) = &read {
                let place = file.place();
                tracing::info!("{} is left out: {}", place.display(), why.words());
            }
            self.index.lock().put(&file, &read)?;
            self.rest(watch.elapsed());
        }
        let mut looks = self.looks.lock();
        looks.count += 1;
        looks.last = Some(Stopwatch::start());
        looks.left_out = seen.left_out;
        self.looked.notify_all();
        Ok(())
    }

    fn rest(&self, took: Duration) {
        if self.looks.lock().asked.is_none() {
            sleep(took.min(LONGEST_REST));
        }
    }
}

/// An FTS5 query for passages that have so many of the words.
fn with_words(words: &[String], count: usize) -> String {
    let chosen = (0_u32..1 << words.len()).filter(|chosen| chosen.count_ones() as usize == count);
    let all_of = |chosen: u32| {
        let words = words
            .iter()
            .enumerate()
            .filter(|(at, _)| chosen & (1 << at) != 0);
        let quoted: Vec<String> = words
            .map(|(_, word)| format!("\"{}\"", word.replace('"', "")))
            .collect();
        format!("({})", quoted.join(" AND "))
    };
    let ways: Vec<String> = chosen.map(all_of).collect();
    ways.join(" OR ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(words: &[&str], count: usize) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        with_words(&words, count)
    }

    #[test]
    fn a_query_asks_for_so_many_of_the_words() {
        assert_eq!(query(&["a", "b"], 2), r#"("a" AND "b")"#);
        assert_eq!(
            query(&["a", "b", "c"], 2),
            r#"("a" AND "b") OR ("a" AND "c") OR ("b" AND "c")"#
        );
    }

    #[test]
    fn no_word_ends_its_quotes() {
        assert_eq!(query(&["a\" OR \"b"], 1), r#"("a OR b")"#);
    }
}
