//! Days.

use jiff::civil::{Date, Weekday};
use jiff::{ToSpan, ZonedDateTime};

use super::feast::Feast;
use super::number::{integer, quantity, value_of};
use super::translation::{About, readable};
use super::words::{PartOfDay, Words, first_is, phrase};
use crate::language::Language;
use num_traits::ToPrimitive;

/// The day that all of the text is, seen from today: "tomorrow", "next Friday", "the 3rd of May 1990",
/// "Christmas", "in two weeks", "three days ago".
///
/// "Friday" is the next one after today; "next Friday" is that of the next week, which begins on a Monday;
/// "last Friday" is the latest one before today. A date without a year is the next such day, today included.
pub fn day(text: &str, now: &ZonedDateTime, language: Language) -> Option<Date> {
    let (words, known) = (readable(text, language, About::Times), Words::known());
    let start = usize::from(first_is(&words, known.at));
    let (found, used) = day_at(&words[start..], now.date(), known)?;
    (start + used == words.len()).then_some(found.date)
}

/// A day, as it stands at the beginning of some words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub date: Date,
    /// "tonight" names it as well.
    pub part: Option<PartOfDay>,
    /// It is only how far away it is: "in two days", so that the time of day stays.
    pub is_distance: bool,
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self {
            date,
            part: None,
            is_distance: false,
        }
    }
}

/// The day that the words begin with, and how many words it takes.
pub(super) fn day_at(words: &[String], today: Date, known: &Words) -> Option<(Day, usize)> {
    if let Some((date, used)) = near(words, today, known) {
        return Some((date, used));
    }
    if let Some((date, used)) = distant(words, today, known) {
        return Some((date, used));
    }
    let found = weekday(words, today, known)
        .or_else(|| dated(words, today, known))
        .or_else(|| feast(words, today, known))?;
    Some((found.0.into(), found.1))
}

/// "tomorrow", "tonight".
pub(super) fn near(words: &[String], today: Date, known: &Words) -> Option<(Day, usize)> {
    for &(name, distance, part) in known.near_parts {
        if super::words::begins(words, name) {
            let date = today.checked_add(distance.days()).ok()?;
            let part = Some(part);
            let is_distance = false;
            return Some((
                Day {
                    date,
                    part,
                    is_distance,
                },
                name.len(),
            ));
        }
    }
    let (distance, used) = phrase(known.near_days, words)?;
    Some((today.checked_add(distance.days()).ok()?.into(), used))
}

/// "in two days", "a week from tomorrow", "three weeks ago".
fn distant(words: &[String], today: Date, known: &Words) -> Option<(Day, usize)> {
    let within = usize::from(first_is(words, known.within));
    let (count, mut used) = quantity(&words[within..], known)?;
    used += within;
    let unit = words.get(used)?;
    let mut units = known.time_units.iter();
    let &(_, seconds) =
        units.find(|(names, seconds)| names.contains(&unit.as_str()) && seconds % 86_400 == 0)?;
    used += 1;
    let days = count * integer(seconds / 86_400);
    let days = days.is_integer().then(|| days.to_integer().to_i32())??;
    let rest = &words[used..];
    let (days, start) = if within == 1 {
        (days, today)
    } else if rest.first().is_some_and(|word| word == known.ago) {
        used += 1;
        (-days, today)
    } else if let Some((_, more)) = known
        .from_now
        .iter()
        .find(|phrase| super::words::begins(rest, phrase))
        .map(|phrase| ((), phrase.len()))
    {
        used += more;
        (days, today)
    } else {
        // "a week from tomorrow"
        let from = known.from_now.iter().filter_map(|phrase| phrase.first());
        first_is(rest, &from.copied().collect::<Vec<_>>()).then_some(())?;
        let (start, more) = near(&rest[1..], today, known)?;
        used += 1 + more;
        (days, start.date)
    };
    let date = start.checked_add(days.days()).ok()?;
    let part = None;
    let is_distance = start == today;
    Some((
        Day {
            date,
            part,
            is_distance,
        },
        used,
    ))
}

/// "Friday", "this Friday", "next Friday", "last Friday".
fn weekday(words: &[String], today: Date, known: &Words) -> Option<(Date, usize)> {
    let first = words.first()?;
    let is_last = *first == known.last;
    let is_next = *first == known.next;
    let used = usize::from(is_last || is_next || first_is(words, known.this));
    let name = words.get(used)?;
    let names = known.weekdays.iter();
    let at = names
        .zip(1_i8..)
        .find(|(names, _)| names.contains(&name.as_str()))?
        .1;
    let weekday = Weekday::from_monday_one_offset(at).ok()?;
    let date = if is_last {
        today.nth_weekday(-1, weekday).ok()?
    } else if is_next {
        let monday = today.nth_weekday(1, Weekday::Monday).ok()?;
        monday.checked_add((at - 1).days()).ok()?
    } else {
        today.nth_weekday(1, weekday).ok()?
    };
    Some((date, used + 1))
}

/// "the 3rd of May 1990", "May 3", "May the third", "the 3rd", "2026-12-24".
fn dated(words: &[String], today: Date, known: &Words) -> Option<(Date, usize)> {
    if let Some(found) = iso(words) {
        return Some(found);
    }
    if let Some((month, used)) = month(words, known) {
        let the = usize::from(words.get(used).is_some_and(|word| word == known.the));
        let (day, more) = day_of_month(&words[used + the..], known)?;
        return with_year(words, used + the + more, month, day, today, known);
    }
    let the = usize::from(first_is(words, &[known.the]));
    let (day, more) = day_of_month(&words[the..], known)?;
    let used = the + more;
    let of = usize::from(words.get(used).is_some_and(|word| word == known.of));
    if let Some((month, more)) = month(&words[used + of..], known) {
        return with_year(words, used + of + more, month, day, today, known);
    }
    // "the 3rd": of this month or the next that has it; "3" alone is no day.
    let is_ordinal = ordinal(&words[the..], known).is_some();
    if !is_ordinal || the == 0 {
        return None;
    }
    let months = (0..12).filter_map(|ahead| {
        let first = today.first_of_month().checked_add(ahead.months()).ok()?;
        first.with().day(day).build().ok()
    });
    let date = months.into_iter().find(|date| *date >= today)?;
    Some((date, used))
}

/// "2026-12-24", which is split at its hyphens.
fn iso(words: &[String]) -> Option<(Date, usize)> {
    let [year, minus, month, other_minus, day, ..] = words else {
        return None;
    };
    let written = year.len() == 4 && minus == "minus" && other_minus == "minus";
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok();
    date.filter(|_| written).map(|date| (date, 5))
}

fn month(words: &[String], known: &Words) -> Option<(i8, usize)> {
    let word = words.first()?;
    let mut months = known.months.iter().zip(1_i8..);
    let (_, month) = months.find(|(names, _)| names.contains(&word.as_str()))?;
    Some((month, 1))
}

/// "3rd", "third", "twenty first", "3", "three".
fn day_of_month(words: &[String], known: &Words) -> Option<(i8, usize)> {
    if let Some(found) = ordinal(words, known) {
        return Some(found);
    }
    let (number, used) = super::number::cardinal(words, known)?;
    let day = number.is_integer().then(|| number.to_integer().to_i8())??;
    (1..=31).contains(&day).then_some((day, used))
}

fn ordinal(words: &[String], known: &Words) -> Option<(i8, usize)> {
    let first = words.first()?;
    let digits = first.trim_end_matches(char::is_alphabetic);
    if digits.len() + 2 == first.len() {
        let day = digits.parse().ok()?;
        return (1..=31).contains(&day).then_some((day, 1));
    }
    if let Some(day) = value_of(known.ordinals, first) {
        return Some((i8::try_from(day).ok()?, 1));
    }
    let tens = value_of(known.tens, first)?;
    let unit = words
        .get(1)
        .and_then(|word| value_of(known.ordinals, word))?;
    let day = i8::try_from(tens + unit).ok()?;
    (unit < 10 && day <= 31).then_some((day, 2))
}

/// The date with the year that stands at `used`; else the next such day.
fn with_year(
    words: &[String],
    used: usize,
    month: i8,
    day: i8,
    today: Date,
    known: &Words,
) -> Option<(Date, usize)> {
    in_its_year(words, used, Feast::On(month, day), today, known)
}

/// A feast in the year that stands at `used`; else the next one.
fn in_its_year(
    words: &[String],
    used: usize,
    feast: Feast,
    today: Date,
    known: &Words,
) -> Option<(Date, usize)> {
    // "Easter in 2027", "Christmas of next year"
    let between = usize::from(first_is(&words[used..], known.before_year));
    let rest = &words[used + between..];
    let year = match rest {
        [which, unit, ..] if unit == known.year && which == known.next => {
            Some((today.year() + 1, 2))
        }
        [which, unit, ..] if unit == known.year && known.this.contains(&which.as_str()) => {
            Some((today.year(), 2))
        }
        _ => year(rest, known),
    };
    match year {
        Some((year, more)) => Some((feast.in_year(year)?, used + between + more)),
        None => Some((feast.next(today)?, used)),
    }
}

/// "1990", "nineteen ninety", "two thousand and five", "twenty twenty six".
fn year(words: &[String], known: &Words) -> Option<(i16, usize)> {
    let (number, used) = super::number::cardinal(words, known)?;
    let number = number
        .is_integer()
        .then(|| number.to_integer().to_i16())??;
    let is_written = words[0].len() == 4 && words[0].starts_with(|c: char| c.is_ascii_digit());
    if is_written || (1000..10_000).contains(&number) {
        return (1000..10_000).contains(&number).then_some((number, used));
    }
    if !(10..100).contains(&number) || words[0].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (behind, more) = super::number::cardinal(&words[used..], known)?;
    let behind = behind
        .is_integer()
        .then(|| behind.to_integer().to_i16())??;
    let fits = (10..100).contains(&behind);
    fits.then_some((number * 100 + behind, used + more))
}

fn feast(words: &[String], today: Date, known: &Words) -> Option<(Date, usize)> {
    let found = known
        .feasts
        .iter()
        .find(|(name, _)| super::words::begins(words, name));
    let &(name, feast) = found?;
    in_its_year(words, name.len(), feast, today, known)
}
