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
    assert_eq!(talk.answer(1, "How are you?"), say(1, &answers[0]));
    talk.answer(2, AGE);
    assert_eq!(talk.answer(3, "How are you?"), say(3, &answers[1]));
    assert_eq!(talk.answer(4, "How are you?"), say(4, &answers[0]));
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
