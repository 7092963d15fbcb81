//! Lists, and notes.

use jiff::ZonedDateTime;
use rusqlite::params;

use super::arguments::Arguments;
use super::heard::Heard;
use super::memory::telling;
use super::says::{Sayings, fill};
use super::spoken::one_or_several;
use super::{
    Class, Outcome, Parameter, Spec, ToolError, Toolbox, declined, optional, required, say,
};
use crate::language::Language;

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
        name: "remove_note",
        description: "Delete one note.",
        class: Class::Act,
        parameters: &[required("about", "what the note is about")],
        run: remove_note,
    },
    Spec {
        name: "clear_notes",
        description: "Delete all notes.",
        class: Class::AskFirst,
        parameters: &[],
        run: clear_notes,
    },
];

/// The list that is meant when none is named, as it is kept.
const USUAL_LIST: &str = "shopping";
/// Things with "and" in their name, one a line.
const PAIRS: &str = include_str!("../../assets/tools/en/pairs.txt");
/// More on one list are refused.
const MOST_ITEMS: usize = 500;
/// The note that was taken last.
const NEWEST: &str = "newest";
/// More notes are not read at once.
const MOST_NOTES_READ: usize = 5;

/// The list that is meant: as it is kept, and as it is called.
fn list(toolbox: &Toolbox, given: &Arguments) -> (String, String) {
    let kept = kept_as(given.text("list"), toolbox.language);
    let called = called(&kept, toolbox.language);
    (kept, called)
}

/// The name under which a list is kept, which is the same in all languages for those that all have.
fn kept_as(said: Option<&str>, language: Language) -> String {
    let name = said.map_or(String::new(), |said| Heard::of(language).list(said));
    match name.as_str() {
        "" => USUAL_LIST.to_owned(),
        _ => name,
    }
}

fn called(kept: &str, language: Language) -> String {
    let says = &Sayings::of(language).lists;
    let known = says.names.get(kept);
    known.map_or_else(|| fill(&says.other, &[("name", kept)]), String::clone)
}

/// What a list is called: "shopping list".
pub(super) fn list_name(said: Option<&str>, language: Language) -> String {
    called(&kept_as(said, language), language)
}

fn items(toolbox: &Toolbox, list: &str) -> Result<Vec<String>, ToolError> {
    let query = "SELECT item FROM items WHERE list = ?1 ORDER BY id";
    Ok(toolbox.store.texts(query, [list])?)
}

fn add(toolbox: &mut Toolbox, given: &Arguments, _: &ZonedDateTime) -> Result<Outcome, ToolError> {
    let (says, speech) = (&toolbox.says().lists, &toolbox.says().speech);
    let heard = toolbox.heard();
    let (list, called) = list(toolbox, given);
    let named = several(given.required("item")?, heard);
    let replaced = several(given.text("instead_of").unwrap_or_default(), heard);
    let there = items(toolbox, &list)?;
    let (replaced, there): (Vec<String>, Vec<String>) = there
        .into_iter()
        .partition(|item| replaced.iter().any(|other| same(other, item, heard)));
    let is_there = |item: &String| there.iter().any(|other| same(other, item, heard));
    let new: Vec<String> = named
        .iter()
        .filter(|item| !is_there(item))
        .cloned()
        .collect();
    let said = |form: &str, items: &[String], others: &[String]| {
        let (items, others) = (speech.list(items), speech.list(others));
        fill(
            form,
            &[("list", &called), ("items", &items), ("others", &others)],
        )
    };
    if new.is_empty() && replaced.is_empty() {
        return say(said(&says.has_already, &named, &[]));
    }
    if there.len() + new.len() > MOST_ITEMS {
        return declined(said(&says.full, &[], &[]));
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
    let added = if new.is_empty() { &named } else { &new };
    let form = if replaced.is_empty() {
        &says.added
    } else {
        &says.replaced
    };
    say(said(form, added, &replaced))
}

/// The things of "milk, eggs, and bread"; one of [`PAIRS`] is one thing.
fn several(text: &str, heard: &Heard) -> Vec<String> {
    let mut things = Vec::new();
    for part in text.split([',', '，', '、']) {
        let mut rest = parted(part, heard).into_iter().peekable();
        while let Some(thing) = rest.next() {
            let pair = rest.peek().map(|next| format!("{thing} and {next}"));
            let pair = pair.filter(|pair| PAIRS.lines().any(|known| same(known, pair, heard)));
            things.push(match pair {
                Some(pair) => {
                    rest.next();
                    pair
                }
                None => thing,
            });
        }
    }
    things.retain(|thing| !thing.is_empty());
    things
}

/// What stands between each "and", which has spaces around it where words have.
fn parted(text: &str, heard: &Heard) -> Vec<String> {
    let mut parts = vec![format!(" {text} ")];
    for and in &heard.and {
        let spaced = if and.chars().all(crate::language::is_han) {
            and.clone()
        } else {
            format!(" {and} ")
        };
        let split = parts.iter().flat_map(|part| part.split(&spaced));
        parts = split.map(|part| format!(" {part} ")).collect();
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

fn read(toolbox: &mut Toolbox, given: &Arguments, _: &ZonedDateTime) -> Result<Outcome, ToolError> {
    let (says, speech) = (&toolbox.says().lists, &toolbox.says().speech);
    let (list, called) = list(toolbox, given);
    let items = items(toolbox, &list)?;
    let form = if items.is_empty() {
        &says.empty
    } else {
        &says.read
    };
    let items = speech.list(&items);
    say(fill(form, &[("list", &called), ("items", &items)]))
}

fn remove(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (says, speech) = (&toolbox.says().lists, &toolbox.says().speech);
    let heard = toolbox.heard();
    let (list, called) = list(toolbox, given);
    let there = items(toolbox, &list)?;
    let mut named = vec![given.required("item")?.to_owned()];
    if !there.iter().any(|item| same(item, &named[0], heard)) {
        named = several(&named[0], heard);
    }
    let (mut removed, mut missing) = (Vec::new(), Vec::new());
    for name in named {
        match there.iter().find(|item| same(item, &name, heard)) {
            Some(item) => removed.push(item.clone()),
            None => missing.push(name),
        }
    }
    let said = |form: &str, items: &[String]| {
        fill(form, &[("list", &called), ("items", &speech.list(items))])
    };
    if !missing.is_empty() {
        return declined(said(&says.lacks, &missing));
    }
    let transaction = toolbox.store.writing()?;
    for item in &removed {
        let query = "DELETE FROM items WHERE list = ?1 AND item = ?2";
        transaction.execute(query, params![list, item])?;
    }
    transaction.commit()?;
    say(said(&says.removed, &removed))
}

fn clear(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = &toolbox.says().lists;
    let (list, called) = list(toolbox, given);
    let query = "DELETE FROM items WHERE list = ?1";
    match toolbox.store.connection.execute(query, [&list])? {
        0 => declined(fill(&says.empty, &[("list", &called)])),
        _ => say(fill(&says.cleared, &[("list", &called)])),
    }
}

/// Whether two names of a thing are the same: "The eggs", "eggs".
fn same(one: &str, other: &str, heard: &Heard) -> bool {
    let bare = |text: &str| heard.bare(text).to_lowercase();
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
    say(fill(&toolbox.says().lists.noted, &[("note", text)]))
}

fn read_notes(
    toolbox: &mut Toolbox,
    _: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (says, speech) = (&toolbox.says().lists, &toolbox.says().speech);
    let notes = toolbox
        .store
        .texts("SELECT note FROM notes ORDER BY id DESC", [])?;
    let (read, more) = notes.split_at(notes.len().min(MOST_NOTES_READ));
    if read.is_empty() {
        return say(&says.no_notes[..]);
    }
    let (notes, count) = (read.join(&speech.between_sentences), more.len().to_string());
    let form = if more.is_empty() {
        says.notes.as_str()
    } else {
        one_or_several(&says.notes_and_more, &count)
    };
    say(fill(form, &[("notes", &notes), ("count", &count)]))
}

/// Deletes the note that has all these words, or the latest.
fn remove_note(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (says, speech, heard) = (
        &toolbox.says().lists,
        &toolbox.says().speech,
        toolbox.heard(),
    );
    let about = given.required("about")?;
    let notes = toolbox
        .store
        .texts("SELECT note FROM notes ORDER BY id DESC", [])?;
    if notes.is_empty() {
        return declined(&says.no_notes[..]);
    }
    let wanted = telling(heard.bare(about), heard);
    let is_meant = |note: &&String| {
        // The words of Chinese are not parted.
        if about.contains(crate::language::is_han) {
            return note.contains(about);
        }
        let of_note = telling(note, heard);
        !wanted.is_empty() && wanted.iter().all(|word| of_note.contains(word))
    };
    let meant: Vec<&String> = match about {
        NEWEST => notes.iter().take(1).collect(),
        _ => notes.iter().filter(is_meant).collect(),
    };
    match meant[..] {
        [] => declined(fill(&says.no_such_note, &[("about", about)])),
        [note] => {
            let query = "DELETE FROM notes WHERE note = ?1";
            toolbox.store.connection.execute(query, [note])?;
            say(fill(&says.note_deleted, &[("note", note)]))
        }
        ref several => {
            let notes: Vec<&str> = several.iter().map(|note| note.as_str()).collect();
            let notes = notes.join(&speech.between_sentences);
            Err(ToolError::Which(fill(
                &says.which_note,
                &[("notes", &notes)],
            )))
        }
    }
}

fn clear_notes(
    toolbox: &mut Toolbox,
    _: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = &toolbox.says().lists;
    match toolbox.store.connection.execute("DELETE FROM notes", [])? {
        0 => declined(&says.no_notes[..]),
        _ => say(&says.notes_deleted[..]),
    }
}
