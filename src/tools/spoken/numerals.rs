//! Whole numbers in words, in the languages other than English: "fünfundzwanzig", "quatre-vingt-dix-sept",
//! "三十五". The words are data; here is how they add up.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Larger ones are not read: nobody says them in words.
const MOST: u64 = 1_000_000_000_000;
/// Longer words are no numbers.
const LONGEST_WORD: usize = 80;

/// How a language makes numbers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Numerals {
    /// Words with what they count. Scales are among them: "hundert" is 100.
    words: BTreeMap<String, u64>,
    /// Words that count within others only, since they are articles alone: "ein" in "einundzwanzig".
    #[serde(default)]
    within: BTreeMap<String, u64>,
    /// Between tens and ones: "y", "et", "und".
    #[serde(default)]
    joins: Vec<String>,
    /// Numbers are written as one word.
    #[serde(default)]
    compound: bool,
    /// The ones come before the tens: "fünfundzwanzig".
    #[serde(default)]
    ones_first: bool,
    /// From these tens on, ones need a join, and before them they are within the word: 30 in Spanish. Without it none
    /// need any.
    join_from: Option<u64>,
    /// 60 and 80 count on to 19, and 80 is four twenties.
    #[serde(default)]
    vigesimal: bool,
    /// Ten is counted: "三十" is three tens.
    #[serde(default)]
    counts_tens: bool,
}

/// A part of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Value(u64),
    Join,
}

/// What was read so far.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// In scales of a thousand and more.
    total: u64,
    /// Below a thousand.
    group: u64,
    /// The last scale; none before the first.
    scale: Option<u64>,
    last: Option<u64>,
    is_joined: bool,
}

impl Numerals {
    /// The number that the words begin with, and how many words it takes. One in digits
    /// may stand before a scale.
    pub(super) fn read(&self, words: &[String]) -> Option<(u64, usize)> {
        if self.counts_tens {
            return self.read_counted(words);
        }
        if let Some(number) = words.first().and_then(|word| in_digits(word)) {
            return Some(self.scaled_digits(number, words.get(1)));
        }
        let (mut sum, mut used) = (Sum::default(), 0);
        while let Some(word) = words.get(used) {
            // "treinta y cinco": the join is taken with what follows it.
            let join = usize::from(used > 0 && self.joins.contains(word));
            let Some(next) = words.get(used + join) else {
                break;
            };
            let Some(parts) = self.parts(next) else {
                break;
            };
            let joined = Sum {
                is_joined: join == 1,
                ..sum
            };
            let Some(more) = parts
                .iter()
                .try_fold(joined, |sum, part| self.add(sum, *part))
            else {
                break;
            };
            // "hundert und ein" waits for its end; nothing ends in a join.
            if more.is_joined {
                break;
            }
            (sum, used) = (more, used + join + 1);
        }
        let number = sum.total.checked_add(sum.group)?;
        (used > 0 && number <= MOST).then_some((number, used))
    }

    /// "3 Millionen"; a number in digits goes on with nothing else.
    fn scaled_digits(&self, number: u64, next: Option<&String>) -> (u64, usize) {
        let scale = next.and_then(|word| self.words.get(word));
        let scale = scale.filter(|scale| **scale >= 100);
        let scaled = scale.and_then(|scale| number.checked_mul(*scale));
        let scaled = scaled.filter(|scaled| *scaled <= MOST);
        scaled.map_or((number, 1), |scaled| (scaled, 2))
    }

    /// Whether a word is a number or a part of one.
    pub(super) fn has(&self, word: &str) -> bool {
        self.parts(word).is_some()
    }

    /// What a word is made of; none if it is no number.
    fn parts(&self, word: &str) -> Option<Vec<Part>> {
        if let Some(value) = self.words.get(word) {
            return Some(vec![Part::Value(*value)]);
        }
        let is_compound = self.compound && word.len() <= LONGEST_WORD;
        let parts = is_compound.then(|| self.compound_parts(word)).flatten();
        // An article alone is no number.
        parts.filter(|parts| parts.len() > 1)
    }

    /// "einhundertfünfundzwanzig" as its parts. The longest word comes first: "siebzig" is not seven.
    fn compound_parts(&self, word: &str) -> Option<Vec<Part>> {
        if word.is_empty() {
            return Some(Vec::new());
        }
        let values = self.words.iter().chain(&self.within);
        let values = values.map(|(name, value)| (name, Part::Value(*value)));
        let joins = self.joins.iter().map(|name| (name, Part::Join));
        let mut fitting: Vec<_> = values
            .chain(joins)
            .filter(|(name, _)| word.starts_with(name.as_str()))
            .collect();
        fitting.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        fitting.into_iter().find_map(|(name, part)| {
            let mut parts = vec![part];
            parts.extend(self.compound_parts(&word[name.len()..])?);
            Some(parts)
        })
    }

    /// The sum with one part more; none if the number has ended before it.
    fn add(&self, sum: Sum, part: Part) -> Option<Sum> {
        let Part::Value(value) = part else {
            let is_first = sum.last.is_none() || sum.is_joined;
            return (!is_first).then_some(Sum {
                is_joined: true,
                ..sum
            });
        };
        let below = sum.group % 100;
        let group = match value {
            _ if sum.last == Some(0) => None,
            0 => sum.last.is_none().then_some(0),
            1_000.. => return Self::scaled(sum, value),
            100 => (sum.group < 10).then(|| sum.group.max(1) * 100),
            101..1_000 => (sum.group == 0).then_some(value),
            20 if self.vigesimal && below == 4 && sum.last == Some(4) => Some(sum.group + 76),
            20..100 if self.ones_first && sum.is_joined => {
                ((1..10).contains(&below)).then(|| sum.group + value)
            }
            20..100 => (below == 0).then(|| sum.group + value),
            10..20 => {
                let counts_on = self.vigesimal && matches!(below, 60 | 80);
                (below == 0 || counts_on).then(|| sum.group + value)
            }
            1..10 => self
                .fits_ones(value, below, sum.is_joined)
                .then(|| sum.group + value),
        };
        // "mille" after "mille" is another number.
        let group = group.filter(|group| sum.scale.is_none_or(|scale| *group < scale))?;
        Some(Sum {
            group,
            last: Some(value),
            is_joined: false,
            ..sum
        })
    }

    /// Whether ones may follow what there is below a hundred.
    fn fits_ones(&self, ones: u64, below: u64, is_joined: bool) -> bool {
        match below {
            // "hundertundeins"
            0 => true,
            // "dix-sept"; what is less has a word of its own.
            10 => self.vigesimal && ones >= 7,
            20..100 if below.is_multiple_of(10) && !self.ones_first => {
                self.join_from.is_none_or(|from| is_joined && below >= from)
            }
            _ => false,
        }
    }

    fn scaled(sum: Sum, scale: u64) -> Option<Sum> {
        if sum.scale.is_some_and(|before| before <= scale) {
            return None;
        }
        let more = sum.group.max(1).checked_mul(scale)?;
        Some(Sum {
            total: sum.total.checked_add(more)?,
            group: 0,
            scale: Some(scale),
            last: Some(scale),
            is_joined: false,
        })
    }

    /// "三十五", "一百零五", "二零二六": each character is a digit or what it is multiplied by.
    fn read_counted(&self, words: &[String]) -> Option<(u64, usize)> {
        let values = words.iter().map_while(|word| {
            let value = self.words.get(word).copied();
            value.or_else(|| word.parse().ok().filter(|digits| *digits < MOST))
        });
        let values: Vec<u64> = values.collect();
        let used = values.len();
        let is_written = |at: usize| words[at].parse::<u64>().is_err();
        // "两三": two or three.
        if let [first @ 1..10, 1..10] = values[..]
            && is_written(0)
            && is_written(1)
        {
            return Some((first, 1));
        }
        if values.iter().all(|value| *value < 10) {
            let number = values.iter().try_fold(0_u64, |number, digit| {
                number.checked_mul(10)?.checked_add(*digit)
            });
            return number
                .filter(|number| used > 0 && *number <= MOST)
                .map(|number| (number, used));
        }
        let (mut total, mut section, mut digit) = (0_u64, 0_u64, None);
        for (at, &value) in values.iter().enumerate() {
            match value {
                10 | 100 | 1_000 if is_written(at) => {
                    section += digit.take().unwrap_or(1) * value;
                }
                10_000.. if is_written(at) => {
                    section += digit.take().unwrap_or(0);
                    total = total.checked_add(section.max(1).checked_mul(value)?)?;
                    section = 0;
                }
                0 if at > 0 => {}
                _ if digit.is_some() => return None,
                // "一百五": the five counts tens.
                1..10 if at > 0 && at + 1 == used && is_written(at) && is_written(at - 1) => {
                    let scale = values[at - 1];
                    digit = Some(if scale >= 100 {
                        value * (scale / 10)
                    } else {
                        value
                    });
                }
                value => digit = Some(value),
            }
        }
        let number = total
            .checked_add(section)?
            .checked_add(digit.unwrap_or(0))?;
        (number <= MOST).then_some((number, used))
    }
}

/// A whole number in digits.
fn in_digits(word: &str) -> Option<u64> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let number = word.parse().ok().filter(|_| digits)?;
    (number <= MOST).then_some(number)
}
