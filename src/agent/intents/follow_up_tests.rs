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
