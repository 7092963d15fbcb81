//! Setting timers, alarms and reminders.

use std::time::Duration;

use jiff::ZonedDateTime;
use jiff::civil::Time;

use super::super::arguments::Arguments;
use super::super::spoken::{Precision, duration, moment, say_duration, say_moment, split};
use super::super::{Outcome, ToolError, Toolbox, declined, say};
use super::milliseconds;
use super::row::{Kind, Row, When};

/// More at once are a misunderstanding.
const MOST_RINGS: usize = 100;
const SHORTEST_TIMER: Duration = Duration::from_secs(1);
const LONGEST_TIMER: Duration = Duration::from_secs(30 * 86_400);
/// When a reminder for a day rings.
const MORNING: Time = Time::constant(9, 0, 0, 0);
/// Words of times that come again and again.
const REPEATING: [&str; 8] = [
    "every", "each", "daily", "weekly", "hourly", "weekdays", "weekends", "everyday",
];

pub(super) fn set_timer(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let text = given.required("duration")?;
    let length =
        duration(text, toolbox.language).ok_or_else(|| given.not_understood("duration"))?;
    if !(SHORTEST_TIMER..=LONGEST_TIMER).contains(&length) {
        return declined("A timer can be from 1 second to 30 days long.");
    }
    let length_ms = milliseconds(length)?;
    let row = Row {
        id: 0,
        kind: Kind::Timer,
        label: label(given, Kind::Timer),
        length_ms: Some(length_ms),
        when: When::At(now.timestamp().as_millisecond().saturating_add(length_ms)),
    };
    insert(toolbox, &row)?;
    let length = say_duration(length);
    match &row.label {
        Some(label) => say(format!("Your {label} timer is set for {length}.")),
        None => say(format!("Your timer is set for {length}.")),
    }
}

pub(super) fn set_alarm(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let text = given.required("time")?;
    refuse_repeating(text, "alarms")?;
    let moment = moment(text, now, toolbox.language).ok_or_else(|| given.not_understood("time"))?;
    if moment.is_past(now) {
        return declined("That time has passed.");
    }
    if moment.precision != Precision::Time {
        return Err(ToolError::Missing("at what time the alarm should ring"));
    }
    let row = Row {
        id: 0,
        kind: Kind::Alarm,
        label: label(given, Kind::Alarm),
        length_ms: None,
        when: When::At(moment.at.timestamp().as_millisecond()),
    };
    insert(toolbox, &row)?;
    let at = say_moment(&moment.at, now);
    match &row.label {
        Some(label) => say(format!("Your {label} alarm is set for {at}.")),
        None => say(format!("Your alarm is set for {at}.")),
    }
}

pub(super) fn set_reminder(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let time = given.required("time")?;
    refuse_repeating(time, "reminders")?;
    let moment = moment(time, now, toolbox.language).ok_or_else(|| given.not_understood("time"))?;
    if moment.is_past(now) {
        return declined("That time has passed.");
    }
    let at = match moment.precision {
        Precision::Time | Precision::PartOfDay => Some(moment.at),
        Precision::Day => moment.at.with().time(MORNING).build().ok(),
    };
    // "today", said in the afternoon
    let Some(at) = at.filter(|at| at > now) else {
        return Err(ToolError::Missing("at what time to remind you"));
    };
    let text = given.required("text")?;
    let text = text.strip_prefix("to ").unwrap_or(text);
    let row = Row {
        id: 0,
        kind: Kind::Reminder,
        label: Some(text.to_owned()),
        length_ms: None,
        when: When::At(at.timestamp().as_millisecond()),
    };
    insert(toolbox, &row)?;
    let at = say_moment(&at, now);
    say(format!("I will remind you at {at}: {text}."))
}

fn insert(toolbox: &Toolbox, row: &Row) -> Result<(), ToolError> {
    let connection = &toolbox.store.connection;
    let name = row.kind.name();
    if Row::all(connection, row.kind)?.len() >= MOST_RINGS {
        return declined(format!("You have {MOST_RINGS} {name}s. Cancel one first."));
    }
    Ok(row.insert(connection)?)
}

fn refuse_repeating(text: &str, kind: &str) -> Result<(), ToolError> {
    let repeats = split(text)
        .iter()
        .any(|word| REPEATING.contains(&word.as_str()));
    if repeats {
        return declined(format!("I cannot set {kind} that repeat."));
    }
    Ok(())
}

/// What it is for, without an article and without "timer" behind it.
fn label(given: &Arguments, kind: Kind) -> Option<String> {
    let text = given.text("label")?;
    let words: Vec<&str> = text.split(' ').collect();
    let start = usize::from(["the", "my", "a", "an"].contains(&words[0]));
    let words = &words[start..];
    let words = match words {
        [label @ .., last] if last.eq_ignore_ascii_case(kind.name()) => label,
        other => other,
    };
    (!words.is_empty()).then(|| words.join(" "))
}
