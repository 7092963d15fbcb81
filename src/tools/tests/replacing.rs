//! What is set in place of what was set last.

use super::conversation;

const INSTEAD: (&str, &str) = ("instead_of", "the last one");

#[test]
fn a_timer_takes_the_place_of_the_newest_one() {
    conversation(&[
        (
            "set_timer",
            &[("duration", "9 minutes")],
            "Your timer is set for 9 minutes.",
        ),
        (
            "set_timer",
            &[("duration", "4 minutes")],
            "Your timer is set for 4 minutes.",
        ),
        (
            "set_timer",
            &[("duration", "7 minutes"), INSTEAD],
            "Your timer is set for 7 minutes.",
        ),
        (
            "cancel_timer",
            &[("which", "newest")],
            "I cancelled the timer for 7 minutes.",
        ),
        (
            "cancel_timer",
            &[("which", "newest")],
            "I cancelled the timer for 9 minutes.",
        ),
        ("list_timers", &[], "There is no timer."),
    ]);
}

#[test]
fn a_timer_takes_the_place_of_the_one_that_is_named_and_keeps_its_name() {
    conversation(&[
        (
            "set_timer",
            &[("duration", "9 minutes"), ("label", "pasta")],
            "Your pasta timer is set for 9 minutes.",
        ),
        (
            "set_timer",
            &[("duration", "4 minutes")],
            "Your timer is set for 4 minutes.",
        ),
        (
            "set_timer",
            &[("duration", "10 minutes"), ("instead_of", "the pasta")],
            "Your pasta timer is set for 10 minutes.",
        ),
        (
            "list_timers",
            &[],
            "You have 2 timers. Timer for 4 minutes: 4 minutes left. Pasta timer: 10 minutes left.",
        ),
    ]);
}

#[test]
fn where_no_timer_runs_one_is_set_by_that_name() {
    conversation(&[(
        "set_timer",
        &[("duration", "10 minutes"), ("instead_of", "the pasta")],
        "Your pasta timer is set for 10 minutes.",
    )]);
}

#[test]
fn a_timer_that_is_not_there_is_not_replaced() {
    conversation(&[
        (
            "set_timer",
            &[("duration", "9 minutes"), ("label", "egg")],
            "Your egg timer is set for 9 minutes.",
        ),
        (
            "set_timer",
            &[("duration", "10 minutes"), ("instead_of", "rice")],
            "! I found no such timer. There is the egg timer.",
        ),
        (
            "set_timer",
            &[("duration", "10 minutes"), ("instead_of", "eggs")],
            "Your egg timer is set for 10 minutes.",
        ),
    ]);
}

#[test]
fn what_cannot_be_set_takes_no_place() {
    conversation(&[
        (
            "set_timer",
            &[("duration", "9 minutes")],
            "Your timer is set for 9 minutes.",
        ),
        (
            "set_timer",
            &[("duration", "90 days"), INSTEAD],
            "! A timer can be from 1 second to 30 days long.",
        ),
        ("cancel_timer", &[], "I cancelled the timer for 9 minutes."),
    ]);
}

#[test]
fn a_mere_time_is_on_the_day_of_the_alarm_that_it_replaces() {
    conversation(&[
        (
            "set_alarm",
            &[("time", "tomorrow at six")],
            "Your alarm is set for 6 AM tomorrow.",
        ),
        (
            "set_alarm",
            &[("time", "half past six"), INSTEAD],
            "Your alarm is set for 6:30 AM tomorrow.",
        ),
        (
            "set_alarm",
            &[("time", "five"), INSTEAD],
            "Your alarm is set for 5 AM tomorrow.",
        ),
        (
            "set_alarm",
            &[("time", "in two hours"), INSTEAD],
            "Your alarm is set for 4:15 PM today.",
        ),
        (
            "cancel_alarm",
            &[],
            "I cancelled the alarm for 4:15 PM today.",
        ),
    ]);
}
