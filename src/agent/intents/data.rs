//! The data files of a language, as they are written. The comments there say what each part is for.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::fixed::Fixed;
use super::whom_to_call::CallingWords;
use crate::language::Language;

/// How a language is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Orthography {
    pub rewrites: BTreeMap<String, String>,
    /// What letters are compared as. One that is a space parts words.
    #[serde(default)]
    pub letters: BTreeMap<char, String>,
    pub abbreviations: Vec<String>,
    pub hesitations: Vec<String>,
    /// A hesitation that multiplies where it stands behind a number (German "mal"), and the word that it is compared
    /// as there.
    pub multiplies: Option<[String; 2]>,
    pub minus: String,
    /// What stands for somebody or something that was spoken of, and what its name is written as there: "{name}'s".
    #[serde(default)]
    pub pronouns: BTreeMap<String, String>,
    /// A comma stands before decimals, and a full stop between thousands.
    #[serde(default)]
    pub decimal_comma: bool,
    /// The language, which is not written.
    #[serde(skip)]
    pub language: Language,
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
    #[serde(default)]
    pub slots: BTreeMap<String, SlotType>,
    pub before: Vec<String>,
    pub after: Vec<String>,
    #[serde(default)]
    pub further_command: Vec<String>,
}

/// Sentences that ask for a tool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallSentences {
    pub tool: String,
    /// Arguments that follow from the sentence; what was said in the slot `a` stands in the place of `{a}`, and is no
    /// argument by itself.
    #[serde(default)]
    pub with: BTreeMap<String, String>,
    pub sentences: Vec<String>,
    /// What sounds like it and is something else.
    #[serde(default)]
    pub never: Vec<String>,
}

/// Sentences that ask for common knowledge.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuestionSentences {
    /// What they ask of the thing in their slot `of`.
    pub what: String,
    pub sentences: Vec<String>,
    /// What sounds like it and is something else.
    #[serde(default)]
    pub never: Vec<String>,
}

/// Sentences of small talk.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SmallTalkSentences {
    /// The subject, under which a persona has its answers.
    pub about: String,
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
    /// Goes behind each of them where what is said outlasts the conversation.
    #[serde(default)]
    pub where_talk_is_kept: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calls {
    pub call: Vec<CallSentences>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Questions {
    pub question: Vec<QuestionSentences>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SmallTalk {
    pub small_talk: Vec<SmallTalkSentences>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FollowUps {
    pub follow_up: Vec<FollowUpSentences>,
}

/// What is fixed, and how it is said whom to call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FixedWords {
    pub fixed: Vec<FixedSentences>,
    pub whom_to_call: CallingWords,
}

/// All files of one language.
struct Files {
    writing: &'static str,
    parts: &'static str,
    fixed: &'static str,
    /// The sentences that ask for tools: those that act, and in English those that tell of sums, those that look up, those
    /// that look into the user's notes and folders, and those that find what was said.
    calls: &'static [&'static str],
    follow_ups: &'static str,
    /// The sentences that ask for common knowledge.
    questions: &'static str,
    small_talk: &'static str,
}

macro_rules! file {
    ($code:literal, $name:literal) => {
        include_str!(concat!(
            "../../../assets/intents/",
            $code,
            "/",
            $name,
            ".toml"
        ))
    };
}

macro_rules! files {
    ($code:literal $(, $more:literal)*) => {
        Files {
            writing: file!($code, "writing"),
            parts: file!($code, "parts"),
            fixed: file!($code, "fixed"),
            calls: &[file!($code, "calls") $(, file!($code, $more))*],
            follow_ups: file!($code, "follow_ups"),
            questions: file!($code, "known"),
            small_talk: file!($code, "small_talk"),
        }
    };
}

static ENGLISH: Files = files!("en", "sums", "lookup", "notes", "talk");
static GERMAN: Files = files!("de");
static SPANISH: Files = files!("es");
static FRENCH: Files = files!("fr");
static ITALIAN: Files = files!("it");
static CHINESE: Files = files!("zh");

fn files(language: Language) -> &'static Files {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
        Language::Spanish => &SPANISH,
        Language::French => &FRENCH,
        Language::Italian => &ITALIAN,
        Language::Chinese => &CHINESE,
    }
}

pub(super) fn read<T: DeserializeOwned>(file: &str) -> T {
    toml::from_str(file).expect("the bundled files are held valid by a test")
}

/// What the files of a language say.
pub(super) struct Written {
    pub writing: Orthography,
    pub parts: Parts,
    pub fixed: FixedWords,
    pub calls: Vec<CallSentences>,
    pub follow_ups: Vec<FollowUpSentences>,
    pub questions: Vec<QuestionSentences>,
    pub small_talk: Vec<SmallTalkSentences>,
}

/// The files of a language.
pub(super) fn bundled(language: Language) -> Written {
    let files = files(language);
    let calls = files.calls.iter();
    Written {
        writing: Orthography {
            language,
            ..read(files.writing)
        },
        parts: read(files.parts),
        fixed: read(files.fixed),
        calls: calls.flat_map(|file| read::<Calls>(file).call).collect(),
        follow_ups: read::<FollowUps>(files.follow_ups).follow_up,
        questions: read::<Questions>(files.questions).question,
        small_talk: read::<SmallTalk>(files.small_talk).small_talk,
    }
}
