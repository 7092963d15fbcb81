//! The timers, alarms or reminders that some words mean.

use jiff::ZonedDateTime;

use super::super::arguments::Arguments;
use super::super::spoken::{Precision, duration, is_time_of_day, moment, spell_out, split};
use super::super::{ToolError, Toolbox, declined};
use super::row::{Kind, Row};

const ALL: [&str; 4] = ["all", "every", "everything", "both"];
/// The one that was set last.
const NEWEST: &str = "newest";
/// Words that distinguish none.
const EMPTY: [&str; 20] = [
    "the",
    "my",
    "a",
    "an",
    "one",
    "that",
    "this",
    "for",
    "at",
    "to",
    "of",
    "them",
    "called",
    "named",
    "timer",
    "timers",
    "alarm",
    "alarms",
    "reminder",
    "reminders",
];

/// Those of the kind that the argument `which` means: all of them, or the one with the label, the length or
/// the time; without words the only one.
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
    let words = split(given.text("which").unwrap_or_default());
    if words.iter().any(|word| ALL.contains(&word.as_str())) {
        return Ok(rows);
    }
    if words == [NEWEST] {
        return Ok(newest(rows).into_iter().collect());
    }
    if !words.iter().any(|word| is_telling(word)) {
        return only(rows, now);
    }
    let meant: Vec<Row> = rows
        .iter()
        .filter(|row| is_meant(row, &words, toolbox, now))
        .cloned()
        .collect();
    if meant.is_empty() {
        let there = names(&rows, now);
        return declined(format!("I found no such {name}. There is {there}."));
    }
    only(meant, now)
}

/// The one that was set last.
pub(super) fn newest(rows: Vec<Row>) -> Option<Row> {
    rows.into_iter().max_by_key(|row| row.id)
}

fn is_telling(word: &str) -> bool {
    !EMPTY.contains(&word)
}

/// The one that is meant.
///
/// # Errors
/// There are several: the sentence asks which.
fn only(rows: Vec<Row>, now: &ZonedDateTime) -> Result<Vec<Row>, ToolError> {
    if rows.len() == 1 {
        return Ok(rows);
    }
    let names = names(&rows, now);
    Err(ToolError::Which(format!(
        "Which one do you mean? There is {names}."
    )))
}

fn names(rows: &[Row], now: &ZonedDateTime) -> String {
    let names: Vec<String> = rows
        .iter()
        .map(|row| format!("the {}", row.name(now)))
        .collect();
    spell_out(&names)
}

/// Whether the words are its label or a part of it, its length, its day or its time.
fn is_meant(row: &Row, words: &[String], toolbox: &Toolbox, now: &ZonedDateTime) -> bool {
    let label = split(row.label.as_deref().unwrap_or_default());
    let mut telling = words.iter().filter(|word| is_telling(word));
    if telling.all(|word| label.contains(word)) {
        return true;
    }
    let text = without_empty_ends(words).join(" ");
    if row.kind == Kind::Timer {
        return duration(&text, toolbox.language) == Some(row.length());
    }
    let at = row.at(now);
    if is_time_of_day(&text, at.time(), toolbox.language) {
        return true;
    }
    moment(&text, now, toolbox.language).is_some_and(|moment| match moment.precision {
        Precision::Time => moment.at == at,
        Precision::PartOfDay | Precision::Day => moment.at.date() == at.date(),
    })
}

/// Without "the" before and "one" behind: "the ten minute one". A number one at the beginning stays.
fn without_empty_ends(words: &[String]) -> &[String] {
    let starts = |word: &String| is_telling(word) || word == "one" || word == "a" || word == "an";
    let start = words.iter().position(starts).unwrap_or(words.len());
    let end = words.iter().rposition(|word| is_telling(word));
    &words[start..end.map_or(words.len(), |end| end + 1)]
}
