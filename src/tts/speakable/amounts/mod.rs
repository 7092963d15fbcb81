//! Numbers, amounts, times and dates in languages that write them in the same way: "1.234,5", "15:30",
//! "12/5/2024", "20 %", "3 km". What is none of these is left to the voice.
//!
//! `number` reads and says a number, `measures` one with its unit, `ranges` two of them, `times` hours and
//! dates, `roman` Roman numbers.

mod measures;
mod number;
#[cfg(test)]
mod oracle_tests;
mod ranges;
mod roman;
#[cfg(test)]
mod tests;
mod times;

use self::measures::{Glued, Scale, Sign, joined};
use super::markup::Kind;
use super::word::Context;
use super::{Said, others};
use crate::language::Language;

/// What is written, one of it, and several.
pub(super) type Unit = (&'static str, &'static str, &'static str);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gender {
    Masculine,
    Feminine,
}

/// A language's words for amounts. Lists are words with spaces between them.
pub(super) struct Words {
    pub language: Language,
    pub cardinal: fn(u64) -> String,
    /// A number before a noun of this gender: "un" before "año".
    pub counting: fn(u64, Gender, &str) -> String,
    /// "tercero", "tercera"; "tercer" before its noun.
    pub ordinal: fn(u64, Gender, bool) -> Option<String>,
    /// What is written behind a number that makes it an ordinal, its gender, and whether it stands before its
    /// noun.
    pub ordinal_endings: &'static [(&'static str, Gender, bool)],
    /// A Roman number between these words.
    pub roman: fn(u64, Option<&str>, Option<&str>) -> String,
    /// Words before a Roman number of one digit.
    pub reigning: &'static str,
    /// Nouns that numbers agree with: the commonest alone, since an ending does not tell a gender, and a word
    /// behind a number need be no noun. Small letters.
    pub masculine: &'static str,
    pub feminine: &'static str,
    pub point: &'static str,
    pub minus: &'static str,
    pub percent: &'static str,
    /// Around the ends of a range: "de", "a".
    pub from: &'static str,
    pub to: &'static str,
    /// Words before a range that has no "de", and those that have "and" between its ends.
    pub no_from: &'static str,
    pub between: &'static str,
    /// Between hours and minutes, and an amount of money and its hundredths.
    pub and: &'static str,
    pub cents: &'static str,
    /// Words before an hour, in which a point may stand before the minutes.
    pub before_hours: &'static str,
    /// Articles before a number in a row, and before a day and its month, "el 12/5".
    pub articles: &'static str,
    /// Words before a bare number that is an hour.
    pub articles_of_hours: &'static [(&'static str, u64)],
    /// Between day, month and year, with the spaces.
    pub of: &'static str,
    pub first_day: &'static str,
    pub months: [&'static str; 12],
    /// Between millions and what they count.
    pub of_many: &'static str,
    /// Names of large numbers that are written behind digits, and whether they have `of_many` behind them.
    pub scales: &'static [(&'static str, bool)],
    /// Such as are written against an amount of money, and the names of one and of several.
    pub short_scales: &'static [(&'static str, &'static str, &'static str)],
    /// One of the seconds of a time, and several.
    pub second: (&'static str, &'static str),
    /// "1/2" before a noun of each gender, and the word between the numbers of other fractions.
    pub half: (&'static str, &'static str),
    pub over: &'static str,
    /// Signs that stand alone: "3 + 4".
    pub signs: &'static [(&'static str, &'static str)],
    pub units: &'static [Unit],
    pub money: &'static [Unit],
    /// Those that end in a full stop, without it.
    pub abbreviations: &'static [(&'static str, &'static str)],
}

/// Says the word at hand, together with as many of the next as belong to it.
pub(super) fn say(context: &Context, words: &Words) -> Said {
    let word = context.word();
    let known = match word.kind {
        Kind::Code => None,
        _ => abbreviation(context, words)
            .or_else(|| part(context, word.core, words))
            .or_else(|| sign(word.core, words)),
    };
    known.unwrap_or_else(|| others::say(context, words.language))
}

fn said(spoken: String, words: usize) -> Option<Said> {
    Some(Said {
        spoken,
        words,
        abbreviated: false,
    })
}

fn abbreviation(context: &Context, words: &Words) -> Option<Said> {
    let word = context.word();
    let known = words.abbreviations.iter().filter(|_| word.dotted);
    let (_, spoken) = known.into_iter().find(|(short, _)| *short == word.core)?;
    Some(Said {
        spoken: (*spoken).to_owned(),
        words: 1,
        abbreviated: true,
    })
}

/// A sign alone: "millones de €", "3 + 4".
fn sign(core: &str, words: &Words) -> Option<Said> {
    let money = words.money.iter().map(|(sign, _, many)| (sign, many));
    let signs = words.signs.iter().map(|(sign, name)| (sign, name));
    let (_, name) = money.chain(signs).find(|(sign, _)| **sign == core)?;
    said((*name).to_owned(), 1)
}

pub(super) fn is_listed(word: &str, list: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

/// Whether the word before is in a list.
fn is_behind(context: &Context, list: &str) -> bool {
    let before = context.previous().map(|word| word.core.to_lowercase());
    before.is_some_and(|before| is_listed(&before, list))
}

/// The gender of a listed noun; of the first word of several.
pub(super) fn gender(noun: &str, words: &Words) -> Option<Gender> {
    let first = noun.split(' ').next()?.to_lowercase();
    match first {
        first if is_listed(&first, words.feminine) => Some(Gender::Feminine),
        first if is_listed(&first, words.masculine) => Some(Gender::Masculine),
        _ => None,
    }
}

/// Says the number or the amount `core`, which is the word at hand or the part of it behind an elided article.
pub(super) fn part(context: &Context, core: &str, words: &Words) -> Option<Said> {
    if core.contains(|c: char| c.is_ascii_digit()) {
        amount(context, core, words)
    } else {
        roman::roman(context, core, words)
    }
}

fn amount(context: &Context, core: &str, words: &Words) -> Option<Said> {
    // "gli anni '90"
    let core = core.trim_start_matches('\'');
    let date = times::date(core, words).or_else(|| times::short_date(context, core, words));
    if let Some(date) = date {
        return said(date, 1);
    }
    if let Some(fraction) = measures::fraction(context, core, words) {
        return Some(fraction);
    }
    if let Some(time) = times::time(context, core, words) {
        // "15:30 h"
        let sign = context.next(1).map(|next| next.core);
        let has_sign = matches!(sign, Some("h" | "hs" | "hrs"));
        return said(time, if has_sign { 2 } else { 1 });
    }
    if let Some(known) =
        ranges::telephone(context, core, words).or_else(|| ranges::range(context, core, words))
    {
        return Some(known);
    }
    let (core, used) = grouped(context, core, words);
    let glued = measures::glued(&core, words)?;
    if let Some(scaled) = measures::scaled(context, &glued, used, words) {
        return Some(scaled);
    }
    match (Sign::find(glued.front, words), glued.behind) {
        (Some(money), "") => said(money.count(&glued.number, words), used),
        (Some(_), _) => None,
        (None, "") => followed(context, &glued, used, words),
        (None, behind) => ordinal(context, &glued, used, words).or_else(|| {
            let sign = Sign::find(behind, words)?;
            said(sign.count(&glued.number, words), used)
        }),
    }
}

/// "10 000 km": thousands that are parted by spaces as one word with points, and how many words they are.
/// Without a unit, a noun or a group of zeros they may be other numbers.
fn grouped(context: &Context, core: &str, words: &Words) -> (String, usize) {
    let first = core.trim_start_matches(|c: char| !c.is_ascii_digit());
    let is_group = |group: &str| group.bytes().all(|c| c.is_ascii_digit());
    let mut whole = core.to_owned();
    let (mut used, mut has_zeros, mut ends) = (1, false, false);
    if !matches!(first.len(), 1..=3) || first.starts_with('0') || !is_group(first) {
        return (whole, used);
    }
    while !ends && let Some(next) = context.next(used).map(|next| next.core) {
        let Some((group, behind)) = next
            .split_at_checked(3)
            .filter(|(group, _)| is_group(group))
        else {
            break;
        };
        if behind.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == '-') {
            break;
        }
        whole = format!("{whole}.{next}");
        has_zeros |= group == "000";
        ends = !behind.is_empty();
        used += 1;
    }
    let next = context.next(used).map(|next| next.core);
    let counts = |next: &str| Sign::find(next, words).is_some() || gender(next, words).is_some();
    if used > 1 && (has_zeros || ends || next.is_some_and(counts)) {
        (whole, used)
    } else {
        (core.to_owned(), 1)
    }
}

/// "3º", "2ª", "1er", "23° piano"
fn ordinal(context: &Context, glued: &Glued, used: usize, words: &Words) -> Option<Said> {
    let value = glued.number.natural()?;
    let next = context.next(used).map(|next| next.core);
    let noun = next.and_then(|next| gender(next, words));
    let is_first_day = value == 1 && next.is_some_and(|next| words.months.contains(&next));
    let ending = glued.behind.trim_start_matches('.');
    let (gender, before_noun) = match ending {
        // A degree, unless a noun says otherwise.
        "°" if is_first_day => (Gender::Masculine, false),
        "°" => (noun?, true),
        _ => {
            let mut endings = words.ordinal_endings.iter();
            let (_, gender, before_noun) = endings.find(|(known, ..)| *known == ending)?;
            (*gender, *before_noun || noun == Some(*gender))
        }
    };
    match (words.ordinal)(value, gender, before_noun) {
        Some(ordinal) => said(ordinal, used),
        // "25º" alone is a temperature, "el 25º" is not.
        None if ending == "º" && noun.is_none() && !is_behind(context, words.articles) => None,
        None => said((words.cardinal)(value), used),
    }
}

/// A number, and the sign or the noun that follows it as a word of its own.
fn followed(context: &Context, glued: &Glued, used: usize, words: &Words) -> Option<Said> {
    let number = &glued.number;
    let next = context.next(used).map(|next| next.core);
    if let Some(sign) = next.and_then(|next| Sign::find(next, words)) {
        return said(sign.count(number, words), used + 1);
    }
    // "200 mil personas"
    let scale = Scale::find(context, used, words).filter(|scale| !scale.is_noun);
    let counted = context
        .next(used + scale.map_or(0, |scale| scale.words))
        .map(|word| word.core);
    if let Some(noun) = counted
        && let Some(gender) = gender(noun, words)
    {
        let count = number.counting(gender, noun, words);
        return if count.ends_with('\'') {
            said(joined(&count, noun), used + 1)
        } else {
            said(count, used)
        };
    }
    let Some(value) = number.natural() else {
        return said(number.plain(words), used);
    };
    if value == 1 && next.is_some_and(|next| words.months.contains(&next)) {
        return said(words.first_day.to_owned(), used);
    }
    let mut hours = words.articles_of_hours.iter();
    let is_hour = hours.any(|(article, hour)| *hour == value && is_behind(context, article));
    said(
        if is_hour {
            (words.counting)(value, Gender::Feminine, "")
        } else {
            number.plain(words)
        },
        used,
    )
}

/// A number that nobody counts to.
pub(super) fn digit_by_digit(number: u64, cardinal: fn(u64) -> String) -> String {
    let digits = number.to_string();
    let said: Vec<String> = digits
        .bytes()
        .map(|digit| cardinal(u64::from(digit - b'0')))
        .collect();
    said.join(" ")
}
