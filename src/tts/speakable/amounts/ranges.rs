//! Ranges, "20-30 €", and numbers of telephones, which are written like them.

use super::super::word::Context;
use super::measures::{Glued, Scale, Sign, glued};
use super::number::{Number, one_by_one};
use super::times::time;
use super::{Gender, Said, Words, gender, is_behind, said};

/// "555-1234": its digits.
pub(super) fn telephone(context: &Context, core: &str, words: &Words) -> Option<Said> {
    let groups: Vec<&str> = core.split('-').collect();
    let all_digits = |group: &&str| !group.is_empty() && group.bytes().all(|c| c.is_ascii_digit());
    if !groups.iter().all(all_digits) {
        return None;
    }
    let digits: usize = groups.iter().map(|group| group.len()).sum();
    let is_one = match groups[..] {
        [] | [_] => false,
        // "500-1000", "100-2500 €" are ranges.
        [first, second] if first.len() == 3 && second.len() == 4 => {
            !second.ends_with("00") && !is_counting(context, words)
        }
        [first, second] => {
            first.starts_with('0') && digits >= 7 || first.len() >= 2 && second.len() >= 6
        }
        _ => digits >= 7,
    };
    let groups = groups.iter().map(|group| one_by_one(group, words));
    said(groups.collect::<Vec<_>>().join(", "), 1).filter(|_| is_one)
}

/// Whether a unit or a noun follows.
fn is_counting(context: &Context, words: &Words) -> bool {
    let next = context.next(1).map(|next| next.core);
    next.is_some_and(|next| Sign::find(next, words).is_some() || gender(next, words).is_some())
}

/// "20-30%", "$20-$30", "10 - 15 km", "9:00-17:00"
pub(super) fn range(context: &Context, core: &str, words: &Words) -> Option<Said> {
    let spaced = context
        .next(1)
        .filter(|word| matches!(word.core, "-" | "–"));
    let halves = core.trim_start_matches(['-', '−']).split_once(['-', '–']);
    let is_spaced = halves.is_none();
    let (low, high, used) = match halves {
        Some((_, high)) => {
            let low = core[..core.len() - high.len()].trim_end_matches(['-', '–']);
            (low, high, 1)
        }
        None => (core, spaced.and(context.next(2))?.core, 3),
    };
    if let (Some(low), Some(high)) = (time(context, low, words), time(context, high, words)) {
        return said(between(context, &low, &high, words), used);
    }
    let (low, high) = (glued(low, words)?, glued(high, words)?);
    let is_rising = value(&low.number) < value(&high.number);
    let (noun, tail, used) = noun(context, &low, &high, used, words)?;
    let count = |number: &Number| match noun {
        Some(gender) => number.counting(gender, "", words),
        None => number.plain(words),
    };
    let (low, high) = (count(&low.number), count(&high.number));
    let mut range = match (is_rising, is_spaced) {
        (true, _) => between(context, &low, &high, words),
        (false, true) => format!("{low} {} {high}", words.minus),
        // "3-1", a score.
        (false, false) => format!("{low} {} {high}", words.to),
    };
    if !tail.is_empty() {
        range = format!("{range} {tail}");
    }
    said(range, used)
}

fn value(number: &Number) -> f64 {
    let written = format!("{}.{}", number.whole, number.fraction);
    let value = written.parse().unwrap_or(0.0);
    if number.negative { -value } else { value }
}

/// A gender, a name and a number of words.
type Noun = (Option<Gender>, String, usize);

/// What the ends of a range count: its gender, its name if that is written as a sign, and the words used.
fn noun(context: &Context, low: &Glued, high: &Glued, used: usize, words: &Words) -> Option<Noun> {
    let signs = [high.behind, low.behind, low.front, high.front];
    let written = signs.into_iter().find(|sign| !sign.is_empty());
    if let Some(written) = written {
        let sign = Sign::find(written, words)?;
        let gender = sign.gender(words);
        return Some(match Scale::find(context, used, words) {
            Some(scale) => {
                let tail = format!("{} {}", scale.said, sign.many(words));
                (gender, tail, used + scale.words)
            }
            None => (gender, sign.many(words).to_owned(), used),
        });
    }
    let next = context.next(used).map(|next| next.core);
    if let Some(sign) = next.and_then(|next| Sign::find(next, words)) {
        return Some((sign.gender(words), sign.many(words).to_owned(), used + 1));
    }
    let gender = next.and_then(|next| gender(next, words));
    Some((gender, String::new(), used))
}

/// "de veinte a treinta"; what stands before it may take the place of the "de".
fn between(context: &Context, low: &str, high: &str, words: &Words) -> String {
    if is_behind(context, words.between) {
        return format!("{low} {} {high}", words.and);
    }
    if is_behind(context, words.no_from) {
        format!("{low} {} {high}", words.to)
    } else {
        format!("{} {low} {} {high}", words.from, words.to)
    }
}
