//! How the index is kept: what may pass, what has no room, what is gone and comes back.

use std::fs;
use std::path::{Path, PathBuf};

use crossbeam_channel::bounded;
use rusqlite::Connection;

use super::index::Index;
use super::roots::roots;
use super::walk::walk;
use super::*;

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

fn opened(named: &[PathBuf], data: Option<&Path>, limits: Limits) -> Folders {
    Folders::without_thread(named, data, limits).unwrap().0
}

fn found(folders: &Folders, words: &[&str]) -> Found {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    folders.search(&words, None).unwrap()
}

fn paths(found: &Found) -> Vec<&str> {
    found.hits.iter().map(|hit| hit.path.as_str()).collect()
}

#[test]
fn what_could_not_be_read_for_a_reason_that_may_pass_is_read_at_the_next_start() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(folder.path(), "a.md", "zymurgy");
    let named = [folder.path().to_owned()];
    let (roots, _) = roots(&named);
    let seen = walk(&roots, &Limits::default(), &|| false).files.remove(0);
    let index = Index::open(Some(data.path())).unwrap();
    index.put(&seen, &Err(Why::TooSlow)).unwrap();
    drop(index);
    let folders = opened(&named, Some(data.path()), Limits::default());
    folders.look().unwrap();
    assert_eq!(paths(&found(&folders, &["zymurgy"])), ["a.md"]);
}

#[test]
fn beyond_the_text_of_all_files_the_next_is_left_out_and_told() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.md", "zymurgy");
    write(folder.path(), "b.md", "zymurgy, and then some");
    let limits = Limits {
        all_text_bytes: 12,
        ..Limits::default()
    };
    let folders = opened(&[folder.path().to_owned()], None, limits);
    folders.look().unwrap();
    assert_eq!(paths(&found(&folders, &["zymurgy"])), ["a.md"]);
    let left_out = folders.report().unwrap().remove(0).left_out;
    let left_out: Vec<Why> = left_out.iter().map(|out| out.why).collect();
    assert_eq!(left_out, [Why::TooMuch]);
}

#[test]
fn a_file_that_is_written_again_makes_room_for_itself() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.md", "zymurgy one");
    let limits = Limits {
        all_text_bytes: 20,
        ..Limits::default()
    };
    let folders = opened(&[folder.path().to_owned()], None, limits);
    folders.look().unwrap();
    write(folder.path(), "a.md", "zymurgy seventeen");
    folders.look().unwrap();
    assert_eq!(paths(&found(&folders, &["seventeen"])), ["a.md"]);
}

#[test]
fn a_folder_that_comes_back_is_read() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("stick");
    let folders = opened(std::slice::from_ref(&folder), None, Limits::default());
    folders.look().unwrap();
    assert_eq!(folders.troubles().len(), 1);
    fs::create_dir(&folder).unwrap();
    write(&folder, "a.md", "zymurgy");
    folders.look().unwrap();
    assert_eq!(folders.troubles(), []);
    assert_eq!(paths(&found(&folders, &["zymurgy"])), ["a.md"]);
}

#[test]
fn what_was_left_beside_the_index_is_forgotten_with_it() {
    let data = tempfile::tempdir().unwrap();
    for name in ["folders.db", "folders.db-journal"] {
        write(data.path(), name, "zymurgy");
    }
    forget(data.path()).unwrap();
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
}

#[test]
fn a_passage_with_all_of_many_words_comes_before_one_with_the_first() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.md", "one two three four five six");
    write(folder.path(), "b.md", "one two three four five six seven");
    let folders = opened(&[folder.path().to_owned()], None, Limits::default());
    folders.look().unwrap();
    let words = ["one", "two", "three", "four", "five", "six", "seven"];
    let all = found(&folders, &words);
    assert_eq!((paths(&all), all.has_all_words), (vec!["b.md"], true));
    fs::remove_file(folder.path().join("b.md")).unwrap();
    folders.look().unwrap();
    let some = found(&folders, &words);
    assert_eq!((paths(&some), some.has_all_words), (vec!["a.md"], false));
}

#[test]
fn a_file_that_the_index_cannot_take_up_keeps_no_other_from_it() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(folder.path(), "a.md", "zymurgy");
    write(folder.path(), "b.md", "zymurgy");
    let named = [folder.path().to_owned()];
    let folders = opened(&named, Some(data.path()), Limits::default());
    let other = Connection::open(data.path().join("folders.db")).unwrap();
    let refusal = "CREATE TRIGGER refusal BEFORE INSERT ON file WHEN new.path = 'a.md'
                   BEGIN SELECT RAISE(ABORT, 'no room'); END;";
    other.execute_batch(refusal).unwrap();
    drop(other);
    assert!(folders.look().is_err());
    let found = found(&folders, &["zymurgy"]);
    assert_eq!(paths(&found), ["b.md"]);
    assert!(found.is_complete && found.has_failed);
}

#[test]
fn a_thread_that_does_not_come_back_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.md", "zymurgy");
    let (hold, held) = bounded::<()>(0);
    let stuck = move || held.recv().is_ok();
    let named = [folder.path().to_owned()];
    let (folders, _) = Folders::open(&named, None, Box::new(stuck)).unwrap();
    drop(folders);
    drop(hold);
}
