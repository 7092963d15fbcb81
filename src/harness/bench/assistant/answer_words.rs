//! Whole words in an answer, however they are written.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::language::is_han;

/// What stands between alternatives of one phrase: `ulan bator|ulaanbaatar`.
const ALTERNATIVE: char = '|';

/// The words of a text without case, accents and apostrophes: "Can't" and "cant" are one word. A Chinese character is one,
/// too.
pub(in crate::harness::bench) fn words(text: &str) -> Vec<String> {
    let kept = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '\u{2019}' | '\u{2018}'));
    let mut folded = String::new();
    for letter in kept.flat_map(char::to_lowercase) {
        if is_han(letter) {
            folded.extend([' ', letter, ' ']);
        } else {
            folded.push(letter);
        }
    }
    let parts = folded.split(|c: char| !c.is_alphanumeric());
    let parts = parts.filter(|word| !word.is_empty());
    parts.map(str::to_owned).collect()
}

/// Whether one of the phrase's alternatives stands in the words, as whole words side by side.
pub(in crate::harness::bench) fn holds(answer: &[String], phrase: &str) -> bool {
    phrase.split(ALTERNATIVE).any(|alternative| {
        let wanted = words(alternative);
        !wanted.is_empty() && answer.windows(wanted.len()).any(|some| some == wanted)
    })
}

/// Whether a phrase can be looked for: each of its alternatives has a word.
pub(in crate::harness::bench) fn can_be_found(phrase: &str) -> bool {
    let mut alternatives = phrase.split(ALTERNATIVE);
    alternatives.all(|alternative| !words(alternative).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_without_regard_to_case_and_accents() {
        let answer = words("It is São Tomé, I think.");
        assert!(holds(&answer, "sao tome"));
        assert!(holds(&answer, "SÃO"));
    }

    #[test]
    fn chinese_characters_are_words() {
        let answer = words("10英里等于16.09公里。");
        assert!(holds(&answer, "16") && holds(&answer, "公里"));
        assert!(!holds(&answer, "里公"));
    }

    #[test]
    fn only_whole_words_are_found() {
        assert!(!holds(&words("That is a comparison."), "paris"));
        assert!(!holds(&words("New. York"), "newyork"));
    }

    #[test]
    fn words_of_a_phrase_stand_side_by_side() {
        assert!(!holds(&words("New shoes from York"), "new york"));
    }

    #[test]
    fn one_of_several_alternatives_is_enough() {
        assert!(holds(&words("Ulan Bator"), "ulaanbaatar|ulan bator"));
        assert!(!holds(&words("Bator"), "ulaanbaatar|ulan bator"));
    }

    #[test]
    fn apostrophes_are_written_in_several_ways() {
        assert!(holds(&words("I can\u{2019}t do that."), "can't"));
    }

    #[test]
    fn a_phrase_with_an_empty_alternative_cannot_be_found() {
        assert!(can_be_found("yes|no"));
        assert!(!can_be_found("yes|") && !can_be_found("...") && !can_be_found(""));
    }
}
