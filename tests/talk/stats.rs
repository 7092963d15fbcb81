//! `vivavoce stats`: what a recorded conversation cost.

use std::process::Command;

use serde_json::Value;

use crate::program::{QUESTION, hold_in, of_kind, run, scenario, text, vivavoce};

#[test]
fn the_cost_of_a_recorded_conversation_is_that_of_its_events_and_of_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    // What somebody tells is the model's to answer, and no table's.
    let told = "I went for a long walk by the river today.";
    let scenario = scenario("reply_finished + 500 ms", None).replace(QUESTION, told);
    let (_, events) = hold_in(folder.path(), &scenario, &[]);
    let recording = folder.path().join("record");
    let output = run(vivavoce().arg("stats").arg(&recording).arg("--json"));
    assert!(output.status.success(), "{}", text(&output));
    let stats: Value = serde_json::from_slice(&output.stdout).unwrap();
    let written = of_kind(&events, "reply_complete").into_iter();
    let written: u64 = written.map(|e| e["tokens"].as_u64().unwrap()).sum();
    assert!(written > 0);
    assert_eq!(stats["sum"]["written"], written, "{stats}");
    assert_eq!(stats["sum"]["sent"], serde_json::json!({}));
    if cfg!(target_os = "linux") {
        let cores = stats["sum"]["cores"].as_object().unwrap();
        for stage in ["capture", "recognizer", "language-model", "synthesizer"] {
            assert!(cores.contains_key(stage), "{stage}: {stats}");
        }
        let turns = stats["turns"].as_array().unwrap();
        let of_turns = turns.iter().filter(|turn| !turn["turn"].is_null());
        let mut of_turns = of_turns.map(|turn| &turn["cost"]["cores"]["language-model"]);
        assert!(
            of_turns.any(|seconds| seconds.as_f64() > Some(0.0)),
            "{stats}"
        );
        assert!(stats["peak_memory_mib"].as_f64().unwrap() > 10.0);
    }
    let shown = run(vivavoce().arg("stats").arg(&recording));
    assert!(
        text(&shown).contains("left this machine: 0 bytes"),
        "{}",
        text(&shown)
    );
}

/// What the shell says that its children used. Seconds of core time.
fn core_seconds(times: &str) -> f64 {
    // "0m1.234s 0m0.056s": user and system time, those of the children in the second line.
    let of_children = times.lines().nth(1).unwrap().split_whitespace();
    let seconds = of_children.map(|time| {
        let (minutes, seconds) = time.trim_end_matches('s').split_once('m').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
    });
    seconds.sum()
}

#[cfg(target_os = "linux")]
#[test]
fn the_core_time_of_the_turns_is_what_the_system_says_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.toml");
    std::fs::write(&path, scenario("reply_finished + 500 ms", None)).unwrap();
    let (endpoint, record) = (
        format!("virtual:{}", path.display()),
        folder.path().join("record"),
    );
    let talk = vivavoce();
    let mut shell = Command::new("bash");
    let script = "\"$@\" > /dev/null && times";
    shell.args(["-c", script, "bash"]).arg(talk.get_program());
    shell.args([
        "talk", "--plain", "--input", &endpoint, "--output", &endpoint,
    ]);
    shell.arg("--record").arg(&record);
    for (name, value) in talk.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let output = run(&mut shell);
    assert!(output.status.success(), "{}", text(&output));
    let system = core_seconds(&String::from_utf8_lossy(&output.stdout));
    let stats = run(vivavoce().arg("stats").arg(&record).arg("--json"));
    let stats: Value = serde_json::from_slice(&stats.stdout).unwrap();
    let cores = stats["sum"]["cores"].as_object().unwrap().values();
    let told: f64 = cores.map(|seconds| seconds.as_f64().unwrap()).sum();
    assert!((0.9..1.1).contains(&(told / system)), "{told} of {system}");
}

#[test]
fn a_folder_without_a_recording_has_no_cost() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(vivavoce().arg("stats").arg(folder.path()));
    assert!(!output.status.success());
    assert!(text(&output).contains("events.jsonl"), "{}", text(&output));
}
