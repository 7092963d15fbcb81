//! Common knowledge: what people ask of works, people, nature and everyday things, answered with sentences of the
//! program's authors instead of a small model's guess.
//!
//! ```text
//! words -> intents::question (assets/intents/en/known.toml) -> which aspect of what
//!       -> tables of assets/facts/en/known -> a sentence; none: the language model is asked
//! ```
//!
//! There is English only. What is named is compared as the names of places are (`tools::lookup`); one that is near a
//! single proper name is taken for it, and the answer says which.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::intents::Question;
use crate::language::Language;
use crate::tools::lookup::{key, nearest};

macro_rules! files {
    ($($name:literal),+) => {
        &[$(include_str!(concat!("../../../assets/facts/en/known/", $name, ".toml"))),+]
    };
}

/// From this many letters on, a misspelled name of one word is mended: shorter ones are often another word, as "money"
/// is near "Monet".
const LETTERS_OF_ONE_WORD: usize = 8;

/// The files of English. An aspect may stand in several.
#[rustfmt::skip]
const ENGLISH: &[&str] = files![
    "animals", "counts", "history", "how_to", "inventions", "measures", "people", "places", "records", "second", "translations", "what", "why", "won", "words", "works"
];

const ARTICLES: [&str; 3] = ["a", "an", "the"];

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
#[derive(Debug, Default)]
pub(super) struct Knowledge {
    aspects: BTreeMap<String, Aspect>,
}

impl Knowledge {
    /// What is known in a language, read at its first use; nothing in others than English.
    pub(super) fn bundled(language: Language) -> &'static Self {
        static IN_ENGLISH: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::read(ENGLISH));
        static IN_OTHERS: LazyLock<Knowledge> = LazyLock::new(Knowledge::default);
        match language {
            Language::English => &IN_ENGLISH,
            _ => &IN_OTHERS,
        }
    }

    fn read(files: &[&str]) -> Self {
        let mut knowledge = Self::default();
        for file in files {
            let written: BTreeMap<String, Written> =
                toml::from_str(file).expect("the bundled files are held valid by a test");
            for (what, written) in written {
                let aspect = knowledge.aspects.entry(what).or_default();
                aspect.are_names |= written.are_names;
                for (names, sentence) in written.answers {
                    let place = aspect.sentences.len();
                    aspect.sentences.push(sentence);
                    let names = names.split('|').map(|name| (bare(name), place));
                    aspect.names.extend(names);
                }
            }
        }
        knowledge
    }

    /// The answer to the first of these questions that is known: one wording may ask several things. What is named
    /// exactly in any of them comes before a misspelled name.
    pub(super) fn answer(&self, questions: Vec<Question>) -> Option<(Question, &str)> {
        let found = (questions.iter()).position(|question| self.exact(question).is_some());
        let found = found.or_else(|| {
            questions
                .iter()
                .position(|question| self.near(question).is_some())
        })?;
        let question = questions.into_iter().nth(found)?;
        let answer = self.exact(&question).or_else(|| self.near(&question))?;
        Some((question, answer))
    }

    fn exact(&self, question: &Question) -> Option<&str> {
        let aspect = self.aspects.get(&question.what)?;
        let place = aspect.names.get(&bare(&question.of))?;
        Some(&aspect.sentences[*place])
    }

    /// The same of a misspelled proper name.
    fn near(&self, question: &Question) -> Option<&str> {
        let aspect = self.aspects.get(&question.what)?;
        let name = bare(&question.of);
        let is_short = !name.contains(' ') && name.chars().count() < LETTERS_OF_ONE_WORD;
        if !aspect.are_names || is_short || name.contains(|letter: char| letter.is_ascii_digit()) {
            return None;
        }
        // Two wrong letters make another person of one's neighbour.
        let is_near = |known: &String| {
            known.len().abs_diff(name.len()) <= 1 && strsim::osa_distance(known, &name) <= 1
        };
        let candidates = aspect.names.iter().filter(|(known, _)| is_near(known));
        let place = nearest(
            &name,
            candidates.map(|(known, place)| (known.clone(), *place)),
        )?;
        Some(&aspect.sentences[place])
    }
}

/// A name as it is compared: without articles, wherever they stand.
fn bare(name: &str) -> String {
    let name = key(name);
    let words = name.split(' ').filter(|word| !ARTICLES.contains(word));
    let words: Vec<&str> = words.collect();
    match words.is_empty() {
        true => name,
        false => words.join(" "),
    }
}

#[cfg(test)]
mod tests;
