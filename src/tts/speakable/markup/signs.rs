//! Single characters: which are spoken, and the faces, keys and brackets made of several.

use crate::language::ascii_mark;

const EMOTICONS: &[&str] = &[
    ":)",
    ":-)",
    ":(",
    ":-(",
    ";)",
    ";-)",
    ":D",
    ":-D",
    ":P",
    ":-P",
    ":p",
    ":/",
    ":-/",
    ":o",
    ":O",
    ":'(",
    "^^",
    "^_^",
    "xD",
    "XD",
    "<3",
    "¯\\_(ツ)_/¯",
];

/// The length of ":)" or ":smile:" standing alone.
pub(super) fn emoticon_length(rest: &str) -> Option<usize> {
    let ends = |length: usize| {
        rest[length..]
            .chars()
            .next()
            .is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ',' | '!' | '?' | ')'))
    };
    if let Some(face) = EMOTICONS
        .iter()
        .find(|face| rest.starts_with(**face) && ends(face.len()))
    {
        return Some(face.len());
    }
    let name = rest.strip_prefix(':')?;
    let length = name.find(':').filter(|length| *length > 1)?;
    let is_name = name[..length]
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b == b'_');
    (is_name && ends(length + 2)).then_some(length + 2)
}

/// The length of `](address)`, `[^1]`, `[3]`, or of the lone bracket.
pub(super) fn bracket_length(rest: &str) -> usize {
    let line = rest.split('\n').next().unwrap_or_default();
    if line.starts_with("](") {
        let mut depth = 0;
        for (at, character) in line.char_indices() {
            match character {
                '(' => depth += 1,
                ')' if depth == 1 => return at + 1,
                ')' => depth -= 1,
                _ => {}
            }
        }
        return 1;
    }
    let Some(inner) = line.strip_prefix("][").or_else(|| line.strip_prefix('[')) else {
        return 1;
    };
    let opening = line.len() - inner.len();
    let Some(close) = inner.find(']') else {
        return 1;
    };
    let label = &inner[..close];
    let is_note =
        label.starts_with('^') || (!label.is_empty() && label.bytes().all(|b| b.is_ascii_digit()));
    let is_link = inner[close + 1..].starts_with('(');
    if opening == 2 || (is_note && !is_link) {
        opening + close + 1
    } else {
        1
    }
}

/// The length of a digit drawn as a key: "1️⃣".
pub(super) fn keycap_length(rest: &str) -> Option<usize> {
    let after = &rest[1..];
    let key = after
        .strip_prefix('\u{FE0F}')
        .unwrap_or(after)
        .strip_prefix('\u{20E3}')?;
    Some(rest.len() - key.len())
}

/// A raised character as it stands on the line.
pub(super) fn on_the_line(character: char) -> Option<char> {
    Some(match character {
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴' => '4',
        '⁵' => '5',
        '⁶' => '6',
        '⁷' => '7',
        '⁸' => '8',
        '⁹' => '9',
        '⁺' => '+',
        '⁻' => '-',
        'ⁿ' => 'n',
        _ => return None,
    })
}

pub(super) fn is_word(character: Option<char>) -> bool {
    character.is_some_and(char::is_alphanumeric)
}

/// What a character is to the rules that follow; none if it is never spoken.
pub(super) fn spoken_sign(character: char) -> Option<char> {
    match character {
        '’' | '‘' | 'ʼ' => Some('\''),
        '‐' | '\u{2011}' => Some('-'),
        '。' | '！' | '？' | '，' | '、' | '；' | '：' => Some(ascii_mark(character)),
        '⋅' | '∗' => Some('×'),
        '￥' => Some('¥'),
        '％' => Some('%'),
        'μ' => Some('µ'),
        '₀'..='₉' => char::from_digit(u32::from(character) - u32::from('₀'), 10),
        '０'..='９' => char::from_digit(u32::from(character) - u32::from('０'), 10),
        // Feet and inches.
        '\u{2032}' | '\u{2033}' => Some(character),
        '\u{0300}'..='\u{036F}' => Some(character),
        // Letters in boxes and circles count as alphabetic but are pictures.
        '\u{2460}'..='\u{24FF}' | '\u{1F000}'..='\u{1FAFF}' | '\u{E000}'..='\u{F8FF}' => None,
        '²' | '³' | '½' | '⅓' | '⅔' | '¼' | '¾' | '⅕' | '⅛' | '⅜' | '⅝' | '⅞' => {
            Some(character)
        }
        '.' | ',' | ';' | ':' | '!' | '?' | '…' | '\'' | '-' | '–' | '−' => Some(character),
        '$' | '€' | '£' | '¥' | '₹' | '₩' | '¢' | '%' | '‰' | '#' | '@' | '&' | '+' | '=' | '/' => {
            Some(character)
        }
        '<' | '>' | '≤' | '≥' | '≠' | '≈' | '±' | '×' | '÷' | '^' | '°' | '~' | '∞' | '√' | '∛' => {
            Some(character)
        }
        _ => (character.is_alphabetic() || character.is_ascii_digit()).then_some(character),
    }
}
