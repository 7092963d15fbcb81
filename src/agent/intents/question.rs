//! What asks for common knowledge: "Who wrote Emma?", "How tall is Mount Everest?"

use serde_json::{Map, Value};

use super::{Intents, LastCall};

/// What a question that was answered is called among the calls that words may take up ([`LastCall`]): it is no tool.
pub(super) const ASKED: &str = "asked";
/// The argument that has the answer.
const ANSWER: &str = "answer";
/// A name at the beginning of an answer has at most this many words.
const LONGEST_NAME: usize = 5;

/// One aspect of a thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The aspect: "author".
    pub what: String,
    /// What it is asked of, as it was said.
    pub of: String,
}

impl Question {
    /// The same as what words may take up, once this was its answer: "And Moby Dick?", "When was he born?"
    pub fn answered(&self, answer: &str) -> LastCall {
        let arguments = [("what", &self.what[..]), ("of", &self.of), (ANSWER, answer)];
        let arguments = arguments.map(|(name, value)| (name.to_owned(), Value::from(value)));
        LastCall {
            name: ASKED.to_owned(),
            arguments: Map::from_iter(arguments),
            is_done: true,
        }
    }

    /// The question that these words made of the one before.
    pub(super) fn taken_up(arguments: &Map<String, Value>) -> Option<Self> {
        let text = |name| Some(arguments.get(name)?.as_str()?.to_owned());
        Some(Self {
            what: text("what")?,
            of: text("of")?,
        })
    }
}

impl Intents {
    /// What the words may ask of what; the questions that leave the fewest words open first.
    pub fn questions(&self, words: &str) -> Vec<Question> {
        let heard = self.spelling.words(words);
        if heard.is_empty() {
            return Vec::new();
        }
        let mut found = self.compare_all(&heard, self.questions.iter());
        found.sort_by_key(|found| found.left_open);
        let questions = found.into_iter().filter_map(|found| {
            let captures = found.captures.iter();
            let mut captures = captures.map(|capture| self.argument(words, &heard, capture));
            let (_, of) = captures.find(|(name, _)| name == "of")?;
            let what = found.meaning.clone();
            Some(Question { what, of })
        });
        questions.collect()
    }

    /// The words with what was spoken of in the place of a pronoun: "Where was William Shakespeare born?" where "Who wrote
    /// Hamlet?" was asked before.
    pub fn spelled_out(&self, words: &str, last: &LastCall) -> Vec<String> {
        let names = self.spoken_of(last).into_iter();
        let spelled = names.filter_map(|name| self.spelling.with_name(words, &name));
        spelled.collect()
    }

    /// A question that takes up another of its kind ("When born?"), of all that was spoken of; none of one that asks the same
    /// of something else.
    pub fn of_what_was_spoken_of(&self, asked: &Question, last: &LastCall) -> Vec<Question> {
        let before = last.arguments.get("what").and_then(Value::as_str);
        if before == Some(&asked.what) {
            return Vec::new();
        }
        let names = self.spoken_of(last).into_iter();
        let questions = names.map(|of| Question {
            what: asked.what.clone(),
            of,
        });
        questions.collect()
    }

    /// What a question and its answer spoke of, if that was the last call: what the answer begins with, with more words than
    /// its name has, too; then what was asked about; then what else the answer names.
    fn spoken_of(&self, last: &LastCall) -> Vec<String> {
        let text = |name| last.arguments.get(name).and_then(Value::as_str);
        if last.name != ASKED {
            return Vec::new();
        }
        let answer = self
            .spelling
            .parts_of_names(text(ANSWER).unwrap_or_default());
        let named = |start: usize| {
            let longest = (answer.len() - start).min(LONGEST_NAME);
            let lengths = (1..=longest).rev();
            let names = lengths.map(|length| self.spelling.name_of(&answer[start..start + length]));
            names.collect::<Vec<_>>()
        };
        let mut starts = 0..answer.len();
        let mut names = starts.next().map_or_else(Vec::new, named);
        names.extend(text("of").map(str::to_owned));
        names.extend(starts.flat_map(named));
        names
    }

    /// What can be asked for.
    #[cfg(test)]
    pub(in crate::agent) fn aspects(&self) -> std::collections::BTreeSet<&str> {
        self.questions.iter().map(|one| &one.meaning[..]).collect()
    }
}
