//! Numbers, amounts, times and dates in languages that write them in the same way: "1.234,5", "15:30",
//! "12/5/2024", "20 %", "3 km". What is none of these is left to the voice.

use super::markup::Kind;
use super::word::{Context, Word};
use super::{Said, others};
use crate::language::Language;

/// A language's words for amounts.
pub(super) struct Words {
    pub language: Language,
    pub cardinal: fn(u64) -> String,
    /// A number before this noun: "un" before "año".
    pub counting: fn(u64, &str) -> String,
    /// The first to the tenth; "primera" if it is feminine.
    pub ordinal: fn(u64, bool) -> Option<String>,
    /// A Roman number before this word.
    pub roman: fn(u64, Option<&str>) -> String,
    pub point: &'static str,
    pub minus: &'static str,
    pub percent: &'static str,
    /// Between the ends of a range, hours and minutes, and an amount of money and its hundredths.
    pub to: &'static str,
    pub and: &'static str,
    pub cents: &'static str,
    /// Between day, month and year, with the spaces.
    pub of: &'static str,
    pub months: [&'static str; 12],
    /// What is written, one of it, and several.
    pub units: &'static [(&'static str, &'static str, &'static str)],
    /// The same of money.
    pub money: &'static [(&'static str, &'static str, &'static str)],
    /// Those that end in a full stop, without it.
    pub abbreviations: &'static [(&'static str, &'static str)],
}

/// Words of three letters that a number does not count.
const NO_NOUNS: [&str; 12] = [
    "del", "con", "por", "que", "per", "che", "más", "più", "son", "era", "los", "las",
];

/// A number as it is written.
struct Number {
    negative: bool,
    /// Its digits before the point, and behind it.
    whole: String,
    fraction: String,
}

/// Says the word at hand, together with as many of the next as belong to it.
pub(super) fn say(context: &Context, words: &Words) -> Said {
    let word = context.word();
    let known = match word.kind {
        Kind::Code => None,
        _ if word.core.contains(|c: char| c.is_ascii_digit()) => amount(context, words),
        _ => abbreviation(context, words).or_else(|| roman(context, words)),
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

/// "XIX": of two digits at least, and below forty, so that no word in capitals is taken for one.
fn roman(context: &Context, words: &Words) -> Option<Said> {
    let core = context.word().core;
    if core.len() < 2 || !core.bytes().all(|c| matches!(c, b'I' | b'V' | b'X')) {
        return None;
    }
    let number = (1..40).find(|number| roman_digits(*number) == core)?;
    said(
        (words.roman)(number, context.next(1).map(|next| next.core)),
        1,
    )
}

fn roman_digits(number: u64) -> String {
    const ONES: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    format!(
        "{}{}",
        "X".repeat((number / 10) as usize),
        ONES[(number % 10) as usize]
    )
}

fn amount(context: &Context, words: &Words) -> Option<Said> {
    let core = context.word().core;
    if let Some(date) = date(core, words) {
        return said(date, 1);
    }
    if let Some(time) = time(core, words) {
        return said(time, 1);
    }
    if let Some((low, high)) = core.split_once(['-', '–'])
        && let (Some((low, "")), Some((high, ""))) = (number(low), number(high))
        && !low.negative
    {
        return said(
            format!(
                "{} {} {}",
                plain(&low, words),
                words.to,
                plain(&high, words)
            ),
            1,
        );
    }
    let sign = words
        .money
        .iter()
        .find(|(sign, ..)| core.starts_with(sign) && sign.len() < core.len());
    let bare = sign.map_or(core, |(sign, ..)| &core[sign.len()..]);
    let (number, rest) = number(bare)?;
    if let (Some(money), "") = (sign, rest) {
        return said(price(&number, money, words), 1);
    }
    let ordinal = match rest.trim_start_matches('.') {
        "º" | "°" => (words.ordinal)(number.value()?, false),
        "ª" => (words.ordinal)(number.value()?, true),
        "" => return followed(context, &number, words),
        _ => None,
    };
    match ordinal {
        Some(ordinal) => said(ordinal, 1),
        None => said(with_sign(&number, rest, words)?, 1),
    }
}

/// A number, and the sign or the noun that follows it as a word of its own.
fn followed(context: &Context, number: &Number, words: &Words) -> Option<Said> {
    let next = context.next(1).map(|next: &Word| next.core);
    if let Some(spoken) = next.and_then(|next| with_sign(number, next, words)) {
        return said(spoken, 2);
    }
    let is_noun = |next: &&str| next.chars().count() >= 3 && next.chars().all(char::is_alphabetic);
    let noun = next.filter(is_noun).filter(|next| !NO_NOUNS.contains(next));
    match (noun, number.value()) {
        (Some(noun), Some(value)) if number.is_plain() => said((words.counting)(value, noun), 1),
        _ => said(plain(number, words), 1),
    }
}

/// A number with its unit.
fn with_sign(number: &Number, sign: &str, words: &Words) -> Option<String> {
    if sign == "%" {
        return Some(format!("{} {}", plain(number, words), words.percent));
    }
    let is_it = |known: &&(&str, &str, &str)| known.0 == sign;
    if let Some(money) = words.money.iter().find(is_it) {
        return Some(price(number, money, words));
    }
    let (_, one, many) = words.units.iter().find(is_it)?;
    let unit = if number.is_plain() && number.whole == "1" {
        one
    } else {
        many
    };
    let count = match number.value() {
        Some(value) if number.is_plain() => (words.counting)(value, unit),
        _ => plain(number, words),
    };
    Some(format!("{count} {unit}"))
}

fn price(number: &Number, (_, one, many): &(&str, &str, &str), words: &Words) -> String {
    let unit = if number.whole == "1" { one } else { many };
    let Some(value) = number.value().filter(|_| number.fraction.len() <= 2) else {
        return format!("{} {many}", plain(number, words));
    };
    let count = format!("{} {unit}", (words.counting)(value, unit));
    let cents: u64 = format!("{:0<2}", number.fraction).parse().unwrap_or(0);
    match cents {
        0 => count,
        cents => format!("{count} {} {}", words.cents, (words.cardinal)(cents)),
    }
}

impl Number {
    fn is_plain(&self) -> bool {
        !self.negative && self.fraction.is_empty()
    }

    /// What stands before the point, if it is read as a number.
    fn value(&self) -> Option<u64> {
        let counted =
            self.whole.len() <= 12 && (self.whole.len() == 1 || !self.whole.starts_with('0'));
        self.whole.parse().ok().filter(|_| counted)
    }
}

/// A number alone.
fn plain(number: &Number, words: &Words) -> String {
    let one_by_one = |digits: &str| {
        let digits = digits
            .bytes()
            .map(|digit| (words.cardinal)(u64::from(digit - b'0')));
        digits.collect::<Vec<_>>().join(" ")
    };
    let mut said = match number.value() {
        Some(value) => (words.cardinal)(value),
        None => one_by_one(&number.whole),
    };
    if number.negative {
        said = format!("{} {said}", words.minus);
    }
    if number.fraction.is_empty() {
        return said;
    }
    let short = number.fraction.len() <= 2 && !number.fraction.starts_with('0');
    let fraction = match number.fraction.parse() {
        Ok(fraction) if short => (words.cardinal)(fraction),
        _ => one_by_one(&number.fraction),
    };
    format!("{said} {} {fraction}", words.point)
}

/// The number at the beginning, and what stands behind it: points part thousands, a comma is the decimal one,
/// and so is a point that parts no thousands.
fn number(written: &str) -> Option<(Number, &str)> {
    let bare = written.strip_prefix(['-', '−', '+']).unwrap_or(written);
    let negative = written.starts_with(['-', '−']);
    let (first, mut rest) = digits(bare)?;
    let mut whole = first.to_owned();
    while let Some((group, after)) = rest.strip_prefix('.').and_then(digits) {
        if group.len() != 3 || whole.is_empty() || first.len() > 3 {
            break;
        }
        whole.push_str(group);
        rest = after;
    }
    let point = if whole.len() == first.len() {
        &['.', ','][..]
    } else {
        &[','][..]
    };
    let mut fraction = String::new();
    if let Some((group, after)) = rest.strip_prefix(point).and_then(digits)
        && !after.starts_with(['.', ','])
    {
        fraction = group.to_owned();
        rest = after;
    }
    Some((
        Number {
            negative,
            whole,
            fraction,
        },
        rest,
    ))
}

/// The digits at the beginning, and what stands behind them.
fn digits(written: &str) -> Option<(&str, &str)> {
    let end = written
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(written.len());
    (end > 0).then(|| written.split_at(end))
}

/// "15:30", "8:05h"
fn time(core: &str, words: &Words) -> Option<String> {
    let (hour, minute) = core.trim_end_matches('h').split_once(':')?;
    let (hour, minute) = (
        below(hour, 25)?,
        below(minute, 60).filter(|_| minute.len() == 2)?,
    );
    let said = (words.cardinal)(hour);
    Some(match minute {
        0 => said,
        minute => format!("{said} {} {}", words.and, (words.cardinal)(minute)),
    })
}

fn below(written: &str, limit: u64) -> Option<u64> {
    let all_digits = written.bytes().all(|c| c.is_ascii_digit()) && written.len() <= 4;
    written
        .parse()
        .ok()
        .filter(|number| all_digits && *number < limit)
}

/// "12/5/2024", "2024-05-12"
fn date(core: &str, words: &Words) -> Option<String> {
    let parts: Vec<&str> = core.split(['/', '-', '.']).collect();
    let [first, month, last] = parts[..] else {
        return None;
    };
    let (day, year) = if first.len() == 4 {
        (last, first)
    } else {
        (first, last)
    };
    let (day, month) = (below(day, 32)?, below(month, 13)?);
    let year = below(year, 3000).filter(|_| year.len() == 4)?;
    let month = words.months.get(month.checked_sub(1)? as usize)?;
    let of = words.of;
    let day = if day == 1 {
        (words.counting)(1, month)
    } else {
        (words.cardinal)(day)
    };
    Some(format!("{day}{of}{month}{of}{}", (words.cardinal)(year)))
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
