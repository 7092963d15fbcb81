//! Setting, listing and changing timers, alarms and reminders; the stopwatch.

use super::*;

#[test]
fn a_timer_is_set() {
    conversation(&[
        (
            "set_timer",
            &[("duration", "five minutes")],
            "Your timer is set for 5 minutes.",
        ),
        (
            "set_timer",
            &[
                ("duration", "an hour and a half"),
                ("label", "the pasta timer"),
            ],
            "Your pasta timer is set for 1 hour and 30 minutes.",
        ),
        (
            "list_timers",
            &[],
            "You have 2 timers. Timer for 5 minutes: 5 minutes left. \
             Pasta timer: 1 hour and 30 minutes left.",
        ),
    ]);
}

#[test]
fn a_timer_without_a_sensible_length_is_refused() {
    conversation(&[
        (
            "set_timer",
            &[("duration", "a while")],
            "! I did not understand the length of the timer.",
        ),
        (
            "set_timer",
            &[("duration", "31 days")],
            "! A timer can be from 1 second to 30 days long.",
        ),
        ("list_timers", &[], "There is no timer."),
    ]);
}

#[test]
fn too_many_timers_are_refused() {
    let mut toolbox = toolbox();
    for _ in 0..100 {
        said(&mut toolbox, "set_timer", &[("duration", "5 minutes")]);
    }
    let expected = "! You have 100 timers. Cancel one first.";
    assert_eq!(
        said(&mut toolbox, "set_timer", &[("duration", "5 minutes")]),
        expected
    );
    let listed = said(&mut toolbox, "list_timers", &[]);
    assert!(listed.ends_with("And 92 more."), "{listed}");
}

#[test]
fn an_alarm_is_set() {
    conversation(&[
        ("list_alarms", &[], "There is no alarm."),
        (
            "set_alarm",
            &[("time", "tomorrow at six")],
            "Your alarm is set for 6 AM tomorrow.",
        ),
        (
            "set_alarm",
            &[("time", "half past six"), ("label", "gym")],
            "Your gym alarm is set for 6:30 PM today.",
        ),
        (
            "list_alarms",
            &[],
            "You have 2 alarms. Gym alarm for 6:30 PM today. Alarm for 6 AM tomorrow.",
        ),
        (
            "cancel_alarm",
            &[("which", "the 6:30 alarm")],
            "I cancelled the gym alarm for 6:30 PM today.",
        ),
        (
            "cancel_alarm",
            &[],
            "I cancelled the alarm for 6 AM tomorrow.",
        ),
        ("cancel_alarm", &[], "! There is no alarm."),
    ]);
}

#[test]
fn an_alarm_without_a_time_is_refused() {
    conversation(&[
        (
            "set_alarm",
            &[("time", "tomorrow morning")],
            "! Please tell me at what time the alarm should ring.",
        ),
        (
            "set_alarm",
            &[("time", "early")],
            "! I did not understand the time of the alarm.",
        ),
    ]);
}

#[test]
fn a_reminder_is_set() {
    conversation(&[
        ("list_reminders", &[], "There is no reminder."),
        (
            "set_reminder",
            &[("text", "to call mum"), ("time", "in twenty minutes")],
            "I will remind you at 2:35 PM today: call mum.",
        ),
        (
            "set_reminder",
            &[("text", "buy milk"), ("time", "tomorrow")],
            "I will remind you at 9 AM tomorrow: buy milk.",
        ),
        (
            "set_reminder",
            &[("text", "take the bins out"), ("time", "this evening")],
            "I will remind you at 7 PM today: take the bins out.",
        ),
        (
            "list_reminders",
            &[],
            "You have 3 reminders. Reminder at 2:35 PM today: call mum. \
             Reminder at 7 PM today: take the bins out. Reminder at 9 AM tomorrow: buy milk.",
        ),
        (
            "cancel_reminder",
            &[("which", "milk")],
            "I cancelled the reminder at 9 AM tomorrow: buy milk.",
        ),
        (
            "cancel_reminder",
            &[("which", "all reminders")],
            "I cancelled 2 reminders.",
        ),
        (
            "cancel_reminder",
            &[("which", "the reminder")],
            "! There is no reminder.",
        ),
    ]);
}

#[test]
fn a_reminder_without_a_time_to_come_is_refused() {
    conversation(&[
        (
            "set_reminder",
            &[("text", "x"), ("time", "today")],
            "! Please tell me at what time to remind you.",
        ),
        (
            "set_reminder",
            &[("text", "x"), ("time", "soon")],
            "! I did not understand when to remind you.",
        ),
        (
            "set_reminder",
            &[("time", "at six")],
            "! Please tell me what to remind you of.",
        ),
    ]);
}

fn with_two_timers() -> Toolbox {
    let mut toolbox = toolbox();
    let pasta = [("duration", "10 minutes"), ("label", "pasta")];
    said(&mut toolbox, "set_timer", &pasta);
    said(&mut toolbox, "set_timer", &[("duration", "5 minutes")]);
    toolbox
}

#[test]
fn a_timer_is_cancelled_by_its_label_its_length_or_with_all() {
    let cases = [
        ("pasta", "I cancelled the pasta timer."),
        ("the pasta timer", "I cancelled the pasta timer."),
        (
            "the five minute timer",
            "I cancelled the timer for 5 minutes.",
        ),
        ("all of them", "I cancelled 2 timers."),
        ("all timers", "I cancelled 2 timers."),
        ("the 10 minute one", "I cancelled the pasta timer."),
        (
            "the tea timer",
            "! I found no such timer. There is the timer for 5 minutes and the pasta timer.",
        ),
    ];
    for (which, expected) in cases {
        let given = [("which", which)];
        assert_eq!(
            said(&mut with_two_timers(), "cancel_timer", &given),
            expected
        );
    }
}

#[test]
fn an_alarm_is_cancelled_by_its_time_its_day_or_its_label() {
    let cases = [
        (
            "the seven o'clock alarm",
            "I cancelled the alarm for 7 PM today.",
        ),
        ("my seven alarm", "I cancelled the alarm for 7 PM today."),
        ("7 pm", "I cancelled the alarm for 7 PM today."),
        (
            "8 am alarm",
            "I cancelled the gym alarm for 8 AM on Friday, 4 December.",
        ),
        (
            "friday",
            "I cancelled the gym alarm for 8 AM on Friday, 4 December.",
        ),
        (
            "gym",
            "I cancelled the gym alarm for 8 AM on Friday, 4 December.",
        ),
        ("all", "I cancelled 2 alarms."),
        (
            "the alarm",
            "! Which one do you mean? There is the alarm for 7 PM today and the gym alarm for 8 AM on \
             Friday, 4 December.",
        ),
        (
            "9 am alarm",
            "! I found no such alarm. There is the alarm for 7 PM today and the gym alarm for 8 AM on \
             Friday, 4 December.",
        ),
    ];
    for (which, expected) in cases {
        let mut toolbox = toolbox();
        said(&mut toolbox, "set_alarm", &[("time", "seven pm")]);
        let on_friday = [("time", "Friday at 8 am"), ("label", "gym")];
        said(&mut toolbox, "set_alarm", &on_friday);
        let given = [("which", which)];
        assert_eq!(
            said(&mut toolbox, "cancel_alarm", &given),
            expected,
            "{which}"
        );
    }
}

#[test]
fn it_asks_which_timer_is_meant() {
    let expected = "! Which one do you mean? There is the timer for 5 minutes and the pasta timer.";
    for which in ["", "the timer", "my timer"] {
        let given = [("which", which)];
        assert_eq!(
            said(&mut with_two_timers(), "cancel_timer", &given),
            expected
        );
    }
    assert_eq!(
        said(&mut with_two_timers(), "list_timers", &[])
            .matches("left")
            .count(),
        2
    );
}

#[test]
fn what_is_there_none_of_cannot_be_changed() {
    for name in ["pause_timer", "resume_timer", "time_left"] {
        assert_eq!(
            said(&mut toolbox(), name, &[]),
            "! There is no timer.",
            "{name}"
        );
    }
    let given = [("duration", "5 minutes")];
    assert_eq!(
        said(&mut toolbox(), "add_time", &given),
        "! There is no timer."
    );
}

#[test]
fn a_paused_timer_keeps_its_time() {
    let mut toolbox = toolbox();
    said(&mut toolbox, "set_timer", &[("duration", "5 minutes")]);
    let paused = said_at(&mut toolbox, "pause_timer", &[], &later(2));
    assert_eq!(
        paused,
        "The timer for 5 minutes is paused with 3 minutes left."
    );
    assert_eq!(toolbox.next_ring(&later(2)).unwrap(), None);
    assert_eq!(toolbox.due(&later(60)).unwrap(), []);
    let left = said_at(&mut toolbox, "time_left", &[], &later(60));
    assert_eq!(left, "The timer for 5 minutes has 3 minutes left.");
    let listed = said_at(&mut toolbox, "list_timers", &[], &later(60));
    assert_eq!(
        listed,
        "You have 1 timer. Timer for 5 minutes: 3 minutes left, paused."
    );
    let again = said_at(&mut toolbox, "pause_timer", &[], &later(60));
    assert_eq!(again, "! The timer for 5 minutes is paused already.");
    let resumed = said_at(&mut toolbox, "resume_timer", &[], &later(60));
    assert_eq!(
        resumed,
        "The timer for 5 minutes goes on, with 3 minutes left."
    );
    let again = said_at(&mut toolbox, "resume_timer", &[], &later(60));
    assert_eq!(again, "! The timer for 5 minutes is not paused.");
    assert_eq!(
        toolbox.next_ring(&later(60)).unwrap(),
        Some(later(63).timestamp())
    );
}

#[test]
fn time_is_added() {
    let mut toolbox = toolbox();
    said(&mut toolbox, "set_timer", &[("duration", "5 minutes")]);
    let added = said_at(
        &mut toolbox,
        "add_time",
        &[("duration", "two minutes")],
        &later(1),
    );
    assert_eq!(added, "The timer for 5 minutes has 6 minutes left now.");
    assert_eq!(
        toolbox.next_ring(&later(1)).unwrap(),
        Some(later(7).timestamp())
    );
    let failed = said(&mut toolbox, "add_time", &[("duration", "lots")]);
    assert_eq!(failed, "! I did not understand how much time to add.");
}

#[test]
fn the_time_left_is_told_of_all_or_of_one() {
    let mut toolbox = with_two_timers();
    let expected =
        "The timer for 5 minutes has 5 minutes left. The pasta timer has 10 minutes left.";
    assert_eq!(said(&mut toolbox, "time_left", &[]), expected);
    let expected = "The pasta timer has 10 minutes left.";
    assert_eq!(
        said(&mut toolbox, "time_left", &[("which", "pasta")]),
        expected
    );
}

#[test]
fn the_stopwatch_counts() {
    let mut toolbox = toolbox();
    let cases = [
        ("read", 0, "! The stopwatch is not running."),
        ("stop", 0, "! The stopwatch is not running."),
        ("start", 0, "The stopwatch is running."),
        ("start", 1, "! The stopwatch is running already."),
        ("read", 2, "The stopwatch shows 2 minutes."),
        ("stop", 3, "The stopwatch stopped at 3 minutes."),
        ("read", 9, "The stopwatch shows 3 minutes."),
        ("start", 10, "The stopwatch is running."),
        ("stop", 11, "The stopwatch stopped at 4 minutes."),
        ("reset", 12, "The stopwatch is at zero."),
        ("read", 13, "! The stopwatch is not running."),
        (
            "throw",
            13,
            "! I did not understand whether to start, stop, read or reset the stopwatch.",
        ),
    ];
    for (action, minutes, expected) in cases {
        let said = said_at(
            &mut toolbox,
            "stopwatch",
            &[("action", action)],
            &later(minutes),
        );
        assert_eq!(said, expected, "{action}");
    }
}
