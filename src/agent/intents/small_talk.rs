//! Small talk: what people say to an assistant about itself, about themselves, and for company.

use super::Intents;

impl Intents {
    /// The subject of small talk that the words are, if they are any: "age".
    pub fn small_talk(&self, words: &str) -> Option<&str> {
        let heard = self.spelling.words(words);
        let found = self.compare(&heard, self.small_talk.iter())?;
        Some(found.meaning)
    }

    /// All subjects of small talk in this language.
    pub fn subjects(&self) -> impl Iterator<Item = &str> {
        self.small_talk.iter().map(|one| &one.meaning[..])
    }
}
