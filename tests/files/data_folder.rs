//! The folder of `VIVAVOCE_DATA`: whatever its name, and where nothing can be written to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{run, text, vivavoce};

/// The program with a data folder of its own, where facts are kept.
fn with_data(folder: &Path) -> Command {
    let mut command = vivavoce();
    command
        .env("VIVAVOCE_DATA", folder)
        .env("VIVAVOCE_KEEP", "facts");
    command
}

/// Says something into a file; what the program said about that, and whether it did.
fn say(data: &Path, file: &Path) -> (String, bool) {
    let output = run(with_data(data)
        .args(["say", "--tts", "pico", "Good morning.", "-o"])
        .arg(file));
    (text(&output), output.status.success())
}

const REMEMBER: [&str; 4] = [
    "tools",
    "call",
    "remember",
    r#"{"fact": "the key is blue"}"#,
];

#[test]
fn a_folder_with_letters_of_any_script_and_spaces_holds_voices_and_what_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["Größe und Maß", "数据 文件夹", "l'été à Paris"] {
        let data = folder.path().join(name);
        let file = folder.path().join(format!("{name}.wav"));
        let (said, spoke) = say(&data, &file);
        assert!(spoke && file.is_file(), "{name}: {said}");
        let output = run(with_data(&data).args(REMEMBER));
        assert!(output.status.success(), "{name}: {}", text(&output));
        let output = run(with_data(&data).args(["memory", "list"]));
        assert!(text(&output).contains("the key is blue"), "{name}");
        assert!(data.join("data").is_dir(), "{name}");
    }
}

/// Folders to which nothing can be written.
fn unwritable(folder: &Path) -> Vec<PathBuf> {
    let file = folder.join("file");
    fs::write(&file, "").unwrap();
    let read_only = folder.join("read-only");
    fs::create_dir(&read_only).unwrap();
    let mut permissions = fs::metadata(&read_only).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&read_only, permissions).unwrap();
    let mut found = vec![file.join("below")];
    // The system's administrator may write everywhere.
    if fs::create_dir(read_only.join("probe")).is_err() {
        found.push(read_only);
    }
    found
}

#[test]
fn a_voice_whose_data_cannot_be_written_says_where_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for data in unwritable(folder.path()) {
        let (said, spoke) = say(&data, &folder.path().join("said.wav"));
        assert!(!spoke, "{said}");
        for part in [data.to_str().unwrap(), "VIVAVOCE_DATA"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn what_cannot_be_kept_is_remembered_for_now_and_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    for data in unwritable(folder.path()) {
        let output = run(with_data(&data).args(REMEMBER));
        let said = text(&output);
        assert!(output.status.success(), "{said}");
        for part in ["cannot be opened for writing", "the key is blue"] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}
