//! What asks for common knowledge: "Who wrote Emma?", "How tall is Mount Everest?"

use serde_json::{Map, Value};

use super::{Intents, LastCall};

/// What a question that was answered is called among the calls that words may take up ([`LastCall`]): it is no tool.
pub(super) const ASKED: &str = "asked";

/// One aspect of a thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The aspect: "author".
    pub what: String,
    /// What it is asked of, as it was said.
    pub of: String,
}

impl Question {
    /// The same as what words may take up: "And Moby Dick?"
    pub fn answered(&self) -> LastCall {
        let arguments = [("what", &self.what[..]), ("of", &self.of)];
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

    /// What can be asked for.
    #[cfg(test)]
    pub(in crate::agent) fn aspects(&self) -> std::collections::BTreeSet<&str> {
        self.questions.iter().map(|one| &one.meaning[..]).collect()
    }
}
