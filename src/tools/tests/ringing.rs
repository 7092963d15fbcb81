//! Ringing: once, again after a crash, late, in one program of two.

use std::path::Path;
use std::time::Duration;

use super::*;

fn open(folder: &Path, seed: u64) -> Toolbox {
    Toolbox::open(Some(folder), Language::English, seed).unwrap()
}

fn set_timer(toolbox: &mut Toolbox) {
    said(
        toolbox,
        "set_timer",
        &[("duration", "5 minutes"), ("label", "pasta")],
    );
}

fn words(rings: &[Ring]) -> Vec<&str> {
    rings.iter().map(|ring| ring.words.as_str()).collect()
}

#[test]
fn a_timer_rings_when_it_is_done() {
    let mut toolbox = toolbox();
    set_timer(&mut toolbox);
    assert_eq!(
        toolbox.next_ring(&now()).unwrap(),
        Some(later(5).timestamp())
    );
    assert_eq!(toolbox.due(&later(4)).unwrap(), []);
    let rings = toolbox.due(&later(5)).unwrap();
    assert_eq!(words(&rings), ["Your pasta timer is done."]);
}

#[test]
fn a_timer_that_rang_is_not_rung_again() {
    let mut toolbox = toolbox();
    set_timer(&mut toolbox);
    let rings = toolbox.due(&later(5)).unwrap();
    assert_eq!(toolbox.due(&later(6)).unwrap(), []);
    assert_eq!(toolbox.next_ring(&later(6)).unwrap(), None);
    toolbox.answered(rings[0].id, &later(6)).unwrap();
    assert_eq!(toolbox.due(&later(60)).unwrap(), []);
    assert_eq!(said(&mut toolbox, "list_timers", &[]), "There is no timer.");
}

#[test]
fn alarms_and_reminders_ring_with_their_words() {
    let mut toolbox = toolbox();
    said(
        &mut toolbox,
        "set_alarm",
        &[("time", "in five minutes"), ("label", "gym")],
    );
    said(&mut toolbox, "set_alarm", &[("time", "2:20 pm")]);
    said(
        &mut toolbox,
        "set_reminder",
        &[("time", "in 5 minutes"), ("text", "call mum")],
    );
    said(&mut toolbox, "set_timer", &[("duration", "5 minutes")]);
    let rings = toolbox.due(&later(5)).unwrap();
    let expected = [
        "This is your gym alarm, for 2:20 PM.",
        "This is your alarm for 2:20 PM.",
        "A reminder: call mum.",
        "Your timer for 5 minutes is done.",
    ];
    assert_eq!(words(&rings), expected);
}

#[test]
fn what_was_due_while_the_program_did_not_run_rings_late() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = open(folder.path(), 1);
    set_timer(&mut toolbox);
    said(&mut toolbox, "set_alarm", &[("time", "in five minutes")]);
    said(
        &mut toolbox,
        "set_reminder",
        &[("time", "in 5 minutes"), ("text", "call mum")],
    );
    drop(toolbox);
    let mut toolbox = open(folder.path(), 2);
    let rings = toolbox.due(&later(25)).unwrap();
    let expected = [
        "Your pasta timer was done 20 minutes ago.",
        "Your alarm was for 20 minutes ago.",
        "A reminder from 20 minutes ago: call mum.",
    ];
    assert_eq!(words(&rings), expected);
}

#[test]
fn what_was_not_answered_rings_again_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let mut crashed = open(folder.path(), 1);
    set_timer(&mut crashed);
    assert_eq!(crashed.due(&later(5)).unwrap().len(), 1);
    drop(crashed);
    let mut toolbox = open(folder.path(), 2);
    // The claim of the one that crashed ends after a minute.
    assert_eq!(
        toolbox.next_ring(&later(5)).unwrap(),
        Some(later(6).timestamp())
    );
    assert_eq!(toolbox.due(&later(6)).unwrap().len(), 1);
}

#[test]
fn what_was_answered_does_not_ring_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = open(folder.path(), 1);
    set_timer(&mut toolbox);
    let rings = toolbox.due(&later(5)).unwrap();
    toolbox.answered(rings[0].id, &later(6)).unwrap();
    drop(toolbox);
    assert_eq!(open(folder.path(), 2).due(&later(60)).unwrap(), []);
}

#[test]
fn one_of_two_programs_rings() {
    let folder = tempfile::tempdir().unwrap();
    let (mut one, mut other) = (open(folder.path(), 1), open(folder.path(), 2));
    set_timer(&mut one);
    let rings = other.due(&later(5)).unwrap();
    assert_eq!(rings.len(), 1);
    assert_eq!(one.due(&later(5)).unwrap(), []);
    other.answered(rings[0].id, &later(6)).unwrap();
    assert_eq!(one.due(&later(7)).unwrap(), []);
}

#[test]
fn what_rang_can_be_snoozed() {
    let mut toolbox = toolbox();
    set_timer(&mut toolbox);
    let id = toolbox.due(&later(5)).unwrap()[0].id;
    let minute = Duration::from_secs(60);
    assert!(toolbox.snooze(id, minute, &later(5)).unwrap());
    assert_eq!(
        toolbox.next_ring(&later(5)).unwrap(),
        Some(later(6).timestamp())
    );
    assert_eq!(
        words(&toolbox.due(&later(6)).unwrap()),
        ["Your pasta timer is done."]
    );
}

#[test]
fn what_was_answered_can_be_snoozed_by_voice() {
    let mut toolbox = toolbox();
    assert_eq!(said(&mut toolbox, "snooze", &[]), "! Nothing rang.");
    set_timer(&mut toolbox);
    let id = toolbox.due(&later(5)).unwrap()[0].id;
    toolbox.answered(id, &later(6)).unwrap();
    let given = [("duration", "a while")];
    let failed = said_at(&mut toolbox, "snooze", &given, &later(5));
    assert_eq!(failed, "! I did not understand how long to wait.");
    let snoozed = said_at(&mut toolbox, "snooze", &[], &later(5));
    assert_eq!(snoozed, "I will ring again in 10 minutes.");
    assert_eq!(
        toolbox.next_ring(&later(5)).unwrap(),
        Some(later(15).timestamp())
    );
    assert_eq!(said(&mut toolbox, "snooze", &[]), "! Nothing rang.");
}

#[test]
fn a_cancelled_timer_does_not_ring() {
    let mut toolbox = toolbox();
    set_timer(&mut toolbox);
    said(&mut toolbox, "cancel_timer", &[]);
    assert_eq!(toolbox.next_ring(&now()).unwrap(), None);
    assert_eq!(toolbox.due(&later(5)).unwrap(), []);
}

#[test]
fn what_rings_is_cancelled_before_anything_else() {
    let mut toolbox = toolbox();
    set_timer(&mut toolbox);
    said(&mut toolbox, "set_timer", &[("duration", "an hour")]);
    said(&mut toolbox, "set_alarm", &[("time", "in five minutes")]);
    assert_eq!(toolbox.due(&later(5)).unwrap().len(), 2);
    let left = said_at(&mut toolbox, "time_left", &[("which", "pasta")], &later(5));
    assert_eq!(left, "The pasta timer is done.");
    let cancelled = said_at(&mut toolbox, "cancel_timer", &[], &later(5));
    assert_eq!(cancelled, "I cancelled the pasta timer.");
    let cancelled = said_at(&mut toolbox, "cancel_timer", &[], &later(5));
    assert_eq!(cancelled, "I cancelled the timer for 1 hour.");
}

#[test]
fn time_added_to_a_timer_that_rings_lets_it_ring_again() {
    let mut toolbox = toolbox();
    set_timer(&mut toolbox);
    toolbox.due(&later(5)).unwrap();
    said_at(
        &mut toolbox,
        "add_time",
        &[("duration", "2 minutes")],
        &later(5),
    );
    assert_eq!(
        toolbox.next_ring(&later(5)).unwrap(),
        Some(later(7).timestamp())
    );
    assert_eq!(toolbox.due(&later(7)).unwrap().len(), 1);
}

#[test]
fn a_clock_that_jumps_ahead_rings_late_and_one_set_back_waits() {
    let mut toolbox = toolbox();
    set_timer(&mut toolbox);
    assert_eq!(toolbox.due(&later(-600)).unwrap(), []);
    let rings = toolbox.due(&later(600)).unwrap();
    assert_eq!(
        words(&rings),
        ["Your pasta timer was done 9 hours and 55 minutes ago."]
    );
}

#[test]
fn a_claim_made_before_the_clock_was_set_back_does_not_hold() {
    let folder = tempfile::tempdir().unwrap();
    let mut crashed = open(folder.path(), 1);
    set_timer(&mut crashed);
    crashed.due(&later(600)).unwrap();
    drop(crashed);
    let mut toolbox = open(folder.path(), 2);
    assert_eq!(
        toolbox.next_ring(&later(6)).unwrap(),
        Some(later(5).timestamp())
    );
    assert_eq!(toolbox.due(&later(6)).unwrap().len(), 1);
}

#[test]
fn an_alarm_rings_as_the_clock_shows_after_it_was_changed() {
    let before: ZonedDateTime = "2026-10-24T22:00:00[Europe/London]".parse().unwrap();
    let after: ZonedDateTime = "2026-10-25T07:00:00[Europe/London]".parse().unwrap();
    let mut toolbox = toolbox();
    let given = [("time", "seven in the morning")];
    let said = said_at(&mut toolbox, "set_alarm", &given, &before);
    assert_eq!(said, "Your alarm is set for 7 AM tomorrow.");
    assert_eq!(toolbox.next_ring(&before).unwrap(), Some(after.timestamp()));
    assert_eq!(
        words(&toolbox.due(&after).unwrap()),
        ["This is your alarm for 7 AM."]
    );
}

#[test]
fn what_a_program_leaves_when_it_ends_rings_in_the_next_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = open(folder.path(), 1);
    set_timer(&mut first);
    first.due(&later(6)).unwrap();
    first.let_go().unwrap();
    drop(first);
    assert_eq!(open(folder.path(), 2).due(&later(7)).unwrap().len(), 1);
}

#[test]
fn turning_off_what_was_just_answered_turns_off_nothing_else() {
    let mut toolbox = toolbox();
    set_timer(&mut toolbox);
    said(&mut toolbox, "set_timer", &[("duration", "1 hour")]);
    let rings = toolbox.due(&later(5)).unwrap();
    toolbox.answered(rings[0].id, &later(5)).unwrap();
    assert_eq!(
        said_at(&mut toolbox, "cancel_timer", &[], &later(5)),
        "I turned it off."
    );
    assert!(toolbox.next_ring(&later(5)).unwrap().is_some());
}

#[test]
fn a_snooze_that_is_taken_back_can_be_asked_for_again() {
    let mut toolbox = toolbox();
    set_timer(&mut toolbox);
    let rings = toolbox.due(&later(5)).unwrap();
    toolbox.answered(rings[0].id, &later(5)).unwrap();
    let snooze = Call {
        name: "snooze".to_owned(),
        arguments: serde_json::Map::new(),
    };
    toolbox.call_in_doubt(&snooze, &later(5)).unwrap();
    toolbox.take_back().unwrap();
    toolbox.call_in_doubt(&snooze, &later(5)).unwrap();
    toolbox.keep().unwrap();
    assert!(toolbox.next_ring(&later(5)).unwrap().is_some());
}

#[test]
fn what_rings_for_minutes_rings_in_no_other_program() {
    let folder = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (open(folder.path(), 1), open(folder.path(), 2));
    set_timer(&mut first);
    for minute in 0..10 {
        let rings = first.due(&later(5 + minute)).unwrap().len();
        assert_eq!(rings, usize::from(minute == 0));
        let soon = later(5 + minute) + std::time::Duration::from_secs(40);
        first.due(&soon).unwrap();
        assert_eq!(second.due(&soon).unwrap(), []);
    }
}
