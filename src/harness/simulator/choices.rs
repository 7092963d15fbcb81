//! What a conversation leaves to chance, recorded as numbers, so that it can be repeated and made shorter.
//!
//! Every number is counted from the least of its range, and 0 is the plain case: no failure, no pause, the first
//! word. A record that runs out goes on with zeros. So any list of numbers is a conversation, and a part of a record
//! is one too. The numbers drawn while an act of the user's is the latest stand together: if an act is left out, the
//! others keep theirs.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use fastrand::Rng;
use thiserror::Error;

/// Recorded choices: first those before the user's first act, then a list for each act.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices(pub(super) Vec<Vec<u64>>);

impl Choices {
    /// How many acts the user has.
    pub fn acts(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// How many numbers there are in all.
    pub fn numbers(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// Without the zeros at the ends of the lists: they follow by themselves.
    pub(super) fn trimmed(mut self) -> Self {
        for list in &mut self.0 {
            let kept = list
                .iter()
                .rposition(|n| *n != 0)
                .map_or(0, |last| last + 1);
            list.truncate(kept);
        }
        self
    }
}

/// A line for each list.
impl fmt::Display for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for list in &self.0 {
            let numbers: Vec<String> = list.iter().map(u64::to_string).collect();
            // An empty line would be no list.
            let line = if numbers.is_empty() {
                "0".to_owned()
            } else {
                numbers.join(" ")
            };
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

/// A text that is no record of choices.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: `{word}` is no whole number")]
pub struct NoChoices {
    line: usize,
    word: String,
}

/// Empty lines, and lines that begin with `#`, are passed over.
impl FromStr for Choices {
    type Err = NoChoices;

    fn from_str(text: &str) -> Result<Self, NoChoices> {
        let mut lists = Vec::new();
        for (n, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let numbers = line.split_whitespace().map(|word| {
                word.parse().map_err(|_| NoChoices {
                    line: n + 1,
                    word: word.to_owned(),
                })
            });
            lists.push(numbers.collect::<Result<_, _>>()?);
        }
        Ok(Self(lists).trimmed())
    }
}

/// Where a conversation's choices come from.
#[derive(Debug)]
enum Source {
    Seed(Rng),
    Record(Choices),
}

/// Chooses, and keeps a record of it.
#[derive(Debug)]
pub struct Chooser {
    source: Source,
    made: Vec<Vec<u64>>,
    /// The list that is written and read now.
    list: usize,
}

/// The same numbers come of a seed as of `fastrand` itself.
impl Chooser {
    /// A seed decides.
    pub fn of_seed(seed: u64) -> Self {
        Self::new(Source::Seed(Rng::with_seed(seed)))
    }

    /// What was recorded is chosen again, and zeros after it.
    pub fn of_record(choices: Choices) -> Self {
        Self::new(Source::Record(choices))
    }

    fn new(source: Source) -> Self {
        Self {
            source,
            made: vec![Vec::new()],
            list: 0,
        }
    }

    /// What was chosen so far.
    pub fn record(&self) -> Choices {
        Choices(self.made.clone()).trimmed()
    }

    /// How many acts the user has.
    pub fn acts(&mut self) -> usize {
        match &mut self.source {
            Source::Seed(rng) => rng.usize(2..9),
            Source::Record(choices) => choices.acts(),
        }
    }

    /// What is chosen from now on belongs to this act; 0 is before the first.
    pub fn turn_to(&mut self, act: usize) {
        self.list = act;
        if self.made.len() <= act {
            self.made.resize(act + 1, Vec::new());
        }
    }

    /// The next act begins.
    pub fn next_act(&mut self) {
        self.turn_to(self.list + 1);
    }

    /// A number of a range that is not empty.
    pub fn u64(&mut self, range: Range<u64>) -> u64 {
        let start = range.start;
        start + self.choose(range.end - start - 1, |rng| rng.u64(range) - start)
    }

    /// As [`Chooser::u64`].
    pub fn usize(&mut self, range: Range<usize>) -> usize {
        self.u64(range.start as u64..range.end as u64) as usize
    }

    /// As [`Chooser::u64`].
    pub fn u32(&mut self, range: Range<u32>) -> u32 {
        let (start, most) = (range.start, range.end - range.start - 1);
        start + self.choose(most.into(), |rng| u64::from(rng.u32(range) - start)) as u32
    }

    /// As [`Chooser::u64`].
    pub fn u8(&mut self, range: Range<u8>) -> u8 {
        self.u32(range.start.into()..range.end.into()) as u8
    }

    /// Yes or no, one as probable as the other. The plain case is no.
    pub fn bool(&mut self) -> bool {
        self.choose(1, |rng| u64::from(rng.bool())) == 1
    }

    /// Whether something happens that does once in so many times. The plain case is that it does not.
    pub fn one_in(&mut self, times: u8) -> bool {
        self.choose(1, |rng| u64::from(rng.u8(0..times) == 0)) == 1
    }

    /// Whether something happens that does so often in a hundred times. The plain case is that it does not.
    pub fn percent(&mut self, times: u8) -> bool {
        self.choose(1, |rng| u64::from(rng.u8(0..100) < times)) == 1
    }

    /// Whether something happens that does so often in 256 times. The plain case is that it does not.
    pub fn of_256(&mut self, times: u8) -> bool {
        self.choose(1, |rng| u64::from(rng.u8(..) < times)) == 1
    }

    /// A number from 0 on and below 1. Its bits are recorded: they are in the order of the numbers.
    pub fn f32(&mut self) -> f32 {
        let most = u64::from(1.0f32.to_bits() - 1);
        f32::from_bits(self.choose(most, |rng| u64::from(rng.f32().to_bits())) as u32)
    }

    /// As [`Chooser::f32`].
    pub fn f64(&mut self) -> f64 {
        let most = 1.0f64.to_bits() - 1;
        f64::from_bits(self.choose(most, |rng| rng.f64().to_bits()))
    }

    /// A number up to `most`, which the seed would draw so.
    fn choose(&mut self, most: u64, draw: impl FnOnce(&mut Rng) -> u64) -> u64 {
        let list = &mut self.made[self.list];
        let chosen = match &mut self.source {
            Source::Seed(rng) => draw(rng),
            Source::Record(choices) => {
                let recorded = choices
                    .0
                    .get(self.list)
                    .and_then(|from| from.get(list.len()));
                recorded.copied().unwrap_or(0).min(most)
            }
        };
        list.push(chosen);
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(chooser: &mut Chooser) -> String {
        let mut drawn = String::new();
        for act in 0..3 {
            chooser.turn_to(act);
            drawn += &format!(
                "{} {} {} {} {} {} {} {} ",
                chooser.u8(3..9),
                chooser.u64(40..2_500),
                chooser.usize(1..7),
                chooser.bool(),
                chooser.one_in(3),
                chooser.of_256(128),
                chooser.f32(),
                chooser.f64()
            );
        }
        drawn
    }

    #[test]
    fn what_a_seed_chose_is_chosen_again_from_the_record() {
        for seed in 0..100 {
            let mut first = Chooser::of_seed(seed);
            let drawn = draw(&mut first);
            let mut again = Chooser::of_record(first.record());
            assert_eq!(draw(&mut again), drawn);
            assert_eq!(again.record(), first.record());
        }
    }

    #[test]
    fn a_record_that_runs_out_goes_on_with_the_plain_case() {
        let mut chooser = Chooser::of_record(Choices(vec![vec![2]]));
        assert_eq!(chooser.u64(10..20), 12);
        assert_eq!(chooser.u64(10..20), 10);
        assert!(!chooser.one_in(2) && !chooser.percent(99) && !chooser.bool());
    }

    #[test]
    fn a_number_beyond_its_range_is_the_greatest_of_it() {
        let mut chooser = Chooser::of_record(Choices(vec![vec![1_000, 1_000, u64::MAX]]));
        assert_eq!(chooser.u8(3..9), 8);
        assert!(chooser.bool());
        assert!(chooser.f32() < 1.0);
    }

    #[test]
    fn an_act_that_is_left_out_takes_only_its_own_choices_along() {
        let mut first = Chooser::of_seed(1);
        draw(&mut first);
        let Choices(mut lists) = first.record();
        let last = lists[2].clone();
        lists.remove(1);
        let mut again = Chooser::of_record(Choices(lists));
        again.turn_to(1);
        assert_eq!(again.u8(3..9), 3 + last[0] as u8);
    }

    #[test]
    fn a_record_is_written_and_read() {
        let choices = Choices(vec![vec![1, 0, 2], Vec::new(), vec![u64::MAX]]);
        let text = format!("# found on a Sunday\n\n{choices}");
        assert_eq!(text.parse::<Choices>().unwrap(), choices);
        let refused = "1 2\n3 x".parse::<Choices>().unwrap_err();
        assert_eq!(refused.to_string(), "line 2: `x` is no whole number");
    }
}
