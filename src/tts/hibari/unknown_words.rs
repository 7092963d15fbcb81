//! Words that the dictionary lacks, read by a small network that comes with Hibari: letters in, phonemes out.
//!
//! It was trained on what espeak-ng said of 225,000 words; nothing of espeak-ng is in it (NOTICE of
//! hibari-tts 0.2.1).

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use misaki_rs::fallback::FallbackError;
use ort::value::Tensor;
use serde::Deserialize;

use super::PULL;
use crate::onnx::Graph;
use crate::tts::TtsError;
use crate::tts::phonemes::{UNKNOWN, UnknownWordReader};

/// Letters of which a word has one, or it is said letter by letter.
const VOWELS: &str = "aeiouyæœøı";

/// What stands beside the network.
#[derive(Deserialize)]
struct Alphabets {
    /// Letters; numbers begin at 1.
    #[serde(rename = "in")]
    letters: Vec<char>,
    /// Phonemes; numbers begin at 1, and 0 is none.
    #[serde(rename = "out")]
    phonemes: Vec<char>,
    /// It was trained on no longer words.
    #[serde(rename = "maxlen")]
    longest: usize,
}

/// Reads unknown words.
pub struct UnknownWords {
    graph: Graph,
    letters: HashMap<char, i64>,
    phonemes: Vec<char>,
    longest: usize,
}

impl UnknownWords {
    /// Loads `NAME.onnx` and `NAME.json` of a folder.
    ///
    /// # Errors
    /// A file is missing or is not what it should be.
    pub fn load(runtime: &Path, folder: &Path, name: &str) -> Result<Self, TtsError> {
        let path = folder.join(format!("{name}.json"));
        let wrong = |reason: String| TtsError::Model {
            path: path.clone(),
            reason,
        };
        let text = fs::read_to_string(&path).map_err(|e| wrong(format!("{e}; {PULL}")))?;
        let alphabets: Alphabets = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
        let graph = Graph::load(runtime, &folder.join(format!("{name}.onnx")), 1)?;
        Ok(Self {
            graph,
            letters: alphabets.letters.into_iter().zip(1..).collect(),
            phonemes: alphabets.phonemes,
            longest: alphabets.longest.max(1),
        })
    }

    /// Letters of one word alone as phonemes.
    fn read(&self, letters: &[i64]) -> ort::Result<String> {
        let count = letters.len();
        let mut session = self.graph.lock();
        let letters = Tensor::from_array(([1usize, count], letters.to_vec()))?;
        let outputs = session.run(ort::inputs! { "chars" => letters })?;
        let (_, numbers) = outputs[0].try_extract_tensor::<i64>()?;
        Ok(self.collapsed(numbers))
    }

    /// Connectionist temporal classification: what is repeated counts once, and 0 only separates.
    fn collapsed(&self, numbers: &[i64]) -> String {
        let mut last = 0;
        let mut phonemes = String::new();
        for number in numbers {
            if *number != last && *number > 0 {
                phonemes.extend(self.phonemes.get(*number as usize - 1));
            }
            last = *number;
        }
        // It has learnt some of espeak-ng's signs that are no sounds ("(en)").
        phonemes.retain(|c| c.is_alphabetic() || c == ' ');
        phonemes
    }
}

impl UnknownWordReader for UnknownWords {
    fn phonemize(&self, word: &str) -> Result<String, FallbackError> {
        let mut said = Vec::new();
        for part in word.split(|c: char| !c.is_alphanumeric() && !is_apostrophe(c)) {
            if part.is_empty() {
                continue;
            }
            if !is_readable(part) {
                return Ok(UNKNOWN.into());
            }
            let letters = part.chars().filter_map(|c| self.letters.get(&c).copied());
            let letters: Vec<i64> = letters.take(self.longest).collect();
            // A script that the network does not know, or an engine that fails: spelt out, if it can be.
            match self.read(&letters) {
                Ok(phonemes) if !phonemes.is_empty() => said.push(phonemes),
                _ => return Ok(UNKNOWN.into()),
            }
        }
        Ok(said.join(" "))
    }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘')
}

/// Whether it is said as a word, not letter by letter: letters alone, and a vowel among them.
fn is_readable(part: &str) -> bool {
    use unicode_normalization::UnicodeNormalization;
    let letters = |c: char| c.is_alphabetic() || is_apostrophe(c);
    let mut plain = part.nfd().flat_map(char::to_lowercase);
    part.chars().all(letters) && plain.any(|c| VOWELS.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_without_vowels_or_with_digits_is_not_read_as_a_word() {
        for readable in ["Ypsilanti", "Łódź", "O'Hara", "Đorđe"] {
            assert!(is_readable(readable), "{readable}");
        }
        for spelt in ["xkcd", "QWRTZ", "b2b", "1st", "你好"] {
            assert!(!is_readable(spelt), "{spelt}");
        }
    }
}
