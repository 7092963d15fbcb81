//! Listing, cancelling, pausing and lengthening.

use jiff::ZonedDateTime;

use super::super::arguments::Arguments;
use super::super::spoken::{duration, say_duration};
use super::super::{Outcome, ToolError, Toolbox, declined, say};
use super::milliseconds;
use super::row::{Kind, Row, When};
use super::which::which;

/// More are counted, not listed.
const MOST_LISTED: usize = 8;

pub(super) fn list(
    toolbox: &mut Toolbox,
    now: &ZonedDateTime,
    kind: Kind,
) -> Result<Outcome, ToolError> {
    let rows = Row::all(&toolbox.store.connection, kind)?;
    let name = kind.name();
    if rows.is_empty() {
        return say(format!("There is no {name}."));
    }
    let listed: Vec<String> = rows
        .iter()
        .take(MOST_LISTED)
        .map(|row| listed(row, now))
        .collect();
    let more = match rows.len().saturating_sub(MOST_LISTED) {
        0 => String::new(),
        more => format!(" And {more} more."),
    };
    let count = counted(rows.len(), kind);
    say(format!("You have {count}. {}.{more}", listed.join(". ")))
}

/// "2 timers".
fn counted(count: usize, kind: Kind) -> String {
    let several = if count == 1 { "" } else { "s" };
    format!("{count} {}{several}", kind.name())
}

fn listed(row: &Row, now: &ZonedDateTime) -> String {
    let name = row.name(now);
    let name = match row.kind {
        Kind::Timer => {
            let paused = match row.when {
                When::At(_) => "",
                When::Left(_) => ", paused",
            };
            format!("{name}: {}{paused}", left(row, now))
        }
        Kind::Alarm | Kind::Reminder => name,
    };
    let mut letters = name.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// "5 minutes left", or "done".
fn left(row: &Row, now: &ZonedDateTime) -> String {
    let left = row.left(now);
    if left.is_zero() {
        return "done".to_owned();
    }
    format!("{} left", say_duration(left))
}

/// Without a word for which, what is ringing is meant before anything else.
pub(super) fn cancel(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
    kind: Kind,
) -> Result<Outcome, ToolError> {
    let mut rows = Vec::new();
    if given.text("which").is_none() {
        rows = toolbox.given.ringing(kind);
    }
    // It rang, and these words were the answer to it.
    if rows.is_empty() && given.text("which").is_none() && toolbox.given.just_answered(kind, now) {
        return say("I turned it off.");
    }
    if rows.is_empty() {
        rows = which(toolbox, given, now, kind)?;
    }
    let transaction = toolbox.store.writing()?;
    for row in &rows {
        Row::delete(&transaction, row.id)?;
    }
    transaction.commit()?;
    for row in &rows {
        toolbox.given.take_back(row.id);
    }
    match rows.as_slice() {
        [row] => say(format!("I cancelled the {}.", row.name(now))),
        several => say(format!("I cancelled {}.", counted(several.len(), kind))),
    }
}

pub(super) fn pause(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    change(toolbox, given, now, |row| match row.when {
        When::At(_) => {
            let left = row.left(now);
            let words = format!("is paused with {} left", say_duration(left));
            Ok((When::Left(milliseconds(left)?), words))
        }
        When::Left(_) => declined(format!("The {} is paused already.", row.name(now))),
    })
}

pub(super) fn resume(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    change(toolbox, given, now, |row| match row.when {
        When::Left(left) => {
            let at = now.timestamp().as_millisecond().saturating_add(left);
            let words = format!("goes on, with {} left", say_duration(row.left(now)));
            Ok((When::At(at), words))
        }
        When::At(_) => declined(format!("The {} is not paused.", row.name(now))),
    })
}

pub(super) fn add_time(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let text = given.required("duration")?;
    let more = duration(text, toolbox.language).ok_or_else(|| given.not_understood("duration"))?;
    let more = milliseconds(more)?;
    change(toolbox, given, now, |row| {
        let when = row.when.later_by(more);
        let longer = Row {
            when,
            ..row.clone()
        };
        let left = say_duration(longer.left(now));
        Ok((when, format!("has {left} left now")))
    })
}

/// Changes when the meant timers ring. What was done is said of the only one, or of how many.
fn change(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
    change: impl Fn(&Row) -> Result<(When, String), ToolError>,
) -> Result<Outcome, ToolError> {
    let rows = which(toolbox, given, now, Kind::Timer)?;
    let transaction = toolbox.store.writing()?;
    let mut said = Vec::new();
    for row in &rows {
        let (when, words) = change(row)?;
        if !row.set_when(&transaction, when)? {
            return declined(format!("The {} is done.", row.name(now)));
        }
        said.push(format!("The {} {words}", row.name(now)));
    }
    transaction.commit()?;
    for row in &rows {
        toolbox.given.take_back(row.id);
    }
    say(format!("{}.", said.join(". ")))
}

pub(super) fn time_left(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let all = Row::all(&toolbox.store.connection, Kind::Timer)?;
    // Several are told rather than asked for: it costs a sentence less.
    let rows = if given.text("which").is_none() && !all.is_empty() {
        all
    } else {
        which(toolbox, given, now, Kind::Timer)?
    };
    let told = |row: &Row| match left(row, now).as_str() {
        "done" => format!("The {} is done", row.name(now)),
        left => format!("The {} has {left}", row.name(now)),
    };
    let told: Vec<String> = rows.iter().take(MOST_LISTED).map(told).collect();
    say(format!("{}.", told.join(". ")))
}
