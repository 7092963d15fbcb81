//! Lengths of time.

use std::time::Duration;

use num_traits::{One, Signed, ToPrimitive, Zero};

use super::number::{Number, fraction, integer, quantity};
use super::translation::{About, readable};
use super::words::{Words, begins, first_is};
use crate::language::Language;

/// Longer ones are not meant: a hundred years.
const LONGEST_SECONDS: u64 = 100 * 365 * 86_400;
/// A bare number behind a unit is of the next smaller one: "an hour twenty".
const MOST_OF_NEXT_UNIT: u64 = 60;

/// The length of time that all of the text is: "an hour and a half", "90 seconds", "five minutes and
/// thirty seconds", "a quarter of an hour". Months and years have no fixed length: they are not read.
/// A part of a second is rounded to milliseconds. Nothing and less is none.
pub fn duration(text: &str, language: Language) -> Option<Duration> {
    all(&readable(text, language, About::Lengths), Words::known())
}

/// Whether all of the words are a length of time.
pub(super) fn is_all(words: &[String], known: &Words) -> bool {
    all(words, known).is_some()
}

fn all(words: &[String], known: &Words) -> Option<Duration> {
    let start = usize::from(first_is(words, known.before_duration));
    let (found, used) = length(&words[start..], known)?;
    let rest = &words[start + used..];
    let ends =
        |phrase: &&'static [&'static str]| begins(rest, phrase) && rest.len() == phrase.len();
    let is_all =
        rest.is_empty() || known.after_duration.iter().any(ends) || known.from_now.iter().any(ends);
    found.filter(|_| is_all)
}

/// The length of time that the words begin with, and how many words it takes. The length is none if it is
/// nothing, or too long.
pub(super) fn length(words: &[String], known: &Words) -> Option<(Option<Duration>, usize)> {
    let (mut seconds, mut unit, mut used) = part(words, known)?;
    loop {
        let rest = &words[used..];
        let and = usize::from(first_is(rest, known.and));
        let rest = &rest[and..];
        if let Some((more, smaller, count)) = part(rest, known) {
            if smaller >= unit {
                break;
            }
            seconds += more;
            unit = smaller;
            used += and + count;
        } else if let Some((part, count)) = fraction(rest, known).filter(|_| and == 1) {
            // "an hour and a half"
            seconds += part * integer(unit);
            used += and + count;
            break;
        } else if let Some((more, count)) = of_next_unit(rest, unit, known) {
            seconds += more;
            used += and + count;
            break;
        } else {
            break;
        }
    }
    Some((as_duration(&seconds), used))
}

/// "five minutes", "half an hour", "a quarter of an hour": in seconds, with the unit in seconds and the
/// number of words.
fn part(words: &[String], known: &Words) -> Option<(Number, u64, usize)> {
    let (count, mut used) = match quantity(words, known) {
        Some(found) => found,
        // "hour and a half"
        None => (Number::one(), 0),
    };
    if used == 0 && !first_is(words.get(1..)?, known.and) {
        return None;
    }
    let is_part = count < Number::one();
    if is_part && words.get(used).is_some_and(|word| word == known.of) {
        used += 1;
    }
    if is_part && first_is(&words[used..], known.one) {
        used += 1;
    }
    let unit = time_unit(words.get(used)?, known)?;
    Some((count * integer(unit), unit, used + 1))
}

/// "twenty" in "an hour twenty".
fn of_next_unit(words: &[String], unit: u64, known: &Words) -> Option<(Number, usize)> {
    let smaller = match unit {
        3_600 => 60,
        60 => 1,
        _ => return None,
    };
    let (count, used) = quantity(words, known)?;
    let is_it = count.is_integer() && count < integer(MOST_OF_NEXT_UNIT) && !count.is_negative();
    is_it.then(|| (count * integer(smaller), used))
}

/// A unit of time in seconds.
fn time_unit(word: &str, known: &Words) -> Option<u64> {
    let found = known
        .time_units
        .iter()
        .find(|(names, _)| names.contains(&word));
    found.map(|&(_, seconds)| seconds)
}

fn as_duration(seconds: &Number) -> Option<Duration> {
    if seconds.is_negative() || *seconds > integer(LONGEST_SECONDS) {
        return None;
    }
    let milliseconds = (seconds * integer(1_000)).round();
    let milliseconds = milliseconds.to_integer().to_u64()?;
    (!milliseconds.is_zero()).then(|| Duration::from_millis(milliseconds))
}
