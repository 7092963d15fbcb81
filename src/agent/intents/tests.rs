use std::sync::LazyLock;

use super::*;
use crate::tools::spoken::{day, duration, moment, number, past_days, weekly};

static ENGLISH: LazyLock<&Intents> = LazyLock::new(|| Intents::bundled(Language::English));

/// Utterance, tool, arguments.
const CALLS: &str = include_str!("tests/calls.tsv");
/// Utterance, kind.
const FIXED: &str = include_str!("tests/fixed.tsv");
const HARMLESS: &str = include_str!("tests/harmless.txt");
const NOTHING: &str = include_str!("tests/nothing.txt");

/// A decision as the tables write it.
fn decided(words: &str) -> String {
    decided_by(&ENGLISH, words)
}

fn decided_by(intents: &Intents, words: &str) -> String {
    match intents.decide(words) {
        None => match intents.unclear(words) {
            None => "nothing".into(),
            Some(kind) => format!("{kind:?}"),
        },
        Some(Decision::Say(kind)) => format!("{kind:?}"),
        Some(Decision::Ask(question)) => format!("{question:?}"),
        Some(Decision::Call { name, arguments }) => {
            let arguments = arguments.iter();
            let arguments =
                arguments.map(|(name, value)| format!("{name}={}", value.as_str().unwrap()));
            let mut arguments: Vec<_> = arguments.collect();
            arguments.sort();
            if arguments.is_empty() {
                name
            } else {
                format!("{name}\t{}", arguments.join("; "))
            }
        }
    }
}

/// The lines of a table that are decided otherwise.
fn wrong(table: &str, wanted: impl Fn(&str) -> (String, String)) -> Vec<String> {
    wrong_in(Language::English, table, wanted)
}

fn wrong_in(
    language: Language,
    table: &str,
    wanted: impl Fn(&str) -> (String, String),
) -> Vec<String> {
    let intents = Intents::bundled(language);
    let lines = table.lines().map(wanted);
    let wrong = lines.filter_map(|(words, wanted)| {
        let decided = decided_by(intents, &words);
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
fn small_talk_is_told_by_its_subject() {
    let subject = |words: &str| ENGLISH.small_talk(words).unwrap_or_default().to_owned();
    let lines = include_str!("tests/small_talk.tsv").lines();
    let lines = lines.filter_map(|line| line.split_once('\t'));
    let wrong = lines.filter_map(|(words, wanted)| {
        // What is decided before is never heard as small talk.
        let is_decided = !wanted.is_empty() && ENGLISH.decide(words).is_some();
        let told = if is_decided {
            "decided before".to_owned()
        } else {
            subject(words)
        };
        (told != wanted).then(|| format!("{words:?}: {told:?} for {wanted:?}"))
    });
    assert_none(wrong.collect());
}

#[test]
fn the_bundled_files_are_valid() {
    for language in Language::all() {
        let read = Intents::read(data::bundled(language));
        assert_eq!(read.err(), None, "{language}");
    }
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

/// Utterances about notes and folders, with their calls.
const NOTES: &str = include_str!("tests/notes.tsv");

#[test]
fn what_is_asked_of_notes_and_folders_is_looked_for_there() {
    assert_none(wrong(NOTES, in_columns));
}

/// Utterances about what was said, with their calls.
const TALK: &str = include_str!("tests/talk.tsv");

#[test]
fn what_is_asked_of_what_was_said_is_looked_for_there() {
    assert_none(wrong(TALK, in_columns));
}

#[test]
fn the_days_of_what_was_said_are_understood() {
    let now = "2026-11-28T14:00[Europe/London]".parse().unwrap();
    let days = TALK.lines().filter_map(|line| {
        let (_, wanted) = in_columns(line);
        let day = wanted.split("day=").nth(1)?;
        Some(day.split(';').next().unwrap_or(day).to_owned())
    });
    let days: Vec<String> = days.collect();
    assert!(days.len() > 10);
    let not_understood = days
        .into_iter()
        .filter(|day| past_days(day, &now, Language::English).is_none());
    assert_none(not_understood.collect());
}

/// Written after the sentences; what was wrong then is mended.
const HELD_OUT: &str = include_str!("tests/held_out.tsv");

#[test]
fn fresh_utterances_are_decided_like_those_of_the_tables() {
    assert_none(wrong(HELD_OUT, in_columns));
}

#[test]
fn what_the_slots_take_is_understood_by_the_tools() {
    let lines = CALLS.lines().chain(HELD_OUT.lines());
    let words = lines.map(|line| in_columns(line).0);
    assert_none(not_understood(Language::English, words));
}

/// What of the calls for these words no reader of the tools understands.
fn not_understood(language: Language, words: impl Iterator<Item = String>) -> Vec<String> {
    let now = "2026-11-28T14:00[Europe/London]".parse().unwrap();
    let is_understood = |name: &str, value: &str| match name {
        "duration" => duration(value, language).is_some(),
        "time" => {
            moment(value, &now, language).is_some() || weekly(value, &now, language).is_some()
        }
        "day" => day(value, &now, language).is_some(),
        "amount" | "from" | "to" | "percent" | "sides" | "count" => {
            let is_unit = value.chars().all(char::is_alphabetic) || value.contains(' ');
            number(value, language).is_some() || (is_unit && name != "amount")
        }
        _ => true,
    };
    let intents = Intents::bundled(language);
    let calls = words.filter_map(|words| match intents.decide(&words) {
        Some(Decision::Call { arguments, .. }) => Some((words, arguments)),
        _ => None,
    });
    let mut wrong = Vec::new();
    for (words, arguments) in calls {
        for (name, value) in &arguments {
            if !is_understood(name, value.as_str().unwrap()) {
                wrong.push(format!("{words}: {name} = {value}"));
            }
        }
    }
    wrong
}

const HERE: Circumstances = Circumstances {
    name: "Vivi",
    engines: Engines::OnThisMachine,
    country: None,
    keeps_talk: false,
};

/// Those that the data file has, so that a new one cannot be forgotten here.
fn kinds(language: Language) -> Vec<Fixed> {
    let words = data::bundled(language).fixed;
    words.fixed.iter().map(|fixed| fixed.kind).collect()
}

#[test]
fn whom_to_call_depends_on_the_country() {
    let said = |kind, country| {
        let circumstances = Circumstances { country, ..HERE };
        ENGLISH.words(kind, &circumstances).join(" ")
    };
    assert!(said(Fixed::SelfHarm, Some("us")).contains("nine eight eight"));
    assert!(said(Fixed::SelfHarm, Some("GB")).contains("Samaritans"));
    assert!(said(Fixed::SelfHarm, None).contains("in your country"));
    assert!(said(Fixed::Emergency, Some("AU")).contains("zero zero zero"));
    assert!(said(Fixed::Emergency, None).contains("your local emergency number"));
}

#[test]
fn what_happens_to_the_words_depends_on_where_the_engines_are() {
    let here = ENGLISH.words(Fixed::Privacy, &HERE);
    let server = Circumstances {
        engines: Engines::OnAServer,
        ..HERE
    };
    assert!(here[0].contains("on this machine"));
    assert!(ENGLISH.words(Fixed::Privacy, &server)[0].contains("leaves this machine"));
}

#[test]
fn where_what_is_said_is_kept_that_is_no_secret() {
    for language in Language::all() {
        let words = |keeps_talk| {
            let circumstances = Circumstances { keeps_talk, ..HERE };
            Intents::bundled(language).words(Fixed::Privacy, &circumstances)
        };
        let (kept, not_kept) = (words(true), words(false));
        assert!(kept[0].len() > not_kept[0].len(), "{language}: {kept:?}");
    }
}

#[test]
fn the_assistant_tells_its_name() {
    let words = ENGLISH.words(Fixed::WhatIsYourName, &HERE);
    assert!(words.iter().all(|words| words.contains("Vivi")));
}

#[test]
fn a_very_long_utterance_is_no_command() {
    let long = "set a timer for five minutes and ".repeat(2_000);
    assert_eq!(ENGLISH.decide(&long), None);
}

#[test]
fn danger_is_found_in_a_long_utterance() {
    for before in [0, 40, 46, 47, 62, 63, 64, 200, 500] {
        let words = format!(
            "{}i want to kill myself {}",
            "well ".repeat(before),
            "so ".repeat(90)
        );
        let decided = ENGLISH.decide(&words);
        assert_eq!(decided, Some(Decision::Say(Fixed::SelfHarm)), "{before}");
    }
}

#[test]
fn nothing_said_is_no_command() {
    for words in ["", " ", "...", "um", "?!"] {
        assert_eq!(ENGLISH.decide(words), None, "{words:?}");
    }
}

#[test]
fn case_and_punctuation_do_not_matter() {
    let tables = CALLS
        .lines()
        .chain(FIXED.lines())
        .map(|line| in_columns(line).0);
    for words in tables.filter(|words| !words.contains(['.', ':', ',', '%'])) {
        let plain = words.trim_end_matches(['?', '!']).to_uppercase();
        assert_eq!(
            decided(&plain).to_lowercase(),
            decided(&words).to_lowercase(),
            "{words}"
        );
    }
}

#[test]
fn politeness_around_a_command_does_not_matter() {
    for (before, after) in [
        ("Hey Vivi, ", " please."),
        ("Okay, so, um, could you please ", " for me?"),
        ("I'd like you to ", ", thank you very much."),
        ("Hi there. Can you ", " now, please? Thanks."),
    ] {
        for command in [
            "set a timer for five minutes",
            "flip a coin",
            "tell me a joke",
            "add milk to my shopping list",
        ] {
            let polite = decided(&format!("{before}{command}{after}"));
            assert_eq!(polite, decided(command), "{before}{command}{after}");
        }
    }
}

#[test]
fn two_commands_at_once_are_left_to_the_model() {
    for words in [
        "Set a timer for five minutes and tell me a joke.",
        "What time is it? And what day is it?",
        "Add milk to my list. What time is it?",
        "Remember that I like tea. And that I hate coffee.",
        "Remind me to call mom and then play some music.",
        "Take a note: buy milk. Also set a timer.",
    ] {
        assert_eq!(ENGLISH.decide(words), None, "{words}");
    }
}

#[test]
fn every_phrase_and_every_slot_type_is_used() {
    let files = [
        include_str!("../../../assets/intents/en/parts.toml"),
        include_str!("../../../assets/intents/en/calls.toml"),
        include_str!("../../../assets/intents/en/sums.toml"),
        include_str!("../../../assets/intents/en/lookup.toml"),
        include_str!("../../../assets/intents/en/notes.toml"),
        include_str!("../../../assets/intents/en/talk.toml"),
        include_str!("../../../assets/intents/en/follow_ups.toml"),
        include_str!("../../../assets/intents/en/fixed.toml"),
        include_str!("../../../assets/intents/en/known.toml"),
        include_str!("../../../assets/intents/en/small_talk.toml"),
    ]
    .concat();
    let parts = data::bundled(Language::English).parts;
    for name in parts.phrases.keys() {
        assert!(files.contains(&format!("<{name}>")), "{name}");
    }
    for name in parts.slots.keys() {
        let uses = [format!("{{{name}}}"), format!(":{name}}}")];
        assert!(uses.iter().any(|used| files.contains(used)), "{name}");
    }
}

#[test]
fn a_sentence_that_cannot_be_read_says_what_is_wrong() {
    let data::Written { writing, parts, .. } = data::bundled(Language::English);
    let spelling = Spelling::new(writing);
    let mut reader = Reader::new(&spelling, &parts.phrases, &parts.slots);
    for (sentence, error) in [
        ("set (a timer", "')' is missing"),
        ("set a timer]", "nothing opens"),
        ("set <nothing>", "no phrase has the name"),
        ("set {nothing}", "no slot has the type"),
        ("set (a|)", "an alternative is empty"),
        ("+ set", "nothing before +"),
        ("set ?", "is no word"),
        ("set {duration}+", "a slot is repeated"),
    ] {
        let found = reader.sentence(sentence).unwrap_err();
        assert!(found.contains(error), "{found}");
    }
}

#[test]
fn a_phrase_that_contains_itself_is_refused() {
    let data::Written {
        writing, mut parts, ..
    } = data::bundled(Language::English);
    parts.phrases.insert("loop".into(), vec!["a <loop>".into()]);
    let spelling = Spelling::new(writing);
    let mut reader = Reader::new(&spelling, &parts.phrases, &parts.slots);
    let error = reader.sentence("<loop>").unwrap_err();
    assert!(error.contains("contains itself"), "{error}");
}

#[path = "language_tests.rs"]
mod in_other_languages;
