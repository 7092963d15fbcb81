//! The timers, alarms or reminders that some words mean.

use jiff::ZonedDateTime;

use super::super::heard::Heard;
use super::super::says::{Sayings, fill};
use super::super::spoken::{Precision, day, duration, is_time_of_day, moment, split, weekly};
use super::super::{ToolError, Toolbox, declined};
use super::row::{Kind, Row};

/// The one that was set last.
const NEWEST: &str = "newest";
/// Those of the kind that these words mean: all of them, or the one with the label, the length or
/// the time; without words the only one.
///
/// # Errors
/// There is none; none is meant; or it is not clear which one.
pub(super) fn which(
    toolbox: &Toolbox,
    meant: Option<&str>,
    now: &ZonedDateTime,
    kind: Kind,
) -> Result<Vec<Row>, ToolError> {
    let rows = Row::all(&toolbox.store.connection, kind)?;
    let (says, heard) = (toolbox.says(), toolbox.heard());
    if rows.is_empty() {
        return declined(&kind.said(says).none[..]);
    }
    let words = split(meant.unwrap_or_default());
    if words.iter().any(|word| heard.all.contains(word)) {
        return Ok(rows);
    }
    if words == [NEWEST] {
        return Ok(newest(rows).into_iter().collect());
    }
    if !words.iter().any(|word| is_telling(word, heard)) {
        return only(rows, now, says);
    }
    let meant: Vec<Row> = rows
        .iter()
        .filter(|row| is_meant(row, &words, toolbox, now))
        .cloned()
        .collect();
    if meant.is_empty() {
        let there = names(&rows, now, says);
        return declined(fill(&kind.said(says).no_such, &[("names", &there)]));
    }
    only(meant, now, says)
}

/// The one that was set last.
pub(super) fn newest(rows: Vec<Row>) -> Option<Row> {
    rows.into_iter().max_by_key(|row| row.id)
}

fn is_telling(word: &String, heard: &Heard) -> bool {
    !heard.tells_no_ring.contains(word)
}

/// The one that is meant.
///
/// # Errors
/// There are several: the sentence asks which.
fn only(rows: Vec<Row>, now: &ZonedDateTime, says: &Sayings) -> Result<Vec<Row>, ToolError> {
    if rows.len() == 1 {
        return Ok(rows);
    }
    let names = names(&rows, now, says);
    let which_one = fill(&says.rings.which_one, &[("names", &names)]);
    Err(ToolError::Which(which_one))
}

fn names(rows: &[Row], now: &ZonedDateTime, says: &Sayings) -> String {
    let names = rows.iter().map(|row| row.object(now, says));
    says.speech.list(&names.collect::<Vec<_>>())
}

/// Whether the words are its label or a part of it, its length, its day or its time.
fn is_meant(row: &Row, words: &[String], toolbox: &Toolbox, now: &ZonedDateTime) -> bool {
    let label = split(row.label.as_deref().unwrap_or_default());
    let heard = toolbox.heard();
    let mut telling = words.iter().filter(|word| is_telling(word, heard));
    // "The eggs" are the egg timer's.
    let single = |word: &str| word.strip_suffix('s').unwrap_or(word).to_owned();
    if telling.all(|word| label.iter().any(|of| single(of) == single(word))) {
        return true;
    }
    let text = without_empty_ends(words, heard).join(" ");
    if row.kind == Kind::Timer {
        return duration(&text, toolbox.language) == Some(row.length());
    }
    let at = row.at(now);
    if is_time_of_day(&text, at.time(), toolbox.language) {
        return true;
    }
    if let Some(said) = weekly(&text, now, toolbox.language) {
        let is_at = |time| time == at.time();
        return row.weekly.is_some_and(|weekly| weekly.days == said.days)
            && said.time.or(said.usual_time).is_none_or(is_at);
    }
    let text = without_owner(&text);
    moment(text, now, toolbox.language).is_some_and(|moment| match moment.precision {
        Precision::Time => moment.at == at,
        Precision::PartOfDay | Precision::Day => moment.at.date() == at.date(),
    })
}

/// Whether what rings each week is named by the next day on which it rings: "tomorrow's alarm", "the one on Friday".
/// Then only that day is meant.
pub(super) fn is_one_day_meant(
    row: &Row,
    which: Option<&str>,
    toolbox: &Toolbox,
    now: &ZonedDateTime,
) -> bool {
    let words = split(which.unwrap_or_default());
    let text = without_empty_ends(&words, toolbox.heard()).join(" ");
    let named = day(without_owner(&text), now, toolbox.language);
    row.weekly.is_some() && named == Some(row.at(now).date())
}

/// A day without the ending of an owner: "tomorrow's alarm" is that of tomorrow.
fn without_owner(text: &str) -> &str {
    text.strip_suffix("'s").unwrap_or(text)
}

/// Without "the" before and "one" behind: "the ten minute one". A number one at the beginning stays.
fn without_empty_ends<'a>(words: &'a [String], heard: &Heard) -> &'a [String] {
    let starts = |word: &String| is_telling(word, heard) || heard.counts.contains(word);
    let start = words.iter().position(starts).unwrap_or(words.len());
    let end = words.iter().rposition(|word| is_telling(word, heard));
    &words[start..end.map_or(words.len(), |end| end + 1)]
}
