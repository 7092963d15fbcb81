//! The handle of the folders.
//!
//! The thread looks at its start, and again when a question comes and the last look is old. A question waits a moment
//! for it, and then takes the index as it is. Reading files waits while somebody talks, but for the moment
//! that a question waits, and takes half of a core at most.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::index::{self, FileId, Hit, Index, KnownFile};
use super::looking::Shared;
use super::read;
use super::roots::{Root, Trouble};
use super::walk::LeftOut;
use super::{FoldersError, Limits, Table};

/// Whether reading files is to wait, because somebody talks.
pub type GivesWay = Box<dyn Fn() -> bool + Send>;

/// Words of a question, some of which are enough: all choices among them are looked for.
const MOST_WORDS: usize = 6;
/// Words of a question that are looked for together.
const MOST_TOGETHER: usize = 64;
/// The end of the thread is waited for so long: a folder on a machine that has gone away may hold it for ever.
const FAREWELL: Duration = Duration::from_secs(2);

/// The folders of the user.
pub struct Folders {
    shared: Arc<Shared>,
    /// None where the caller looks.
    thread: Option<Thread>,
}

struct Thread {
    /// Asks it to look.
    ask: Sender<()>,
    /// Is disconnected when it ends.
    ended: Receiver<()>,
    handle: JoinHandle<()>,
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
    /// Whether the index could not take all of them up.
    pub has_failed: bool,
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
    index::delete_files(data_folder)
}

impl Folders {
    /// The folders that were named, with their index in a data folder; in memory without one. A thread begins to
    /// read them. What is wrong with a folder is told if it shows in a moment, and the others are read.
    ///
    /// # Errors
    /// The index cannot be written.
    pub fn open(
        named: &[PathBuf],
        data_folder: Option<&Path>,
        gives_way: GivesWay,
    ) -> Result<(Self, Vec<Trouble>), FoldersError> {
        let index = Index::open(data_folder)?;
        let shared = Arc::new(Shared::new(named, index, Limits::default()));
        let (ask, asked) = bounded(1);
        let (ends, ended) = bounded(0);
        let run = {
            let shared = shared.clone();
            move || {
                let _ends: Sender<()> = ends;
                shared.run(&asked, &gives_way);
            }
        };
        let thread = std::thread::Builder::new()
            .name("folders".into())
            .spawn(run);
        let thread = Some(Thread {
            ask,
            ended,
            handle: thread.map_err(FoldersError::Thread)?,
        });
        let troubles = shared.first_troubles();
        Ok((Self { shared, thread }, troubles))
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
        let index = Index::open(data_folder)?;
        let shared = Arc::new(Shared::new(named, index, limits));
        shared.find_roots();
        let troubles = shared.first_troubles();
        let thread = None;
        Ok((Self { shared, thread }, troubles))
    }

    /// Brings the index up to what is in the folders now, on the caller's thread.
    ///
    /// # Errors
    /// The index cannot be written. What could be taken up is in it.
    pub fn look(&self) -> Result<(), FoldersError> {
        self.shared.look(&|| {})
    }

    /// Waits a moment for the index to be up to what is in the folders now, if the last look is old.
    pub fn refresh(&self) {
        let Some(thread) = &self.thread else { return };
        self.shared.wait_for_look(|| {
            // One that is waiting already will do.
            let _ = thread.ask.try_send(());
        });
    }

    /// The folders that were named and were not there at the last look.
    pub fn troubles(&self) -> Vec<Trouble> {
        self.shared.looks().troubles.clone()
    }

    /// The passages with these words, in all files or in one: with all of them, or else with as many as there
    /// are in any, but half of them at least.
    ///
    /// # Errors
    /// The index cannot be read, or is being written.
    pub fn search(&self, words: &[String], within: Option<FileId>) -> Result<Found, FoldersError> {
        let (roots, is_complete, has_failed) = {
            let looks = self.shared.looks();
            (looks.roots(), looks.is_complete(), looks.has_failed)
        };
        let index = self.shared.index()?;
        let mut found = Found {
            hits: Vec::new(),
            has_all_words: true,
            is_complete,
            has_failed,
        };
        for (query, has_all_words) in queries(words) {
            found.hits = index.search(&query, &roots, within)?;
            found.has_all_words = has_all_words;
            if !found.hits.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    /// The files that can be found, by their paths.
    ///
    /// # Errors
    /// The index cannot be read, or is being written.
    pub fn files(&self) -> Result<Vec<KnownFile>, FoldersError> {
        let roots = self.shared.looks().roots();
        let mut files = self.shared.index()?.files(&roots)?;
        files.retain(|file| file.left_out.is_none());
        Ok(files)
    }

    /// A file as a table, as it is now. None if it holds none, or cannot be read.
    ///
    /// # Errors
    /// The index cannot be read, or is being written.
    pub fn table(&self, file: FileId) -> Result<Option<Table>, FoldersError> {
        let file = self.shared.index()?.file(file)?;
        let read = read::table(&file.seen(), &self.shared.limits);
        Ok(read.unwrap_or_default())
    }

    /// What is known of each folder.
    ///
    /// # Errors
    /// The index cannot be read, or is being written.
    pub fn report(&self) -> Result<Vec<FolderReport>, FoldersError> {
        let (roots, left_out) = {
            let looks = self.shared.looks();
            (looks.roots(), looks.left_out.clone())
        };
        let files = self.shared.index()?.files(&roots)?;
        let report = |root: &Root| {
            let files = files.iter().filter(|file| file.root == root.0);
            let unread = files.clone().filter_map(|file| {
                let path = root.path().join(&file.path);
                file.left_out.map(|why| LeftOut { path, why })
            });
            let unseen = left_out
                .iter()
                .filter(|out| out.path.starts_with(root.path()));
            FolderReport {
                path: root.path().to_owned(),
                files: files.filter(|file| file.left_out.is_none()).count(),
                left_out: unread.chain(unseen.cloned()).collect(),
            }
        };
        Ok(roots.iter().map(report).collect())
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        self.shared.close();
        let Some(Thread { ask, ended, handle }) = self.thread.take() else {
            return;
        };
        drop(ask);
        match ended.recv_timeout(FAREWELL) {
            Err(RecvTimeoutError::Timeout) => {
                tracing::warn!("a folder does not answer: the thread that reads it is left behind");
            }
            _ => drop(handle.join()),
        }
    }
}

/// FTS5 queries for these words, one after the other until something is found, and whether each asks for all of them.
pub fn queries(words: &[String]) -> impl Iterator<Item = (String, bool)> {
    let together = &words[..words.len().min(MOST_TOGETHER)];
    let is_all = together.len() == words.len();
    let all = (!words.is_empty()).then(|| (with_all(together.iter()), is_all));
    let chosen = &words[..words.len().min(MOST_WORDS)];
    let fewest = words.len().div_ceil(2).clamp(1, MOST_WORDS);
    let most = chosen.len().min(words.len().saturating_sub(1));
    let some = (fewest..=most).rev();
    all.into_iter()
        .chain(some.map(move |count| (with_some(chosen, count), false)))
}

fn with_all<'a>(words: impl Iterator<Item = &'a String>) -> String {
    let quoted: Vec<String> = words
        .map(|word| format!("\"{}\"", word.replace('"', "")))
        .collect();
    format!("({})", quoted.join(" AND "))
}

/// An FTS5 query for passages that have so many of the words, which are few.
fn with_some(words: &[String], count: usize) -> String {
    let chosen = (0_u32..1 << words.len()).filter(|chosen| chosen.count_ones() as usize == count);
    let ways = chosen.map(|chosen| {
        let is_chosen = |at: usize| chosen & (1 << at) != 0;
        let words = words.iter().enumerate();
        with_all(words.filter(|(at, _)| is_chosen(*at)).map(|(_, word)| word))
    });
    let ways: Vec<String> = ways.collect();
    ways.join(" OR ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(words: &[&str], count: usize) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        with_some(&words, count)
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

    #[test]
    fn all_words_are_looked_for_before_some_of_the_first() {
        let words: Vec<String> = (0..8).map(|word| word.to_string()).collect();
        let asked: Vec<(String, bool)> = queries(&words).collect();
        let all = r#"("0" AND "1" AND "2" AND "3" AND "4" AND "5" AND "6" AND "7")"#;
        assert_eq!(asked[0], (all.to_owned(), true));
        assert_eq!(
            asked[1],
            (
                r#"("0" AND "1" AND "2" AND "3" AND "4" AND "5")"#.to_owned(),
                false
            )
        );
        assert_eq!(asked.len(), 4);
    }

    #[test]
    fn a_question_without_words_looks_for_nothing() {
        assert_eq!(queries(&[]).count(), 0);
    }

    #[test]
    fn while_a_look_goes_on_not_all_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let named = [folder.path().to_owned()];
        let (folders, _) = Folders::without_thread(&named, None, Limits::default()).unwrap();
        let is_complete = || folders.search(&[], None).unwrap().is_complete;
        folders.look().unwrap();
        assert!(is_complete());
        std::fs::write(folder.path().join("a.md"), "zymurgy").unwrap();
        folders.shared.look(&|| assert!(!is_complete())).unwrap();
        assert!(is_complete());
    }
}
