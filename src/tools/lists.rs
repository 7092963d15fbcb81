//! Lists, and notes.

use jiff::ZonedDateTime;
use rusqlite::params;

use super::arguments::Arguments;
use super::spoken::spell_out;
use super::{
    Class, Outcome, Parameter, Spec, ToolError, Toolbox, declined, optional, required, say,
};

const LIST: Parameter = optional("list", "which list");

pub(super) static TOOLS: &[Spec] = &[
    Spec {
        name: "add_to_list",
        description: "Add something to a list, the shopping list if none is named.",
        class: Class::Act,
        parameters: &[
            required("item", "what to add"),
            LIST,
            optional("instead_of", "what to remove, since this takes its place"),
        ],
        run: add,
    },
    Spec {
        name: "read_list",
        description: "Read a list.",
        class: Class::Read,
        parameters: &[LIST],
        run: read,
    },
    Spec {
        name: "remove_from_list",
        description: "Take something off a list.",
        class: Class::Act,
        parameters: &[required("item", "what to remove"), LIST],
        run: remove,
    },
    Spec {
        name: "clear_list",
        description: "Take everything off a list.",
        class: Class::AskFirst,
        parameters: &[LIST],
        run: clear,
    },
    Spec {
        name: "take_note",
        description: "Write a note down.",
        class: Class::Act,
        parameters: &[required("text", "what to note")],
        run: take_note,
    },
    Spec {
        name: "read_notes",
        description: "Read the notes.",
        class: Class::Read,
        parameters: &[],
        run: read_notes,
    },
    Spec {
        name: "clear_notes",
        description: "Delete all notes.",
        class: Class::AskFirst,
        parameters: &[],
        run: clear_notes,
    },
];

/// The list that is meant when none is named.
const USUAL_LIST: &str = "shopping";
/// Things with "and" in their name, one a line.
const PAIRS: &str = include_str!("../../assets/tools/en/pairs.txt");
/// More on one list are refused.
const MOST_ITEMS: usize = 500;
/// More notes are not read at once.
const MOST_NOTES_READ: usize = 5;

/// The name of the list that is meant.
fn list(given: &Arguments) -> String {
    list_name(given.text("list"))
}

/// The name of a list: "my shopping list" is "shopping".
pub(super) fn list_name(said: Option<&str>) -> String {
    let name = said.unwrap_or(USUAL_LIST).to_lowercase();
    let words: Vec<&str> = name
        .split(' ')
        .filter(|word| !["the", "my", "our", "list"].contains(word))
        .collect();
    let name = words.join(" ");
    match name.as_str() {
        "" | "grocery" | "groceries" => USUAL_LIST.to_owned(),
        "todo" | "to-do" => "to do".to_owned(),
        _ => name,
    }
}

fn items(toolbox: &Toolbox, list: &str) -> Result<Vec<String>, ToolError> {
    let query = "SELECT item FROM items WHERE list = ?1 ORDER BY id";
    Ok(toolbox.store.texts(query, [list])?)
}

fn add(toolbox: &mut Toolbox, given: &Arguments, _: &ZonedDateTime) -> Result<Outcome, ToolError> {
    let list = list(given);
    let named = several(given.required("item")?);
    let replaced = several(given.text("instead_of").unwrap_or_default());
    let there = items(toolbox, &list)?;
    let (replaced, there): (Vec<String>, Vec<String>) = there
        .into_iter()
        .partition(|item| replaced.iter().any(|other| same(other, item)));
    let is_there = |item: &String| there.iter().any(|other| same(other, item));
    let new: Vec<String> = named
        .iter()
        .filter(|item| !is_there(item))
        .cloned()
        .collect();
    if new.is_empty() && replaced.is_empty() {
        return say(format!(
            "The {list} list already has {}.",
            spell_out(&named)
        ));
    }
    if there.len() + new.len() > MOST_ITEMS {
        return declined(format!("The {list} list is full."));
    }
    let transaction = toolbox.store.writing()?;
    for item in &replaced {
        let query = "DELETE FROM items WHERE list = ?1 AND item = ?2";
        transaction.execute(query, params![list, item])?;
    }
    for item in &new {
        let query = "INSERT INTO items (list, item) VALUES (?1, ?2)";
        transaction.execute(query, params![list, item])?;
    }
    transaction.commit()?;
    let added = spell_out(if new.is_empty() { &named } else { &new });
    if replaced.is_empty() {
        return say(format!("I added {added} to the {list} list."));
    }
    let replaced = spell_out(&replaced);
    say(format!(
        "The {list} list has {added} now, and not {replaced}."
    ))
}

/// The things of "milk, eggs, and bread"; one of [`PAIRS`] is one thing.
fn several(text: &str) -> Vec<String> {
    let mut things = Vec::new();
    for part in text.split(',') {
        let part = part.trim();
        let part = part.strip_prefix("and ").unwrap_or(part);
        let mut rest = part.split(" and ").map(str::trim).peekable();
        while let Some(thing) = rest.next() {
            let pair = rest.peek().map(|next| format!("{thing} and {next}"));
            let pair = pair.filter(|pair| PAIRS.lines().any(|known| same(known, pair)));
            things.push(match pair {
                Some(pair) => {
                    rest.next();
                    pair
                }
                None => thing.to_owned(),
            });
        }
    }
    things.retain(|thing| !thing.is_empty());
    things
}

fn read(toolbox: &mut Toolbox, given: &Arguments, _: &ZonedDateTime) -> Result<Outcome, ToolError> {
    let list = list(given);
    let items = items(toolbox, &list)?;
    if items.is_empty() {
        return say(format!("There is nothing on the {list} list."));
    }
    say(format!("On the {list} list: {}.", spell_out(&items)))
}

fn remove(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let list = list(given);
    let there = items(toolbox, &list)?;
    let mut named = vec![given.required("item")?.to_owned()];
    if !there.iter().any(|item| same(item, &named[0])) {
        named = several(&named[0]);
    }
    let (mut removed, mut missing) = (Vec::new(), Vec::new());
    for name in named {
        match there.iter().find(|item| same(item, &name)) {
            Some(item) => removed.push(item.clone()),
            None => missing.push(name),
        }
    }
    if !missing.is_empty() {
        let missing = spell_out(&missing);
        return declined(format!("The {list} list does not have {missing}."));
    }
    let transaction = toolbox.store.writing()?;
    for item in &removed {
        let query = "DELETE FROM items WHERE list = ?1 AND item = ?2";
        transaction.execute(query, params![list, item])?;
    }
    transaction.commit()?;
    let removed = spell_out(&removed);
    say(format!("I took {removed} off the {list} list."))
}

fn clear(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let list = list(given);
    let query = "DELETE FROM items WHERE list = ?1";
    match toolbox.store.connection.execute(query, [&list])? {
        0 => declined(format!("There is nothing on the {list} list.")),
        _ => say(format!("The {list} list is empty now.")),
    }
}

/// Whether two names of a thing are the same: "The eggs", "eggs".
fn same(one: &str, other: &str) -> bool {
    let bare = |text: &str| {
        let text = text.to_lowercase();
        let articles = ["the ", "a ", "an ", "some "];
        let found = articles
            .iter()
            .find_map(|article| text.strip_prefix(article));
        found.unwrap_or(&text).to_owned()
    };
    bare(one) == bare(other)
}

fn take_note(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let text = given.required("text")?;
    let query = "INSERT INTO notes (note) VALUES (?1)";
    toolbox.store.connection.execute(query, [text])?;
    say(format!("I noted: {text}."))
}

fn read_notes(
    toolbox: &mut Toolbox,
    _: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let notes = toolbox
        .store
        .texts("SELECT note FROM notes ORDER BY id DESC", [])?;
    let (read, more) = notes.split_at(notes.len().min(MOST_NOTES_READ));
    match (read, more.len()) {
        ([], _) => say("You have no notes."),
        (read, 0) => say(format!("Your notes: {}.", read.join(". "))),
        (read, more) => say(format!(
            "Your latest notes: {}. And {more} more.",
            read.join(". ")
        )),
    }
}

fn clear_notes(
    toolbox: &mut Toolbox,
    _: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    match toolbox.store.connection.execute("DELETE FROM notes", [])? {
        0 => declined("You have no notes."),
        _ => say("Your notes are deleted."),
    }
}
