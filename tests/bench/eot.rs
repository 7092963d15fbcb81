//! `bench endpointing --eot-predictions`: eot-bench's metric on anybody's predictions.

use std::fs;

use serde_json::Value;

use crate::program::{run, text, vivavoce};

/// A pause of a second that does not sound like an end, and an end that does.
const PREDICTIONS: &str = r#"
{"id":"a","language":"en","span_index":0,"timestamp":1.0,"silence_dur":0.0,"p_eot":0.0,"label":"hold"}
{"id":"a","language":"en","span_index":0,"timestamp":1.2,"silence_dur":0.2,"p_eot":0.1,"label":"hold"}
{"id":"a","language":"en","span_index":0,"timestamp":2.0,"silence_dur":1.0,"p_eot":0.1,"label":"hold"}
{"id":"a","language":"en","span_index":1,"timestamp":4.0,"silence_dur":0.0,"p_eot":0.0,"label":"eot"}
{"id":"a","language":"en","span_index":1,"timestamp":4.2,"silence_dur":0.2,"p_eot":0.9,"label":"eot"}
"#;

#[test]
fn predictions_are_measured_against_silence_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("predictions.jsonl"), PREDICTIONS).unwrap();
    let measured = run(vivavoce().current_dir(folder.path()).args([
        "bench",
        "endpointing",
        "--eot-predictions",
        "predictions.jsonl",
        "--report",
        "report.json",
    ]));
    assert!(measured.status.success(), "{}", text(&measured));
    let report = fs::read_to_string(folder.path().join("report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let figure =
        |who: &str, point: &str, figure: &str| report["figures"][who][point][figure].clone();
    let fast = "best_cutoff_rate_at_0_3s_latency";
    assert_eq!(figure("model", fast, "cutoff_rate"), 0.0);
    assert_eq!(figure("model", fast, "mean_latency"), 0.2);
    assert_eq!(figure("vad", fast, "cutoff_rate"), 1.0);
    let patient = "best_mean_latency_at_5pct_cutoff";
    assert_eq!(figure("vad", patient, "mean_latency"), 1.0);
}

#[test]
fn a_line_that_is_no_prediction_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("p.jsonl"), "\n{\"id\": 1}\n").unwrap();
    let mut command = vivavoce();
    command.current_dir(folder.path());
    let refused = run(command.args(["bench", "endpointing", "--eot-predictions", "p.jsonl"]));
    assert!(!refused.status.success());
    let said = text(&refused);
    assert!(
        said.contains("p.jsonl") && said.contains("line 2"),
        "{said}"
    );
}
