//! Word error rate: what a recognizer made of known words.
//!
//! Words are compared in lower case, without punctuation, and numbers as they are spoken, by the
//! same rules by which a reply is spoken: "7" and "seven" are the same, "$5" and "five dollars" too.
//! Contractions are words of their own: "I'm" is not "I am".

use crate::tts::speakable::{speakable, spoken_text};

/// How what was heard differs from what was said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WordErrors {
    /// Words that became others.
    pub substituted: usize,
    /// Words that nobody said.
    pub inserted: usize,
    /// Words that were not heard.
    pub deleted: usize,
    /// Words that were said.
    pub of: usize,
}

impl WordErrors {
    /// All errors.
    pub fn total(&self) -> usize {
        self.substituted + self.inserted + self.deleted
    }

    /// Errors per word that was said; may be above 1. `None` if nothing was said.
    pub fn rate(&self) -> Option<f64> {
        (self.of > 0).then(|| self.total() as f64 / self.of as f64)
    }
}

impl std::ops::AddAssign for WordErrors {
    fn add_assign(&mut self, other: Self) {
        self.substituted += other.substituted;
        self.inserted += other.inserted;
        self.deleted += other.deleted;
        self.of += other.of;
    }
}

/// The fewest errors that make `heard` of `reference` (Levenshtein distance over words).
pub fn word_errors(reference: &str, heard: &str) -> WordErrors {
    let (said, heard) = (words(reference), words(heard));
    // The cheapest way to each number of heard words, after so many that were said.
    let mut row: Vec<WordErrors> = (0..=heard.len())
        .map(|inserted| WordErrors {
            inserted,
            ..WordErrors::default()
        })
        .collect();
    for word in &said {
        let mut diagonal = row[0];
        row[0].deleted += 1;
        for (n, other) in heard.iter().enumerate() {
            let (mut matched, mut deleted, mut inserted) = (diagonal, row[n + 1], row[n]);
            diagonal = row[n + 1];
            matched.substituted += usize::from(word != other);
            deleted.deleted += 1;
            inserted.inserted += 1;
            let ways = [matched, deleted, inserted].into_iter();
            row[n + 1] = ways.min_by_key(WordErrors::total).unwrap_or_default();
        }
    }
    let mut errors = row[heard.len()];
    errors.of = said.len();
    errors
}

/// Words as they are spoken.
fn words(text: &str) -> Vec<String> {
    let spoken = spoken_text(&speakable(text)).to_lowercase();
    let clean = spoken.replace('’', "'");
    let clean = clean.replace(|c: char| !c.is_alphanumeric() && c != '\'', " ");
    let words = clean.split_whitespace().map(|word| word.trim_matches('\''));
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(reference: &str, heard: &str) -> (usize, usize, usize, usize) {
        let errors = word_errors(reference, heard);
        (
            errors.substituted,
            errors.inserted,
            errors.deleted,
            errors.of,
        )
    }

    #[test]
    fn errors_are_told_apart() {
        assert_eq!(
            counts("a spider has eight legs", "a spider has eight legs"),
            (0, 0, 0, 5)
        );
        assert_eq!(
            counts("a spider has eight legs", "a rider has eight legs"),
            (1, 0, 0, 5)
        );
        assert_eq!(
            counts("a spider has eight legs", "a spider eight legs"),
            (0, 0, 1, 5)
        );
        assert_eq!(
            counts("a spider has legs", "oh a spider has no legs"),
            (0, 2, 0, 4)
        );
        assert_eq!(counts("one two", ""), (0, 0, 2, 2));
        assert_eq!(counts("", "you"), (0, 1, 0, 0));
        assert_eq!(word_errors("", "you").rate(), None);
    }

    #[test]
    fn case_and_punctuation_are_no_words() {
        assert_eq!(counts("Well, yes: Paris!", "well yes paris"), (0, 0, 0, 3));
        assert_eq!(counts("I’m fine", "I'm fine."), (0, 0, 0, 2));
    }

    #[test]
    fn numbers_count_as_they_are_spoken() {
        assert_eq!(counts("seven days", "7 days"), (0, 0, 0, 2));
        assert_eq!(
            counts("It costs $5.", "it costs five dollars"),
            (0, 0, 0, 4)
        );
        assert_eq!(counts("twenty one", "21"), (0, 0, 0, 2));
    }
}
