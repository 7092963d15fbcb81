//! What holds in every language, and the tables of those beside English.

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

/// Utterance, tool, arguments, as in the tables of English.
const CALLS_OF: [(Language, &str); 5] = [
    (Language::German, include_str!("tests/de_calls.tsv")),
    (Language::Spanish, include_str!("tests/es_calls.tsv")),
    (Language::French, include_str!("tests/fr_calls.tsv")),
    (Language::Italian, include_str!("tests/it_calls.tsv")),
    (Language::Chinese, include_str!("tests/zh_calls.tsv")),
];

/// Utterance, subject of small talk; none for what only sounds like it.
const SMALL_TALK_OF: [(Language, &str); 5] = [
    (Language::German, include_str!("tests/de_small_talk.tsv")),
    (Language::Spanish, include_str!("tests/es_small_talk.tsv")),
    (Language::French, include_str!("tests/fr_small_talk.tsv")),
    (Language::Italian, include_str!("tests/it_small_talk.tsv")),
    (Language::Chinese, include_str!("tests/zh_small_talk.tsv")),
];

fn decided_in(language: Language, words: &str) -> String {
    let intents = Intents::bundled(language);
    match intents.decide(words) {
        None => match intents.unclear(words) {
            None => "nothing".into(),
            Some(kind) => format!("{kind:?}"),
        },
        Some(Decision::Say(kind)) => format!("{kind:?}"),
        Some(Decision::Ask(question)) => format!("{question:?}"),
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
fn a_command_is_the_call_that_it_asks_for_in_every_language() {
    for (language, table) in CALLS_OF {
        let wrong = wrong_in(language, table, in_columns);
        assert!(wrong.is_empty(), "{language}: {}", wrong.join("\n"));
    }
}

#[test]
fn small_talk_is_told_by_its_subject_in_every_language() {
    let mut wrong = Vec::new();
    for (language, table) in SMALL_TALK_OF {
        let intents = Intents::bundled(language);
        for line in table.lines() {
            let (words, wanted) = line.split_once('\t').unwrap();
            let told = intents.small_talk(words).unwrap_or_default();
            if told != wanted {
                wrong.push(format!("{language}: {words:?}: {told:?} for {wanted:?}"));
            }
        }
    }
    assert_none(wrong);
}

#[test]
fn every_subject_of_small_talk_is_tried_and_so_are_fifteen_sentences_that_are_none() {
    for (language, table) in SMALL_TALK_OF {
        let tried = |subject: &str| {
            let lines = table.lines();
            lines
                .filter(|line| line.ends_with(&format!("\t{subject}")))
                .count()
        };
        for subject in Intents::bundled(language).subjects() {
            assert!(tried(subject) >= 1, "{language}: {subject}");
        }
        assert!(tried("") >= 15, "{language}");
    }
}

#[test]
fn what_the_slots_take_is_understood_by_the_tools_in_every_language() {
    for (language, table) in CALLS_OF {
        let words = table.lines().map(|line| in_columns(line).0);
        let wrong = not_understood(language, words);
        assert!(wrong.is_empty(), "{language}: {}", wrong.join("\n"));
    }
}

#[test]
fn every_german_ordinal_of_the_sentences_is_one_of_the_tools() {
    let now = "2026-12-01T14:00[Europe/London]".parse().unwrap();
    let parts = data::bundled(Language::German).parts;
    for ordinal in &parts.phrases["ordnungszahl"] {
        let found = day(&format!("am {ordinal}"), &now, Language::German);
        assert!(found.is_some(), "{ordinal}");
    }
}

#[test]
fn every_command_of_every_language_has_a_tool_that_knows_it() {
    for language in Language::all() {
        for call in data::bundled(language).calls {
            let name = &call.tool;
            assert!(crate::tools::knows(name, language), "{language}: {name}");
        }
    }
}

#[test]
fn a_missing_length_is_taken_up_in_every_language() {
    for (language, words, length) in [
        (Language::German, "Auf zehn Minuten.", "zehn minuten"),
        (Language::Spanish, "Diez minutos.", "diez minutos"),
        (Language::French, "Dix minutes.", "dix minutes"),
        (Language::Italian, "Dieci minuti.", "dieci minuti"),
        (Language::Chinese, "十分钟。", "十 分 钟"),
    ] {
        let last = LastCall {
            name: "set_timer".into(),
            arguments: Map::new(),
            is_done: false,
        };
        let decision = Intents::bundled(language).follow_up(words, &last);
        let arguments = Map::from_iter([("duration".to_owned(), length.into())]);
        let name = "set_timer".to_owned();
        assert_eq!(decision, Some(Decision::Call { name, arguments }));
    }
}

#[test]
fn a_missing_time_is_taken_up_in_every_language() {
    for (language, words, time) in [
        (Language::German, "Auf halb acht.", "halb acht"),
        (Language::Spanish, "Las ocho y media.", "ocho y media"),
        (Language::French, "Sept heures.", "sept heures"),
        (Language::Italian, "Le sette e mezza.", "sette e mezza"),
        (Language::Chinese, "七点。", "七 点"),
    ] {
        let last = LastCall {
            name: "set_alarm".into(),
            arguments: Map::new(),
            is_done: false,
        };
        let decision = Intents::bundled(language).follow_up(words, &last);
        let arguments = Map::from_iter([("time".to_owned(), time.into())]);
        let name = "set_alarm".to_owned();
        assert_eq!(decision, Some(Decision::Call { name, arguments }));
    }
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
        // No sentence asks for what stands in the place of a guess, or of the rest.
        let asked = kinds(language).into_iter();
        let is_asked = |kind: &Fixed| !matches!(kind, Fixed::Unknown | Fixed::RestUnclear);
        for kind in asked.filter(is_asked) {
            assert!(wanted(&format!("{kind:?}")) >= 2, "{language}: {kind:?}");
        }
        assert!(wanted("nothing") >= 60, "{language}");
    }
}

#[test]
fn every_language_has_the_kinds_of_english_once() {
    let english = kinds(Language::English);
    for (language, _) in TABLES {
        let own = kinds(language);
        for kind in &english {
            let count = own.iter().filter(|own| *own == kind).count();
            assert_eq!(count, 1, "{language}: {kind:?}");
        }
        assert_eq!(own.len(), english.len(), "{language}");
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

/// All files of a language that name phrases.
macro_rules! sentences_of {
    ($code:literal) => {
        concat!(
            include_str!(concat!("../../../assets/intents/", $code, "/parts.toml")),
            include_str!(concat!("../../../assets/intents/", $code, "/fixed.toml")),
            include_str!(concat!("../../../assets/intents/", $code, "/calls.toml")),
            include_str!(concat!(
                "../../../assets/intents/",
                $code,
                "/follow_ups.toml"
            )),
            include_str!(concat!(
                "../../../assets/intents/",
                $code,
                "/small_talk.toml"
            )),
            include_str!(concat!("../../../assets/intents/", $code, "/known.toml"))
        )
    };
}

#[test]
fn every_phrase_and_every_slot_type_is_used_in_every_language() {
    for (language, files) in [
        (Language::German, sentences_of!("de")),
        (Language::Spanish, sentences_of!("es")),
        (Language::French, sentences_of!("fr")),
        (Language::Italian, sentences_of!("it")),
        (Language::Chinese, sentences_of!("zh")),
    ] {
        let parts = data::bundled(language).parts;
        for name in parts.phrases.keys() {
            assert!(files.contains(&format!("<{name}>")), "{language}: {name}");
        }
        for name in parts.slots.keys() {
            let uses = [format!("{{{name}}}"), format!(":{name}}}")];
            let is_used = uses.iter().any(|used| files.contains(used));
            assert!(is_used, "{language}: {name}");
        }
    }
}
