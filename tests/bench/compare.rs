//! `bench compare`: exit statuses and what is said, on reports of made-up runs.

use std::process::{Command, Output};

use tempfile::TempDir;
use vivavoce::harness::bench::ReportKind;

use crate::program::{run, text, vivavoce};
use crate::test_reports::{self, Specimen};

/// A folder with the reports `base.json`, `again.json` and `slow.json`, in which the voice takes
/// 100 ms longer.
fn with_reports() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let runs = [
        ("base", 1, ("", 0.0)),
        ("again", 2, ("", 0.0)),
        ("slow", 3, ("voice", 100.0)),
    ];
    for (name, run, delay) in runs {
        let report = test_reports::report(Specimen {
            run,
            delay,
            ..Specimen::LARGE
        });
        let path = folder.path().join(format!("{name}.json"));
        std::fs::write(path, report.to_json()).unwrap();
    }
    folder
}

fn compare(folder: &TempDir, base: &str, new: &str) -> Command {
    let mut command = vivavoce();
    command.current_dir(folder.path());
    command.args(["bench", "compare", base, new]);
    command
}

fn ends_with(status: i32, output: &Output) -> String {
    let said = text(output);
    assert_eq!(output.status.code(), Some(status), "{said}");
    said
}

#[test]
fn the_same_twice_is_0() {
    let folder = with_reports();
    let said = ends_with(0, &run(&mut compare(&folder, "base.json", "again.json")));
    assert!(said.starts_with("No change beyond noise"), "{said}");
}

#[test]
fn what_got_worse_is_1_and_named() {
    let folder = with_reports();
    let said = ends_with(1, &run(&mut compare(&folder, "base.json", "slow.json")));
    assert!(said.starts_with("Worse: voice takes "), "{said}");
}

#[test]
fn what_cannot_be_compared_is_2_and_said() {
    let folder = with_reports();
    let mut other = test_reports::report(Specimen::SMALL);
    other.kind = ReportKind::Device;
    std::fs::write(folder.path().join("device.json"), other.to_json()).unwrap();
    let said = ends_with(2, &run(&mut compare(&folder, "base.json", "device.json")));
    assert!(said.contains("two of a kind"), "{said}");
}

#[test]
fn every_form_is_written() {
    let folder = with_reports();
    let forms = [
        ("--json", "compared.json"),
        ("--html", "compared.html"),
        ("--md", "compared.md"),
    ];
    let mut command = compare(&folder, "base.json", "slow.json");
    for (flag, file) in forms {
        command.args([flag, file]);
    }
    ends_with(1, &run(&mut command));
    for (_, file) in forms {
        let written = std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(written.contains("Worse: voice takes"), "{file}");
    }
}

/// For people, too: they stay there.
#[test]
fn pages_to_look_at_are_left_in_target_tmp() {
    let (folder, out) = (
        with_reports(),
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")),
    );
    let mut show = vivavoce();
    show.current_dir(folder.path());
    show.args(["bench", "show", "base.json", "--gate", "v2v.p95_ms<=450"]);
    show.args([
        "--gate",
        "v2v.missed.rate<=0.05",
        "--gate",
        "v2w.p50_ms<=600",
        "--html",
    ]);
    run(show.arg(out.join("report.html")));
    let mut command = compare(&folder, "base.json", "slow.json");
    run(command.arg("--html").arg(out.join("compare.html")));
    for name in ["report.html", "compare.html"] {
        let page = std::fs::read_to_string(out.join(name)).unwrap();
        assert!(page.contains("<svg"), "{name} has no plot");
    }
}
