mod days;
mod durations;
mod languages;
mod moments;
mod numbers;
mod saying;

use jiff::ZonedDateTime;

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
