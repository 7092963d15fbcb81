//! The user's own folders with the whole program: what is read, what is left out, what is answered. No model is
//! needed.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::program::{run, text, vivavoce};

/// The program with a data folder of its own, and these folders, which are beside the configuration.
fn with_folders(home: &Path, folders: &[&str]) -> Command {
    let config = home.join("vivavoce.toml");
    fs::write(&config, format!("[memory]\nfolders = {folders:?}\n")).unwrap();
    let mut command = vivavoce();
    command
        .arg("--config")
        .arg(config)
        .env("VIVAVOCE_DATA", home.join("own"));
    command
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let notes = home.path().join("notes");
    fs::create_dir(&notes).unwrap();
    fs::write(
        notes.join("house.md"),
        "# Boiler\n\nThe plumber comes on Tuesday.\n",
    )
    .unwrap();
    fs::write(notes.join("expenses.csv"), "item,amount\ntea,3\nrent,900\n").unwrap();
    fs::write(notes.join("picture.txt"), b"\x00\x01\x02").unwrap();
    home
}

fn called(home: &Path, tool: &str, arguments: &str) -> Output {
    run(with_folders(home, &["notes"]).args(["tools", "call", tool, arguments]))
}

#[test]
fn what_is_read_and_what_is_left_out_is_shown() {
    let home = home();
    let mut command = with_folders(home.path(), &["notes", "gone"]);
    let output = run(command.args(["memory", "folders"]));
    assert!(output.status.success(), "{}", text(&output));
    let shown = text(&output);
    for part in [
        "notes: 2 files",
        "left out: picture.txt: it holds no text",
        "gone: there is no such folder",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn without_folders_it_is_said_how_to_name_some() {
    let home = home();
    let output = run(with_folders(home.path(), &[]).args(["memory", "folders"]));
    assert!(
        text(&output).contains("[memory] folders"),
        "{}",
        text(&output)
    );
}

#[test]
fn a_question_is_answered_from_a_file() {
    let home = home();
    for (tool, arguments, answer) in [
        (
            "search_notes",
            r#"{"query": "the plumber"}"#,
            "says: The plumber comes on Tuesday.",
        ),
        (
            "count_rows",
            r#"{"file": "expenses.csv"}"#,
            "expenses.csv has 2 rows.",
        ),
        (
            "sum_column",
            r#"{"column": "amount", "file": "expenses"}"#,
            "The sum of amount in expenses.csv is 903, over 2 rows.",
        ),
    ] {
        let output = called(home.path(), tool, arguments);
        assert!(output.status.success(), "{}", text(&output));
        let said = text(&output);
        assert!(said.trim().ends_with(answer), "{said}");
    }
    let output = called(home.path(), "search_notes", r#"{"query": "unicorns"}"#);
    assert!(!output.status.success());
    let nothing = "I found nothing about unicorns in your notes.";
    assert!(text(&output).contains(nothing), "{}", text(&output));
}

/// Whether there is an index after a command with these folders, and with this kept.
fn has_index(home: &Path, folders: &[&str], keep: &str, command: &[&str]) -> bool {
    let mut program = with_folders(home, folders);
    let output = run(program.env("VIVAVOCE_KEEP", keep).args(command));
    assert!(output.status.success(), "{}", text(&output));
    home.join("own/data/folders.db").exists()
}

#[test]
fn the_index_is_kept_as_long_as_folders_are_configured() {
    let home = home();
    let shown =
        |folders: &[&str], keep| has_index(home.path(), folders, keep, &["memory", "folders"]);
    assert!(shown(&["notes"], "facts"));
    assert!(!shown(&[], "facts"));
}

#[test]
fn an_index_that_was_kept_is_forgotten_although_nothing_is_kept_now() {
    let home = home();
    let shown =
        |folders: &[&str], keep| has_index(home.path(), folders, keep, &["memory", "folders"]);
    assert!(shown(&["notes"], "facts"));
    assert!(!shown(&[], "nothing"));
}

#[test]
fn a_tool_that_looks_into_no_folder_reads_none() {
    let home = home();
    let roll = ["tools", "call", "roll_dice"];
    assert!(!has_index(home.path(), &["notes"], "facts", &roll));
}
