use super::*;
use crate::agent::intents::{Decision, Intents};

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
        let is_of_words = meanings::ASPECTS.contains(what);
        assert!(
            known.contains_key(*what) || is_of_words,
            "no table of {what}"
        );
    }
    let of_words = meanings::ASPECTS.map(str::to_owned);
    for what in known.keys().chain(&of_words) {
        assert!(asked.contains(what.as_str()), "nothing asks for {what}");
    }
}

#[test]
fn other_languages_know_nothing_of_it() {
    let question = Question {
        what: "author".into(),
        of: "emma".into(),
    };
    let asked = [question];
    assert!(
        Knowledge::bundled(Language::English)
            .answer(&asked)
            .is_some()
    );
    assert_eq!(Knowledge::bundled(Language::German).answer(&asked), None);
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
            let said = format!(" {} ", bare(sentence));
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
