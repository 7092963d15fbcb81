use std::time::Duration;

use jiff::ZonedDateTime;
use jiff::civil::date;

use super::number::integer;
use super::*;

const EN: Language = Language::English;

fn at(written: &str) -> ZonedDateTime {
    written.parse().unwrap()
}

/// A Saturday, a quarter past two in the afternoon.
fn now() -> ZonedDateTime {
    at("2026-11-28T14:15:00[Europe/London]")
}

#[test]
fn numbers_are_read_in_words_and_in_digits() {
    let cases = [
        ("five", (5, 1)),
        ("zero", (0, 1)),
        ("0", (0, 1)),
        ("twenty three", (23, 1)),
        ("twenty-three", (23, 1)),
        ("23", (23, 1)),
        ("1,000", (1_000, 1)),
        ("1,250,000", (1_250_000, 1)),
        ("a hundred", (100, 1)),
        ("one hundred and five", (105, 1)),
        ("a hundred and twenty", (120, 1)),
        ("nineteen hundred", (1_900, 1)),
        ("two thousand and twenty six", (2_026, 1)),
        ("a thousand", (1_000, 1)),
        (
            "three hundred and forty two thousand six hundred and one",
            (342_601, 1),
        ),
        ("two million", (2_000_000, 1)),
        ("2 million", (2_000_000, 1)),
        ("3.5 million", (3_500_000, 1)),
        ("two and a half million", (2_500_000, 1)),
        ("half a million", (500_000, 1)),
        ("a dozen", (12, 1)),
        ("two dozen", (24, 1)),
        ("half a dozen", (6, 1)),
        ("a couple", (2, 1)),
        ("3.14", (314, 100)),
        ("three point one four", (314, 100)),
        ("point five", (1, 2)),
        ("zero point five", (1, 2)),
        ("ten point five", (105, 10)),
        ("minus five", (-5, 1)),
        ("-5", (-5, 1)),
        ("negative two", (-2, 1)),
        ("half", (1, 2)),
        ("a half", (1, 2)),
        ("one half", (1, 2)),
        ("a third", (1, 3)),
        ("two thirds", (2, 3)),
        ("three quarters", (3, 4)),
        ("a quarter", (1, 4)),
        ("two and a half", (5, 2)),
        ("2 and a half", (5, 2)),
        ("three and three quarters", (15, 4)),
        ("1/2", (1, 2)),
        ("1 1/2", (3, 2)),
        ("½", (1, 2)),
        ("2½", (5, 2)),
    ];
    for (text, (top, bottom)) in cases {
        let expected = integer(top) / integer(bottom);
        assert_eq!(number(text, EN), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_number_is_none() {
    let cases = [
        "",
        "the",
        "a",
        "many",
        "six thirty",
        "twenty fifteen",
        "five apples",
        "and",
        "half past",
        "5 6",
        "point",
        "€",
        "a few",
        "hundred hundred hundred",
        "one million million million million million million",
        "and five",
        "five and six",
    ];
    for text in cases {
        let found = number(text, EN);
        assert!(found.is_none() || text == "a", "{text}: {found:?}");
    }
}

#[test]
fn lengths_of_time_are_read() {
    let cases = [
        ("five minutes", 300),
        ("5 minutes", 300),
        ("5-minute", 300),
        ("5 minute", 300),
        ("5min", 300),
        ("90 seconds", 90),
        ("ninety seconds", 90),
        ("thirty second", 30),
        ("one second", 1),
        ("a minute", 60),
        ("an hour", 3_600),
        ("1 hour", 3_600),
        ("an hour and a half", 5_400),
        ("one and a half hours", 5_400),
        ("1.5 hours", 5_400),
        ("1 1/2 hours", 5_400),
        ("two and a half hours", 9_000),
        ("2 and a half hours", 9_000),
        ("half an hour", 1_800),
        ("a half hour", 1_800),
        ("half a minute", 30),
        ("a quarter of an hour", 900),
        ("quarter of an hour", 900),
        ("three quarters of an hour", 2_700),
        ("five minutes and thirty seconds", 330),
        ("5 minutes 30 seconds", 330),
        ("five and a half minutes", 330),
        ("a minute and a half", 90),
        ("one hour and twenty minutes", 4_800),
        ("1 hour, 20 minutes", 4_800),
        ("an hour twenty", 4_800),
        ("one minute thirty", 90),
        ("1 hour 5 minutes and 10 seconds", 3_910),
        ("a couple of minutes", 120),
        ("two days", 172_800),
        ("a week", 604_800),
        ("a fortnight", 1_209_600),
        ("for ten minutes", 600),
        ("ten minutes long", 600),
        ("twenty minutes from now", 1_200),
        ("one hundred and twenty minutes", 7_200),
        ("twenty-five minutes", 1_500),
        ("1h30m", 5_400),
    ];
    for (text, seconds) in cases {
        let expected = Some(Duration::from_secs(seconds));
        assert_eq!(duration(text, EN), expected, "{text}");
    }
    assert_eq!(
        duration("half a second", EN),
        Some(Duration::from_millis(500))
    );
}

#[test]
fn what_is_no_length_of_time_is_none() {
    let cases = [
        "",
        "five",
        "minutes",
        "a few minutes",
        "zero minutes",
        "minus five minutes",
        "a month",
        "five minutes please",
        "five minutes and",
        "a thousand years",
        "half past six",
        "five minutes six hours",
        "a million weeks",
    ];
    for text in cases {
        assert_eq!(duration(text, EN), None, "{text}");
    }
}

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
fn what_is_no_moment_to_come_is_none() {
    let cases = [
        "",
        "at",
        "later",
        "today at two pm",
        "yesterday at six",
        "25:00",
        "6:75",
        "13 am",
        "six six six",
        "tomorrow tomorrow",
        "every day at six",
        "at six or seven",
        "18:00 in the morning",
        "on the 31st of February",
        "three days ago",
        "five minutes",
        "in a few minutes",
        "this morning at six",
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
fn days_are_read() {
    let cases = [
        ("today", date(2026, 11, 28)),
        ("tomorrow", date(2026, 11, 29)),
        ("yesterday", date(2026, 11, 27)),
        ("the day after tomorrow", date(2026, 11, 30)),
        ("the day before yesterday", date(2026, 11, 26)),
        ("Friday", date(2026, 12, 4)),
        ("on Friday", date(2026, 12, 4)),
        ("this Friday", date(2026, 12, 4)),
        ("Saturday", date(2026, 12, 5)),
        ("next Friday", date(2026, 12, 4)),
        ("last Friday", date(2026, 11, 27)),
        ("next week", date(2026, 12, 5)),
        ("in two weeks", date(2026, 12, 12)),
        ("in ten days", date(2026, 12, 8)),
        ("a week from tomorrow", date(2026, 12, 6)),
        ("three days ago", date(2026, 11, 25)),
        ("a week ago", date(2026, 11, 21)),
        ("Christmas", date(2026, 12, 25)),
        ("new year's eve", date(2026, 12, 31)),
        ("New Year\u{2019}s Day", date(2027, 1, 1)),
        ("the 3rd of May 1990", date(1990, 5, 3)),
        ("the third of may nineteen ninety", date(1990, 5, 3)),
        ("May 3rd, 1990", date(1990, 5, 3)),
        ("May the third 1990", date(1990, 5, 3)),
        ("3 May 1990", date(1990, 5, 3)),
        (
            "the twenty first of June two thousand and five",
            date(2005, 6, 21),
        ),
        ("the 4th of July twenty twenty six", date(2026, 7, 4)),
        ("May 3", date(2027, 5, 3)),
        ("December 24th", date(2026, 12, 24)),
        ("the 28th of November", date(2026, 11, 28)),
        ("the 30th", date(2026, 11, 30)),
        ("the third", date(2026, 12, 3)),
        ("29th of February", date(2028, 2, 29)),
        ("2026-12-24", date(2026, 12, 24)),
    ];
    for (text, expected) in cases {
        assert_eq!(day(text, &now(), EN), Some(expected), "{text}");
    }
    for text in [
        "",
        "someday",
        "the 32nd",
        "February 30th",
        "3",
        "may",
        "tomorrow Friday",
    ] {
        assert_eq!(day(text, &now(), EN), None, "{text}");
    }
}

#[test]
fn next_friday_is_of_the_next_week() {
    let wednesday = at("2026-11-25T12:00:00[Europe/London]");
    assert_eq!(day("Friday", &wednesday, EN), Some(date(2026, 11, 27)));
    assert_eq!(day("next Friday", &wednesday, EN), Some(date(2026, 12, 4)));
    assert_eq!(day("next Monday", &wednesday, EN), Some(date(2026, 11, 30)));
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
fn a_language_without_words_is_not_understood() {
    assert!(is_known(EN));
    assert!(!is_known(Language::German));
    assert_eq!(number("5", Language::German), None);
    assert_eq!(duration("5 minutes", Language::German), None);
    assert_eq!(moment("6:30", &now(), Language::German), None);
}

#[test]
fn lengths_of_time_are_said() {
    let cases = [
        (0, "less than a second"),
        (1, "1 second"),
        (90, "1 minute and 30 seconds"),
        (3_600, "1 hour"),
        (5_400, "1 hour and 30 minutes"),
        (90_061, "1 day, 1 hour, 1 minute and 1 second"),
        (172_800, "2 days"),
    ];
    for (seconds, expected) in cases {
        assert_eq!(say_duration(Duration::from_secs(seconds)), expected);
    }
}

#[test]
fn times_and_days_are_said() {
    let cases = [
        ("2026-11-28T18:30", "6:30 PM today"),
        ("2026-11-29T00:00", "midnight tomorrow"),
        ("2026-11-29T06:05", "6:05 AM tomorrow"),
        ("2026-12-04T12:00", "noon on Friday, 4 December"),
        ("2027-01-01T12:15", "12:15 PM on Friday, 1 January 2027"),
    ];
    for (time, expected) in cases {
        let time = at(&format!("{time}:00[Europe/London]"));
        assert_eq!(say_moment(&time, &now()), expected);
    }
    assert_eq!(say_date(date(1990, 5, 3)), "Thursday, 3 May 1990");
}

#[test]
fn numbers_are_said_exactly_or_with_about() {
    let two = integer(2);
    let cases = [
        (integer(391), "391"),
        (integer(-5), "minus 5"),
        (integer(0), "0"),
        (integer(1) / &two, "0.5"),
        (integer(160_934) / integer(10_000), "16.0934"),
        (integer(10) / integer(3), "about 3.3333"),
        (integer(2) / integer(3), "about 0.6667"),
        (integer(123_456_789_012_345_i64), "123456789012345"),
        (two.pow(100), "about 1.2677 times 10 to the power of 30"),
        (integer(1) / integer(1_000), "0.001"),
        (
            integer(1) / integer(10).pow(12),
            "about 1 times 10 to the power of minus 12",
        ),
    ];
    for (number, expected) in cases {
        assert_eq!(say_number(&number), expected);
    }
}

#[test]
fn no_text_makes_the_readers_fail() {
    let pieces = [
        "a",
        "half",
        "quarter",
        "and",
        "of",
        "5",
        "1/2",
        "6:30",
        "99999999999999999999",
        "3rd",
        "hundred",
        "million",
        "point",
        "minus",
        "past",
        "to",
        "pm",
        "in",
        "minutes",
        "weeks",
        "friday",
        "next",
        "may",
        "the",
        "second",
        "third",
        "-",
        "°",
        "ago",
        "from",
        "now",
        "0",
        "/",
        "99:99",
        "1.2.3",
        "morning",
        "é",
        "o'clock",
        "twenty",
        "1,000,000,000,000",
    ];
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..3_000 {
        let count = random.usize(1..8);
        let words: Vec<&str> = (0..count)
            .map(|_| pieces[random.usize(..pieces.len())])
            .collect();
        let text = words.join(" ");
        number(&text, EN);
        duration(&text, EN);
        moment(&text, &now(), EN);
        day(&text, &now(), EN);
    }
}
