//! A token without its punctuation, and its place among the others.

use super::markup::{Kind, Pause, Token};

/// A token taken apart: "(approximately)," is the core "approximately" and the mark ','.
#[derive(Debug)]
pub(super) struct Word<'a> {
    /// Without quotes, and without punctuation at its ends; empty if there is nothing else.
    pub core: &'a str,
    /// The punctuation that is said after it; '…' for two or more full stops.
    pub mark: Option<char>,
    /// A full stop follows the core directly: it may be an abbreviation.
    pub dotted: bool,
    pub pause: Option<Pause>,
    pub kind: Kind,
}

impl<'a> Word<'a> {
    pub fn new(token: &'a Token) -> Self {
        let text = token.text.as_str();
        let bare = text.trim_start_matches(['.', ',', ';', ':', '!', '?', '…', '\'']);
        // ".5" and "'90s" keep what stands in front of the digit.
        let digit_first = bare.starts_with(|c: char| c.is_ascii_digit());
        let kept = text.len() - bare.len();
        let bare = match text[..kept].chars().next_back() {
            Some('.' | '\'') if digit_first => &text[kept - 1..],
            _ => bare,
        };
        let core = match bare.trim_end_matches(is_trailing) {
            "" if text == "-" => text,
            core => core,
        };
        let trail = &bare[core.len()..];
        let possessive = core.ends_with('s') && trail.starts_with('\'') && !text.starts_with('\'');
        let core = if possessive {
            &bare[..core.len() + 1]
        } else {
            core
        };
        Self {
            core,
            mark: strongest_mark(if core.is_empty() { text } else { trail }),
            dotted: trail.starts_with('.'),
            pause: token.pause,
            kind: token.kind,
        }
    }

    /// Whether anything audible separates this word from the next.
    fn ends_phrase(&self) -> bool {
        self.mark.is_some() || self.pause.is_some()
    }
}

/// The words of a clause and the one to be said next.
pub(super) struct Context<'a> {
    words: &'a [Word<'a>],
    at: usize,
}

impl<'a> Context<'a> {
    /// `at` must be the index of a word.
    pub fn new(words: &'a [Word<'a>], at: usize) -> Self {
        Self { words, at }
    }

    pub fn word(&self) -> &'a Word<'a> {
        &self.words[self.at]
    }

    /// The word `ahead` of this one, if nothing audible stands in between.
    pub fn next(&self, ahead: usize) -> Option<&'a Word<'a>> {
        let between = self.words.get(self.at..self.at + ahead)?;
        if between.iter().any(Word::ends_phrase) {
            return None;
        }
        self.words.get(self.at + ahead)
    }

    /// The next word, for an abbreviation whose full stop is no pause.
    pub fn next_after_dot(&self) -> Option<&'a Word<'a>> {
        let word = self.word();
        let joined = word.pause.is_none() && (word.mark.is_none() || word.mark == Some('.'));
        self.words.get(self.at + 1).filter(|_| joined)
    }

    /// The word before, if nothing audible stands in between.
    pub fn previous(&self) -> Option<&'a Word<'a>> {
        self.before(1).filter(|word| !word.ends_phrase())
    }

    /// The word before, if only its own full stop stands in between ("Jan. 5").
    pub fn previous_or_dotted(&self) -> Option<&'a Word<'a>> {
        self.before(1)
            .filter(|word| word.pause.is_none() && matches!(word.mark, None | Some('.')))
    }

    /// The word `back` before this one.
    pub fn before(&self, back: usize) -> Option<&'a Word<'a>> {
        self.words.get(self.at.checked_sub(back)?)
    }

    /// Whether any word of the clause is `core`.
    pub fn anywhere(&self, core: &str) -> bool {
        self.words.iter().any(|word| word.core == core)
    }
}

fn is_trailing(character: char) -> bool {
    matches!(
        character,
        '.' | ',' | ';' | ':' | '!' | '?' | '…' | '\'' | '-'
    )
}

/// "?!" asks, "!!!" exclaims once.
fn strongest_mark(trail: &str) -> Option<char> {
    ['?', '!', '…']
        .into_iter()
        .find(|mark| trail.contains(*mark))
        .or_else(|| {
            trail
                .chars()
                .rev()
                .find(|c| matches!(c, '.' | ',' | ';' | ':'))
        })
}
