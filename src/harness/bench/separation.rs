//! How well a number, such as a model's sureness of its answer, tells right answers from wrong ones.

use std::cmp::Ordering;

use super::statistics::{Interval, middle, resample};

/// An answer that was judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// How sure of it the model was; more is surer.
    pub sureness: f64,
    /// Whether it is right.
    pub is_right: bool,
}

/// Below which sureness answers are handed over, and what comes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    /// Less sure answers are handed over.
    pub below: f64,
    /// The share of the wrong answers that is handed over, 0 to 1.
    pub wrong: f64,
}

/// How probable it is that a right answer is surer than a wrong one; a tie counts half, and 0.5 is chance. `None` where
/// all are right or all are wrong. Source: Hanley and McNeil, The meaning and use of the area under a receiver operating
/// characteristic curve, Radiology 143, 1982.
pub fn auc<'a>(answers: impl IntoIterator<Item = &'a Judged>) -> Option<f64> {
    let (right, wrong): (Vec<&Judged>, Vec<&Judged>) =
        answers.into_iter().partition(|answer| answer.is_right);
    let mut all_won = 0.0;
    for right in &right {
        for wrong in &wrong {
            all_won += won(right.sureness, wrong.sureness);
        }
    }
    let pairs = right.len() * wrong.len();
    (pairs > 0).then(|| all_won / pairs as f64)
}

fn won(right: f64, wrong: f64) -> f64 {
    match right.total_cmp(&wrong) {
        Ordering::Greater => 1.0,
        Ordering::Equal => 0.5,
        Ordering::Less => 0.0,
    }
}

/// 95% interval of [`auc`], by bootstrap over the answers. `None` of too few.
pub fn auc_interval(answers: &[Judged]) -> Option<Interval> {
    let found = resample(answers, |draw| auc(draw.iter().copied()).unwrap_or(0.5));
    middle(&found, 0.05)
}

/// The cut that hands over as many answers as it can while this share of the right ones is kept. It is found on the
/// answers that it is judged by, so others do a little worse. `None` where all are right or all are wrong.
pub fn cut_keeping(kept: f64, answers: &[Judged]) -> Option<Cut> {
    let sureness = |is_right: bool| {
        let of_these = answers.iter().filter(|answer| answer.is_right == is_right);
        let mut found: Vec<f64> = of_these.map(|answer| answer.sureness).collect();
        found.sort_by(f64::total_cmp);
        found
    };
    let (right, wrong) = (sureness(true), sureness(false));
    let kept = (right.len() as f64 * kept).ceil() as usize;
    let below = *right.get(right.len().saturating_sub(kept))?;
    let handed_over = wrong.iter().filter(|sureness| **sureness < below).count();
    (!wrong.is_empty()).then(|| Cut {
        below,
        wrong: handed_over as f64 / wrong.len() as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(right: &[f64], wrong: &[f64]) -> Vec<Judged> {
        let all = |sureness: &[f64], is_right| {
            let judged = sureness.iter().map(|sureness| Judged {
                sureness: *sureness,
                is_right,
            });
            judged.collect::<Vec<_>>()
        };
        [all(right, true), all(wrong, false)].concat()
    }

    #[test]
    fn the_auc_is_the_share_of_pairs_in_which_the_right_answer_is_surer() {
        assert_eq!(auc(&judged(&[3.0, 4.0], &[1.0, 2.0])), Some(1.0));
        assert_eq!(auc(&judged(&[1.0], &[2.0])), Some(0.0));
        assert_eq!(auc(&judged(&[1.0, 3.0], &[2.0])), Some(0.5));
        assert_eq!(auc(&judged(&[1.0, 2.0], &[1.0])), Some(0.75));
    }

    #[test]
    fn nothing_is_told_where_all_answers_are_right() {
        assert_eq!(auc(&judged(&[1.0, 2.0], &[])), None);
        assert_eq!(cut_keeping(0.9, &judged(&[1.0, 2.0], &[])), None);
        assert_eq!(cut_keeping(0.9, &judged(&[], &[1.0])), None);
    }

    #[test]
    fn the_interval_of_chance_holds_chance() {
        let alike: Vec<f64> = (0..50).map(f64::from).collect();
        let Interval(low, high) = auc_interval(&judged(&alike, &alike)).unwrap();
        assert!(low < 0.5 && 0.5 < high && high - low < 0.3, "{low} {high}");
    }

    #[test]
    fn the_cut_keeps_its_share_of_the_right_answers() {
        let right: Vec<f64> = (1..=10).map(f64::from).collect();
        let cut = cut_keeping(0.9, &judged(&right, &[0.5, 1.5, 2.0, 9.0]));
        let expected = Cut {
            below: 2.0,
            wrong: 0.5,
        };
        assert_eq!(cut, Some(expected));
    }
}
