//! What the user told the assistant: facts, and their name; and forgetting it. `talk` has what was said besides.

use jiff::ZonedDateTime;
use rusqlite::OptionalExtension;

use super::arguments::Arguments;
use super::spoken::split;
use super::store::Store;
use super::{
    Class, Outcome, Spec, StoreError, ToolError, Toolbox, declined, files, optional, required, say,
    talk,
};

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
/// Words that say nothing about what a fact is about.
const EMPTY: [&str; 40] = [
    "a", "an", "the", "my", "your", "our", "his", "her", "their", "i", "me", "you", "we", "is",
    "are", "was", "were", "am", "be", "do", "does", "did", "have", "has", "that", "this", "it",
    "of", "on", "in", "at", "to", "for", "and", "what", "where", "when", "who", "about", "with",
];
const EVERYTHING: [&str; 3] = ["everything", "all", "anything"];
/// What was said last.
const THIS: [&str; 2] = ["this", "that"];

fn remember(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let fact = given.required("fact")?;
    let fact = fact.strip_prefix("that ").unwrap_or(fact);
    let facts = facts(&toolbox.store)?;
    if facts.len() >= MOST_FACTS {
        return declined("My memory is full. Ask me to forget something first.");
    }
    if !facts.iter().any(|(_, other)| other == fact) {
        let query = "INSERT INTO facts (fact) VALUES (?1)";
        toolbox.store.connection.execute(query, [fact])?;
    }
    let until = if toolbox.store.is_kept {
        ""
    } else {
        " until this program ends"
    };
    say(format!("I will remember{until}: {fact}."))
}

fn recall(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let all = facts(&toolbox.store)?;
    let found = match given.text("about") {
        Some(about) if !is_everything(about) => about_it(&all, about),
        _ => all.iter().map(|(_, fact)| fact.as_str()).collect(),
    };
    if !found.is_empty() {
        return say(told(&found));
    }
    let about = given.text("about").filter(|about| !is_everything(about));
    // It may have been said without being asked to be remembered.
    if let Some(about) = about
        && let Some(said) = talk::said_about(toolbox, about, now)?
    {
        return say(said);
    }
    match about {
        Some(about) if !all.is_empty() => {
            say(format!("You told me nothing to remember about {about}."))
        }
        _ => say("You told me nothing to remember."),
    }
}

/// "You told me: my car is on level three."
fn told(facts: &[&str]) -> String {
    let latest: Vec<&str> = facts.iter().rev().take(MOST_SAID).copied().collect();
    let more = match facts.len().saturating_sub(MOST_SAID) {
        0 => String::new(),
        more => format!(" And {more} more."),
    };
    format!("You told me: {}.{more}", latest.join(". "))
}

/// What the user told to be remembered that has all of the words.
pub(super) fn told_with(toolbox: &Toolbox, words: &[String]) -> Result<Option<String>, StoreError> {
    let all = facts(&toolbox.store)?;
    let facts = all.iter().map(|(_, fact)| fact.as_str());
    let found: Vec<&str> = facts.filter(|fact| files::has_words(fact, words)).collect();
    Ok((!found.is_empty()).then(|| told(&found)))
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
    let about = given.required("about")?;
    if is_everything(about) {
        return declined("To forget all of it, say: forget everything.");
    }
    if THIS.contains(&about.to_lowercase().as_str()) {
        return talk::forget_last(toolbox);
    }
    let all = facts(&toolbox.store)?;
    let found: Vec<String> = about_it(&all, about)
        .into_iter()
        .map(str::to_owned)
        .collect();
    match found.as_slice() {
        [] if is_name(about) => forget_name(toolbox),
        [] => match talk::forget_about(toolbox, &[about])? {
            0 => declined(format!("You told me nothing to remember about {about}.")),
            _ => say(format!("I forgot what we said about {about}.")),
        },
        [fact] => {
            let query = "DELETE FROM facts WHERE fact = ?1";
            toolbox.store.connection.execute(query, [fact])?;
            talk::forget_about(toolbox, &[about, fact])?;
            say(format!("I forgot: {fact}."))
        }
        facts => Err(ToolError::Which(format!(
            "Which should I forget? You told me: {}.",
            facts.join(". ")
        ))),
    }
}

fn forget_day(
    toolbox: &Toolbox,
    given: &Arguments,
    day: &str,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let span = talk::span(day, now, toolbox).ok_or_else(|| given.not_understood("day"))?;
    match talk::forget_span(toolbox, span)? {
        0 => declined(format!("I have kept nothing that we said {day}.")),
        _ => say(format!("I forgot what we said {day}.")),
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
    say("I forgot all that you told me to remember, your name, and what we said.")
}

fn set_name(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let name = given.required("name")?;
    let query = "INSERT OR REPLACE INTO names (id, name) VALUES (1, ?1)";
    toolbox.store.connection.execute(query, [name])?;
    say(format!("I will call you {name}."))
}

fn get_name(toolbox: &mut Toolbox, _: &Arguments, _: &ZonedDateTime) -> Result<Outcome, ToolError> {
    match name(&toolbox.store)? {
        Some(name) => say(format!("Your name is {name}.")),
        None => say("You have not told me your name."),
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
    if deleted == 0 {
        return declined("You have not told me your name.");
    }
    say("I forgot your name.")
}

fn is_name(about: &str) -> bool {
    telling(about) == ["name"]
}

fn is_everything(about: &str) -> bool {
    let words = split(about);
    words.iter().any(|word| EVERYTHING.contains(&word.as_str())) && telling(about).len() == 1
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
fn about_it<'a>(facts: &'a [(i64, String)], about: &str) -> Vec<&'a str> {
    let wanted = telling(about);
    let matches = |fact: &str| {
        let words = telling(fact);
        wanted.iter().filter(|word| words.contains(word)).count()
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
fn telling(text: &str) -> Vec<String> {
    let words = split(text).into_iter();
    words
        .filter(|word| !EMPTY.contains(&word.as_str()))
        .map(|word| {
            let word = word.strip_suffix("'s").unwrap_or(&word);
            let long = word.len() > 3;
            let single = word.strip_suffix('s').filter(|_| long);
            single.unwrap_or(word).to_owned()
        })
        .collect()
}
