use std::collections::BTreeSet;

use super::*;
use crate::agent::intents::{Decision, Intents};

macro_rules! of_others {
    ($language:ident, $code:literal) => {
        (
            Language::$language,
            include_str!(concat!("tests/asked.", $code, ".tsv")),
            include_str!(concat!("tests/not_asked.", $code, ".txt")),
        )
    };
}

/// A question, and its answer.
const ASKED: &str = include_str!("tests/asked.tsv");
/// A question, and what the dictionary answers; nothing where it is for the language model, or a tool.
const OF_WORDS: &str = include_str!("tests/of_words.tsv");
/// What is for the language model, or a tool.
const NOT_ASKED: &str = include_str!("tests/not_asked.txt");

/// The longest answer. Characters: some twenty seconds of speech.
const LONGEST: usize = 300;

fn answer(words: &str) -> Option<&'static str> {
    let questions = Intents::bundled(Language::English).questions(words);
    let answer = Knowledge::bundled(Language::English).answer(&questions);
    answer.map(|(_, answer)| answer)
}

/// The answer of the tables or of the dictionary.
fn told(words: &str) -> Option<String> {
    let questions = Intents::bundled(Language::English).questions(words);
    let knowledge = Knowledge::bundled(Language::English);
    let known = knowledge.answer(&questions);
    let known = known.map(|(question, answer)| (question, answer.to_owned()));
    let known = known.or_else(|| knowledge.meaning(&questions));
    let told = known.or_else(|| knowledge.lack(&questions));
    told.map(|(_, answer)| answer)
}

/// The questions for the dictionary, each with its answer; none where that is empty.
fn of_words() -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    let lines = OF_WORDS.lines().map(|line| line.split_once('\t').unwrap());
    lines.map(|(asked, answer)| (asked, Some(answer).filter(|answer| !answer.is_empty())))
}

#[test]
fn questions_about_words_find_their_answers() {
    let wrong: Vec<_> = of_words()
        .filter(|(asked, wanted)| told(asked).as_deref() != *wanted)
        .map(|(asked, wanted)| format!("{asked}: {:?} for {wanted:?}", told(asked)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_only_sounds_like_a_question_about_words_finds_none() {
    let asked: Vec<&str> = of_words().map(|(asked, _)| asked).collect();
    let texts = [
        NOT_ASKED,
        include_str!("../intents/tests/nothing.txt"),
        include_str!("../intents/tests/harmless.txt"),
        include_str!("../intents/tests/no_follow_ups.txt"),
    ];
    let lines = texts.iter().flat_map(|text| text.lines());
    let others = lines.filter(|line| !asked.contains(line));
    let found: Vec<_> = others
        .filter(|words| answer(words).is_none())
        .filter_map(|words| told(words).map(|answer| format!("{words}: {answer}")))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
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
fn a_misspelled_proper_name_is_mended() {
    assert_eq!(
        answer("Who wrote Pride and Prejudise?"),
        Some("Jane Austen wrote Pride and Prejudice.")
    );
}

#[test]
fn a_misspelled_phrase_is_not_mended() {
    assert_eq!(
        answer("What is the longest river in Europe?"),
        Some("The Volga is the longest river in Europe.")
    );
    assert_eq!(answer("What is the longest rivver in Europe?"), None);
}

/// Each aspect of the files of a language, as it is written.
fn written(language: Language) -> impl Iterator<Item = (String, Written)> {
    let files = files(language).iter();
    files.flat_map(|file| toml::from_str::<BTreeMap<String, Written>>(file).unwrap())
}

#[test]
fn every_english_name_is_written_as_it_is_compared() {
    for (what, written) in written(Language::English) {
        for name in written.answers.keys().flat_map(|names| names.split('|')) {
            assert_eq!(bare(name, Language::English), name, "{what}");
        }
    }
}

#[test]
fn no_name_of_an_aspect_has_two_answers() {
    let mut wrong = Vec::new();
    for language in Language::all() {
        let mut known = BTreeMap::new();
        for (what, written) in written(language) {
            for (names, sentence) in written.answers {
                for name in names.split('|').map(|name| bare(name, language)) {
                    let before = known.insert((what.clone(), name.clone()), sentence.clone());
                    if before.is_some_and(|before| before != sentence) {
                        wrong.push(format!("{language}: {what} of {name}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_files_agree_whether_the_keys_of_an_aspect_are_names() {
    for language in Language::all() {
        let mut aspects: BTreeMap<String, bool> = BTreeMap::new();
        for (what, written) in written(language) {
            let are_names = *aspects.entry(what.clone()).or_insert(written.are_names);
            assert_eq!(are_names, written.are_names, "{language}: {what}");
        }
    }
}

#[test]
fn every_answer_is_a_sentence_that_can_be_spoken() {
    let known = Language::all().map(Knowledge::bundled);
    let aspects = known.flat_map(|known| known.aspects.values());
    for sentence in aspects.flat_map(|one| &one.sentences) {
        let ends = ['.', '!', '?', '。', '！', '？'];
        assert!(sentence.ends_with(ends), "{sentence}");
        assert!(sentence.chars().count() <= LONGEST, "{sentence}");
        let unspeakable = ['(', '*', '[', '/', '"', '{', '（'];
        assert!(!sentence.contains(unspeakable), "{sentence}");
    }
}

#[test]
fn every_aspect_is_asked_for_and_every_question_has_a_table() {
    for language in Language::all() {
        let asked = Intents::bundled(language).aspects();
        let knowledge = Knowledge::bundled(language);
        let of_words = match knowledge.meanings {
            Some(_) => &meanings::ASPECTS[..],
            None => &[],
        };
        let known = knowledge.aspects.keys().map(String::as_str);
        let known: BTreeSet<&str> = known.chain(of_words.iter().copied()).collect();
        assert_eq!(asked, known, "{language}");
    }
}

/// The tables of the other languages: a question and its answer; what only sounds like a question.
const OF_OTHERS: [(Language, &str, &str); 5] = [
    of_others!(German, "de"),
    of_others!(Spanish, "es"),
    of_others!(French, "fr"),
    of_others!(Italian, "it"),
    of_others!(Chinese, "zh"),
];

/// What the tables of a language say; nothing of what is decided before they are asked.
fn answer_in(language: Language, words: &str) -> Option<&'static str> {
    let intents = Intents::bundled(language);
    if intents.decide(words).is_some() {
        return None;
    }
    let answer = Knowledge::bundled(language)
        .answer(&intents.questions(words))?
        .1;
    Some(answer)
}

#[test]
fn questions_find_their_answers_in_every_language() {
    let mut wrong = Vec::new();
    for (language, asked, _) in OF_OTHERS {
        for (asked, wanted) in asked.lines().map(|line| line.split_once('\t').unwrap()) {
            let answer = answer_in(language, asked);
            if answer != Some(wanted) {
                let decided = Intents::bundled(language).decide(asked);
                wrong.push(format!(
                    "{language}: {asked}: {answer:?} ({decided:?}) for {wanted}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_only_sounds_like_a_question_finds_none_in_any_language() {
    let mut wrong = Vec::new();
    for (language, _, not_asked) in OF_OTHERS {
        for words in not_asked.lines() {
            if let Some(answer) = answer_in(language, words) {
                wrong.push(format!("{language}: {words}: {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Names, by aspect, of what the sentence speaks of otherwise: by a part of the name, or as what it is.
const SPOKEN_OF_OTHERWISE: [(&str, &str); 14] = [
    ("author", "cinderella"),
    ("author", "communist manifesto by marx"),
    ("author", "grimms fairy tales"),
    ("author", "hansel and gretel"),
    ("author", "norwegian wood novel"),
    ("author", "ode to joy poem"),
    ("author", "phantom of opera novel"),
    ("composer", "brahms lullaby"),
    ("composer", "sleeping beauty ballet"),
    ("founder", "roman empire"),
    ("where", "notre dame cathedral"),
    ("where", "sydney opera house"),
    ("who", "brothers grimm"),
    ("who", "wright brothers"),
];

#[test]
fn an_answer_about_a_name_says_the_name() {
    let knowledge = Knowledge::bundled(Language::English);
    let of_names = knowledge.aspects.iter().filter(|(_, one)| one.are_names);
    let mut wrong = Vec::new();
    for (what, aspect) in of_names {
        for (place, sentence) in aspect.sentences.iter().enumerate() {
            let names = aspect.names.iter().filter(|(_, at)| **at == place);
            let names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
            let said = format!(" {} ", bare(sentence, Language::English));
            let is_said = |name: &&str| {
                said.contains(&format!(" {name} "))
                    || SPOKEN_OF_OTHERWISE.contains(&(what.as_str(), *name))
            };
            if !names.iter().any(is_said) {
                wrong.push(format!("{what} of {names:?}: {sentence}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What the dictionary tells where it was asked for a word before, though it is meant otherwise.
const ALSO_OF_WORDS: [&str; 2] = ["How about a story?", "What about dinner?"];

#[test]
fn chat_takes_up_no_question_about_words() {
    let texts = [
        include_str!("../intents/tests/nothing.txt"),
        include_str!("../intents/tests/harmless.txt"),
        include_str!("../intents/tests/no_follow_ups.txt"),
    ];
    let english = Intents::bundled(Language::English);
    let knowledge = Knowledge::bundled(Language::English);
    let lines = texts.iter().flat_map(|text| text.lines());
    let mut wrong = Vec::new();
    for words in lines.filter(|line| !ALSO_OF_WORDS.contains(line)) {
        for what in meanings::ASPECTS {
            let before = Question {
                what: what.into(),
                of: "marmot".into(),
            };
            let Some(Decision::Ask(asked)) = english.follow_up(words, &before.answered("")) else {
                break;
            };
            if let Some((_, answer)) = knowledge.meaning(&[asked]) {
                wrong.push(format!("{what} / {words}: {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What takes up a question about words, where it takes up none about a name: how they are said in another language,
/// and what their plural or opposite is.
const ABOUT_WORDS: [&str; 5] = [
    "What about tomorrow?",
    "And how are you?",
    "How about a story?",
    "I said thanks.",
    "I said no.",
];

#[test]
fn questions_and_chat_take_up_no_question_that_was_answered() {
    let texts = [
        include_str!("../intents/tests/nothing.txt"),
        include_str!("../intents/tests/harmless.txt"),
        include_str!("../intents/tests/no_follow_ups.txt"),
    ];
    let english = Intents::bundled(Language::English);
    let knowledge = Knowledge::bundled(Language::English);
    let mut wrong = Vec::new();
    for words in texts.iter().flat_map(|text| text.lines()) {
        for (what, aspect) in &knowledge.aspects {
            let before = Question {
                what: what.clone(),
                of: "Emma".into(),
            };
            let Some(Decision::Ask(asked)) = english.follow_up(words, &before.answered("")) else {
                // Whether a question is taken up does not depend on its aspect.
                break;
            };
            let is_about_words = !aspect.are_names && ABOUT_WORDS.contains(&words);
            if let Some((_, answer)) = knowledge.answer(&[asked]).filter(|_| !is_about_words) {
                wrong.push(format!("{what} / {words}: {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
