//! English, by `misaki-rs` (MIT), whose dictionary is in the program.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub use misaki_rs::Fallback as UnknownWordReader;
pub use misaki_rs::Language as Accent;
use misaki_rs::{G2P, MToken};
use unicode_normalization::UnicodeNormalization;

use super::{PhonemeWord, Phonemes, Phonemizer};
use crate::cancellation::Cancelled;
use crate::shared::Shared;
use crate::tts::TtsError;

/// What the phonemizer puts where it knows no phonemes. A reader of unknown words gives it for a word that
/// is better spelt out.
pub const UNKNOWN: char = '❓';

/// Reads English. Its dictionaries are shared by all who read with the same accent.
pub struct English(Arc<Mutex<G2P>>);

/// By accent, and the folder of what reads unknown words.
static LOADED: Shared<(Accent, Option<PathBuf>), Mutex<G2P>> = Shared::new();

impl English {
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
            if is_known(token) {
                spelt.push_str(&token.text)
            } else {
                spelt.push_str(&letters(&token.text))
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

impl Phonemizer for English {
    fn read_unless(&self, _: Cancelled, text: &str) -> Result<Option<Phonemes>, TtsError> {
        self.read(text).map(Some)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn spelling() -> English {
        English::new(Accent::EnglishUS)
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
}
