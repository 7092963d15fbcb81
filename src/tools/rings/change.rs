//! Listing, cancelling, pausing and lengthening.

use jiff::ZonedDateTime;

use super::super::arguments::Arguments;
use super::super::says::{Sayings, fill};
use super::super::spoken::{counted, duration};
use super::super::{Outcome, ToolError, Toolbox, declined, say};
use super::milliseconds;
use super::row::{Kind, Row, When};
use super::which::{is_one_day_meant, which};

/// More are counted, not listed.
const MOST_LISTED: usize = 8;

pub(super) fn list(
    toolbox: &mut Toolbox,
    now: &ZonedDateTime,
    kind: Kind,
) -> Result<Outcome, ToolError> {
    let says = toolbox.says();
    let rows = Row::all(&toolbox.store.connection, kind)?;
    if rows.is_empty() {
        return say(&kind.said(says).none[..]);
    }
    let listed: Vec<String> = rows
        .iter()
        .take(MOST_LISTED)
        .map(|row| listed(row, now, says))
        .collect();
    let more = match rows.len().saturating_sub(MOST_LISTED) {
        0 => String::new(),
        more => counted(&says.rings.and_more, more),
    };
    let count = counted_rows(rows.len(), kind, says);
    let names = listed.join(&says.speech.between_sentences);
    let listed = [("counted", &count[..]), ("names", &names)];
    say(fill(&says.rings.there_are, &listed) + &more)
}

/// "2 timers".
fn counted_rows(count: usize, kind: Kind, says: &Sayings) -> String {
    counted(&kind.said(says).counted, count)
}

fn listed(row: &Row, now: &ZonedDateTime, says: &Sayings) -> String {
    let name = row.name(now, says);
    let name = match row.kind {
        Kind::Timer => {
            let left = left(row, now, says);
            let listed = fill(
                &says.rings.listed_timer,
                &[("name", &name), ("left", &left)],
            );
            match row.when {
                When::At(_) => listed,
                When::Left(_) => listed + &says.rings.paused_mark,
            }
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
fn left(row: &Row, now: &ZonedDateTime, says: &Sayings) -> String {
    let left = row.left(now);
    if left.is_zero() {
        return says.rings.done_mark.clone();
    }
    let length = says.speech.duration(left);
    fill(&says.rings.left, &[("length", &length)])
}

/// Without a word for which, what is ringing is meant before anything else.
pub(super) fn cancel(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
    kind: Kind,
) -> Result<Outcome, ToolError> {
    let says = toolbox.says();
    let mut rows = Vec::new();
    if given.text("which").is_none() {
        rows = toolbox.given.ringing(kind);
    }
    let is_ringing = !rows.is_empty();
    // It rang, and these words were the answer to it.
    if !is_ringing && given.text("which").is_none() && toolbox.given.just_answered(kind, now) {
        return say(&says.rings.turned_off[..]);
    }
    if !is_ringing {
        rows = which(toolbox, given.text("which"), now, kind)?;
    }
    let which_one = given.text("which");
    // What rings each week goes on to do so.
    let once = |row: &Row| {
        if is_ringing {
            row.weekly.is_some()
        } else {
            is_one_day_meant(row, which_one, toolbox, now)
        }
    };
    let is_once: Vec<bool> = rows.iter().map(once).collect();
    let transaction = toolbox.store.writing()?;
    for (row, once) in rows.iter().zip(&is_once) {
        if *once {
            row.move_on(&transaction, now)?;
        } else {
            Row::delete(&transaction, row.id)?;
        }
    }
    transaction.commit()?;
    for row in &rows {
        toolbox.given.take_back(row.id);
    }
    let what = match rows.as_slice() {
        // Of what rings each week the day is named that is left out.
        [row] if is_once == [true] => Row {
            weekly: None,
            ..row.clone()
        }
        .object(now, says),
        [row] => row.object(now, says),
        several => counted_rows(several.len(), kind, says),
    };
    let form = if !is_once.iter().all(|once| *once) {
        &says.rings.cancelled
    } else if is_ringing {
        &says.rings.turned_off
    } else {
        &says.rings.skipped
    };
    say(fill(form, &[("what", &what)]))
}

pub(super) fn pause(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = toolbox.says();
    change(toolbox, given, now, |row| match row.when {
        When::At(_) => {
            let left = row.left(now);
            let left = When::Left(milliseconds(left, says)?);
            Ok((left, &says.rings.paused))
        }
        When::Left(_) => declined(of(row, &says.rings.paused_already, now, says)),
    })
}

pub(super) fn resume(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = toolbox.says();
    change(toolbox, given, now, |row| match row.when {
        When::Left(left) => {
            let at = now.timestamp().as_millisecond().saturating_add(left);
            Ok((When::At(at), &says.rings.goes_on))
        }
        When::At(_) => declined(of(row, &says.rings.not_paused, now, says)),
    })
}

pub(super) fn add_time(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let text = given.required("duration")?;
    let more = duration(text, toolbox.language).ok_or_else(|| given.not_understood("duration"))?;
    let says = toolbox.says();
    let more = milliseconds(more, says)?;
    change(toolbox, given, now, |row| {
        Ok((row.when.later_by(more), &says.rings.changed))
    })
}

/// A sentence about one: `{subject}`, with `{length}` left.
fn of(row: &Row, sentence: &str, now: &ZonedDateTime, says: &Sayings) -> String {
    let (subject, left) = (row.subject(now, says), row.left(now));
    let length = says.speech.duration(left);
    fill(sentence, &[("subject", &subject), ("length", &length)])
}

/// Changes when the meant timers ring, and says so of each: a sentence without its end.
fn change(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
    change: impl Fn(&Row) -> Result<(When, &'static String), ToolError>,
) -> Result<Outcome, ToolError> {
    let says = toolbox.says();
    let rows = which(toolbox, given.text("which"), now, Kind::Timer)?;
    let transaction = toolbox.store.writing()?;
    let mut said = Vec::new();
    for row in &rows {
        let (when, words) = change(row)?;
        if !row.set_when(&transaction, when)? {
            let done = of(row, &says.rings.is_done, now, says);
            return declined(says.speech.sentences(&[done]));
        }
        let changed = Row {
            when,
            ..row.clone()
        };
        said.push(of(&changed, words, now, says));
    }
    transaction.commit()?;
    for row in &rows {
        toolbox.given.take_back(row.id);
    }
    say(says.speech.sentences(&said))
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
        which(toolbox, given.text("which"), now, Kind::Timer)?
    };
    let says = toolbox.says();
    let told = |row: &Row| {
        if row.left(now).is_zero() {
            of(row, &says.rings.is_done, now, says)
        } else {
            of(row, &says.rings.has_left, now, says)
        }
    };
    let told: Vec<String> = rows.iter().take(MOST_LISTED).map(told).collect();
    say(says.speech.sentences(&told))
}
