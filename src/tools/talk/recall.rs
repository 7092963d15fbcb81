//! The tool that finds what was said and heard.

use jiff::ZonedDateTime;
use jiff::civil::Date;

use super::super::arguments::Arguments;
use super::super::memory;
use super::super::says::{RecallTalk, fill};
use super::super::spoken::past_days;
use super::super::{Class, Outcome, Spec, StoreError, ToolError, Toolbox, declined, optional, say};
use super::episodes::{EVER, Episode, Span, Who, of, with_words};
use super::saying::{self, Kept, Nothing};
use super::telling;

/// Finds what was said and heard.
pub(in crate::tools) const RECALL_TALK: Spec = Spec {
    name: "recall_talk",
    description: "Tell what the user and the assistant said to each other, about something or on a day.",
    class: Class::Read,
    parameters: &[
        optional("about", "what it was about"),
        optional("day", "which day"),
        optional("who", "who said it: me or you"),
    ],
    run: recall_talk,
};

/// Episodes of a day that are looked at.
const MOST_OF_DAY: i64 = 1_000;
/// What was talked about last is so many exchanges.
const LAST: i64 = 3;

fn recall_talk(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = toolbox.says().recall_talk.as_ref();
    let says = says.ok_or(ToolError::NotInThisLanguage {
        tool: RECALL_TALK.name,
        language: toolbox.language,
    })?;
    toolbox.write_down_if_it_can(now);
    toolbox.talk.is_latest_written = false;
    let who = who(given.text("who"));
    let (about, day) = (given.text("about"), given.text("day"));
    let within = match day {
        Some(day) => span(day, now, toolbox).ok_or_else(|| given.not_understood("day"))?,
        None => EVER,
    };
    let said = match about {
        Some(about) => said_within(toolbox, about, (who, within), says, now)?,
        None => said_in(toolbox, (who, day.map(|_| within)), says, now)?,
    };
    match said {
        Some(said) => say(said),
        None => {
            let kept = kept(toolbox);
            let nothing = Nothing {
                who,
                about,
                day,
                kept,
            };
            declined(saying::nothing(&nothing, says))
        }
    }
}

/// What the user said about something, where all of the words are in it.
pub(in crate::tools) fn said_about(
    toolbox: &mut Toolbox,
    about: &str,
    now: &ZonedDateTime,
) -> Result<Option<String>, ToolError> {
    toolbox.write_down_if_it_can(now);
    toolbox.talk.is_latest_written = false;
    let words = telling(about, toolbox);
    if words.is_empty() {
        return Ok(None);
    }
    let (episodes, has_all) = with_words(toolbox.stores(), &words, Who::User, EVER)?;
    let said = (has_all && !episodes.is_empty())
        .then(|| saying::about(&episodes, Who::User, toolbox.says(), now));
    Ok(said)
}

/// What was said about something in a span, or the nearest to it.
fn said_within(
    toolbox: &Toolbox,
    about: &str,
    (who, within): (Who, Span),
    says: &RecallTalk,
    now: &ZonedDateTime,
) -> Result<Option<String>, StoreError> {
    let words = telling(about, toolbox);
    let (episodes, has_all) = with_words(toolbox.stores(), &words, who, within)?;
    if has_all && !episodes.is_empty() {
        return Ok(Some(saying::about(&episodes, who, toolbox.says(), now)));
    }
    // What the user had remembered is what they said, too.
    if who != Who::Assistant
        && within == EVER
        && let Some(told) = memory::told_with(toolbox, &words)?
    {
        return Ok(Some(told));
    }
    Ok((!episodes.is_empty()).then(|| {
        let nearest = saying::about(&episodes, who, toolbox.says(), now);
        fill(&says.nearest, &[("nearest", &nearest)])
    }))
}

/// What was said on some days; last, without any.
fn said_in(
    toolbox: &Toolbox,
    (who, within): (Who, Option<Span>),
    recall: &RecallTalk,
    now: &ZonedDateTime,
) -> Result<Option<String>, StoreError> {
    let most = match (within, who) {
        (Some(_), _) => MOST_OF_DAY,
        (None, Who::Both) => LAST,
        (None, Who::User | Who::Assistant) => 1,
    };
    let mut episodes: Vec<Episode> = Vec::new();
    for store in toolbox.stores() {
        episodes.extend(of(store, within.unwrap_or(EVER), most)?);
    }
    // Those of one moment stay in their order.
    episodes.reverse();
    episodes.sort_by_key(|episode| episode.at_ms);
    let surplus = episodes
        .len()
        .saturating_sub(usize::try_from(most).unwrap_or(usize::MAX));
    episodes.drain(..surplus);
    Ok((!episodes.is_empty())
        .then(|| saying::of_days(&episodes, who, (toolbox.says(), recall), now)))
}

/// The moments of the days that a text names.
pub(in crate::tools) fn span(day: &str, now: &ZonedDateTime, toolbox: &Toolbox) -> Option<Span> {
    let (first, last) = past_days(day, now, toolbox.language)?;
    let begin = |date: Date| {
        let begin = date.to_zoned_datetime(now.time_zone().clone()).ok()?;
        Some(begin.timestamp().as_millisecond())
    };
    Some((begin(first)?, begin(last.tomorrow().ok()?)?))
}

fn who(given: Option<&str>) -> Who {
    match given {
        Some("me" | "i" | "I" | "user") => Who::User,
        Some("you" | "assistant") => Who::Assistant,
        _ => Who::Both,
    }
}

fn kept(toolbox: &Toolbox) -> Kept {
    match (toolbox.store.is_kept, toolbox.keeps_talk()) {
        (false, _) => Kept::Nothing,
        (true, false) => Kept::Facts,
        (true, true) => Kept::All,
    }
}
