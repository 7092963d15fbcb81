//! Moments: a day and a time, or how far away.

use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::{ToSpan, ZonedDateTime};

use super::clock_time::{Said, clock_time, in_part, usual_time};
use super::day::{Day, day_at};
use super::duration::length;
use super::translation::{About, readable};
use super::words::{PartOfDay, Words, begins, first_is, phrase};
use crate::language::Language;

/// An hour without a part of the day on another day than today is of the morning from here on; the hours
/// before it, one to four, are of the afternoon.
const FIRST_HOUR_OF_MORNING: i8 = 5;

/// A moment, and how exactly it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// In the time zone of `now`.
    pub at: ZonedDateTime,
    /// What of it was said.
    pub precision: Precision,
}

/// How exactly a moment was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// With a time, or as a length of time from now.
    Time,
    /// With a part of the day, "tomorrow morning"; the time is a usual one of it: 9, 15, 19 or 21 o'clock.
    PartOfDay,
    /// As a day; the time is its beginning.
    Day,
}

/// What was said of a moment so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Parts {
    pub day: Option<Day>,
    pub time: Option<Said>,
    part: Option<PartOfDay>,
    pub distance: Option<Duration>,
}

/// The moment that all of the text is: "half past six", "tomorrow at seven in the morning",
/// "on Friday at 3", "in twenty minutes", "next Monday".
///
/// - A time without a day is the next one that comes. If nobody said whether before or after noon, "at
///   six" is six in the morning or in the evening, whichever comes first.
/// - A time on another day than today, without a part of the day, is in the morning from five to eleven,
///   and in the afternoon from twelve to four. "Tomorrow at six" is six in the morning.
/// - In a night without the hour, when clocks go forward, a time is later by the gap; of an hour that
///   there is twice the first one is meant.
///
/// It is past only where the day was said: "today at six", in the evening at seven.
pub fn moment(text: &str, now: &ZonedDateTime, language: Language) -> Option<Moment> {
    let words = readable(text, language, About::Times);
    let parts = parts(&words, now, Words::known())?;
    resolve(&parts, now)
}

impl Moment {
    /// Whether nothing of it is to come.
    pub fn is_past(&self, now: &ZonedDateTime) -> bool {
        match self.precision {
            Precision::Day => self.at.date() < now.date(),
            Precision::PartOfDay | Precision::Time => self.at <= *now,
        }
    }
}

pub(super) fn parts(words: &[String], now: &ZonedDateTime, known: &Words) -> Option<Parts> {
    let mut parts = Parts::default();
    let mut rest = words;
    let mut is_empty = true;
    while !rest.is_empty() {
        let used = next_part(rest, &mut parts, now, known)?;
        is_empty &= used == 0;
        rest = &rest[used.max(1)..];
    }
    (!is_empty).then_some(parts)
}

/// Reads one part, which was not said before; gives how many words it has, 0 for one that says nothing.
fn next_part(
    words: &[String],
    parts: &mut Parts,
    now: &ZonedDateTime,
    known: &Words,
) -> Option<usize> {
    if let Some((part, used)) = phrase(known.parts_of_day, words) {
        return set(&mut parts.part, part).then_some(used);
    }
    if let Some((day, used)) = day_at(words, now.date(), known) {
        if let Some(part) = day.part {
            set(&mut parts.part, part).then_some(())?;
        }
        return set(&mut parts.day, day).then_some(used);
    }
    if let Some((distance, used)) = distance(words, known) {
        return set(&mut parts.distance, distance?).then_some(used);
    }
    if let Some((time, used)) = clock_time(words, known) {
        return set(&mut parts.time, time).then_some(used);
    }
    first_is(words, known.at).then_some(0)
}

/// Whether nothing was there before.
fn set<T>(slot: &mut Option<T>, value: T) -> bool {
    slot.replace(value).is_none()
}

/// "in twenty minutes", "twenty minutes from now".
fn distance(words: &[String], known: &Words) -> Option<(Option<Duration>, usize)> {
    let within = usize::from(first_is(words, known.within));
    let (length, used) = length(&words[within..], known)?;
    let used = within + used;
    let behind = known
        .from_now
        .iter()
        .chain(known.after_duration.iter().filter(|_| within == 1))
        .find(|phrase| begins(&words[used..], phrase));
    match behind {
        Some(phrase) => Some((length, used + phrase.len())),
        None => (within == 1).then_some((length, used)),
    }
}

fn resolve(parts: &Parts, now: &ZonedDateTime) -> Option<Moment> {
    if let Some(distance) = parts.distance {
        let alone = parts.day.is_none() && parts.time.is_none() && parts.part.is_none();
        let at = now.checked_add(distance).ok().filter(|_| alone)?;
        return Some(exact(at));
    }
    if let Some(time) = parts.time {
        return resolve_time(time, parts, now).map(exact);
    }
    let (part, day) = (parts.part, parts.day);
    if let Some(part) = part {
        let date = day.map_or(now.date(), |day| day.date);
        let at = on(date, usual_time(part), now)?;
        // "in the evening", said at night, is that of tomorrow.
        let at = if day.is_none() && at <= *now {
            on(date.tomorrow().ok()?, usual_time(part), now)?
        } else {
            at
        };
        let precision = Precision::PartOfDay;
        return Some(Moment { at, precision });
    }
    let day = day?;
    if day.is_distance {
        return Some(exact(on(day.date, now.time(), now)?));
    }
    let at = on(day.date, Time::midnight(), now)?;
    let precision = Precision::Day;
    Some(Moment { at, precision })
}

/// The time that was said, or a usual one of the part of the day that was, as it is on any day but today; and how many
/// days after the day that is said it is: midnight is the end of a day.
pub(super) fn time_on_another_day(parts: &Parts, now: &ZonedDateTime) -> Option<(Time, i32)> {
    if parts.time.is_none() && parts.part.is_none() {
        return None;
    }
    let tomorrow = now.date().tomorrow().ok()?;
    let day = Some(tomorrow.into());
    let at = resolve(&Parts { day, ..*parts }, now)?.at;
    let later = tomorrow.until(at.date()).ok()?.get_days();
    Some((at.time(), later))
}

fn exact(at: ZonedDateTime) -> Moment {
    let precision = Precision::Time;
    Moment { at, precision }
}

fn resolve_time(time: Said, parts: &Parts, now: &ZonedDateTime) -> Option<ZonedDateTime> {
    let today = now.date();
    let date = parts.day.map(|day| day.date);
    if let Some(part) = parts.part {
        let (time, later) = in_part(time, part)?;
        let at = |date: Date| on(date.checked_add(later.days()).ok()?, time, now);
        return match date {
            Some(date) => at(date),
            None => at_or_tomorrow(at, now),
        };
    }
    match (time, date) {
        (Said::Exact(time), Some(date)) => {
            // Midnight of a day is its end.
            let is_midnight = time == Time::midnight();
            let date = date.checked_add(i32::from(is_midnight).days()).ok()?;
            on(date, time, now)
        }
        (Said::Exact(time), None) => at_or_tomorrow(|date| on(date, time, now), now),
        (Said::OfTwelve(time), Some(date)) if date != today => {
            let is_morning = (FIRST_HOUR_OF_MORNING..12).contains(&time.hour());
            on(date, if is_morning { time } else { after_noon(time)? }, now)
        }
        (Said::OfTwelve(time), date) => {
            let tomorrow = date.is_none().then(|| today.tomorrow().ok()).flatten();
            let days = [Some(today), tomorrow].into_iter().flatten();
            let halves = [time, after_noon(time)?];
            let each = days.flat_map(|day| halves.map(|time| on(day, time, now)));
            let each: Vec<ZonedDateTime> = each.flatten().collect();
            let next = each.iter().find(|at| *at > now);
            next.or(each.last()).cloned()
        }
    }
}

fn after_noon(time: Time) -> Option<Time> {
    time.with().hour(time.hour() + 12).build().ok()
}

/// The first that is after now, today or tomorrow.
fn at_or_tomorrow(
    at: impl Fn(Date) -> Option<ZonedDateTime>,
    now: &ZonedDateTime,
) -> Option<ZonedDateTime> {
    let today = now.date();
    let first = at(today).filter(|at| at > now);
    first.or_else(|| at(today.tomorrow().ok()?))
}

pub(super) fn on(date: Date, time: Time, now: &ZonedDateTime) -> Option<ZonedDateTime> {
    date.to_datetime(time)
        .to_zoned_datetime(now.time_zone().clone())
        .ok()
}
