//! Text as phonemes, for every voice that reads them: one reader for each language.
//!
//! Each reader writes the alphabet that Kokoro and Hibari were trained on, which is that of misaki 0.9.4
//! (Apache-2.0): a few sounds that are two signs of the International Phonetic Alphabet are one character
//! ("t͡ʃ" is `ʧ`), and Mandarin's tones are arrows.
//!
//! Invariant: what a voice says is known to the byte of the text, word for word, so that a voice that knows
//! how long its phonemes take knows when each word has been said.

mod chinese;
mod english;
mod espeak;
mod italian;
#[cfg(test)]
mod reader_tests;
mod spanish;
mod spelling;

use std::collections::HashMap;
use std::path::Path;

pub use chinese::Chinese;
pub use english::{Accent, English, UNKNOWN, UnknownWordReader};
pub use espeak::EspeakPhonemizer;
pub use italian::Italian;
pub use spanish::Spanish;

use super::TtsError;
use crate::cancellation::Cancelled;

/// A long string of phonemes is best split behind one of these.
const CLAUSE_MARKS: [char; 8] = [',', ';', ':', '.', '!', '?', '—', '…'];

/// Text as phonemes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phonemes {
    /// The phonemes, words separated by spaces.
    pub text: String,
    /// Its words in order, marks left out.
    pub words: Vec<PhonemeWord>,
}

/// Where a word ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhonemeWord {
    /// In the text that was read: the byte after it.
    pub text_end: usize,
    /// In the phonemes: the byte after it.
    pub phonemes_end: usize,
}

/// Reads a language: text in, phonemes out.
pub trait Phonemizer: Send {
    /// A text as phonemes; `None`: cancelled. What has no letters in a script that can be read is left out.
    /// Those that need no other program take milliseconds and do not look whether they are cancelled.
    ///
    /// # Errors
    /// The phonemizer failed.
    fn read_unless(&self, cancelled: Cancelled, text: &str) -> Result<Option<Phonemes>, TtsError>;
}

/// Phonemes in pieces of at most `most` characters, each with the byte that it begins at: split behind a
/// mark, else at a space, else anywhere.
pub fn pieces(phonemes: &str, most: usize) -> Vec<(usize, &str)> {
    let (mut pieces, mut rest) = (Vec::new(), phonemes);
    let start = |rest: &str| phonemes.len() - rest.len();
    while let Some((limit, _)) = rest.char_indices().nth(most) {
        let window = &rest[..limit];
        let spaces = || window.char_indices().filter(|(_, c)| *c == ' ');
        let behind_mark = spaces().rfind(|(at, _)| window[..*at].ends_with(CLAUSE_MARKS));
        // A mark near the beginning would leave a short piece and gain nothing.
        let good = behind_mark.filter(|(at, _)| *at >= limit / 3);
        let cut = good.or_else(|| spaces().next_back());
        let (piece, next) = match cut {
            Some((at, _)) if at > 0 => (&rest[..at], &rest[at + 1..]),
            _ => rest.split_at(limit),
        };
        pieces.push((start(rest), piece));
        rest = next;
    }
    pieces.push((start(rest), rest));
    pieces
}

/// The numbers by which a graph knows phonemes.
#[derive(Debug)]
pub struct PhonemeNumbers(HashMap<char, i64>);

impl PhonemeNumbers {
    /// Out of a vocabulary that was read from the file `path`; entries of several characters are left out.
    ///
    /// # Errors
    /// It has no phonemes.
    pub fn new(path: &Path, vocabulary: HashMap<String, i64>) -> Result<Self, TtsError> {
        let mut numbers = HashMap::new();
        for (phoneme, number) in vocabulary {
            let mut chars = phoneme.chars();
            if let (Some(phoneme), None) = (chars.next(), chars.next()) {
                numbers.insert(phoneme, number);
            }
        }
        if numbers.is_empty() {
            Err(TtsError::Model {
                path: path.to_path_buf(),
                reason: "it has no phonemes".into(),
            })
        } else {
            Ok(Self(numbers))
        }
    }

    /// The number of a phoneme, if the graph knows it.
    pub fn of(&self, phoneme: char) -> Option<i64> {
        self.0.get(&phoneme).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(phonemes: &str, most: usize) -> Vec<&str> {
        let pieces = pieces(phonemes, most);
        for (start, piece) in &pieces {
            assert!(phonemes[*start..].starts_with(piece), "{start}: {piece:?}");
        }
        pieces.into_iter().map(|(_, piece)| piece).collect()
    }

    #[test]
    fn phonemes_are_split_behind_a_mark_rather_than_at_a_space() {
        assert_eq!(split("aa bb, cc dd", 9), ["aa bb,", "cc dd"]);
    }

    #[test]
    fn phonemes_without_marks_are_split_at_a_space() {
        assert_eq!(split("aaaa bbbb cccc", 10), ["aaaa bbbb", "cccc"]);
    }

    #[test]
    fn phonemes_without_spaces_are_split_anywhere_between_characters() {
        assert_eq!(split("ˈɹˈɹˈ", 2), ["ˈɹ", "ˈɹ", "ˈ"]);
    }

    #[test]
    fn short_phonemes_are_one_piece() {
        assert_eq!(split("", 3), [""]);
        assert_eq!(split("abc", 3), ["abc"]);
    }
}
