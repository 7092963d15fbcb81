//! What the character says to small talk.

use super::call_tests::{say, talk};
use super::*;
use crate::language::Language;

const AGE: &str = "How old are you?";

/// Whether the language model answers.
fn is_for_the_model(commands: &[Command]) -> bool {
    matches!(commands, [Command::Write { .. }])
}

fn agent(persona: &Persona, setting: Setting) -> call_tests::Talk {
    call_tests::Talk(Agent::new(persona, setting))
}

#[test]
fn small_talk_is_answered_in_the_characters_words() {
    let mut talk = talk(BuiltIn::Callable);
    let age = &Persona::bundled(Language::English).small_talk["age"][0];
    assert_eq!(talk.answer(1, AGE), say(1, age));
}

#[test]
fn it_is_answered_where_the_tools_are_switched_off() {
    let mut talk = talk(BuiltIn::SwitchedOff);
    assert!(!is_for_the_model(&talk.answer(1, AGE)));
}

#[test]
fn several_answers_to_one_subject_come_in_turn() {
    let mut talk = talk(BuiltIn::Callable);
    let answers = &Persona::bundled(Language::English).small_talk["how-are-you"];
    let asked = "How are you?";
    assert_eq!(talk.answer(1, asked), say(1, &answers[0]));
    talk.remember(asked, &answers[0]);
    talk.answer(2, AGE);
    talk.remember(AGE, "No age.");
    assert_eq!(talk.answer(3, asked), say(3, &answers[1]));
    talk.remember(asked, &answers[1]);
    assert_eq!(talk.answer(4, asked), say(4, &answers[0]));
}

#[test]
fn another_one_is_of_what_was_said_before() {
    let persona = Persona::bundled(Language::English).with_adapter();
    let mut talk = agent(&persona, Setting::new("Vivi"));
    let riddles = &persona.small_talk["riddle"];
    let asked = "Tell me a riddle.";
    assert_eq!(talk.answer(1, asked), say(1, &riddles[0]));
    talk.remember(asked, &riddles[0]);
    assert_eq!(talk.answer(2, "Another one, please."), say(2, &riddles[1]));
    talk.remember("Another one, please.", &riddles[1]);
    let joke = talk.answer(3, "Tell me a joke.");
    talk.remember("Tell me a joke.", "Ha.");
    let another = talk.answer(4, "One more.");
    assert!(!is_for_the_model(&another), "{another:?}");
    assert_ne!(joke, another);
}

#[test]
fn a_draft_that_was_thrown_away_uses_up_no_answer() {
    let mut talk = talk(BuiltIn::Callable);
    let answers = &Persona::bundled(Language::English).small_talk["how-are-you"];
    talk.answer(1, "How are you?");
    assert_eq!(talk.answer(2, "How are you today?"), say(2, &answers[0]));
}

#[test]
fn small_talk_after_a_question_that_words_may_take_up_is_small_talk() {
    let mut talk = talk(BuiltIn::Callable);
    let asked = "Who wrote Emma?";
    talk.answer(1, asked);
    talk.remember(asked, "Jane Austen wrote Emma.");
    let age = &Persona::bundled(Language::English).small_talk["age"][0];
    assert_eq!(talk.answer(2, "And how old are you?"), say(2, age));
}

#[test]
fn what_only_the_small_model_cannot_make_up_is_left_to_a_helper() {
    let persona = Persona::bundled(Language::English).with_adapter();
    let setting = Setting {
        helper: Some(HandsOver::ByRule),
        ..Setting::new("Vivi")
    };
    let mut talk = agent(&persona, setting);
    let story = talk.answer(1, "Tell me a story.");
    assert!(!matches!(story[..], [Command::Say { .. }]), "{story:?}");
}

#[test]
fn the_assistants_name_is_put_in() {
    let persona = Persona::bundled(Language::English);
    let mut talk = agent(&persona, Setting::new("Ada"));
    let commands = talk.answer(1, "What's your last name?");
    assert_eq!(commands, say(1, "I have just the one name: Ada."));
}

#[test]
fn another_character_answers_what_it_has_an_answer_to_and_leaves_the_rest_to_the_model() {
    let mut persona = Persona::bundled(Language::English);
    persona.small_talk.clear();
    let aboard = "Older than the sea, sailor.".to_owned();
    persona
        .small_talk
        .insert("age".into(), vec![aboard.clone()]);
    let mut talk = agent(&persona, Setting::new("Jack"));
    assert_eq!(talk.answer(1, AGE), say(1, &aboard));
    assert!(is_for_the_model(&talk.answer(2, "Do you sleep?")));
}

#[test]
fn what_a_larger_model_makes_up_itself_has_answers_only_for_the_adapted_one() {
    let persona = Persona::bundled(Language::English);
    let mut larger = agent(&persona, Setting::new("Vivi"));
    assert!(is_for_the_model(&larger.answer(1, "Tell me a story.")));
    let mut adapted = agent(&persona.with_adapter(), Setting::new("Vivi"));
    assert!(!is_for_the_model(&adapted.answer(1, "Tell me a story.")));
}

#[test]
fn a_session_with_instructions_of_its_own_leaves_small_talk_to_the_model() {
    let setting = Setting {
        answers_from_tables: false,
        ..Setting::new("Vivi")
    };
    let mut talk = agent(&Persona::bundled(Language::English), setting);
    assert!(is_for_the_model(&talk.answer(1, AGE)));
}
