use std::time::Duration;

use jiff::civil::date;

use super::*;
use crate::tools::says::Sayings;

fn english() -> &'static Speech {
    &Sayings::of(EN).speech
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
        assert_eq!(english().duration(Duration::from_secs(seconds)), expected);
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
        assert_eq!(english().moment(&time, &now()), expected);
    }
    assert_eq!(english().date(date(1990, 5, 3)), "Thursday, 3 May 1990");
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
        assert_eq!(english().number(&number), expected);
    }
}
