//! Languages whose spelling says too little, in the words of the program `espeak-ng`, which Kokoro learned them
//! from. It runs as a process of its own.

use super::{PhonemeWord, Phonemes, Phonemizer};
use crate::cancellation::Cancelled;
use crate::tts::TtsError;
use crate::tts::espeak::{Espeak, Piece};

/// Sounds of two signs that have one of their own in misaki 0.9.4 (`misaki/espeak.py`, Apache-2.0).
const PAIRS: [(&str, &str); 11] = [
    ("aɪ", "I"),
    ("aʊ", "W"),
    ("dz", "ʣ"),
    ("dʒ", "ʤ"),
    ("eɪ", "A"),
    ("oʊ", "O"),
    ("əʊ", "Q"),
    ("ss", "S"),
    ("ts", "ʦ"),
    ("tʃ", "ʧ"),
    ("ɔɪ", "Y"),
];

/// Reads what one of the program's voices reads.
pub struct EspeakPhonemizer(Espeak);

impl EspeakPhonemizer {
    /// For a voice of the program, such as `fr-fr`.
    ///
    /// # Errors
    /// The program is not installed, or has no such voice.
    pub fn find(voice: &str) -> Result<Self, TtsError> {
        Espeak::find(voice).map(Self)
    }
}

impl Phonemizer for EspeakPhonemizer {
    fn read_unless(&self, cancelled: Cancelled, text: &str) -> Result<Option<Phonemes>, TtsError> {
        let pieces = self.0.pieces(cancelled, text)?;
        Ok(pieces.map(|pieces| assemble(text, &pieces)))
    }
}

/// Pieces of a text as its phonemes.
fn assemble(text: &str, pieces: &[Piece]) -> Phonemes {
    let mut phonemes = Phonemes::default();
    for piece in pieces {
        let start = piece.text.as_ptr() as usize - text.as_ptr() as usize;
        let written = word_ends(piece.text);
        for (end, words) in shares(&written, &piece.words) {
            for word in words {
                if !phonemes.text.is_empty() && !phonemes.text.ends_with('(') {
                    phonemes.text.push(' ');
                }
                phonemes.text.push_str(&joined(word));
            }
            phonemes.words.push(PhonemeWord {
                text_end: start + end,
                phonemes_end: phonemes.text.len(),
            });
        }
        match piece.mark {
            Some('–') => phonemes.text.push('—'),
            Some('(') if !phonemes.text.is_empty() => phonemes.text.push_str(" ("),
            mark => phonemes.text.extend(mark),
        }
    }
    phonemes
}

/// A written word: where it ends, and whether it has digits, which may be said as several words.
struct Written {
    end: usize,
    digits: bool,
}

fn word_ends(text: &str) -> Vec<Written> {
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric));
    words
        .map(|word| Written {
            end: start(word) + word.trim_end_matches(|c: char| !c.is_alphanumeric()).len(),
            digits: word.contains(char::is_numeric),
        })
        .collect()
}

/// What is said for each of the written words; for several together where that is not known.
fn shares<'s>(written: &[Written], said: &'s [String]) -> Vec<(usize, &'s [String])> {
    let Some(last) = written.last().map(|word| word.end) else {
        return Vec::new();
    };
    let ends = |words: &[Written]| words.iter().map(|word| word.end).collect::<Vec<_>>();
    if written.len() == said.len() {
        return ends(written).into_iter().zip(said.chunks(1)).collect();
    }
    // Only what has digits can be said as several words; what stands before and behind it is as it is written.
    let first_digits = written.iter().position(|word| word.digits);
    let last_digits = written.iter().rposition(|word| word.digits);
    match (first_digits, last_digits) {
        (Some(first), Some(after)) if said.len() >= written.len() => {
            let behind = written.len() - 1 - after;
            let digits_end = said.len() - behind;
            let mut shares: Vec<(usize, &[String])> =
                ends(&written[..first]).into_iter().zip(said.chunks(1)).collect();
            shares.push((written[after].end, &said[first..digits_end]));
            shares.extend(ends(&written[after + 1..]).into_iter().zip(said[digits_end..].chunks(1)));
            shares
        }
        _ => vec![(last, said)],
    }
}

/// A word's phonemes, each of one character.
fn joined(word: &str) -> String {
    let mut joined = String::with_capacity(word.len());
    for phoneme in word.split('_') {
        let mut phoneme = phoneme.replace(['\u{361}', '\u{200d}', '-'], "");
        for (pair, one) in PAIRS {
            phoneme = phoneme.replace(pair, one);
        }
        joined.push_str(&phoneme);
    }
    joined
}
