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
        Ok(pieces.map(|pieces| assemble(&pieces)))
    }
}

/// Pieces of a text as its phonemes.
fn assemble(pieces: &[Piece]) -> Phonemes {
    let mut phonemes = Phonemes::default();
    for piece in pieces {
        let written = written_words(piece.text);
        for (end, words) in shares(&written, &piece.words) {
            for word in words {
                if !phonemes.text.is_empty() && !phonemes.text.ends_with('(') {
                    phonemes.text.push(' ');
                }
                phonemes.text.push_str(&joined(word));
            }
            phonemes.words.push(PhonemeWord {
                text_end: piece.start + end,
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

fn written_words(text: &str) -> Vec<Written> {
    let (mut words, mut start) = (Vec::new(), 0);
    for word in text.split(char::is_whitespace) {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        if !bare.is_empty() {
            words.push(Written {
                end: start + bare.len(),
                digits: word.contains(char::is_numeric),
            });
        }
        // White space of one byte or of several.
        start += word.len();
        start += text[start..].chars().next().map_or(0, char::len_utf8);
    }
    words
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
            let mut shares: Vec<(usize, &[String])> = ends(&written[..first])
                .into_iter()
                .zip(said.chunks(1))
                .collect();
            shares.push((written[after].end, &said[first..digits_end]));
            shares.extend(
                ends(&written[after + 1..])
                    .into_iter()
                    .zip(said[digits_end..].chunks(1)),
            );
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

#[cfg(test)]
mod tests {
    use super::*;

    fn piece<'t>(text: &'t str, said: &str, mark: Option<char>) -> Piece<'t> {
        Piece {
            text,
            start: 0,
            words: said.split(' ').map(str::to_owned).collect(),
            mark,
        }
    }

    /// What is said up to the end of each word that is known.
    fn known<'t>(text: &'t str, said: &str) -> Vec<(&'t str, String)> {
        let phonemes = assemble(&[piece(text, said, None)]);
        let words = phonemes.words.iter();
        let pair = |word: &PhonemeWord| {
            let said = phonemes.text[..word.phonemes_end].to_owned();
            (&text[..word.text_end], said)
        };
        words.map(pair).collect()
    }

    #[test]
    fn what_is_one_sound_becomes_one_character() {
        assert_eq!(joined("m_ˈa_tʃ"), "mˈaʧ");
        assert_eq!(joined("d͡ʒ_ˈa_z"), "ʤˈaz");
        assert_eq!(joined("t_s_ˈe"), "tsˈe");
    }

    #[test]
    fn each_word_ends_where_it_is_written() {
        let known = known("C'est  bon\u{a0}", "s_ɛ b_ˈɔ̃");
        assert_eq!(
            known,
            [("C'est", "sɛ".into()), ("C'est  bon", "sɛ bˈɔ̃".into())]
        );
    }

    #[test]
    fn a_number_is_as_many_words_as_are_left_for_it() {
        let known = known("il a 25 ans ici", "il a vɛ̃t sɛ̃k ɑ̃ isi");
        let ends: Vec<&str> = known.iter().map(|(_, said)| said.as_str()).collect();
        assert_eq!(
            ends,
            [
                "il",
                "il a",
                "il a vɛ̃t sɛ̃k",
                "il a vɛ̃t sɛ̃k ɑ̃",
                "il a vɛ̃t sɛ̃k ɑ̃ isi"
            ]
        );
    }

    #[test]
    fn words_that_are_said_together_end_together() {
        assert_eq!(known("a b c", "ab c"), [("a b c", "ab c".into())]);
    }

    #[test]
    fn marks_stand_behind_their_words() {
        let phonemes = assemble(&[
            piece("oui", "w_ˈi", Some(',')),
            piece(" non", "n_ˈɔ̃", Some('?')),
        ]);
        assert_eq!(phonemes.text, "wˈi, nˈɔ̃?");
    }
}
