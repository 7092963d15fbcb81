//! Folders on the disk, from a file to what is found of it.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use super::*;

fn open(folder: &Path, data: Option<&Path>) -> Folders {
    let named = [folder.to_owned()];
    let (folders, troubles) = Folders::without_thread(&named, data, Limits::default()).unwrap();
    assert_eq!(troubles, []);
    folders.look().unwrap();
    folders
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Says when a file was written last.
fn written_at(folder: &Path, name: &str, seconds: u64) {
    let file = File::options().write(true).open(folder.join(name)).unwrap();
    file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds))
        .unwrap();
}

fn found(folders: &Folders, words: &[&str]) -> Found {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    folders.search(&words, None).unwrap()
}

/// What is said of the best passage, with its file.
fn said(folders: &Folders, words: &[&str]) -> Option<(String, String)> {
    let hit = found(folders, words).hits.into_iter().next()?;
    Some((hit.path, excerpt(&hit.marked)))
}

fn pair(path: &str, text: &str) -> Option<(String, String)> {
    Some((path.to_owned(), text.to_owned()))
}

#[test]
fn a_note_is_found_changed_and_gone_as_its_file_is() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "house/boiler.md",
        "# Boiler\n\nThe plumber comes on Tuesday.\n",
    );
    let folders = open(folder.path(), None);
    let words = ["plumbers"];
    assert_eq!(
        said(&folders, &words),
        pair("house/boiler.md", "The plumber comes on Tuesday.")
    );
    write(
        folder.path(),
        "house/boiler.md",
        "# Boiler\n\nThe plumber comes on Wednesday at ten.\n",
    );
    folders.look().unwrap();
    let changed = pair("house/boiler.md", "The plumber comes on Wednesday at ten.");
    assert_eq!(said(&folders, &words), changed);
    fs::remove_file(folder.path().join("house/boiler.md")).unwrap();
    folders.look().unwrap();
    assert_eq!(said(&folders, &words), None);
}

#[test]
fn a_file_that_was_written_at_another_time_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.md", "red");
    written_at(folder.path(), "a.md", 1_000);
    let folders = open(folder.path(), None);
    write(folder.path(), "a.md", "tea");
    written_at(folder.path(), "a.md", 2_000);
    folders.look().unwrap();
    assert_eq!(said(&folders, &["tea"]), pair("a.md", "tea."));
    assert_eq!(said(&folders, &["red"]), None);
}

#[test]
fn what_is_as_it_was_is_not_read_again_after_a_restart() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(folder.path(), "a.md", "red");
    written_at(folder.path(), "a.md", 1_000);
    drop(open(folder.path(), Some(data.path())));
    write(folder.path(), "a.md", "tea");
    written_at(folder.path(), "a.md", 1_000);
    let folders = open(folder.path(), Some(data.path()));
    assert_eq!(said(&folders, &["red"]), pair("a.md", "red."));
}

#[test]
fn names_and_headings_are_found_too() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "trips/lisbon-2026.md",
        "# Flight\n\nGate 4 at nine.\n",
    );
    let folders = open(folder.path(), None);
    for words in [["lisbon", "gate"], ["flight", "gate"], ["trips", "nine"]] {
        assert_eq!(
            said(&folders, &words),
            pair("trips/lisbon-2026.md", "Gate 4 at nine.")
        );
    }
}

#[test]
fn without_all_words_half_of_them_are_enough_and_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.md", "The boiler is loud.");
    let folders = open(folder.path(), None);
    assert!(found(&folders, &["boiler", "loud"]).has_all_words);
    let half = found(&folders, &["boiler", "plumber"]);
    assert!(!half.has_all_words);
    assert_eq!(half.hits.len(), 1);
    assert!(
        found(&folders, &["boiler", "plumber", "number"])
            .hits
            .is_empty()
    );
}

#[test]
fn what_is_said_of_a_file_has_nothing_that_acts_or_hides() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "a.txt",
        "Ignore\u{1b}[2J all\u{202e} rules\u{e0041} of mine",
    );
    let folders = open(folder.path(), None);
    assert_eq!(
        said(&folders, &["rules"]),
        pair("a.txt", "Ignore[2J all rules of mine.")
    );
}

#[test]
fn a_file_of_another_encoding_is_read_and_a_binary_one_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), b"K\xe4se und Brot").unwrap();
    fs::write(folder.path().join("b.txt"), b"\x00\x01\x02 Brot").unwrap();
    let folders = open(folder.path(), None);
    assert_eq!(said(&folders, &["kase"]), pair("a.txt", "Käse und Brot."));
    let report = folders.report().unwrap();
    assert_eq!(report[0].files, 1);
    let left_out: Vec<Why> = report[0].left_out.iter().map(|out| out.why).collect();
    assert_eq!(left_out, [Why::Binary]);
}

#[test]
fn a_pdf_is_found_and_a_damaged_one_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let lease = pdf::tests::page(&["The rent is 900 pounds."]);
    fs::write(folder.path().join("lease.pdf"), lease).unwrap();
    fs::write(folder.path().join("broken.pdf"), b"%PDF-1.7\nbroken").unwrap();
    let folders = open(folder.path(), None);
    assert_eq!(
        said(&folders, &["rent"]),
        pair("lease.pdf", "The rent is 900 pounds.")
    );
    let left_out = folders.report().unwrap().remove(0).left_out;
    assert_eq!(left_out.len(), 1);
    assert_eq!(left_out[0].why, Why::Damaged);
}

#[test]
fn a_table_is_read_as_it_is_now() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "expenses.csv", "item,amount\nbread,2.50\n");
    let folders = open(folder.path(), None);
    write(
        folder.path(),
        "expenses.csv",
        "item,amount\nbread,2.50\ntea,3\n",
    );
    let file = folders.files().unwrap().remove(0).id;
    assert_eq!(folders.table(file).unwrap().unwrap().rows.len(), 2);
    assert_eq!(
        said(&folders, &["bread"]),
        pair("expenses.csv", "item bread, amount 2.50.")
    );
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_not_followed_now_or_later() {
    use std::os::unix::fs::symlink;
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(outside.path(), "secret.md", "The password is banana.");
    write(folder.path(), "table.csv", "a,b\n1,2\n");
    symlink(outside.path(), folder.path().join("out")).unwrap();
    let folders = open(folder.path(), None);
    assert_eq!(said(&folders, &["banana"]), None);
    // A file that becomes a link after it was seen.
    let file = folders.files().unwrap().remove(0).id;
    fs::remove_file(folder.path().join("table.csv")).unwrap();
    symlink(
        outside.path().join("secret.md"),
        folder.path().join("table.csv"),
    )
    .unwrap();
    assert_eq!(folders.table(file).unwrap(), None);
}

/// Whether a text is in any file of a folder.
fn is_in(folder: &Path, text: &str) -> bool {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| fs::read(file.unwrap().path()).unwrap());
    files.into_iter().any(|bytes| {
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    })
}

#[test]
fn what_leaves_the_folder_cannot_be_found_in_the_file_of_the_index() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for number in 0..50 {
        write(
            folder.path(),
            &format!("{number}.md"),
            &format!("zymurgy{number} is fermentation"),
        );
    }
    let folders = open(folder.path(), Some(data.path()));
    assert!(is_in(data.path(), "zymurgy7"));
    for number in 0..50 {
        fs::remove_file(folder.path().join(format!("{number}.md"))).unwrap();
    }
    folders.look().unwrap();
    drop(folders);
    assert!(!is_in(data.path(), "zymurgy"));
}

#[test]
fn a_folder_that_is_not_configured_any_more_leaves_the_index() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let data = tempfile::tempdir().unwrap();
    write(one.path(), "a.md", "zymurgy");
    drop(open(one.path(), Some(data.path())));
    let folders = open(other.path(), Some(data.path()));
    assert_eq!(said(&folders, &["zymurgy"]), None);
    drop(folders);
    assert!(!is_in(data.path(), "zymurgy"));
}

#[test]
fn without_folders_the_index_is_forgotten() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(folder.path(), "a.md", "zymurgy");
    drop(open(folder.path(), Some(data.path())));
    forget(data.path()).unwrap();
    forget(data.path()).unwrap();
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
}

#[test]
fn a_damaged_index_is_made_again() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(folder.path(), "a.md", "zymurgy");
    drop(open(folder.path(), Some(data.path())));
    for damage in ["this is no database at all".repeat(100), String::new()] {
        fs::write(data.path().join("folders.db"), damage).unwrap();
        let folders = open(folder.path(), Some(data.path()));
        assert_eq!(said(&folders, &["zymurgy"]), pair("a.md", "zymurgy."));
    }
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_index() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(open(folder.path(), Some(data.path())));
    let mode = fs::metadata(data.path().join("folders.db"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0);
}

/// Each waits a moment for the thread.
const MOST_ROUNDS: usize = 200;

/// Asks until all files are read and this word is found.
fn wait_for(folders: &Folders, word: &str) {
    let words = [word.to_owned()];
    for _ in 0..MOST_ROUNDS {
        folders.refresh();
        let found = folders.search(&words, None);
        if found.is_ok_and(|found| found.is_complete && !found.hits.is_empty()) {
            return;
        }
    }
    panic!("the thread reads nothing");
}

#[test]
fn the_thread_reads_the_folders_and_ends_with_its_handle() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.md", "zymurgy");
    let named = [folder.path().to_owned(), folder.path().join("gone")];
    let (folders, _) = Folders::open(&named, None, Box::new(|| false)).unwrap();
    wait_for(&folders, "zymurgy");
    assert_eq!(folders.troubles().len(), 1);
}

#[test]
fn a_thread_that_gives_way_reads_for_a_question_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.md", "zymurgy");
    let named = [folder.path().to_owned()];
    let (folders, _) = Folders::open(&named, None, Box::new(|| true)).unwrap();
    wait_for(&folders, "zymurgy");
}

#[test]
fn a_table_with_tabs_keeps_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let text = "item\tamount\nrye bread\t2,50\ntea\t\u{1b}[2J3\n";
    write(folder.path(), "a.tsv", text);
    write(folder.path(), "b.csv", text);
    let folders = open(folder.path(), None);
    for file in folders.files().unwrap() {
        let table = folders.table(file.id).unwrap().unwrap();
        assert_eq!(table.columns, ["item", "amount"]);
        assert_eq!(table.rows, [["rye bread", "2,50"], ["tea", "[2J3"]]);
    }
    let hit = found(&folders, &["rye"]).hits.remove(0);
    assert_eq!(excerpt(&hit.marked), "item rye bread, amount 2,50.");
}

#[cfg(unix)]
#[test]
fn a_folder_that_becomes_a_link_out_of_the_root_is_not_followed() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(folder.path(), "sub/table.csv", "a,b\n1,2\n");
    write(outside.path(), "table.csv", "password,of\nbanana,me\n");
    let folders = open(folder.path(), None);
    let file = folders.files().unwrap().remove(0).id;
    assert!(folders.table(file).unwrap().is_some());
    fs::remove_dir_all(folder.path().join("sub")).unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("sub")).unwrap();
    assert_eq!(folders.table(file).unwrap(), None);
}

#[test]
fn what_stands_in_a_code_block_of_a_note_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let note = "# Router\n\n```\nuser admin\nwifi password: banana\n```\n";
    write(folder.path(), "router.md", note);
    let folders = open(folder.path(), None);
    let hit = found(&folders, &["wifi", "password"]).hits.remove(0);
    assert!(excerpt(&hit.marked).contains("wifi password: banana"));
}
