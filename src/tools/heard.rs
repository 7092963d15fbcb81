//! Words in what the user gives to tools that mean something to these: articles, "all", "every". One file a language,
//! `assets/tools/LANG/heard.toml`, in the letters that a language is written in.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::spoken::split;
use crate::language::{ByLanguage, Language, file_of};

/// The words of one language, in lower case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Heard {
    /// Of times that come again and again.
    pub repeating: Vec<String>,
    /// All timers, and all that is remembered.
    pub all: Vec<String>,
    /// Before a thing, without which it is the same thing.
    pub articles: Vec<String>,
    /// Words that do not tell one timer from another; those that may begin a length or a time are in `counts`, too.
    pub tells_no_ring: Vec<String>,
    pub counts: Vec<String>,
    /// Words that do not tell what a fact is about.
    pub tells_no_fact: Vec<String>,
    /// Words that are spelt in two ways, with the one as which they are compared.
    #[serde(default)]
    pub spelt: BTreeMap<String, String>,
    /// Before a fact.
    pub that: Vec<String>,
    /// Before what to remind of.
    pub to: Vec<String>,
    /// What was said last.
    pub this: Vec<String>,
    /// What "forget my name" is about.
    pub name: Vec<String>,
    /// Between the things of a list.
    pub and: Vec<String>,
    /// Words in the name of a list that are none.
    pub of_lists: Vec<String>,
    /// Names of lists by that under which they are kept, in all languages.
    pub lists: BTreeMap<String, Vec<String>>,
}

static HEARD: ByLanguage<Heard> =
    ByLanguage::new(|language| read(file_of!(language, "../../assets/tools/", "/heard.toml")));

fn read(file: &str) -> Heard {
    toml::from_str(file).expect("the bundled words are held valid by a test")
}

impl Heard {
    /// Those of a language, read at their first use.
    pub(super) fn of(language: Language) -> &'static Self {
        HEARD.of(language)
    }

    /// Whether a time comes again and again. A word of Chinese stands anywhere.
    pub(super) fn repeats(&self, text: &str) -> bool {
        let words = split(text);
        let is_said = |one: &String| {
            words.contains(one)
                || one.chars().all(crate::language::is_han) && text.contains(one.as_str())
        };
        self.repeating.iter().any(is_said)
    }

    /// A thing without its article.
    pub(super) fn bare<'a>(&self, text: &'a str) -> &'a str {
        without(text, &self.articles)
    }

    /// A fact without "that" before it.
    pub(super) fn fact<'a>(&self, text: &'a str) -> &'a str {
        without(text, &self.that)
    }

    /// Whether what was said last is meant.
    pub(super) fn is_this(&self, about: &str) -> bool {
        let about = about.to_lowercase();
        let is_it = |one: &String| *one == about || *one == about.replace(' ', "");
        self.this.iter().any(is_it)
    }

    /// What a Chinese text is about, as one word: its words are not parted, and where each character was compared by
    /// itself these are.
    pub(super) fn chinese(&self, text: &str) -> String {
        let lower = text.to_lowercase();
        let text: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
        let shorter = |text: &str| {
            let words = self.tells_no_fact.iter();
            let mut rests = words.filter_map(|word| text.strip_prefix(word.as_str()));
            rests.find(|rest| !rest.is_empty()).map(str::to_owned)
        };
        std::iter::successors(Some(text), |text| shorter(text))
            .last()
            .unwrap_or_default()
    }

    /// What to remind of, without "to" before it.
    pub(super) fn errand<'a>(&self, text: &'a str) -> &'a str {
        without(text, &self.to)
    }

    /// The name under which a list is kept, as it is said: "my shopping list" is "shopping".
    pub(super) fn list(&self, said: &str) -> String {
        let said = said.to_lowercase();
        // Characters that were compared one by one.
        let without_spaces = if said.contains(crate::language::is_han) {
            said.replace(' ', "")
        } else {
            said
        };
        let words = without_spaces.split(' ');
        let words: Vec<&str> = words
            .filter(|word| !self.of_lists.iter().any(|other| other == word))
            .collect();
        let name = words.join(" ");
        let is_it = |names: &&Vec<String>| names.contains(&name);
        let mut known = self.lists.iter();
        match known.find(|(_, names)| is_it(names)) {
            Some((kept, _)) => kept.clone(),
            None => name,
        }
    }
}

/// A text without the first of the words that it begins with. What ends in an apostrophe needs no space behind it.
fn without<'a>(text: &'a str, words: &[String]) -> &'a str {
    let rest = words.iter().find_map(|word| {
        let start = text.get(..word.len())?;
        let rest = text.get(word.len()..)?;
        let is_it = start.to_lowercase() == *word;
        let ends = word.ends_with('\'') || rest.starts_with(' ');
        (is_it && ends).then(|| rest.trim_start())
    });
    rest.filter(|rest| !rest.is_empty()).unwrap_or(text)
}
