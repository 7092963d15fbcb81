use super::*;

#[test]
fn moments_are_read() {
    let cases = [
        // The next that comes, before noon or after.
        ("at six", "2026-11-28T18:00"),
        ("six o'clock", "2026-11-28T18:00"),
        ("6", "2026-11-28T18:00"),
        ("two", "2026-11-29T02:00"),
        ("half past six", "2026-11-28T18:30"),
        ("half six", "2026-11-28T18:30"),
        ("6:30", "2026-11-28T18:30"),
        ("6.30", "2026-11-28T18:30"),
        ("630", "2026-11-28T18:30"),
        ("six thirty", "2026-11-28T18:30"),
        ("seven oh five", "2026-11-28T19:05"),
        ("seven o five", "2026-11-28T19:05"),
        ("eighteen hundred", "2026-11-28T18:00"),
        ("seven fifteen", "2026-11-28T19:15"),
        ("quarter to nine", "2026-11-28T20:45"),
        ("a quarter to nine", "2026-11-28T20:45"),
        ("quarter past two", "2026-11-29T02:15"),
        ("ten past seven", "2026-11-28T19:10"),
        ("ten minutes past seven", "2026-11-28T19:10"),
        ("twenty five to eight", "2026-11-28T19:35"),
        ("quarter to one", "2026-11-29T00:45"),
        ("twelve", "2026-11-29T00:00"),
        // With the half of the day.
        ("6 PM", "2026-11-28T18:00"),
        ("6 p.m.", "2026-11-28T18:00"),
        ("6pm", "2026-11-28T18:00"),
        ("six pm", "2026-11-28T18:00"),
        ("6 a.m.", "2026-11-29T06:00"),
        ("6:30 am", "2026-11-29T06:30"),
        ("12 am", "2026-11-29T00:00"),
        ("12 pm", "2026-11-29T12:00"),
        ("quarter to twelve pm", "2026-11-29T11:45"),
        ("ten to twelve am", "2026-11-28T23:50"),
        ("12:30 pm", "2026-11-29T12:30"),
        ("half past six in the morning", "2026-11-29T06:30"),
        ("seven in the evening", "2026-11-28T19:00"),
        ("two in the afternoon", "2026-11-29T14:00"),
        ("three in the afternoon", "2026-11-28T15:00"),
        ("ten at night", "2026-11-28T22:00"),
        ("two at night", "2026-11-29T02:00"),
        ("noon", "2026-11-29T12:00"),
        ("twelve noon", "2026-11-29T12:00"),
        ("midnight", "2026-11-29T00:00"),
        ("18:30", "2026-11-28T18:30"),
        ("06:30", "2026-11-29T06:30"),
        ("13:00", "2026-11-29T13:00"),
        ("00:15", "2026-11-29T00:15"),
        // With a day.
        ("tomorrow at six", "2026-11-29T06:00"),
        ("tomorrow at 6:30", "2026-11-29T06:30"),
        ("at six tomorrow", "2026-11-29T06:00"),
        ("tomorrow at seven in the morning", "2026-11-29T07:00"),
        ("tomorrow morning at seven", "2026-11-29T07:00"),
        ("seven tomorrow morning", "2026-11-29T07:00"),
        ("tomorrow evening at eight", "2026-11-29T20:00"),
        ("tomorrow at 12", "2026-11-29T12:00"),
        ("tomorrow at noon", "2026-11-29T12:00"),
        ("today at six", "2026-11-28T18:00"),
        ("tonight at nine", "2026-11-28T21:00"),
        ("at nine tonight", "2026-11-28T21:00"),
        ("tonight at two", "2026-11-29T02:00"),
        ("this evening at 7", "2026-11-28T19:00"),
        ("on Friday at 3", "2026-12-04T15:00"),
        ("Friday at 3 pm", "2026-12-04T15:00"),
        ("3 pm on Friday", "2026-12-04T15:00"),
        ("next Friday at nine", "2026-12-04T09:00"),
        ("Monday at 8 am", "2026-11-30T08:00"),
        ("the day after tomorrow at ten", "2026-11-30T10:00"),
        ("on the 3rd of December at 5 pm", "2026-12-03T17:00"),
        ("December 3rd at 17:00", "2026-12-03T17:00"),
        ("today at midnight", "2026-11-29T00:00"),
        ("on Christmas Eve at six pm", "2026-12-24T18:00"),
        // How far away.
        ("in twenty minutes", "2026-11-28T14:35"),
        ("twenty minutes from now", "2026-11-28T14:35"),
        ("in an hour and a half", "2026-11-28T15:45"),
        ("in two hours time", "2026-11-28T16:15"),
        ("coming Friday at noon", "2026-12-04T12:00"),
        ("in half an hour", "2026-11-28T14:45"),
        ("in two days", "2026-11-30T14:15"),
        ("in two days at nine", "2026-11-30T09:00"),
        ("in a week", "2026-12-05T14:15"),
    ];
    for (text, expected) in cases {
        let expected = at(&format!("{expected}:00[Europe/London]"));
        let precision = Precision::Time;
        let found = moment(text, &now(), EN);
        let expected = Moment {
            at: expected,
            precision,
        };
        assert_eq!(found, Some(expected), "{text}");
    }
}

#[test]
fn a_moment_without_a_time_says_so() {
    let cases = [
        ("tomorrow", "2026-11-29T00:00", Precision::Day),
        ("on Friday", "2026-12-04T00:00", Precision::Day),
        ("next Monday", "2026-11-30T00:00", Precision::Day),
        ("today", "2026-11-28T00:00", Precision::Day),
        ("tomorrow morning", "2026-11-29T09:00", Precision::PartOfDay),
        ("tonight", "2026-11-28T21:00", Precision::PartOfDay),
        ("this evening", "2026-11-28T19:00", Precision::PartOfDay),
        ("in the morning", "2026-11-29T09:00", Precision::PartOfDay),
        (
            "on Monday evening",
            "2026-11-30T19:00",
            Precision::PartOfDay,
        ),
    ];
    for (text, expected, precision) in cases {
        let expected = at(&format!("{expected}:00[Europe/London]"));
        let found = moment(text, &now(), EN);
        let expected = Moment {
            at: expected,
            precision,
        };
        assert_eq!(found, Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_moment_is_none() {
    let cases = [
        "",
        "at",
        "later",
        "25:00",
        "6:75",
        "13 am",
        "six six six",
        "tomorrow tomorrow",
        "every day at six",
        "at six or seven",
        "18:00 in the morning",
        "on the 31st of February",
        "five minutes",
        "in a few minutes",
    ];
    for text in cases {
        assert_eq!(moment(text, &now(), EN), None, "{text}");
    }
}

#[test]
fn an_ambiguous_time_is_the_next_that_comes_before_noon_as_well() {
    let early = at("2026-11-28T05:00:00[Europe/London]");
    let found = moment("at six", &early, EN).unwrap().at;
    assert_eq!(found, at("2026-11-28T06:00:00[Europe/London]"));
}

#[test]
fn a_time_that_a_clock_change_leaves_out_is_later_by_the_gap() {
    let before = at("2026-03-28T22:00:00[Europe/London]");
    let found = moment("tomorrow at 01:30", &before, EN).unwrap().at;
    assert_eq!(found, at("2026-03-29T02:30:00[Europe/London]"));
}

#[test]
fn a_time_after_a_clock_change_is_as_the_clock_shows_it() {
    let before = at("2026-10-24T22:00:00[Europe/London]");
    let found = moment("seven in the morning", &before, EN).unwrap().at;
    assert_eq!(found, at("2026-10-25T07:00:00[Europe/London]"));
    assert_eq!(found.duration_since(&before).as_hours(), 10);
}

#[test]
fn a_day_that_was_said_may_be_past() {
    let past = [
        "today at two pm",
        "today at two",
        "yesterday at six",
        "three days ago",
        "this morning at six",
        "yesterday",
    ];
    for text in past {
        let found = moment(text, &now(), EN).unwrap();
        assert!(found.is_past(&now()), "{text}: {found:?}");
    }
    for text in ["today", "tomorrow", "at two", "tonight", "in a minute"] {
        let found = moment(text, &now(), EN).unwrap();
        assert!(!found.is_past(&now()), "{text}: {found:?}");
    }
}

#[test]
fn a_text_is_compared_with_a_time_of_the_day() {
    let seven = jiff::civil::time(7, 0, 0, 0);
    let nineteen = jiff::civil::time(19, 0, 0, 0);
    let cases = [
        ("seven", true, true),
        ("at 7 o'clock", true, true),
        ("7 am", true, false),
        ("seven in the evening", false, true),
        ("19:00", false, true),
        ("tomorrow at seven", false, false),
        ("pasta", false, false),
    ];
    for (text, at_seven, at_nineteen) in cases {
        assert_eq!(is_time_of_day(text, seven, EN), at_seven, "{text}");
        assert_eq!(is_time_of_day(text, nineteen, EN), at_nineteen, "{text}");
    }
}
