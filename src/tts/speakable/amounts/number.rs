//! A number as it is written, and in words.

use super::{Gender, Words};

/// A number as it is written.
pub(super) struct Number {
    pub negative: bool,
    /// Its digits before the point, and behind it.
    pub whole: String,
    pub fraction: String,
}

impl Number {
    /// What stands before the point, if it is read as a number.
    pub fn value(&self) -> Option<u64> {
        let counted =
            self.whole.len() <= 12 && (self.whole.len() == 1 || !self.whole.starts_with('0'));
        self.whole.parse().ok().filter(|_| counted)
    }

    /// Its value, if it has no sign and no fraction.
    pub fn natural(&self) -> Option<u64> {
        self.value()
            .filter(|_| !self.negative && self.fraction.is_empty())
    }

    pub fn is_one(&self) -> bool {
        self.whole == "1" && self.fraction.is_empty()
    }

    /// Alone.
    pub fn plain(&self, words: &Words) -> String {
        let whole = match self.value() {
            Some(value) => (words.cardinal)(value),
            None => one_by_one(&self.whole, words),
        };
        let said = self.with_minus(whole, words);
        if self.fraction.is_empty() {
            return said;
        }
        let short = self.fraction.len() <= 2 && !self.fraction.starts_with('0');
        let fraction = match self.fraction.parse() {
            Ok(fraction) if short => (words.cardinal)(fraction),
            _ => one_by_one(&self.fraction, words),
        };
        format!("{said} {} {fraction}", words.point)
    }

    /// Before what it counts: "un", "doscientas", "un millón de".
    pub fn counting(&self, gender: Gender, noun: &str, words: &Words) -> String {
        let Some(value) = self.value().filter(|_| self.fraction.is_empty()) else {
            return self.plain(words);
        };
        let count = (words.counting)(value, gender, noun);
        let count = if value >= 1_000_000 && value % 1_000_000 == 0 {
            format!("{count} {}", words.of_many)
        } else {
            count
        };
        self.with_minus(count, words)
    }

    /// The words of it, with its sign before them.
    pub fn with_minus(&self, said: String, words: &Words) -> String {
        if self.negative {
            format!("{} {said}", words.minus)
        } else {
            said
        }
    }
}

/// Digits, each as a word.
pub(super) fn one_by_one(digits: &str, words: &Words) -> String {
    let digits = digits
        .bytes()
        .map(|digit| (words.cardinal)(u64::from(digit - b'0')));
    digits.collect::<Vec<_>>().join(" ")
}

/// The number at the beginning, and what stands behind it. Points part thousands, a comma is the decimal one,
/// and so is a point that parts no thousands; the other way round where only that can be meant. `has_commas`:
/// commas before three digits part thousands, "$1,000".
pub(super) fn number(written: &str, has_commas: bool) -> Option<(Number, &str)> {
    let bare = written.strip_prefix(['-', '−', '+']).unwrap_or(written);
    let negative = written.starts_with(['-', '−']);
    let (first, mut rest) = digits(bare)?;
    let is_english = is_english(rest, has_commas);
    let group_mark = if is_english { ',' } else { '.' };
    let mut whole = first.to_owned();
    while let Some((group, after)) = rest.strip_prefix(group_mark).and_then(digits) {
        // No number begins with a group "0": "0.500" has a fraction.
        if group.len() != 3 || first.len() > 3 || first.starts_with('0') {
            break;
        }
        whole.push_str(group);
        rest = after;
    }
    let has_groups = whole.len() > first.len();
    let points: &[char] = match (is_english, has_groups) {
        (true, _) => &['.'],
        (false, true) => &[','],
        (false, false) => &[',', '.'],
    };
    let mut fraction = String::new();
    if let Some((group, after)) = rest.strip_prefix(points).and_then(digits)
        && !after.starts_with(['.', ','])
    {
        fraction = group.to_owned();
        rest = after;
    }
    let number = Number {
        negative,
        whole,
        fraction,
    };
    Some((number, rest))
}

/// Whether what stands behind the first digits has commas that part thousands: "1,000,000", "1,000.50".
fn is_english(behind: &str, has_commas: bool) -> bool {
    let group = behind.strip_prefix(',').and_then(digits);
    group.is_some_and(|(group, after)| {
        let goes_on = after.starts_with([',', '.']) && digits(&after[1..]).is_some();
        group.len() == 3 && (has_commas || goes_on)
    })
}

/// The digits at the beginning, and what stands behind them.
fn digits(written: &str) -> Option<(&str, &str)> {
    let end = written
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(written.len());
    (end > 0).then(|| written.split_at(end))
}
