//! What becomes of the helper's answers.

use super::handover_tests::{BOATS, RIVERS, Talk, ladder, reply, words_told};
use super::*;
use crate::language::Language;
use crate::lexicon::{Apology, Lexicon};

#[test]
fn the_answer_is_told_once_and_kept_as_it_was_heard() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    assert!(talk.history().is_empty());
    assert_eq!(words_told(&talk.helped(1, Ok(BOATS))), Some(BOATS));
    assert_eq!(talk.helped(1, Ok(BOATS)), []);
    talk.told(1, "Boats carry");
    assert_eq!(talk.history(), [RIVERS, "Boats carry"]);
    assert_eq!(talk.told(1, BOATS), []);
}

#[test]
fn who_wants_the_rest_of_an_answer_that_was_cut_off_hears_it() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    talk.helped(1, Ok(BOATS));
    talk.told(1, "Boats carry");
    let rest = Command::Say {
        reply: reply(3),
        words: "what is sold.".into(),
    };
    assert_eq!(talk.on(Input::Rest(reply(3))), [rest]);
    talk.released(3);
    talk.remember("", "what is sold.");
    assert_eq!(talk.history(), [RIVERS, BOATS]);
    let again = talk.on(Input::Rest(reply(4)));
    assert!(matches!(again[..], [Command::Write { .. }]), "{again:?}");
}

#[test]
fn what_is_said_meanwhile_leaves_the_question_and_its_answer_says_what_it_is_about() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    talk.answer(2, "What time is it?");
    talk.released(2);
    talk.remember("What time is it?", "Noon.");
    let about = format!("About your question: {BOATS}");
    assert_eq!(words_told(&talk.helped(1, Ok(BOATS))), Some(about.as_str()));
    talk.told(1, &about);
    assert_eq!(talk.history(), ["What time is it?", "Noon.", RIVERS, BOATS]);
}

#[test]
fn the_answers_to_the_parts_of_a_question_are_one_answer() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    let commands = talk.helped_with(1, &[Ok(BOATS), Ok("Air scatters light.")]);
    let both = format!("{BOATS} Air scatters light.");
    assert_eq!(words_told(&commands), Some(both.as_str()));
}

#[test]
fn a_part_without_an_answer_is_told_of() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    let commands = talk.helped_with(1, &[Err(Apology::NoAnswer), Ok(BOATS)]);
    let said = words_told(&commands).unwrap();
    let rest = Lexicon::of(Language::English).helper.not_all;
    assert_eq!(said, format!("{BOATS} {rest}"));
}

#[test]
fn a_helper_that_fails_is_said_honestly_and_nothing_is_kept() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    let commands = talk.helped(1, Err(Apology::Failed));
    let said = words_told(&commands).unwrap();
    assert!(said.contains("no answer"), "{said}");
    let said = said.to_owned();
    talk.told(1, &said);
    assert!(talk.history().is_empty());
}

#[test]
fn a_helper_that_cannot_be_reached_is_said_so() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    let commands = talk.helped(1, Err(Apology::Unreachable));
    let unreachable = Lexicon::of(Language::English).apologies.unreachable;
    assert_eq!(words_told(&commands), Some(unreachable.as_str()));
}

#[test]
fn an_answer_is_in_the_language_of_its_question() {
    let mut talk = ladder();
    talk.0 = talk.0.speaking(&[Persona::bundled(Language::German)]);
    talk.asked(1, RIVERS);
    talk.on(Input::Speak(Language::German));
    let commands = talk.helped(1, Ok(BOATS));
    assert!(matches!(
        commands[..],
        [Command::Tell {
            language: Language::English,
            ..
        }]
    ));
    talk.told(1, BOATS);
    assert!(talk.history().is_empty(), "it is read in English only");
    talk.on(Input::Speak(Language::English));
    assert_eq!(talk.history(), [RIVERS, BOATS]);
}

#[test]
fn the_reply_that_tells_an_answer_drops_nothing() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    talk.helped(1, Ok(BOATS));
    let (told, words) = (reply(2), BOATS.to_owned());
    talk.on(Input::Say { reply: told, words });
    assert_eq!(talk.released(2), []);
    talk.told(1, BOATS);
    assert_eq!(talk.history(), [RIVERS, BOATS]);
}

#[test]
fn an_answer_to_a_question_that_the_user_went_on_with_is_not_said() {
    let mut talk = ladder();
    talk.answer(1, RIVERS);
    talk.released(1);
    talk.helped(1, Ok(BOATS));
    talk.answer(
        2,
        "Why do cities grow along rivers? I feel a bit sad today.",
    );
    assert!(talk.released(2).contains(&Command::StopTelling(1)));
}

/// An answer of which the rest is to be said in turn 3.
fn going_on() -> Talk {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    talk.helped(1, Ok(BOATS));
    talk.told(1, "Boats");
    talk
}

fn says(turn: u64, words: &str) -> [Command; 1] {
    let (reply, words) = (reply(turn), words.to_owned());
    [Command::Say { reply, words }]
}

#[test]
fn the_rest_of_an_answer_that_a_cough_puts_off_is_said_after_the_cough() {
    let mut talk = going_on();
    let rest = "carry what is sold.";
    assert_eq!(talk.on(Input::Rest(reply(3))), says(3, rest));
    talk.released(3);
    talk.on(Input::Stopped(reply(3)));
    assert_eq!(talk.on(Input::Rest(reply(4))), says(4, rest));
}

#[test]
fn what_is_left_of_a_rest_that_is_cut_off_is_said_too() {
    let mut talk = going_on();
    talk.on(Input::Rest(reply(3)));
    talk.released(3);
    talk.remember("", "carry");
    assert_eq!(talk.on(Input::Rest(reply(4))), says(4, "what is sold."));
    talk.released(4);
    talk.remember("", "what is sold.");
    assert_eq!(talk.history(), [RIVERS, BOATS]);
}

#[test]
fn nothing_goes_on_with_an_answer_once_something_else_was_said() {
    let mut talk = going_on();
    talk.answer(3, "What time is it?");
    talk.released(3);
    talk.remember("What time is it?", "Noon.");
    let commands = talk.on(Input::Rest(reply(4)));
    assert!(
        matches!(commands[..], [Command::Write { .. }]),
        "{commands:?}"
    );
}

/// The user was asked whether a list may be cleared, and then so much of an answer was heard.
fn asked_before(heard: &str) -> Talk {
    let (mut talk, clear) = (ladder(), "Clear the shopping list.");
    talk.asked(1, RIVERS);
    talk.answer(2, clear);
    talk.released(2);
    talk.remember(clear, "Shall I take everything off the shopping list?");
    talk.helped(1, Ok(BOATS));
    talk.told(1, heard);
    talk
}

fn calls(commands: &[Command]) -> bool {
    let is_call = |command: &Command| matches!(command, Command::Call { .. });
    commands.iter().any(is_call)
}

#[test]
fn a_yes_behind_an_answer_is_none_to_the_question_before_it() {
    let mut talk = asked_before(BOATS);
    talk.answer(4, "Yes.");
    assert!(!calls(&talk.released(4)));
}

#[test]
fn a_yes_in_place_of_an_answer_that_was_not_heard_is_one_to_the_question_before_it() {
    let mut talk = asked_before("");
    talk.answer(4, "Yes.");
    assert!(calls(&talk.released(4)));
}
