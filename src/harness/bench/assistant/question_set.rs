//! Sets of questions with what is expected of the answers: the bundled one, and those of files.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::fs;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use strum::{Display, EnumIter};

use super::answer_words::can_be_found;
use super::question_set_error::QuestionSetError;
use crate::hex::hex;
use crate::language::{Language, file_of};
use crate::tools;

/// Questions in short conversations.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionSet {
    /// What says that something cannot be done; any of these is enough.
    #[serde(default)]
    pub cannot_phrases: Vec<String>,
    /// The conversations. Each begins with an assistant that knows nothing.
    #[serde(default, rename = "conversation")]
    pub conversations: Vec<Conversation>,
    /// SHA-256 of its text.
    #[serde(skip)]
    pub sha256: String,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversation {
    /// Its name; no two of a set have the same.
    pub name: String,
    /// What it is about.
    pub kind: Kind,
    /// What is said, in order.
    pub turns: Vec<Question>,
}

/// What is said to the assistant.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The words.
    pub say: String,
    /// What the answer has to be.
    pub expect: Expectation,
}

/// What a question is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumIter, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// Twenty questions that everybody asks.
    Everyday,
    /// Facts that are in the data of the program.
    FactsInIndex,
    /// Other facts, which only a model knows.
    OtherFacts,
    /// Sums.
    Sums,
    /// The time and the date.
    TimeAndDate,
    /// Timers, alarms and reminders.
    Timers,
    /// Lists and notes.
    ListsAndNotes,
    /// Units.
    Conversions,
    /// What was told, asked, and forgotten.
    Memory,
    /// Coins, dice, spelling, how loud and how fast.
    SmallTools,
    /// Questions that need the one before them.
    FollowUps,
    /// "No, ten minutes."
    Corrections,
    /// Talk.
    Chat,
    /// What it cannot do, and has to say so.
    Cannot,
    /// Danger to somebody.
    Unsafe,
    /// Sentences near a command, which call no tool.
    NoTool,
}

/// What an answer has to be. All that is given has to hold; what is not given is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expectation {
    /// A tool is called.
    pub call: Option<ExpectedCall>,
    /// No tool is called.
    pub no_call: bool,
    /// This number is in the answer, in digits or in words.
    pub number: Option<f64>,
    /// How far the number may be off, in its own unit.
    pub within: f64,
    /// Each of these is in the answer, as whole words; `a|b` is either.
    pub words_all: Vec<String>,
    /// One of these is in the answer.
    pub words_any: Vec<String>,
    /// None of these is in the answer.
    pub words_none: Vec<String>,
    /// It says that it cannot, in one of the set's `cannot_phrases`.
    pub honest_cannot: bool,
    /// It is not longer. Words.
    pub max_words: Option<usize>,
    /// It tells the time of the session's clock.
    pub time_now: bool,
    /// It tells the date of the session's clock.
    pub date_today: bool,
    /// It is reported and not judged.
    pub free: bool,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedCall {
    /// The tool's name.
    pub tool: String,
    /// Arguments that it has to have; it may have others.
    #[serde(default)]
    pub arguments: BTreeMap<String, Wanted>,
    /// Tools that may be called beside it.
    #[serde(default)]
    pub beside: Vec<String>,
}

/// The value of an argument.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Wanted {
    /// A number.
    Number(f64),
    /// Words; without regard to case.
    Text(String),
    /// Any of these.
    OneOf(Vec<Wanted>),
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::OneOf(all) => {
                let all: Vec<String> = all.iter().map(Self::to_string).collect();
                f.write_str(&all.join(" or "))
            }
        }
    }
}

impl QuestionSet {
    /// The bundled set of a language.
    ///
    /// # Errors
    /// It is wrong; a test makes sure that it is not.
    pub fn bundled(language: Language) -> Result<Self, QuestionSetError> {
        let text = file_of!(language, "../../../../assets/questions/", ".toml");
        let path = format!("assets/questions/{}.toml", language.code());
        Self::parse(text, Path::new(&path))
    }

    /// The set of a file.
    ///
    /// # Errors
    /// [`QuestionSetError`]
    pub fn read(path: &Path) -> Result<Self, QuestionSetError> {
        let text = fs::read_to_string(path).map_err(|error| QuestionSetError::Unreadable {
            path: path.into(),
            error,
        })?;
        Self::parse(&text, path)
    }

    /// The set that a text holds; `path` is where it is from.
    ///
    /// # Errors
    /// The text is no set of questions, or expects what cannot be.
    pub fn parse(text: &str, path: &Path) -> Result<Self, QuestionSetError> {
        let mut set: Self = toml::from_str(text).map_err(|error| QuestionSetError::Broken {
            path: path.into(),
            error: Box::new(error),
        })?;
        if set.conversations.is_empty() {
            return Err(QuestionSetError::Empty { path: path.into() });
        }
        set.sha256 = hex(&Sha256::digest(text));
        let mut names = HashSet::new();
        for conversation in &set.conversations {
            let problem = if names.insert(conversation.name.as_str()) {
                conversation.problem(&set.cannot_phrases)
            } else {
                Some("another one has this name; give it one of its own".to_owned())
            };
            if let Some(problem) = problem {
                return Err(QuestionSetError::Wrong {
                    path: path.into(),
                    conversation: conversation.name.clone(),
                    problem,
                });
            }
        }
        Ok(set)
    }

    /// How many questions it has.
    pub fn questions(&self) -> usize {
        self.conversations.iter().map(|c| c.turns.len()).sum()
    }
}

impl Conversation {
    fn problem(&self, cannot_phrases: &[String]) -> Option<String> {
        if self.name.trim().is_empty() {
            return Some("it has no name; give it one".to_owned());
        }
        if self.turns.is_empty() {
            return Some("nothing is said in it; give it turns".to_owned());
        }
        self.turns.iter().find_map(|turn| {
            let problem = turn.problem(cannot_phrases)?;
            Some(format!("{:?}: {problem}", turn.say))
        })
    }
}

impl Question {
    fn problem(&self, cannot_phrases: &[String]) -> Option<String> {
        let expect = &self.expect;
        if self.say.trim().is_empty() {
            return Some("nothing is said".to_owned());
        }
        let nothing = Expectation::default();
        let alone = Expectation {
            free: true,
            ..Expectation::default()
        };
        if *expect == nothing {
            return Some("nothing is expected; write free = true if that is meant".to_owned());
        }
        if expect.free && *expect != alone {
            return Some("a free answer is not judged; leave out the rest, or free".to_owned());
        }
        if expect.call.is_some() && expect.no_call {
            return Some("it expects a call and no call; leave one out".to_owned());
        }
        if expect.honest_cannot && !cannot_phrases.iter().any(|phrase| can_be_found(phrase)) {
            return Some("the set has no cannot_phrases that say so; give some".to_owned());
        }
        let numbers = [expect.number.unwrap_or(0.0), expect.within];
        if numbers.iter().any(|number| !number.is_finite()) || expect.within < 0.0 {
            return Some("number and within are numbers, and within is not negative".to_owned());
        }
        if expect.within > 0.0 && expect.number.is_none() {
            return Some("within is how far the number may be off, and there is none".to_owned());
        }
        let phrases = [&expect.words_all, &expect.words_any, &expect.words_none];
        let mut phrases = phrases.into_iter().flatten();
        if let Some(empty) = phrases.find(|phrase| !can_be_found(phrase)) {
            return Some(format!("{empty:?} has an alternative without a word"));
        }
        expect.call.as_ref()?.problem()
    }
}

impl ExpectedCall {
    /// That a tool or an argument does not exist.
    fn problem(&self) -> Option<String> {
        let missing = |name: &str| format!("there is no tool {name}; docs/tools.md has them");
        let mut tools = tools::specs();
        let Some(spec) = tools.find(|spec| spec.name == self.tool) else {
            return Some(missing(&self.tool));
        };
        if let Some(other) = self.beside.iter().find(|name| tools::class(name).is_none()) {
            return Some(missing(other));
        }
        let takes = |name: &str| spec.parameters.iter().any(|one| one.name == name);
        let other = self.arguments.keys().find(|name| !takes(name))?;
        Some(format!("{} takes no {other}", self.tool))
    }
}

#[cfg(test)]
#[path = "question_set_tests.rs"]
mod tests;
