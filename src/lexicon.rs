//! The words that turn taking knows: what stops a reply, what only listens, what keeps the turn.
//!
//! One data file a language in `assets/lexicon`; the comments there say what each list is for.

use serde::Deserialize;

use crate::language::Language;

/// The lists of one language. Lower case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lexicon {
    /// Whose words they are.
    pub language: Language,
    /// Ask for silence.
    pub stop: Vec<String>,
    /// Ask to wait.
    pub wait: Vec<String>,
    /// Ask for the rest of a reply.
    pub go_on: Vec<String>,
    /// What recognizers make of "stop", said over a reply.
    pub sounds_like_stop: Vec<String>,
    /// Want attention, however short.
    pub calls: Vec<String>,
    /// Change nothing about a request.
    pub polite: Vec<String>,
    /// Said while listening.
    pub backchannels: Vec<String>,
    /// What recognizers make of noise.
    pub noise: Vec<String>,
    /// Said to keep the turn.
    pub fillers: Vec<String>,
    /// A phrase does not end with these.
    pub unfinished: Vec<String>,
    /// A phrase seldom ends with these.
    pub leaning: Vec<String>,
    /// Begin a question that has a subject next.
    pub auxiliaries: Vec<String>,
    /// Who or what such a question is about.
    pub subjects: Vec<String>,
    /// Come before what is said.
    pub openers: Vec<String>,
    /// Parts of a number being dictated.
    pub digits: Vec<String>,
    /// Said where a reply was to come.
    pub apologies: Apologies,
}

/// Why there is no reply, as far as it matters to who waits for it; the language has a sentence for
/// each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apology {
    /// The server cannot be reached, or does not answer.
    Unreachable,
    /// The server does not take the question, the key, or the model's name.
    Refused,
    /// The server has too much to do.
    Busy,
    /// The connection broke off.
    Gone,
    /// The model failed.
    Failed,
    /// The question does not fit into the context.
    TooLong,
    /// The model thought until its tokens were used up.
    NoAnswer,
}

/// A sentence for each reason why there is no reply.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "Apology documents the same names")]
pub struct Apologies {
    pub unreachable: String,
    pub refused: String,
    pub busy: String,
    pub gone: String,
    pub failed: String,
    pub too_long: String,
    pub no_answer: String,
}

impl Apologies {
    /// The sentence for a reason.
    pub fn words(&self, reason: Apology) -> &str {
        match reason {
            Apology::Unreachable => &self.unreachable,
            Apology::Refused => &self.refused,
            Apology::Busy => &self.busy,
            Apology::Gone => &self.gone,
            Apology::Failed => &self.failed,
            Apology::TooLong => &self.too_long,
            Apology::NoAnswer => &self.no_answer,
        }
    }
}

impl Lexicon {
    /// That of a language.
    pub fn of(language: Language) -> Self {
        toml::from_str(language.lexicon()).expect("the bundled lexicons are held valid by a test")
    }

    /// Whether the words are phrases of `list` in a row and nothing else.
    pub fn consists_of(list: &[String], words: &[String]) -> bool {
        !words.is_empty() && is_phrases(list, words)
    }

    /// Whether the words begin with a phrase of `list`.
    pub fn begins_with(list: &[String], words: &[String]) -> bool {
        (1..=words.len()).any(|count| list.contains(&words[..count].join(" ")))
    }

    /// The words without those that only make a request polite.
    pub fn without_politeness(&self, words: &[String]) -> Vec<String> {
        let kept = words.iter().filter(|word| !self.polite.contains(word));
        kept.cloned().collect()
    }
}

fn is_phrases(list: &[String], words: &[String]) -> bool {
    words.is_empty()
        || (1..=words.len()).any(|count| {
            list.contains(&words[..count].join(" ")) && is_phrases(list, &words[count..])
        })
}

/// The words of a transcript in lower case, without punctuation; apostrophes and hyphens within
/// words stay.
pub fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace('\u{2019}', "'")
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-')
        .map(|word| word.trim_matches(['\'', '-']).to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lower_case_without_punctuation() {
        assert_eq!(
            words("Mm-hm. That\u{2019}s - \"right\"!"),
            ["mm-hm", "that's", "right"]
        );
    }

    #[test]
    fn phrases_in_a_row_are_found_and_others_are_not() {
        let list = ["stop".to_owned(), "hold on".to_owned()];
        assert!(Lexicon::consists_of(&list, &words("Stop, hold on")));
        assert!(!Lexicon::consists_of(&list, &words("hold it")));
        assert!(!Lexicon::consists_of(&list, &[]));
        assert!(Lexicon::begins_with(&list, &words("hold on, who is it?")));
        assert!(!Lexicon::begins_with(&list, &words("we hold on")));
    }

    #[test]
    fn every_lexicon_is_lower_case_words() {
        for language in Language::all() {
            let lexicon = Lexicon::of(language);
            assert_eq!(lexicon.language, language);
            let lists = [
                &lexicon.stop,
                &lexicon.wait,
                &lexicon.go_on,
                &lexicon.sounds_like_stop,
                &lexicon.calls,
                &lexicon.polite,
                &lexicon.backchannels,
                &lexicon.noise,
                &lexicon.fillers,
                &lexicon.unfinished,
                &lexicon.leaning,
                &lexicon.auxiliaries,
                &lexicon.subjects,
                &lexicon.openers,
                &lexicon.digits,
            ];
            for list in lists {
                assert!(!list.is_empty(), "{language}");
                for phrase in list {
                    assert_eq!(words(phrase).join(" "), *phrase, "{language}");
                }
            }
        }
    }
}
