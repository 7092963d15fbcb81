//! One behaviour of measuring turns each.

use super::*;
use crate::clock::Timestamp;
use crate::events::{DuckReason, EndReason, GoOnReason, HoldReason, InterruptReason, SessionEvent};
use crate::harness::bench::channel::Channel;

/// A recording of 6 s whose loudspeaker is loud within the spans, in milliseconds.
fn recording(spans: &[(f64, f64)], events: Vec<SessionEvent>) -> Recording {
    let mut render = vec![0.0; 6 * 48_000];
    let index = |ms: f64| (ms * 48.0).round() as usize;
    for (from, to) in spans {
        for (n, sample) in render[index(*from)..index(*to)].iter_mut().enumerate() {
            *sample = if n % 2 == 0 { 0.2 } else { -0.2 };
        }
    }
    Recording {
        capture: Channel::new(vec![0.0; 6 * 48_000], 48_000),
        render: Channel::new(render, 48_000),
        events: Events::new(events),
    }
}

fn event(t_ms: f64, turn: u64, kind: EventKind) -> SessionEvent {
    SessionEvent {
        at: Timestamp::from_millis_f64(t_ms),
        turn: Some(TurnId(turn)),
        kind,
    }
}

fn reply(turn: u64, from: f64, to: f64) -> [SessionEvent; 2] {
    let first_sample_ms = from;
    let text = "Yes.".into();
    [
        event(
            from + 15.0,
            turn,
            EventKind::PlaybackStarted { first_sample_ms },
        ),
        event(to, turn, EventKind::Heard { text }),
    ]
}

fn stimulus(number: usize, from: f64, to: f64, expect: Expect) -> [SessionEvent; 2] {
    paused(number, (from, to), expect, &[])
}

fn paused(
    stimulus: usize,
    (from, to): (f64, f64),
    expect: Expect,
    pauses: &[(f64, f64)],
) -> [SessionEvent; 2] {
    let started = EventKind::StimulusStarted {
        stimulus,
        expect,
        said: None,
        pauses_ms: pauses.to_vec(),
    };
    [
        event(from, 0, started),
        event(to, 0, EventKind::StimulusFinished { stimulus }),
    ]
}

fn interruption(t_ms: f64) -> SessionEvent {
    let reason = InterruptReason::Words;
    event(t_ms, 1, EventKind::Interrupted { reason })
}

fn holding(t_ms: f64) -> SessionEvent {
    let reason = HoldReason::SpeechGoesOn;
    event(t_ms, 1, EventKind::Held { reason })
}

fn close(found: Option<f64>, known: f64) -> bool {
    found.is_some_and(|ms| (ms - known).abs() <= 1.0)
}

#[test]
fn the_response_time_is_found_on_the_audio() {
    let mut events = stimulus(0, 500.0, 1_500.0, Expect::Answer).to_vec();
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
    let mut events = stimulus(0, 200.0, 900.0, Expect::Answer).to_vec();
    events.extend(stimulus(1, 2_000.0, 2_600.0, Expect::Answer));
    events.extend(reply(1, 1_500.0, 2_200.0));
    events.push(interruption(2_150.0));
    events.extend(reply(2, 3_300.0, 3_900.0));
    let spans = [(1_500.0, 2_180.0), (3_300.0, 3_900.0)];
    let found = turns(&recording(&spans, events)).remove(1);
    assert!(found.over_reply && close(found.stop_ms, 180.0), "{found:?}");
    assert!(close(found.v2v_ms, 700.0), "{found:?}");
}

#[test]
fn a_reply_before_the_end_is_premature_and_its_pause_named() {
    let pause = [(1_000.0, 1_800.0)];
    let mut events = paused(0, (500.0, 2_500.0), Expect::Answer, &pause).to_vec();
    events.extend(reply(1, 1_500.0, 2_000.0));
    let found = turns(&recording(&[(1_500.0, 2_000.0)], events)).remove(0);
    assert_eq!(found.fault.as_deref(), Some("premature"));
    assert_eq!(found.cut_off_ms, Some(800.0));
}

#[test]
fn a_stimulus_without_reply_is_missed() {
    let events = stimulus(0, 500.0, 1_500.0, Expect::Answer).to_vec();
    let found = turns(&recording(&[], events)).remove(0);
    assert_eq!(found.fault.as_deref(), Some("missed"));
}

#[test]
fn a_reply_that_goes_on_over_an_interruption_was_not_stopped() {
    let mut events = stimulus(0, 2_000.0, 2_600.0, Expect::Stop).to_vec();
    events.extend(reply(1, 1_500.0, 5_000.0));
    let found = turns(&recording(&[(1_500.0, 5_000.0)], events)).remove(0);
    assert_eq!(found.fault.as_deref(), Some("not stopped"));
}

#[test]
fn a_reply_that_ends_by_itself_just_then_was_not_asked_to_stop() {
    let mut events = stimulus(0, 2_000.0, 2_600.0, Expect::Stop).to_vec();
    events.extend(reply(1, 1_500.0, 2_300.0));
    let found = turns(&recording(&[(1_500.0, 2_300.0)], events)).remove(0);
    assert!(
        found.stop_ms.is_none() && found.fault.is_none(),
        "{found:?}"
    );
}

#[test]
fn a_backchannel_that_held_the_reply_has_a_gap_on_the_audio() {
    let mut events = stimulus(0, 2_000.0, 2_400.0, Expect::GoOn).to_vec();
    events.extend(reply(1, 1_500.0, 5_000.0));
    let reason = DuckReason::Sound;
    events.push(event(2_060.0, 1, EventKind::Ducked { reason }));
    events.push(holding(2_200.0));
    let unducked = EventKind::Unducked {
        reason: GoOnReason::Backchannel,
        text: String::new(),
    };
    events.push(event(2_600.0, 1, unducked));
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
    let mut events = stimulus(0, 2_000.0, 2_400.0, Expect::GoOn).to_vec();
    events.extend(reply(1, 1_500.0, 5_000.0));
    events.push(holding(2_200.0));
    let found = turns(&recording(&[(1_500.0, 2_210.0)], events)).remove(0);
    assert_eq!(found.fault.as_deref(), Some("not resumed"));
}

#[test]
fn a_noise_before_an_answer_that_was_asked_for_set_nothing_off() {
    let mut events = stimulus(0, 500.0, 1_500.0, Expect::Answer).to_vec();
    events.extend(stimulus(1, 1_600.0, 1_800.0, Expect::GoOn));
    events.extend(reply(1, 2_000.0, 3_000.0));
    let found = recording(&[(2_000.0, 3_000.0)], events);
    assert!(turns(&found).iter().all(|turn| turn.fault.is_none()));
    assert_eq!(unprompted(&found), 0);
}

#[test]
fn a_second_answer_was_not_asked_for() {
    let mut events = stimulus(0, 500.0, 1_500.0, Expect::Answer).to_vec();
    events.extend(reply(1, 2_000.0, 3_000.0));
    events.extend(reply(2, 4_000.0, 5_000.0));
    assert_eq!(unprompted(&recording(&[(2_000.0, 3_000.0)], events)), 1);
}

#[test]
fn an_answer_to_what_was_not_for_it_is_false() {
    let mut events = stimulus(0, 500.0, 1_500.0, Expect::GoOn).to_vec();
    events.extend(reply(1, 2_200.0, 3_000.0));
    let found = turns(&recording(&[(2_200.0, 3_000.0)], events)).remove(0);
    assert_eq!(found.fault.as_deref(), Some("false answer"));
}

#[test]
fn an_interruption_without_anybody_speaking_is_its_own() {
    let mut events = stimulus(0, 500.0, 1_000.0, Expect::Answer).to_vec();
    events.push(interruption(2_800.0));
    assert_eq!(self_interruptions(&recording(&[], events)), 1);
}

/// A turn that is over at 1900 ms, answered from `first_sample`.
fn explained(first_sample: f64) -> Turn {
    let mut events = stimulus(0, 500.0, 1_500.0, Expect::Answer).to_vec();
    let last_speech_ms = 1_480.0;
    let ended = EventKind::TurnEnded {
        waited_ms: 420.0,
        score: None,
        reason: EndReason::Silence,
        text: String::new(),
    };
    events.push(event(
        1_590.0,
        1,
        EventKind::SpeechPaused { last_speech_ms },
    ));
    events.push(event(1_900.0, 1, ended));
    events.extend(reply(1, first_sample, 3_000.0));
    let found = turns(&recording(&[(first_sample + 5.0, 3_000.0)], events)).remove(0);
    let sum: f64 = found.stages.iter().map(|s| s.ms).sum();
    assert!((sum - found.v2v_ms.unwrap()).abs() < 1e-9, "{found:?}");
    found
}

#[test]
fn stages_and_the_rest_add_up_to_the_response_time() {
    let found = explained(1_910.0);
    let rest = found.stages.last().unwrap();
    assert!(
        rest.name == "rest" && (rest.ms - 5.0).abs() <= 1.0,
        "{found:?}"
    );
}

/// A ready answer leaves at once, and a device counts its samples in blocks: by its clock the first
/// one may leave some milliseconds before the turn was over.
#[test]
fn an_answer_that_leaves_just_before_the_turn_is_over_is_explained_too() {
    let found = explained(1_894.0);
    let rest = found.stages.last().unwrap();
    assert!((rest.ms - 5.0).abs() <= 1.0, "{found:?}");
}
