use jiff::civil::date;

use super::*;

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
        ("Christmas next year", date(2027, 12, 25)),
        ("Christmas 2030", date(2030, 12, 25)),
        ("July fourth next year", date(2027, 7, 4)),
        ("the first of May this year", date(2026, 5, 1)),
        ("Easter", date(2027, 3, 28)),
        ("Easter Monday this year", date(2026, 4, 6)),
        ("Good Friday", date(2027, 3, 26)),
        ("Thanksgiving", date(2027, 11, 25)),
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
fn days_that_are_over_are_read() {
    let one = |date| (date, date);
    let cases = [
        ("today", one(date(2026, 11, 28))),
        ("earlier today", one(date(2026, 11, 28))),
        ("this morning", one(date(2026, 11, 28))),
        ("yesterday", one(date(2026, 11, 27))),
        ("yesterday evening", one(date(2026, 11, 27))),
        ("the day before yesterday", one(date(2026, 11, 26))),
        ("on Monday", one(date(2026, 11, 23))),
        ("last Monday", one(date(2026, 11, 23))),
        ("Friday morning", one(date(2026, 11, 27))),
        ("Saturday", one(date(2026, 11, 28))),
        ("three days ago", one(date(2026, 11, 25))),
        ("a week ago", one(date(2026, 11, 21))),
        ("on the 3rd of November", one(date(2026, 11, 3))),
        ("December 24th", one(date(2025, 12, 24))),
        ("on the 30th", one(date(2026, 10, 30))),
        ("last night", (date(2026, 11, 27), date(2026, 11, 28))),
        ("this week", (date(2026, 11, 23), date(2026, 11, 29))),
        ("last week", (date(2026, 11, 16), date(2026, 11, 22))),
        ("last month", (date(2026, 10, 1), date(2026, 10, 31))),
        ("the other day", (date(2026, 11, 14), date(2026, 11, 28))),
    ];
    for (text, expected) in cases {
        assert_eq!(past_days(text, &now(), EN), Some(expected), "{text}");
    }
    for text in [
        "",
        "tomorrow",
        "next week",
        "in two weeks",
        "the day after tomorrow",
        "someday",
    ] {
        assert_eq!(past_days(text, &now(), EN), None, "{text}");
    }
}

#[test]
fn next_friday_is_of_the_next_week() {
    let wednesday = at("2026-11-25T12:00:00[Europe/London]");
    assert_eq!(day("Friday", &wednesday, EN), Some(date(2026, 11, 27)));
    assert_eq!(day("next Friday", &wednesday, EN), Some(date(2026, 12, 4)));
    assert_eq!(day("next Monday", &wednesday, EN), Some(date(2026, 11, 30)));
}
