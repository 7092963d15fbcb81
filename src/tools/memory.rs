//! What the user told the assistant: facts, and their name.

use jiff::ZonedDateTime;
use rusqlite::OptionalExtension;

use super::arguments::Arguments;
use super::heard::Heard;
use super::says::fill;
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

fn remember(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = &toolbox.says().memory;
    let fact = toolbox.heard().fact(given.required("fact")?);
    let facts = facts(toolbox)?;
    if facts.len() >= MOST_FACTS {
        return declined(&says.full[..]);
    }
    if !facts.iter().any(|(_, other)| other == fact) {
        let query = "INSERT INTO facts (fact) VALUES (?1)";
        toolbox.store.connection.execute(query, [fact])?;
    }
    let form = match toolbox.store.is_kept {
        true => &says.remembered,
        false => &says.remembered_for_now,
    };
    say(fill(form, &[("fact", fact)]))
}

fn recall(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (says, speech) = (&toolbox.says().memory, &toolbox.says().speech);
    let heard = toolbox.heard();
    let all = facts(toolbox)?;
    let found = match given.text("about") {
        Some(about) if !is_everything(about, heard) => about_it(&all, about, heard),
        _ => all.iter().map(|(_, fact)| fact.as_str()).collect(),
    };
    match found.as_slice() {
        [] => match given.text("about") {
            Some(about) if !all.is_empty() && !is_everything(about, heard) => {
                say(fill(&says.told_nothing_about, &[("about", about)]))
            }
            _ => say(&says.told_nothing[..]),
        },
        facts => {
            let latest: Vec<&str> = facts.iter().rev().take(MOST_SAID).copied().collect();
            let (form, more) = match facts.len().saturating_sub(MOST_SAID) {
                0 => (&says.told, String::new()),
                more => (&says.told_and_more, more.to_string()),
            };
            let latest = latest.join(&speech.between_sentences);
            say(fill(form, &[("facts", &latest), ("count", &more)]))
        }
    }
}

fn forget(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (says, speech) = (&toolbox.says().memory, &toolbox.says().speech);
    let heard = toolbox.heard();
    let about = given.required("about")?;
    if is_everything(about, heard) {
        return declined(&says.say_everything[..]);
    }
    let all = facts(toolbox)?;
    let found: Vec<String> = about_it(&all, about, heard)
        .into_iter()
        .map(str::to_owned)
        .collect();
    match found.as_slice() {
        [] if telling(about, heard) == heard.name => forget_name(toolbox),
        [] => declined(fill(&says.told_nothing_about, &[("about", about)])),
        [fact] => {
            let query = "DELETE FROM facts WHERE fact = ?1";
            toolbox.store.connection.execute(query, [fact])?;
            say(fill(&says.forgot, &[("fact", fact)]))
        }
        facts => {
            let facts = facts.join(&speech.between_sentences);
            Err(ToolError::Which(fill(&says.which, &[("facts", &facts)])))
        }
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
    let query = "SELECT name FROM names";
    let read = |row: &rusqlite::Row| row.get::<_, String>(0);
    match toolbox
        .store
        .connection
        .query_row(query, [], read)
        .optional()?
    {
        Some(name) => say(fill(&says.name, &[("name", &name)])),
        None => say(&says.no_name[..]),
    }
}

fn forget_name(toolbox: &mut Toolbox) -> Result<Outcome, ToolError> {
    let deleted = toolbox.store.connection.execute("DELETE FROM names", [])?;
    let says = &toolbox.says().memory;
    match deleted {
        0 => declined(&says.no_name[..]),
        _ => say(&says.forgot_name[..]),
    }
}

fn is_everything(about: &str, heard: &Heard) -> bool {
    let words = split(about);
    words.iter().any(|word| heard.all.contains(word)) && telling(about, heard).len() == 1
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
fn about_it<'a>(facts: &'a [(i64, String)], about: &str, heard: &Heard) -> Vec<&'a str> {
    let wanted = telling(about, heard);
    let matches = |fact: &str| {
        let words = telling(fact, heard);
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
fn telling(text: &str, heard: &Heard) -> Vec<String> {
    let words = split(text).into_iter();
    words
        .filter(|word| !heard.tells_no_fact.contains(word))
        .map(|word| {
            let word = word.strip_suffix("'s").unwrap_or(&word);
            let long = word.len() > 3;
            let single = word.strip_suffix('s').filter(|_| long);
            single.unwrap_or(word).to_owned()
        })
        .collect()
}
