//! One behaviour of measuring turns each.

use serde_json::{Value, json};

use super::*;

/// A recording of 6 s whose loudspeaker is loud within the spans, in milliseconds.
fn recording(spans: &[(f64, f64)], events: Vec<Value>) -> Recording {
    let mut recording = Recording {
        rate_hz: 48_000,
        capture: vec![0.0; 6 * 48_000],
        render: vec![0.0; 6 * 48_000],
        events: Events::new(events),
    };
    for (from, to) in spans {
        let span = recording.index(*from)..recording.index(*to);
        for (n, sample) in recording.render[span].iter_mut().enumerate() {
            *sample = if n % 2 == 0 { 0.2 } else { -0.2 };
        }
    }
    recording
}

fn event(t_ms: f64, kind: &str, turn: u64) -> Value {
    json!({ "t_ms": t_ms, "kind": kind, "turn": turn })
}

fn reply(turn: u64, from: f64, to: f64) -> [Value; 2] {
    let mut started = event(from + 15.0, "playback_started", turn);
    started["first_sample_ms"] = json!(from);
    let mut heard = event(to, "heard", turn);
    heard["text"] = json!("Yes.");
    [started, heard]
}

fn stimulus(number: u64, from: f64, to: f64, expect: &str) -> [Value; 2] {
    let mut started = event(from, "stimulus_started", 0);
    started["stimulus"] = json!(number);
    started["expect"] = json!(expect);
    let mut finished = event(to, "stimulus_finished", 0);
    finished["stimulus"] = json!(number);
    [started, finished]
}

fn close(found: Option<f64>, known: f64) -> bool {
    found.is_some_and(|ms| (ms - known).abs() <= 1.0)
}

#[test]
fn the_response_time_is_found_on_the_audio() {
    let mut events = stimulus(0, 500.0, 1_500.0, "answer").to_vec();
    events.extend(reply(1, 2_198.0, 3_010.0));
    let found = turns(&recording(&[(2_200.0, 3_000.0)], events)).remove(0);
    assert!(
        close(found.v2v_ms, 700.0) && close(found.reply_ms, 800.0),
        "{found:?}"
    );
    assert_eq!((found.fault, found.reply.as_deref()), (None, Some("Yes.")));
}

#[test]
fn the_stop_time_is_found_on_the_audio() {
    let mut events = stimulus(0, 200.0, 900.0, "answer").to_vec();
    events.extend(stimulus(1, 2_000.0, 2_600.0, "answer"));
    events.extend(reply(1, 1_500.0, 2_200.0));
    events.push(event(2_150.0, "interrupted", 1));
    events.extend(reply(2, 3_300.0, 3_900.0));
    let spans = [(1_500.0, 2_180.0), (3_300.0, 3_900.0)];
    let found = turns(&recording(&spans, events)).remove(1);
    assert!(found.over_reply && close(found.stop_ms, 180.0), "{found:?}");
    assert!(close(found.v2v_ms, 700.0), "{found:?}");
}

#[test]
fn a_reply_before_the_end_is_premature_and_its_pause_named() {
    let mut events = stimulus(0, 500.0, 2_500.0, "answer").to_vec();
    events[0]["pauses_ms"] = json!([[1_000.0, 1_800.0]]);
    events.extend(reply(1, 1_500.0, 2_000.0));
    let found = turns(&recording(&[(1_500.0, 2_000.0)], events)).remove(0);
    assert_eq!(found.fault.as_deref(), Some("premature"));
    assert_eq!(found.cut_off_ms, Some(800.0));
}

#[test]
fn a_stimulus_without_reply_is_missed() {
    let events = stimulus(0, 500.0, 1_500.0, "answer").to_vec();
    let found = turns(&recording(&[], events)).remove(0);
    assert_eq!(found.fault.as_deref(), Some("missed"));
}

#[test]
fn a_reply_that_goes_on_over_an_interruption_was_not_stopped() {
    let mut events = stimulus(0, 2_000.0, 2_600.0, "stop").to_vec();
    events.extend(reply(1, 1_500.0, 5_000.0));
    let found = turns(&recording(&[(1_500.0, 5_000.0)], events)).remove(0);
    assert_eq!(found.fault.as_deref(), Some("not stopped"));
}

#[test]
fn a_reply_that_ends_by_itself_just_then_was_not_asked_to_stop() {
    let mut events = stimulus(0, 2_000.0, 2_600.0, "stop").to_vec();
    events.extend(reply(1, 1_500.0, 2_300.0));
    let found = turns(&recording(&[(1_500.0, 2_300.0)], events)).remove(0);
    assert!(
        found.stop_ms.is_none() && found.fault.is_none(),
        "{found:?}"
    );
}

#[test]
fn a_backchannel_that_held_the_reply_has_a_gap_on_the_audio() {
    let mut events = stimulus(0, 2_000.0, 2_400.0, "go_on").to_vec();
    events.extend(reply(1, 1_500.0, 5_000.0));
    let decided = [
        (2_060.0, "ducked"),
        (2_200.0, "held"),
        (2_600.0, "unducked"),
    ];
    events.extend(decided.map(|(t_ms, kind)| event(t_ms, kind, 1)));
    let found = turns(&recording(
        &[(1_500.0, 2_210.0), (2_610.0, 5_000.0)],
        events,
    ))
    .remove(0);
    assert!(
        close(found.duck_ms, 60.0) && close(found.resume_ms, 200.0),
        "{found:?}"
    );
    assert!(close(found.gap_ms, 400.0), "{found:?}");
    assert_eq!(found.fault, None);
}

#[test]
fn a_reply_that_stays_silent_has_not_resumed() {
    let mut events = stimulus(0, 2_000.0, 2_400.0, "go_on").to_vec();
    events.extend(reply(1, 1_500.0, 5_000.0));
    events.push(event(2_200.0, "held", 1));
    let found = turns(&recording(&[(1_500.0, 2_210.0)], events)).remove(0);
    assert_eq!(found.fault.as_deref(), Some("not resumed"));
}

#[test]
fn a_noise_before_an_answer_that_was_asked_for_set_nothing_off() {
    let mut events = stimulus(0, 500.0, 1_500.0, "answer").to_vec();
    events.extend(stimulus(1, 1_600.0, 1_800.0, "go_on"));
    events.extend(reply(1, 2_000.0, 3_000.0));
    let found = recording(&[(2_000.0, 3_000.0)], events);
    assert!(turns(&found).iter().all(|turn| turn.fault.is_none()));
    assert_eq!(unprompted(&found), 0);
}

#[test]
fn a_second_answer_was_not_asked_for() {
    let mut events = stimulus(0, 500.0, 1_500.0, "answer").to_vec();
    events.extend(reply(1, 2_000.0, 3_000.0));
    events.extend(reply(2, 4_000.0, 5_000.0));
    assert_eq!(unprompted(&recording(&[(2_000.0, 3_000.0)], events)), 1);
}

#[test]
fn an_answer_to_what_was_not_for_it_is_false() {
    let mut events = stimulus(0, 500.0, 1_500.0, "go_on").to_vec();
    events.extend(reply(1, 2_200.0, 3_000.0));
    let found = turns(&recording(&[(2_200.0, 3_000.0)], events)).remove(0);
    assert_eq!(found.fault.as_deref(), Some("false answer"));
}

#[test]
fn an_interruption_without_anybody_speaking_is_its_own() {
    let mut events = stimulus(0, 500.0, 1_000.0, "answer").to_vec();
    events.push(event(2_800.0, "interrupted", 1));
    assert_eq!(self_interruptions(&recording(&[], events)), 1);
}

#[test]
fn stages_and_the_rest_add_up_to_the_response_time() {
    let mut events = stimulus(0, 500.0, 1_500.0, "answer").to_vec();
    events.push(json!({ "t_ms": 1_590.0, "kind": "speech_paused", "turn": 1,
        "last_speech_ms": 1_480.0 }));
    events.push(event(1_900.0, "turn_ended", 1));
    events.extend(reply(1, 1_910.0, 3_000.0));
    let found = turns(&recording(&[(1_915.0, 3_000.0)], events)).remove(0);
    let sum: f64 = found.stages.iter().map(|s| s.ms).sum();
    assert!((sum - found.v2v_ms.unwrap()).abs() < 1e-9, "{found:?}");
    let rest = found.stages.last().unwrap();
    assert!(
        rest.name == "rest" && (rest.ms - 5.0).abs() <= 1.0,
        "{found:?}"
    );
}
