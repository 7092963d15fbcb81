//! What every page has to be: alone, whole, and of a size that a browser likes.

use super::super::compare::compare;
use super::super::endpointing::{Kind, Pause, Place, Run};
use super::super::test_reports::{self, Specimen};
use super::*;
use crate::endpointing::Cue;
use crate::harness::bench::{Metrics, ReportKind};

fn large() -> Report {
    let mut report = test_reports::report(Specimen::LARGE);
    let gates = ["v2v.p95_ms<=450", "v2v.p50_ms<=600", "v2w.p50<=1"];
    let gates = gates.map(|gate| gate.parse::<Gate>().unwrap().check(&report.metrics));
    report.verdict.gates = gates.into();
    report
}

fn alone(page: &str) {
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    for foreign in ["<script", "http", "url(", "<link", "@import", "src="] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}

fn endpointing_page(kinds: &[Kind]) -> String {
    let pause = Pause {
        last_speech_ms: 1_000.0,
        reported_ms: 1_090.0,
        resumed_ms: None,
        text: "Go.".into(),
        cue: Cue::Neutral,
        model: None,
        score: 0.9,
    };
    let run = |kind: &Kind| Run {
        file: "a.wav".into(),
        kind: *kind,
        mark_ms: 1_000.0,
        pauses: vec![pause.clone()],
    };
    cut_off_page(&EndpointingReport::of(
        &kinds.iter().map(run).collect::<Vec<_>>(),
    ))
}

#[test]
fn pages_need_nothing_from_elsewhere() {
    let (base, new) = (
        large(),
        test_reports::report(Specimen {
            run: 2,
            ..Specimen::LARGE
        }),
    );
    alone(&report_page(&base));
    alone(&compare_page(&compare(&base, &new).unwrap(), &base, &new));
    alone(&endpointing_page(&[
        Kind::Clean,
        Kind::PutIn(Place::OneBefore),
    ]));
}

#[test]
fn a_report_of_a_whole_suite_is_of_a_sane_size() {
    let page = report_page(&large());
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
}

#[test]
fn every_conversation_and_every_metric_is_there() {
    let report = large();
    let page = report_page(&report);
    assert_eq!(
        page.matches("Timeline of").count(),
        report.conversations.len()
    );
    for name in report.metrics.0.keys() {
        assert!(page.contains(&format!("<code>{name}</code>")), "{name}");
    }
}

#[test]
fn conversations_with_faults_come_first_and_lie_open() {
    let page = report_page(&large());
    let first = page.find("<details class=\"conversation\"").unwrap();
    assert!(page[first..].starts_with("<details class=\"conversation\" open"));
}

#[test]
fn what_somebody_said_stays_text() {
    let mut report = test_reports::report(Specimen::SMALL);
    report.conversations[0].turns[0].said = Some("<img onerror=x>".into());
    report.verdict.sentence = "<u>".into();
    let page = report_page(&report);
    assert!(!page.contains("<img") && !page.contains("<u>"));
}

#[test]
fn a_report_of_nothing_is_a_page_too() {
    let mut report = test_reports::report(Specimen::SMALL);
    report.kind = ReportKind::Engines;
    report.conversations.clear();
    report.cut_off_curve.clear();
    report.metrics = Metrics::default();
    report.trust.self_test = None;
    alone(&report_page(&report));
}

#[test]
fn without_put_in_pauses_there_is_no_plot_of_them() {
    let both = endpointing_page(&[Kind::Clean, Kind::PutIn(Place::OneBefore)]);
    assert_eq!(both.matches("<svg role").count(), 2);
    assert_eq!(
        endpointing_page(&[Kind::Clean])
            .matches("<svg role")
            .count(),
        1
    );
}
