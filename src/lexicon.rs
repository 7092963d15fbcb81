//! The words that turn taking knows: what stops a reply, what only listens, what keeps the turn.
//!
//! One data file a language in `assets/lexicon`; the comments there say what each list is for.

use serde::Deserialize;

use crate::language::{Language, ascii_mark, han_words, is_han};

/// No phrase of any list has more words.
const LONGEST_PHRASE: usize = 8;

/// The lists of one language: phrases in lower case, their [`words`] joined with spaces.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lexicon {
    /// Whose words they are.
    pub language: Language,
    /// Ask for silence.
    pub stop: Vec<String>,
    /// Ask to wait.
    pub wait: Vec<String>,
    /// Ask to go on, or for the rest of a reply.
    pub go_on: Vec<String>,
    /// Ask for the rest of a reply as a question.
    pub lost_thread: Vec<String>,
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
    /// Join several requests or questions, as they are written.
    pub joins: Vec<String>,
    /// Take back what was said before them, or mend it.
    pub takes_back: Vec<String>,
    /// Begin what only explains a request, beside `subjects`.
    pub explains: Vec<String>,
    /// Parts of a number being dictated.
    pub digits: Vec<String>,
    /// Wake an assistant that sleeps.
    pub wake: Vec<String>,
    /// Wake it, too, where what is said begins with them.
    pub calls_for_help: Vec<String>,
    /// Agree to what was asked.
    pub yes: Vec<String>,
    /// Refuse what was asked.
    pub no: Vec<String>,
    /// Said where something was refused.
    pub left_alone: String,
    /// Said while a tool takes its time.
    pub one_moment: String,
    /// Asks whether a tool may be called; `{what}` is which, with what.
    pub may_i: String,
    /// Said where a tool could not be called; `{what}` is whose it is.
    pub could_not_use: String,
    /// Said where the last reply was to be repeated and there was none.
    pub nothing_said: String,
    /// Said where a reply was to come.
    pub apologies: Apologies,
    /// Asks whether the user is still there.
    pub still_there: String,
    /// Said of the helper, and to it.
    pub helper: HelperWords,
}

/// Words about the helper, a second language model that some questions are handed to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelperWords {
    /// What the helper is told of its task.
    pub instructions: String,
    /// Said where a question is handed over: its answer comes later.
    pub let_me_think: String,
    /// Goes before the answer if something else was said meanwhile.
    pub about: String,
    /// Said where the helper has no answer.
    pub found_nothing: String,
    /// Said behind the answers to some parts of a question where others have none.
    pub not_all: String,
    /// Come before a question or a request, and ask nothing themselves.
    pub leads: Vec<String>,
    /// Begin a request for an explanation, a comparison or a text.
    pub explain: Vec<String>,
    /// Begin a question of fact.
    pub facts: Vec<String>,
    /// What is about the user or the assistant, or about today: the helper knows less of it than the assistant.
    pub not_for_it: Vec<String>,
    /// Stand for what was said before: a part of a question with one of them cannot be answered apart.
    pub refers_back: Vec<String>,
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
    /// The model wrote nothing that can be said.
    NoAnswer,
    /// The recognizer failed on what was said.
    NotHeard,
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
    pub not_heard: String,
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
            Apology::NotHeard => &self.not_heard,
        }
    }
}

impl Lexicon {
    /// That of a language.
    pub fn of(language: Language) -> Self {
        let mut lexicon = Self::as_written(language);
        for list in lexicon.lists() {
            for phrase in list {
                *phrase = words(phrase).join(" ");
            }
        }
        lexicon
    }

    fn as_written(language: Language) -> Self {
        toml::from_str(language.lexicon()).expect("the bundled lexicons are held valid by a test")
    }

    fn lists(&mut self) -> [&mut Vec<String>; 27] {
        [
            &mut self.stop,
            &mut self.wait,
            &mut self.go_on,
            &mut self.lost_thread,
            &mut self.sounds_like_stop,
            &mut self.calls,
            &mut self.polite,
            &mut self.backchannels,
            &mut self.noise,
            &mut self.fillers,
            &mut self.unfinished,
            &mut self.leaning,
            &mut self.auxiliaries,
            &mut self.subjects,
            &mut self.openers,
            &mut self.takes_back,
            &mut self.explains,
            &mut self.digits,
            &mut self.wake,
            &mut self.calls_for_help,
            &mut self.yes,
            &mut self.no,
            &mut self.helper.leads,
            &mut self.helper.explain,
            &mut self.helper.facts,
            &mut self.helper.not_for_it,
            &mut self.helper.refers_back,
        ]
    }

    /// Whether the words are one phrase of `list`.
    pub fn is_phrase(list: &[String], words: &[String]) -> bool {
        words.len() <= LONGEST_PHRASE && list.contains(&words.join(" "))
    }

    /// How many words the phrases of `list` have that the words begin with; the longest first.
    pub fn phrases_at_start(list: &[String], words: &[String]) -> impl Iterator<Item = usize> {
        let counts = (1..=words.len().min(LONGEST_PHRASE)).rev();
        counts.filter(move |&count| Self::is_phrase(list, &words[..count]))
    }

    /// Whether the words are phrases of `list` in a row and nothing else.
    pub fn consists_of(list: &[String], words: &[String]) -> bool {
        // Whether phrases in a row end before each word. Trying each way to cut the words up would take
        // exponentially long where phrases contain others: "ja", "ja ja".
        let mut reached = vec![false; words.len() + 1];
        reached[0] = true;
        for at in 0..words.len() {
            if reached[at] {
                for count in Self::phrases_at_start(list, &words[at..]) {
                    reached[at + count] = true;
                }
            }
        }
        !words.is_empty() && reached[words.len()]
    }

    /// Whether the words begin with a phrase of `list`.
    pub fn begins_with(list: &[String], words: &[String]) -> bool {
        Self::phrases_at_start(list, words).next().is_some()
    }

    /// Whether the words end with a phrase of `list`.
    pub fn ends_with(list: &[String], words: &[String]) -> bool {
        let first = words.len().saturating_sub(LONGEST_PHRASE);
        (first..words.len()).any(|at| Self::is_phrase(list, &words[at..]))
    }

    /// Whether a phrase of `list` is among the words.
    pub fn mentions(list: &[String], words: &[String]) -> bool {
        (0..words.len()).any(|at| Self::begins_with(list, &words[at..]))
    }

    /// The words behind all phrases of `list` that they begin with.
    pub fn after<'a>(list: &[String], mut words: &'a [String]) -> &'a [String] {
        while let Some(count) = Self::phrases_at_start(list, words).next() {
            words = &words[count..];
        }
        words
    }

    /// Whether the words ask, politely or not, for nothing but what the phrases of `list` ask for.
    pub fn asks_only(&self, list: &[String], words: &[String]) -> bool {
        // As they are, too: a phrase may contain a word that elsewhere is only polite.
        Self::consists_of(list, words) || Self::consists_of(list, &self.without_politeness(words))
    }

    /// Whether the words are said while listening: backchannels, or a request to go on with what is being
    /// said.
    pub fn only_listens(&self, words: &[String]) -> bool {
        Self::consists_of(&self.backchannels, words) || self.asks_only(&self.go_on, words)
    }

    /// Whether the words ask for the rest of what was being said.
    pub fn asks_for_the_rest(&self, words: &[String]) -> bool {
        self.asks_only(&self.go_on, words) || self.asks_only(&self.lost_thread, words)
    }

    /// Whether the words begin by asking, politely or not, for what a phrase of `list` asks for.
    pub fn asks_first(&self, list: &[String], words: &[String]) -> bool {
        Self::begins_with(list, words) || Self::begins_with(list, &self.without_politeness(words))
    }

    /// The words without those that only make a request polite.
    fn without_politeness(&self, words: &[String]) -> Vec<String> {
        let mut kept = Vec::new();
        let mut rest = Self::after(&self.polite, words);
        while let [word, others @ ..] = rest {
            kept.push(word.clone());
            rest = Self::after(&self.polite, others);
        }
        kept
    }
}

/// A transcript without the marks at its end: recognizers put them behind half a sentence, too.
pub fn without_end(text: &str) -> &str {
    text.trim_end_matches(|c| matches!(ascii_mark(c), ' ' | ',' | '.' | '?' | '!' | '-'))
}

/// The words of a transcript in lower case, without punctuation; apostrophes and hyphens within
/// words stay. Each Chinese character is a word: nothing shows where words of several end.
pub fn words(text: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(text.len());
    for character in text.to_lowercase().chars() {
        match character {
            '\u{2019}' => spaced.push('\''),
            han if is_han(han) => spaced.extend([' ', han, ' ']),
            other => spaced.push(other),
        }
    }
    spaced
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-')
        .map(|word| word.trim_matches(['\'', '-']).to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// How many words a listener would count in what [`words`] gave, where each Chinese character is
/// one.
pub fn word_count<'a>(words: impl IntoIterator<Item = &'a String>) -> usize {
    let (mut all, mut han) = (0, 0);
    for word in words {
        all += 1;
        han += usize::from(word.starts_with(is_han));
    }
    all - han + han_words(han)
}

#[cfg(test)]
#[path = "lexicon_tests.rs"]
mod tests;
