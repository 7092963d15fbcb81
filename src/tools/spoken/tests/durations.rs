use std::time::Duration;

use super::*;

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
        ("hour and a half", 5_400),
        ("a couple minutes", 120),
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
