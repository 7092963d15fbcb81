//! What a gate may say, and what it answers.

use super::*;
use crate::harness::bench::{Better, Sample};

fn metrics() -> Metrics {
    let samples = |from: u32| {
        (0..20).map(move |n| Sample {
            at: format!("turn-{n}#0"),
            value: f64::from(from + n),
        })
    };
    let mut metrics = Metrics::default();
    let (ms, lower) = (Unit::Ms, Better::Lower);
    metrics.values("v2v", ms, lower, "", samples(400).collect());
    metrics.values("v2v.first", ms, lower, "", samples(900).collect());
    metrics.values(
        "words",
        Unit::Count,
        Better::Neither,
        "",
        samples(0).collect(),
    );
    metrics.rate("v2v.missed", lower, "", 1, 4);
    metrics.value("voice.rtf", Unit::Ratio, lower, "", 0.07);
    metrics.value("memory.peak", Unit::Mib, lower, "", 900.0);
    metrics
}

fn check(gate: &str) -> GateResult {
    gate.parse::<Gate>().unwrap().check(&metrics())
}

fn problem(gate: &str) -> String {
    let result = check(gate);
    assert_eq!((result.measured, result.passed), (None, false), "{gate}");
    result.problem.unwrap()
}

#[test]
fn each_relation_is_checked() {
    for (gate, passed) in [
        ("v2v.p95_ms<=418", true),
        ("v2v.p95_ms < 418", false),
        ("v2v.p50>=409", true),
        ("v2v.p50_ms > 409", false),
        ("v2v.missed.count==1", true),
        ("voice.rtf.value<0.05", false),
    ] {
        assert_eq!(check(gate).passed, passed, "{gate}");
    }
}

#[test]
fn every_field_of_every_form_can_be_asked_for() {
    for (gate, measured) in [
        ("v2v.n>=0", 20.0),
        ("v2v.p90>=0", 417.0),
        ("v2v.min_ms>=0", 400.0),
        ("v2v.max_ms>=0", 419.0),
        ("words.p50>=0", 9.0),
        ("v2v.missed.rate>=0", 0.25),
        ("v2v.missed.of>=0", 4.0),
        ("memory.peak.value_mib>=0", 900.0),
    ] {
        assert_eq!(check(gate).measured, Some(measured), "{gate}");
    }
}

#[test]
fn a_name_may_begin_with_that_of_another_metric() {
    assert_eq!(check("v2v.first.p50_ms>0").measured, Some(909.0));
}

#[test]
fn a_gate_is_written_as_it_was_given() {
    assert_eq!(check("v2v.p95_ms <= 600").gate, "v2v.p95_ms<=600");
}

#[test]
fn what_is_no_gate_is_refused_before_the_run() {
    for malformed in [
        "v2v.p95_ms",
        "v2v.p95_ms=600",
        "v2v<=600",
        "v2v.p95_ms<=",
        "v2v.p95_ms<=600ms",
        "v2v.p95_ms<=nan",
        "<=600",
    ] {
        let error = malformed.parse::<Gate>().unwrap_err().to_string();
        assert!(error.contains("v2v.p95_ms<=600"), "{malformed}: {error}");
    }
}

#[test]
fn what_was_not_measured_has_not_passed_and_names_the_nearest() {
    let said = problem("v2v.frist.p95_ms<=600");
    assert!(said.contains("v2v.first"), "{said}");
    let said = problem("missed.rate<=0");
    assert!(said.contains("v2v.missed"), "{said}");
}

#[test]
fn a_wrong_unit_is_answered_with_the_right_one() {
    assert!(problem("v2v.p95_s<=1").contains("write v2v.p95_ms"));
    assert!(problem("words.p95_ms<=1").contains("write words.p95"));
    assert!(problem("v2v.n_ms<=1").contains("write v2v.n"));
}

#[test]
fn an_unknown_field_is_answered_with_those_that_there_are() {
    let said = problem("v2v.mean_ms<=1");
    assert!(said.contains("p50_ms") && said.contains("max_ms"), "{said}");
    let said = problem("v2v.missed.p50<=1");
    assert!(said.contains("rate, count, of"), "{said}");
}

#[test]
fn the_99th_percentile_needs_a_thousand_values() {
    let said = problem("v2v.p99_ms<=1");
    assert!(said.contains("20 values"), "{said}");
}
