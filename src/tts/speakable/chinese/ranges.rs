//! Ranges, "20-30%", and numbers of telephones, which are written like them.

use super::number::one_by_one;
use super::{is_measured, number, run, two};

/// Whether a sign between amounts means "to".
pub(super) fn is_to(sign: char) -> bool {
    matches!(sign, '-' | '–' | '~')
}

/// Ranges that say more than "to" between two amounts: of a hundred, of years, of two to more; and "3-1",
/// which is a score or, before "=", a sum.
pub(super) fn range(before: &str, text: &str) -> Option<(String, usize)> {
    let ((low_digits, _), (low, rest)) = (run(text)?, number(text)?);
    let high_text = rest.strip_prefix(is_to)?;
    let ((high_digits, _), (high, rest)) = (run(high_text)?, number(high_text)?);
    if let Some(after) = rest.strip_prefix('%') {
        return Some((format!("百分之{low}到{high}"), text.len() - after.len()));
    }
    let length = text.len() - rest.len();
    let is_year = |digits: &str| digits.len() == 4 && digits.starts_with(['1', '2']);
    let is_recent = |digits: &str| digits.starts_with("19") || digits.starts_with("20");
    if is_year(low_digits)
        && is_year(high_digits)
        && (rest.starts_with('年')
            || !is_measured(rest) && is_recent(low_digits) && is_recent(high_digits))
    {
        let (low, high) = (one_by_one(low_digits), one_by_one(high_digits));
        return Some((format!("{low}到{high}"), length));
    }
    if is_measured(rest) && !before.ends_with('第') {
        return Some((format!("{}到{high}", two(low)), length));
    }
    let is_falling = low_digits.parse::<u64>().ok()? > high_digits.parse().ok()?;
    let between = if rest.starts_with('=') { "减" } else { "比" };
    is_falling.then(|| (format!("{low}{between}{high}"), length))
}

/// "010-12345678": its digits.
pub(super) fn telephone(text: &str) -> Option<(String, usize)> {
    let (first, mut rest) = run(text)?;
    let mut groups = vec![first];
    while let Some((group, after)) = rest.strip_prefix('-').and_then(run) {
        groups.push(group);
        rest = after;
    }
    let digits: usize = groups.iter().map(|group| group.len()).sum();
    let is_counting =
        is_measured(rest) || rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '%');
    let is_one = match groups[..] {
        [_] => false,
        [first, second] if first.len() == 3 && second.len() == 4 && !first.starts_with('0') => {
            !second.ends_with("00") && !is_counting
        }
        [first, second] => {
            first.starts_with('0') && digits >= 7 || first.len() >= 2 && second.len() >= 6
        }
        _ => digits >= 7,
    };
    let said: Vec<String> = groups.iter().map(|group| one_by_one(group)).collect();
    is_one.then(|| (said.join(","), text.len() - rest.len()))
}
