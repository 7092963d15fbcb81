//! What is shown and kept of a conversation.

use super::*;
use crate::clock::Timestamp;
use crate::events::{EndReason, HandOverReason};

fn after(told: Vec<(u64, EventKind)>) -> Conversation {
    let mut conversation = Conversation::default();
    for (turn, kind) in told {
        conversation.observe(&SessionEvent {
            at: Timestamp::ZERO,
            turn: Some(TurnId(turn)),
            kind,
        });
    }
    conversation
}

fn ended(text: &str) -> EventKind {
    EventKind::TurnEnded {
        waited_ms: 300.0,
        score: None,
        reason: EndReason::Silence,
        text: text.into(),
    }
}

fn clauses(texts: &[&str]) -> Vec<(u64, EventKind)> {
    let mut told = Vec::new();
    for (n, text) in texts.iter().map(|text| (*text).to_owned()).enumerate() {
        if n == 0 {
            told.push((1, EventKind::FirstClause { text: text.clone() }));
        }
        told.push((1, EventKind::Clause { text }));
    }
    told
}

fn complete(text: &str) -> (u64, EventKind) {
    let complete = EventKind::ReplyComplete {
        draft: 1,
        text: text.into(),
        tokens: 9,
        tokens_per_s: 60.0,
        busy_ms: 150.0,
        cancelled: false,
    };
    (1, complete)
}

fn heard(text: &str) -> (u64, EventKind) {
    (1, EventKind::Heard { text: text.into() })
}

#[test]
fn what_was_cut_off_of_a_reply_is_what_was_written_and_not_heard() {
    let mut told = vec![(1, ended("Tell me about the sun."))];
    told.extend(clauses(&["It is a star,"]));
    told.push(complete(
        "It is a star, in the middle of\nour solar system.",
    ));
    let reason = InterruptReason::Words;
    told.extend([(1, EventKind::Interrupted { reason }), heard("It is a")]);
    let conversation = after(told);
    let exchange = &conversation.exchanges()[0];
    assert_eq!(exchange.outcome, Outcome::Cut(InterruptReason::Words));
    assert_eq!(
        exchange.unheard(),
        "star, in the middle of\nour solar system."
    );
}

#[test]
fn what_is_written_is_the_draft_that_is_heard() {
    let mut told = clauses(&["Do you like two?"]);
    told.push(complete("Do you like two?"));
    assert!(after(told.clone()).exchanges().is_empty());
    told.extend(clauses(&["Do you", "like three?"]));
    told.push((1, ended("Hello there.")));
    let conversation = after(told);
    assert_eq!(conversation.exchanges()[0].written, "Do you like three?");
}

#[test]
fn what_a_model_writes_for_itself_is_not_its_reply() {
    let mut told = vec![(1, ended("How many?"))];
    told.extend(clauses(&["Four."]));
    told.push(complete("<think>two and two</think>Four."));
    told.push(heard("Four."));
    let conversation = after(told);
    assert_eq!(conversation.exchanges()[0].written, "Four.");
    assert_eq!(conversation.exchanges()[0].outcome, Outcome::Heard);
}

#[test]
fn a_turn_that_goes_on_is_part_of_a_later_one() {
    let told = vec![
        (1, ended("I would")),
        (1, EventKind::TurnExtended),
        (2, ended("I would like tea.")),
    ];
    let conversation = after(told);
    let first = conversation.of(TurnId(1)).map(|e| e.outcome);
    assert_eq!(first, Some(Outcome::Extended));
    assert_eq!(
        conversation.of(TurnId(2)).unwrap().user,
        "I would like tea."
    );
}

#[test]
fn what_does_not_match_is_not_called_unheard() {
    assert_eq!(rest_after("你好。今天", "你好。"), Some("今天"));
    assert_eq!(rest_after("one two", ""), Some("one two"));
    assert_eq!(rest_after("one two", "one too"), None);
    assert_eq!(rest_after("one", "one two"), None);
}

const BLUE: &str = "Why is the sky blue?";
const WORD: &str = "Let me think about that.";

/// A question goes to the helper.
fn asked_helper() -> Vec<(u64, EventKind)> {
    let asked = EventKind::HelperAsked {
        id: 1,
        question: BLUE.into(),
        parts: Vec::new(),
        reason: HandOverReason::Explanation,
    };
    vec![(1, ended(BLUE)), (1, asked)]
}

/// The word that puts the question off is heard, the helper comes to this, and these words are heard in turn 3.
fn answered(outcome: HelperOutcome, said: &str, heard: &str) -> Conversation {
    let done = EventKind::HelperDone {
        id: 1,
        model: "large".into(),
        outcome,
        text: " Air scatters blue light. And".into(),
        kept: 0,
        read: 90,
        tokens: 9,
        busy_ms: 900.0,
        took_ms: 1_000.0,
    };
    let (id, text) = (1, said.to_owned());
    let first_sample_ms = 1.0;
    let of_turn = |text: &str| EventKind::Heard { text: text.into() };
    let mut told = asked_helper();
    told.extend([
        (1, of_turn(WORD)),
        (2, ended("What time is it?")),
        (2, of_turn("Noon.")),
        (1, done),
        (3, EventKind::GivenWords { id, text }),
        (3, EventKind::PlaybackStarted { first_sample_ms }),
        (3, of_turn(heard)),
    ]);
    after(told)
}

fn kept(conversation: &Conversation) -> Vec<(&str, &str)> {
    let exchanges = conversation.exchanges().iter();
    exchanges
        .map(|exchange| (exchange.user.as_str(), exchange.heard.as_str()))
        .collect()
}

#[test]
fn an_answer_of_the_helpers_is_one_exchange_with_its_question() {
    let said = "About your question: Air scatters blue light.";
    let heard = "About your question: Air scatters";
    let conversation = answered(HelperOutcome::CutShort, said, heard);
    let expected = [("What time is it?", "Noon."), (BLUE, "Air scatters")];
    assert_eq!(kept(&conversation), expected);
}

#[test]
fn what_sounds_in_a_turn_is_told_as_it_sounds() {
    let said = "About your question: Air scatters blue light.";
    let conversation = answered(HelperOutcome::CutShort, said, said);
    let put_off = conversation.of(TurnId(1)).unwrap();
    assert_eq!(
        (put_off.user.as_str(), put_off.heard.as_str()),
        (BLUE, WORD)
    );
    let answer = conversation.of(TurnId(3)).unwrap();
    assert_eq!((answer.user.as_str(), answer.heard.as_str()), ("", said));
}

#[test]
fn why_the_helper_has_no_answer_is_none() {
    let sorry = "I found no answer to it.";
    let conversation = answered(HelperOutcome::Failed, sorry, sorry);
    assert_eq!(kept(&conversation), [("What time is it?", "Noon.")]);
}

#[test]
fn a_question_that_is_put_off_again_after_a_cough_is_no_exchange() {
    let mut told = asked_helper();
    told.extend([
        (1, EventKind::TurnExtended),
        (2, ended(BLUE)),
        (2, EventKind::Heard { text: WORD.into() }),
    ]);
    assert!(kept(&after(told)).is_empty());
}

#[test]
fn a_question_that_the_user_went_on_with_and_the_first_model_answers_is_an_exchange() {
    let longer = "Why is the sky blue? I feel a bit sad today.";
    let (id, reason) = (1, DropReason::WentOn);
    let text = "I am sorry.".to_owned();
    let mut told = asked_helper();
    told.extend([
        (1, EventKind::TurnExtended),
        (2, ended(longer)),
        (1, EventKind::HelperDropped { id, reason }),
        (2, EventKind::Heard { text }),
    ]);
    let conversation = after(told);
    let last = kept(&conversation).pop();
    assert_eq!(last, Some((longer, "I am sorry.")));
}
