//! What is known is answered, and taken up, in a conversation.

use super::call_tests::{Talk, call, say, talk, talk_in};
use super::*;
use crate::language::Language;
use crate::tool_call::{Class, Offer, ToolDefinition};

const WHO_WROTE_EMMA: &str = "Who wrote Emma?";
const EMMA: &str = "Jane Austen wrote Emma.";
const MOBY_DICK: &str = "Herman Melville wrote Moby Dick.";
const MONA_LISA: &str = "Leonardo da Vinci painted the Mona Lisa.";

/// Somebody has asked who wrote Emma, and has heard the answer.
fn after_emma() -> Talk {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, WHO_WROTE_EMMA);
    talk.remember(WHO_WROTE_EMMA, EMMA);
    talk
}

/// Whether the language model answers.
fn is_for_the_model(commands: &[Command]) -> bool {
    matches!(commands, [Command::Write { .. }])
}

#[test]
fn what_is_known_is_answered_without_the_model_and_without_a_tool() {
    let mut talk = talk(BuiltIn::Callable);
    assert_eq!(talk.answer(1, WHO_WROTE_EMMA), say(1, EMMA));
}

#[test]
fn what_is_not_known_goes_to_the_model() {
    let mut talk = talk(BuiltIn::Callable);
    let commands = talk.answer(1, "Who wrote The Gardener of the Seventh Tower?");
    assert!(is_for_the_model(&commands), "{commands:?}");
}

#[test]
fn another_name_takes_up_a_question_that_was_answered() {
    let mut talk = after_emma();
    assert_eq!(talk.answer(2, "And Moby Dick?"), say(2, MOBY_DICK));
}

#[test]
fn what_takes_up_a_question_is_taken_up_itself() {
    let mut talk = after_emma();
    talk.answer(2, "And Moby Dick?");
    talk.remember("And Moby Dick?", MOBY_DICK);
    assert_eq!(talk.answer(3, "And Emma?"), say(3, EMMA));
}

/// What is said to this after a question and its answer; none if the language model says it.
fn said_after(question: &str, words: &str) -> Option<String> {
    said_after_in(Language::English, question, words)
}

fn said_after_in(language: Language, question: &str, words: &str) -> Option<String> {
    let mut talk = talk_in(language, BuiltIn::Callable);
    let answered = |commands: &[Command]| match commands {
        [Command::Say { words, .. }] => Some(words.clone()),
        _ => None,
    };
    let answer = answered(&talk.answer(1, question)).expect(question);
    talk.remember(question, &answer);
    answered(&talk.answer(2, words))
}

#[test]
fn a_pronoun_stands_for_whom_the_answer_names_or_what_was_asked_about() {
    for (question, words, part) in [
        ("Who wrote Hamlet?", "Where was he born?", "Stratford"),
        ("Who painted the Mona Lisa?", "When was he born?", "1452"),
        ("Who was Marie Curie?", "When did she die?", "1934"),
        ("Who was Marie Curie?", "Tell me when she was born.", "1867"),
        ("How tall is the Eiffel Tower?", "Where is it?", "Paris"),
    ] {
        let said = said_after(question, words).unwrap_or_default();
        assert!(said.contains(part), "{question} {words} {said}");
    }
}

#[test]
fn what_was_asked_is_taken_up_in_every_language() {
    for (language, question, words, part) in [
        (
            Language::German,
            "Wer hat Faust geschrieben?",
            "Wann wurde er geboren?",
            "1749",
        ),
        (
            Language::German,
            "Was ist die Hauptstadt von Frankreich?",
            "Und von Italien?",
            "Rom",
        ),
        (
            Language::French,
            "Qui a écrit Les Misérables ?",
            "Où est-il né ?",
            "Besançon",
        ),
        (
            Language::French,
            "Quelle est la capitale de l'Allemagne ?",
            "Et de l'Italie ?",
            "Rome",
        ),
        (
            Language::Spanish,
            "¿Cuál es la capital de Francia?",
            "¿Y de Italia?",
            "Roma",
        ),
        (
            Language::Spanish,
            "¿Quién escribió el Quijote?",
            "¿Y cuándo nació?",
            "1547",
        ),
        (
            Language::Spanish,
            "¿Quién pintó el Guernica?",
            "¿Dónde está?",
            "Madrid",
        ),
        (
            Language::Italian,
            "Chi ha dipinto la Gioconda?",
            "Quando è nato?",
            "1452",
        ),
        (
            Language::Italian,
            "Qual è la capitale della Francia?",
            "E della Germania?",
            "Berlino",
        ),
    ] {
        let said = said_after_in(language, question, words).unwrap_or_default();
        assert!(said.contains(part), "{question} {words} {said}");
    }
}

#[test]
fn a_pronoun_that_stands_for_nothing_known_is_left_to_the_model() {
    for words in [
        "Is it expensive?",
        "What does he think of her?",
        "Where is it made?",
    ] {
        assert_eq!(said_after("Who wrote Emma?", words), None, "{words}");
    }
}

#[test]
fn a_name_means_nothing_before_any_question() {
    let mut talk = talk(BuiltIn::Callable);
    let commands = talk.answer(1, "And Moby Dick?");
    assert!(is_for_the_model(&commands), "{commands:?}");
}

#[test]
fn a_question_is_not_taken_up_before_its_exchange_is_over() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, WHO_WROTE_EMMA);
    let commands = talk.answer(2, "And Moby Dick?");
    assert!(is_for_the_model(&commands), "{commands:?}");
}

#[test]
fn a_question_of_a_draft_that_was_thrown_away_is_not_taken_up() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, WHO_WROTE_EMMA);
    let words = "Who wrote Emma, I would like to tell my sister.";
    talk.answer(2, words);
    talk.remember(words, "Would you?");
    let commands = talk.answer(3, "And Moby Dick?");
    assert!(is_for_the_model(&commands), "{commands:?}");
}

#[test]
fn a_question_is_not_taken_up_after_longer_talk() {
    let mut talk = after_emma();
    for _ in 0..3 {
        talk.remember("I like tea.", "So do I.");
    }
    let commands = talk.answer(2, "And Moby Dick?");
    assert!(is_for_the_model(&commands), "{commands:?}");
}

#[test]
fn with_the_tools_switched_off_the_model_is_asked() {
    let mut talk = talk(BuiltIn::SwitchedOff);
    let commands = talk.answer(1, WHO_WROTE_EMMA);
    assert!(is_for_the_model(&commands), "{commands:?}");
}

#[test]
fn a_question_of_another_language_is_not_taken_up() {
    let Talk(agent) = after_emma();
    let mut talk = Talk(agent.speaking(&[Persona::bundled(Language::German)]));
    talk.on(Input::Speak(Language::German));
    talk.on(Input::Speak(Language::English));
    let commands = talk.answer(2, "And Moby Dick?");
    assert!(is_for_the_model(&commands), "{commands:?}");
}

#[test]
fn a_command_is_no_name_that_takes_up_a_question() {
    let mut talk = after_emma();
    assert_eq!(
        call(&talk.answer(2, "And what time is it?")),
        Some(("get_time", false))
    );
}

#[test]
fn a_question_that_begins_as_if_it_took_up_another_is_answered_as_what_it_is() {
    let mut talk = after_emma();
    let asked = talk.answer(2, "And who painted the Mona Lisa?");
    assert_eq!(asked, say(2, MONA_LISA));
}

#[test]
fn a_word_that_is_in_no_table_is_told_by_the_dictionary() {
    let mut talk = talk(BuiltIn::Callable);
    let answer = "Serendipity is good luck in making unexpected and fortunate discoveries.";
    let asked = talk.answer(1, "What does serendipity mean?");
    assert_eq!(asked, say(1, answer));
}

#[test]
fn another_word_takes_up_a_question_about_a_word() {
    let mut talk = talk(BuiltIn::Callable);
    let asked = "What does ubiquitous mean?";
    talk.answer(1, asked);
    talk.remember(asked, "Ubiquitous means being present everywhere at once.");
    let answer = "Serendipity is good luck in making unexpected and fortunate discoveries.";
    assert_eq!(talk.answer(2, "And serendipity?"), say(2, answer));
}

#[test]
fn what_refuses_an_answer_is_no_word_to_look_up() {
    for refusal in [
        "Not that one.",
        "Not at all.",
        "Not now, please.",
        "No, I said repeat.",
    ] {
        let said = said_after("What does ubiquitous mean?", refusal);
        let is_told = said
            .as_ref()
            .is_some_and(|said| said.contains(" mean") || said.contains(" is "));
        assert!(!is_told, "{refusal} {said:?}");
    }
}

#[test]
fn the_dictionary_takes_up_what_a_table_answered() {
    let mut talk = talk(BuiltIn::Callable);
    let asked = "What is photosynthesis?";
    talk.answer(1, asked);
    talk.remember(asked, "It is how plants make sugar and oxygen.");
    let answer = "Nostalgia is a longing for something past.";
    assert_eq!(talk.answer(2, "And nostalgia?"), say(2, answer));
}

#[test]
fn a_word_that_is_in_no_dictionary_is_said_to_be_lacking_and_left_to_a_larger_model() {
    let flurbish = "What does flurbish mean?";
    let mut larger = talk(BuiltIn::Callable);
    assert!(is_for_the_model(&larger.answer(1, flurbish)));
    let small = Persona::bundled(Language::English).with_adapter();
    let mut talk = Talk(Agent::new(&small, Setting::new("Vivi")));
    let lack = "I don't have flurbish in my dictionary.";
    assert_eq!(talk.answer(1, "What does flurbish mean?"), say(1, lack));
    let commands = talk.answer(2, "What is a flurbish?");
    assert!(is_for_the_model(&commands), "{commands:?}");
}

/// A conversation with the small model.
fn small_talk_with(setting: Setting) -> Talk {
    let small = Persona {
        guesses: true,
        ..Persona::bundled(Language::English).with_adapter()
    };
    Talk(Agent::new(&small, setting))
}

#[test]
fn the_small_model_does_not_guess() {
    for question in [
        "Who was the second man to climb the Seventh Tower?",
        "How do I get a flurbish out of a zorble?",
        "Is it safe to drink flurbish juice?",
        "How long would a train need for 360 kilometers?",
    ] {
        let mut talk = small_talk_with(Setting::new("Vivi"));
        let said = format!("{:?}", talk.answer(1, question));
        assert!(said.contains("I don't know that"), "{question}: {said}");
    }
}

#[test]
fn talk_is_for_the_small_model() {
    for words in [
        "My flurbish is broken and I am sad about it.",
        "I think you would like the sea.",
        "We had a lovely walk by the river.",
    ] {
        let mut talk = small_talk_with(Setting::new("Vivi"));
        let commands = talk.answer(1, words);
        assert!(is_for_the_model(&commands), "{words}: {commands:?}");
    }
}

#[test]
fn where_a_helper_or_a_tool_of_others_may_know_it_is_asked() {
    let with_helper = Setting {
        helper: Some(HandsOver::ByRule),
        ..Setting::new("Vivi")
    };
    let search = Offer {
        definition: ToolDefinition {
            name: "search".into(),
            description: String::new(),
            parameters: serde_json::json!({}),
        },
        class: Class::Read,
    };
    let with_search = Setting {
        offers: [search].into(),
        ..Setting::new("Vivi")
    };
    for setting in [with_helper, with_search] {
        let mut talk = small_talk_with(setting);
        let commands = talk.answer(1, "Who was the second man to climb the Seventh Tower?");
        let said = format!("{commands:?}");
        assert!(!said.contains("I don't know that"), "{said}");
    }
}

#[test]
fn the_small_model_is_not_left_to_say_that_it_did_something() {
    let mut talk = small_talk_with(Setting::new("Vivi"));
    let said = format!("{:?}", talk.answer(1, "Take it off again, I found some."));
    assert!(said.contains("I didn't get that"), "{said}");
}

#[test]
fn what_was_answered_is_taken_up_behind_words_that_were_not_understood() {
    let mut talk = small_talk_with(Setting::new("Vivi"));
    talk.answer(1, WHO_WROTE_EMMA);
    talk.remember(WHO_WROTE_EMMA, "Jane Austen wrote Emma.");
    let unclear = "Take it off again, I found some.";
    talk.answer(2, unclear);
    talk.remember(unclear, "I didn't get that.");
    let said = format!("{:?}", talk.answer(3, "And Moby Dick?"));
    assert!(said.contains("Herman Melville"), "{said}");
}
