//! English text as phonemes, for every voice that reads them: by `misaki-rs` (MIT), whose dictionary is in
//! the program.
//!
//! Invariant: what a voice says is known to the byte of the text, as far as the dictionary's words go, so that
//! a voice that knows how long its phonemes take knows when each word has been said.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub use misaki_rs::Fallback as UnknownWordReader;
pub use misaki_rs::Language as Accent;
use misaki_rs::{G2P, MToken};
use unicode_normalization::UnicodeNormalization;

use super::TtsError;
use crate::shared::Shared;

/// What the phonemizer puts where it knows no phonemes. A reader of unknown words gives it for a word that
/// is better spelt out.
pub const UNKNOWN: char = '❓';
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

/// Reads English. Its dictionaries are shared by all who read with the same accent.
pub struct Phonemizer(Arc<Mutex<G2P>>);

/// By accent, and the folder of what reads unknown words.
static LOADED: Shared<(Accent, Option<PathBuf>), Mutex<G2P>> = Shared::new();

impl Phonemizer {
    /// For one of the accents. Words that the dictionary lacks are spelt out.
    pub fn new(accent: Accent) -> Self {
        let load = || Ok::<_, Infallible>(Mutex::new(G2P::new(accent)));
        let loaded = LOADED.get((accent, None), load);
        Self(loaded.unwrap_or_else(|never| match never {}))
    }

    /// The same; words that the dictionary lacks are read by what `load` finds in a folder.
    ///
    /// # Errors
    /// Those of `load`.
    pub fn with_reader(
        accent: Accent,
        folder: &Path,
        load: impl FnOnce() -> Result<Box<dyn UnknownWordReader>, TtsError>,
    ) -> Result<Self, TtsError> {
        let loaded = LOADED.get((accent, Some(folder.to_path_buf())), || {
            Ok(Mutex::new(G2P::with_fallback(accent, Some(load()?))))
        });
        loaded.map(Self)
    }

    /// A text as phonemes. What has no letters in a script that can be read is left out.
    ///
    /// # Errors
    /// The phonemizer failed.
    pub fn read(&self, text: &str) -> Result<Phonemes, TtsError> {
        let tokens = self.tokens(text)?;
        if tokens.iter().all(is_known) {
            return Ok(assemble(&tokens, Some));
        }
        // What could not be read is spelt out; the words keep their place in the text.
        let (mut spelt, mut ends, mut at) = (String::new(), HashMap::new(), 0);
        for token in &tokens {
            at += token.text.len();
            match is_known(token) {
                true => spelt.push_str(&token.text),
                false => spelt.push_str(&letters(&token.text)),
            }
            ends.insert(spelt.len(), at);
            spelt.push_str(&token.whitespace);
            at += token.whitespace.len();
        }
        let tokens = self.tokens(&spelt)?;
        Ok(assemble(&tokens, |end| ends.get(&end).copied()))
    }

    fn tokens(&self, text: &str) -> Result<Vec<MToken>, TtsError> {
        let reader = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = reader.g2p(text);
        let (_, tokens) = read.map_err(|e| TtsError::Run(e.to_string()))?;
        Ok(tokens)
    }
}

fn is_known(token: &MToken) -> bool {
    let phonemes = token.phonemes.as_deref();
    phonemes.is_some_and(|phonemes| !phonemes.contains(UNKNOWN))
}

/// Phonemes of all tokens; `place` says where in the text a word ends that ends so far into the tokens' text.
fn assemble(tokens: &[MToken], place: impl Fn(usize) -> Option<usize>) -> Phonemes {
    let (mut phonemes, mut at) = (Phonemes::default(), 0);
    for token in tokens {
        at += token.text.len();
        let own = token.phonemes.as_deref().unwrap_or_default();
        let own = own.replace(UNKNOWN, "");
        phonemes.text.push_str(&own);
        let is_word = own.contains(char::is_alphabetic);
        if let (true, Some(text_end)) = (is_word, place(at)) {
            phonemes.words.push(PhonemeWord {
                text_end,
                phonemes_end: phonemes.text.len(),
            });
        }
        phonemes.text.push_str(&token.whitespace);
        at += token.whitespace.len();
    }
    phonemes
}

/// "xyzzy" as "X Y Z Z Y", "Zürich" as "Z U R I C H".
fn letters(word: &str) -> String {
    let letters: Vec<String> = word
        .nfd()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_uppercase().to_string())
        .collect();
    letters.join(" ")
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
        match numbers.is_empty() {
            true => Err(TtsError::Model {
                path: path.to_path_buf(),
                reason: "it has no phonemes".into(),
            }),
            false => Ok(Self(numbers)),
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

    fn spelling() -> Phonemizer {
        Phonemizer::new(Accent::EnglishUS)
    }

    #[test]
    fn a_word_is_spelt_in_letters_that_there_are() {
        assert_eq!(letters("Zürich"), "Z U R I C H");
        assert_eq!(letters("b2b"), "B 2 B");
        assert_eq!(letters("你好"), "");
    }

    /// What of the text is said up to the end of each word.
    fn said<'t>(text: &'t str, phonemes: &Phonemes) -> Vec<&'t str> {
        let words = phonemes.words.iter();
        words.map(|word| &text[..word.text_end]).collect()
    }

    #[test]
    fn each_word_is_known_to_end_where_it_ends_in_the_text() {
        let text = "Well, it's Paris.";
        let phonemes = spelling().read(text).unwrap();
        assert_eq!(
            said(text, &phonemes),
            ["Well", "Well, it's", "Well, it's Paris"]
        );
        let last = phonemes.words.last().unwrap();
        assert_eq!(&phonemes.text[last.phonemes_end..], ".");
    }

    #[test]
    fn a_word_that_is_spelt_out_ends_where_it_ends_in_the_text() {
        let text = "The qxzvk, and you.";
        let phonemes = spelling().read(text).unwrap();
        assert_eq!(
            said(text, &phonemes),
            ["The", "The qxzvk", "The qxzvk, and", "The qxzvk, and you"]
        );
    }

    #[test]
    fn what_has_no_letters_that_can_be_read_has_no_phonemes() {
        let phonemes = spelling().read("你好 🎉").unwrap();
        assert!(!phonemes.text.contains(char::is_alphabetic), "{phonemes:?}");
        assert!(phonemes.words.is_empty(), "{phonemes:?}");
    }

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
