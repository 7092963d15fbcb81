//! Numbers, in words and in digits.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

use super::translation::{About, readable};
use super::words::{Words, first_is};
use crate::language::Language;

/// An exact number: a third stays a third.
pub type Number = BigRational;

/// Numbers in digits that are longer are not read: nobody says them.
const LONGEST_DIGITS: usize = 40;
/// Larger ones in words are not read: they are "a million million million" or worse.
const MOST_IN_WORDS: u128 = 10_u128.pow(24);

/// The number that all of the text is: "two and a half", "1,000", "minus three point five", "a dozen".
pub fn number(text: &str, language: Language) -> Option<Number> {
    let words = readable(text, language, About::Numbers);
    let (number, used) = quantity(&words, Words::known())?;
    (used == words.len()).then_some(number)
}

/// The number that the words begin with, and how many words it takes.
pub(in crate::tools) fn quantity(words: &[String], known: &Words) -> Option<(Number, usize)> {
    if first_is(words, known.minus) {
        let (number, used) = quantity(&words[1..], known)?;
        return Some((-number, used + 1));
    }
    if let Some((fraction, used)) = fraction(words, known) {
        return Some(match scale_of_fraction(&words[used..], known) {
            Some((scale, more)) => (fraction * scale, used + more),
            None => (fraction, used),
        });
    }
    let (mut number, mut used) = decimal(words, known).or_else(|| article(words, known))?;
    let and = usize::from(first_is(&words[used..], known.and));
    if let Some((part, more)) = fraction(&words[used + and..], known)
        && (and == 1 || is_written_fraction(&words[used..]))
        && part < Number::one()
    {
        number += part;
        used += and + more;
        // "two and a half million"
        if let Some((scale, more)) = scale(&words[used..], known) {
            number *= scale;
            used += more;
        }
    }
    Some((number, used))
}

/// "a", "an": one, before a unit; "a couple of": two; "a dozen", "a hundred".
fn article(words: &[String], known: &Words) -> Option<(Number, usize)> {
    let article = usize::from(first_is(words, known.one));
    let rest = &words[article..];
    if first_is(rest, known.couple) {
        let of = usize::from(rest.get(1).is_some_and(|word| word == known.of));
        return Some((integer(2), article + 1 + of));
    }
    (article == 1).then(|| (Number::one(), 1))
}

/// "a half", "three quarters", "1/2"; as it stands before "of an hour" too.
pub(super) fn fraction(words: &[String], known: &Words) -> Option<(Number, usize)> {
    if let Some((numerator, denominator)) = written_fraction(words.first()?) {
        return Some((Number::new(numerator, denominator), 1));
    }
    if is_written_fraction(words) {
        let (top, bottom) = (digits(&words[0])?, digits(&words[2])?);
        return Some((top / bottom, 3));
    }
    if words[0] == known.half {
        return Some((Number::new(1.into(), 2.into()), 1));
    }
    let (count, used) = if first_is(words, known.one) {
        (Number::one(), 1)
    } else if first_is(words, &[known.quarter]) {
        (Number::one(), 0)
    } else {
        cardinal(words, known)?
    };
    let word = words.get(used)?;
    let one = count.is_one();
    let mut parts = known.parts.iter();
    let &(_, _, denominator) =
        parts.find(|(single, several, _)| word == if one { single } else { several })?;
    Some((count / integer(denominator), used + 1))
}

/// "1/2" as one word, which stands for the sign ½.
fn written_fraction(word: &str) -> Option<(BigInt, BigInt)> {
    let (top, bottom) = word.split_once('/')?;
    Some((top.parse().ok()?, bottom.parse().ok()?))
}

/// "1", "/", "2": a fraction as people write one; other divisions are for the calculator.
fn is_written_fraction(words: &[String]) -> bool {
    let small = |word: &String| {
        word.parse::<u32>()
            .is_ok_and(|number| (1..=16).contains(&number))
    };
    match words {
        [word, ..] if written_fraction(word).is_some() => true,
        [top, slash, bottom, ..] => {
            slash == "/" && small(top) && small(bottom) && number_below(top, bottom)
        }
        _ => false,
    }
}

fn number_below(top: &str, bottom: &str) -> bool {
    let (top, bottom) = (top.parse::<u32>(), bottom.parse::<u32>());
    matches!((top, bottom), (Ok(top), Ok(bottom)) if top < bottom)
}

/// "half a million", "a quarter of a million".
fn scale_of_fraction(words: &[String], known: &Words) -> Option<(Number, usize)> {
    let of = usize::from(words.first().is_some_and(|word| word == known.of));
    let article = of + usize::from(first_is(&words[of..], known.one));
    if article == of {
        return None;
    }
    let (scale, used) = scale(&words[article..], known)?;
    Some((scale, article + used))
}

/// A scale, or hundred.
fn scale(words: &[String], known: &Words) -> Option<(Number, usize)> {
    let word = words.first()?;
    let hundred = (word == known.hundred).then_some(100);
    let value = hundred.or_else(|| value_of(known.scales, word))?;
    Some((integer(value), 1))
}

/// "three point one four", "3.14 million", "point five".
fn decimal(words: &[String], known: &Words) -> Option<(Number, usize)> {
    let (mut number, mut used) = match cardinal(words, known) {
        Some(found) => found,
        None if first_is(words, known.point) => (Number::zero(), 0),
        None => return None,
    };
    if first_is(&words[used..], known.point) {
        let (behind, more) = digits_behind_point(&words[used + 1..], known)?;
        number += behind;
        used += 1 + more;
        if let Some((scale, more)) = scale(&words[used..], known) {
            number *= scale;
            used += more;
        }
    }
    Some((number, used))
}

/// "one four" behind a point: fourteen hundredths.
fn digits_behind_point(words: &[String], known: &Words) -> Option<(Number, usize)> {
    let mut written = String::from("0.");
    let mut used = 0;
    for word in words {
        let small = value_of(known.small, word).map(|digit| digit.to_string());
        let in_digits = word.bytes().all(|byte| byte.is_ascii_digit());
        match small.or_else(|| in_digits.then(|| word.clone())) {
            Some(digit) => written.push_str(&digit),
            None => break,
        }
        used += 1;
    }
    let number = digits(&written).filter(|_| used > 0)?;
    Some((number, used))
}

/// A whole number in words, or one in digits: "one hundred and five", "2 thousand", "a hundred".
pub(super) fn cardinal(words: &[String], known: &Words) -> Option<(Number, usize)> {
    let article = usize::from(first_is(words, known.one));
    if article == 1 && scale(&words[1..], known).is_none() {
        return None;
    }
    let (mut total, mut used) = (Number::zero(), article);
    let mut smallest_scale: Option<Number> = None;
    loop {
        let rest = &words[used..];
        let and = usize::from(used > article && first_is(rest, known.and));
        let Some((group, mut more)) = group(&rest[and..], known, used == article && article == 1)
        else {
            break;
        };
        if and == 1 && !follows_and(&total, &group) {
            break;
        }
        let scale = value_of_scale(rest.get(and + more), known);
        if let Some(smaller) = &smallest_scale {
            let fits = scale.clone().unwrap_or_else(Number::one) < *smaller;
            if !fits || group >= *smaller {
                break;
            }
        } else if used > article {
            break;
        }
        more += usize::from(scale.is_some());
        total += group * scale.clone().unwrap_or_else(Number::one);
        used += and + more;
        match scale {
            Some(scale) => smallest_scale = Some(scale),
            None => break,
        }
    }
    let most = Number::from_integer(MOST_IN_WORDS.into());
    (used > article && total <= most).then_some((total, used))
}

/// "and" joins what is below a hundred, or a hundred and more, to thousands.
fn follows_and(total: &Number, group: &Number) -> bool {
    *total >= integer(100) && *group < integer(1_000)
}

fn value_of_scale(word: Option<&String>, known: &Words) -> Option<Number> {
    word.and_then(|word| value_of(known.scales, word))
        .map(integer)
}

/// What comes before a scale: below a thousand in words, anything in digits.
fn group(words: &[String], known: &Words, implied_one: bool) -> Option<(Number, usize)> {
    let first = words.first()?;
    if implied_one && value_of(known.scales, first).is_some() {
        return Some((Number::one(), 0));
    }
    let (mut value, mut used) = if implied_one && first == known.hundred {
        (Number::one(), 0)
    } else if let Some(number) = digits(first) {
        (number, 1)
    } else {
        let (value, used) = below_hundred(words, known)?;
        (integer(value), used)
    };
    if words.get(used).is_some_and(|word| word == known.hundred) {
        value *= integer(100);
        used += 1;
        let and = usize::from(first_is(&words[used..], known.and));
        let rest = &words[used + and..];
        let written = rest.first().and_then(|word| word.parse::<u32>().ok());
        let written = written.filter(|number| *number < 100);
        let more = below_hundred(rest, known).or(written.map(|number| (number, 1)));
        // "a hundred and a half" has no number here, and "two hundred and three quarters" has a fraction.
        if let Some((number, more)) = more
            && fraction_does_not_start(rest, known)
        {
            value += integer(number);
            used += and + more;
        }
    }
    Some((value, used))
}

fn fraction_does_not_start(words: &[String], known: &Words) -> bool {
    let Some((_, used)) = below_hundred(words, known) else {
        return true;
    };
    let next = words.get(used);
    let is_part = |(single, several, _): &(&str, &str, u32)| {
        next.is_some_and(|word| word == single || word == several)
    };
    !known.parts.iter().any(is_part)
}

fn below_hundred(words: &[String], known: &Words) -> Option<(u32, usize)> {
    let first = words.first()?;
    if let Some(small) = value_of(known.small, first) {
        return Some((small, 1));
    }
    let tens = value_of(known.tens, first)?;
    let unit = words.get(1).and_then(|word| value_of(known.small, word));
    Some(match unit.filter(|unit| (1..10).contains(unit)) {
        Some(unit) => (tens + unit, 2),
        None => (tens, 1),
    })
}

/// The value of a word in a list.
pub(super) fn value_of<T: Copy>(list: &[(&str, T)], word: &str) -> Option<T> {
    let found = list.iter().find(|(name, _)| *name == word);
    found.map(|&(_, value)| value)
}

/// A number in digits, with a decimal point or without.
fn digits(word: &str) -> Option<Number> {
    let (whole, behind) = word.split_once('.').unwrap_or((word, ""));
    let all = format!("{whole}{behind}");
    let is_number = !all.is_empty()
        && all.len() <= LONGEST_DIGITS
        && all.bytes().all(|byte| byte.is_ascii_digit());
    let behind = u32::try_from(behind.len()).ok().filter(|_| is_number)?;
    Some(Number::new(all.parse().ok()?, BigInt::from(10).pow(behind)))
}

/// A whole number as it is.
pub(in crate::tools) fn integer(number: impl Into<BigInt>) -> Number {
    Number::from_integer(number.into())
}
