//! Word errors between what was said and what was understood.

use crate::language::Language;
use crate::tts::speakable::{speakable, spoken_text};

/// What has to be done to a text to make it the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WordErrors {
    /// Words that became others.
    pub substituted: usize,
    /// Words that were added.
    pub inserted: usize,
    /// Words that were left out.
    pub deleted: usize,
    /// Words of the reference.
    pub of: usize,
}

impl WordErrors {
    /// All errors together.
    pub fn wrong(&self) -> usize {
        self.substituted + self.inserted + self.deleted
    }
}

/// The fewest word errors that make `reference` what was `heard` (Levenshtein). Case, punctuation
/// and the way in which numbers are written do not count.
pub fn word_errors(reference: &str, heard: &str) -> WordErrors {
    let (said, heard) = (plain_words(reference), plain_words(heard));
    // Each row: the cheapest way from the first words of the reference to the first words heard.
    let insertions = |count| WordErrors {
        inserted: count,
        ..WordErrors::default()
    };
    let mut row: Vec<WordErrors> = (0..=heard.len()).map(insertions).collect();
    for word in &said {
        let mut diagonal = row[0];
        row[0].deleted += 1;
        for (n, other) in heard.iter().enumerate() {
            let (mut substituted, mut deleted, mut inserted) = (diagonal, row[n + 1], row[n]);
            substituted.substituted += usize::from(word != other);
            deleted.deleted += 1;
            inserted.inserted += 1;
            diagonal = row[n + 1];
            let cheapest = [substituted, deleted, inserted];
            row[n + 1] = cheapest
                .into_iter()
                .min_by_key(WordErrors::wrong)
                .unwrap_or_default();
        }
    }
    WordErrors {
        of: said.len(),
        ..row.last().copied().unwrap_or_default()
    }
}

/// Lower-case words as they are spoken: "7" is "seven".
fn plain_words(text: &str) -> Vec<String> {
    let spoken = spoken_text(&speakable(text, Language::English)).to_lowercase();
    let letters = spoken.replace(|c: char| !c.is_alphanumeric() && c != '\'', " ");
    letters.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_error_is_counted() {
        let errors = |heard| word_errors("How old is the oak tree?", heard);
        assert_eq!(errors("how old is the oak tree").wrong(), 0);
        assert_eq!(errors("How old is the oat tree.").substituted, 1);
        assert_eq!(errors("How old is oak tree").deleted, 1);
        assert_eq!(errors("So how old is the oak tree").inserted, 1);
        assert_eq!(errors("").wrong(), errors("").of);
    }

    #[test]
    fn numbers_count_as_they_are_spoken() {
        assert_eq!(
            word_errors("It has 7 days.", "it has seven days").wrong(),
            0
        );
    }
}
