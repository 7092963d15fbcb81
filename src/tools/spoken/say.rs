//! Saying numbers, lengths of time, times and days, as a language does: its forms are data (the table `speech` of
//! `assets/tools/LANG/said.toml`). The voice speaks digits well; signs and unusual separators it does not.

use std::time::Duration;

use jiff::ZonedDateTime;
use jiff::civil::{Date, Weekday};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use serde::Deserialize;

use super::super::says::{Sayings, fill};
use super::number::{Number, integer};
use super::weekly::Weekdays;
use crate::language::Language;

/// Where nobody asked for others, more decimals are rounded, and said "about".
const MOST_DECIMALS: u32 = 4;
/// Numbers of more digits are rounded to a few, with a power of ten.
const MOST_DIGITS: usize = 15;

/// How a language says lists, numbers and times.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::tools) struct Speech {
    /// Between the things of a list, and before the last.
    pub between: String,
    before_last: String,
    /// Ends a sentence, and stands between two.
    pub stop: String,
    pub between_sentences: String,
    units: Units,
    less_than_a_second: String,
    clock: Clock,
    dates: Dates,
    weekly: WeeklyForms,
    numbers: Numbers,
}

/// Units of time: one of it, and several with `{count}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Units {
    /// Between them, if they are said as no list is.
    between: Option<String>,
    day: [String; 2],
    hour: [String; 2],
    minute: [String; 2],
    second: [String; 2],
}

/// How times of the day are said. `{hour}`, `{minute}` and `{part}` of the day are filled in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    /// Hours go to twelve.
    twelve_hours: bool,
    /// Minutes have two digits.
    two_digits: bool,
    /// What the hour one is called.
    one: String,
    /// Words for 0:00 and 12:00, if they are no numbers.
    midnight: Option<String>,
    noon: Option<String>,
    /// A full hour, and one with minutes.
    full: String,
    past: String,
    /// The same of the hours zero and one, if these are another number in grammar.
    full_one: Option<String>,
    past_one: Option<String>,
    /// A quarter and a half past, if they have words.
    quarter: Option<String>,
    half: Option<String>,
    /// Parts of the day by their first hour.
    #[serde(default)]
    parts: Vec<(i8, String)>,
    /// "It is six": of most hours, of the hour one, and of midnight and noon.
    is: [String; 3],
    /// "At six".
    at: [String; 3],
}

/// How days are said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dates {
    /// Monday first.
    weekdays: [String; 7],
    /// January first.
    months: [String; 12],
    /// The days of a month, if they are not said as numbers.
    #[serde(default)]
    days: Vec<String>,
    /// The first of a month, where only that has a word.
    first: Option<String>,
    /// A date by itself.
    date: String,
    /// A date on which something is, without and with its year.
    on: String,
    on_with_year: String,
    today: String,
    tomorrow: String,
    /// `{date}` is as `on`.
    other: String,
    /// Days that are over, at the begin of a sentence: today, yesterday, one of the last days, one of this year, any.
    past: [String; 5],
}

/// How days of the week are said on which something comes again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WeeklyForms {
    every_day: String,
    working_days: String,
    weekend: String,
    /// Any others, as a list.
    days: String,
    /// `{time}` on `{days}`, which are one of those above.
    at: String,
}

/// How numbers are said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    minus: String,
    about: String,
    decimal_mark: char,
    /// `{number}` times ten to the power of `{power}`.
    power: String,
}

impl Speech {
    /// "1 hour and 30 minutes"; to the second, rounded.
    pub(in crate::tools) fn duration(&self, duration: Duration) -> String {
        let seconds = duration.as_millis().saturating_add(500) / 1_000;
        if seconds == 0 {
            return self.less_than_a_second.clone();
        }
        let units = [
            (&self.units.day, seconds / 86_400),
            (&self.units.hour, seconds / 3_600 % 24),
            (&self.units.minute, seconds / 60 % 60),
            (&self.units.second, seconds % 60),
        ];
        let said = units.iter().filter(|(_, count)| *count > 0);
        let parts: Vec<String> = said.map(|(unit, count)| counted(unit, count)).collect();
        match &self.units.between {
            Some(between) => parts.join(between),
            None => self.list(&parts),
        }
    }

    /// "a, b and c".
    pub(in crate::tools) fn list(&self, parts: &[String]) -> String {
        match parts {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => {
                format!("{}{}{last}", first.join(&self.between), self.before_last)
            }
        }
    }

    /// Several sentences, the last with its end.
    pub(in crate::tools) fn sentences(&self, sentences: &[impl AsRef<str>]) -> String {
        let sentences: Vec<&str> = sentences.iter().map(AsRef::as_ref).collect();
        sentences.join(&self.between_sentences) + &self.stop
    }

    /// "6:30 PM", "6 PM", "noon", "midnight".
    pub(in crate::tools) fn time(&self, at: &ZonedDateTime) -> String {
        let clock = &self.clock;
        if let Some(word) = clock.word(at) {
            return word.clone();
        }
        let (hour, minute) = (at.hour(), at.minute());
        let part = clock.parts.iter().rfind(|(from, _)| *from <= hour);
        let part = part.map_or("", |(_, part)| part);
        let hour = match clock.hour(at) {
            1 => clock.one.clone(),
            hour => hour.to_string(),
        };
        let (full, past) = match clock.hour(at) {
            0 | 1 => (&clock.full_one, &clock.past_one),
            _ => (&None, &None),
        };
        let past = past.as_ref().unwrap_or(&clock.past);
        let said = match minute {
            0 => full.as_ref().unwrap_or(&clock.full),
            15 => clock.quarter.as_ref().unwrap_or(past),
            30 => clock.half.as_ref().unwrap_or(past),
            _ => past,
        };
        let minute = if clock.two_digits {
            format!("{minute:02}")
        } else {
            minute.to_string()
        };
        fill(
            said,
            &[("hour", &hour), ("minute", &minute), ("part", part)],
        )
    }

    /// "It is 6:30 PM", without an end.
    pub(in crate::tools) fn it_is(&self, at: &ZonedDateTime) -> String {
        self.with_time(&self.clock.is, at)
    }

    fn with_time(&self, [usual, one, word]: &[String; 3], at: &ZonedDateTime) -> String {
        let form = match (self.clock.word(at), self.clock.hour(at)) {
            (Some(_), _) => word,
            (None, 1) => one,
            (None, _) => usual,
        };
        fill(form, &[("time", &self.time(at))])
    }

    /// "Saturday".
    pub(in crate::tools) fn weekday(&self, date: Date) -> &str {
        self.weekday_name(date.weekday())
    }

    fn weekday_name(&self, weekday: Weekday) -> &str {
        let at = weekday.to_monday_zero_offset();
        &self.dates.weekdays[usize::try_from(at).unwrap_or(0)]
    }

    /// "Saturday, 28 November 2026".
    pub(in crate::tools) fn date(&self, date: Date) -> String {
        self.dated(&self.dates.date, date)
    }

    /// As [`Speech::date`], for what is on that day.
    pub(in crate::tools) fn on_date(&self, date: Date) -> String {
        self.dated(&self.dates.on_with_year, date)
    }

    fn dated(&self, form: &str, date: Date) -> String {
        let dates = &self.dates;
        let at = usize::try_from(date.day()).unwrap_or(1);
        let word = match dates.days.get(at.wrapping_sub(1)) {
            None if at == 1 => dates.first.clone(),
            word => word.cloned(),
        };
        let day = word.unwrap_or_else(|| at.to_string());
        let month = usize::try_from(date.month()).unwrap_or(1) - 1;
        fill(
            form,
            &[
                ("weekday", self.weekday(date)),
                ("day", &day),
                ("month", &dates.months[month]),
                ("year", &date.year().to_string()),
            ],
        )
    }

    /// "6:30 PM today", "6:30 PM tomorrow", "6:30 PM on Friday, 4 December"; with the year if it is another.
    pub(in crate::tools) fn moment(&self, at: &ZonedDateTime, now: &ZonedDateTime) -> String {
        let dates = &self.dates;
        let (date, today) = (at.date(), now.date());
        let (form, date) = if date == today {
            (&dates.today, String::new())
        } else if today.tomorrow().is_ok_and(|tomorrow| date == tomorrow) {
            (&dates.tomorrow, String::new())
        } else if date.year() == today.year() {
            (&dates.other, self.dated(&dates.on, date))
        } else {
            (&dates.other, self.on_date(date))
        };
        let time = self.with_time(&self.clock.at, at);
        fill(form, &[("time", &time), ("date", &date)])
    }

    /// "6:30 PM every day", "6:30 PM on weekdays", "6:30 PM every Monday and Thursday".
    pub(in crate::tools) fn weekly(&self, days: Weekdays, at: &ZonedDateTime) -> String {
        let forms = &self.weekly;
        let days = match days {
            Weekdays::ALL => forms.every_day.clone(),
            Weekdays::WORKING => forms.working_days.clone(),
            Weekdays::WEEKEND => forms.weekend.clone(),
            others => {
                let names = others.each().map(|day| self.weekday_name(day).to_owned());
                let names = self.list(&names.collect::<Vec<_>>());
                fill(&forms.days, &[("weekdays", &names)])
            }
        };
        let time = self.with_time(&self.clock.at, at);
        fill(&forms.at, &[("time", &time), ("days", &days)])
    }

    /// "Today", "Yesterday", "On Monday", "On 3 November", "On 3 November 2025".
    pub(in crate::tools) fn past_day(&self, date: Date, today: Date) -> String {
        let [now, before, of_week, of_year, any] = &self.dates.past;
        let form = match date.until(today).map(|span| span.get_days()) {
            Ok(0) => now,
            Ok(1) => before,
            Ok(2..=6) => of_week,
            _ if date.year() == today.year() => of_year,
            _ => any,
        };
        self.dated(form, date)
    }

    /// "391", "16.0934", "minus 5"; "about 3.3333" where more decimals follow, and "about 1.2677 times 10 to
    /// the power of 30" for what has more than 15 digits.
    pub(in crate::tools) fn number(&self, number: &Number) -> String {
        self.number_to(number, MOST_DECIMALS)
    }

    /// The same, with "about" before it in any case.
    pub(in crate::tools) fn about_number(&self, number: &Number) -> String {
        let (said, about) = (self.number(number), &self.numbers.about);
        if said.starts_with(about.as_str()) {
            said
        } else {
            format!("{about}{said}")
        }
    }

    /// A whole number, with all its digits.
    pub(in crate::tools) fn whole(&self, number: i64) -> String {
        let sign = if number < 0 {
            &self.numbers.minus[..]
        } else {
            ""
        };
        format!("{sign}{}", number.unsigned_abs())
    }

    /// As [`Speech::number`], with at most so many decimals; what is below a hundredth has four more.
    pub(in crate::tools) fn number_to(&self, number: &Number, decimals: u32) -> String {
        let Numbers { minus, about, .. } = &self.numbers;
        let sign = if number.is_negative() { minus } else { "" };
        let size = number.abs();
        if size.to_integer().to_string().len() > MOST_DIGITS {
            return format!("{about}{sign}{}", self.with_power(&size));
        }
        let (rounded, decimals) = rounded(&size, decimals);
        if rounded.is_zero() && !size.is_zero() {
            return format!("{about}{sign}{}", self.with_power(&size));
        }
        let about = if rounded == size { "" } else { about };
        let written = written(&rounded, decimals, self.numbers.decimal_mark);
        format!("{about}{sign}{written}")
    }

    /// "1.2677 times 10 to the power of 30".
    fn with_power(&self, size: &Number) -> String {
        let digits = |number: &BigInt| i64::try_from(number.to_string().len()).unwrap_or(i64::MAX);
        // It may be one too high.
        let mut power = digits(size.numer()) - digits(size.denom());
        let shift = BigInt::from(10).pow(u32::try_from(power.unsigned_abs()).unwrap_or(u32::MAX));
        let mut scaled = if power < 0 {
            size * integer(shift)
        } else {
            size / integer(shift)
        };
        if scaled < integer(1) {
            scaled *= integer(10);
            power -= 1;
        }
        let (rounded, decimals) = rounded(&scaled, MOST_DECIMALS);
        let sign = if power < 0 {
            &self.numbers.minus[..]
        } else {
            ""
        };
        let number = written(&rounded, decimals, self.numbers.decimal_mark);
        let power = format!("{sign}{}", power.unsigned_abs());
        fill(
            &self.numbers.power,
            &[("number", &number), ("power", &power)],
        )
    }
}

impl Clock {
    /// Midnight or noon, if the language has a word for it.
    fn word(&self, at: &ZonedDateTime) -> Option<&String> {
        match (at.hour(), at.minute()) {
            (0, 0) => self.midnight.as_ref(),
            (12, 0) => self.noon.as_ref(),
            _ => None,
        }
    }

    /// The hour as it is counted.
    fn hour(&self, at: &ZonedDateTime) -> i8 {
        if self.twelve_hours {
            (at.hour() + 11) % 12 + 1
        } else {
            at.hour()
        }
    }
}

/// One of it, or several.
pub(in crate::tools) fn counted(forms: &[String; 2], count: impl ToString) -> String {
    let count = count.to_string();
    fill(one_or_several(forms, &count), &[("count", &count)])
}

/// The form for one, or that for several, by a number in digits.
pub(in crate::tools) fn one_or_several<'f>(
    [one, several]: &'f [String; 2],
    count: &str,
) -> &'f str {
    if count == "1" { one } else { several }
}

/// What English says, for the tools that know no other language.
fn english() -> &'static Speech {
    &Sayings::of(Language::English).speech
}

/// "a, b and c", in English.
pub(in crate::tools) fn spell_out(parts: &[String]) -> String {
    english().list(parts)
}

/// As [`Speech::number`], in English.
pub(in crate::tools) fn say_number(number: &Number) -> String {
    english().number(number)
}

/// To the decimals that are said: small numbers have more of them.
fn rounded(size: &Number, mut decimals: u32) -> (Number, u32) {
    let small = Number::new(1.into(), 100.into());
    if *size < small {
        decimals += 4;
    }
    let shift = integer(BigInt::from(10).pow(decimals));
    ((size * &shift).round() / shift, decimals)
}

/// In digits, without zeros at the end.
fn written(number: &Number, decimals: u32, mark: char) -> String {
    let shift = BigInt::from(10).pow(decimals);
    let behind = (number.fract() * integer(shift)).to_integer();
    let behind = format!("{:0>width$}", behind.to_string(), width = decimals as usize);
    let behind = behind.trim_end_matches('0');
    let whole = number.to_integer();
    match behind {
        "" => whole.to_string(),
        behind => format!("{whole}{mark}{behind}"),
    }
}
