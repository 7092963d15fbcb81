//! `vivavoce bench conversation`: a small suite held for real, and what follows from its report and
//! its recordings.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::program::{run, text, vivavoce};

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/bench.schema.json");

const CLEAN: &str = r#"
name = "clean"
kind = "clean_turn"
end = "reply_started + 900 ms"
limit_s = 40
[[stimulus]]
say = "What is the capital of France?"
at = "start + 500 ms"
[[stimulus]]
say = "How many days are in a week?"
at = "reply_finished + 300 ms"
"#;

const CUT_IN: &str = r#"
name = "cut-in"
kind = "interruption"
long_replies = true
end = "reply_started + 900 ms"
limit_s = 40
[[stimulus]]
say = "Tell me about the river."
at = "start + 500 ms"
[[stimulus]]
say = "Can you play some music?"
at = "reply_started + 1200 ms"
"#;

fn bench(arguments: &[&str], folder: &Path) -> Output {
    let mut command = vivavoce();
    command.current_dir(folder).arg("bench").args(arguments);
    run(&mut command)
}

fn report(folder: &Path) -> Value {
    let text = std::fs::read_to_string(folder.join("r.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Every turn of a report.
fn turns(report: &Value) -> Vec<&Value> {
    let conversations = report["conversations"].as_array().unwrap().iter();
    let turns = conversations.flat_map(|c| c["turns"].as_array().unwrap());
    turns.collect()
}

#[test]
fn a_suite_is_held_measured_replayed_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::create_dir(path.join("suite")).unwrap();
    std::fs::write(path.join("suite/clean.toml"), CLEAN).unwrap();
    std::fs::write(path.join("suite/cut-in.toml"), CUT_IN).unwrap();
    let held = bench(
        &[
            "conversation",
            "suite",
            "--record",
            "kept",
            "--report",
            "r.json",
            "--html",
            "r.html",
            "--full-duplex-bench",
            "fdb",
            "--gate",
            "missed.of>=1",
        ],
        path,
    );
    assert_eq!(held.status.code(), Some(0), "{}", text(&held));

    let report = report(path);
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(SCHEMA).unwrap()).unwrap();
    let problems: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&report)
        .map(|e| e.to_string())
        .collect();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(report["trust"]["stimuli"].as_object().unwrap().len(), 4);

    // Each response time is the sum of its stages; what is not explained is named.
    let answered: Vec<&Value> = turns(&report);
    let answered: Vec<&Value> = answered
        .into_iter()
        .filter(|t| !t["v2v_ms"].is_null())
        .collect();
    assert!(answered.len() >= 3, "{answered:?}");
    for turn in &answered {
        let stages = turn["stages"].as_array().unwrap();
        let sum: f64 = stages
            .iter()
            .map(|stage| stage["ms"].as_f64().unwrap())
            .sum();
        let v2v = turn["v2v_ms"].as_f64().unwrap();
        assert!((sum - v2v).abs() < 0.01, "{turn}");
    }
    let page = std::fs::read_to_string(path.join("r.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("clean"));

    let exported = path.join("fdb/smooth_turn_taking/clean-1-1");
    assert!(exported.join("output.wav").exists() && exported.join("turn_taking.json").exists());

    let replayed = bench(&["replay", "kept/clean", "--decisions"], path);
    assert!(
        text(&replayed).contains("decides the same"),
        "{}",
        text(&replayed)
    );
    let patient = bench(
        &[
            "replay",
            "kept/clean",
            "--decisions",
            "--endpointing",
            "1500",
        ],
        path,
    );
    assert!(
        text(&patient).contains("decides otherwise"),
        "{}",
        text(&patient)
    );

    let measured = bench(
        &[
            "measure",
            "kept/clean",
            "kept/cut-in",
            "--gate",
            "t_stop.max_ms<=0",
        ],
        path,
    );
    assert_eq!(measured.status.code(), Some(1), "{}", text(&measured));
}

#[test]
fn a_recorded_conversation_is_played_to_the_program_once_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("clean.toml"), CLEAN).unwrap();
    let held = bench(&["conversation", "clean.toml", "--record", "kept"], path);
    assert_eq!(held.status.code(), Some(0), "{}", text(&held));
    let replayed = bench(&["replay", "kept/clean", "--report", "r.json"], path);
    assert_eq!(replayed.status.code(), Some(0), "{}", text(&replayed));
    let report = report(path);
    let turns = turns(&report);
    assert_eq!(turns.len(), 2);
    assert_eq!(turns[0]["said"], "What is the capital of France?");
    let understood = turns[0]["understood"].as_str().unwrap_or_default();
    assert!(understood.contains("capital"), "{turns:?}");
}

#[test]
fn a_scenario_that_is_wrong_is_named_and_nothing_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = CLEAN.replace("say = \"How", "sai = \"How");
    std::fs::write(folder.path().join("wrong.toml"), wrong).unwrap();
    let output = bench(&["conversation", "wrong.toml"], folder.path());
    let said = text(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for part in ["wrong.toml", "line 10", "sai"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_folder_that_is_no_recording_is_not_measured() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["measure", "replay"] {
        let output = bench(&[command, "."], folder.path());
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains("events.jsonl"), "{}", text(&output));
    }
}

#[test]
fn the_detector_finds_answers_that_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let output = bench(&["self-test"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(
        text(&output).contains("288 recordings"),
        "{}",
        text(&output)
    );
}
