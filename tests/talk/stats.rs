//! `vivavoce stats`: what a recorded conversation cost.

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
    assert_eq!(stats["usage"]["leaves_for"], serde_json::json!([]));
    if cfg!(target_os = "linux") {
        let usage = &stats["usage"];
        let threads = usage["threads"].as_object().unwrap();
        let sum: f64 = threads.values().map(|s| s.as_f64().unwrap()).sum();
        let all = usage["core_seconds"].as_f64().unwrap();
        assert!(threads.contains_key("language-model"), "{usage}");
        // Threads that a library starts for a moment are not seen.
        assert!(
            sum > 0.5 * all && sum < 1.1 * all,
            "{sum} of {all}: {usage}"
        );
    }
    let shown = run(vivavoce().arg("stats").arg(&recording));
    assert!(
        text(&shown).contains("left this machine: 0 bytes"),
        "{}",
        text(&shown)
    );
}

#[test]
fn a_folder_without_a_recording_has_no_cost() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(vivavoce().arg("stats").arg(folder.path()));
    assert!(!output.status.success());
    assert!(text(&output).contains("events.jsonl"), "{}", text(&output));
}
