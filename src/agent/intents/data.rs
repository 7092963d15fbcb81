//! The data files of a language, as they are written. The comments there say what each part is for.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::fixed::Fixed;
use crate::language::Language;

/// How a language is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Writing {
    pub rewrites: BTreeMap<String, String>,
    pub abbreviations: Vec<String>,
    pub hesitations: Vec<String>,
    pub minus: String,
}

/// What a kind of slot takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SlotType {
    pub form: String,
    #[serde(default)]
    pub never: Vec<String>,
}

/// The parts that sentences are made of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parts {
    pub phrases: BTreeMap<String, Vec<String>>,
    pub slots: BTreeMap<String, SlotType>,
    pub before: Vec<String>,
    pub after: Vec<String>,
    pub further_command: Vec<String>,
}

/// Sentences that ask for a tool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallSentences {
    pub tool: String,
    /// Arguments that follow from the sentence.
    #[serde(default)]
    pub with: BTreeMap<String, String>,
    pub sentences: Vec<String>,
    /// What sounds like it and is something else.
    #[serde(default)]
    pub never: Vec<String>,
}

/// Sentences that take up the call before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FollowUpSentences {
    /// The tools whose calls are taken up.
    pub after: Vec<String>,
    /// Whether the call was not done, for want of what the sentence gives.
    #[serde(default)]
    pub asked: bool,
    /// Another tool.
    pub tool: Option<String>,
    /// The arguments that stay; without it all of them.
    pub keep: Option<Vec<String>>,
    /// Arguments that follow from the sentence.
    #[serde(default)]
    pub with: BTreeMap<String, String>,
    /// The argument that gets what was in the slot before.
    pub replaced: Option<String>,
    /// Between what was in the slot before and what is said.
    pub joined_by: Option<String>,
    /// What was in the slot has this form, and its last word goes behind what is said.
    pub unit_of: Option<String>,
    pub sentences: Vec<String>,
}

/// Sentences that get words which no model decides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FixedSentences {
    pub kind: Fixed,
    #[serde(default)]
    pub sentences: Vec<String>,
    /// What is said as part of something longer.
    #[serde(default)]
    pub anywhere: Vec<String>,
    /// Phrases that sound like it and are harmless: their words do not count.
    #[serde(default)]
    pub harmless: Vec<String>,
    pub answers: Vec<String>,
    /// Instead of those where a server takes part.
    #[serde(default)]
    pub answers_with_a_server: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calls {
    pub call: Vec<CallSentences>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FollowUps {
    pub follow_up: Vec<FollowUpSentences>,
}

/// What is fixed, and whom to call where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FixedWords {
    pub fixed: Vec<FixedSentences>,
    /// By ISO 3166-1 code, upper case; "other" for the rest.
    pub help_lines: BTreeMap<String, String>,
    pub emergency_numbers: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Jokes {
    jokes: Vec<String>,
}

/// All files of one language.
struct Files {
    writing: &'static str,
    parts: &'static str,
    /// Those that act, and those that look up.
    calls: [&'static str; 2],
    follow_ups: &'static str,
    fixed: &'static str,
    jokes: &'static str,
}

macro_rules! files {
    ($code:literal) => {
        Files {
            writing: include_str!(concat!("../../../assets/intents/", $code, "/writing.toml")),
            parts: include_str!(concat!("../../../assets/intents/", $code, "/parts.toml")),
            calls: [
                include_str!(concat!("../../../assets/intents/", $code, "/calls.toml")),
                include_str!(concat!("../../../assets/intents/", $code, "/lookup.toml")),
            ],
            follow_ups: include_str!(concat!(
                "../../../assets/intents/",
                $code,
                "/follow_ups.toml"
            )),
            fixed: include_str!(concat!("../../../assets/intents/", $code, "/fixed.toml")),
            jokes: include_str!(concat!("../../../assets/intents/", $code, "/jokes.toml")),
        }
    };
}

static ENGLISH: Files = files!("en");

fn files(language: Language) -> Option<&'static Files> {
    match language {
        Language::English => Some(&ENGLISH),
        Language::German
        | Language::Spanish
        | Language::French
        | Language::Italian
        | Language::Chinese => None,
    }
}

fn read<T: DeserializeOwned>(file: &str) -> T {
    toml::from_str(file).expect("the bundled files are held valid by a test")
}

/// The sentences of a language, if it has files.
pub(super) fn bundled(language: Language) -> Option<(Writing, Parts, Calls, FixedWords)> {
    let files = files(language)?;
    let calls = files.calls.map(|file| read::<Calls>(file).call);
    Some((
        read(files.writing),
        read(files.parts),
        Calls {
            call: calls.into_iter().flatten().collect(),
        },
        read(files.fixed),
    ))
}

/// The sentences of a language that take up the call before; none for one without files.
pub(super) fn follow_ups(language: Language) -> Vec<FollowUpSentences> {
    files(language).map_or_else(Vec::new, |files| {
        read::<FollowUps>(files.follow_ups).follow_up
    })
}

/// The jokes of a language, each to be spoken as it stands; none for one without files.
pub fn jokes(language: Language) -> Vec<String> {
    files(language).map_or_else(Vec::new, |files| read::<Jokes>(files.jokes).jokes)
}
