use super::*;
use crate::agent::intents::Intents;

/// A question, and its answer.
const ASKED: &str = include_str!("tests/asked.tsv");
/// What is for the language model, or a tool.
const NOT_ASKED: &str = include_str!("tests/not_asked.txt");

/// The longest answer. Characters: some twenty seconds of speech.
const LONGEST: usize = 300;

fn answer(words: &str) -> Option<&'static str> {
    let questions = Intents::bundled(Language::English).questions(words);
    let answer = Knowledge::bundled(Language::English).answer(&questions);
    answer.map(|(_, answer)| answer)
}

#[test]
fn questions_find_their_answers() {
    let lines = ASKED.lines().map(|line| line.split_once('\t').unwrap());
    let wrong: Vec<_> = lines
        .filter(|(asked, wanted)| answer(asked) != Some(*wanted))
        .map(|(asked, wanted)| format!("{asked}: {:?} for {wanted:?}", answer(asked)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_only_sounds_like_such_a_question_finds_none() {
    let found: Vec<_> = NOT_ASKED
        .lines()
        .filter_map(|words| answer(words).map(|answer| format!("{words}: {answer}")))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_misspelled_proper_name_is_mended_and_a_phrase_is_not() {
    assert_eq!(
        answer("Who wrote Pride and Prejudise?"),
        answer("Who wrote Pride and Prejudice?")
    );
    assert_ne!(
        answer("What is the longest river?"),
        answer("What is the largest river?"),
        "they are two questions"
    );
}

#[test]
fn no_name_stands_twice_and_every_name_is_written_as_it_is_compared() {
    for file in ENGLISH {
        let written: BTreeMap<String, Written> = toml::from_str(file).unwrap();
        for (what, written) in written {
            for name in written.answers.keys().flat_map(|names| names.split('|')) {
                assert_eq!(bare(name), name, "{what}");
            }
        }
    }
    let knowledge = Knowledge::bundled(Language::English);
    let in_tables: usize = knowledge.aspects.values().map(|one| one.names.len()).sum();
    let in_files = ENGLISH.iter().map(|file| {
        let written: BTreeMap<String, Written> = toml::from_str(file).unwrap();
        let keys = written.values().flat_map(|one| one.answers.keys());
        keys.map(|names| names.split('|').count()).sum::<usize>()
    });
    assert_eq!(in_tables, in_files.sum::<usize>());
}

#[test]
fn every_answer_is_a_sentence_that_can_be_spoken() {
    let knowledge = Knowledge::bundled(Language::English);
    for sentence in knowledge.aspects.values().flat_map(|one| &one.sentences) {
        assert!(sentence.ends_with(['.', '!', '?']), "{sentence}");
        assert!(sentence.chars().count() <= LONGEST, "{sentence}");
        assert!(!sentence.contains(['(', '*', '[', '/', '"']), "{sentence}");
    }
}

#[test]
fn every_aspect_is_asked_for_and_every_question_has_a_table() {
    let asked = Intents::bundled(Language::English).aspects();
    let known = &Knowledge::bundled(Language::English).aspects;
    for what in &asked {
        assert!(known.contains_key(*what), "no table of {what}");
    }
    for what in known.keys() {
        assert!(asked.contains(what.as_str()), "nothing asks for {what}");
    }
}

#[test]
fn other_languages_know_nothing_of_it() {
    let questions = Intents::bundled(Language::German).questions("Who wrote Romeo and Juliet?");
    assert!(questions.is_empty());
}
