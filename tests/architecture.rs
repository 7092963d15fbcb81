//! Who may import whom: the rules of ARCHITECTURE.md, held to the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Rust files below a folder or file of `src`, with their texts.
fn sources(below: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src")
        .join(below);
    let mut files = Vec::new();
    let mut folders = vec![root];
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            files.push((path, text));
        }
    }
    assert!(
        !files.is_empty(),
        "src/{below} is gone: the rule has to follow it"
    );
    files
}

/// Fails if a file below `module` contains one of `words`.
fn forbid(module: &str, words: &[&str]) {
    for (path, text) in sources(module) {
        for word in words {
            assert!(
                !text.contains(word),
                "{} must not mention `{word}`",
                path.display()
            );
        }
    }
}

fn crate_modules(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("crate::{name}")).collect()
}

/// Fails if `module` imports one of `others`.
fn forbid_imports(module: &str, others: &[&str]) {
    let words = crate_modules(others);
    forbid(
        module,
        &words.iter().map(String::as_str).collect::<Vec<_>>(),
    );
}

#[test]
fn audio_knows_nothing_of_speech() {
    let speech = [
        "stt",
        "tts",
        "llm",
        "vad",
        "agent",
        "turn_taking",
        "pipeline",
        "events",
    ];
    forbid_imports("audio", &speech);
}

#[test]
fn turn_taking_is_pure() {
    let engines = [
        "audio", "aec", "vad", "stt", "llm", "tts", "playback", "pipeline", "engines",
    ];
    forbid_imports("turn_taking", &engines);
    let impure = [
        "std::thread",
        "crossbeam",
        "Instant",
        "SystemTime",
        "std::fs",
        "std::io",
        "rand::",
    ];
    forbid("turn_taking", &impure);
}

#[test]
fn the_front_end_is_pure() {
    let others = [
        "stt",
        "llm",
        "tts",
        "playback",
        "turn_taking",
        "pipeline",
        "engines",
        "events",
        "agent",
    ];
    forbid_imports("front_end", &others);
    let impure = [
        "std::thread",
        "std::sync",
        "crossbeam",
        "Stopwatch",
        "Instant",
        "SystemTime",
        "std::fs",
        "std::io",
        "rand::",
    ];
    forbid("front_end", &impure);
}

#[test]
fn the_engines_do_not_know_each_other() {
    forbid_imports(
        "stt",
        &["llm", "tts", "turn_taking", "pipeline", "playback"],
    );
    forbid_imports(
        "llm",
        &["stt", "tts", "turn_taking", "pipeline", "playback"],
    );
    forbid_imports(
        "tts",
        &["stt", "llm", "turn_taking", "pipeline", "playback"],
    );
}

#[test]
fn only_the_clock_reads_time() {
    for (path, text) in sources("") {
        if path.ends_with("clock.rs") {
            continue;
        }
        for word in ["Instant::now", "SystemTime::now", "thread::sleep"] {
            assert!(
                !text.contains(word),
                "{} must not call `{word}`",
                path.display()
            );
        }
    }
}

#[test]
fn unsafe_code_stands_in_one_commented_file() {
    let with_unsafe: Vec<PathBuf> = sources("")
        .into_iter()
        .filter(|(_, text)| text.contains("unsafe {") || text.contains("allow(unsafe_code)"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(with_unsafe.len(), 1, "{with_unsafe:?}");
    assert!(with_unsafe[0].ends_with("tts/pico/engine.rs"));
}

#[test]
fn unsafe_code_of_the_other_crates_stands_in_few_commented_files() {
    let with_unsafe: Vec<PathBuf> = sources("../crates")
        .into_iter()
        .filter(|(_, text)| text.contains("unsafe {") || text.contains("allow(unsafe_code)"))
        .map(|(path, _)| path)
        .collect();
    let mut with_unsafe = with_unsafe;
    with_unsafe.sort();
    assert_eq!(with_unsafe.len(), 3, "{with_unsafe:?}");
    assert!(with_unsafe[0].ends_with("cpu-check/src/cpuid.rs"));
    assert!(with_unsafe[1].ends_with("cpu-check/src/lib.rs"));
    assert!(with_unsafe[2].ends_with("whisper-worker/src/abort.rs"));
}

#[test]
fn the_bench_changes_no_behaviour() {
    for module in [
        "audio",
        "aec",
        "vad",
        "front_end",
        "stt",
        "llm",
        "tts",
        "playback",
        "turn_taking",
        "pipeline",
    ] {
        forbid_imports(module, &["bench"]);
    }
}
