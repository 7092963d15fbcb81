//! What the user told the assistant: facts, and their name; and forgetting it. `talk` has what was said besides.

use jiff::ZonedDateTime;
use rusqlite::OptionalExtension;

use super::arguments::Arguments;
use super::heard::Heard;
use super::says::fill;
use super::spoken::{one_or_several, split};
use super::store::Store;
use super::{
    Class, Outcome, Spec, StoreError, ToolError, Toolbox, declined, files, optional, required, say,
    talk,
};
use crate::language::is_han;

pub(super) static TOOLS: &[Spec] = &[
    Spec {
        name: "remember",
        description: "Remember a fact that the user tells.",
        class: Class::Act,
        parameters: &[required("fact", "what to remember")],
        run: remember,
    },
    Spec {
        name: "recall",
        description: "Tell what the user asked to remember, about something or all of it.",
        class: Class::Read,
        parameters: &[optional("about", "what it is about")],
        run: recall,
    },
    talk::RECALL_TALK,
    Spec {
        name: "forget",
        description: "Forget what was said about something, or on a day.",
        class: Class::Act,
        parameters: &[
            optional("about", "what to forget"),
            optional("day", "which day"),
        ],
        run: forget,
    },
    Spec {
        name: "forget_everything",
        description: "Forget all facts, the user's name, and all that was said.",
        class: Class::AskFirst,
        parameters: &[],
        run: forget_everything,
    },
    Spec {
        name: "set_name",
        description: "Remember the user's name.",
        class: Class::Act,
        parameters: &[required("name", "your name")],
        run: set_name,
    },
    Spec {
        name: "get_name",
        description: "Tell the user's name.",
        class: Class::Read,
        parameters: &[],
        run: get_name,
    },
];

/// More facts are not said at once.
const MOST_SAID: usize = 5;
const MOST_FACTS: usize = 1_000;

fn remember(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = &toolbox.says().memory;
    let fact = toolbox.heard().fact(given.required("fact")?);
    let facts = facts(&toolbox.store)?;
    if facts.len() >= MOST_FACTS {
        return declined(&says.full[..]);
    }
    if !facts.iter().any(|(_, other)| other == fact) {
        let query = "INSERT INTO facts (fact) VALUES (?1)";
        toolbox.store.connection.execute(query, [fact])?;
    }
    let form = if toolbox.store.is_kept {
        &says.remembered
    } else {
        &says.remembered_for_now
    };
    say(fill(form, &[("fact", fact)]))
}

fn recall(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (says, heard) = (&toolbox.says().memory, toolbox.heard());
    let all = facts(&toolbox.store)?;
    let found = match given.text("about") {
        Some(about) if !is_everything(about, heard) => about_it(&all, about, heard),
        _ => all.iter().map(|(_, fact)| fact.as_str()).collect(),
    };
    if !found.is_empty() {
        return say(told(toolbox, &found));
    }
    let about = given.text("about");
    let about = about.filter(|about| !is_everything(about, heard));
    // It may have been said without being asked to be remembered.
    if let Some(about) = about
        && let Some(said) = talk::said_about(toolbox, about, now)?
    {
        return say(said);
    }
    match about {
        Some(about) if !all.is_empty() => say(fill(&says.told_nothing_about, &[("about", about)])),
        _ => say(&says.told_nothing[..]),
    }
}

/// "You told me: my car is on level three."
fn told(toolbox: &Toolbox, facts: &[&str]) -> String {
    let (says, speech) = (&toolbox.says().memory, &toolbox.says().speech);
    let latest: Vec<&str> = facts.iter().rev().take(MOST_SAID).copied().collect();
    let more = facts.len().saturating_sub(MOST_SAID).to_string();
    let form = if facts.len() > MOST_SAID {
        one_or_several(&says.told_and_more, &more)
    } else {
        says.told.as_str()
    };
    let latest = latest.join(&speech.between_sentences);
    fill(form, &[("facts", &latest), ("count", &more)])
}

/// What the user told to be remembered that has all of the words.
pub(super) fn told_with(toolbox: &Toolbox, words: &[String]) -> Result<Option<String>, StoreError> {
    let all = facts(&toolbox.store)?;
    let facts = all.iter().map(|(_, fact)| fact.as_str());
    let found: Vec<&str> = facts.filter(|fact| files::has_words(fact, words)).collect();
    Ok((!found.is_empty()).then(|| told(toolbox, &found)))
}

fn forget(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    // What waits to be written down is forgotten, too.
    toolbox.write_down(now)?;
    if let (None, Some(day)) = (given.text("about"), given.text("day")) {
        return forget_day(toolbox, given, day, now);
    }
    let (says, speech) = (&toolbox.says().memory, &toolbox.says().speech);
    let heard = toolbox.heard();
    let about = given.required("about")?;
    if is_everything(about, heard) {
        return declined(&says.say_everything[..]);
    }
    if heard.is_this(about) {
        return talk::forget_last(toolbox);
    }
    let all = facts(&toolbox.store)?;
    let found: Vec<String> = about_it(&all, about, heard)
        .into_iter()
        .map(str::to_owned)
        .collect();
    match found.as_slice() {
        [] if is_name(about, heard) => forget_name(toolbox),
        [] => match talk::forget_about(toolbox, &[about])? {
            0 => declined(fill(&says.told_nothing_about, &[("about", about)])),
            _ => {
                let forgot = &toolbox.says().talk.forgot_about;
                say(fill(forgot, &[("about", about)]))
            }
        },
        [fact] => {
            let query = "DELETE FROM facts WHERE fact = ?1";
            toolbox.store.connection.execute(query, [fact])?;
            talk::forget_about(toolbox, &[about, fact])?;
            say(fill(&says.forgot, &[("fact", fact)]))
        }
        facts => {
            let facts = facts.join(&speech.between_sentences);
            Err(ToolError::Which(fill(&says.which, &[("facts", &facts)])))
        }
    }
}

fn forget_day(
    toolbox: &Toolbox,
    given: &Arguments,
    day: &str,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let span = talk::span(day, now, toolbox).ok_or_else(|| given.not_understood("day"))?;
    let says = &toolbox.says().talk;
    match talk::forget_span(toolbox, span)? {
        0 => declined(fill(&says.nothing_on_day, &[("day", day)])),
        _ => say(fill(&says.forgot_day, &[("day", day)])),
    }
}

fn forget_everything(
    toolbox: &mut Toolbox,
    _: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    toolbox.write_down(now)?;
    let transaction = toolbox.store.writing()?;
    transaction.execute_batch("DELETE FROM facts; DELETE FROM names;")?;
    talk::forget_all(toolbox)?;
    transaction.commit()?;
    say(&toolbox.says().memory.forgot_everything[..])
}

fn set_name(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let name = given.required("name")?;
    let query = "INSERT OR REPLACE INTO names (id, name) VALUES (1, ?1)";
    toolbox.store.connection.execute(query, [name])?;
    say(fill(&toolbox.says().memory.name_set, &[("name", name)]))
}

fn get_name(toolbox: &mut Toolbox, _: &Arguments, _: &ZonedDateTime) -> Result<Outcome, ToolError> {
    let says = &toolbox.says().memory;
    match name(&toolbox.store)? {
        Some(name) => say(fill(&says.name, &[("name", &name)])),
        None => say(&says.no_name[..]),
    }
}

/// The user's name.
pub(super) fn name(store: &Store) -> Result<Option<String>, StoreError> {
    let query = "SELECT name FROM names";
    let read = |row: &rusqlite::Row| row.get(0);
    Ok(store.connection.query_row(query, [], read).optional()?)
}

fn forget_name(toolbox: &mut Toolbox) -> Result<Outcome, ToolError> {
    let deleted = toolbox.store.connection.execute("DELETE FROM names", [])?;
    let says = &toolbox.says().memory;
    match deleted {
        0 => declined(&says.no_name[..]),
        _ => say(&says.forgot_name[..]),
    }
}

fn is_name(about: &str, heard: &Heard) -> bool {
    matches!(&telling(about, heard)[..], [word] if heard.name.contains(word))
}

fn is_everything(about: &str, heard: &Heard) -> bool {
    let words = split(about);
    words.iter().any(|word| heard.all.contains(word)) && telling(about, heard).len() == 1
}

/// All facts, the oldest first.
pub(super) fn facts(store: &Store) -> Result<Vec<(i64, String)>, StoreError> {
    let mut statement = store
        .connection
        .prepare_cached("SELECT id, fact FROM facts ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The facts with all of the words that tell what it is about; if there is none, those with the most.
fn about_it<'a>(facts: &'a [(i64, String)], about: &str, heard: &Heard) -> Vec<&'a str> {
    let wanted = telling(about, heard);
    let matches = |fact: &str| {
        let words = telling(fact, heard);
        let has = |word: &&String| {
            words.contains(word)
                || word.contains(is_han) && files::has_words(fact, std::slice::from_ref(*word))
        };
        wanted.iter().filter(has).count()
    };
    let counted: Vec<(usize, &str)> = facts
        .iter()
        .map(|(_, fact)| (matches(fact), fact.as_str()))
        .collect();
    let most = counted.iter().map(|(count, _)| *count).max().unwrap_or(0);
    let found = counted
        .into_iter()
        .filter(|(count, _)| *count == most && most > 0);
    found.map(|(_, fact)| fact).collect()
}

/// The words that tell what a text is about, one form for one thing and several.
pub(super) fn telling(text: &str, heard: &Heard) -> Vec<String> {
    if text.contains(is_han) {
        return vec![heard.chinese(text)];
    }
    let words = split(text).into_iter();
    words
        .filter(|word| !heard.tells_no_fact.contains(word))
        .map(|word| {
            let word = word.strip_suffix("'s").unwrap_or(&word);
            let long = word.len() > 3;
            let single = word.strip_suffix('s').filter(|_| long);
            let word = single.unwrap_or(word);
            heard
                .spelt
                .get(word)
                .map_or(word, String::as_str)
                .to_owned()
        })
        .collect()
}
