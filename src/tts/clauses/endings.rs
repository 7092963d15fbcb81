//! What the end of a word allows: whether a clause may be cut after it.

use super::vocabulary::Vocabulary;
use crate::language::ascii_mark;

/// How a word ends, as far as cutting after it goes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// "cats."
    Sentence,
    /// "Stop!" may go on in lower case: "Stop!" he said.
    Exclamation,
    /// "Well..." may go on in lower case.
    Ellipsis,
    /// "p.m.", "etc.", "Inc.": ends a sentence if a capital follows.
    Likely,
    /// "U.S.", "J.", in German "3.": a capital may follow inside the sentence ("U.S. Navy"), so the
    /// next word tells.
    NextWordTells,
    /// "No.", "Fig.", "Jan.": a number follows, or the sentence ends.
    Number,
    /// "well,"
    Pause,
    /// No punctuation.
    #[default]
    Open,
    /// The next word belongs to this one: "Dr.", "the", "5".
    Bound,
}

impl Ending {
    pub(super) fn of(word: &str, vocabulary: &Vocabulary) -> Self {
        let bare = word.trim_end_matches(is_closer);
        let Some(last) = bare.chars().next_back() else {
            return Self::Open;
        };
        match last {
            '.' => Self::of_full_stop(bare, vocabulary),
            '…' => Self::Ellipsis,
            '!' | '?' | '。' | '！' | '？' | '।' | '؟' => Self::Exclamation,
            ',' | ';' | ':' | '，' | '；' | '：' | '、' => Self::Pause,
            last if is_dash(last) && bare.chars().all(is_dash) => Self::Pause,
            '—' => Self::Pause,
            _ if binds_next(bare, vocabulary) => Self::Bound,
            _ => Self::Open,
        }
    }

    /// Whether a sentence certainly, or probably, ends here.
    pub(super) fn ends_sentence(self) -> bool {
        matches!(
            self,
            Self::Sentence | Self::Exclamation | Self::Ellipsis | Self::Likely
        )
    }

    fn of_full_stop(bare: &str, vocabulary: &Vocabulary) -> Self {
        if bare.ends_with("..") {
            return Self::Ellipsis;
        }
        let stem = bare.trim_start_matches(is_opener).trim_end_matches('.');
        let lower = stem.to_lowercase();
        let is_in = |list: &[&str]| list.contains(&lower.as_str());
        // "I" alone ends sentences more often than it is an initial.
        let is_initials = stem != "I" && is_initials(stem);
        let is_ordinal = vocabulary.dotted_ordinals && is_ordinal(stem);
        if is_in(vocabulary.numbered) {
            Self::Number
        } else if is_in(vocabulary.bound) {
            Self::Bound
        } else if is_in(vocabulary.likely) {
            Self::Likely
        } else if is_in(vocabulary.before_capitals) || is_initials || is_ordinal {
            Self::NextWordTells
        } else {
            Self::Sentence
        }
    }
}

pub(super) fn is_conjunction(word: &str, vocabulary: &Vocabulary) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    vocabulary.conjunctions.contains(&bare)
}

pub(super) fn is_sentence_starter(word: &str, vocabulary: &Vocabulary) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let stem = bare.split(['\'', '’']).next().unwrap_or(bare);
    vocabulary.starters.contains(&stem)
}

/// "-", "2.", "3)" in front of a list item. A reply's first word can only be "1." or "1)": a reply
/// that starts with "42." is an answer.
pub(super) fn is_list_marker(word: &str, starts_reply: bool) -> bool {
    let Some(number) = word.strip_suffix(['.', ')']) else {
        return false;
    };
    let is_number = matches!(number.len(), 1..=3) && number.bytes().all(|b| b.is_ascii_digit());
    is_number && (!starts_reply || number == "1")
}

/// Whether the word ends with a full-width mark, which no space follows.
pub(super) fn ends_with_wide_mark(word: &str) -> bool {
    word.trim_end_matches(is_closer).ends_with(is_wide_mark)
}

pub(super) fn is_wide_mark(character: char) -> bool {
    ascii_mark(character) != character
}

pub(super) fn is_dash(character: char) -> bool {
    matches!(character, '-' | '–' | '—')
}

/// Emoji, arrows, dingbats and the joiners between them.
pub(super) fn is_pictograph(character: char) -> bool {
    matches!(character, '\u{2190}'..='\u{2BFF}' | '\u{FE0F}' | '\u{1F000}'..='\u{1FAFF}')
}

fn binds_next(bare: &str, vocabulary: &Vocabulary) -> bool {
    let word = bare.trim_start_matches(is_opener).to_lowercase();
    // A number's unit, or the rest of a date, is still to come.
    word.ends_with(|c: char| c.is_ascii_digit()) || vocabulary.binding.contains(&word.as_str())
}

/// The "3" of "3."; longer numbers are years, which end sentences.
fn is_ordinal(stem: &str) -> bool {
    matches!(stem.len(), 1..=3) && stem.bytes().all(|b| b.is_ascii_digit())
}

/// "J", "U.S", "J.R.R": single letters between full stops.
fn is_initials(stem: &str) -> bool {
    !stem.is_empty()
        && stem.split('.').all(|part| {
            let mut letters = part.chars();
            letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
        })
}

pub(super) fn is_closer(character: char) -> bool {
    matches!(
        character,
        '"' | '\''
            | '”'
            | '’'
            | '»'
            | ')'
            | ']'
            | '}'
            | '*'
            | '_'
            | '`'
            | '~'
            | '」'
            | '』'
            | '）'
            | '》'
    ) || is_pictograph(character)
}

fn is_opener(character: char) -> bool {
    matches!(
        character,
        '"' | '\'' | '“' | '‘' | '«' | '(' | '[' | '{' | '*' | '_' | '`' | '~' | '¿' | '¡'
    )
}
