//! Questions as recognizers write them, from the sentence to the answer.

use super::*;
use crate::agent::intents::{Decision, Intents};

/// Question and what the answer holds, parted with "; ". "-": it is left to the model.
const QUESTIONS: &str = include_str!("questions.tsv");
/// The same, written after the sentences; what was wrong then is mended.
const FRESH: &str = include_str!("fresh.tsv");
const NOTHING: &str = include_str!("nothing.txt");

fn decided(words: &str) -> Option<Call> {
    match Intents::bundled(Language::English).decide(words)? {
        Decision::Call { name, arguments } => Some(Call { name, arguments }),
        Decision::Say(_) | Decision::Ask(_) => None,
    }
}

fn wrong(table: &str) -> Vec<String> {
    let (mut toolbox, _folder) = toolbox();
    let mut wrong = Vec::new();
    for line in table.lines() {
        let (question, expected) = line.split_once('\t').unwrap();
        let said = decided(question).map_or("-".to_owned(), |call| said(&mut toolbox, &call));
        if !expected.split("; ").all(|part| said.contains(part)) {
            wrong.push(format!("{question}: {said:?} for {expected:?}"));
        }
    }
    wrong
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_question_gets_the_right_answer() {
    assert_none(&wrong(QUESTIONS));
}

#[test]
fn a_fresh_question_gets_the_right_answer() {
    assert_none(&wrong(FRESH));
}

#[test]
fn what_asks_for_no_fact_of_the_data_is_not_looked_up() {
    let looked_up = |words: &&str| decided(words).is_some_and(|call| call.name == "lookup");
    let wrong: Vec<String> = NOTHING
        .lines()
        .filter(looked_up)
        .map(str::to_owned)
        .collect();
    assert_none(&wrong);
}

#[test]
fn an_answer_can_be_spoken_as_it_stands() {
    let (mut toolbox, _folder) = toolbox();
    for line in QUESTIONS.lines().chain(FRESH.lines()) {
        let question = line.split('\t').next().unwrap();
        let Some(call) = decided(question) else {
            continue;
        };
        let said = said(&mut toolbox, &call);
        let first = said.trim_start_matches("! ").chars().next().unwrap();
        assert!(first.is_uppercase(), "{said}");
        assert!(said.ends_with('.') && !said.ends_with(".."), "{said}");
        assert!(
            !said.contains("  ") && !said.contains(['_', '{', '[']),
            "{said}"
        );
    }
}
