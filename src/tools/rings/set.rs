//! Setting timers, alarms and reminders.

use std::time::Duration;

use jiff::civil::Time;
use jiff::{SignedDuration, ZonedDateTime};

use super::super::arguments::Arguments;
use super::super::says::{Sayings, fill};
use super::super::spoken::{Moment, Precision, counted, duration, is_time_of_day, moment, weekly};
use super::super::{Outcome, ToolError, Toolbox, declined, say};
use super::milliseconds;
use super::row::{Kind, Row, Weekly, When};
use super::which::{newest, which};
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
        weekly: None,
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
    let replaced = replaced(toolbox, given, Kind::Alarm)?;
    let (at, weekly) = ringing(toolbox, given, replaced.as_ref(), Kind::Alarm, now)?;
    let row = Row {
        id: 0,
        kind: Kind::Alarm,
        label: label(toolbox, given, Kind::Alarm),
        length_ms: None,
        when: When::At(at.timestamp().as_millisecond()),
        weekly,
    };
    insert(toolbox, &row, replaced)?;
    say(is_set(&row, now, toolbox.says()))
}

pub(super) fn set_reminder(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let replaced = replaced(toolbox, given, Kind::Reminder)?;
    let (at, weekly) = ringing(toolbox, given, replaced.as_ref(), Kind::Reminder, now)?;
    let (at, weekly) = match shift(toolbox, given)? {
        Some(shift) => shifted(&at, weekly, shift, now, toolbox.says())?,
        None => (at, weekly),
    };
    let text = toolbox.heard().errand(given.required("text")?);
    let row = Row {
        id: 0,
        kind: Kind::Reminder,
        label: Some(text.to_owned()),
        length_ms: None,
        when: When::At(at.timestamp().as_millisecond()),
        weekly,
    };
    insert(toolbox, &row, replaced)?;
    say(is_set(&row, now, toolbox.says()))
}

/// Lets an alarm or a reminder ring at another time.
pub(super) fn reschedule(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
    kind: Kind,
) -> Result<Outcome, ToolError> {
    let meant = which(toolbox, given.text("which"), now, kind)?;
    let [old] = &meant[..] else {
        return Err(given.not_understood("which"));
    };
    let (at, weekly) = match shift(toolbox, given)? {
        Some(shift) => shifted(&old.at(now), old.weekly, shift, now, toolbox.says())?,
        None => ringing(toolbox, given, Some(old), kind, now)?,
    };
    let row = Row {
        when: When::At(at.timestamp().as_millisecond()),
        weekly,
        ..old.clone()
    };
    insert(toolbox, &row, Some(old.clone()))?;
    say(is_set(&row, now, toolbox.says()))
}

/// How much later it is to ring, if that was said; earlier is less than nothing.
fn shift(toolbox: &Toolbox, given: &Arguments) -> Result<Option<SignedDuration>, ToolError> {
    let length = |name| {
        let read =
            |text| duration(text, toolbox.language).ok_or_else(|| given.not_understood(name));
        let length = given.text(name).map(read).transpose()?;
        let in_range =
            |length| SignedDuration::try_from(length).map_err(|_| given.not_understood(name));
        length.map(in_range).transpose()
    };
    let (later, earlier) = (length("later_by")?, length("earlier_by")?);
    Ok(later.or(earlier.map(|length| -length)))
}

/// When it rings if it does so later by this.
fn shifted(
    at: &ZonedDateTime,
    weekly: Option<Weekly>,
    shift: SignedDuration,
    now: &ZonedDateTime,
    says: &Sayings,
) -> Result<(ZonedDateTime, Option<Weekly>), ToolError> {
    let at = at.checked_add(shift).ok();
    let Some(at) = at.filter(|at| at > now) else {
        return declined(&says.rings.has_passed[..]);
    };
    let time = at.time();
    let weekly = weekly.map(|weekly| Weekly { time, ..weekly });
    Ok((at, weekly))
}

/// When the argument `time` lets it ring, first and each week; what it does not say is as it was before.
fn ringing(
    toolbox: &Toolbox,
    given: &Arguments,
    old: Option<&Row>,
    kind: Kind,
    now: &ZonedDateTime,
) -> Result<(ZonedDateTime, Option<Weekly>), ToolError> {
    let says = toolbox.says();
    let time = given.required("time")?;
    let text = match given.text("days") {
        Some(days) => &format!("{days} {time}"),
        None => time,
    };
    let missing = || {
        ToolError::Missing(match kind {
            Kind::Timer | Kind::Alarm => "at what time the alarm should ring",
            Kind::Reminder => "at what time to remind you",
        })
    };
    let is_reminder = kind == Kind::Reminder;
    let old_time = old.map(|old| old.at(now).time());
    if let Some(said) = weekly(text, now, toolbox.language) {
        let of_part = said.usual_time.filter(|_| is_reminder);
        let time = said.time.or(of_part).or(old_time);
        let time = time
            .or(is_reminder.then_some(MORNING))
            .ok_or_else(missing)?;
        let at = said
            .first(time, now)
            .ok_or_else(|| given.not_understood("time"))?;
        let days = said.days;
        return Ok((at, Some(Weekly { days, time })));
    }
    if toolbox.heard().repeats(text) {
        return declined(&says.rings.repeats_weekly_only[..]);
    }
    let moment = meant(text, old, now, toolbox.language);
    let moment = moment.ok_or_else(|| given.not_understood("time"))?;
    if moment.is_past(now) {
        return declined(&says.rings.has_passed[..]);
    }
    let at = match moment.precision {
        Precision::Time => Some(moment.at),
        Precision::PartOfDay => Some(moment.at).filter(|_| is_reminder),
        Precision::Day => {
            let time = old_time.or(is_reminder.then_some(MORNING));
            time.and_then(|time| moment.at.with().time(time).build().ok())
        }
    };
    // "today", said in the afternoon
    let at = at.filter(|at| at > now).ok_or_else(missing)?;
    let weekly = old.and_then(|old| old.weekly);
    let Some(weekly) = weekly.filter(|_| is_time_of_day(text, at.time(), toolbox.language)) else {
        return Ok((at, None));
    };
    // Another time of the same days.
    let time = at.time();
    let at = weekly.days.next(now.date(), time, now).unwrap_or(at);
    Ok((at, Some(Weekly { time, ..weekly })))
}

/// That an alarm or a reminder is set, and for when.
fn is_set(row: &Row, now: &ZonedDateTime, says: &Sayings) -> String {
    let form = match (row.kind, &row.label) {
        (Kind::Reminder, _) => &says.rings.reminder_set,
        (_, Some(_)) => &says.rings.alarm_set_with_label,
        (_, None) => &says.rings.alarm_set,
    };
    let label = row.label.as_deref().unwrap_or_default();
    fill(form, &[("label", label), ("at", &row.said_when(now, says))])
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
