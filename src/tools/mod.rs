//! The built-in tools: what acts when the user asks for the time, a timer, a sum, or a list.
//!
//! An intent or a model makes a [`Call`]; [`Toolbox::call`] checks its arguments, runs the tool and gives
//! what is to be said. Arguments are text as it was spoken ("half past six"): [`spoken`] reads it.
//!
//! - [`spoken`]: numbers, lengths of time and moments, as they are said;
//! - `store`: what is kept, one SQLite file; [`Keeping`]: what of it outlasts a conversation; [`KeptMemory`] looks at it
//!   without one;
//! - `talk`: what was said and heard, as episodes, in it too;
//! - `calendar`, `rings`, `calculator`, `units`, `memory`, `lists`, `chance`, `session`: the tools;
//! - [`lookup`]: the tool that looks facts up, and their index;
//! - `files`: what looks into the user's notes and folders (`crate::folders` keeps their index).
//!
//! Invariants: no threads and no clocks here (the time comes in); the only effect is in the store, and
//! what else is to happen is given back as a [`Control`]. What a tool says is English, and speakable as it
//! stands.

mod arguments;
mod calculator;
mod calendar;
mod chance;
mod files;
mod keeping;
mod kept;
mod lists;
pub mod lookup;
mod memory;
mod places;
mod rings;
mod session;
mod spec;
pub mod spoken;
mod store;
mod talk;
#[cfg(test)]
mod tests;
mod units;

use std::path::Path;
use std::sync::Arc;

use jiff::ZonedDateTime;
use serde_json::Value;

use crate::folders::{Folders, FoldersError};
use crate::language::Language;
use crate::tool_call::{Call, Class};
use arguments::Arguments;
use lookup::{Facts, FactsError};
use rings::Given;
use spec::{Run, optional, required};
use spoken::Words;
use store::Store;
use talk::Talk;

pub use keeping::Keeping;
pub use kept::{Erased, Found, KeptMemory};
pub use rings::{Ring, RingId};
pub use session::SOFTEST;
pub use spec::{Parameter, Spec};
pub use store::StoreError;
pub use talk::Episode;

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done; this is to be said.
    Say(String),
    /// The session is to do this, and say the words, if there are any.
    Control(Control, String),
}

/// What only the session can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Say the last reply again.
    Repeat,
    /// Speak slower.
    Slower,
    /// Speak faster.
    Faster,
    /// A step louder.
    Louder,
    /// A step softer.
    Softer,
    /// Set the volume to so many percent, 0 to 100.
    SetVolume(u8),
    /// Stop listening until the user calls.
    Sleep,
    /// End the conversation.
    EndConversation,
}

impl Control {
    /// What is said where it changes nothing: the voice is as it can be.
    pub fn at_its_limit(self) -> Option<&'static str> {
        Some(match self {
            Self::Slower => "I cannot speak slower.",
            Self::Faster => "I cannot speak faster.",
            Self::Louder => "I cannot speak louder.",
            Self::Softer => "I cannot speak softer.",
            Self::Repeat | Self::SetVolume(_) | Self::Sleep | Self::EndConversation => return None,
        })
    }
}

/// Why nothing was done. Each is a sentence that can be said to the user.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// There is no such tool.
    #[error("I have no tool that is called {0}.")]
    UnknownTool(String),
    /// The tool does not take this argument.
    #[error("The tool {tool} has no use for {argument}.")]
    UnknownArgument {
        /// The tool.
        tool: &'static str,
        /// The argument's name.
        argument: String,
    },
    /// An argument is neither text nor a number.
    #[error("I need {0} in words.")]
    WrongType(&'static str),
    /// A required argument is missing or empty.
    #[error("Please tell me {0}.")]
    Missing(&'static str),
    /// The text of an argument was not understood.
    #[error("I did not understand {0}.")]
    NotUnderstood(&'static str),
    /// Several are meant, or one of several; the sentence asks which.
    #[error("{0}")]
    Which(String),
    /// It cannot be done; the sentence says why.
    #[error("{0}")]
    Declined(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data of facts cannot be read.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// The index of the user's folders cannot be read.
    #[error(transparent)]
    Folders(#[from] FoldersError),
}

impl From<rusqlite::Error> for ToolError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

fn say(words: impl Into<String>) -> Result<Outcome, ToolError> {
    Ok(Outcome::Say(words.into()))
}

fn declined<T>(words: impl Into<String>) -> Result<T, ToolError> {
    Err(ToolError::Declined(words.into()))
}

/// Why the toolbox cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The tools neither understand nor speak the language.
    #[error("the built-in tools know English only, not {0}: use English, or switch the tools off")]
    Language(Language),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All tools, and what they keep.
pub struct Toolbox {
    store: Store,
    /// What can be looked up of countries and cities, if the data are there.
    facts: Option<Facts>,
    /// The user's own folders, if any are configured.
    folders: Option<Arc<Folders>>,
    language: Language,
    words: &'static Words,
    random: fastrand::Rng,
    given: Given,
    /// What was said and heard.
    talk: Talk,
    /// What was given before the call that is in doubt.
    before: Option<Given>,
}

/// The tools by what they are about, with what they do as a part of a sentence.
static GROUPS: [(&[Spec], &str); 10] = [
    (calendar::TOOLS, "tell the time and the date"),
    (rings::TOOLS, "set timers, alarms and reminders"),
    (calculator::TOOLS, "calculate"),
    (units::TOOLS, "convert units"),
    (memory::TOOLS, "remember what you tell me"),
    (lists::TOOLS, "keep lists and notes"),
    (files::TOOLS, "look into your notes and files"),
    (lookup::TOOLS, "look up countries and cities"),
    (chance::TOOLS, "roll dice, spell words"),
    (session::TOOLS, "change how loud and how fast I speak"),
];

/// All tools.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    GROUPS.iter().flat_map(|(tools, _)| tools.iter())
}

/// What is asked before a call of [`Class::AskFirst`].
static QUESTIONS: [(&str, &str); 3] = [
    ("clear_list", "Shall I take everything off the {list} list?"),
    ("clear_notes", "Shall I delete all your notes?"),
    (
        "forget_everything",
        "Shall I forget all that you told me to remember, your name, and what we said?",
    ),
];

/// The question before this call, with the name of the list that it is about; none if nothing is asked.
pub fn question(call: &Call) -> Option<String> {
    let (_, question) = QUESTIONS.iter().find(|(name, _)| *name == call.name)?;
    let list = call.arguments.get("list").and_then(Value::as_str);
    Some(question.replace("{list}", &lists::list_name(list)))
}

/// Whether the tools understand and speak a language.
pub fn knows(language: Language) -> bool {
    Words::of(language).is_some()
}

/// What a tool may do; none if there is no such tool.
pub fn class(name: &str) -> Option<Class> {
    spec(name).map(|spec| spec.class)
}

/// Whether a tool tells or forgets what was said: an exchange about that is not kept, or it would be found in place of
/// what it is about, and what was to be forgotten would be in it.
pub fn is_about_what_was_said(name: &str) -> bool {
    ["recall", "recall_talk", "forget", "forget_everything"].contains(&name)
}

/// Whether a tool answers from the user's folders.
pub fn looks_into_folders(name: &str) -> bool {
    files::TOOLS.iter().any(|tool| tool.name == name)
}

/// Whether a tool answers from tables in these folders alone.
pub fn reads_tables(name: &str) -> bool {
    ["count_rows", "sum_column"].contains(&name)
}

fn spec(name: &str) -> Option<&'static Spec> {
    specs().find(|spec| spec.name == name)
}

impl Toolbox {
    /// The tools with what is kept in `folder`, which is made if it is not there. Without a folder nothing
    /// is kept beyond this toolbox. `seed` decides what chance gives, and tells two programs on one folder
    /// apart.
    ///
    /// # Errors
    /// The language is not known, or the store cannot be read and written: its message says what to do.
    pub fn open(folder: Option<&Path>, language: Language, seed: u64) -> Result<Self, OpenError> {
        let words = Words::of(language).ok_or(OpenError::Language(language))?;
        let mut random = fastrand::Rng::with_seed(seed);
        Ok(Self {
            store: Store::open(folder)?,
            facts: None,
            folders: None,
            language,
            words,
            given: Given::new(random.i64(..)),
            talk: Talk::new(folder.is_some())?,
            before: None,
            random,
        })
    }

    /// What it understands and answers in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The same, with facts to look up.
    #[must_use]
    pub fn with_facts(mut self, facts: Option<Facts>) -> Self {
        self.facts = facts;
        self
    }

    /// The same, with folders of the user to look into.
    #[must_use]
    pub fn with_folders(mut self, folders: Option<Arc<Folders>>) -> Self {
        self.folders = folders;
        self
    }

    /// As [`Toolbox::call`], but what it changes can be taken back until [`Toolbox::keep`]. Only the last
    /// such call can: what was in doubt before is kept. Other programs wait for the file until then.
    ///
    /// # Errors
    /// Nothing was done; the message can be said.
    pub fn call_in_doubt(
        &mut self,
        call: &Call,
        now: &ZonedDateTime,
    ) -> Result<Outcome, ToolError> {
        self.keep()?;
        // What the session does is in no file.
        if session::TOOLS.iter().any(|tool| tool.name == call.name) {
            return self.call(call, now);
        }
        self.write_down_if_it_can(now);
        self.before = Some(self.given.clone());
        self.stores().try_for_each(Store::begin)?;
        let outcome = self.call(call, now);
        if outcome.is_err() {
            self.take_back()?;
        }
        outcome
    }

    /// What the last call changed stays.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn keep(&mut self) -> Result<(), StoreError> {
        self.before = None;
        self.stores().try_for_each(Store::keep)
    }

    /// What the last call changed is as it was before, unless it was kept.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn take_back(&mut self) -> Result<(), StoreError> {
        if let Some(before) = self.before.take() {
            self.given = before;
        }
        self.stores().try_for_each(Store::take_back)
    }

    /// Runs a tool. The caller has made sure that the tool's [`Class`] may run now.
    ///
    /// # Errors
    /// Nothing was done; the message can be said.
    pub fn call(&mut self, call: &Call, now: &ZonedDateTime) -> Result<Outcome, ToolError> {
        let unknown = || ToolError::UnknownTool(call.name.clone());
        let spec = spec(&call.name).ok_or_else(unknown)?;
        let arguments = Arguments::check(spec, &call.arguments)?;
        (spec.run)(self, &arguments, now)
    }
}
