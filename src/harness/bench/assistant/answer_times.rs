//! The time and the date in an answer.

use jiff::civil::{Date, Time};
use jiff::{ToSpan, ZonedDateTime};

use super::answer_numbers::{Token, tokens};
use super::answer_words::words;
use crate::language::Language;
use crate::tools::spoken::{self, Precision};

/// "twenty five minutes to ten in the evening" has eight words.
const LONGEST_TIME: usize = 8;
/// "Saturday the twenty eighth of November twenty twenty six" has nine words.
const LONGEST_DATE: usize = 9;
/// The clock may be read a minute before or after the answer is judged.
const NEAR_MIN: i64 = 1;

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Whether an English answer tells the time of `now`, to a minute; half of the day may be left out.
pub(super) fn tells_time(answer: &str, now: &ZonedDateTime) -> bool {
    let near = (-NEAR_MIN..=NEAR_MIN).filter_map(|minutes| {
        let at = now.checked_add(minutes.minutes()).ok()?;
        Time::new(at.hour(), at.minute(), 0, 0).ok()
    });
    let near: Vec<Time> = near.collect();
    let tokens = tokens(answer);
    (0..tokens.len()).any(|at| {
        let said = longest(&tokens[at..], LONGEST_TIME, |text| is_time(text, now));
        said.is_some_and(|said| near.iter().any(|&time| is(&said, time)))
    })
}

/// Whether all of the text is a time of the day, whichever.
fn is_time(text: &str, now: &ZonedDateTime) -> bool {
    let moment = spoken::moment(text, now, Language::English);
    moment.is_some_and(|moment| {
        moment.precision == Precision::Time && is(text, moment.at.datetime().time())
    })
}

fn is(text: &str, time: Time) -> bool {
    spoken::is_time_of_day(text, time, Language::English)
}

/// What is wrong with an English answer that should tell the date of `now`: by the day of the week, or by
/// day and month. Every day that it names has to be this one.
pub(super) fn date_problem(answer: &str, now: &ZonedDateTime) -> Option<String> {
    let today = now.date();
    let weekday = today.strftime("%A").to_string().to_lowercase();
    let words = words(answer);
    let named = words
        .iter()
        .filter(|word| WEEKDAYS.contains(&word.as_str()));
    let named: Vec<&String> = named.collect();
    if let Some(other) = named.iter().find(|word| ***word != weekday) {
        return Some(format!("it names {other}, and the day is a {weekday}"));
    }
    let dates = dates(answer, now);
    if let Some(other) = dates.iter().find(|date| **date != today) {
        return Some(format!("it names the date {other}, and it is {today}"));
    }
    (named.is_empty() && dates.is_empty()).then(|| format!("it names no date, and it is {today}"))
}

/// The dates with a month in their name.
fn dates(answer: &str, now: &ZonedDateTime) -> Vec<Date> {
    let tokens: Vec<Token> = tokens(answer).into_iter().map(open).collect();
    let day = |text: &str| {
        let words = words(text);
        let has_month = words.iter().any(|word| MONTHS.contains(&word.as_str()));
        let found = spoken::day(text, now, Language::English);
        found.filter(|_| has_month)
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let said = longest(&tokens[at..], LONGEST_DATE, |text| day(text).is_some());
        match said.and_then(|said| Some((day(&said)?, said))) {
            Some((date, said)) => {
                found.push(date);
                at += said.split_whitespace().count();
            }
            None => at += 1,
        }
    }
    found
}

/// A date goes on beyond a comma: "November 28, 2026".
fn open(token: Token) -> Token {
    Token {
        ends_part: false,
        ..token
    }
}

/// The longest text that the tokens begin with and that is what is looked for.
fn longest(tokens: &[Token], most: usize, is_it: impl Fn(&str) -> bool) -> Option<String> {
    let within = tokens.iter().position(|token| token.ends_part);
    let most = within.map_or(tokens.len(), |last| last + 1).min(most);
    (1..=most).rev().find_map(|used| {
        let words: Vec<&str> = tokens[..used].iter().map(|t| t.text.as_str()).collect();
        Some(words.join(" ")).filter(|text| is_it(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Saturday.
    fn evening() -> ZonedDateTime {
        "2026-11-28T21:45:30[Europe/Berlin]".parse().unwrap()
    }

    #[test]
    fn the_time_is_found_as_people_say_it() {
        for answer in [
            "It is 9:45 PM.",
            "It's 21:45.",
            "It's a quarter to ten.",
            "Nine forty-five in the evening, my friend",
            "The time is 9:46 p.m. now.",
        ] {
            assert!(tells_time(answer, &evening()), "{answer}");
        }
    }

    #[test]
    fn another_time_is_wrong() {
        for answer in [
            "It is 9:45 AM.",
            "It is 9:40 PM.",
            "It is ten o'clock.",
            "I don't know the time.",
            "",
        ] {
            assert!(!tells_time(answer, &evening()), "{answer}");
        }
    }

    #[test]
    fn the_date_is_found_as_people_say_it() {
        for answer in [
            "It is Saturday, 28 November 2026.",
            "Today is the 28th of November.",
            "Saturday.",
            "November 28, 2026",
            "It is the twenty eighth of November.",
        ] {
            assert_eq!(date_problem(answer, &evening()), None, "{answer}");
        }
    }

    #[test]
    fn another_date_is_wrong() {
        for answer in [
            "It is Sunday, 28 November 2026.",
            "It is Saturday, 27 November.",
            "November 28, 2025",
            "It is a nice day.",
        ] {
            assert!(date_problem(answer, &evening()).is_some(), "{answer}");
        }
    }
}
