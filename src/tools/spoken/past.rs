//! Days that are over, for what was said on them.

use jiff::civil::Date;
use jiff::{ToSpan, ZonedDateTime};

use super::day::{day_at, near};
use super::translation::{About, readable};
use super::words::{Words, first_is, phrase};
use crate::language::Language;

/// Several days up to today, or before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tools) enum PastSpan {
    /// The week so many before this one; a week begins on a Monday.
    Week(i32),
    /// The month so many before this one.
    Month(i32),
    /// So many days before today, and today.
    Days(i32),
}

/// The first and the last of the days that all of the text is, seen from today: "yesterday", "on Monday",
/// "last week", "this morning", "three days ago", "the 3rd of May".
///
/// A day without a year or a week is the latest one: "Monday" is today on a Monday, else the last one. What is to
/// come is no such day.
pub fn past_days(text: &str, now: &ZonedDateTime, language: Language) -> Option<(Date, Date)> {
    let (words, known) = (readable(text, language, About::Times), Words::known());
    let words = &words[usize::from(first_is(&words, known.at))..];
    let words = &words[usize::from(first_is(words, known.earlier))..];
    let today = now.date();
    if let Some((span, used)) = phrase(known.past_spans, words) {
        return span.until(today).filter(|_| used == words.len());
    }
    let (day, mut used) = day_at(words, today, known)?;
    used += phrase(known.parts_of_day, &words[used..]).map_or(0, |(_, used)| used);
    let date = latest(day.date, words, today, known)?;
    (used == words.len()).then_some((date, date))
}

impl PastSpan {
    fn until(self, today: Date) -> Option<(Date, Date)> {
        match self {
            Self::Week(back) => {
                let since_monday = i32::from(today.weekday().to_monday_zero_offset());
                let monday = today.checked_sub((7 * back + since_monday).days()).ok()?;
                let sunday = monday.checked_add(6.days()).ok()?;
                Some((monday, sunday))
            }
            Self::Month(back) => {
                let first = today.first_of_month().checked_sub(back.months()).ok()?;
                Some((first, first.last_of_month()))
            }
            Self::Days(back) => Some((today.checked_sub(back.days()).ok()?, today)),
        }
    }
}

/// The latest such day that is not to come.
fn latest(date: Date, words: &[String], today: Date, known: &Words) -> Option<Date> {
    if date <= today {
        return Some(date);
    }
    let is_one_of = |lists: &[&[&str]]| {
        let mut lists = lists.iter();
        lists.any(|names| words.iter().any(|word| names.contains(&word.as_str())))
    };
    let back = if near(words, today, known).is_some() {
        return None;
    } else if is_one_of(&known.weekdays) {
        7.days()
    } else if is_one_of(&known.months) {
        1.year()
    } else if first_is(words, &[known.the]) {
        1.month()
    } else {
        return None;
    };
    let date = date.checked_sub(back).ok()?;
    (date <= today).then_some(date)
}
