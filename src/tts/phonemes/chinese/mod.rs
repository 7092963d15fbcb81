//! Mandarin: words (`jieba-rs`), their readings in pinyin (`readings`), the tones that change (`sandhi`), and
//! their sounds (`syllable`). What is written in Latin letters is said in English.
//!
//! Its dictionary is loaded once, however many read with it: 0.15 s, and 33 MB of memory.

mod readings;
mod sandhi;
mod syllable;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use jieba_rs::Jieba;
use unicode_normalization::UnicodeNormalization;

use self::readings::Readings;
use self::syllable::{Syllable, phonemes};
use super::{Accent, English, PhonemeWord, Phonemes, Phonemizer};
use crate::cancellation::Cancelled;
use crate::language::is_han;
use crate::shared::Shared;
use crate::tts::TtsError;
use crate::tts::speakable::chinese;

/// Reads Mandarin.
pub struct Chinese {
    dictionary: Arc<Dictionary>,
    /// Loaded by the first word in Latin letters.
    english: OnceLock<English>,
}

struct Dictionary {
    words: Jieba,
    readings: Readings,
}

static LOADED: Shared<(), Dictionary> = Shared::new();

impl Default for Chinese {
    /// Loads the dictionary, if nobody has it.
    fn default() -> Self {
        let load = || {
            Ok::<_, Infallible>(Dictionary {
                words: Jieba::new(),
                readings: Readings::load(),
            })
        };
        Self {
            dictionary: LOADED.get((), load).unwrap_or_else(|never| match never {}),
            english: OnceLock::new(),
        }
    }
}

impl Phonemizer for Chinese {
    fn read_unless(&self, _: Cancelled, text: &str) -> Result<Option<Phonemes>, TtsError> {
        let mut phonemes = Phonemes::default();
        let mut at = 0;
        while let Some(first) = text[at..].chars().next() {
            let rest = &text[at..];
            let kind = Kind::of(first);
            let length = match kind {
                Kind::Other => first.len_utf8(),
                kind => rest.find(|c| !kind.goes_on(c)).unwrap_or(rest.len()),
            };
            let run = &rest[..length];
            match kind {
                Kind::Han => self.han(run, at, &mut phonemes),
                Kind::Digits => {
                    let words = chinese::digits(run);
                    self.say(&words, &mut phonemes);
                    phonemes.end_word(at + length);
                }
                Kind::Latin => self.latin(run, at, &mut phonemes)?,
                Kind::Other => phonemes.mark(first),
            }
            at += length;
        }
        phonemes.text.truncate(phonemes.text.trim_end().len());
        Ok(Some(phonemes))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Han,
    Digits,
    Latin,
    Other,
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            _ if is_han(c) => Self::Han,
            _ if c.is_numeric() => Self::Digits,
            _ if is_latin(c) => Self::Latin,
            _ => Self::Other,
        }
    }

    fn goes_on(self, c: char) -> bool {
        match self {
            Self::Latin => is_latin(c) || matches!(c, '\'' | '’' | '-'),
            kind => Self::of(c) == kind,
        }
    }
}

fn is_latin(c: char) -> bool {
    c.is_alphabetic()
        && matches!(c, '\0'..='\u{2AF}' | '\u{1E00}'..='\u{1EFF}' | '\u{FF21}'..='\u{FF5A}')
}

impl Chinese {
    /// Says Chinese characters that begin at a place in the text.
    fn han(&self, run: &str, start: usize, phonemes: &mut Phonemes) {
        for (sounds, end) in self.words(run) {
            phonemes.push(&sounds);
            phonemes.end_word(start + end);
        }
    }

    /// The same without places: words that stand for something else.
    fn say(&self, words: &str, phonemes: &mut Phonemes) {
        for (sounds, _) in self.words(words) {
            phonemes.push(&sounds);
        }
    }

    /// The words of Chinese characters: their phonemes, and where they end.
    fn words(&self, run: &str) -> Vec<(String, usize)> {
        let Dictionary { words, readings } = &*self.dictionary;
        let words = words.cut(run, true);
        let words: Vec<&str> = words.iter().map(|token| token.word).collect();
        let mut syllables: Vec<Syllable> = Vec::new();
        let mut lengths = Vec::with_capacity(words.len());
        for (n, word) in words.iter().enumerate() {
            let before = n.checked_sub(1).map(|n| words[n]);
            let own = readings.of(word, before, words.get(n + 1).copied());
            lengths.push(own.len());
            syllables.extend(own);
        }
        let characters: Vec<char> = run.chars().collect();
        sandhi::change(&characters, &mut syllables, &lengths);
        let (mut said, mut rest, mut end) =
            (Vec::with_capacity(words.len()), syllables.as_slice(), 0);
        for (word, length) in words.iter().zip(lengths) {
            let (own, others) = rest.split_at(length);
            (rest, end) = (others, end + word.len());
            said.push((word_phonemes(word, own), end));
        }
        said
    }

    /// Says a word in Latin letters: in English, an abbreviation by its letters.
    fn latin(&self, run: &str, start: usize, phonemes: &mut Phonemes) -> Result<(), TtsError> {
        let letters = || run.nfkd().filter_map(letter);
        let is_spelt = !run.contains(char::is_lowercase) || letters().nth(LONGEST_WORD).is_some();
        if is_spelt {
            letters().for_each(|letter| phonemes.push(letter));
        } else {
            let english = self.english.get_or_init(|| English::new(Accent::EnglishUS));
            phonemes.push(&english.read(run)?.text);
        }
        phonemes.end_word(start + run.len());
        Ok(())
    }
}

/// Longer words are spelt, since their reading takes long.
const LONGEST_WORD: usize = 40;

/// The English name of a letter.
fn letter(letter: char) -> Option<&'static str> {
    const NAMES: [&str; 26] = [
        "ˈA",
        "bˈi",
        "sˈi",
        "dˈi",
        "ˈi",
        "ˈɛf",
        "ʤˈi",
        "ˈAʧ",
        "ˈI",
        "ʤˈA",
        "kˈA",
        "ˈɛl",
        "ˈɛm",
        "ˈɛn",
        "ˈO",
        "pˈi",
        "kjˈu",
        "ˈɑɹ",
        "ˈɛs",
        "tˈi",
        "jˈu",
        "vˈi",
        "dˈʌbᵊlju",
        "ˈɛks",
        "wˈI",
        "zˈi",
    ];
    let place = u32::from(letter.to_ascii_lowercase()).checked_sub(u32::from('a'))?;
    NAMES.get(place as usize).copied()
}

/// Children, in which the last character is a syllable of its own.
const NOT_BENT: [&str; 12] = [
    "女儿",
    "婴儿",
    "幼儿",
    "孤儿",
    "少儿",
    "胎儿",
    "男儿",
    "健儿",
    "侄儿",
    "婴幼儿",
    "宠儿",
    "混血儿",
];

fn word_phonemes(word: &str, syllables: &[Syllable]) -> String {
    let bent = syllables.len() > 1 && word.ends_with('儿') && !NOT_BENT.contains(&word);
    let mut said: String = syllables[..syllables.len() - usize::from(bent)]
        .iter()
        .map(phonemes)
        .collect();
    if bent {
        said.push('ɚ');
    }
    said
}

impl Phonemes {
    fn push(&mut self, sounds: &str) {
        if sounds.is_empty() {
            return;
        }
        if !self.text.is_empty() && !self.text.ends_with([' ', '(', '“']) {
            self.text.push(' ');
        }
        self.text.push_str(sounds);
    }

    /// Notes that what was pushed last is the word that ends at a place in the text.
    fn end_word(&mut self, text_end: usize) {
        let phonemes_end = self.text.len();
        let said = self.words.last().map_or(0, |word| word.phonemes_end);
        if self.text[said..].contains(char::is_alphabetic) {
            self.words.push(PhonemeWord {
                text_end,
                phonemes_end,
            });
        }
    }

    fn mark(&mut self, mark: char) {
        let known = match mark {
            '，' | '、' | ',' => ',',
            '。' | '．' | '.' => '.',
            '！' | '!' => '!',
            '？' | '?' => '?',
            '：' | ':' => ':',
            '；' | ';' => ';',
            '…' => '…',
            '—' | '–' => '—',
            '《' | '「' | '『' | '【' | '«' | '“' => '“',
            '》' | '」' | '』' | '】' | '»' | '”' => '”',
            '（' | '(' => '(',
            '）' | ')' => ')',
            _ => return,
        };
        if matches!(known, '“' | '(') && !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push(known);
    }
}
