//! What holds in every language, and the tables of those that have fixed words only.

use super::*;
use crate::language::is_han;

/// Utterance, kind; "nothing" is left to the model.
const TABLES: [(Language, &str); 5] = [
    (Language::German, include_str!("tests/de.tsv")),
    (Language::Spanish, include_str!("tests/es.tsv")),
    (Language::French, include_str!("tests/fr.tsv")),
    (Language::Italian, include_str!("tests/it.tsv")),
    (Language::Chinese, include_str!("tests/zh.tsv")),
];

/// What English leaves to its tools.
const WITHOUT_TOOLS: [Fixed; 5] = [
    Fixed::TimersUnclear,
    Fixed::TimeUnclear,
    Fixed::ListsUnclear,
    Fixed::ToolsUnclear,
    Fixed::WhatCanYouDo,
];

fn decided_in(language: Language, words: &str) -> String {
    match Intents::bundled(language).decide(words) {
        None => "nothing".into(),
        Some(Decision::Say(kind)) => format!("{kind:?}"),
        Some(Decision::Call { name, .. }) => name,
    }
}

fn wrong_in_tables(of_nothing: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for (language, table) in TABLES {
        for line in table.lines() {
            let (words, wanted) = line.split_once('\t').unwrap();
            let decided = decided_in(language, words);
            if (wanted == "nothing") == of_nothing && decided != wanted {
                wrong.push(format!("{language}: {words:?}: {decided} for {wanted}"));
            }
        }
    }
    wrong
}

#[test]
fn what_no_model_decides_is_fixed_in_every_language() {
    assert_none(wrong_in_tables(false));
}

#[test]
fn everyday_sentences_are_left_to_the_model_in_every_language() {
    assert_none(wrong_in_tables(true));
}

#[test]
fn every_kind_of_every_language_is_tried_and_so_are_sixty_harmless_sentences() {
    for (language, table) in TABLES {
        let wanted = |kind: &str| {
            let lines = table.lines();
            lines
                .filter(|line| line.ends_with(&format!("\t{kind}")))
                .count()
        };
        for kind in kinds(language) {
            assert!(wanted(&format!("{kind:?}")) >= 2, "{language}: {kind:?}");
        }
        assert!(wanted("nothing") >= 60, "{language}");
    }
}

#[test]
fn every_language_has_the_kinds_of_english_once_and_those_for_want_of_tools() {
    let english = kinds(Language::English);
    for (language, _) in TABLES {
        let own = kinds(language);
        for kind in english.iter().chain(&WITHOUT_TOOLS) {
            let count = own.iter().filter(|own| *own == kind).count();
            assert_eq!(count, 1, "{language}: {kind:?}");
        }
        assert_eq!(own.len(), english.len() + WITHOUT_TOOLS.len(), "{language}");
    }
}

/// Each answer of a language for a country.
fn answers(language: Language, country: Option<&str>) -> Vec<String> {
    let mut all = Vec::new();
    for engines in [Engines::OnThisMachine, Engines::OnAServer] {
        let circumstances = Circumstances {
            country,
            engines,
            ..HERE
        };
        for kind in kinds(language) {
            let words = Intents::bundled(language).words(kind, &circumstances);
            assert!(!words.is_empty(), "{language}: {kind:?}");
            all.extend(words);
        }
    }
    all
}

#[test]
fn fixed_words_can_be_spoken_as_they_stand() {
    let ends = ['.', '?', '!', '。', '？', '！'];
    for language in Language::all() {
        for country in [
            None,
            Some("us"),
            Some("GB"),
            Some("DE"),
            Some("CN"),
            Some("BR"),
        ] {
            for words in answers(language, country) {
                assert!(!words.contains(['{', '}']), "{words}");
                assert!(words.ends_with(ends), "{words}");
                assert!(!words.contains("  "), "{words}");
                assert!(!words.contains(char::is_numeric), "{words}");
            }
        }
    }
}

#[test]
fn fixed_words_are_written_in_the_script_of_the_language() {
    for language in Language::all() {
        for words in answers(language, Some("cn")) {
            let words = words.replace(HERE.name, "");
            let mut letters = words.chars().filter(|c| c.is_alphabetic());
            let is_right = match language {
                Language::Chinese => letters.all(is_han),
                _ => letters.all(|letter| letter < '\u{250}'),
            };
            assert!(is_right, "{language}: {words}");
        }
    }
}

#[test]
fn an_answer_is_not_there_twice_and_there_are_a_dozen_jokes() {
    for language in Language::all() {
        let mut all = Vec::new();
        for kind in kinds(language) {
            let words = Intents::bundled(language).words(kind, &HERE);
            assert!(kind != Fixed::Joke || words.len() >= 12, "{language}");
            all.extend(words);
        }
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count, "{language}");
    }
}

#[test]
fn whom_to_call_is_said_digit_by_digit_in_every_language() {
    for (language, country, line, emergency) in [
        (
            Language::German,
            "DE",
            "null acht null null",
            "eins eins zwei",
        ),
        (Language::Spanish, "ES", "cero dos cuatro", "uno uno dos"),
        (Language::French, "fr", "trois un un quatre", "un un deux"),
        (Language::Italian, "it", "zero due", "uno uno due"),
        (Language::Chinese, "CN", "幺二三五六", "幺二零"),
        (Language::German, "US", "neun acht acht", "neun eins eins"),
    ] {
        let circumstances = Circumstances {
            country: Some(country),
            ..HERE
        };
        for words in Intents::bundled(language).words(Fixed::SelfHarm, &circumstances) {
            assert!(words.contains(line) && words.contains(emergency), "{words}");
        }
    }
}

#[test]
fn every_phrase_is_used_in_every_language() {
    for (language, files) in [
        (
            Language::German,
            concat!(
                include_str!("../../../assets/intents/de/parts.toml"),
                include_str!("../../../assets/intents/de/fixed.toml")
            ),
        ),
        (
            Language::Spanish,
            concat!(
                include_str!("../../../assets/intents/es/parts.toml"),
                include_str!("../../../assets/intents/es/fixed.toml")
            ),
        ),
        (
            Language::French,
            concat!(
                include_str!("../../../assets/intents/fr/parts.toml"),
                include_str!("../../../assets/intents/fr/fixed.toml")
            ),
        ),
        (
            Language::Italian,
            concat!(
                include_str!("../../../assets/intents/it/parts.toml"),
                include_str!("../../../assets/intents/it/fixed.toml")
            ),
        ),
        (
            Language::Chinese,
            concat!(
                include_str!("../../../assets/intents/zh/parts.toml"),
                include_str!("../../../assets/intents/zh/fixed.toml")
            ),
        ),
    ] {
        for name in data::bundled(language).parts.phrases.keys() {
            assert!(files.contains(&format!("<{name}>")), "{language}: {name}");
        }
    }
}
