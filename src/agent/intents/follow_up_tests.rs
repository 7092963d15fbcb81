use std::collections::BTreeSet;

use super::*;
use crate::language::Language;

/// The call before, with "!" where it was not done; what is said; the call that comes of it.
const TABLE: &str = include_str!("tests/follow_ups.tsv");

fn last(written: &str) -> LastCall {
    let call = written.strip_prefix('!').unwrap_or(written);
    let (name, arguments) = call.split_once(' ').unwrap_or((call, ""));
    let arguments = arguments.split("; ").filter_map(|one| one.split_once('='));
    LastCall {
        name: name.into(),
        arguments: arguments
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect(),
        is_done: !written.starts_with('!'),
    }
}

/// What the words are after a call, as the table writes it.
fn decided(words: &str, last: &LastCall) -> String {
    let english = Intents::bundled(Language::English);
    let decision = english.decide(words);
    match decision.or_else(|| english.follow_up(words, last)) {
        None => "nothing".into(),
        Some(Decision::Say(kind)) => format!("{kind:?}"),
        Some(Decision::Ask(Question { what, of })) => format!("{ASKED} of={of}; what={what}"),
        Some(Decision::Call { name, arguments }) => {
            let arguments: Vec<_> = (arguments.iter())
                .map(|(name, value)| format!("{name}={}", value.as_str().unwrap()))
                .collect();
            format!("{name} {}", arguments.join("; "))
                .trim_end()
                .to_owned()
        }
    }
}

#[test]
fn what_takes_up_the_call_before_is_another_call() {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let wrong = lines.filter_map(|line| {
        let columns: Vec<_> = line.split('\t').collect();
        let [before, words, wanted] = columns[..] else {
            panic!("{line}")
        };
        let decided = decided(words, &last(before));
        (decided != wanted).then(|| format!("{before} / {words}: {decided} for {wanted}"))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn without_the_call_that_it_is_about_it_means_nothing() {
    let of_nothing = last("flip_coin");
    let english = Intents::bundled(Language::English);
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let words = line.split('\t').nth(1).unwrap();
        assert_eq!(english.follow_up(words, &of_nothing), None, "{words}");
    }
}

#[test]
fn questions_and_chat_take_up_no_call() {
    let english = Intents::bundled(Language::English);
    let texts = [
        include_str!("tests/nothing.txt"),
        include_str!("tests/harmless.txt"),
        include_str!("tests/no_follow_ups.txt"),
    ];
    let calls = TABLE.lines().filter_map(|line| line.split('\t').next());
    // Any words may be what one wants to buy, to be reminded of or to have remembered, where that was asked.
    let any_words = ["!add_to_list", "!set_reminder time=nine", "!remember"];
    // A question for the tables takes any name up here; whether the tables have it is tested in `knowledge`.
    let is_open = |call: &&str| any_words.contains(call) || call.starts_with(ASKED);
    let calls: BTreeSet<_> = calls.filter(|call| !is_open(call)).collect();
    let mut wrong = Vec::new();
    // These are chat only where nothing was called before.
    let follow_ups = [
        "No, ten minutes.",
        "Make it ten minutes.",
        "Actually, make that seven.",
        "What about tomorrow?",
        "How much is left?",
        "Forget it.",
        "Forget that.",
        "Forget about it.",
    ];
    let lines = texts.iter().flat_map(|text| text.lines());
    for words in lines.filter(|line| !follow_ups.contains(line)) {
        for call in &calls {
            if let Some(decision) = english.follow_up(words, &last(call)) {
                wrong.push(format!("{call} / {words}: {decision:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
