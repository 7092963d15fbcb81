//! A conversation that breaks a property is made shorter and plainer as long as it breaks the same one.
//!
//! What is tried is the record of its choices with a part left out or a number lowered. Each that still fails takes
//! the place of the one before, so the way is the same every time.

use super::choices::Choices;
use super::world::{AlsoHolds, Conversation, Failure, simulate_with};

/// Most conversations that are tried. A failure that is not short by then is shown as it is.
const MOST_TRIES: u32 = 3_000;
/// Times that the way between 0 and a number is halved.
const HALVINGS: u32 = 12;

/// The shortest conversation found that breaks the same property. It is the failure itself if its record does not
/// repeat it: then something in it is no function of its choices.
pub fn shrunk(failure: &Failure) -> Failure {
    shrunk_with(failure, |_| Ok(()))
}

/// As [`shrunk`], where one property more has to hold.
pub(super) fn shrunk_with(failure: &Failure, also: AlsoHolds) -> Failure {
    let hold = |choices: &Choices| {
        let conversation = Conversation::Recorded(choices.clone());
        let again = simulate_with(&conversation, also).err()?;
        (again.broken.property == failure.broken.property).then_some(*again)
    };
    let shortest = shortest(failure.choices.clone(), |choices| {
        hold(choices).map(|again| again.choices)
    });
    hold(&shortest).unwrap_or_else(|| failure.clone())
}

/// What is left of a record when nothing more can be taken from it. `breaks` holds a conversation, and gives back
/// what was chosen in it if it still fails.
fn shortest(first: Choices, breaks: impl Fn(&Choices) -> Option<Choices>) -> Choices {
    let mut search = Search {
        best: first,
        breaks,
        tries: 0,
    };
    loop {
        let before = search.best.clone();
        search.leave_out_acts();
        search.leave_out_numbers();
        search.lower_counts();
        search.lower_numbers();
        if search.best == before || search.tries >= MOST_TRIES {
            return search.best;
        }
    }
}

struct Search<F> {
    best: Choices,
    breaks: F,
    tries: u32,
}

impl<F: Fn(&Choices) -> Option<Choices>> Search<F> {
    /// Whether a record fails too and is simpler: then it is the best one.
    fn improves(&mut self, change: impl FnOnce(&mut Vec<Vec<u64>>)) -> bool {
        if self.tries >= MOST_TRIES {
            return false;
        }
        let mut candidate = self.best.clone();
        change(&mut candidate.0);
        if size(&candidate) >= size(&self.best) {
            return false;
        }
        self.tries += 1;
        match (self.breaks)(&candidate) {
            // What was chosen may be more than was asked for: zeros that something depends on are no gain.
            Some(made) if size(&made) < size(&self.best) => {
                self.best = made;
                true
            }
            _ => false,
        }
    }

    fn numbers(&self, list: usize) -> usize {
        self.best.0.get(list).map_or(0, Vec::len)
    }

    /// Acts of the user's, many at once and then fewer, the last ones first.
    fn leave_out_acts(&mut self) {
        let mut count = self.best.acts();
        while count > 0 {
            let mut end = self.best.acts() + 1;
            while end > count {
                let from = end - count;
                self.improves(|lists| drop(lists.drain(from..end)));
                end = from.min(self.best.acts() + 1);
            }
            count /= 2;
        }
    }

    /// Stretches of numbers, long ones and then shorter ones, from the end.
    fn leave_out_numbers(&mut self) {
        for list in 0..=self.best.acts() {
            let mut count = self.numbers(list);
            while count > 0 {
                let mut end = self.numbers(list);
                while end > 0 {
                    let from = end.saturating_sub(count);
                    self.improves(|lists| drop(lists[list].drain(from..end)));
                    end = from.min(self.numbers(list));
                }
                count /= 2;
            }
        }
    }

    /// A number that says how many others follow cannot be lowered alone: what follows goes with it.
    fn lower_counts(&mut self) {
        for list in 0..=self.best.acts() {
            let mut at = 0;
            while at < self.numbers(list) {
                let lower = (1..=4).any(|count| {
                    let end = at + 1 + count;
                    let counts = (1..=8).contains(&self.best.0[list][at]);
                    counts
                        && end <= self.numbers(list)
                        && self.improves(|lists| {
                            lists[list][at] -= 1;
                            lists[list].drain(at + 1..end);
                        })
                });
                if !lower {
                    at += 1;
                }
            }
        }
    }

    /// Each number: to 0, or as near to it as still fails.
    fn lower_numbers(&mut self) {
        for list in 0..=self.best.acts() {
            for at in 0..self.numbers(list) {
                self.lower(list, at);
            }
        }
    }

    fn lower(&mut self, list: usize, at: usize) {
        let is = |search: &Self| search.best.0.get(list).and_then(|l| l.get(at)).copied();
        // What was lowered before may have made the list shorter.
        if is(self).is_none() || self.improves(|lists| lists[list][at] = 0) {
            return;
        }
        let mut holds = 0;
        for _ in 0..HALVINGS {
            let Some(fails) = is(self).filter(|fails| fails.saturating_sub(holds) > 1) else {
                return;
            };
            let middle = holds + (fails - holds) / 2;
            if !self.improves(|lists| lists[list][at] = middle) {
                holds = middle;
            }
        }
    }
}

/// What is less is simpler: fewer acts, then fewer numbers, then lower ones.
fn size(choices: &Choices) -> (usize, usize, u128) {
    let choices = choices.clone().trimmed();
    let sum = choices.0.iter().flatten().map(|n| u128::from(*n)).sum();
    (choices.acts(), choices.numbers(), sum)
}

#[cfg(test)]
#[path = "shrink_tests.rs"]
mod tests;
