//! Alarms and reminders that ring again each week, and those that are moved.

use super::*;

fn at(time: &str) -> ZonedDateTime {
    format!("{time}[Europe/London]").parse().unwrap()
}

/// What is said after an alarm was set for these words.
fn alarm(time: &str) -> String {
    said(&mut toolbox(), "set_alarm", &[("time", time)])
}

#[test]
fn an_alarm_is_set_for_days_of_the_week() {
    let cases = [
        ("every day at seven", "7 AM every day"),
        ("at seven every day", "7 AM every day"),
        ("every single day at 7 pm", "7 PM every day"),
        ("every morning at half past six", "6:30 AM every day"),
        ("daily at noon", "noon every day"),
        ("every weekday at quarter to seven", "6:45 AM on weekdays"),
        ("weekdays at 6:45", "6:45 AM on weekdays"),
        ("Monday to Friday at 7", "7 AM on weekdays"),
        (
            "from Monday through Thursday at 7",
            "7 AM every Monday, Tuesday, Wednesday and Thursday",
        ),
        ("on weekends at ten", "10 AM on weekends"),
        ("Saturday to Sunday at ten", "10 AM on weekends"),
        ("every Monday at eight in the evening", "8 PM every Monday"),
        (
            "Mondays and Thursdays at six",
            "6 AM every Monday and Thursday",
        ),
        (
            "every Tuesday, Thursday and Saturday at 5 pm",
            "5 PM every Tuesday, Thursday and Saturday",
        ),
        ("every week on Friday at three", "3 PM every Friday"),
        ("every day at midnight", "midnight every day"),
        ("every Friday at midnight", "midnight every Saturday"),
        ("every Saturday night at one", "1 AM every Sunday"),
    ];
    for (time, expected) in cases {
        assert_eq!(
            alarm(time),
            format!("Your alarm is set for {expected}."),
            "{time}"
        );
    }
}

#[test]
fn what_does_not_come_each_week_is_not_set_once_in_its_place() {
    for time in [
        "every two hours",
        "every other day at seven",
        "every first Monday of the month",
        "every Monday of the month at eight",
        "hourly",
        "twice a day",
    ] {
        let expected = "! I can't repeat it like that: only every day, or on days of the week.";
        assert_eq!(alarm(time), expected, "{time}");
    }
}

#[test]
fn the_days_may_stand_beside_the_time() {
    let given = [("time", "6:45 am"), ("days", "daily")];
    let expected = "Your alarm is set for 6:45 AM every day.";
    assert_eq!(said(&mut toolbox(), "set_alarm", &given), expected);
}

#[test]
fn an_alarm_for_a_part_of_days_asks_for_the_time_and_a_reminder_has_a_usual_one() {
    let asked = "! Please tell me at what time the alarm should ring.";
    assert_eq!(alarm("every morning"), asked);
    assert_eq!(alarm("every day"), asked);
    let given = [("text", "stretch"), ("time", "every evening")];
    let expected = "I will remind you at 7 PM every day: stretch.";
    assert_eq!(said(&mut toolbox(), "set_reminder", &given), expected);
}

#[test]
fn it_rings_on_each_of_its_days_and_on_no_other() {
    let mut toolbox = toolbox();
    said(
        &mut toolbox,
        "set_alarm",
        &[("time", "every weekday at seven")],
    );
    let mut rang = Vec::new();
    let mut moment = now();
    for _ in 0..7 {
        moment = toolbox
            .next_ring(&moment)
            .unwrap()
            .unwrap()
            .to_zoned_datetime(now().time_zone().clone());
        rang.push(moment.strftime("%a %H:%M").to_string());
        let rings = toolbox.due(&moment).unwrap();
        assert_eq!(rings.len(), 1);
        toolbox.answered(rings[0].id, &moment).unwrap();
    }
    let expected = [
        "Mon 07:00",
        "Tue 07:00",
        "Wed 07:00",
        "Thu 07:00",
        "Fri 07:00",
        "Mon 07:00",
        "Tue 07:00",
    ];
    assert_eq!(rang, expected);
}

#[test]
fn after_days_without_the_program_it_rings_once_and_then_on_its_next_day() {
    let folder = tempfile::tempdir().unwrap();
    let open = |seed| Toolbox::open(Some(folder.path()), Language::English, seed).unwrap();
    let given = [("text", "take the tablet"), ("time", "every day at 8 pm")];
    said(&mut open(1), "set_reminder", &given);
    let mut later = open(2);
    let morning = at("2026-12-04T09:00:00");
    let rings = later.due(&morning).unwrap();
    assert_eq!(rings.len(), 1);
    later.answered(rings[0].id, &morning).unwrap();
    let next = later.next_ring(&morning).unwrap();
    assert_eq!(next, Some(at("2026-12-04T20:00:00").timestamp()));
}

#[test]
fn it_keeps_its_hour_when_the_clocks_change() {
    let mut toolbox = toolbox();
    // Summer time begins on Sunday.
    let friday = at("2027-03-26T12:00:00");
    said_at(
        &mut toolbox,
        "set_alarm",
        &[("time", "weekends at seven")],
        &friday,
    );
    let saturday = at("2027-03-27T07:00:00");
    let rings = toolbox.due(&saturday).unwrap();
    toolbox.answered(rings[0].id, &saturday).unwrap();
    let next = toolbox.next_ring(&saturday).unwrap();
    assert_eq!(next, Some(at("2027-03-28T07:00:00").timestamp()));
}

#[test]
fn a_snooze_is_of_today_only() {
    let mut toolbox = toolbox();
    said(&mut toolbox, "set_alarm", &[("time", "every day at seven")]);
    let seven = at("2026-11-29T07:00:00");
    let rings = toolbox.due(&seven).unwrap();
    toolbox.answered(rings[0].id, &seven).unwrap();
    said_at(
        &mut toolbox,
        "snooze",
        &[("duration", "ten minutes")],
        &seven,
    );
    let again = at("2026-11-29T07:10:00");
    assert_eq!(toolbox.next_ring(&seven).unwrap(), Some(again.timestamp()));
    let rings = toolbox.due(&again).unwrap();
    toolbox.answered(rings[0].id, &again).unwrap();
    let next = at("2026-11-30T07:00:00").timestamp();
    assert_eq!(toolbox.next_ring(&again).unwrap(), Some(next));
}

#[test]
fn turning_off_what_rings_leaves_its_other_days() {
    let mut toolbox = toolbox();
    said(&mut toolbox, "set_alarm", &[("time", "every day at seven")]);
    let seven = at("2026-11-29T07:00:00");
    toolbox.due(&seven).unwrap();
    assert_eq!(
        said_at(&mut toolbox, "cancel_alarm", &[], &seven),
        "I turned it off."
    );
    let next = at("2026-11-30T07:00:00").timestamp();
    assert_eq!(toolbox.next_ring(&seven).unwrap(), Some(next));
}

#[test]
fn one_day_is_left_out_or_all_are_cancelled() {
    let mut toolbox = toolbox();
    said(&mut toolbox, "set_alarm", &[("time", "every day at seven")]);
    let skipped = said(&mut toolbox, "cancel_alarm", &[("which", "tomorrow's")]);
    assert_eq!(skipped, "I will skip the alarm for 7 AM tomorrow.");
    let next = at("2026-11-30T07:00:00").timestamp();
    assert_eq!(toolbox.next_ring(&now()).unwrap(), Some(next));
    let cancelled = said(&mut toolbox, "cancel_alarm", &[("which", "daily")]);
    assert_eq!(cancelled, "I cancelled the alarm for 7 AM every day.");
    assert_eq!(toolbox.next_ring(&now()).unwrap(), None);
}

#[test]
fn another_time_of_what_was_set_keeps_its_days_and_other_days_keep_its_time() {
    conversation(&[
        (
            "set_alarm",
            &[("time", "quarter to seven tomorrow")],
            "Your alarm is set for 6:45 AM tomorrow.",
        ),
        (
            "set_alarm",
            &[
                ("time", "quarter to seven tomorrow"),
                ("days", "every weekday"),
                ("instead_of", "the last one"),
            ],
            "Your alarm is set for 6:45 AM on weekdays.",
        ),
        (
            "set_alarm",
            &[("time", "seven"), ("instead_of", "the last one")],
            "Your alarm is set for 7 AM on weekdays.",
        ),
        (
            "list_alarms",
            &[],
            "You have 1 alarm. Alarm for 7 AM on weekdays.",
        ),
    ]);
}

#[test]
fn an_alarm_is_moved() {
    conversation(&[
        ("move_alarm", &[("time", "eight")], "! There is no alarm."),
        (
            "set_alarm",
            &[("time", "seven tomorrow"), ("label", "gym")],
            "Your gym alarm is set for 7 AM tomorrow.",
        ),
        (
            "move_alarm",
            &[("time", "half past seven")],
            "Your gym alarm is set for 7:30 AM tomorrow.",
        ),
        (
            "move_alarm",
            &[("later_by", "half an hour")],
            "Your gym alarm is set for 8 AM tomorrow.",
        ),
        (
            "move_alarm",
            &[("earlier_by", "twenty minutes")],
            "Your gym alarm is set for 7:40 AM tomorrow.",
        ),
        (
            "set_alarm",
            &[("time", "noon")],
            "Your alarm is set for noon tomorrow.",
        ),
        (
            "move_alarm",
            &[("time", "one")],
            "! Which one do you mean? There is the gym alarm for 7:40 AM tomorrow and the alarm for noon tomorrow.",
        ),
        (
            "move_alarm",
            &[("which", "noon"), ("time", "1 pm")],
            "Your alarm is set for 1 PM tomorrow.",
        ),
        (
            "move_alarm",
            &[("which", "all"), ("time", "1 pm")],
            "! I did not understand which alarm.",
        ),
        (
            "move_alarm",
            &[("which", "gym"), ("earlier_by", "30 hours")],
            "! That time has passed.",
        ),
    ]);
}

#[test]
fn a_reminder_is_moved_to_another_day_at_its_time() {
    conversation(&[
        (
            "set_reminder",
            &[
                ("text", "call the eye clinic"),
                ("time", "on Friday at ten"),
            ],
            "I will remind you at 10 AM on Friday, 4 December: call the eye clinic.",
        ),
        (
            "move_reminder",
            &[("which", "eye clinic"), ("time", "Thursday")],
            "I will remind you at 10 AM on Thursday, 3 December: call the eye clinic.",
        ),
    ]);
}

#[test]
fn days_of_the_week_are_understood_and_said_in_all_languages() {
    let cases = [
        (
            Language::German,
            "jeden Tag um sieben Uhr",
            "Der Wecker klingelt jeden Tag um 7 Uhr.",
        ),
        (
            Language::German,
            "werktags um halb sieben",
            "Der Wecker klingelt montags bis freitags um 6 Uhr 30.",
        ),
        (
            Language::German,
            "montags und donnerstags um acht Uhr",
            "Der Wecker klingelt jeden Montag und Donnerstag um 8 Uhr.",
        ),
        (
            Language::Spanish,
            "todos los días a las siete",
            "La alarma sonará todos los días a las 7 de la mañana.",
        ),
        (
            Language::Spanish,
            "los lunes y jueves a las ocho",
            "La alarma sonará cada lunes y jueves a las 8 de la mañana.",
        ),
        (
            Language::French,
            "tous les jours à sept heures",
            "Le réveil sonnera tous les jours à 7 heures.",
        ),
        (
            Language::French,
            "du lundi au vendredi à six heures et demie",
            "Le réveil sonnera du lundi au vendredi à 6 heures 30.",
        ),
        (
            Language::Italian,
            "ogni giorno alle sette",
            "La sveglia suonerà ogni giorno alle 7.",
        ),
        (
            Language::Italian,
            "dal lunedì al venerdì alle sei e mezza",
            "La sveglia suonerà dal lunedì al venerdì alle 6 e 30.",
        ),
        (
            Language::Chinese,
            "每天早上七点",
            "闹钟设好了：每天早上7点。",
        ),
        (
            Language::Chinese,
            "每周一和周四早上八点",
            "闹钟设好了：每星期一和星期四早上8点。",
        ),
    ];
    for (language, time, expected) in cases {
        let mut toolbox = Toolbox::open(None, language, 7).unwrap();
        assert_eq!(said(&mut toolbox, "set_alarm", &[("time", time)]), expected);
    }
}

#[test]
fn a_reminder_may_come_before_what_it_is_of() {
    let given = [
        ("text", "meeting"),
        ("time", "Tuesday at 2:30"),
        ("earlier_by", "a quarter of an hour"),
    ];
    let expected = "I will remind you at 2:15 PM on Tuesday, 1 December: meeting.";
    assert_eq!(said(&mut toolbox(), "set_reminder", &given), expected);
}

/// Each alarm for a time every weekday, and what is said of a change of it.
fn weekdays_at_seven() -> Toolbox {
    let mut toolbox = toolbox();
    said(
        &mut toolbox,
        "set_alarm",
        &[("time", "every weekday at seven")],
    );
    toolbox
}

#[test]
fn what_nobody_answers_rings_again_on_its_next_day() {
    let mut toolbox = weekdays_at_seven();
    let (monday, tuesday) = (at("2026-11-30T07:00:00"), at("2026-12-01T07:00:00"));
    assert_eq!(toolbox.due(&monday).unwrap().len(), 1);
    assert_eq!(
        toolbox.next_ring(&monday).unwrap(),
        Some(tuesday.timestamp())
    );
    assert_eq!(toolbox.due(&at("2026-11-30T23:00:00")).unwrap(), []);
    assert_eq!(toolbox.due(&tuesday).unwrap().len(), 1);
}

#[test]
fn an_answer_that_comes_twice_leaves_the_other_days() {
    let mut toolbox = weekdays_at_seven();
    let monday = at("2026-11-30T07:00:00");
    let rings = toolbox.due(&monday).unwrap();
    toolbox.answered(rings[0].id, &monday).unwrap();
    toolbox.answered(rings[0].id, &monday).unwrap();
    let next = at("2026-12-01T07:00:00").timestamp();
    assert_eq!(toolbox.next_ring(&monday).unwrap(), Some(next));
}

#[test]
fn one_of_its_days_is_moved_alone() {
    let mut toolbox = weekdays_at_seven();
    let given = [("which", "Monday's"), ("time", "eight")];
    let moved = said(&mut toolbox, "move_alarm", &given);
    assert_eq!(moved, "Your alarm is set for 8 AM on Monday, 30 November.");
    let listed = said(&mut toolbox, "list_alarms", &[]);
    let expected =
        "You have 2 alarms. Alarm for 8 AM on Monday, 30 November. Alarm for 7 AM on weekdays.";
    assert_eq!(listed, expected);
    let monday = at("2026-11-30T08:00:00").timestamp();
    assert_eq!(toolbox.next_ring(&now()).unwrap(), Some(monday));
}

#[test]
fn what_is_moved_over_midnight_rings_on_the_day_after() {
    let mut toolbox = toolbox();
    let given = [("time", "every Monday at 11:45 pm")];
    said(&mut toolbox, "set_alarm", &given);
    let moved = said(&mut toolbox, "move_alarm", &[("later_by", "half an hour")]);
    assert_eq!(moved, "Your alarm is set for 12:15 AM every Tuesday.");
}

#[test]
fn a_day_that_is_left_out_stays_so_when_the_time_is_moved() {
    let mut toolbox = weekdays_at_seven();
    said(&mut toolbox, "cancel_alarm", &[("which", "Monday's")]);
    said(&mut toolbox, "move_alarm", &[("time", "eight")]);
    let tuesday = at("2026-12-01T08:00:00").timestamp();
    assert_eq!(toolbox.next_ring(&now()).unwrap(), Some(tuesday));
}

#[test]
fn a_reminder_does_not_keep_half_of_what_repeats() {
    let refused = "! I can't repeat it like that: only every day, or on days of the week.";
    for text in [
        "take my pill every day until",
        "water the plants every day except",
    ] {
        let given = [("text", text), ("time", "Friday at nine")];
        assert_eq!(
            said(&mut toolbox(), "set_reminder", &given),
            refused,
            "{text}"
        );
    }
}

#[test]
fn a_model_names_the_days_as_it_likes() {
    for (days, expected) in [
        ("Monday", "7 AM every Monday"),
        (
            "Monday, Wednesday and Friday",
            "7 AM every Monday, Wednesday and Friday",
        ),
        ("every day", "7 AM every day"),
        ("weekdays", "7 AM on weekdays"),
    ] {
        let given = [("time", "7 am"), ("days", days)];
        let said = said(&mut toolbox(), "set_alarm", &given);
        assert_eq!(said, format!("Your alarm is set for {expected}."), "{days}");
    }
    let given = [("time", "every day at 7 am"), ("days", "every day")];
    let expected = "Your alarm is set for 7 AM every day.";
    assert_eq!(said(&mut toolbox(), "set_alarm", &given), expected);
}

#[test]
fn a_corrected_day_does_not_make_a_reminder_earlier_again() {
    let before = [("text", "meeting"), ("earlier_by", "ten minutes")];
    let on = |time, more: &[(&'static str, &'static str)]| {
        [&before[..], &[("time", time)], more].concat()
    };
    let mut toolbox = toolbox();
    said(&mut toolbox, "set_reminder", &on("Friday at 2 pm", &[]));
    let instead = [("instead_of", "the last one")];
    let moved = said(&mut toolbox, "set_reminder", &on("Thursday", &instead));
    assert_eq!(
        moved,
        "I will remind you at 1:50 PM on Thursday, 3 December: meeting."
    );
    let moved = said(&mut toolbox, "set_reminder", &on("three", &instead));
    assert_eq!(
        moved,
        "I will remind you at 2:50 PM on Thursday, 3 December: meeting."
    );
}
