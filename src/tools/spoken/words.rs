//! Splits a transcript into words, and names the words that the readers look for.

use super::english;
use super::feast::Feast;
use super::past::PastSpan;
use super::weekly::Weekdays;

/// The words that the readers look for. Lists are in lower case.
pub(in crate::tools) struct Words {
    /// Zero to nineteen; a number may have several words.
    pub small: &'static [(&'static str, u32)],
    /// Twenty to ninety.
    pub tens: &'static [(&'static str, u32)],
    pub hundred: &'static str,
    /// Thousand and more, and the dozen: what a number is multiplied by.
    pub scales: &'static [(&'static str, u64)],
    /// First to thirty-first; "third" after "twenty" is added to it.
    pub ordinals: &'static [(&'static str, u32)],
    /// Denominators, one and several: third, thirds.
    pub parts: &'static [(&'static str, &'static str, u32)],
    /// The article that means one.
    pub one: &'static [&'static str],
    /// Two, said loosely.
    pub couple: &'static [&'static str],
    pub and: &'static [&'static str],
    pub of: &'static str,
    pub half: &'static str,
    pub quarter: &'static str,
    pub point: &'static [&'static str],
    pub minus: &'static [&'static str],
    /// Units of time with their seconds, the longest first.
    pub time_units: &'static [(&'static [&'static str], u64)],
    /// Before a length of time: they change nothing.
    pub before_duration: &'static [&'static str],
    /// Behind a length of time: they change nothing.
    pub after_duration: &'static [&'static [&'static str]],
    /// Before a length of time that is counted from now.
    pub within: &'static [&'static str],
    /// Behind a length of time that is counted from now.
    pub from_now: &'static [&'static [&'static str]],
    pub ago: &'static str,
    /// Between the parts of a moment: they change nothing.
    pub at: &'static [&'static str],
    pub past: &'static [&'static str],
    pub to: &'static [&'static str],
    pub oclock: &'static [&'static str],
    pub am: &'static [&'static str],
    pub pm: &'static [&'static str],
    pub noon: &'static [&'static str],
    pub midnight: &'static [&'static str],
    /// Parts of the day, as phrases.
    pub parts_of_day: &'static [(&'static [&'static str], PartOfDay)],
    /// Days by their distance from today, as phrases, the longest first.
    pub near_days: &'static [(&'static [&'static str], i32)],
    /// Those that name the part of the day as well: tonight.
    pub near_parts: &'static [(&'static [&'static str], i32, PartOfDay)],
    /// Days that are over, as phrases.
    pub past_spans: &'static [(&'static [&'static str], PastSpan)],
    /// Before such days: it changes nothing.
    pub earlier: &'static [&'static str],
    /// Monday first.
    pub weekdays: [&'static [&'static str]; 7],
    /// Days of the week on which something comes again, as phrases.
    pub weekly: &'static [(&'static [&'static str], Weekdays)],
    /// Before a day of the week on which something comes again, as phrases, the longest first.
    pub every: &'static [&'static [&'static str]],
    /// From one day of the week on to another.
    pub through: &'static [&'static str],
    /// Before the day from which on something comes again, and before the first of several days: they change nothing.
    pub starting: &'static [&'static str],
    pub this: &'static [&'static str],
    pub next: &'static str,
    pub last: &'static str,
    /// January first.
    pub months: [&'static [&'static str]; 12],
    /// Days with a name, as phrases.
    pub feasts: &'static [(&'static [&'static str], Feast)],
    pub year: &'static str,
    /// Between a day and its year: they change nothing.
    pub before_year: &'static [&'static str],
    pub the: &'static str,
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tools) enum PartOfDay {
    Morning,
    Afternoon,
    Evening,
    Night,
}

impl Words {
    /// Those that the readers know: other languages are put into these.
    pub(in crate::tools) fn known() -> &'static Self {
        &english::WORDS
    }
}

/// How many words the first phrase has that `words` begins with, and what it stands for.
pub(super) fn phrase<T: Copy>(
    phrases: &[(&'static [&'static str], T)],
    words: &[String],
) -> Option<(T, usize)> {
    let found = phrases.iter().find(|(phrase, _)| begins(words, phrase));
    found.map(|&(phrase, meaning)| (meaning, phrase.len()))
}

/// Whether `words` begins with the phrase.
pub(super) fn begins(words: &[String], phrase: &[&str]) -> bool {
    words.len() >= phrase.len() && words.iter().zip(phrase).all(|(word, other)| word == other)
}

/// Whether the first of `words` is in the list.
pub(super) fn first_is(words: &[String], list: &[&str]) -> bool {
    words
        .first()
        .is_some_and(|word| list.contains(&word.as_str()))
}

/// The words of a text in lower case. Numbers in digits are words without their separators ("1000",
/// "6:30", "3.5", "3rd"); signs that are spoken become words ("percent", "times"); other signs stay as
/// they are, so that a reader does not know them.
pub(in crate::tools) fn split(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace(['\u{2019}', '\u{2018}'], "'");
    let text = text.replace("per cent", "percent");
    let characters: Vec<char> = text.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let rest = &characters[at..];
        let length = if rest[0].is_ascii_digit() {
            number_length(rest)
        } else if rest[0].is_alphabetic() {
            word_length(rest)
        } else {
            words.extend(sign(&characters, at).iter().map(|&word| word.to_owned()));
            at += 1;
            continue;
        };
        let word: String = rest[..length].iter().collect();
        words.push(if rest[0].is_ascii_digit() {
            word.replace(',', "")
        } else {
            word.replace('.', "").trim_end_matches('\'').to_owned()
        });
        at += length;
    }
    words
}

/// Digits with separators between them: "1,000", "6:30", "3.5"; and the ending of an ordinal.
fn number_length(characters: &[char]) -> usize {
    let digits = |from: usize| {
        let rest = characters.iter().skip(from);
        rest.take_while(|c| c.is_ascii_digit()).count()
    };
    let mut end = digits(0);
    while characters.get(end) == Some(&',') && digits(end + 1) == 3 {
        end += 4;
    }
    for mark in ['.', ':'] {
        if characters.get(end) == Some(&mark) && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
        }
    }
    let ending: String = characters[end..]
        .iter()
        .take_while(|c| c.is_alphabetic())
        .collect();
    let is_ordinal = ["st", "nd", "rd", "th"].contains(&ending.as_str());
    end + if is_ordinal { 2 } else { 0 }
}

/// Letters with apostrophes within; with full stops if each letter has one: "p.m.".
fn word_length(characters: &[char]) -> usize {
    let dotted = characters
        .chunks(2)
        .take_while(|pair| matches!(pair, [letter, '.'] if letter.is_alphabetic()));
    let dotted = 2 * dotted.count();
    let next_is_letter = characters.get(dotted).is_some_and(|c| c.is_alphabetic());
    if dotted >= 4 || dotted == 2 && next_is_letter {
        // "p.m" lacks the last one.
        return dotted + usize::from(next_is_letter);
    }
    let within = |c: &&char| c.is_alphabetic() || **c == '\'';
    characters.iter().take_while(within).count()
}

/// The words for a sign; none for what only separates.
pub(super) fn sign(characters: &[char], at: usize) -> &'static [&'static str] {
    let before = at.checked_sub(1).map(|before| characters[before]);
    let after = characters.get(at + 1);
    match characters[at] {
        '%' => &["percent"],
        '+' => &["plus"],
        '×' | '*' | '·' => &["times"],
        '÷' => &["divided", "by"],
        '/' => &["/"],
        '^' => &["^"],
        '(' => &["("],
        ')' => &[")"],
        '°' => &["degrees"],
        '√' => &["square", "root", "of"],
        '²' => &["squared"],
        '³' => &["cubed"],
        '½' => &["1/2"],
        '¼' => &["1/4"],
        '¾' => &["3/4"],
        '$' => &["dollars"],
        '€' => &["euros"],
        '£' => &["pounds"],
        '−' => &["minus"],
        // A hyphen within a word, or a dash that only separates; a minus only before a digit or alone
        // between two numbers.
        '-' => {
            let starts_number = after.is_some_and(char::is_ascii_digit);
            let alone = before == Some(' ') && after == Some(&' ');
            let within_word = before.is_some_and(char::is_alphabetic);
            if starts_number && !within_word || alone {
                &["minus"]
            } else {
                &[]
            }
        }
        c if c.is_whitespace() || ".,;:!?\"'=…–—".contains(c) => &[],
        _ => &["\u{FFFD}"],
    }
}
