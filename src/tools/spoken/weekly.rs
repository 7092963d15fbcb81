//! What comes again each week, on some of its days: "every day at seven", "on Mondays and Thursdays".

use jiff::ZonedDateTime;
use jiff::civil::{Date, Time, Weekday};

use super::moment::{Parts, on, parts, time_on_another_day};
use super::translation::{About, readable};
use super::words::{Words, begins, first_is, phrase};
use crate::language::Language;

/// Days of the week; one at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekdays(u8);

/// Something that comes again on days of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weekly {
    /// The days.
    pub days: Weekdays,
    /// The time of these days, if it was said.
    pub time: Option<Time>,
    /// A usual time of the part of these days, if that was said and no time: 9, 15, 19 or 21 o'clock.
    pub usual_time: Option<Time>,
    /// It does not come before this day: "every day from tomorrow".
    from: Date,
}

/// All that a text is, if it comes again each week: days of the week, with a time or without.
///
/// An hour without a half of the day is in the morning from five to eleven, and in the afternoon from
/// twelve to four, as on any day but today. Anything else that repeats, such as "every hour", gives `None`.
pub fn weekly(text: &str, now: &ZonedDateTime, language: Language) -> Option<Weekly> {
    let (words, known) = (readable(text, language, About::Times), Words::known());
    let found = (0..words.len()).find_map(|at| {
        let (days, used) = days(&words[at..], known)?;
        Some((at, days, used))
    });
    let (at, days, used) = found?;
    let mut rest = [&words[..at], &words[at + used..]].concat();
    rest.retain(|word| !known.starting.contains(&word.as_str()));
    let says_nothing = |word: &String| known.at.contains(&word.as_str());
    let parts = if rest.iter().all(says_nothing) {
        Parts::default()
    } else {
        parts(&rest, now, known)?
    };
    if parts.distance.is_some() {
        return None;
    }
    let on_another_day = time_on_another_day(&parts, now);
    // Friday at midnight is the beginning of Saturday.
    let days = days.later_by(on_another_day.map_or(0, |(_, days)| days));
    let time = on_another_day.map(|(time, _)| time);
    let (time, usual_time) = match parts.time {
        Some(_) => (time, None),
        None => (None, time),
    };
    Some(Weekly {
        days,
        time,
        usual_time,
        from: parts.day.map_or(now.date(), |day| day.date),
    })
}

/// Whether some words say that something comes again, whatever else they say.
pub fn mentions_every(text: &str, language: Language) -> bool {
    let words = readable(text, language, About::Times);
    let is_every = |word: &String| Words::known().every.contains(&&[word.as_str()][..]);
    words.iter().any(is_every)
}

impl Weekly {
    /// The first of its moments after `now`, at a time of the day.
    pub fn first(&self, time: Time, now: &ZonedDateTime) -> Option<ZonedDateTime> {
        self.days.next(self.from.max(now.date()), time, now)
    }
}

impl Weekdays {
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);
    /// Monday to Friday.
    pub const WORKING: Self = Self(0b001_1111);
    /// Saturday and Sunday.
    pub const WEEKEND: Self = Self(0b110_0000);

    fn of(weekday: Weekday) -> Self {
        Self(1 << weekday.to_monday_zero_offset())
    }

    /// One bit a day, the lowest is Monday; `None` for anything else.
    pub fn from_bits(bits: i64) -> Option<Self> {
        let bits = u8::try_from(bits).ok()?;
        (1..=Self::ALL.0).contains(&bits).then_some(Self(bits))
    }

    /// One bit a day, the lowest is Monday.
    pub fn bits(self) -> i64 {
        self.0.into()
    }

    /// The same days moved on by a number of days; a negative number moves them back.
    #[must_use]
    pub fn later_by(self, days: i32) -> Self {
        let days = days.rem_euclid(7);
        Self((self.0 << days | self.0 >> (7 - days)) & Self::ALL.0)
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those from this day on to another, over a Sunday if need be.
    fn through(first: Weekday, last: Weekday) -> Self {
        let several = std::iter::successors(Some(first), |day| (*day != last).then(|| day.next()));
        several.map(Self::of).fold(Self::of(first), Self::and)
    }

    /// The days, from Monday on.
    pub fn each(self) -> impl Iterator<Item = Weekday> {
        let weekdays = Weekday::Monday.cycle_forward().take(7);
        weekdays.filter(move |day| self.has(*day))
    }

    /// Whether the day is one of them.
    pub fn has(self, weekday: Weekday) -> bool {
        self.0 & Self::of(weekday).0 != 0
    }

    /// The first moment on one of these days, from the date on and after `now`, at this time.
    pub fn next(self, from: Date, time: Time, now: &ZonedDateTime) -> Option<ZonedDateTime> {
        let from = from.yesterday().ok()?;
        let mut days = from.series(jiff::Span::new().days(1)).skip(1).take(8);
        days.find_map(|date| {
            let at = on(date, time, now).filter(|at| at > now);
            at.filter(|_| self.has(date.weekday()))
        })
    }
}

/// The days of the week on which something comes again, and how many words name them: "every day", "weekdays",
/// "Mondays and Thursdays", "Monday to Friday".
fn days(words: &[String], known: &Words) -> Option<(Weekdays, usize)> {
    if let Some(found) = phrase(known.weekly, words) {
        return Some(found);
    }
    let every = known.every.iter().find(|every| begins(words, every));
    let (is_every, every) = (every.is_some(), every.map_or(0, |every| every.len()));
    if every == 1 && phrase(known.parts_of_day, &words[1..]).is_some() {
        // "every morning": the part of the day is the time's.
        return Some((Weekdays::ALL, 1));
    }
    let (first, is_plural) = weekday(words.get(every)?, known)?;
    let used = every + 1;
    if first_is(&words[used..], known.through)
        && let Some((last, _)) = words.get(used + 1).and_then(|word| weekday(word, known))
    {
        return Some((Weekdays::through(first, last), used + 2));
    }
    (is_every || is_plural).then(|| listed(first, used, words, known))
}

/// Further days behind the first of a list.
fn listed(first: Weekday, mut used: usize, words: &[String], known: &Words) -> (Weekdays, usize) {
    let mut days = Weekdays::of(first);
    loop {
        let more = &words[used..];
        let between = more.iter().take_while(|word| {
            let word = word.as_str();
            known.and.contains(&word)
                || known.every.contains(&&[word][..])
                || known.at.contains(&word)
        });
        let between = between.count();
        let Some((day, _)) = more.get(between).and_then(|word| weekday(word, known)) else {
            return (days, used);
        };
        days = days.and(Weekdays::of(day));
        used += between + 1;
    }
}

/// The day of the week that a word names, and whether it names all such days: "Mondays".
fn weekday(word: &str, known: &Words) -> Option<(Weekday, bool)> {
    let mut weekdays = known.weekdays.iter().zip(1_i8..);
    let (names, at) = weekdays.find(|(names, _)| names.contains(&word))?;
    let weekday = Weekday::from_monday_one_offset(at).ok()?;
    // The first name is the word in full.
    let is_plural = names
        .first()
        .is_some_and(|name| word.strip_suffix('s') == Some(name));
    Some((weekday, is_plural))
}
