//! Makes text speakable: what the model wrote becomes what a person would say.
//!
//! A simple synthesizer reads "**3.5 km**" as stars and dots, and some signs cost it seconds of
//! silence ("U.S.A.", "..."). So markup and pictures are left unspoken, and numbers, times, units
//! and abbreviations become words. Pure: one clause in, its segments out, on any thread.
//!
//! The way: `markup` turns the clause into plain tokens that know where they were written; `word`
//! takes each token's punctuation off; `english`, `spanish`, `italian` (with `amounts`) and `chinese` say one or
//! more words at a time. `others` leaves numbers, dates and units to voices that say them themselves.
//!
//! Invariant: the segments' `written` joined together is the clause, for any Unicode input, so that
//! the heard clock can tell which words of the reply left the loudspeaker.

mod amounts;
pub(super) mod chinese;
mod english;
pub(super) mod italian;
mod markup;
mod others;
pub(super) mod spanish;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod tests;
mod word;

use crate::language::{Language, is_han};
use markup::Pause;
use word::{Context, Word};

/// One stretch of the reply: as the model wrote it and as it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// As written, with the white space around it.
    pub written: String,
    /// As said; empty for what is not spoken (markup, emoji).
    pub spoken: String,
    /// It has words, in a script that the voice cannot say: nobody hears them.
    pub unheard: bool,
}

/// What a language makes of the next words.
struct Said {
    spoken: String,
    /// How many words this says; at least one.
    words: usize,
    /// The last word's full stop belongs to it ("etc."), so it is no pause inside the clause.
    abbreviated: bool,
}

/// Splits a clause into segments, about a word each, and says each of them.
pub fn speakable(clause: &str, language: Language) -> Vec<Segment> {
    let mut tokens = markup::tokens(clause);
    if !matches!(language, Language::Spanish | Language::Italian) {
        // Only these two write "3º" for "third"; elsewhere it is a sign of degrees that was mistyped.
        for token in &mut tokens {
            token.text = token.text.replace('º', "°");
        }
    }
    let words: Vec<Word> = tokens.iter().map(Word::new).collect();
    let mut segments: Vec<Segment> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let context = Context::new(&words, at);
        let said = match language {
            Language::English => english::say(&context),
            Language::Spanish => spanish::say(&context),
            Language::Italian => italian::say(&context),
            Language::Chinese => chinese::say(&context),
            Language::German | Language::French => others::say(&context, language),
        };
        let next = at + said.words;
        let start = if at == 0 { 0 } else { tokens[at].start };
        let end = tokens.get(next).map_or(clause.len(), |token| token.start);
        let sayable = without_foreign(&said.spoken, language);
        let unheard = is_spoken(&said.spoken) && !is_spoken(&sayable);
        segments.push(Segment {
            written: clause[start..end].to_owned(),
            spoken: if unheard { String::new() } else { sayable },
            unheard,
        });
        if let Some(mark) = mark_after(&words[at..next], words.get(next), said.abbreviated) {
            add_mark(&mut segments, mark);
        }
        at = next;
    }
    if segments.is_empty() && !clause.is_empty() {
        segments.push(Segment {
            written: clause.to_owned(),
            spoken: String::new(),
            unheard: false,
        });
    }
    segments
}

fn is_spoken(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

fn without_foreign(spoken: &str, language: Language) -> String {
    if !spoken.contains(|c| is_foreign(c, language)) {
        return spoken.to_owned();
    }
    let kept = spoken.replace(|c| is_foreign(c, language), "");
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a letter is of a script that voices of the language do not say.
fn is_foreign(letter: char, language: Language) -> bool {
    let is_latin = matches!(
        letter,
        '\0'..='\u{2AF}' | '\u{1E00}'..='\u{1EFF}' | '\u{FB00}'..='\u{FB06}' | '\u{FF21}'..='\u{FF5A}'
    );
    let is_own = is_latin || language == Language::Chinese && is_han(letter);
    letter.is_alphabetic() && !is_own
}

/// The text for the synthesizer: what is spoken, joined with single spaces.
pub fn spoken_text(segments: &[Segment]) -> String {
    let spoken: Vec<&str> = segments
        .iter()
        .map(|segment| segment.spoken.as_str())
        .filter(|spoken| !spoken.is_empty())
        .collect();
    spoken.join(" ")
}

/// The punctuation to speak after these words: the one that was written, else the one that the
/// layout stands for (a list item ends like a sentence).
fn mark_after(said: &[Word], next: Option<&Word>, abbreviated: bool) -> Option<char> {
    let last = said.last()?;
    let written = match last.mark {
        Some('.') if abbreviated && next.is_some() => None,
        Some('…') if next.is_some_and(|word| !word.core.starts_with(char::is_uppercase)) => {
            Some(',')
        }
        Some('…') => Some('.'),
        mark => mark,
    };
    written.or(last.pause.map(|pause| match pause {
        Pause::Comma => ',',
        Pause::Stop => '.',
    }))
}

/// Puts the mark behind the last segment that is spoken, unless that has one.
fn add_mark(segments: &mut [Segment], mark: char) {
    let spoken = segments.iter_mut().rev().map(|segment| &mut segment.spoken);
    if let Some(last) = spoken.into_iter().find(|spoken| !spoken.is_empty())
        && !last.ends_with(['.', ',', ';', ':', '!', '?'])
    {
        last.push(mark);
    }
}
