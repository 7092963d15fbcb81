//! The user's notes and folders: looking in them, counting rows of tables, summing columns.
//!
//! What a file says is said as what the file says, with its name before it, and never more than a sentence or two
//! of it; nobody acts on it. What is not found is said to be not found.

mod asked;
mod names;
mod saying;

use std::sync::Arc;

use jiff::ZonedDateTime;

use super::arguments::Arguments;
use super::spoken::{say_number, spell_out};
use super::{
    Class, Outcome, Parameter, Spec, ToolError, Toolbox, declined, optional, required, say,
};
use crate::folders::{FileId, Folders, Found, Kind, KnownFile, Table, Trouble, file_name};
use names::{Which, bare, has_cell, which};
use saying::{passage, rows};

pub(super) use asked::{has_words, telling_words, words};

const TABLE: Parameter = required("file", "which table");
const ONLY: Parameter = optional("only", "what the rows have in a cell");

pub(super) static TOOLS: &[Spec] = &[
    Spec {
        name: "search_notes",
        description: "Look for something in the user's notes and in the files of their folders.",
        class: Class::Read,
        parameters: &[
            required("query", "what to look for"),
            optional("file", "which file"),
        ],
        run: search_notes,
    },
    Spec {
        name: "count_rows",
        description: "Count the rows of a table (CSV) in the user's folders.",
        class: Class::Read,
        parameters: &[TABLE, ONLY],
        run: count_rows,
    },
    Spec {
        name: "sum_column",
        description: "Add up a column of a table (CSV) in the user's folders.",
        class: Class::Read,
        parameters: &[required("column", "which column"), TABLE, ONLY],
        run: sum_column,
    },
];

/// Files, folders or columns that are named in an answer.
const MOST_NAMED: usize = 6;
const NO_FOLDERS: &str = "there is no folder of yours that I can look into";

fn search_notes(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let query = given.required("query")?;
    let words = words(query);
    let Some(folders) = toolbox.folders.clone() else {
        return match noted(toolbox, &words)? {
            Some(note) => say(format!("You noted: {note}.")),
            None => declined(format!(
                "I found nothing about {query} in what you noted, and {NO_FOLDERS}."
            )),
        };
    };
    folders.refresh();
    let within = match given.text("file") {
        Some(file) => Some(chosen(&folders, file, |_| true)?.id),
        None => None,
    };
    if within.is_none()
        && let Some(note) = noted(toolbox, &words)?
    {
        return say(format!("You noted: {note}."));
    }
    let found = folders.search(&words, within)?;
    match found.hits.first() {
        Some(_) => say(found_words(&found, now)),
        None => {
            let place = match within {
                Some(_) => "that file",
                None => "your notes",
            };
            let not_yet = still_reading(&found);
            let unreached = unreached(&folders);
            declined(format!(
                "I found nothing about {query} in {place}.{not_yet}{unreached}"
            ))
        }
    }
}

/// The best passage, and where there is more.
fn found_words(found: &Found, now: &ZonedDateTime) -> String {
    let Some(best) = found.hits.first() else {
        return String::new();
    };
    let said = passage(best, now);
    if !found.has_all_words {
        return format!("Nothing has all of these words. The nearest: {said}");
    }
    let mut others: Vec<(FileId, &str)> = found
        .hits
        .iter()
        .map(|hit| (hit.file, hit.path.as_str()))
        .collect();
    others.retain(|(file, _)| *file != best.file);
    others.sort_unstable();
    others.dedup();
    match others.as_slice() {
        [] => said,
        [(_, path)] => format!("{said} There is more in {}.", file_name(path)),
        others => format!("{said} There is more in {} other files.", others.len()),
    }
}

/// Why there may be more than was found.
fn still_reading(found: &Found) -> &'static str {
    match (found.is_complete, found.has_failed) {
        (false, _) => " I am still reading your folders.",
        (true, true) => " I could not take up all of your files.",
        (true, false) => "",
    }
}

/// Which of the folders that are configured are not there now.
fn unreached(folders: &Folders) -> String {
    let troubles = folders.troubles().into_iter();
    let name = |trouble: Trouble| {
        let name = trouble.path.file_name().unwrap_or_default();
        file_name(&name.to_string_lossy())
    };
    let names: Vec<String> = troubles.map(name).take(MOST_NAMED).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!(" I cannot reach your folder {one}."),
        names => format!(" I cannot reach your folders {}.", spell_out(names)),
    }
}

/// The latest thing that the user had noted down with all of the words.
fn noted(toolbox: &Toolbox, words: &[String]) -> Result<Option<String>, ToolError> {
    let notes = toolbox
        .store
        .texts("SELECT note FROM notes ORDER BY id DESC", [])?;
    Ok(notes.into_iter().find(|note| has_words(note, words)))
}

fn count_rows(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (name, table) = table(toolbox, given.required("file")?)?;
    let cut = cut(&table);
    match given.text("only") {
        None => say(format!("{name} has {}.{cut}", rows(table.rows.len()))),
        Some(only) => {
            let count = table.rows_where(|cell| has_cell(cell, only)).count();
            say(format!("{name} has {} with {only}.{cut}", rows(count)))
        }
    }
}

fn sum_column(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (name, table) = table(toolbox, given.required("file")?)?;
    let asked = given.required("column")?;
    let column = match which(asked, &table.columns) {
        Which::One(column) => column,
        Which::Several(columns) => {
            let columns = columns.into_iter().map(|at| table.columns[at].clone());
            let columns: Vec<String> = columns.take(MOST_NAMED).collect();
            let which = format!("Which column of {name}: {}?", columns.join(", or "));
            return Err(ToolError::Which(which));
        }
        Which::None => {
            let columns = &table.columns[..table.columns.len().min(MOST_NAMED)];
            return declined(format!(
                "{name} has no column that is called {asked}. It has {}.",
                spell_out(columns)
            ));
        }
    };
    let only = given.text("only");
    let of = only.map_or(String::new(), |only| format!(" for {only}"));
    let wanted = |cell: &str| only.is_none_or(|only| has_cell(cell, only));
    let sum = table.sum_where(column, wanted);
    let column = &table.columns[column];
    if sum.mixes_currencies {
        return declined(format!(
            "The column {column} of {name} has more than one currency{of}, so I do not add it up."
        ));
    }
    if sum.rows == 0 {
        return declined(format!("The column {column} of {name} has no numbers{of}."));
    }
    let total = say_number(&sum.total);
    let left_out = match sum.left_out {
        0 => String::new(),
        left_out => format!(" I left out {} without a number.", rows(left_out)),
    };
    let own_total = if sum.leaves_total {
        " I left out its last row, which is a total."
    } else {
        ""
    };
    let (over, cut) = (rows(sum.rows), cut(&table));
    say(format!(
        "The sum of {column} in {name}{of} is {total}, over {over}.{left_out}{own_total}{cut}"
    ))
}

fn cut(table: &Table) -> String {
    if table.is_cut {
        format!(" I read only its first {}.", rows(table.rows.len()))
    } else {
        String::new()
    }
}

/// A table of the user's folders, with its name.
fn table(toolbox: &Toolbox, file: &str) -> Result<(String, Table), ToolError> {
    let Some(folders) = &toolbox.folders else {
        return declined(format!("I have no tables: {NO_FOLDERS}."));
    };
    folders.refresh();
    let file = chosen(folders, file, |file| file.kind == Kind::Table)?;
    let name = file_name(&file.path);
    match folders.table(file.id)? {
        Some(table) => Ok((name, table)),
        None => declined(format!("I cannot read {name} as a table.")),
    }
}

/// The file that was named, of those that can be meant.
fn chosen(
    folders: &Arc<Folders>,
    said: &str,
    is_meant: impl Fn(&KnownFile) -> bool,
) -> Result<KnownFile, ToolError> {
    let mut files = folders.files()?;
    files.retain(is_meant);
    let stem = |file: &KnownFile| file.path.rsplit_once('.').map(|(stem, _)| stem.to_owned());
    let stems: Vec<String> = files.iter().filter_map(stem).collect();
    match which(said, &stems) {
        Which::One(at) => Ok(files.swap_remove(at)),
        Which::Several(places) => {
            let named = places.into_iter().take(MOST_NAMED);
            let named: Vec<String> = named.map(|at| files[at].path.replace('/', ", ")).collect();
            let which = format!("Which one do you mean: {}?", named.join("; or "));
            Err(ToolError::Which(which))
        }
        Which::None => declined(format!(
            "I found no file that is called {} in your folders.{}",
            bare(said),
            unreached(folders)
        )),
    }
}
