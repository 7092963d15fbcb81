//! Several certain things in one breath.

use super::call_tests::{call, say, talk, talk_in};
use super::*;
use crate::language::Language;
use crate::tools::{Control, Outcome};

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
        Some(("add_to_list", true))
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

fn words_said(commands: &[Command]) -> &str {
    let [Command::Say { words, .. }] = commands else {
        panic!("{commands:?}");
    };
    words
}

#[test]
fn what_the_tables_know_is_told_together() {
    let mut talk = talk(BuiltIn::Callable);
    let commands = talk.answer(1, "Who wrote Hamlet and who painted the Mona Lisa?");
    let said = words_said(&commands);
    assert!(
        said.contains("Shakespeare") && said.contains("Leonardo"),
        "{said}"
    );
}

#[test]
fn a_part_may_take_up_the_one_before() {
    for (text, tool) in [
        ("What is the capital of France and of Italy?", "lookup"),
        ("What time is it in Tokyo and in New York?", "get_time"),
        (
            "Set a timer for five minutes and another one for ten minutes.",
            "set_timer",
        ),
    ] {
        let mut talk = talk(BuiltIn::Callable);
        let decided = talk.0.certain.decide(text);
        let Some(Certainty::Several(parts)) = &decided else {
            panic!("{text}: {decided:?}");
        };
        let is_it = |part: &Step| matches!(part, Step::Call(call, _) if call.name == tool);
        assert!(parts.len() == 2 && parts.iter().all(is_it), "{parts:?}");
    }
}

#[test]
fn a_pronoun_is_about_the_part_before() {
    let mut talk = talk(BuiltIn::Callable);
    let commands = talk.answer(1, "Who wrote Hamlet and when was he born?");
    let said = words_said(&commands);
    assert!(said.contains("1564"), "{said}");
}

#[test]
fn what_it_cannot_do_is_said_beside_what_it_can() {
    let mut talk = talk(BuiltIn::Callable);
    let asked = talk.answer(1, "What's the weather like and what time is it?");
    assert_eq!(call(&asked), Some(("get_time", false)));
    let told = talk.called(1, done("Noon."));
    assert!(words_said(&told).ends_with(" Noon."), "{told:?}");
}

#[test]
fn what_is_certain_is_done_and_the_rest_is_told_of_where_a_model_would_guess() {
    let text = "Set a timer for ten minutes and give it a funny hat.";
    let is_timer = |step: &Step| matches!(step, Step::Call(call, _) if call.name == "set_timer");
    let persona = |guesses| Persona {
        guesses,
        ..Persona::bundled(Language::English)
    };
    let mut guessing = Certain::new(&persona(true), Setting::new("Vivi"));
    let decided = guessing.decide(text);
    let Some(Certainty::Several(parts)) = &decided else {
        panic!("{decided:?}");
    };
    assert!(
        is_timer(&parts[0]) && matches!(parts[1], Step::Words(_)),
        "{parts:?}"
    );
    let mut knowing = Certain::new(&persona(false), Setting::new("Vivi"));
    let decided = knowing.decide(text);
    assert!(
        !matches!(decided, Some(Certainty::Several(_))),
        "{decided:?}"
    );
}

/// What the starter decides.
fn guessing() -> Certain {
    let persona = Persona {
        guesses: true,
        ..Persona::bundled(Language::English)
    };
    Certain::new(&persona, Setting::new("Vivi"))
}

#[test]
fn what_is_to_be_kept_is_not_done() {
    for text in [
        "Remind me at ten to brush my teeth and go to sleep.",
        "Take a note: call Bob, speak louder, goodbye.",
        "Remember that I said goodbye and stop listening.",
        "Take a note: call the doctor, two times three.",
    ] {
        let decided = guessing().decide(text);
        assert!(
            matches!(decided, Some(Certainty::Call(..))),
            "{text}: {decided:?}"
        );
    }
}

#[test]
fn what_is_taken_back_in_the_same_breath_is_not_done() {
    for text in [
        "Set a timer for five minutes and never mind.",
        "Add milk to the list, actually don't.",
        "Cancel the timer, no, wait.",
        "Set an alarm for seven and thirty minutes.",
        "Set a timer for the pasta and the rice for ten minutes.",
    ] {
        let decided = guessing().decide(text);
        assert!(
            !matches!(decided, Some(Certainty::Several(_))),
            "{text}: {decided:?}"
        );
    }
}

#[test]
fn what_only_explains_a_command_is_not_asked_for_again() {
    for text in [
        "Set a timer for five minutes, I'm boiling eggs.",
        "What time is it, it's getting dark.",
        "Set an alarm for seven, because I have to catch a train.",
    ] {
        let decided = guessing().decide(text);
        let Some(Certainty::Several(steps)) = &decided else {
            panic!("{text}: {decided:?}");
        };
        assert_eq!(steps.len(), 1, "{text}: {steps:?}");
    }
}

#[test]
fn what_else_is_wanted_is_told_of() {
    for text in [
        "Stop the timer and the alarm.",
        "Set the pasta timer for eight minutes and the egg timer for six.",
    ] {
        let decided = guessing().decide(text);
        let Some(Certainty::Several(steps)) = &decided else {
            panic!("{text}: {decided:?}");
        };
        assert!(
            matches!(steps[..], [Step::Call(..), Step::Words(_)]),
            "{text}: {steps:?}"
        );
    }
}

#[test]
fn of_many_commands_the_certain_ones_are_done() {
    let text = "Set a timer for one minute, set a timer for two minutes and sing to the cat.";
    let decided = guessing().decide(text);
    let Some(Certainty::Several(steps)) = &decided else {
        panic!("{decided:?}");
    };
    assert_eq!(steps.len(), 3, "{steps:?}");
}

#[test]
fn what_is_said_last_is_what_is_taken_up() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, "What time is it and who wrote Hamlet?");
    talk.released(1);
    talk.called(1, done("Noon."));
    talk.remember(
        "What time is it and who wrote Hamlet?",
        "Noon. Shakespeare.",
    );
    let said = talk.answer(2, "When was he born?");
    assert!(words_said(&said).contains("1564"), "{said:?}");
}

#[test]
fn equal_results_are_each_told() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, "Flip a coin and flip a coin.");
    talk.called(1, done("Heads."));
    assert_eq!(talk.called(1, done("Heads.")), say(1, "Heads. Heads."));
}

#[test]
fn the_same_change_is_made_once() {
    let decided = guessing().decide("Set a timer for five minutes, set a timer for five minutes.");
    let Some(Certainty::Several(steps)) = &decided else {
        panic!("{decided:?}");
    };
    assert_eq!(steps.len(), 1, "{steps:?}");
}

#[test]
fn both_of_two_changes_of_the_voice_are_made() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, "Speak slower and speak louder.");
    talk.released(1);
    talk.called(1, Ok(Outcome::Control(Control::Slower, "Slower.".into())));
    talk.called(1, Ok(Outcome::Control(Control::Louder, "Louder.".into())));
    let commands = talk.remember("", "Slower. Louder.");
    let spoken = commands
        .iter()
        .filter(|one| matches!(one, Command::Speak(_)));
    assert_eq!(spoken.count(), 2, "{commands:?}");
}

#[test]
fn what_is_one_command_stays_one() {
    for text in [
        "Add milk and eggs to the shopping list.",
        "Remind me to buy milk and bread at six.",
        "Set a timer for five minutes and thirty seconds.",
        "What is five plus three and a half?",
        "Set a timer for five minutes, please.",
        "That's too fast, speak slower please.",
        "Turn yourself up a bit, I can't hear you.",
        "I'm allergic to penicillin, please remember that.",
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
        assert_eq!(call(&next), Some(("add_to_list", true)), "{text}: {next:?}");
    }
}
