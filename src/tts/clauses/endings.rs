//! What the end of a word allows: whether a clause may be cut after it.
//!
//! English; the marks of other scripts are understood, their abbreviations are not.

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
    /// "U.S.", "J.": a capital may follow inside the sentence ("U.S. Navy"), so the next word tells.
    Initials,
    /// "No.", "Fig.", "Jan.": one of `NUMBERED_ABBREVIATIONS`.
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
    pub(super) fn of(word: &str) -> Self {
        let bare = word.trim_end_matches(is_closer);
        let Some(last) = bare.chars().next_back() else {
            return Self::Open;
        };
        match last {
            '.' => Self::of_full_stop(bare),
            '…' => Self::Ellipsis,
            '!' | '?' | '。' | '！' | '？' | '।' | '؟' => Self::Exclamation,
            ',' | ';' | ':' | '，' | '；' | '：' | '、' => Self::Pause,
            last if is_dash(last) && bare.chars().all(is_dash) => Self::Pause,
            '—' => Self::Pause,
            _ if binds_next(bare) => Self::Bound,
            _ => Self::Open,
        }
    }

    fn of_full_stop(bare: &str) -> Self {
        if bare.ends_with("..") {
            return Self::Ellipsis;
        }
        let stem = bare.trim_start_matches(is_opener).trim_end_matches('.');
        let lower = stem.to_lowercase();
        match lower.as_str() {
            "a.m" | "p.m" => Self::Likely,
            lower if NUMBERED_ABBREVIATIONS.contains(&lower) => Self::Number,
            lower if BOUND_ABBREVIATIONS.contains(&lower) => Self::Bound,
            lower if LIKELY_ABBREVIATIONS.contains(&lower) => Self::Likely,
            // "I" alone ends sentences more often than it is an initial.
            _ if stem != "I" && is_initials(stem) => Self::Initials,
            _ => Self::Sentence,
        }
    }
}

/// Abbreviations that something always follows.
const BOUND_ABBREVIATIONS: &[&str] = &[
    "dr", "mr", "mrs", "ms", "prof", "st", "mt", "gen", "col", "sgt", "capt", "lt", "gov", "sen",
    "rep", "rev", "hon", "e.g", "eg", "i.e", "ie", "vs", "approx", "cf", "al",
];

/// Abbreviations that may be followed by more or may end the sentence.
const LIKELY_ABBREVIATIONS: &[&str] = &[
    "etc", "inc", "ltd", "corp", "co", "jr", "sr", "ph.d", "dept", "est", "ave", "blvd", "rd",
    "hr", "hrs", "mins", "secs", "tsp", "tbsp", "oz", "lb", "lbs", "ft", "apt", "govt", "misc",
];

/// Abbreviations that belong to a number that follows; without one, they end the sentence.
const NUMBERED_ABBREVIATIONS: &[&str] = &[
    "no", "nos", "fig", "figs", "vol", "p", "pp", "ch", "sec", "ca", "min", "max", "jan", "feb",
    "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec",
];

/// Words that no voice pauses after.
const BINDING_WORDS: &[&str] = &[
    "a", "about", "an", "and", "are", "as", "at", "be", "but", "by", "dr", "for", "from", "her",
    "his", "in", "into", "is", "its", "mr", "mrs", "ms", "my", "near", "no", "not", "of", "on",
    "or", "our", "prof", "than", "that", "the", "their", "these", "this", "those", "to", "very",
    "was", "were", "w/", "with", "your",
];

const CONJUNCTIONS: &[&str] = &[
    "although", "and", "as", "because", "but", "if", "or", "since", "so", "though", "unless",
    "until", "when", "where", "whereas", "which", "while",
];

/// Words that, capitalised after "U.S.", start a sentence rather than go on with a name.
const SENTENCE_STARTERS: &[&str] = &[
    "A", "After", "An", "And", "As", "At", "But", "Do", "For", "He", "Her", "His", "How",
    "However", "I", "If", "In", "Is", "It", "Its", "My", "No", "On", "Or", "She", "So", "That",
    "The", "Their", "Then", "There", "These", "They", "This", "Those", "To", "We", "What", "When",
    "Where", "Which", "Who", "Why", "Yes", "You", "Your",
];

pub(super) fn is_conjunction(word: &str) -> bool {
    CONJUNCTIONS.contains(&word.trim_matches(|c: char| !c.is_alphanumeric()))
}

pub(super) fn is_sentence_starter(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let stem = bare.split(['\'', '’']).next().unwrap_or(bare);
    SENTENCE_STARTERS.contains(&stem)
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

pub(super) fn is_dash(character: char) -> bool {
    matches!(character, '-' | '–' | '—')
}

/// Emoji, arrows, dingbats and the joiners between them.
pub(super) fn is_pictograph(character: char) -> bool {
    matches!(character, '\u{2190}'..='\u{2BFF}' | '\u{FE0F}' | '\u{1F000}'..='\u{1FAFF}')
}

fn binds_next(bare: &str) -> bool {
    let word = bare.trim_start_matches(is_opener).to_lowercase();
    // A number's unit, or the rest of a date, is still to come.
    word.ends_with(|c: char| c.is_ascii_digit()) || BINDING_WORDS.contains(&word.as_str())
}

/// "J", "U.S", "J.R.R": single letters between full stops.
fn is_initials(stem: &str) -> bool {
    !stem.is_empty()
        && stem.split('.').all(|part| {
            let mut letters = part.chars();
            letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
        })
}

fn is_closer(character: char) -> bool {
    matches!(
        character,
        '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '}' | '*' | '_' | '`' | '~' | '」' | '』'
    ) || is_pictograph(character)
}

fn is_opener(character: char) -> bool {
    matches!(
        character,
        '"' | '\'' | '“' | '‘' | '«' | '(' | '[' | '{' | '*' | '_' | '`' | '~' | '¿' | '¡'
    )
}
