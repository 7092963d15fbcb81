use std::sync::LazyLock;

use super::*;

static ENGLISH: LazyLock<Intents> = LazyLock::new(|| Intents::bundled(Language::English));

/// Utterance, tool, arguments.
const CALLS: &str = include_str!("tests/calls.tsv");
/// Utterance, kind.
const FIXED: &str = include_str!("tests/fixed.tsv");
const HARMLESS: &str = include_str!("tests/harmless.txt");
const NOTHING: &str = include_str!("tests/nothing.txt");

/// A decision as the tables write it.
fn decided(words: &str) -> String {
    match ENGLISH.decide(words) {
        None => "nothing".into(),
        Some(Decision::Say(kind)) => format!("{kind:?}"),
        Some(Decision::Call { name, arguments }) => {
            let arguments = arguments.iter();
            let arguments = arguments.map(|(name, value)| format!("{name}={}", value.as_str().unwrap()));
            let mut arguments: Vec<_> = arguments.collect();
            arguments.sort();
            match arguments.is_empty() {
                true => name,
                false => format!("{name}\t{}", arguments.join("; ")),
            }
        }
    }
}

/// The lines of a table that are decided otherwise.
fn wrong(table: &str, wanted: impl Fn(&str) -> (String, String)) -> Vec<String> {
    let lines = table.lines().map(wanted);
    let wrong = lines.filter_map(|(words, wanted)| {
        let decided = decided(&words);
        (decided != wanted).then(|| format!("{words:?}: {decided:?} for {wanted:?}"))
    });
    wrong.collect()
}

fn in_columns(line: &str) -> (String, String) {
    let mut columns = line.split('\t');
    let words = columns.next().unwrap();
    let mut wanted = columns.next().unwrap().to_owned();
    if let Some(arguments) = columns.next() {
        let mut arguments: Vec<_> = arguments.split("; ").collect();
        arguments.sort();
        wanted = format!("{wanted}\t{}", arguments.join("; "));
    }
    (words.to_owned(), wanted)
}

fn assert_none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_bundled_files_are_valid() {
    let (writing, parts, calls, fixed) = data::bundled(Language::English).unwrap();
    Intents::read(Spelling::new(writing), &parts, &calls.call, &fixed.fixed)
        .map(|_| ())
        .unwrap();
}

#[test]
fn a_command_is_the_call_that_it_asks_for() {
    assert_none(wrong(CALLS, in_columns));
}

#[test]
fn what_no_model_decides_is_fixed() {
    assert_none(wrong(FIXED, in_columns));
}

#[test]
fn questions_and_chat_are_left_to_the_model() {
    assert_none(wrong(NOTHING, |line| (line.to_owned(), "nothing".into())));
}

#[test]
fn what_only_sounds_like_harm_is_left_to_the_model() {
    assert_none(wrong(HARMLESS, |line| (line.to_owned(), "nothing".into())));
}
