//! Dates and times of day.

use super::numbers::{Number, cardinal, ordinal, year};
use super::words::{look_up, starts_upper};
use super::{Context, Said, Word, abbreviated, many, one};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const SHORT_MONTHS: &[(&str, &str)] = &[
    ("Jan", "January"),
    ("Feb", "February"),
    ("Mar", "March"),
    ("Apr", "April"),
    ("Jun", "June"),
    ("Jul", "July"),
    ("Aug", "August"),
    ("Sep", "September"),
    ("Sept", "September"),
    ("Oct", "October"),
    ("Nov", "November"),
    ("Dec", "December"),
];

/// "12/25/2024", "2024-12-25", and the day or year beside a month's name.
pub(super) fn date(context: &Context) -> Option<Said> {
    numeric_date(context.word().core)
        .map(one)
        .or_else(|| day_of_month(context).map(one))
}

/// "2026-11-28T08:00:00Z", as programs write it.
pub(super) fn moment(context: &Context) -> Option<Said> {
    let (date, time) = context.word().core.split_once('T')?;
    let date = numeric_date(date)?;
    let (time, zone) = match time.strip_suffix('Z') {
        Some(time) => (time, " U T C"),
        None => (time, ""),
    };
    let time = time.split(['.', '+']).next().unwrap_or(time);
    let mut time = ClockTime::parse(time).filter(|time| time.has_minutes)?;
    time.second = time.second.filter(|second| *second > 0);
    Some(one(format!("{date}, {}{zone}", time.say(None, true))))
}

/// "Jan. 5", "Dec 2024": a short month beside a number.
pub(super) fn short_month(context: &Context) -> Option<Said> {
    let word = context.word();
    let month = look_up(SHORT_MONTHS, word.core)?;
    let is_number = |word: &Word| word.core.starts_with(|c: char| c.is_ascii_digit());
    let beside_number = context.next_after_dot().is_some_and(is_number)
        || context.previous().is_some_and(is_number);
    (beside_number || word.dotted).then(|| abbreviated(month, 1))
}

/// Reads three numbers with '-', '/' or '.' between them. Where both orders are possible, the month
/// comes first with slashes (American) and the day comes first with full stops (European).
fn numeric_date(core: &str) -> Option<String> {
    let separator = core.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
    let parts: Vec<&str> = core.split(separator).collect();
    let [first, second, third] = parts[..] else {
        return None;
    };
    let number = |text: &str| {
        text.parse::<u64>()
            .ok()
            .filter(|_| text.len() <= 4 && !text.starts_with('+'))
    };
    let numbers = (number(first)?, number(second)?, number(third)?);
    let (year_number, month, day) = match (first.len(), third.len(), numbers) {
        (4, 1..=2, (year, month, day)) => (year, month, day),
        (1..=2, 4, (first, second, year)) if separator == '.' || first > 12 => {
            (year, second, first)
        }
        (1..=2, 4, (first, second, year)) => (year, first, second),
        _ => return None,
    };
    let month = MONTHS.get(usize::try_from(month.checked_sub(1)?).ok()?)?;
    let is_day = (1..=31).contains(&day);
    is_day.then(|| format!("{month} {}, {}", ordinal(day), year(year_number)))
}

fn day_of_month(context: &Context) -> Option<String> {
    let word = context.word();
    let day = Number::whole_of(word.core)?
        .as_small_integer()
        .filter(|day| (1..=31).contains(day) && word.core.len() <= 2)?;
    if context.previous_or_dotted().is_some_and(is_month) {
        return Some(ordinal(day));
    }
    let before_month = context.next(1).is_some_and(is_month);
    let article = context
        .previous()
        .is_none_or(|previous| !matches!(previous.core, "the" | "The"));
    before_month.then(|| format!("{}{} of", if article { "the " } else { "" }, ordinal(day)))
}

/// Whether the word names a month. "May" and "March" count only with their capital.
fn is_month(word: &Word) -> bool {
    starts_upper(word.core)
        && (MONTHS.contains(&word.core) || look_up(SHORT_MONTHS, word.core).is_some())
}

/// "3:30 pm", "15:45", "3 p.m.", "9am-5pm", "3-4 pm".
pub(super) fn time(context: &Context) -> Option<Said> {
    let word = context.word();
    let (start, end) = match word.core.split_once(['-', '–']) {
        Some((start, end)) => (ClockTime::parse(start)?, Some(ClockTime::parse(end)?)),
        None => (ClockTime::parse(word.core)?, None),
    };
    let last = end.as_ref().unwrap_or(&start);
    let half_is_next = last.half.is_none();
    let half = last
        .half
        .or_else(|| context.next(1).and_then(|next| half_of_day(next.core)));
    if half.is_none() && !start.has_minutes {
        return None;
    }
    let said = match &end {
        Some(end) => format!(
            "{} to {}",
            start.say(start.half, half.is_none()),
            end.say(half, half.is_none())
        ),
        None => start.say(half, half.is_none()),
    };
    if half_is_next && let Some(next) = context.next(1).filter(|_| half.is_some()) {
        return Some(if next.dotted {
            abbreviated(said, 2)
        } else {
            many(said, 2)
        });
    }
    Some(if word.dotted && half.is_some() {
        abbreviated(said, 1)
    } else {
        one(said)
    })
}

struct ClockTime {
    hour: u64,
    minute: u64,
    second: Option<u64>,
    has_minutes: bool,
    half: Option<&'static str>,
}

impl ClockTime {
    fn parse(text: &str) -> Option<Self> {
        let digits_end = text
            .find(|c: char| !c.is_ascii_digit() && c != ':')
            .unwrap_or(text.len());
        let (clock, suffix) = text.split_at(digits_end);
        let half = if suffix.is_empty() {
            None
        } else {
            Some(half_of_day(suffix)?)
        };
        let parts: Vec<&str> = clock.split(':').collect();
        let number = |part: &&str| part.parse::<u64>().ok().filter(|_| part.len() <= 2);
        let sixtieth = |part: &&str| number(part).filter(|n| part.len() == 2 && *n < 60);
        let hour = parts.first().and_then(number).filter(|hour| *hour < 24)?;
        let (minute, second) = match &parts[1..] {
            [] => (0, None),
            [minute] => (sixtieth(minute)?, None),
            [minute, second] => (sixtieth(minute)?, Some(sixtieth(second)?)),
            _ => return None,
        };
        let has_minutes = parts.len() > 1;
        Some(Self {
            hour,
            minute,
            second,
            has_minutes,
            half,
        })
    }

    /// `whole_hour`: a full hour needs a word of its own, as no half of the day follows.
    fn say(&self, half: Option<&str>, whole_hour: bool) -> String {
        let hour = cardinal(self.hour);
        let mut said = match self.minute {
            0 if self.has_minutes && whole_hour && self.second.is_none() => match self.hour {
                0 => "midnight".to_owned(),
                1..=12 => format!("{hour} o'clock"),
                _ => format!("{hour} hundred"),
            },
            0 if self.second.is_none() => hour,
            0 => format!("{hour} oh oh"),
            minute @ 1..=9 => format!("{hour} oh {}", cardinal(minute)),
            minute => format!("{hour} {}", cardinal(minute)),
        };
        if let Some(second) = self.second {
            said.push_str(&format!(" and {} seconds", cardinal(second)));
        }
        if let Some(half) = half {
            said.push_str(&format!(" {half}"));
        }
        said
    }
}

/// The synthesizer says "AM" and "PM" letter by letter, and "A M" wrongly.
fn half_of_day(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().trim_end_matches('.') {
        "am" | "a.m" => Some("AM"),
        "pm" | "p.m" => Some("PM"),
        _ => None,
    }
}
