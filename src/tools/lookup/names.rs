//! Names as they are compared: people, recognizers and tables write one name in many ways.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::language::Language;

/// From this many letters on, a name with one wrong letter is recognized.
const LETTERS_FOR_ONE_MISTAKE: usize = 5;
/// From this many on, one with two.
const LETTERS_FOR_TWO_MISTAKES: usize = 10;

/// In lower case, without accents, marks and the article before it: "the Côte d'Ivoire" is "cote divoire".
pub(crate) fn key(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name
        .trim()
        .nfd()
        .filter(|letter| !is_combining_mark(*letter))
    {
        match letter {
            '.' | '\'' | '\u{2019}' | '\u{2018}' | '\u{2bb}' | '\u{2bc}' | '`' => {}
            '&' => plain.push_str(" and "),
            'ø' | 'Ø' => plain.push('o'),
            'ł' | 'Ł' => plain.push('l'),
            'đ' | 'Đ' | 'ð' | 'Ð' => plain.push('d'),
            'ı' => plain.push('i'),
            'ß' => plain.push_str("ss"),
            'æ' | 'Æ' => plain.push_str("ae"),
            'œ' | 'Œ' => plain.push_str("oe"),
            other if other.is_alphanumeric() => plain.extend(other.to_lowercase()),
            _ => plain.push(' '),
        }
    }
    let words = plain.split_whitespace().map(|word| match word {
        "st" => "saint",
        other => other,
    });
    let words: Vec<&str> = words.collect();
    match &words[..] {
        ["the", rest @ ..] if !rest.is_empty() => rest.join(" "),
        all => all.join(" "),
    }
}

/// The words that belong to no name, in a language: articles, and what an apostrophe parts from a name.
fn articles(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => &["an", "the"],
        Language::German => &[
            "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer",
        ],
        Language::Spanish => &["el", "la", "los", "las", "un", "una"],
        Language::French => &["le", "la", "les", "l", "un", "une", "d", "qu"],
        Language::Italian => &[
            "il", "lo", "la", "i", "gli", "le", "l", "un", "uno", "una", "d", "dell", "all",
            "nell", "sull", "dall",
        ],
        Language::Chinese => &[],
    }
}

/// A name as those of a language are compared: without articles, wherever they stand. "A" at the end of an English name is a
/// letter ("vitamin A").
pub(crate) fn bare(name: &str, language: Language) -> String {
    let name = match language {
        Language::English => key(name),
        Language::Chinese => return key(name).replace(' ', ""),
        // An apostrophe parts words: "l'eau".
        _ => key(&name.replace(['\'', '\u{2019}'], " ")),
    };
    let last = name.split(' ').count() - 1;
    let is_article = |(place, word): &(usize, &str)| {
        articles(language).contains(word)
            || language == Language::English && *word == "a" && *place < last
    };
    let words = name.split(' ').enumerate().filter(|word| !is_article(word));
    let words: Vec<&str> = words.map(|(_, word)| word).collect();
    if words.is_empty() {
        name
    } else {
        words.join(" ")
    }
}

/// The last letter of the Latin blocks of Unicode that names are written with.
const LAST_LATIN: char = '\u{24f}';

/// Whether recognizers of English could write the name, so that the index is to know it: those in other
/// scripts are left out.
pub(super) fn is_in_latin_letters(name: &str) -> bool {
    name.len() > 1
        && name.chars().all(|c| c <= LAST_LATIN || c == '\u{2019}')
        && name.contains(char::is_alphabetic)
}

/// Whether another name of a city is a spelling of its main one. The table also has names that the city had
/// once, nicknames, and names of its parts, which are better known as those of other places: "Goa" for Genoa.
pub(super) fn resembles(other: &str, main: &str) -> bool {
    let within = |longer: &str, shorter: &str| {
        let rest = longer.strip_prefix(shorter);
        rest.is_some_and(|rest| rest == " city")
    };
    let letters = other.chars().count().min(main.chars().count());
    let same_start = other.chars().next() == main.chars().next();
    within(other, main)
        || within(main, other)
        || same_start && strsim::osa_distance(other, main) <= (letters / 3).max(1)
}

/// The one name that was meant by a misspelled one; none if several could be. Each candidate is a key and
/// what has that name.
pub(in crate::tools) fn nearest<T: PartialEq>(
    key: &str,
    candidates: impl IntoIterator<Item = (String, T)>,
) -> Option<T> {
    let allowed = match key.chars().count() {
        ..LETTERS_FOR_ONE_MISTAKE => return None,
        LETTERS_FOR_ONE_MISTAKE..LETTERS_FOR_TWO_MISTAKES => 1,
        _ => 2,
    };
    let mut best: Option<(usize, T)> = None;
    let mut is_ambiguous = false;
    for (name, candidate) in candidates {
        // Recognizers seldom mistake how a name begins.
        if name.chars().next() != key.chars().next() || name.len().abs_diff(key.len()) > allowed {
            continue;
        }
        let mistakes = strsim::osa_distance(&name, key);
        if mistakes > allowed {
            continue;
        }
        match &best {
            Some((fewest, _)) if mistakes > *fewest => {}
            Some((fewest, other)) if mistakes == *fewest => {
                is_ambiguous |= *other != candidate;
            }
            _ => {
                best = Some((mistakes, candidate));
                is_ambiguous = false;
            }
        }
    }
    best.filter(|_| !is_ambiguous).map(|(_, found)| found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_that_is_written_in_many_ways_is_one() {
        for (written, expected) in [
            ("Côte d'Ivoire", "cote divoire"),
            ("Côte d\u{2019}Ivoire", "cote divoire"),
            ("the U.S.", "us"),
            ("Guinea-Bissau", "guinea bissau"),
            ("St. John's", "saint johns"),
            ("São Tomé & Príncipe", "sao tome and principe"),
            ("Washington, D.C.", "washington dc"),
            ("America/New_York", "america new york"),
            ("Łódź", "lodz"),
            ("The Hague", "hague"),
            ("the", "the"),
            (" ", ""),
        ] {
            assert_eq!(key(written), expected, "{written}");
        }
    }

    fn near(key: &str, names: &[(&str, u8)]) -> Option<u8> {
        nearest(
            key,
            names.iter().map(|(name, of)| ((*name).to_owned(), *of)),
        )
    }

    #[test]
    fn a_misspelled_name_is_the_one_that_is_near() {
        let names = [("azerbaijan", 1), ("liechtenstein", 2), ("austria", 3)];
        assert_eq!(near("azerbajan", &names), Some(1));
        assert_eq!(near("lichtenstien", &names), Some(2));
        assert_eq!(near("atlantis", &names), None);
    }

    #[test]
    fn a_misspelled_name_that_could_be_two_is_none() {
        let names = [
            ("slovakia", 1),
            ("slovenia", 2),
            ("nigeria", 3),
            ("nigerie", 4),
            ("nigerie", 4),
        ];
        assert_eq!(near("nigerio", &names), None);
        assert_eq!(near("slovakio", &names), Some(1));
    }

    #[test]
    fn names_in_other_scripts_are_left_out() {
        for (name, is_latin) in [
            ("Łódź", true),
            ("L.A.", true),
            ("Москва", false),
            ("7", false),
        ] {
            assert_eq!(is_in_latin_letters(name), is_latin, "{name}");
        }
    }

    #[test]
    fn a_spelling_of_a_name_resembles_it_and_a_nickname_does_not() {
        for (other, main) in [("lucerne", "luzern"), ("new york", "new york city")] {
            assert!(resembles(other, main), "{other}");
        }
        for (other, main) in [
            ("goa", "genoa"),
            ("islamabad", "chittagong"),
            ("sparta", "isparta"),
        ] {
            assert!(!resembles(other, main), "{other}");
        }
    }

    #[test]
    fn a_short_name_is_not_mended() {
        assert_eq!(near("chat", &[("chad", 1)]), None);
    }
}
