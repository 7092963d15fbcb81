//! The language of a conversation, and what this program knows of it.
//!
//! A language is a line in [`LANGUAGES`], a lexicon in `assets/lexicon`, a persona in
//! `assets/personas`, and engines that hear, write and speak it.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A language that a conversation can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// Italian.
    Italian,
    /// Mandarin Chinese.
    Chinese,
}

/// One thing for each language, made at its first use.
pub struct ByLanguage<T> {
    make: fn(Language) -> T,
    /// In the order of [`Language`].
    made: [OnceLock<T>; 6],
}

impl<T> ByLanguage<T> {
    /// What makes that of a language.
    pub const fn new(make: fn(Language) -> T) -> Self {
        Self {
            make,
            made: [const { OnceLock::new() }; 6],
        }
    }

    /// That of a language.
    pub fn of(&self, language: Language) -> &T {
        self.made[language as usize].get_or_init(|| (self.make)(language))
    }
}

/// The text of a file that comes with the program, one for each language. Its path is relative to the file that asks for it, and
/// is given in two parts: before the language's code, and behind it.
macro_rules! file_of {
    ($language:expr, $before:literal, $after:literal) => {
        match $language {
            $crate::language::Language::English => include_str!(concat!($before, "en", $after)),
            $crate::language::Language::German => include_str!(concat!($before, "de", $after)),
            $crate::language::Language::Spanish => include_str!(concat!($before, "es", $after)),
            $crate::language::Language::French => include_str!(concat!($before, "fr", $after)),
            $crate::language::Language::Italian => include_str!(concat!($before, "it", $after)),
            $crate::language::Language::Chinese => include_str!(concat!($before, "zh", $after)),
        }
    };
}
pub(crate) use file_of;

struct Known {
    language: Language,
    code: &'static str,
    name: &'static str,
    /// The embedded voice that speaks it.
    voice: Option<&'static str>,
    lexicon: &'static str,
    persona: &'static str,
}

macro_rules! known {
    ($language:ident, $code:literal, $voice:expr) => {
        Known {
            language: Language::$language,
            code: $code,
            name: stringify!($language),
            voice: $voice,
            lexicon: include_str!(concat!("../assets/lexicon/", $code, ".toml")),
            persona: include_str!(concat!("../assets/personas/vivi.", $code, ".toml")),
        }
    };
}

static LANGUAGES: [Known; 6] = [
    known!(English, "en", Some("en-US")),
    known!(German, "de", Some("de-DE")),
    known!(Spanish, "es", Some("es-ES")),
    known!(French, "fr", Some("fr-FR")),
    known!(Italian, "it", Some("it-IT")),
    known!(Chinese, "zh", None),
];

impl Language {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        LANGUAGES.iter().map(|known| known.language)
    }

    fn known(self) -> &'static Known {
        let known = LANGUAGES.iter().find(|known| known.language == self);
        known.expect("every language has its line")
    }

    /// Its ISO 639-1 code, `en`.
    pub fn code(self) -> &'static str {
        self.known().code
    }

    /// The embedded voice that speaks it.
    pub fn voice(self) -> Option<&'static str> {
        self.known().voice
    }

    /// Its words of turn taking, as TOML.
    pub(crate) fn lexicon(self) -> &'static str {
        self.known().lexicon
    }

    /// The persona that comes with the program, as TOML.
    pub(crate) fn persona(self) -> &'static str {
        self.known().persona
    }
}

/// Its English name.
impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.known().name)
    }
}

/// By code, with a region or without: `de`, `de-AT`.
impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let code = text.split(['-', '_']).next().unwrap_or_default();
        let is_it = |known: &&Known| known.code.eq_ignore_ascii_case(code);
        let found = LANGUAGES.iter().find(is_it).map(|known| known.language);
        found.ok_or_else(|| {
            let codes: Vec<&str> = LANGUAGES.iter().map(|known| known.code).collect();
            format!(
                "{text:?} is no language of this program, which lacks its lexicon and its persona; \
                 give one of {}, or see docs/engines.md for how to add one",
                codes.join(", ")
            )
        })
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// By its code.
impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// The languages of a conversation: the one that it begins in, and those that it goes over to when the user
/// speaks them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Languages {
    first: Language,
    others: Vec<Language>,
}

/// Before a list of languages, or alone for all of them.
const AUTO: &str = "auto";

impl Languages {
    /// The one that the conversation begins in.
    pub fn first(&self) -> Language {
        self.first
    }

    /// Those that the user may speak instead.
    pub fn others(&self) -> &[Language] {
        &self.others
    }

    /// All of them, the first one first.
    pub fn iter(&self) -> impl Iterator<Item = Language> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    /// Whether this is one of them.
    pub fn has(&self, language: Language) -> bool {
        self.iter().any(|one| one == language)
    }

    /// Whether all of them are among these codes.
    pub fn are_all_in(&self, codes: &[String]) -> bool {
        self.iter()
            .all(|one| codes.iter().any(|code| code == one.code()))
    }

    /// Whether there is only one.
    pub fn is_one(&self) -> bool {
        self.others.is_empty()
    }
}

/// English.
impl Default for Languages {
    fn default() -> Self {
        Language::default().into()
    }
}

/// The first one first. None: English.
impl FromIterator<Language> for Languages {
    fn from_iter<I: IntoIterator<Item = Language>>(languages: I) -> Self {
        let mut languages = languages.into_iter();
        let first = languages.next().unwrap_or_default();
        let mut others: Vec<Language> = Vec::new();
        for language in languages {
            if language != first && !others.contains(&language) {
                others.push(language);
            }
        }
        Self { first, others }
    }
}

impl From<Language> for Languages {
    fn from(first: Language) -> Self {
        Self {
            first,
            others: Vec::new(),
        }
    }
}

/// As it is written: `de`, or `auto:de,en`.
impl fmt::Display for Languages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<&str> = self.iter().map(Language::code).collect();
        if self.is_one() {
            f.pad(self.first.code())
        } else {
            f.pad(&format!("{AUTO}:{}", codes.join(",")))
        }
    }
}

/// `de`; `auto:de,en` for these two, beginning in German; `auto` for all.
impl FromStr for Languages {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, list) = text.split_once(':').unwrap_or((text, ""));
        Ok(match (kind.eq_ignore_ascii_case(AUTO), list) {
            (false, _) => Language::from_str(text)?.into(),
            (true, "") => Language::all().collect(),
            (true, list) => {
                let codes = list.split(',').map(|code| code.trim().parse());
                codes.collect::<Result<_, String>>()?
            }
        })
    }
}

impl<'de> Deserialize<'de> for Languages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// Whether it is a Chinese character, which no space parts from the next word.
pub(crate) fn is_han(character: char) -> bool {
    matches!(
        character,
        '\u{3007}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{3FFFF}'
    )
}

/// How many words so many Chinese characters are: most have two.
pub(crate) fn han_words(characters: usize) -> usize {
    characters.div_ceil(2)
}

/// The mark that a full-width one stands for; any other character as it is.
pub(crate) fn ascii_mark(character: char) -> char {
    match character {
        '。' => '.',
        '，' | '、' => ',',
        '；' => ';',
        '：' => ':',
        '！' => '!',
        '？' => '?',
        other => other,
    }
}

/// Where the sentences of a text end: the byte behind the mark of each. A point within a number ends nothing; a full-width
/// mark needs no space behind it.
pub(crate) fn sentence_ends(text: &str) -> impl Iterator<Item = usize> {
    let mut marks = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while let Some((at, mark)) = marks.next() {
            let is_apart =
                !mark.is_ascii() || marks.peek().is_none_or(|(_, next)| next.is_whitespace());
            if matches!(ascii_mark(mark), '.' | '?' | '!') && is_apart {
                return Some(at + mark.len_utf8());
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_understood_with_its_region() {
        assert_eq!("de".parse(), Ok(Language::German));
        assert_eq!("fr_CA".parse(), Ok(Language::French));
        assert_eq!("ZH-cn".parse(), Ok(Language::Chinese));
    }

    #[test]
    fn a_list_of_languages_begins_with_the_first_and_has_each_once() {
        let languages: Languages = "auto:de, en,de,en-GB".parse().unwrap();
        assert_eq!(languages.first(), Language::German);
        assert_eq!(languages.others(), [Language::English]);
        assert_eq!(languages.to_string(), "auto:de,en");
    }

    #[test]
    fn auto_alone_is_every_language() {
        let languages: Languages = "auto".parse().unwrap();
        assert_eq!(languages.iter().count(), Language::all().count());
    }

    #[test]
    fn one_language_is_written_by_its_code() {
        let languages: Languages = "de-AT".parse().unwrap();
        assert!(languages.is_one());
        assert_eq!(languages.to_string(), "de");
        assert!("auto:".parse::<Languages>().unwrap().iter().count() > 1);
        assert!("auto:en,xx".parse::<Languages>().is_err());
        assert!("de:en".parse::<Languages>().is_err());
    }

    #[test]
    fn an_unknown_language_is_told_what_it_lacks() {
        let error = "ja".parse::<Language>().unwrap_err();
        for part in ["ja", "lexicon", "persona", "de", "docs/engines.md"] {
            assert!(error.contains(part), "{part}: {error}");
        }
    }
}
