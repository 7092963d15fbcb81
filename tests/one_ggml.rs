//! No executable of ours may hold two ggmls: they are not compatible, and linking both raises no
//! error here. Each copy defines `ggml_init` once.

mod program;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The defined symbols of an executable.
fn symbols(executable: &Path) -> Vec<String> {
    let output = Command::new("nm")
        .arg("--defined-only")
        .arg(executable)
        .output()
        .expect("nm comes with the C compiler that the build needs");
    assert!(output.status.success(), "nm failed: {output:?}");
    let lines = String::from_utf8_lossy(&output.stdout);
    let names = lines.lines().filter_map(|line| line.split(' ').next_back());
    names.map(str::to_owned).collect()
}

/// Every executable that cargo built beside the program.
fn executables() -> Vec<PathBuf> {
    let program = Path::new(env!("CARGO_BIN_EXE_vivavoce"));
    let folder = program.parent().expect("it lies in a folder");
    let files = folder.read_dir().unwrap().map(|file| file.unwrap().path());
    let ours = files.filter(|path| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let ending = path.extension().unwrap_or_default();
        path.is_file() && name.starts_with("vivavoce") && (ending.is_empty() || ending == "exe")
    });
    ours.collect()
}

#[test]
fn every_executable_holds_exactly_one_ggml() {
    let executables = executables();
    assert!(executables.contains(&program::worker()), "{executables:?}");
    assert!(executables.len() >= 2, "{executables:?}");
    for executable in executables {
        let symbols = symbols(&executable);
        let count = |name: &str| symbols.iter().filter(|symbol| *symbol == name).count();
        let engines = (count("llama_decode"), count("whisper_full_with_state"));
        println!(
            "{}: ggml_init {}, (llama, whisper) {engines:?}",
            executable.display(),
            count("ggml_init")
        );
        assert_eq!(count("ggml_init"), 1, "{}", executable.display());
        assert_eq!(
            engines.0 + engines.1,
            1,
            "{}: {engines:?}",
            executable.display()
        );
    }
}
