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
//! what else is to happen is given back as a [`Control`]. What a tool says is in the toolbox's language, which
//! follows the conversation, and speakable as it stands: `says` holds all sentences, and `heard` the words that
//! mean something to the tools. `lookup`, `files` and `recall_talk` know English only, and decline in other
//! languages.

mod arguments;
mod calculator;
mod calendar;
mod chance;
mod files;
mod heard;
mod keeping;
mod kept;
mod lists;
pub mod lookup;
mod memory;
mod places;
mod rings;
mod says;
mod session;
mod spec;
pub mod spoken;
mod store;
mod talk;
#[cfg(test)]
mod tests;
mod trouble;
mod units;

use std::path::Path;
use std::sync::Arc;

use jiff::ZonedDateTime;
use serde_json::Value;

use crate::folders::Folders;
use crate::language::Language;
use crate::tool_call::{Call, Class};
use arguments::Arguments;
use heard::Heard;
use lookup::Facts;
use rings::Given;
use says::{Sayings, fill};
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
pub use trouble::ToolError;

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
    /// What is said in a language where it changes nothing: the voice is as it can be.
    pub fn at_its_limit(self, language: Language) -> Option<&'static str> {
        let says = &Sayings::of(language).session;
        Some(match self {
            Self::Slower => &says.cannot_slower,
            Self::Faster => &says.cannot_faster,
            Self::Louder => &says.cannot_louder,
            Self::Softer => &says.cannot_softer,
            Self::Repeat | Self::SetVolume(_) | Self::Sleep | Self::EndConversation => return None,
        })
    }
}

fn say(words: impl Into<String>) -> Result<Outcome, ToolError> {
    Ok(Outcome::Say(words.into()))
}

fn declined<T>(words: impl Into<String>) -> Result<T, ToolError> {
    Err(ToolError::Declined(words.into()))
}

/// All tools, and what they keep.
pub struct Toolbox {
    store: Store,
    /// What can be looked up of countries and cities, if the data are there.
    facts: Option<Facts>,
    /// The user's own folders, if any are configured.
    folders: Option<Arc<Folders>>,
    /// What is understood and said.
    language: Language,
    /// The words that numbers are read in.
    words: &'static Words,
    random: fastrand::Rng,
    given: Given,
    /// What was said and heard.
    talk: Talk,
    /// What was given before the call that is in doubt.
    before: Option<Given>,
}

/// The tools by what they are about.
static GROUPS: [&[Spec]; 11] = [
    calendar::TOOLS,
    rings::TOOLS,
    calculator::TOOLS,
    units::TOOLS,
    memory::TOOLS,
    lists::TOOLS,
    files::TOOLS,
    lookup::ENGLISH_TOOLS,
    lookup::TOOLS,
    chance::TOOLS,
    session::TOOLS,
];

/// Those that know English only: what they read and say is not in the files of other languages.
static ENGLISH_ONLY: [&[Spec]; 3] = [files::TOOLS, lookup::ENGLISH_TOOLS, &[talk::RECALL_TALK]];

/// All tools.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    GROUPS.iter().flat_map(|tools| tools.iter())
}

/// The question before a call of [`Class::AskFirst`], with the name of the list that it is about; none if nothing is
/// asked.
pub fn question(call: &Call, language: Language) -> Option<String> {
    let says = Sayings::of(language);
    let list = call.arguments.get("list").and_then(Value::as_str);
    Some(match &call.name[..] {
        "clear_list" => {
            let list = lists::list_name(list, language);
            fill(&says.lists.shall_i_clear, &[("list", &list)])
        }
        "clear_notes" => says.lists.shall_i_delete_notes.clone(),
        "forget_everything" => says.memory.shall_i_forget_everything.clone(),
        _ => return None,
    })
}

/// Whether a tool understands and speaks a language; false for what is no tool.
pub fn knows(name: &str, language: Language) -> bool {
    let is_it = |spec: &Spec| spec.name == name;
    let english_only = ENGLISH_ONLY.iter().any(|tools| tools.iter().any(is_it));
    specs().any(is_it) && (language == Language::English || !english_only)
}

/// What a tool may do; none if there is no such tool.
pub fn class(name: &str) -> Option<Class> {
    spec(name).map(|spec| spec.class)
}

/// Whether a call lacks what its tool cannot do without, so that the tool will ask for it.
pub fn is_incomplete(call: &Call) -> bool {
    let required = |spec: &Spec| {
        let mut required = spec.parameters.iter().filter(|one| one.required);
        required.any(|one| !call.arguments.contains_key(one.name))
    };
    spec(&call.name).is_some_and(required)
}

/// Whether a word is a number, or a part of one.
pub fn is_number(word: &str, language: Language) -> bool {
    spoken::number(word, language).is_some() || spoken::is_number_word(word, language)
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
    /// The store cannot be read and written: its message says what to do.
    pub fn open(folder: Option<&Path>, language: Language, seed: u64) -> Result<Self, StoreError> {
        let mut random = fastrand::Rng::with_seed(seed);
        Ok(Self {
            store: Store::open(folder)?,
            facts: None,
            folders: None,
            language,
            words: Words::known(),
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

    /// Goes over to another language: what is said next is in it, and so is what rings later.
    pub fn speak(&mut self, language: Language) {
        self.language = language;
    }

    /// What is said in its language.
    fn says(&self) -> &'static Sayings {
        Sayings::of(self.language)
    }

    /// The words of its language that mean something to tools.
    fn heard(&self) -> &'static Heard {
        Heard::of(self.language)
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

    /// As [`Toolbox::call`], but what it changes can be taken back until [`Toolbox::keep`], together with what such calls
    /// before it changed since. Other programs wait for the file until then.
    ///
    /// # Errors
    /// Nothing was done; the message can be said.
    pub fn call_in_doubt(
        &mut self,
        call: &Call,
        now: &ZonedDateTime,
    ) -> Result<Outcome, ToolError> {
        // What the session does is in no file.
        if session::TOOLS.iter().any(|tool| tool.name == call.name) {
            return self.call(call, now);
        }
        self.write_down_if_it_can(now);
        let before = self.given.clone();
        self.stores().try_for_each(Store::begin)?;
        let outcome = self.call(call, now);
        if outcome.is_ok() {
            self.before.get_or_insert(before);
            self.stores().try_for_each(Store::step_is_done)?;
        } else {
            self.given = before;
            self.stores().try_for_each(Store::take_step_back)?;
            if self.before.is_none() {
                // Nothing is in doubt: nobody has to wait for the file.
                self.take_back()?;
            }
        }
        outcome
    }

    /// What calls in doubt changed stays.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn keep(&mut self) -> Result<(), StoreError> {
        self.before = None;
        self.stores().try_for_each(Store::keep)
    }

    /// What calls in doubt changed is as it was before, unless it was kept.
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
        if !knows(spec.name, self.language) {
            return Err(ToolError::NotInThisLanguage {
                tool: spec.name,
                language: self.language,
            });
        }
        let arguments = Arguments::check(spec, &call.arguments)?;
        (spec.run)(self, &arguments, now)
    }
}
