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
