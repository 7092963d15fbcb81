use std::cell::Cell;

use super::*;
use crate::harness::simulator::Totals;
use crate::harness::simulator::properties::{Broken, Property};

/// Broken on purpose: no conversation answers three times, and nobody is interrupted.
fn too_strict(totals: &Totals) -> Result<(), Broken> {
    if totals.answered > 2 {
        return Property::AnswersTwiceAtMost.broken(format!("{} times", totals.answered));
    }
    if totals.interrupted > 0 {
        return Property::IsNeverInterrupted.broken("it was");
    }
    Ok(())
}

/// The first conversation of some length that breaks this.
fn failure(property: Property) -> Failure {
    let mut failures = (0..500).filter_map(|seed| {
        let failure = simulate_with(&Conversation::Seed(seed), too_strict).err()?;
        let is_long = failure.choices.acts() > 5 && failure.choices.numbers() > 60;
        (is_long && failure.broken.property == property).then_some(*failure)
    });
    failures.next().expect("conversations break it")
}

#[test]
fn a_failure_becomes_a_short_conversation_that_breaks_the_same() {
    for property in [Property::AnswersTwiceAtMost, Property::IsNeverInterrupted] {
        let long = failure(property);
        let short = shrunk_with(&long, too_strict);
        assert_eq!(short.broken.property, property);
        assert!(
            short.choices.acts() < long.choices.acts()
                && short.choices.numbers() * 2 < long.choices.numbers(),
            "{}\nbecame\n{}\n{}",
            long.choices,
            short.choices,
            short.timeline
        );
    }
}

#[test]
fn a_failure_is_shrunk_to_the_same_conversation_every_time() {
    let long = failure(Property::AnswersTwiceAtMost);
    let short = shrunk_with(&long, too_strict);
    assert_eq!(short, shrunk_with(&long, too_strict));
    // What is printed repeats it.
    let read = short.choices.to_string().parse().unwrap();
    let again = simulate_with(&Conversation::Recorded(read), too_strict).unwrap_err();
    assert_eq!(*again, short);
}

#[test]
fn what_panics_is_a_failure_like_others() {
    let panics = |totals: &Totals| {
        assert!(totals.answered < 2, "answered twice");
        Ok(())
    };
    let mut failures =
        (0..500).filter_map(|seed| simulate_with(&Conversation::Seed(seed), panics).err());
    let failure = failures.next().expect("conversations have two answers");
    assert_eq!(failure.broken.property, Property::NothingPanics);
    assert_eq!(failure.broken.how, "answered twice");
    assert!(!failure.timeline.is_empty());
}

#[test]
fn a_seed_and_its_record_are_one_conversation() {
    for seed in 0..50 {
        let Err(failure) = simulate_with(&Conversation::Seed(seed), too_strict) else {
            continue;
        };
        let recorded = Conversation::Recorded(failure.choices.clone());
        let again = simulate_with(&recorded, too_strict).unwrap_err();
        assert_eq!(again, failure, "seed {seed}");
    }
}

#[test]
fn only_what_makes_it_fail_is_left() {
    let record = Choices(vec![vec![7, 7], vec![3, 120, 9], vec![5], vec![8, 8, 8]]);
    let fails = |choices: &Choices| {
        let great = choices.0.iter().skip(1).flatten().any(|n| *n >= 100);
        great.then(|| choices.clone().trimmed())
    };
    let short = shortest(record, fails);
    assert_eq!(short, Choices(vec![Vec::new(), vec![100]]));
}

#[test]
fn a_count_is_lowered_together_with_what_it_counts() {
    // As many numbers as the first says, and then a five.
    let fails = |choices: &Choices| {
        let list = &choices.0[0];
        let count = *list.first()? as usize;
        (list.get(count + 1) == Some(&5)).then(|| choices.clone().trimmed())
    };
    let short = shortest(Choices(vec![vec![3, 9, 9, 9, 5]]), fails);
    assert_eq!(short, Choices(vec![vec![0, 5]]));
}

#[test]
fn a_failure_that_never_gets_shorter_ends_the_search() {
    let tries = Cell::new(0);
    let record = Choices(vec![vec![u64::MAX; 5_000]]);
    let whole = record.clone();
    let short = shortest(record, |_| {
        tries.set(tries.get() + 1);
        None
    });
    assert_eq!(short, whole);
    assert_eq!(tries.get(), MOST_TRIES);
}
