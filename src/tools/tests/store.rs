//! The file: what is kept, what is not found any more, and what cannot be opened.

use std::path::Path;

use super::*;

fn open(folder: &Path) -> Result<Toolbox, StoreError> {
    Toolbox::open(Some(folder), Language::English, 1)
}

fn fails(folder: &Path) -> StoreError {
    open(folder).err().expect("it cannot be opened")
}

/// Whether the text is in any file of the folder.
fn is_in(folder: &Path, text: &str) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    files.into_iter().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}

#[test]
fn what_was_told_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("new").join("folder");
    let mut toolbox = open(&inside).unwrap();
    let remembered = said(&mut toolbox, "remember", &[("fact", "my car is red")]);
    assert_eq!(remembered, "I will remember: my car is red.");
    said(&mut toolbox, "set_name", &[("name", "Ada")]);
    said(&mut toolbox, "add_to_list", &[("item", "milk")]);
    said(&mut toolbox, "take_note", &[("text", "room 12")]);
    said(&mut toolbox, "stopwatch", &[("action", "start")]);
    drop(toolbox);
    let mut toolbox = open(&inside).unwrap();
    let cases = [
        ("recall", "You told me: my car is red."),
        ("get_name", "Your name is Ada."),
        ("read_list", "On the shopping list: milk."),
        ("read_notes", "Your notes: room 12."),
    ];
    for (name, expected) in cases {
        assert_eq!(said(&mut toolbox, name, &[]), expected);
    }
    let shown = said_at(&mut toolbox, "stopwatch", &[("action", "read")], &later(3));
    assert_eq!(shown, "The stopwatch shows 3 minutes.");
}

#[test]
fn what_is_forgotten_cannot_be_found_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = open(folder.path()).unwrap();
    for number in 0..150 {
        let fact = format!(
            "secret{number} of box{number} is {}",
            "long ".repeat(number % 60)
        );
        said(&mut toolbox, "remember", &[("fact", &fact)]);
    }
    assert!(is_in(folder.path(), "secret123 "));
    for number in (0..150).rev().step_by(3).chain((0..150).step_by(2)) {
        let about = format!("box{number}");
        said(&mut toolbox, "forget", &[("about", &about)]);
        assert!(
            !is_in(folder.path(), &format!("secret{number} ")),
            "{number}"
        );
    }
    said(&mut toolbox, "forget_everything", &[]);
    assert!(!is_in(folder.path(), "secret"));
    drop(toolbox);
    assert!(!is_in(folder.path(), "secret"));
}

#[test]
fn deleted_names_items_notes_and_timers_cannot_be_found_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = open(folder.path()).unwrap();
    said(&mut toolbox, "set_name", &[("name", "Zebedee")]);
    said(&mut toolbox, "set_name", &[("name", "Al")]);
    said(&mut toolbox, "add_to_list", &[("item", "zucchini")]);
    said(&mut toolbox, "clear_list", &[]);
    said(&mut toolbox, "take_note", &[("text", "zymurgy")]);
    said(&mut toolbox, "clear_notes", &[]);
    let timer = [("duration", "5 minutes"), ("label", "zeppelin")];
    said(&mut toolbox, "set_timer", &timer);
    let id = toolbox.due(&later(5)).unwrap()[0].id;
    toolbox.answered(id, &now()).unwrap();
    for word in ["Zebedee", "zucchini", "zymurgy", "zeppelin"] {
        assert!(!is_in(folder.path(), word), "{word}");
    }
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    let path = folder.path().join("assistant.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    let error = fails(folder.path()).to_string();
    assert!(
        error.contains("99") && error.contains("newer program"),
        "{error}"
    );
    assert!(before == std::fs::read(&path).unwrap());
}

#[test]
fn a_damaged_file_is_refused_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("assistant.db");
    let damaged = b"this is no database at all, but long enough to be taken for one".repeat(50);
    std::fs::write(&path, &damaged).unwrap();
    let error = fails(folder.path());
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains("Move it away"), "{error}");
    assert!(damaged == std::fs::read(&path).unwrap());
}

#[test]
fn a_file_with_a_damaged_page_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = open(folder.path()).unwrap();
    said(&mut toolbox, "remember", &[("fact", "my car is red")]);
    drop(toolbox);
    let path = folder.path().join("assistant.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0x5A);
    std::fs::write(&path, &bytes).unwrap();
    let error = fails(folder.path());
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
}

#[test]
fn a_file_of_another_program_is_refused_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("assistant.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE theirs (x)").unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    let error = fails(folder.path());
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    assert!(before == std::fs::read(&path).unwrap());
}

#[test]
fn a_folder_that_cannot_be_made_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let error = fails(&file);
    assert!(matches!(error, StoreError::NotWritable { .. }), "{error:?}");
    assert!(error.to_string().contains("write permission"), "{error}");
}

#[test]
fn a_file_that_cannot_be_opened_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("assistant.db")).unwrap();
    let error = fails(folder.path());
    assert!(matches!(error, StoreError::NotWritable { .. }), "{error:?}");
}

#[test]
fn without_a_folder_nothing_is_kept() {
    let mut one = toolbox();
    said(&mut one, "remember", &[("fact", "my car is red")]);
    assert_eq!(
        said(&mut toolbox(), "recall", &[]),
        "You told me nothing to remember."
    );
}

#[cfg(unix)]
#[test]
fn no_other_user_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    let file = std::fs::metadata(folder.path().join("assistant.db")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}

#[test]
fn two_programs_that_begin_at_once_share_one_file() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let path = folder.path();
            scope.spawn(move || {
                let mut toolbox = Toolbox::open(Some(path), Language::English, seed).unwrap();
                let fact = format!("fact {seed}");
                said(&mut toolbox, "remember", &[("fact", &fact)]);
            });
        }
    });
    let mut toolbox = open(folder.path()).unwrap();
    assert_eq!(said(&mut toolbox, "recall", &[]).matches("fact").count(), 4);
}
