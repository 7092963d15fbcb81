//! Setting timers, alarms and reminders, and letting them ring at another time.

use std::time::Duration;

use jiff::civil::Time;
use jiff::{SignedDuration, ZonedDateTime};

use super::super::arguments::Arguments;
use super::super::says::{Sayings, fill};
use super::super::spoken::{
    Moment, Precision, counted, duration, is_time_of_day, mentions_every, moment, weekly,
};
use super::super::{Outcome, ToolError, Toolbox, declined, say};
use super::milliseconds;
use super::row::{Kind, Repetition, Row, When};
use super::which::{is_one_day_meant, newest, which};
use crate::language::Language;

/// More at once are a misunderstanding.
const MOST_RINGS: usize = 100;
const SHORTEST_TIMER: Duration = Duration::from_secs(1);
const LONGEST_TIMER: Duration = Duration::from_secs(30 * 86_400);
/// What is called so is the one that was set last.
const LAST: &str = "the last one";
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
    let replaced = replaced(toolbox, given, Kind::Timer, now)?;
    let named = given.text("instead_of").filter(|named| *named != LAST);
    let own_label = label(toolbox, given, Kind::Timer);
    let row = Row {
        id: 0,
        kind: Kind::Timer,
        label: own_label.or_else(|| match &replaced {
            Some(replaced) => replaced.label.clone(),
            None => named.map(|named| toolbox.heard().bare(named).to_owned()),
        }),
        length_ms: Some(length_ms),
        when: When::At(now.timestamp().as_millisecond().saturating_add(length_ms)),
        weekly: None,
    };
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
    let replaced = replaced(toolbox, given, Kind::Alarm, now)?;
    let ringing = ringing(toolbox, given, replaced.as_ref(), Kind::Alarm, now)?;
    let row = ringing.row(Kind::Alarm, label(toolbox, given, Kind::Alarm));
    insert(toolbox, &row, replaced)?;
    say(is_set(&row, now, toolbox.says()))
}

pub(super) fn set_reminder(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let text = toolbox.heard().errand(given.required("text")?);
    // "Water the plants every day except", and a time behind it.
    if mentions_every(text, toolbox.language) {
        return declined(&toolbox.says().rings.repeats_weekly_only[..]);
    }
    let replaced = replaced(toolbox, given, Kind::Reminder, now)?;
    let mut ringing = ringing(toolbox, given, replaced.as_ref(), Kind::Reminder, now)?;
    // The time of what it replaces was earlier already.
    if let Some(shift) = shift(toolbox, given)?.filter(|_| ringing.is_time_said) {
        ringing = ringing.shifted(shift, now, toolbox.says())?;
    }
    let row = ringing.row(Kind::Reminder, Some(text.to_owned()));
    insert(toolbox, &row, replaced)?;
    say(is_set(&row, now, toolbox.says()))
}

/// Lets an alarm or a reminder ring at another time. One day of what rings each week is moved alone: the others stay.
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
    let is_of_one_day = is_one_day_meant(old, given.text("which"), toolbox, now);
    let of_one_day = Row {
        weekly: None,
        ..old.clone()
    };
    let old_or_day = if is_of_one_day { &of_one_day } else { old };
    let ringing = match shift(toolbox, given)? {
        Some(shift) => Ringing::of(old_or_day, now).shifted(shift, now, toolbox.says())?,
        None => ringing(toolbox, given, Some(old_or_day), kind, now)?,
    };
    let row = ringing.row(kind, old.label.clone());
    if old.weekly.is_some() && row.weekly.is_none() {
        replace_one_day(toolbox, old, &row, now)?;
    } else {
        insert(toolbox, &row, Some(old.clone()))?;
    }
    say(is_set(&row, now, toolbox.says()))
}

/// Puts another in the place of one day of what rings each week: its next one, if that is the day.
fn replace_one_day(
    toolbox: &mut Toolbox,
    weekly: &Row,
    row: &Row,
    now: &ZonedDateTime,
) -> Result<(), ToolError> {
    let is_next = weekly.at(now).date() == row.at(now).date();
    let transaction = toolbox.store.writing()?;
    if is_next {
        weekly.move_on(&transaction, now)?;
    }
    row.insert(&transaction)?;
    transaction.commit()?;
    if is_next {
        toolbox.given.take_back(weekly.id);
    }
    Ok(())
}

/// When something is to ring.
struct Ringing {
    at: ZonedDateTime,
    weekly: Option<Repetition>,
    /// The time of the day was said; else it is that of what it replaces, or a usual one.
    is_time_said: bool,
}

impl Ringing {
    /// As it is set.
    fn of(row: &Row, now: &ZonedDateTime) -> Self {
        Self {
            at: row.at(now),
            weekly: row.weekly,
            is_time_said: true,
        }
    }

    fn row(self, kind: Kind, label: Option<String>) -> Row {
        Row {
            id: 0,
            kind,
            label,
            length_ms: None,
            when: When::At(self.at.timestamp().as_millisecond()),
            weekly: self.weekly,
        }
    }

    /// The same so much later. What rings each week may do so on other days then.
    fn shifted(
        self,
        shift: SignedDuration,
        now: &ZonedDateTime,
        says: &Sayings,
    ) -> Result<Self, ToolError> {
        let passed = || ToolError::Declined(says.rings.has_passed.clone());
        // Where clocks go forward, the hour of the week is not that of the day.
        let time = self.weekly.map_or(self.at.time(), |weekly| weekly.time);
        let before = self.at.with().time(time).build().ok();
        let before = before.unwrap_or_else(|| self.at.clone());
        let at = before.checked_add(shift).map_err(|_| passed())?;
        let Some(weekly) = self.weekly else {
            let at = Some(at).filter(|at| at > now).ok_or_else(passed)?;
            return Ok(Self { at, ..self });
        };
        let days = before.date().until(at.date()).map_err(|_| passed())?;
        let days = weekly.days.later_by(days.get_days());
        let time = at.time();
        let at = days.next(at.date(), time, now).ok_or_else(passed)?;
        let weekly = Some(Repetition { days, time });
        Ok(Self { at, weekly, ..self })
    }
}

/// How much later it is to ring, if that was said; negative if earlier.
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

/// The arguments `time` and `days` as one text: "every Monday" before "at seven". A model may name the days alone.
fn with_days(
    given: &Arguments,
    now: &ZonedDateTime,
    language: Language,
) -> Result<String, ToolError> {
    let time = given.required("time")?;
    let Some(days) = given
        .text("days")
        .filter(|_| weekly(time, now, language).is_none())
    else {
        return Ok(time.to_owned());
    };
    let each = format!("every {days}");
    Ok(match weekly(days, now, language) {
        None if weekly(&each, now, language).is_some() => format!("{each} {time}"),
        _ => format!("{days} {time}"),
    })
}

/// When the arguments `time` and `days` let it ring, first and each week; what they do not say is as it was before.
fn ringing(
    toolbox: &Toolbox,
    given: &Arguments,
    old: Option<&Row>,
    kind: Kind,
    now: &ZonedDateTime,
) -> Result<Ringing, ToolError> {
    let (says, language) = (toolbox.says(), toolbox.language);
    let text = &with_days(given, now, language)?;
    let missing = || {
        ToolError::Missing(match kind {
            Kind::Timer | Kind::Alarm => "at what time the alarm should ring",
            Kind::Reminder => "at what time to remind you",
        })
    };
    let is_reminder = kind == Kind::Reminder;
    let old_time = old.map(|old| {
        let weekly = old.weekly.map(|weekly| weekly.time);
        weekly.unwrap_or_else(|| old.at(now).time())
    });
    if let Some(said) = weekly(text, now, language) {
        let of_part = said.usual_time.filter(|_| is_reminder);
        let time = said.time.or(of_part).or(old_time);
        let time = time
            .or(is_reminder.then_some(MORNING))
            .ok_or_else(missing)?;
        let at = said
            .first(time, now)
            .ok_or_else(|| given.not_understood("time"))?;
        let days = said.days;
        return Ok(Ringing {
            at,
            weekly: Some(Repetition { days, time }),
            is_time_said: said.time.is_some(),
        });
    }
    if toolbox.heard().repeats(text) {
        return declined(&says.rings.repeats_weekly_only[..]);
    }
    let moment = meant(text, old, now, language);
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
    let is_time_said = moment.precision == Precision::Time;
    let weekly = old.and_then(|old| Some((old.weekly?, old.at(now).date())));
    let weekly = weekly.filter(|_| is_time_of_day(text, at.time(), language));
    let Some((weekly, from)) = weekly else {
        let weekly = None;
        return Ok(Ringing {
            at,
            weekly,
            is_time_said,
        });
    };
    // Another time of the same days.
    let time = at.time();
    let at = weekly.days.next(from, time, now).unwrap_or(at);
    let weekly = Some(Repetition { time, ..weekly });
    Ok(Ringing {
        at,
        weekly,
        is_time_said,
    })
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

/// The one whose place is to be taken: of its kind the one that was set last, or the timer that is named.
fn replaced(
    toolbox: &Toolbox,
    given: &Arguments,
    kind: Kind,
    now: &ZonedDateTime,
) -> Result<Option<Row>, ToolError> {
    let instead_of = given.text("instead_of");
    let named = given.text("which").filter(|_| instead_of.is_some());
    match named.or(instead_of) {
        None => Ok(None),
        Some(named) if kind == Kind::Timer && named != LAST => {
            // Where none runs, one of that name is set.
            let is_none = Row::all(&toolbox.store.connection, kind)?.is_empty();
            if is_none {
                return Ok(None);
            }
            Ok(which(toolbox, Some(named), now, kind)?.pop())
        }
        Some(_) => Ok(newest(Row::all(&toolbox.store.connection, kind)?)),
    }
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
    let is_more = replaced.is_none();
    if is_more && Row::all(&toolbox.store.connection, row.kind)?.len() >= MOST_RINGS {
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
