//! Runs of made-up conversations that differ as those of one machine do, and by what was done to
//! them.

use super::super::test_reports::{self, Specimen};
use super::*;

/// Runs of the same program differ by this much, either way.
const DRIFT: f64 = 0.03;

fn base() -> Report {
    test_reports::report(Specimen::LARGE)
}

fn run(seed: u64, drift: f64, delay: (&'static str, f64)) -> Report {
    test_reports::report(Specimen {
        run: seed,
        drift,
        delay,
        ..Specimen::LARGE
    })
}

fn moved(comparison: &Comparison) -> Vec<String> {
    let moved = comparison.changes.iter().filter(|c| c.outcome.moved());
    moved
        .map(|c| format!("{}.{}", c.metric, c.statistic.name()))
        .collect()
}

#[test]
fn the_made_up_runs_are_as_wide_as_real_ones() {
    let report = base();
    let Figure::Distribution(v2v) = &report.metrics.0["v2v"].figure else {
        unreachable!("it is made of samples");
    };
    let summary = v2v.summary;
    assert!((390.0..410.0).contains(&summary.p50), "{summary}");
    assert!((470.0..530.0).contains(&summary.p95), "{summary}");
}

#[test]
fn two_runs_of_one_machine_find_no_change() {
    let base = base();
    for seed in 2..8 {
        for drift in [-DRIFT, DRIFT] {
            let found = compare(&base, &run(seed, drift, ("", 0.0))).unwrap();
            assert_eq!(
                moved(&found),
                Vec::<String>::new(),
                "run {seed}, drift {drift}"
            );
            assert!(!found.worse && found.sentence.starts_with("No change"));
        }
    }
}

#[test]
fn a_delay_of_100_ms_is_named_with_its_stage() {
    let base = base();
    for stage in [
        "endpoint",
        "transcript",
        "token",
        "clause",
        "voice",
        "device",
    ] {
        for drift in [-DRIFT, DRIFT] {
            let found = compare(&base, &run(3, drift, (stage, 100.0))).unwrap();
            let begins = format!("Worse: {stage} takes ");
            assert!(found.sentence.starts_with(&begins), "{}", found.sentence);
            assert!(found.worse && found.sentence.contains("v2v p50 from"));
            let others = moved(&found)
                .into_iter()
                .filter(|name| !name.contains(stage) && !name.starts_with("v2v."));
            assert_eq!(others.count(), 0, "{:?}", moved(&found));
        }
    }
}

#[test]
fn the_size_of_a_delay_lies_in_its_interval() {
    let found = compare(&base(), &run(4, 0.0, ("voice", 100.0))).unwrap();
    let first = &found.changes[0];
    let Interval(low, high) = first.interval.unwrap();
    assert_eq!(first.metric, "took.voice");
    assert!(
        low < 100.0 && 100.0 < high && high - low < 10.0,
        "{low} {high}"
    );
}

#[test]
fn what_became_faster_is_better() {
    let found = compare(&run(3, 0.0, ("voice", 100.0)), &base()).unwrap();
    assert!(!found.worse, "{}", found.sentence);
    assert!(
        found.sentence.starts_with("Better: voice takes "),
        "{}",
        found.sentence
    );
    assert!(
        found.sentence.contains("ms less (95% interval"),
        "{}",
        found.sentence
    );
}

#[test]
fn turns_that_are_missed_are_worse() {
    let mut new = run(2, 0.0, ("", 0.0));
    new.metrics.rate("v2v.missed", Better::Lower, "", 60, 200);
    let found = compare(&base(), &new).unwrap();
    assert_eq!(moved(&found), ["v2v.missed.rate"]);
    assert!(found.worse, "{}", found.sentence);
}

#[test]
fn a_single_value_is_shown_and_not_judged() {
    let mut new = run(2, 0.0, ("", 0.0));
    new.metrics
        .value("memory.peak", Unit::Mib, Better::Lower, "", 2_000.0);
    let found = compare(&base(), &new).unwrap();
    let memory = found
        .changes
        .iter()
        .find(|c| c.metric == "memory.peak")
        .unwrap();
    assert_eq!(memory.outcome, Outcome::NotJudged);
    assert_eq!(memory.difference, 1_088.0);
}

#[test]
fn few_conversations_are_not_judged() {
    let few = |run| {
        test_reports::report(Specimen {
            conversations: 4,
            run,
            ..Specimen::LARGE
        })
    };
    let found = compare(&few(1), &few(2)).unwrap();
    let v2v = found.changes.iter().find(|c| c.metric == "v2v").unwrap();
    assert_eq!(v2v.outcome, Outcome::NotJudged);
    assert!(v2v.not_judged.as_ref().unwrap().contains("4 conversations"));
}

#[test]
fn reports_of_different_kinds_are_refused() {
    let mut new = base();
    new.kind = Kind::Engines;
    let error = compare(&base(), &new).unwrap_err();
    assert!(matches!(error, CompareError::OtherKind { .. }), "{error}");
}

#[test]
fn few_stimuli_in_common_are_refused() {
    let mut new = base();
    let half = new.trust.stimuli.len() / 2;
    let other = |hash: &mut String| *hash = "other".into();
    new.trust.stimuli.values_mut().take(half).for_each(other);
    let error = compare(&base(), &new).unwrap_err().to_string();
    assert!(
        error.contains(&format!("of {} stimuli", half * 2)),
        "{error}"
    );
}

#[test]
fn a_part_of_the_suite_is_compared_with_the_whole() {
    let mut part = run(2, 0.0, ("", 0.0));
    let half = part.trust.stimuli.len() / 2;
    part.trust.stimuli.truncate(half);
    let found = compare(&base(), &part).unwrap();
    let v2v = found.changes.iter().find(|c| c.metric == "v2v").unwrap();
    assert!(0 < v2v.pairs && v2v.pairs <= half, "{}", v2v.pairs);
}

#[test]
fn a_few_other_stimuli_are_left_out() {
    let (mut new, before) = (run(2, 0.0, ("", 0.0)), base());
    let changed = new.trust.stimuli.values_mut().take(10);
    changed.for_each(|hash| *hash = "other".into());
    let found = compare(&before, &new).unwrap();
    assert!(
        found.warnings[0].starts_with("10 stimuli"),
        "{:?}",
        found.warnings
    );
    let of = |report: &Report| compare(report, &run(2, 0.0, ("", 0.0))).unwrap().changes[0].pairs;
    let v2v = found.changes.iter().find(|c| c.metric == "v2v").unwrap();
    assert!(v2v.pairs < of(&before) && v2v.pairs >= of(&before) - 10);
    let rate = found
        .changes
        .iter()
        .find(|c| c.statistic == Statistic::Rate)
        .unwrap();
    assert_eq!(rate.outcome, Outcome::NotJudged);
}

#[test]
fn what_one_may_want_to_compare_is_listed() {
    let mut new = base();
    new.trust.commit = "another".into();
    new.trust
        .settings
        .insert("endpointing".into(), "eager".into());
    let found = compare(&base(), &new).unwrap();
    let what: Vec<&str> = found.differs.iter().map(|d| d.what.as_str()).collect();
    assert_eq!(what, ["commit", "setting endpointing"]);
}
