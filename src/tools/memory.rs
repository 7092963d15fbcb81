//! What the user told the assistant: facts, and their name.

use jiff::ZonedDateTime;
use rusqlite::OptionalExtension;

use super::arguments::Arguments;
use super::spoken::split;
use super::{Class, Outcome, Spec, ToolError, Toolbox, declined, optional, required, say};

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
    Spec {
        name: "forget",
        description: "Forget what the user told about something.",
        class: Class::Act,
        parameters: &[required("about", "what to forget")],
        run: forget,
    },
    Spec {
        name: "forget_everything",
        description: "Forget all facts and the user's name.",
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

fn remember(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let fact = given.required("fact")?;
    let fact = fact.strip_prefix("that ").unwrap_or(fact);
    let facts = facts(toolbox)?;
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
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let all = facts(toolbox)?;
    let found = match given.text("about") {
        Some(about) if !is_everything(about) => about_it(&all, about),
        _ => all.iter().map(|(_, fact)| fact.as_str()).collect(),
    };
    match found.as_slice() {
        [] => match given.text("about") {
            Some(about) if !all.is_empty() && !is_everything(about) => {
                say(format!("You told me nothing to remember about {about}."))
            }
            _ => say("You told me nothing to remember."),
        },
        [fact] => say(format!("You told me: {fact}.")),
        facts => {
            let more = facts.len().saturating_sub(MOST_SAID);
            let latest: Vec<&str> = facts.iter().rev().take(MOST_SAID).copied().collect();
            let more = match more {
                0 => String::new(),
                more => format!(" And {more} more."),
            };
            say(format!("You told me: {}.{more}", latest.join(". ")))
        }
    }
}

fn forget(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let about = given.required("about")?;
    if is_everything(about) {
        return declined("To forget all of it, say: forget everything.");
    }
    let all = facts(toolbox)?;
    let found: Vec<String> = about_it(&all, about)
        .into_iter()
        .map(str::to_owned)
        .collect();
    match found.as_slice() {
        [] if is_name(about) => forget_name(toolbox),
        [] => declined(format!("You told me nothing to remember about {about}.")),
        [fact] => {
            let query = "DELETE FROM facts WHERE fact = ?1";
            toolbox.store.connection.execute(query, [fact])?;
            say(format!("I forgot: {fact}."))
        }
        facts => Err(ToolError::Which(format!(
            "Which should I forget? You told me: {}.",
            facts.join(". ")
        ))),
    }
}

fn forget_everything(
    toolbox: &mut Toolbox,
    _: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let transaction = toolbox.store.writing()?;
    transaction.execute_batch("DELETE FROM facts; DELETE FROM names;")?;
    transaction.commit()?;
    say("I forgot all that you told me to remember, and your name.")
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
    let query = "SELECT name FROM names";
    let read = |row: &rusqlite::Row| row.get::<_, String>(0);
    match toolbox
        .store
        .connection
        .query_row(query, [], read)
        .optional()?
    {
        Some(name) => say(format!("Your name is {name}.")),
        None => say("You have not told me your name."),
    }
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
fn facts(toolbox: &Toolbox) -> Result<Vec<(i64, String)>, ToolError> {
    let mut statement = toolbox
        .store
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
