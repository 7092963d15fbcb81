//! The timers, alarms or reminders that some words mean.

use jiff::ZonedDateTime;

use super::super::arguments::Arguments;
use super::super::spoken::{Precision, duration, is_time_of_day, moment, spell_out, split};
use super::super::{ToolError, Toolbox, declined};
use super::row::{Kind, Row};

const ALL: [&str; 4] = ["all", "every", "everything", "both"];
/// Words that distinguish none.
const EMPTY: [&str; 14] = [
    "the", "my", "a", "an", "one", "that", "this", "for", "at", "to", "of", "them", "called",
    "named",
];

/// What some words say about which are meant.
struct Wanted {
    /// Those that there may be.
    kinds: Vec<Kind>,
    /// Whether the words name them.
    names_kinds: bool,
    all: bool,
    /// Without the kinds.
    words: Vec<String>,
}

/// Those that the argument `which` means: all of them, or the one with the label, the length or the time;
/// without words the only one. Words that name no kind and nothing else mean timers, if there are any.
///
/// # Errors
/// There is none; none is meant; or it is not clear which one.
pub(super) fn which(
    toolbox: &Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
    kinds: &[Kind],
) -> Result<Vec<Row>, ToolError> {
    let wanted = wanted(given.text("which").unwrap_or_default(), kinds);
    let mut rows = Row::all(&toolbox.store.connection, &wanted.kinds)?;
    let noun = noun(&wanted.kinds);
    if rows.is_empty() {
        return declined(format!("There is no {noun}."));
    }
    let says_which = wanted.words.iter().any(|word| is_telling(word));
    if wanted.all || !says_which {
        let any_timer = rows.iter().any(|row| row.kind == Kind::Timer);
        if any_timer && !wanted.names_kinds {
            rows.retain(|row| row.kind == Kind::Timer);
        }
        return if wanted.all {
            Ok(rows)
        } else {
            only(rows, now)
        };
    }
    let meant: Vec<Row> = rows
        .iter()
        .filter(|row| is_meant(row, &wanted.words, toolbox, now))
        .cloned()
        .collect();
    if meant.is_empty() {
        let there = names(&rows, now);
        return declined(format!("I found no such {noun}. There is {there}."));
    }
    only(meant, now)
}

/// The kinds that a text names, of those that there may be.
pub(super) fn named_kinds(text: &str, kinds: &[Kind]) -> Vec<Kind> {
    let named = split(text).into_iter().filter_map(|word| Kind::of(&word));
    named.filter(|kind| kinds.contains(kind)).collect()
}

fn wanted(text: &str, kinds: &[Kind]) -> Wanted {
    let mut words = split(text);
    words.retain(|word| Kind::of(word).is_none());
    let named = named_kinds(text, kinds);
    Wanted {
        names_kinds: !named.is_empty(),
        kinds: if named.is_empty() {
            kinds.to_vec()
        } else {
            named
        },
        all: words.iter().any(|word| ALL.contains(&word.as_str())),
        words,
    }
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

/// "timer", "timer, alarm or reminder".
pub(super) fn noun(kinds: &[Kind]) -> String {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    match names.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
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
