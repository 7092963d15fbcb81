//! Who may import whom: the rules of ARCHITECTURE.md, held to the sources.

mod paths;
mod pure;

use std::fs;
use std::path::{Path, PathBuf};

use paths::paths;
use pure::IMPURE;

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

/// The module that a file of `src` is, from the crate's root.
fn module_of(path: &Path) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let inside = path.strip_prefix(&root).unwrap().with_extension("");
    let mut names: Vec<String> = inside
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    names.pop_if(|last| ["mod", "lib", "main"].contains(&last.as_str()));
    names
}

/// Files that are only compiled for tests.
fn is_for_tests(path: &Path) -> bool {
    let name = path.file_stem().unwrap().to_str().unwrap();
    name == "tests" || name.ends_with("_tests") || name == "test_reports"
}

/// Fails if code below `module` names a path that begins with one of `forbidden`.
fn forbid(module: &str, forbidden: &[&str]) {
    for (path, text) in sources(module) {
        if is_for_tests(&path) {
            continue;
        }
        for named in paths(&text, &module_of(&path)) {
            let broken = forbidden.iter().find(|wall| begins_with(&named, wall));
            assert!(
                broken.is_none(),
                "{} names `{named}`, and `{module}` is to know nothing of `{}`",
                path.display(),
                broken.unwrap()
            );
        }
    }
}

/// Whether a path leads to or into another.
fn begins_with(path: &str, wall: &str) -> bool {
    let rest = path.strip_prefix(wall);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Fails if `module` names something of one of the crate's modules `others`.
fn forbid_modules(module: &str, others: &[&str]) {
    let walls: Vec<String> = others.iter().map(|name| format!("crate::{name}")).collect();
    forbid(
        module,
        &walls.iter().map(String::as_str).collect::<Vec<_>>(),
    );
}

/// A wall is only one if it is seen however a path is written.
#[test]
fn paths_are_resolved_however_they_are_written() {
    let source = "use crate::{clock, stt::{Recognizer, SttError as E}};\n\
        use super::super::llm::*;\n\
        fn f(x: &dyn super::Other) { crate::tts::speak(); std::thread::spawn(|| ()); }\n\
        #[cfg(test)] mod tests { use crate::harness::room::Room; }";
    let found = paths(source, &["audio".into(), "device".into()]);
    for path in [
        "crate::clock",
        "crate::stt::Recognizer",
        "crate::stt::SttError",
        "crate::llm",
        "crate::audio::Other",
        "crate::tts::speak",
        "std::thread::spawn",
    ] {
        assert!(found.contains(path), "{path}: {found:?}");
    }
    assert!(
        !found.iter().any(|path| path.contains("harness")),
        "{found:?}"
    );
    assert!(begins_with("crate::stt::Recognizer", "crate::stt"));
    assert!(!begins_with("crate::stt_other", "crate::stt"));
}

#[test]
fn events_stand_on_the_ground() {
    for (path, text) in sources("events") {
        for named in paths(&text, &module_of(&path)) {
            let known = !named.starts_with("crate::")
                || begins_with(&named, "crate::events")
                || begins_with(&named, "crate::clock");
            assert!(known, "{} names `{named}`", path.display());
        }
    }
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
        "harness",
    ];
    forbid_modules("audio", &speech);
}

#[test]
fn the_engines_do_not_know_each_other() {
    let others = ["turn_taking", "pipeline", "playback"];
    for (engine, siblings) in [
        ("stt", ["llm", "tts"]),
        ("llm", ["stt", "tts"]),
        ("tts", ["stt", "llm"]),
    ] {
        forbid_modules(engine, &siblings);
        forbid_modules(engine, &others);
    }
}

/// What files say is data: nothing that reads them can act.
#[test]
fn the_users_folders_know_nothing_that_acts() {
    let others = [
        "agent",
        "tools",
        "tool_call",
        "llm",
        "pipeline",
        "turn_taking",
        "stt",
        "tts",
        "mcp",
        "engines",
    ];
    forbid_modules("folders", &others);
    for part in [
        "changes",
        "excerpt",
        "kind",
        "numbers",
        "passages",
        "plain_text",
        "table",
    ] {
        forbid(&format!("folders/{part}.rs"), &IMPURE);
    }
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
fn only_the_server_and_the_mcp_client_are_async_and_nothing_that_talks_knows_the_server() {
    for (path, text) in sources("") {
        let module = module_of(&path);
        if module.first().is_some_and(|first| first == "server") {
            continue;
        }
        let is_mcp = module.first().is_some_and(|first| first == "mcp");
        for named in paths(&text, &module) {
            let is_async = ["tokio", "axum", "futures_util", "rmcp", "reqwest"]
                .iter()
                .any(|one| begins_with(&named, one));
            assert!(!is_async || is_mcp, "{} names `{named}`", path.display());
            let is_cli = module
                .first()
                .is_some_and(|first| first == "cli" || first == "main");
            let is_server = begins_with(&named, "crate::server");
            assert!(!is_server || is_cli, "{} names `{named}`", path.display());
        }
    }
}

#[test]
fn the_mcp_client_knows_calls_and_nothing_that_makes_them() {
    for (path, text) in sources("mcp") {
        for named in paths(&text, &module_of(&path)) {
            let known = !named.starts_with("crate::")
                || ["mcp", "tool_call", "cancellation", "clock", "off_machine"]
                    .iter()
                    .any(|one| begins_with(&named, &format!("crate::{one}")));
            assert!(known, "{} names `{named}`", path.display());
        }
    }
}

/// All that talks. The command line does: `talk` without a microphone is a demonstration on the virtual card.
#[test]
fn nothing_that_talks_knows_the_harness() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let modules = fs::read_dir(root).unwrap().map(|entry| entry.unwrap());
    for module in modules {
        let name = module.file_name().into_string().unwrap();
        if !["harness", "cli", "main.rs"].contains(&name.as_str()) {
            forbid(&name, &["crate::harness"]);
        }
    }
}
