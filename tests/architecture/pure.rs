//! What is pure: machines that are told the time, and reach for nothing.

use std::fs;
use std::path::Path;

use super::paths::paths;
use super::{begins_with, forbid, forbid_modules, is_for_tests, module_of, sources};

/// What no pure machine may reach for.
pub const IMPURE: [&str; 11] = [
    "std::thread",
    "std::sync::mpsc",
    "std::env",
    "std::process",
    "std::fs",
    "std::io",
    "std::net",
    "std::time::Instant",
    "std::time::SystemTime",
    "crossbeam_channel",
    "fastrand",
];

/// Whether a path takes more of the clock than the type of a time. The whole module counts: what is taken of it then is
/// not seen.
fn takes_the_clock(path: &str) -> bool {
    begins_with(path, "crate::clock") && !begins_with(path, "crate::clock::Timestamp")
}

/// Fails if code below `module` can read the time or sleep: time comes in.
fn forbid_the_clock(module: &str) {
    for (path, text) in sources(module) {
        if is_for_tests(&path) {
            continue;
        }
        let named = paths(&text, &module_of(&path));
        let taken = named.iter().find(|named| takes_the_clock(named));
        assert!(taken.is_none(), "{} names `{taken:?}`", path.display());
    }
}

#[test]
fn of_the_clock_only_the_type_of_a_time_is_pure() {
    for path in [
        "crate::clock",
        "crate::clock::Stopwatch::start",
        "crate::clock::sleep",
    ] {
        assert!(takes_the_clock(path), "{path}");
    }
    assert!(!takes_the_clock("crate::clock::Timestamp::ZERO"));
}

#[test]
fn turn_taking_is_pure() {
    let engines = [
        "audio",
        "aec",
        "vad",
        "wake",
        "speaker",
        "onnx",
        "front_end",
        "stt",
        "llm",
        "tts",
        "playback",
        "pipeline",
        "engines",
        "server",
    ];
    forbid_modules("turn_taking", &engines);
    forbid(
        "turn_taking",
        &[
            "crate::endpointing::SmartTurn",
            "crate::endpointing::TurnDetector",
        ],
    );
    forbid("turn_taking", &IMPURE);
    forbid_the_clock("turn_taking");
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
        "agent",
        "onnx",
    ];
    forbid_modules("front_end", &others);
    // It has them behind traits.
    let engines = [
        "crate::aec::SonoraCanceller",
        "crate::vad::Earshot",
        "crate::vad::Silero",
        "crate::wake::Detector",
    ];
    forbid("front_end", &engines);
    forbid("front_end", &IMPURE);
    forbid("front_end", &["std::sync"]);
    forbid_the_clock("front_end");
}

#[test]
fn books_and_transcripts_are_texts_alone() {
    for part in ["book", "transcripts"] {
        forbid(part, &IMPURE);
        forbid_modules(
            part,
            &["audio", "engines", "batch", "tts", "llm", "pipeline"],
        );
    }
    forbid_modules("book", &["stt"]);
}

/// Its persona is read from a file, before the machine begins: that file alone is left out.
#[test]
fn the_agent_is_pure() {
    let others = [
        "audio",
        "aec",
        "vad",
        "wake",
        "speaker",
        "onnx",
        "front_end",
        "server",
        "stt",
        "tts",
        "playback",
        "turn_taking",
        "pipeline",
        "engines",
    ];
    // What it names of these are messages and outcomes.
    let doers = [
        "crate::llm::LanguageModel",
        "crate::llm::Llama",
        "crate::llm::server",
        "crate::tools::Toolbox",
        "tools::Toolbox",
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/agent");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name == "persona.rs" {
            continue;
        }
        let part = format!("agent/{name}");
        forbid_modules(&part, &others);
        forbid(&part, &doers);
        forbid(&part, &IMPURE);
        forbid_the_clock(&part);
    }
}

#[test]
fn the_protocol_machines_of_the_server_are_pure() {
    for part in [
        "server/realtime",
        "server/access.rs",
        "server/secrets.rs",
        "server/agent_voice/calls.rs",
        "server/doors/page_view.rs",
    ] {
        forbid(part, &IMPURE);
        forbid(part, &["tokio", "axum", "std::sync"]);
        forbid_the_clock(part);
        forbid_modules(part, &["pipeline", "engines", "audio", "llm", "stt", "tts"]);
    }
}
