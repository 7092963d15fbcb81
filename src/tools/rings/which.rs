//! The timers, alarms or reminders that some words mean.

use jiff::ZonedDateTime;

use super::super::arguments::Arguments;
use super::super::spoken::{duration, moment, spell_out, split};
use super::super::{ToolError, Toolbox, declined};
use super::row::{Kind, Row, When};

const ALL: [&str; 3] = ["all", "every", "everything"];
/// Words that distinguish none.
const EMPTY: [&str; 14] = [
    "the",
    "my",
    "a",
    "an",
    "one",
    "timer",
    "timers",
    "alarm",
    "alarms",
    "reminder",
    "reminders",
    "for",
    "at",
    "to",
];

/// Those that the words in `which` mean: all of them, those with the label, the length or the time; without
/// words the only one.
///
/// # Errors
/// There is none; none is meant; or it is not clear which one.
pub(super) fn which(
    toolbox: &Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
    kind: Kind,
) -> Result<Vec<Row>, ToolError> {
    let rows = Row::all(&toolbox.store.connection, kind)?;
    let name = kind.name();
    if rows.is_empty() {
        return declined(format!("There is no {name}."));
    }
    let text = given.text("which").unwrap_or_default();
    let words = split(text);
    if words.iter().any(|word| ALL.contains(&word.as_str())) {
        return Ok(rows);
    }
    let telling: Vec<String> = words
        .into_iter()
        .filter(|word| !EMPTY.contains(&word.as_str()))
        .collect();
    if telling.is_empty() {
        return only(rows, now, kind);
    }
    let meant: Vec<Row> = rows
        .iter()
        .filter(|row| is_meant(row, &telling, toolbox, now))
        .cloned()
        .collect();
    if meant.is_empty() {
        let there = names(&rows, now);
        return declined(format!("I found no such {name}. There is the {there}."));
    }
    only(meant, now, kind)
}

/// The one that is meant.
///
/// # Errors
/// There are several: the sentence asks which.
fn only(rows: Vec<Row>, now: &ZonedDateTime, kind: Kind) -> Result<Vec<Row>, ToolError> {
    if rows.len() == 1 {
        return Ok(rows);
    }
    let names = names(&rows, now);
    let kind = kind.name();
    Err(ToolError::Which(format!(
        "Which {kind} do you mean? There is the {names}."
    )))
}

fn names(rows: &[Row], now: &ZonedDateTime) -> String {
    let names: Vec<String> = rows.iter().map(|row| row.name(now)).collect();
    spell_out(&names).replace(" and ", " and the ")
}

/// Whether the words are its label, a part of it, its length or its time.
fn is_meant(row: &Row, words: &[String], toolbox: &Toolbox, now: &ZonedDateTime) -> bool {
    let label = split(row.label.as_deref().unwrap_or_default());
    if words.iter().all(|word| label.contains(word)) {
        return true;
    }
    let text = words.join(" ");
    let length = row.length_ms.map(|_| row.length());
    if length.is_some() && duration(&text, toolbox.language) == length {
        return true;
    }
    let moment = moment(&text, now, toolbox.language);
    let at = moment.map(|moment| When::At(moment.at.timestamp().as_millisecond()));
    row.kind != Kind::Timer && at == Some(row.when)
}
