//! Languages whose spelling says how a word sounds: text in, one clause of plain words at a time out, and the
//! phonemes of the words put together again. Pure.
//!
//! Nothing that has letters or digits in a script of the language is dropped: digits become words, and what
//! is no word is spelt out.

use unicode_normalization::UnicodeNormalization;

use super::{PhonemeWord, Phonemes};

/// How a language is spelt.
pub(super) trait Spelling {
    /// The phonemes of the words of a clause: as many as the words. The words are not empty and have letters
    /// of [`Spelling::is_letter`] only.
    fn clause(words: &[String]) -> Vec<String>;

    /// Whether a small letter is one of the language's own, or a sign within its words.
    fn is_letter(letter: char) -> bool;

    /// The name of one of its letters, which may be several words.
    fn letter_name(letter: char) -> &'static str;

    /// A number in words.
    fn number(number: u64) -> String;
}

/// Marks that the voices know, as they are written to them.
fn known_mark(mark: char) -> Option<char> {
    match mark {
        ';' | ':' | ',' | '.' | '!' | '?' | '—' | '…' | '(' | ')' | '“' | '”' => Some(mark),
        '–' => Some('—'),
        '«' => Some('“'),
        '»' => Some('”'),
        _ => None,
    }
}

/// A word of the text: what is said for it, and where it ends.
struct TextWord {
    said: Vec<String>,
    end: usize,
}

/// Reads a text.
pub(super) fn read<S: Spelling>(text: &str) -> Phonemes {
    let (mut phonemes, mut clause) = (Phonemes::default(), Vec::new());
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if !first.is_alphanumeric() {
            mark::<S>(first, &mut clause, &mut phonemes);
            at += first.len_utf8();
            continue;
        }
        let is_quoted = text[..at].ends_with(is_apostrophe);
        let elided = Some(rest).filter(|_| !is_quoted).and_then(elided::<S>);
        let (said, length) = elided.unwrap_or_else(|| word::<S>(rest));
        at += length;
        let end = at - (length - rest[..length].trim_end_matches(is_apostrophe).len());
        if !said.is_empty() {
            clause.push(TextWord { said, end });
        }
    }
    say::<S>(&mut clause, &mut phonemes);
    phonemes.text.truncate(phonemes.text.trim_end().len());
    phonemes
}

/// The word or the number at the beginning: what is said, and its length.
fn word<S: Spelling>(text: &str) -> (Vec<String>, usize) {
    let is_number = text.starts_with(char::is_numeric);
    let within = if is_number {
        char::is_numeric
    } else {
        is_within_word
    };
    let length = text.find(|c| !within(c)).unwrap_or(text.len());
    let said = if is_number {
        number::<S>(&text[..length])
    } else {
        words::<S>(text[..length].trim_end_matches(is_apostrophe))
    };
    (said, length)
}

/// "l'80", "l' acqua": an article that has lost its vowel begins the word behind it, and is not spelt.
fn elided<S: Spelling>(text: &str) -> Option<(Vec<String>, usize)> {
    let length = text.find(|c| !is_within_word(c))?;
    let article = text[..length].strip_suffix(is_apostrophe)?;
    let article = Some(fold::<S>(article)).filter(|folded| {
        matches!(folded.len(), 1 | 2) && !folded.contains(|c| is_apostrophe(c) || is_vowel(c))
    })?;
    let behind = text[length..].trim_start_matches(' ');
    let noun = Some(behind).filter(|noun| noun.starts_with(char::is_alphanumeric))?;
    let (mut said, noun_length) = word::<S>(noun);
    let apostrophe = if S::is_letter('\'') { "'" } else { "" };
    said.first_mut()?
        .insert_str(0, &format!("{article}{apostrophe}"));
    Some((said, text.len() - behind.len() + noun_length))
}

fn is_vowel(c: char) -> bool {
    c.nfd().next().is_some_and(|c| "aeiouy".contains(c))
}

/// Takes a character that is in no word.
fn mark<S: Spelling>(mark: char, clause: &mut Vec<TextWord>, phonemes: &mut Phonemes) {
    let Some(mark) = known_mark(mark) else {
        return;
    };
    say::<S>(clause, phonemes);
    if matches!(mark, '(' | '“') && !phonemes.text.is_empty() {
        space(&mut phonemes.text);
    }
    phonemes.text.push(mark);
}

/// A space between words, and behind a mark.
fn space(text: &mut String) {
    if !text.is_empty() && !text.ends_with([' ', '(', '“']) {
        text.push(' ');
    }
}

/// Says the clause that has ended.
fn say<S: Spelling>(clause: &mut Vec<TextWord>, phonemes: &mut Phonemes) {
    let words: Vec<String> = clause
        .iter()
        .flat_map(|word| word.said.iter().cloned())
        .collect();
    let mut said = S::clause(&words).into_iter();
    for word in clause.drain(..) {
        for own in said.by_ref().take(word.said.len()) {
            space(&mut phonemes.text);
            phonemes.text.push_str(&own);
        }
        phonemes.words.push(PhonemeWord {
            text_end: word.end,
            phonemes_end: phonemes.text.len(),
        });
    }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

fn is_within_word(c: char) -> bool {
    c.is_alphabetic() || is_apostrophe(c) || is_combining(c)
}

/// Accents that are characters of their own.
fn is_combining(c: char) -> bool {
    ('\u{300}'..='\u{36F}').contains(&c)
}

/// Digits as words: up to nine as a number, more of them, and such as begin with a zero, one by one.
fn number<S: Spelling>(digits: &str) -> Vec<String> {
    let values: Vec<u64> = digits
        .nfkc()
        .filter_map(|c| Some(u64::from(c.to_digit(10)?)))
        .collect();
    if values.is_empty() {
        return Vec::new();
    }
    let is_number = values.len() <= 9 && (values[0] != 0 || values.len() == 1);
    let said: Vec<String> = if is_number {
        vec![S::number(values.iter().fold(0, |n, digit| 10 * n + digit))]
    } else {
        values.into_iter().map(S::number).collect()
    };
    split(&said.join(" "))
}

/// A stretch of letters as words of the language.
fn words<S: Spelling>(written: &str) -> Vec<String> {
    let folded = fold::<S>(written);
    if is_spelt(written, &folded) {
        let names: Vec<&str> = folded.chars().map(S::letter_name).collect();
        return split(&names.join(" "));
    }
    split(&folded)
}

fn split(words: &str) -> Vec<String> {
    words.split_whitespace().map(str::to_owned).collect()
}

/// Small letters of the language: those of other languages by what they are made of.
fn fold<S: Spelling>(written: &str) -> String {
    let mut folded = String::with_capacity(written.len());
    for c in written.nfc().flat_map(char::to_lowercase) {
        let c = if is_apostrophe(c) { '\'' } else { c };
        if S::is_letter(c) {
            folded.push(c);
            continue;
        }
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'þ' => folded.push('t'),
            'ı' => folded.push('i'),
            _ => folded.extend(c.nfkd().filter(|c| S::is_letter(*c))),
        }
    }
    folded
}

/// Whether it is no word: it has no vowel, or it is an abbreviation in capitals that nobody could say.
fn is_spelt(written: &str, folded: &str) -> bool {
    let letters: Vec<bool> = folded
        .chars()
        .filter(|c| *c != '\'')
        .map(is_vowel)
        .collect();
    let capitals = written.chars().all(char::is_uppercase) && letters.len() <= 5;
    let clash = letters.ends_with(&[false, false]) || letters.starts_with(&[false, false, false]);
    !letters.iter().any(|is_vowel| *is_vowel) || capitals && letters.len() > 1 && clash
}
