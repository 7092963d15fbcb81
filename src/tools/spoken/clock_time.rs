//! Times of the day.

use jiff::civil::Time;

use super::number::value_of;
use super::translation::{About, readable};
use super::words::{PartOfDay, Words, first_is, phrase};
use crate::language::Language;

/// A time of the day as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// On the clock of 24 hours.
    Exact(Time),
    /// On the clock of twelve hours, before noon (0:00 to 11:59): nobody said which half of the day.
    OfTwelve(Time),
}

/// Whether all of the text is this time of the day; without a half of the day it is in either.
pub fn is_time_of_day(text: &str, time: Time, language: Language) -> bool {
    let (words, known) = (readable(text, language, About::Times), Words::known());
    let start = usize::from(first_is(&words, known.at));
    let Some((said, used)) = clock_time(&words[start..], known) else {
        return false;
    };
    let rest = &words[start + used..];
    if let Some((part, used)) = phrase(known.parts_of_day, rest) {
        return used == rest.len() && in_part(said, part).is_some_and(|(said, _)| said == time);
    }
    rest.is_empty()
        && match said {
            Said::Exact(said) => said == time,
            Said::OfTwelve(said) => {
                said.hour() == time.hour() % 12 && said.minute() == time.minute()
            }
        }
}

/// The time that the words begin with, and how many words it takes: "half past six", "6:30", "six thirty",
/// "six o'clock", "quarter to nine", "noon", with "am" or "pm" behind it.
pub(super) fn clock_time(words: &[String], known: &Words) -> Option<(Said, usize)> {
    if first_is(words, known.noon) {
        return Some((Said::Exact(Time::constant(12, 0, 0, 0)), 1));
    }
    if first_is(words, known.midnight) {
        return Some((Said::Exact(Time::midnight()), 1));
    }
    let twelve = usize::from(first_is(words, &["12"]) || first_is(words, &["twelve"]));
    if twelve == 1 && first_is(&words[1..], known.noon) {
        return Some((Said::Exact(Time::constant(12, 0, 0, 0)), 2));
    }
    if twelve == 1 && first_is(&words[1..], known.midnight) {
        return Some((Said::Exact(Time::midnight()), 2));
    }
    let (hour, minute, written, used) = relative(words, known).or_else(|| plain(words, known))?;
    let oclock = usize::from(first_is(&words[used..], known.oclock));
    let used = used + oclock;
    let rest = &words[used..];
    if first_is(rest, known.am) || first_is(rest, known.pm) {
        let is_pm = first_is(rest, known.pm);
        if !(1..=12).contains(&hour) {
            // "18:30 pm" is the same; "18:30 am" is not a time.
            let same = hour > 12 && is_pm;
            return Some((Said::Exact(time(hour, minute).filter(|_| same)?), used + 1));
        }
        // "Quarter to twelve pm" is before noon: the half of the day is that of the hour that is named.
        let of_other_half = written == Written::Before && hour == 11;
        let hour = hour % 12 + if is_pm != of_other_half { 12 } else { 0 };
        return Some((Said::Exact(time(hour, minute)?), used + 1));
    }
    let of_twelve = (1..=12).contains(&hour) && written != Written::On24;
    Some(if of_twelve {
        (Said::OfTwelve(time(hour % 12, minute)?), used)
    } else {
        (Said::Exact(time(hour, minute)?), used)
    })
}

/// How an hour was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// As on the clock of 24 hours: "06:30".
    On24,
    /// By the hour that follows: "quarter to nine".
    Before,
    Plain,
}

fn time(hour: i8, minute: i8) -> Option<Time> {
    Time::new(hour, minute, 0, 0).ok()
}

/// "half past six", "quarter to nine", "ten minutes past seven", "half six".
fn relative(words: &[String], known: &Words) -> Option<(i8, i8, Written, usize)> {
    let article = usize::from(first_is(words, known.one));
    let rest = &words[article..];
    let (minutes, mut used) = if first_is(rest, &[known.half]) {
        (30, article + 1)
    } else if first_is(rest, &[known.quarter]) {
        (15, article + 1)
    } else if article == 0 {
        let (minutes, used) = below_sixty(words, known)?;
        let unit = known.time_units.iter().find(|(_, seconds)| *seconds == 60);
        let unit = unit.is_some_and(|(names, _)| first_is(&words[used..], names));
        (minutes, used + usize::from(unit))
    } else {
        return None;
    };
    let rest = &words[used..];
    let to = first_is(rest, known.to);
    if to || first_is(rest, known.past) {
        used += 1;
    } else if minutes != 30 || !first_is(words, &[known.half]) {
        // Only "half six" goes without a word between.
        return None;
    }
    let (hour, more) = hour(&words[used..], known)?;
    used += more;
    if !to {
        return Some((hour, minutes, Written::Plain, used));
    }
    let before = match hour {
        0 => 23,
        1 => 12,
        hour => hour - 1,
    };
    (1..=59)
        .contains(&minutes)
        .then_some((before, 60 - minutes, Written::Before, used))
}

/// "6:30", "6.30", "six thirty", "seven oh five", "630", "six".
fn plain(words: &[String], known: &Words) -> Option<(i8, i8, Written, usize)> {
    let first = words.first()?;
    if let Some((hour, minute)) = first.split_once([':', '.']) {
        if minute.len() != 2 || hour.len() > 2 {
            return None;
        }
        let on_24 = hour.len() == 2 && hour.starts_with('0');
        let written = if on_24 { Written::On24 } else { Written::Plain };
        return Some((hour.parse().ok()?, minute.parse().ok()?, written, 1));
    }
    if let Ok(number) = first.parse::<i16>()
        && (3..=4).contains(&first.len())
    {
        let written = if first.len() == 4 && number < 1000 {
            Written::On24
        } else {
            Written::Plain
        };
        let hour = i8::try_from(number / 100).ok()?;
        let minute = i8::try_from(number % 100).ok()?;
        return Some((hour, minute, written, 1));
    }
    let (hour, used) = hour(words, known)?;
    let rest = &words[used..];
    // "eighteen hundred"
    if first_is(rest, &[known.hundred]) {
        return Some((hour, 0, Written::On24, used + 1));
    }
    if let Some((minute, more)) = minute(rest, known) {
        return Some((hour, minute, Written::Plain, used + more));
    }
    Some((hour, 0, Written::Plain, used))
}

/// The minutes behind an hour: "thirty", "oh five", "05"; one digit alone is none.
fn minute(words: &[String], known: &Words) -> Option<(i8, usize)> {
    let zero = words
        .first()
        .is_some_and(|word| value_of(known.small, word) == Some(0) || word == "0");
    if zero {
        let (minute, used) = below_sixty(&words[1..], known)?;
        return (1..10).contains(&minute).then_some((minute, used + 1));
    }
    let two_digits = words.first().is_some_and(|word| word.len() >= 2);
    let (minute, used) = below_sixty(words, known)?;
    let fits = minute >= 10 || two_digits && words[0].starts_with('0');
    fits.then_some((minute, used))
}

fn hour(words: &[String], known: &Words) -> Option<(i8, usize)> {
    let (hour, used) = below_sixty(words, known)?;
    // "six thirty" is not thirty-six, and "twenty one" may be 21 hours.
    (hour <= 24).then_some((hour % 24, used))
}

/// A whole number below sixty, in words or in digits.
fn below_sixty(words: &[String], known: &Words) -> Option<(i8, usize)> {
    let first = words.first()?;
    if first.len() <= 2
        && let Ok(number) = first.parse::<i8>()
    {
        return (number < 60).then_some((number, 1));
    }
    if let Some(small) = value_of(known.small, first) {
        return Some((i8::try_from(small).ok()?, 1));
    }
    let tens = value_of(known.tens, first)?;
    let unit = words.get(1).and_then(|word| value_of(known.small, word));
    let (number, used) = match unit.filter(|unit| (1..10).contains(unit)) {
        Some(unit) => (tens + unit, 2),
        None => (tens, 1),
    };
    let number = i8::try_from(number).ok()?;
    (number < 60).then_some((number, used))
}

/// The time in a part of the day; the second value is by how many days it is later. None if the time is
/// not in that part: "18:00 in the morning".
pub(super) fn in_part(said: Said, part: PartOfDay) -> Option<(Time, i32)> {
    let time = match said {
        Said::Exact(time) => time,
        Said::OfTwelve(time) => time,
    };
    let hour = time.hour();
    let pm = || Time::new(hour + 12, time.minute(), 0, 0).ok();
    if let Said::Exact(_) = said {
        let fits = match part {
            PartOfDay::Morning => hour < 12,
            PartOfDay::Afternoon => (12..19).contains(&hour),
            PartOfDay::Evening => hour >= 15,
            PartOfDay::Night => !(6..18).contains(&hour),
        };
        return fits.then_some((time, i32::from(part == PartOfDay::Night && hour < 6)));
    }
    match part {
        PartOfDay::Morning => Some((time, 0)),
        PartOfDay::Afternoon => Some((pm()?, 0)),
        PartOfDay::Evening if hour >= 3 => Some((pm()?, 0)),
        PartOfDay::Night if hour >= 6 => Some((pm()?, 0)),
        // Midnight, and the small hours of the night that follows the day.
        PartOfDay::Evening | PartOfDay::Night => Some((time, 1)),
    }
}

/// Where a part of the day is meant without a time.
pub(super) fn usual_time(part: PartOfDay) -> Time {
    let hour = match part {
        PartOfDay::Morning => 9,
        PartOfDay::Afternoon => 15,
        PartOfDay::Evening => 19,
        PartOfDay::Night => 21,
    };
    Time::constant(hour, 0, 0, 0)
}
