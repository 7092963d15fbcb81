//! The numbers of an answer, in digits or in words.

use num_traits::ToPrimitive;

use crate::language::Language;
use crate::tools::spoken;

/// The longest number in words that is looked for: "one hundred and twenty three thousand four hundred and
/// fifty six point seven" has thirteen.
const LONGEST: usize = 14;
/// Words that the reader of numbers knows as numbers, and that are none where they stand alone.
const NOT_ALONE: [&str; 4] = ["a", "an", "o", "oh"];

/// Years are said with these as their first number.
const CENTURIES: std::ops::RangeInclusive<f64> = 11.0..=20.0;

/// All numbers of an English answer, in their order. The longest reading counts: "67 million" is one number.
pub(super) fn numbers(answer: &str) -> Vec<f64> {
    let tokens = tokens(answer);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match longest(&tokens[at..]) {
            Some((number, used)) => {
                found.push(number);
                found.extend(year(number, used, &tokens[at..]));
                at += used;
            }
            None => at += 1,
        }
    }
    found
}

/// The longest number that the tokens begin with, and how many tokens it takes.
fn longest(tokens: &[Token]) -> Option<(f64, usize)> {
    let within = tokens.iter().position(|token| token.ends_part);
    let most = within.map_or(tokens.len(), |last| last + 1).min(LONGEST);
    (1..=most).rev().find_map(|used| {
        let words: Vec<&str> = tokens[..used].iter().map(|t| t.text.as_str()).collect();
        let alone = used == 1 && NOT_ALONE.contains(&words[0].to_lowercase().as_str());
        let number = spoken::number(&words.join(" "), Language::English);
        let number = number.filter(|_| !alone)?.to_f64()?;
        Some((number, used))
    })
}

/// The year that is said as two numbers, of which this is the first: "nineteen forty-five". In digits they
/// are two numbers.
fn year(century: f64, used: usize, tokens: &[Token]) -> Option<f64> {
    let in_words = |tokens: &[Token]| tokens.iter().all(|t| !t.text.contains(char::is_numeric));
    let (said, rest) = tokens.split_at_checked(used)?;
    let goes_on = said.last().is_some_and(|token| !token.ends_part);
    if !goes_on || !CENTURIES.contains(&century) || !in_words(said) {
        return None;
    }
    let (rest_of_it, used) = longest(rest)?;
    let is_rest = (10.0..100.0).contains(&rest_of_it) && in_words(&rest[..used]);
    is_rest.then_some(century * 100.0 + rest_of_it)
}

/// A word or a number.
pub(super) struct Token {
    /// Without the signs around it.
    pub text: String,
    /// Whether a sign behind it ends a part of the sentence, so that nothing goes on beyond it.
    pub ends_part: bool,
}

/// The words and numbers of an answer. A number with its unit ("16km") is two.
pub(super) fn tokens(answer: &str) -> Vec<Token> {
    let mut spaced = String::with_capacity(answer.len());
    let mut before = ' ';
    for c in answer.chars() {
        let is_part = c.is_alphanumeric() || ".,:;!?'\u{2019}-/\u{2212}".contains(c);
        // "3rd" stays one word, which is no number.
        let begins_unit = before.is_ascii_digit() && c.is_alphabetic();
        if begins_unit && !"snrt".contains(c) {
            spaced.push(' ');
        }
        before = if is_part { c } else { ' ' };
        spaced.push(before);
    }
    let parts = spaced.split_whitespace().map(|part| {
        let text = part.trim_end_matches(['.', ',', ':', ';', '!', '?']);
        Token {
            ends_part: text.len() < part.len(),
            text: text.to_owned(),
        }
    });
    parts.filter(|token| !token.text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_digits_and_in_words() {
        assert_eq!(numbers("17 × 23 = 391."), [17.0, 23.0, 391.0]);
        assert_eq!(numbers("Three hundred and ninety-one."), [391.0]);
        assert_eq!(numbers("It has 1,409,517,397 people."), [1_409_517_397.0]);
        assert_eq!(numbers("about 67 million people"), [67_000_000.0]);
        assert_eq!(numbers("16.09km, or minus two point five"), [16.09, -2.5]);
        assert_eq!(numbers("That is $40 and 3/4"), [40.75]);
    }

    #[test]
    fn a_year_in_words_is_a_number_too() {
        assert_eq!(numbers("Nineteen forty-five."), [19.0, 1945.0, 45.0]);
        assert_eq!(numbers("fifteen, twenty"), [15.0, 20.0]);
        assert_eq!(numbers("19 45"), [19.0, 45.0]);
    }

    #[test]
    fn a_number_ends_with_its_part_of_the_sentence() {
        assert_eq!(numbers("It is twenty. Three are left."), [20.0, 3.0]);
        assert_eq!(numbers("three, four"), [3.0, 4.0]);
    }

    #[test]
    fn words_that_only_look_like_numbers_are_none() {
        assert!(numbers("Oh, I have a timer and an alarm.").is_empty());
        assert!(numbers("It is 9:45 PM on the 3rd.").is_empty());
    }
}
