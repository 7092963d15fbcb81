//! Several certain things in one breath.

use super::call_tests::{call, say, talk, talk_in};
use super::*;
use crate::language::Language;
use crate::tools::Outcome;

fn done(words: &str) -> Result<Outcome, String> {
    Ok(Outcome::Say(words.into()))
}

#[test]
fn two_commands_are_done_in_their_order_and_told_together() {
    let mut talk = talk(BuiltIn::Callable);
    let asked = talk.answer(
        1,
        "Set a timer for five minutes and add milk to the shopping list.",
    );
    assert_eq!(asked, []);
    assert_eq!(call(&talk.released(1)), Some(("set_timer", true)));
    assert_eq!(
        call(&talk.called(1, done("Five minutes."))),
        Some(("add_item", true))
    );
    let both = "Five minutes. Milk is on the list.";
    assert_eq!(talk.called(1, done("Milk is on the list.")), say(1, both));
    assert_eq!(talk.remember("", both), [Command::Keep]);
}

#[test]
fn what_fails_is_told_and_the_rest_is_done() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(
        1,
        "Add milk to the shopping list, then set a timer for five minutes.",
    );
    talk.released(1);
    let next = talk.called(1, Err("I could not write it down.".into()));
    assert_eq!(call(&next), Some(("set_timer", true)));
    let both = "I could not write it down. Five minutes.";
    assert_eq!(talk.called(1, done("Five minutes.")), say(1, both));
}

#[test]
fn who_goes_on_speaking_has_both_taken_back() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(
        1,
        "Set a timer for five minutes and add milk to the shopping list.",
    );
    talk.released(1);
    talk.called(1, done("Five minutes."));
    let commands = talk.answer(2, "What time is it?");
    assert!(commands.contains(&Command::TakeBack), "{commands:?}");
    assert_eq!(talk.called(1, done("Milk.")), []);
}

#[test]
fn a_question_may_come_with_a_command() {
    let mut talk = talk(BuiltIn::Callable);
    let asked = talk.answer(1, "What time is it and set a timer for five minutes.");
    assert_eq!(call(&asked), Some(("get_time", false)));
    assert_eq!(talk.called(1, done("Noon.")), []);
    assert_eq!(call(&talk.released(1)), Some(("set_timer", true)));
}

#[test]
fn what_the_tables_know_is_told_together() {
    let mut talk = talk(BuiltIn::Callable);
    let commands = talk.answer(1, "What is the capital of France and who wrote Hamlet?");
    let [Command::Say { words, .. }] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert!(
        words.contains("Paris") && words.contains("Shakespeare"),
        "{words}"
    );
}

#[test]
fn a_part_may_take_up_the_one_before() {
    let mut talk = talk(BuiltIn::Callable);
    let commands = talk.answer(1, "What is the capital of France and of Italy?");
    let [Command::Say { words, .. }] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert!(words.contains("Paris") && words.contains("Rome"), "{words}");
}

#[test]
fn what_is_one_command_stays_one() {
    for text in [
        "Add milk and eggs to the shopping list.",
        "Remind me to buy milk and bread at six.",
        "Set a timer for five minutes and thirty seconds.",
        "What is five plus three and a half?",
        "Set a timer for five minutes, please.",
    ] {
        let mut talk = talk(BuiltIn::Callable);
        let decided = talk.0.certain.decide(text);
        assert!(
            matches!(decided, Some(Certainty::Call(..))),
            "{text}: {decided:?}"
        );
    }
}

#[test]
fn every_language_knows_two_commands() {
    for (language, text) in [
        (
            Language::German,
            "Stell einen Timer auf fünf Minuten und setz Milch auf die Einkaufsliste.",
        ),
        (
            Language::Spanish,
            "Pon un temporizador de cinco minutos y añade leche a la lista de la compra.",
        ),
        (
            Language::French,
            "Mets un minuteur de cinq minutes et ajoute du lait à la liste de courses.",
        ),
        (
            Language::Italian,
            "Imposta un timer di cinque minuti e aggiungi il latte alla lista della spesa.",
        ),
        (
            Language::Chinese,
            "定一个五分钟的计时器，然后把牛奶加到购物清单。",
        ),
    ] {
        let mut talk = talk_in(language, BuiltIn::Callable);
        talk.answer(1, text);
        assert_eq!(call(&talk.released(1)), Some(("set_timer", true)), "{text}");
        let next = talk.called(1, done("."));
        assert_eq!(call(&next), Some(("add_item", true)), "{text}: {next:?}");
    }
}
