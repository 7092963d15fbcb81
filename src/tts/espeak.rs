//! Phonemes from the installed program `espeak-ng`, run as a process: it is GPL-3, so nothing of it
//! is linked.

use std::io::Write;
use std::process::{Command, Stdio};

use super::TtsError;

/// The program that is run.
const PROGRAM: &str = "espeak-ng";
/// Marks that voices know as phonemes, and that the program leaves out.
const MARKS: [char; 6] = ['.', ',', ';', ':', '!', '?'];

/// The program, with a voice of its own.
pub struct Espeak {
    voice: String,
}

impl Espeak {
    /// Looks for the program.
    ///
    /// # Errors
    /// It is not installed, or has no such voice.
    pub fn find(voice: &str) -> Result<Self, TtsError> {
        let espeak = Self {
            voice: voice.into(),
        };
        espeak.phonemes("a").map(|_| espeak)
    }

    /// Text as phonemes of the International Phonetic Alphabet, with the marks that were in it.
    pub fn phonemes(&self, text: &str) -> Result<String, TtsError> {
        let mut phonemes = String::new();
        for (piece, mark) in pieces(text) {
            if piece.chars().any(char::is_alphanumeric) {
                if !phonemes.is_empty() {
                    phonemes.push(' ');
                }
                phonemes.push_str(&self.run(piece)?);
            }
            phonemes.extend(mark);
        }
        Ok(phonemes)
    }

    fn run(&self, piece: &str) -> Result<String, TtsError> {
        let failed = |reason: String| TtsError::Phonemizer { reason };
        let mut process = Command::new(PROGRAM)
            .args(["-q", "--ipa=1", "--stdin", "-v", &self.voice])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| failed(e.to_string()))?;
        if let Some(mut input) = process.stdin.take() {
            // Closed at the end of this block: the program speaks what it has read.
            let written = input.write_all(piece.trim().replace('\n', " ").as_bytes());
            written.map_err(|e| failed(e.to_string()))?;
        }
        let output = process
            .wait_with_output()
            .map_err(|e| failed(e.to_string()))?;
        if !output.status.success() {
            return Err(failed(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            ));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let words: Vec<String> = text.split_whitespace().map(sounds).collect();
        Ok(words.join(" "))
    }
}

/// What stands between marks, with the mark behind it. A mark within a word or a number ("3,5", "15:30")
/// is read with it.
fn pieces(text: &str) -> Vec<(&str, Option<char>)> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for (at, c) in text.char_indices() {
        let after = at + c.len_utf8();
        let within = text[after..].starts_with(char::is_alphanumeric);
        if MARKS.contains(&c) && !within {
            pieces.push((&text[start..at], Some(c)));
            start = after;
        }
    }
    pieces.push((&text[start..], None));
    pieces
}

/// A word without what joins the letters of one phoneme (`--ipa=1` does), and without "(en)", which
/// says that what follows is said as in another language.
fn sounds(word: &str) -> String {
    let (mut sounds, mut aside) = (String::with_capacity(word.len()), false);
    for c in word.chars() {
        match c {
            '(' => aside = true,
            ')' => aside = false,
            '_' | '\u{361}' | '\u{200d}' => {}
            _ if aside => {}
            _ => sounds.push(c),
        }
    }
    sounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_at_marks_and_not_within_numbers() {
        let split = pieces("Um 15:30, 3,5 Grad?!");
        let expected = [
            ("Um 15:30", Some(',')),
            (" 3,5 Grad", Some('?')),
            ("", Some('!')),
            ("", None),
        ];
        assert_eq!(split, expected);
    }

    #[test]
    fn a_word_is_its_sounds_alone() {
        assert_eq!(sounds("(en)_k_ˈuː_l_(de)"), "kˈuːl");
        assert_eq!(sounds("t͡s_aɪ_t"), "tsaɪt");
    }
}
