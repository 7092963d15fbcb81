//! Sets of questions about the assistant: the bundled one, and those of files.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use strum::{Display, EnumIter};
use thiserror::Error;

use super::super::assistant::{Expectation, Given, SetFacts, can_be_found, holds, judge, words};
use super::persona_score::PersonaAnswer;
use crate::hex::hex;

/// The bundled set.
const BUNDLED: &str = include_str!("../../../../assets/questions/persona_en.toml");
/// Where it lies, for errors.
const BUNDLED_PATH: &str = "assets/questions/persona_en.toml";
/// Stands for the assistant's name.
const NAME: &str = "{name}";

/// Questions about the assistant.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonaSet {
    /// No answer has one of these: what the assistant is not.
    #[serde(default)]
    pub never: Vec<String>,
    /// No answer is longer, unless its question says otherwise. Words.
    pub max_words: usize,
    /// What says that something cannot be done; any of these is enough.
    #[serde(default)]
    pub cannot_phrases: Vec<String>,
    /// What is said before a question. In the first of these a question is asked in all wordings, in each other in one.
    pub before: Vec<Before>,
    /// The questions.
    #[serde(rename = "question")]
    pub questions: Vec<PersonaQuestion>,
    /// SHA-256 of its text.
    #[serde(skip)]
    pub sha256: String,
}

/// What is said before a question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// Its name.
    pub name: String,
    /// What is said, in order.
    pub say: Vec<String>,
}

/// What a question is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumIter, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum About {
    /// What the assistant is.
    #[serde(rename = "self")]
    #[strum(serialize = "self")]
    Itself,
    /// What it can and cannot do.
    Limits,
    /// How it talks.
    Manner,
}

/// A question in several wordings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonaQuestion {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub about: About,
    /// The wordings, all of which ask the same.
    pub wordings: Vec<String>,
    /// What an answer may come to; none where answers may differ.
    #[serde(default)]
    pub stances: Vec<Stance>,
    /// What every answer has to be.
    #[serde(default)]
    pub expect: Expectation,
}

/// What an answer may come to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stance {
    /// Its name.
    pub name: String,
    /// An answer with one of these takes it, unless it takes one before.
    pub words: Vec<String>,
}

/// A question as it is asked once: in a conversation of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked<'a> {
    /// What is said before.
    pub before: &'a Before,
    /// The question.
    pub question: &'a PersonaQuestion,
    /// Its wording.
    pub wording: &'a str,
}

/// Why a set cannot be used.
#[derive(Debug, Error)]
pub enum PersonaSetError {
    /// It cannot be read.
    #[error("cannot read {}: {error}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It is not TOML, or its keys are not those of such a set.
    #[error("{} is no set of questions about the assistant: {error}", .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Where, and what.
        error: Box<toml::de::Error>,
    },
    /// Something in it is wrong.
    #[error("{}: {problem}", .path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        problem: String,
    },
}

impl PersonaSet {
    /// The bundled set.
    ///
    /// # Errors
    /// It is wrong; a test makes sure that it is not.
    pub fn bundled() -> Result<Self, PersonaSetError> {
        Self::parse(BUNDLED, Path::new(BUNDLED_PATH))
    }

    /// The set of a file.
    ///
    /// # Errors
    /// [`PersonaSetError`]
    pub fn read(path: &Path) -> Result<Self, PersonaSetError> {
        let text = fs::read_to_string(path).map_err(|error| PersonaSetError::Unreadable {
            path: path.into(),
            error,
        })?;
        Self::parse(&text, path)
    }

    /// The set that a text holds; `path` is where it is from.
    ///
    /// # Errors
    /// The text is no such set, or asks what cannot be judged.
    pub fn parse(text: &str, path: &Path) -> Result<Self, PersonaSetError> {
        let mut set: Self = toml::from_str(text).map_err(|error| PersonaSetError::Broken {
            path: path.into(),
            error: Box::new(error),
        })?;
        set.sha256 = hex(&Sha256::digest(text));
        match set.problem() {
            None => Ok(set),
            Some(problem) => Err(PersonaSetError::Wrong {
                path: path.into(),
                problem,
            }),
        }
    }

    /// Every question in the wordings and after the talk that it is asked in. Those without talk before come first.
    pub fn asked(&self) -> Vec<Asked<'_>> {
        let mut asked = Vec::new();
        for (place, before) in self.before.iter().enumerate() {
            for (number, question) in self.questions.iter().enumerate() {
                let all = question.wordings.len();
                let wordings = match place {
                    0 => 0..all,
                    // Each wording has its turn.
                    _ => {
                        let one = (number + place) % all;
                        one..one + 1
                    }
                };
                let wordings = question.wordings[wordings].iter();
                asked.extend(wordings.map(|wording| Asked {
                    before,
                    question,
                    wording,
                }));
            }
        }
        asked
    }

    /// What an answer of an assistant of this name has to be.
    pub fn expectation(&self, question: &PersonaQuestion, name: &str) -> Expectation {
        let mut expect = question.expect.clone();
        expect.max_words = expect.max_words.or(Some(self.max_words));
        expect.words_none.extend_from_slice(&self.never);
        let lists = [
            &mut expect.words_all,
            &mut expect.words_any,
            &mut expect.words_none,
        ];
        for phrase in lists.into_iter().flatten() {
            *phrase = phrase.replace(NAME, name);
        }
        expect
    }

    /// What an answer claims that the assistant is not.
    pub fn claim(&self, answer: &str) -> Option<&str> {
        let answer = words(answer);
        let mut never = self.never.iter();
        never
            .find(|claim| holds(&answer, claim))
            .map(String::as_str)
    }

    /// What a report says of it; `name` is `bundled` or its file.
    pub fn facts(&self, name: &str) -> SetFacts {
        SetFacts {
            name: name.to_owned(),
            sha256: self.sha256.clone(),
            conversations: self.asked().len(),
            questions: self.questions.len(),
        }
    }

    fn problem(&self) -> Option<String> {
        if self.before.is_empty() {
            return Some("nothing is said before; write a [[before]] with say = []".to_owned());
        }
        let mut names = HashSet::new();
        let found = self.questions.iter().find_map(|question| {
            let problem = if names.insert(question.name.as_str()) {
                question.problem(&self.cannot_phrases)?
            } else {
                "another one has this name; give it one of its own".to_owned()
            };
            Some(format!("question {:?}: {problem}", question.name))
        });
        let unfindable = self.never.iter().find(|phrase| !can_be_found(phrase));
        found.or_else(|| unfindable.map(|phrase| format!("{phrase:?} has no word to look for")))
    }
}

impl PersonaQuestion {
    /// What an answer of an assistant of this name comes to; none if that is not clear.
    pub fn stance(&self, answer: &str, name: &str) -> Option<&str> {
        let answer = words(answer);
        let takes = |stance: &&Stance| {
            let mut phrases = stance.words.iter();
            phrases.any(|phrase| holds(&answer, &phrase.replace(NAME, name)))
        };
        let stance = self.stances.iter().find(takes);
        stance.map(|stance| stance.name.as_str())
    }

    fn problem(&self, cannot_phrases: &[String]) -> Option<String> {
        if self.wordings.len() < 2 {
            return Some("it has one wording or none; give it some".to_owned());
        }
        if self.expect.free {
            return Some("a free answer is not judged; leave free out".to_owned());
        }
        if self.expect.honest_cannot && cannot_phrases.is_empty() {
            return Some("the set has no cannot_phrases that say so; give some".to_owned());
        }
        let expected = [
            &self.expect.words_all,
            &self.expect.words_any,
            &self.expect.words_none,
        ];
        let of_stances = self.stances.iter().map(|stance| &stance.words);
        let mut phrases = expected.into_iter().chain(of_stances).flatten();
        let empty = phrases.find(|phrase| !can_be_found(phrase))?;
        Some(format!("{empty:?} has an alternative without a word"))
    }
}

impl Asked<'_> {
    /// Whether nothing was said before.
    pub fn is_alone(&self) -> bool {
        self.before.say.is_empty()
    }

    /// What came of it, asked of an assistant of this name.
    pub fn answered(&self, given: &Given, name: &str, set: &PersonaSet) -> PersonaAnswer {
        let expect = set.expectation(self.question, name);
        PersonaAnswer {
            question: self.question.name.clone(),
            about: self.question.about,
            before: self.before.name.clone(),
            is_alone: self.is_alone(),
            wording: self.wording.to_owned(),
            has_stances: !self.question.stances.is_empty(),
            answer: given.answer.to_owned(),
            stance: self.question.stance(given.answer, name).map(str::to_owned),
            claim: set.claim(given.answer).map(str::to_owned),
            checks: judge(&expect, given, &set.cannot_phrases),
        }
    }
}

#[cfg(test)]
#[path = "persona_set_tests.rs"]
mod tests;
