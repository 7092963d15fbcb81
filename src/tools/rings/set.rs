//! Setting timers, alarms and reminders.

use std::time::Duration;

use jiff::civil::Time;
use jiff::{SignedDuration, ZonedDateTime};

use super::super::arguments::Arguments;
use super::super::says::fill;
use super::super::spoken::{Moment, Precision, counted, duration, is_time_of_day, moment};
use super::super::{Outcome, ToolError, Toolbox, declined, say};
use super::milliseconds;
use super::row::{Kind, Row, When};
use super::which::newest;
use crate::language::Language;

/// More at once are a misunderstanding.
const MOST_RINGS: usize = 100;
const SHORTEST_TIMER: Duration = Duration::from_secs(1);
const LONGEST_TIMER: Duration = Duration::from_secs(30 * 86_400);
/// When a reminder for a day rings.
const MORNING: Time = Time::constant(9, 0, 0, 0);
/// Another time of the day is looked for from this long before the one that it replaces.
const BEFORE_THE_REPLACED: SignedDuration = SignedDuration::from_hours(6);

pub(super) fn set_timer(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = toolbox.says();
    let text = given.required("duration")?;
    let length =
        duration(text, toolbox.language).ok_or_else(|| given.not_understood("duration"))?;
    if !(SHORTEST_TIMER..=LONGEST_TIMER).contains(&length) {
        return declined(&says.rings.timer_bounds[..]);
    }
    let length_ms = milliseconds(length, says)?;
    let row = Row {
        id: 0,
        kind: Kind::Timer,
        label: label(toolbox, given, Kind::Timer),
        length_ms: Some(length_ms),
        when: When::At(now.timestamp().as_millisecond().saturating_add(length_ms)),
    };
    let replaced = replaced(toolbox, given, Kind::Timer)?;
    insert(toolbox, &row, replaced)?;
    let length = says.speech.duration(length);
    let (form, label) = match &row.label {
        Some(label) => (&says.rings.timer_set_with_label, &label[..]),
        None => (&says.rings.timer_set, ""),
    };
    say(fill(form, &[("label", label), ("length", &length)]))
}

pub(super) fn set_alarm(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = toolbox.says();
    let text = given.required("time")?;
    refuse_repeating(toolbox, text, Kind::Alarm)?;
    let replaced = replaced(toolbox, given, Kind::Alarm)?;
    let moment = meant(text, replaced.as_ref(), now, toolbox.language);
    let moment = moment.ok_or_else(|| given.not_understood("time"))?;
    if moment.is_past(now) {
        return declined(&says.rings.has_passed[..]);
    }
    if moment.precision != Precision::Time {
        return Err(ToolError::Missing("at what time the alarm should ring"));
    }
    let row = Row {
        id: 0,
        kind: Kind::Alarm,
        label: label(toolbox, given, Kind::Alarm),
        length_ms: None,
        when: When::At(moment.at.timestamp().as_millisecond()),
    };
    insert(toolbox, &row, replaced)?;
    let at = says.speech.moment(&moment.at, now);
    let (form, label) = match &row.label {
        Some(label) => (&says.rings.alarm_set_with_label, &label[..]),
        None => (&says.rings.alarm_set, ""),
    };
    say(fill(form, &[("label", label), ("at", &at)]))
}

pub(super) fn set_reminder(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = toolbox.says();
    let time = given.required("time")?;
    refuse_repeating(toolbox, time, Kind::Reminder)?;
    let replaced = replaced(toolbox, given, Kind::Reminder)?;
    let moment = meant(time, replaced.as_ref(), now, toolbox.language);
    let moment = moment.ok_or_else(|| given.not_understood("time"))?;
    if moment.is_past(now) {
        return declined(&says.rings.has_passed[..]);
    }
    let at = match moment.precision {
        Precision::Time | Precision::PartOfDay => Some(moment.at),
        Precision::Day => moment.at.with().time(MORNING).build().ok(),
    };
    // "today", said in the afternoon
    let Some(at) = at.filter(|at| at > now) else {
        return Err(ToolError::Missing("at what time to remind you"));
    };
    let text = toolbox.heard().errand(given.required("text")?);
    let row = Row {
        id: 0,
        kind: Kind::Reminder,
        label: Some(text.to_owned()),
        length_ms: None,
        when: When::At(at.timestamp().as_millisecond()),
    };
    insert(toolbox, &row, replaced)?;
    let at = says.speech.moment(&at, now);
    say(fill(
        &says.rings.reminder_set,
        &[("label", text), ("at", &at)],
    ))
}

/// The one whose place is to be taken: of its kind the one that was set last.
fn replaced(toolbox: &Toolbox, given: &Arguments, kind: Kind) -> Result<Option<Row>, ToolError> {
    if given.text("instead_of").is_none() {
        return Ok(None);
    }
    Ok(newest(Row::all(&toolbox.store.connection, kind)?))
}

/// The moment that the text means. A mere time of the day is that of the day of what it replaces.
fn meant(
    text: &str,
    replaced: Option<&Row>,
    now: &ZonedDateTime,
    language: Language,
) -> Option<Moment> {
    let around = replaced.and_then(|old| old.at(now).checked_sub(BEFORE_THE_REPLACED).ok());
    let near = around.filter(|around| around > now);
    let near = near.and_then(|around| moment(text, &around, language));
    let near = near.filter(|near| is_time_of_day(text, near.at.time(), language));
    near.or_else(|| moment(text, now, language))
}

fn insert(toolbox: &mut Toolbox, row: &Row, replaced: Option<Row>) -> Result<(), ToolError> {
    let says = toolbox.says();
    if Row::all(&toolbox.store.connection, row.kind)?.len() >= MOST_RINGS {
        let counted = counted(&row.kind.said(says).counted, MOST_RINGS);
        return declined(fill(&says.rings.full, &[("counted", &counted)]));
    }
    let transaction = toolbox.store.writing()?;
    if let Some(replaced) = &replaced {
        Row::delete(&transaction, replaced.id)?;
    }
    row.insert(&transaction)?;
    transaction.commit()?;
    if let Some(replaced) = replaced {
        toolbox.given.take_back(replaced.id);
    }
    Ok(())
}

fn refuse_repeating(toolbox: &Toolbox, text: &str, kind: Kind) -> Result<(), ToolError> {
    if toolbox.heard().repeats(text) {
        return declined(&kind.said(toolbox.says()).no_repeating[..]);
    }
    Ok(())
}

/// What it is for, without an article and without "timer" behind it.
fn label(toolbox: &Toolbox, given: &Arguments, kind: Kind) -> Option<String> {
    let text = toolbox.heard().bare(given.text("label")?);
    let words: Vec<&str> = text.split(' ').collect();
    let words = match &words[..] {
        [label @ .., last] if last.eq_ignore_ascii_case(kind.name()) => label,
        other => other,
    };
    (!words.is_empty()).then(|| words.join(" "))
}
