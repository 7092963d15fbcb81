//! Common knowledge: what people ask of works, people, nature and everyday things, answered with sentences of the
//! program's authors instead of a small model's guess.
//!
//! ```text
//! words -> intents::question (assets/intents/LANG/known.toml) -> which aspect of what
//!       -> tables of assets/facts/LANG/known, geography -> a sentence
//!       -> none: the dictionary (meanings) -> a sentence; none: the language model is asked
//! ```
//!
//! The dictionary is English only, and geography is that of the other languages: in English the tool `lookup` tells
//! of countries and cities. What is named is compared as the names of places are (`tools::lookup`); one that is near a
//! single proper name is taken for it, and the answer says which.

mod forms;
mod geography;
mod meanings;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::intents::Question;
use crate::language::{ByLanguage, Language};
use crate::tools::lookup::bare;
use meanings::Meanings;

macro_rules! files {
    ($code:literal: $($name:literal),+) => {
        &[$(include_str!(concat!("../../../assets/facts/", $code, "/known/", $name, ".toml"))),+]
    };
}

/// From this many letters on, a misspelled name of one word is mended: shorter ones are often another word, as "money"
/// is near "Monet".
const LETTERS_OF_ONE_WORD: usize = 8;
/// The same of a word beside others.
const LETTERS_OF_A_WORD: usize = 4;

/// The files of a language. An aspect may stand in several.
#[rustfmt::skip]
fn files(language: Language) -> &'static [&'static str] {
    macro_rules! others {
        ($code:literal) => {
            files![$code: "animals", "history", "how_to", "measures", "people", "places", "records", "what", "why", "words", "works"]
        };
    }
    match language {
        Language::English => files![
            "en": "animals", "counts", "history", "how_to", "inventions", "measures", "people", "places", "records", "second", "translations", "what", "why", "won", "words", "works"
        ],
        Language::German => others!("de"),
        Language::Spanish => others!("es"),
        Language::French => others!("fr"),
        Language::Italian => others!("it"),
        Language::Chinese => others!("zh"),
    }
}

/// What is known of one kind of question, as a file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Its keys are proper names, of which a misspelled one may be mended.
    #[serde(default)]
    are_names: bool,
    /// By the names of what is asked about, divided by `|`, the sentence.
    answers: BTreeMap<String, String>,
}

/// What is known of one kind of question.
#[derive(Debug, Default)]
struct Aspect {
    are_names: bool,
    /// By name; each is a place among the sentences.
    names: BTreeMap<String, usize>,
    sentences: Vec<String>,
}

/// What is known in a language.
#[derive(Debug)]
pub(super) struct Knowledge {
    language: Language,
    aspects: BTreeMap<String, Aspect>,
    /// What words mean, where there is a dictionary.
    meanings: Option<Meanings>,
}

impl Knowledge {
    /// What is known in a language, read at its first use.
    pub(super) fn bundled(language: Language) -> &'static Self {
        static KNOWN: ByLanguage<Knowledge> = ByLanguage::new(Knowledge::read);
        KNOWN.of(language)
    }

    fn read(language: Language) -> Self {
        let mut knowledge = Self {
            language,
            aspects: BTreeMap::new(),
            meanings: (language == Language::English).then_some(Meanings::ENGLISH),
        };
        for file in files(language) {
            let written: BTreeMap<String, Written> =
                toml::from_str(file).expect("the bundled files are held valid by a test");
            for (what, written) in written {
                let aspect = knowledge.aspects.entry(what).or_default();
                // The files of an aspect agree, which a test holds.
                aspect.are_names = written.are_names;
                for (names, sentence) in written.answers {
                    aspect.learn(names.split('|'), sentence, language);
                }
            }
        }
        for fact in geography::facts(language) {
            let aspect = knowledge.aspects.entry(fact.aspect.to_owned()).or_default();
            aspect.are_names = true;
            aspect.learn(fact.names.into_iter(), fact.sentence, language);
        }
        knowledge
    }

    /// The answer to the first of these questions that is known: one wording may ask several things. What is named
    /// exactly in any of them comes before a misspelled name.
    pub(super) fn answer<'q>(&self, questions: &'q [Question]) -> Option<(&'q Question, &str)> {
        let exact = self.exact_answer(questions);
        exact.or_else(|| (questions.iter()).find_map(|asked| Some((asked, self.near(asked)?))))
    }

    /// The same, where no name is mended.
    pub(super) fn exact_answer<'q>(
        &self,
        questions: &'q [Question],
    ) -> Option<(&'q Question, &str)> {
        (questions.iter()).find_map(|asked| Some((asked, self.exact(asked)?)))
    }

    /// The question for the dictionary that one for the tables may be, where words take it up: "And osmosis?"
    pub(super) fn of_words(question: &Question) -> Option<Question> {
        meanings::instead_of(question)
    }

    /// The answer of the dictionary to the first of these questions that it answers.
    pub(super) fn meaning<'q>(&self, questions: &'q [Question]) -> Option<(&'q Question, String)> {
        let meanings = self.meanings?;
        (questions.iter()).find_map(|asked| Some((asked, meanings.answer(asked)?)))
    }

    /// That the dictionary lacks a word whose meaning is asked for by one of these questions, which it does not answer.
    pub(super) fn lack<'q>(&self, questions: &'q [Question]) -> Option<(&'q Question, String)> {
        self.meanings?;
        (questions.iter()).find_map(|asked| Some((asked, Meanings::lack(asked)?)))
    }

    fn exact(&self, question: &Question) -> Option<&str> {
        let aspect = self.aspects.get(&question.what)?;
        let place = aspect.names.get(&bare(&question.of, self.language))?;
        Some(&aspect.sentences[*place])
    }

    /// The same of the one proper name that a misspelled one may be.
    fn near(&self, question: &Question) -> Option<&str> {
        let aspect = (self.aspects.get(&question.what)).filter(|aspect| aspect.are_names)?;
        let name = bare(&question.of, self.language);
        let near = aspect
            .names
            .iter()
            .filter(|(known, _)| is_near(known, &name));
        let mut places: Vec<usize> = near.map(|(_, place)| *place).collect();
        places.dedup();
        match places[..] {
            [place] => Some(&aspect.sentences[place]),
            _ => None,
        }
    }
}

impl Aspect {
    /// The sentence of these names; what a name has already stays, since the tables come before what is made of data.
    fn learn<'n>(
        &mut self,
        names: impl Iterator<Item = &'n str>,
        sentence: String,
        language: Language,
    ) {
        let place = self.sentences.len();
        self.sentences.push(sentence);
        for name in names {
            self.names.entry(bare(name, language)).or_insert(place);
        }
    }
}

/// Whether a name is another with one letter wrong. A short word that is another is no misspelled one: "Henry IV" is not
/// Henry V.
fn is_near(known: &str, name: &str) -> bool {
    if known.len().abs_diff(name.len()) > 1 || known.split(' ').count() != name.split(' ').count() {
        return false;
    }
    let pairs = known.split(' ').zip(name.split(' '));
    let mut wrong = pairs.filter(|(known, said)| known != said);
    let (Some((known, said)), None) = (wrong.next(), wrong.next()) else {
        return false;
    };
    let least = if name.contains(' ') {
        LETTERS_OF_A_WORD
    } else {
        LETTERS_OF_ONE_WORD
    };
    let is_number = said.contains(|c: char| c.is_ascii_digit())
        || said.chars().all(|letter| "ivxlcdm".contains(letter));
    let is_word = said.chars().count() >= least && !is_number;
    is_word && strsim::osa_distance(known, said) <= 1
}

#[cfg(test)]
mod tests;
