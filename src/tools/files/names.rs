//! Which file, column or cell is meant by what was said. Pure.

use super::super::lookup::{key, nearest};

/// Words around a name that are no part of it.
#[rustfmt::skip]
const AROUND: &[&str] = &[
    "the", "my", "our", "a", "file", "files", "table", "spreadsheet", "sheet", "column", "columns", "note",
    "document", "dot", "csv", "tsv", "pdf", "txt", "md", "called",
];

/// What is meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// The one at this place.
    One(usize),
    /// One of these.
    Several(Vec<usize>),
    None,
}

/// Which of the names is meant. A name may have folders before it, with `/` between: one that is called so itself
/// comes before one in a folder that is.
pub(super) fn which(said: &str, names: &[String]) -> Which {
    let said = bare(said);
    let last = |name: &String| bare(name.rsplit('/').next().unwrap_or_default());
    let lasts: Vec<String> = names.iter().map(last).collect();
    let all: Vec<String> = names.iter().map(|name| bare(name)).collect();
    let has_all = |name: &String| has_words(name, &said);
    let is_same = |name: &String| without_s(name) == without_s(&said);
    let ways: [Vec<usize>; 5] = [
        places(&lasts, |name| *name == said),
        places(&all, |name| *name == said),
        places(&lasts, is_same),
        places(&lasts, has_all),
        places(&all, has_all),
    ];
    if let Some(found) = ways.into_iter().find(|places| !places.is_empty()) {
        return match found.as_slice() {
            [only] => Which::One(*only),
            _ => Which::Several(found),
        };
    }
    let near = nearest(
        &said,
        lasts.into_iter().enumerate().map(|(at, name)| (name, at)),
    );
    near.map_or(Which::None, Which::One)
}

fn places(names: &[String], is_it: impl Fn(&String) -> bool) -> Vec<usize> {
    let found = names.iter().enumerate().filter(|(_, name)| is_it(name));
    found.map(|(at, _)| at).collect()
}

/// A name without the words around it: "my expenses.csv file" is "expenses".
pub(super) fn bare(said: &str) -> String {
    let key = key(&said.replace(['.', '/'], " "));
    let words: Vec<&str> = key
        .split(' ')
        .filter(|word| !AROUND.contains(word))
        .collect();
    if words.is_empty() {
        key
    } else {
        words.join(" ")
    }
}

/// Whether a cell has what was asked for, as whole words.
pub(super) fn has_cell(cell: &str, asked: &str) -> bool {
    has_words(&key(cell), &key(asked))
}

fn has_words(text: &str, asked: &str) -> bool {
    let mut asked = asked.split_whitespace().peekable();
    let is_there = |word: &str| {
        text.split(' ')
            .any(|other| without_s(other) == without_s(word))
    };
    asked.peek().is_some() && asked.all(is_there)
}

fn without_s(name: &str) -> &str {
    let one = name.strip_suffix('s').filter(|one| one.len() > 2);
    one.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(said: &str, names: &[&str]) -> Which {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        which(said, &names)
    }

    #[test]
    fn a_file_is_known_by_its_name_however_it_is_said() {
        let names = ["money/expenses", "money/income_2026", "Shopping list"];
        for said in [
            "expenses",
            "my expenses file",
            "expenses.csv",
            "Expenses dot CSV",
            "expense",
            "expanses",
        ] {
            assert_eq!(found(said, &names), Which::One(0), "{said}");
        }
        assert_eq!(found("income", &names), Which::One(1));
        assert_eq!(found("shopping", &names), Which::One(2));
        assert_eq!(found("holidays", &names), Which::None);
    }

    #[test]
    fn of_two_with_one_name_it_is_asked_which() {
        let names = ["2025/expenses", "2026/expenses"];
        assert_eq!(found("expenses", &names), Which::Several(vec![0, 1]));
        assert_eq!(found("2026 expenses", &names), Which::One(1));
    }

    #[test]
    fn a_cell_has_whole_words() {
        assert!(has_cell("Food & drink", "food"));
        assert!(has_cell("foods", "food"));
        assert!(!has_cell("seafood", "food"));
        assert!(!has_cell("food", ""));
    }
}
