//! Signs: alone ("2 + 2"), and words made of letters, digits and signs ("GPT-4", "x²=9").

use super::numbers::{self, Number};
use super::{Context, Said, Word, addresses, one, spelling};

/// A sign that stands alone, or "x" between numbers.
pub(super) fn alone(context: &Context) -> Option<Said> {
    let core = context.word().core;
    let left = context.previous().filter(|word| ends_in_number(word));
    let right = context.next(1).filter(|word| starts_with_number(word));
    let between = left.zip(right);
    let is_sum = context.anywhere("=") || context.anywhere("+");
    let said = match core {
        "+" => "plus",
        "=" => "equals",
        "÷" => "divided by",
        "/" if between.is_some() => "divided by",
        "×" | "x" | "*" if between.is_some() => "times",
        "−" | "-" | "–" => {
            let (left, right) = between?;
            if is_sum || value(left) >= value(right) {
                "minus"
            } else {
                "to"
            }
        }
        "<" if between.is_some() || left.is_some() || right.is_some() => "less than",
        ">" if between.is_some() || left.is_some() || right.is_some() => "greater than",
        "≤" => "at most",
        "≥" => "at least",
        "≠" => "is not",
        "≈" | "~" => "about",
        "±" => "plus or minus",
        "&" => "and",
        "@" => "at",
        "%" => "percent",
        "°" => "degrees",
        "∞" => "infinity",
        "√" => "the square root of",
        "∛" => "the cube root of",
        "£" | "$" | "€" | "/" | "<" | ">" | "#" | "^" | "×" | "*" => "",
        _ => return None,
    };
    Some(one(said))
}

fn starts_with_number(word: &Word) -> bool {
    Number::take(word.core.trim_start_matches(['$', '£', '€'])).is_some()
}

fn ends_in_number(word: &Word) -> bool {
    starts_with_number(word)
}

/// Comparable size of a number: its length first, then its digits.
fn value(word: &Word) -> Option<(usize, String)> {
    let (number, _) = Number::take(word.core)?;
    let whole = number.whole.trim_start_matches('0').to_owned();
    Some((whole.len(), whole))
}

/// Says anything: letters, numbers and signs one after the other.
pub(super) fn mixture(core: &str) -> String {
    let is_sum = core.contains(['=', '+']);
    let mut said: Vec<String> = Vec::new();
    let mut rest = core.trim_start_matches('#');
    let mut before: Option<char> = None;
    while let Some(first) = rest.chars().next() {
        let taken = if is_letter(first) {
            let length = letters_length(rest);
            said.push(say_letters(&rest[..length], before));
            length
        } else if let Some((number, after)) = number_at(rest, before) {
            said.push(say_number(&number, before));
            rest.len() - after.len()
        } else if let Some((power, length)) = power(rest) {
            said.push(power.to_owned());
            length
        } else {
            let after = rest[first.len_utf8()..].chars().next();
            // "end.Next" lacks its space, "Node.js" does not.
            let is_full_stop = first == '.'
                && before.is_some_and(char::is_lowercase)
                && after.is_some_and(char::is_uppercase);
            let is_ratio = first == ':' && is_digit(before) && is_digit(after);
            if is_full_stop || !is_ratio && matches!(first, ',' | ':' | ';' | '!' | '?' | '…') {
                if let Some(last) = said.last_mut() {
                    last.push(if is_full_stop { '.' } else { ',' });
                }
            } else if let Some(sign) = sign_between(first, before, after, is_sum) {
                said.push(sign.to_owned());
            }
            first.len_utf8()
        };
        before = rest[..taken].chars().next_back();
        rest = &rest[taken..];
    }
    said.join(" ")
}

/// A number here; after a point or letter ("v2.1.3", "a.5") the point is not a decimal one.
fn number_at(rest: &str, before: Option<char>) -> Option<(Number<'_>, &str)> {
    if !rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '½' | '¼' | '¾')) {
        return None;
    }
    let (number, after) = Number::take(rest)?;
    let is_version = after.starts_with('.') || before == Some('.');
    if is_version && number.decimals.is_some() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        return Number::take(&rest[..digits]).map(|(whole, _)| (whole, &rest[digits..]));
    }
    Some((number, after))
}

fn is_digit(character: Option<char>) -> bool {
    character.is_some_and(|c| c.is_ascii_digit())
}

/// Four digits behind letters are said in pairs: "RTX4090", "BA2490".
fn say_number(number: &Number, before: Option<char>) -> String {
    match number.as_year() {
        Some(digits) if digits >= 1000 && before.is_some_and(|c| is_letter(c) && c != 'x') => {
            numbers::year(digits)
        }
        _ => number.cardinal(),
    }
}

fn sign_between(
    sign: char,
    before: Option<char>,
    after: Option<char>,
    is_sum: bool,
) -> Option<&'static str> {
    let between_digits = is_digit(before) && is_digit(after);
    Some(match sign {
        '+' => "plus",
        '=' if before != Some('=') => "equals",
        '&' => "and",
        '@' => "at",
        '%' => "percent",
        '²' => "squared",
        '³' => "cubed",
        '°' => "degrees",
        ':' if between_digits => "to",
        '×' if between_digits => "by",
        '*' if between_digits => "times",
        '÷' => "divided by",
        '≈' | '~' if is_digit(after) => "about",
        '√' => "the square root of",
        '∛' => "the cube root of",
        '_' => "underscore",
        '-' | '−' if before == Some('^') => "minus",
        '≤' => "at most",
        '≥' => "at least",
        '±' => "plus or minus",
        '<' if is_digit(after) => "less than",
        '>' if is_digit(after) && before != Some('-') => "greater than",
        '−' => "minus",
        '-' | '–' if is_sum && before.is_some() && after.is_some() => "minus",
        '-' | '–' if between_digits => "to",
        '^' => "to the power of",
        '/' if between_digits => "over",
        '.' if is_digit(before) && is_digit(after) => "point",
        '.' if before.is_some() && after.is_some() => "dot",
        _ => return None,
    })
}

fn say_letters(letters: &str, before: Option<char>) -> String {
    match before {
        Some('.') => addresses::label_said(letters),
        Some(digit) if digit.is_ascii_digit() && letters == "x" => "by".to_owned(),
        _ if letters.len() == 1 && letters != "a" => spelling::spell(letters),
        _ => hyphenated(letters),
    }
}

/// "USB-C" is spelled part by part; "well-known" stays as it is.
fn hyphenated(letters: &str) -> String {
    let parts: Vec<_> = letters.split('-').map(spelling::letters).collect();
    let joint = if parts.concat() == letters.replace('-', "") {
        "-"
    } else {
        " "
    };
    parts.join(joint)
}

/// "^2" as in "x^2".
fn power(rest: &str) -> Option<(&'static str, usize)> {
    let exponent = rest.strip_prefix('^')?;
    let digits = exponent.bytes().take_while(u8::is_ascii_digit).count();
    match &exponent[..digits] {
        "2" => Some(("squared", 2)),
        "3" => Some(("cubed", 2)),
        _ => None,
    }
}

fn is_letter(character: char) -> bool {
    character.is_alphabetic() || matches!(character, '\u{0300}'..='\u{036F}')
}

/// The length of a run of letters, with the apostrophes and hyphens between them.
fn letters_length(rest: &str) -> usize {
    let mut characters = rest.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let joins = matches!(character, '\'' | '-')
            && characters.peek().is_some_and(|(_, next)| is_letter(*next));
        let ends_word = character == '\'' && at + 1 == rest.len();
        if !is_letter(character) && !joins && !ends_word {
            return at;
        }
    }
    rest.len()
}
