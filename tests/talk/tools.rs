//! What the whole program does by itself: by voice on the virtual card, typed, and over a restart.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::program::{events, of_kind, run, text, texts, vivavoce};

/// The program with a data folder of its own, and the models that `make test` has fetched.
fn with_data(folder: &Path) -> Command {
    let models = run(vivavoce().args(["models", "path"]));
    let mut command = vivavoce();
    let models = String::from_utf8_lossy(&models.stdout);
    command
        .env("VIVAVOCE_DATA", folder)
        .env("VIVAVOCE_KEEP", "facts")
        .env("VIVAVOCE_MODELS", models.trim());
    command
}

/// Types these lines; what was printed.
fn typed(folder: &Path, lines: &str, arguments: &[&str]) -> String {
    typed_where_kept(folder, "facts", lines, arguments)
}

/// The same, where this is kept.
fn typed_where_kept(folder: &Path, keep: &str, lines: &str, arguments: &[&str]) -> String {
    let mut child = with_data(folder)
        .env("VIVAVOCE_KEEP", keep)
        .args([
            "talk", "--text", "--plain", "--input", "null", "--output", "null",
        ])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(lines.as_bytes()).unwrap();
    // A session that is to wait for something keeps its input open.
    let kept = (!arguments.is_empty()).then_some(stdin);
    let output = child.wait_with_output().unwrap();
    drop(kept);
    assert!(output.status.success(), "{}", text(&output));
    text(&output)
}

const SCENARIO: &str = r#"
name = "timer"
seed = 3
limit_s = 18

[room]
echo_gain_db = -20.0
delay_ms = 25.0
reverb_ms = 150.0

[noise]
level_dbfs = -65.0

[[stimulus]]
say = "Set a timer for four seconds."
voice = "en-GB"
at = "start + 1000 ms"
"#;

#[test]
fn a_timer_that_was_set_by_voice_rings_until_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let (scenario, record) = (folder.path().join("s.toml"), folder.path().join("r"));
    fs::write(&scenario, SCENARIO).unwrap();
    let endpoint = format!("virtual:{}", scenario.display());
    let output = run(with_data(folder.path())
        .args([
            "talk", "--plain", "--input", &endpoint, "--output", &endpoint, "--record",
        ])
        .arg(&record));
    assert!(output.status.success(), "{}", text(&output));
    let events = events(&record);
    let called = of_kind(&events, "tool_called");
    assert_eq!(called.len(), 1, "once, and not for each draft: {called:?}");
    assert_eq!(called[0]["tool"], "set_timer");
    let heard = texts(&events, "heard");
    assert!(heard[0].contains("4 seconds"), "{heard:?}");
    let rings = heard[1..].iter().filter(|text| text.contains("is done"));
    assert!(rings.count() >= 1, "{heard:?}");
    assert!(!text(&output).contains("error"), "{}", text(&output));
}

#[test]
fn facts_are_looked_up_in_the_data_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "What is the capital of Mongolia?\nHow many people live in Luzern?\nWhat time is it in Chattogram?\n";
    let said = typed(folder.path(), lines, &[]);
    for part in ["Ulaanbaatar", "about 82,000 people", "In Chattogram it is"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let made = fs::read_dir(folder.path().join("cache").join("facts")).unwrap();
    assert_eq!(made.count(), 1, "one index, and no part of one");
}

#[test]
fn what_was_told_is_known_after_a_restart_and_can_be_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    typed(
        folder.path(),
        "My name is Anna.\nMy favourite colour is teal.\n",
        &[],
    );
    let said = typed(
        folder.path(),
        "What's my name?\nWhat is my favourite colour?\n",
        &[],
    );
    assert!(said.contains("Anna") && said.contains("teal"), "{said}");
    typed(folder.path(), "Forget my favourite colour.\n", &[]);
    let data = folder.path().join("data").join("assistant.db");
    let bytes = fs::read(data).unwrap();
    assert!(
        !bytes.windows(4).any(|part| part == b"teal"),
        "it is in the file"
    );
}

#[test]
fn a_timer_that_was_due_while_nothing_ran_rings_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let said = typed(folder.path(), "Set a timer for one second.\n", &[]);
    assert!(said.contains("1 second"), "{said}");
    let said = typed(folder.path(), "", &["--for", "6"]);
    assert!(said.contains("is done"), "{said}");
}

#[test]
fn what_is_not_to_be_kept_is_gone_with_the_conversation() {
    let folder = tempfile::tempdir().unwrap();
    typed(
        folder.path(),
        "My name is Anna.\n",
        &["--keep", "nothing", "--for", "3"],
    );
    assert!(!folder.path().join("data").join("assistant.db").exists());
}

const BOILER: &str = "The boiler in the cellar is leaking.\n";
const WHAT: &str = "What did I say about the boiler?\n";

fn memory(folder: &Path, arguments: &[&str]) -> String {
    let output = run(with_data(folder).arg("memory").args(arguments));
    assert!(output.status.success(), "{}", text(&output));
    text(&output)
}

#[test]
fn what_was_said_is_found_after_a_restart_where_all_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    typed_where_kept(folder.path(), "all", BOILER, &[]);
    let said = typed_where_kept(folder.path(), "all", WHAT, &[]);
    assert!(
        said.contains("you said: The boiler in the cellar"),
        "{said}"
    );
}

#[test]
fn what_was_said_is_found_in_its_conversation_alone_where_facts_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let said = typed(folder.path(), &format!("{BOILER}{WHAT}"), &[]);
    assert!(
        said.contains("you said: The boiler in the cellar"),
        "{said}"
    );
    let said = typed(folder.path(), WHAT, &[]);
    assert!(said.contains("I keep only facts"), "{said}");
}

#[test]
fn what_is_remembered_is_shown_searched_exported_and_erased() {
    let folder = tempfile::tempdir().unwrap();
    assert!(memory(folder.path(), &["list"]).contains("nothing is kept"));
    let lines = format!("My name is Anna.\nRemember that my car is red.\n{BOILER}");
    typed_where_kept(folder.path(), "all", &lines, &[]);
    let listed = memory(folder.path(), &["list"]);
    for part in ["Anna", "my car is red", "The boiler in the cellar"] {
        assert!(listed.contains(part), "{part}: {listed}");
    }
    let found = memory(folder.path(), &["search", "boilers"]);
    assert!(
        found.contains("The boiler") && !found.contains("Anna"),
        "{found}"
    );
    let exported = memory(folder.path(), &["export"]);
    let exported: serde_json::Value = serde_json::from_str(&exported).unwrap();
    assert_eq!(exported["name"], "Anna");
    assert_eq!(exported["talk"].as_array().unwrap().len(), 3);
    let erased = memory(folder.path(), &["forget", "boiler"]);
    assert!(erased.contains("0 facts, 1 exchange"), "{erased}");
    let bytes = fs::read(folder.path().join("data").join("assistant.db")).unwrap();
    assert!(
        !bytes.windows(6).any(|part| part == b"boiler"),
        "it is in the file"
    );
    memory(folder.path(), &["forget", "--everything"]);
    let listed = memory(folder.path(), &["list"]);
    assert!(
        !listed.contains("Anna") && !listed.contains("red"),
        "{listed}"
    );
}

#[test]
fn a_damaged_data_file_is_said_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir_all(&data).unwrap();
    let file = data.join("assistant.db");
    fs::write(&file, "this is no database, and was somebody's work").unwrap();
    let before = fs::read(&file).unwrap();
    let said = typed(folder.path(), "What's seventeen times twenty three?\n", &[]);
    assert!(said.contains("damaged") && said.contains("391"), "{said}");
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn goodbye_ends_the_conversation_when_it_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let said = typed(folder.path(), "Goodbye.\n", &["--for", "600"]);
    assert!(said.contains("Goodbye."), "{said}");
}
