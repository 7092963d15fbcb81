//! Which language the user speaks, of those that a conversation may be in. Pure.

use crate::language::{Language, Languages, han_words, is_han};

/// Fewer words say nothing: "okay" and "ja" belong to every language, and a recognizer guesses at them.
const ENOUGH_WORDS: usize = 3;

/// The language that the user speaks.
#[derive(Debug, Clone)]
pub struct SpokenLanguage {
    languages: Languages,
    now: Language,
}

/// What a transcript says about the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LanguageHeard {
    /// Nothing.
    Unsure,
    /// It is in one of the conversation's.
    In(Language),
    /// It is none of the conversation's; its code.
    Unknown(String),
}

impl SpokenLanguage {
    /// The first of these, until another one is heard.
    pub fn new(languages: Languages) -> Self {
        let now = languages.first();
        Self { languages, now }
    }

    /// The language that was heard last.
    pub fn now(&self) -> Language {
        self.now
    }

    /// Takes a transcript and the code of the language that the recognizer heard it in.
    pub fn heard(&mut self, text: &str, code: Option<&str>) -> LanguageHeard {
        let Some(code) = code.filter(|_| !self.languages.is_one() && words(text) >= ENOUGH_WORDS)
        else {
            return LanguageHeard::Unsure;
        };
        let heard = code.parse().ok();
        match heard.filter(|heard| self.languages.has(*heard)) {
            None => LanguageHeard::Unknown(code.to_owned()),
            Some(language) => {
                self.now = language;
                LanguageHeard::In(language)
            }
        }
    }
}

/// Words, of which Chinese has one for two characters.
fn words(text: &str) -> usize {
    let han = text.chars().filter(|c| is_han(*c)).count();
    let others = text.split_whitespace();
    let others = others.filter(|word| word.chars().any(|c| c.is_alphanumeric() && !is_han(c)));
    han_words(han) + others.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(languages: &str) -> SpokenLanguage {
        SpokenLanguage::new(languages.parse().unwrap())
    }

    #[test]
    fn a_sentence_says_what_it_is_in() {
        let mut spoken = between("auto:en,de,zh");
        assert_eq!(spoken.now(), Language::English);
        let german = "Wie spät ist es?";
        assert_eq!(
            spoken.heard(german, Some("de")),
            LanguageHeard::In(Language::German)
        );
        assert_eq!(spoken.now(), Language::German);
        let chinese = "法国的首都是哪里？";
        assert_eq!(
            spoken.heard(chinese, Some("zh")),
            LanguageHeard::In(Language::Chinese)
        );
    }

    #[test]
    fn a_short_word_says_nothing() {
        let mut spoken = between("auto:en,de,zh");
        for (text, code) in [
            ("Okay.", "de"),
            ("Ja, ja!", "de"),
            ("Danke schön.", "de"),
            ("好。", "zh"),
            ("…", "zh"),
        ] {
            assert_eq!(
                spoken.heard(text, Some(code)),
                LanguageHeard::Unsure,
                "{text}"
            );
        }
    }

    #[test]
    fn a_language_that_is_not_the_conversations_is_told_and_changes_nothing() {
        let mut spoken = between("auto:en,de");
        let french = "Quelle heure est-il ?";
        assert_eq!(
            spoken.heard(french, Some("fr")),
            LanguageHeard::Unknown("fr".into())
        );
        assert_eq!(spoken.now(), Language::English);
    }

    #[test]
    fn in_a_conversation_of_one_language_nothing_else_is_heard() {
        let mut spoken = between("de");
        assert_eq!(
            spoken.heard("What time is it now?", Some("en")),
            LanguageHeard::Unsure
        );
        assert_eq!(
            spoken.heard("Wie spät ist es?", None),
            LanguageHeard::Unsure
        );
    }
}
