//! `bench show` and `bench schema`: exit statuses, files, and the schema that reports keep to.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use vivavoce::harness::bench::{Report, schema_json};

use crate::program::{run, text, vivavoce};
use crate::test_reports::{self, Specimen};

/// A folder with a report in it.
fn with_report() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let report = test_reports::report(Specimen::SMALL);
    std::fs::write(folder.path().join("report.json"), report.to_json()).unwrap();
    folder
}

fn show(folder: &TempDir) -> Command {
    let mut command = vivavoce();
    command.current_dir(folder.path());
    command.args(["bench", "show", "report.json"]);
    command
}

fn ends_with(status: i32, output: &Output) -> String {
    let said = text(output);
    assert_eq!(output.status.code(), Some(status), "{said}");
    said
}

#[test]
fn budgets_that_are_kept_are_0() {
    let folder = with_report();
    let gates = ["--gate", "v2v.p95_ms<=900", "--gate", "v2v.missed.rate<0.2"];
    let said = ends_with(0, &run(show(&folder).args(gates)));
    assert!(said.contains("kept    v2v.p95_ms<=900"), "{said}");
}

#[test]
fn a_budget_that_is_not_kept_is_1_and_named() {
    let folder = with_report();
    let gates = ["--gate", "v2v.p95_ms<=100", "--gate", "v2v.p50_ms<=900"];
    let said = ends_with(1, &run(show(&folder).args(gates)));
    assert!(said.contains("FAILED  v2v.p95_ms<=100"), "{said}");
    assert!(!said.contains("FAILED  v2v.p50"), "{said}");
}

#[test]
fn a_budget_of_what_was_not_measured_is_2_and_the_rest_is_written() {
    let folder = with_report();
    let gates = ["--gate", "v2w.p95_ms<=600", "--md", "report.md"];
    let said = ends_with(2, &run(show(&folder).args(gates)));
    assert!(said.contains("for example, v2v"), "{said}");
    let written = std::fs::read_to_string(folder.path().join("report.md")).unwrap();
    assert!(written.contains("**not measured**"), "{written}");
}

#[test]
fn a_malformed_budget_is_2_before_anything_is_read() {
    let said = ends_with(
        2,
        &run(vivavoce().args(["bench", "show", "nowhere.json", "--gate", "v2v.p95_ms"])),
    );
    assert!(said.contains("v2v.p95_ms<=600"), "{said}");
}

#[test]
fn what_is_no_report_is_2() {
    let folder = tempfile::tempdir().unwrap();
    for (content, reason) in [
        ("{", "is no report"),
        (
            "{\"schema\": \"vivavoce-endpointing/1\"}",
            "vivavoce-endpointing/1",
        ),
        ("{\"schema\": \"vivavoce-bench/1\"}", "missing field"),
    ] {
        std::fs::write(folder.path().join("report.json"), content).unwrap();
        let said = ends_with(2, &run(&mut show(&folder)));
        assert!(said.contains(reason), "{content}: {said}");
    }
    let said = ends_with(2, &run(vivavoce().args(["bench", "show", "nowhere.json"])));
    assert!(said.contains("nowhere.json"), "{said}");
}

#[test]
fn budgets_are_kept_in_the_report() {
    let folder = with_report();
    let written = ["--gate", "v2v.p95_ms<=100", "--report", "again.json"];
    ends_with(1, &run(show(&folder).args(written)));
    let again = ["bench", "show", "again.json"];
    ends_with(1, &run(vivavoce().current_dir(folder.path()).args(again)));
}

#[test]
fn every_form_is_written() {
    let folder = with_report();
    let forms = [
        ("--report", "again.json"),
        ("--html", "report.html"),
        ("--csv", "samples.csv"),
        ("--turns-csv", "turns.csv"),
        ("--md", "report.md"),
    ];
    let mut command = show(&folder);
    for (flag, file) in forms {
        command.args([flag, file]);
    }
    ends_with(0, &run(&mut command));
    for (_, file) in forms {
        let length = std::fs::metadata(folder.path().join(file)).unwrap().len();
        assert!(length > 500, "{file}: {length} bytes");
    }
    let again = Report::read(&folder.path().join("again.json")).unwrap();
    assert_eq!(again, test_reports::report(Specimen::SMALL));
}

#[test]
fn a_folder_that_is_not_there_is_2_and_named() {
    let folder = with_report();
    let said = ends_with(
        2,
        &run(show(&folder).args(["--html", "nowhere/report.html"])),
    );
    assert!(said.contains("there is no folder nowhere"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_2_and_said() {
    let folder = with_report();
    let said = ends_with(2, &run(show(&folder).args(["--report", "/dev/full"])));
    assert!(
        said.contains("/dev/full") && said.contains("space"),
        "{said}"
    );
    assert!(
        !Path::new("/dev/full").is_file(),
        "a device is not replaced"
    );
}

#[test]
fn the_schema_in_docs_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/bench.schema.json");
    let documented = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        documented == schema_json(),
        "renew it: target/release/vivavoce bench schema > docs/bench.schema.json"
    );
    let printed = run(vivavoce().args(["bench", "schema"]));
    assert_eq!(ends_with(0, &printed), documented);
}

#[test]
fn the_schema_of_events_in_docs_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/events.schema.json");
    let documented = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        documented == vivavoce::events::schema_json(),
        "renew it: target/release/vivavoce bench schema events > docs/events.schema.json"
    );
    let printed = run(vivavoce().args(["bench", "schema", "events"]));
    assert_eq!(ends_with(0, &printed), documented);
}

fn errors(report: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(&schema_json()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator
        .iter_errors(report)
        .map(|e| e.to_string())
        .collect()
}

#[test]
fn reports_keep_to_the_schema() {
    let report = serde_json::to_value(test_reports::report(Specimen::SMALL)).unwrap();
    assert_eq!(errors(&report), Vec::<String>::new());
}

#[test]
fn what_does_not_keep_to_the_schema_is_found() {
    type Break = fn(&mut Value);
    let breaks: [(&str, Break); 5] = [
        ("another schema", |r| {
            r["schema"] = "vivavoce-bench/2".into()
        }),
        ("no trust", |r| {
            drop(r.as_object_mut().unwrap().remove("trust"))
        }),
        ("words for a number", |r| {
            r["metrics"]["v2v"]["p50"] = "fast".into()
        }),
        ("an unknown unit", |r| {
            r["metrics"]["v2v"]["unit"] = "min".into()
        }),
        ("a sample without a place", |r| {
            r["metrics"]["v2v"]["samples"][0] = serde_json::json!({ "value": 1.0 });
        }),
    ];
    for (name, break_it) in breaks {
        let mut report = serde_json::to_value(test_reports::report(Specimen::SMALL)).unwrap();
        break_it(&mut report);
        assert!(!errors(&report).is_empty(), "{name}");
    }
}
