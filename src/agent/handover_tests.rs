//! What is handed to the helper.

use std::sync::Arc;

use super::*;
use crate::events::{DropReason, EventKind, HandOverReason, ReplyId, TurnId};
use crate::language::Language;
use crate::lexicon::{Apology, Lexicon};
use crate::llm::{Message, Role};
use crate::tools::Outcome;

pub(super) struct Talk(pub Agent);

pub(super) fn talk(helper: Option<HandsOver>) -> Talk {
    let by_call = helper.is_some_and(HandsOver::by_call);
    let offers = by_call.then(offer_of_the_helper).into_iter();
    let setting = Setting {
        offers: offers.collect(),
        helper,
        ..Setting::new("Vivi")
    };
    Talk(Agent::new(&Persona::bundled(Language::English), setting))
}

/// An agent that has a helper, by the rule.
pub(super) fn ladder() -> Talk {
    talk(Some(HandsOver::ByRule))
}

pub(super) fn reply(turn: u64) -> ReplyId {
    ReplyId {
        turn: TurnId(turn),
        draft: 1,
    }
}

impl Talk {
    pub fn on(&mut self, input: Input) -> Vec<Command> {
        let mut commands = Vec::new();
        self.0.handle(input, &mut commands);
        commands.retain(|command| {
            let is_aside = matches!(
                command,
                Command::ReadAhead { .. } | Command::WriteDown { .. }
            );
            !is_aside
        });
        commands
    }

    pub fn answer(&mut self, turn: u64, text: &str) -> Vec<Command> {
        let (reply, text) = (reply(turn), text.to_owned());
        self.on(Input::Answer { reply, text })
    }

    pub fn released(&mut self, turn: u64) -> Vec<Command> {
        self.on(Input::Released(reply(turn)))
    }

    pub fn remember(&mut self, user: &str, heard: &str) -> Vec<Command> {
        let (user, heard) = (user.into(), heard.into());
        self.on(Input::Remember { user, heard })
    }

    /// A question is asked, and the word that puts it off is heard. What its release commands.
    pub fn asked(&mut self, turn: u64, text: &str) -> Vec<Command> {
        self.answer(turn, text);
        let commands = self.released(turn);
        self.remember(text, &word());
        commands
    }

    pub fn helped(&mut self, id: i64, answer: Result<&str, Apology>) -> Vec<Command> {
        self.helped_with(id, &[answer])
    }

    /// The helper has done these parts of a question.
    pub fn helped_with(&mut self, id: i64, answers: &[Result<&str, Apology>]) -> Vec<Command> {
        let answers = answers.iter().map(|answer| answer.map(str::to_owned));
        let answers = answers.collect();
        self.on(Input::Helped { id, answers })
    }

    pub fn told(&mut self, id: i64, heard: &str) -> Vec<Command> {
        let heard = heard.to_owned();
        self.on(Input::Told { id, heard })
    }

    /// What was said and heard, beside the persona.
    pub fn history(&self) -> Vec<String> {
        let history = self.0.history();
        let messages = history.messages();
        let said = messages[history.prefix().len()..].iter();
        said.map(|message| message.content.clone()).collect()
    }
}

pub(super) const RIVERS: &str = "Why do cities grow along rivers?";
const FLOODS: &str = "Why do these flood in spring?";
pub(super) const BOATS: &str = "Boats carry what is sold.";

pub(super) fn word() -> String {
    Lexicon::of(Language::English).helper.let_me_think
}

pub(super) fn request(commands: &[Command]) -> Option<(i64, &[Message])> {
    commands.iter().find_map(|command| match command {
        Command::AskHelper { id, parts, .. } => Some((*id, &parts[0][..])),
        _ => None,
    })
}

/// The number of the question that the helper is asked, and what it is asked with behind its task.
pub(super) fn asked_with(commands: &[Command]) -> (i64, Vec<&str>) {
    let (id, messages) = request(commands).unwrap();
    let said = messages[1..].iter().map(|message| message.content.as_str());
    (id, said.collect())
}

pub(super) fn words_told(commands: &[Command]) -> Option<&str> {
    commands.iter().find_map(|command| match command {
        Command::Tell { words, .. } => Some(words.as_str()),
        _ => None,
    })
}

fn dropped(commands: &[Command]) -> Option<(i64, DropReason)> {
    commands.iter().find_map(|command| match command {
        Command::Publish(_, EventKind::HelperDropped { id, reason }) => Some((*id, *reason)),
        _ => None,
    })
}

#[test]
fn without_a_helper_the_first_model_answers_everything() {
    let mut talk = talk(None);
    let commands = talk.answer(1, RIVERS);
    assert!(
        matches!(commands[..], [Command::Write { .. }]),
        "{commands:?}"
    );
    assert_eq!(talk.released(1), []);
}

#[test]
fn a_question_is_put_off_with_a_word_and_handed_over_when_the_turn_is_decided() {
    let mut talk = ladder();
    let words = word();
    let put_off = Command::PutOff {
        reply: reply(1),
        words,
    };
    assert_eq!(talk.answer(1, RIVERS), [put_off]);
    let commands = talk.released(1);
    let (id, messages) = request(&commands).unwrap();
    assert_eq!((id, messages.last().unwrap().content.as_str()), (1, RIVERS));
    assert_eq!(messages[0].role, Role::System);
    let asked = EventKind::HelperAsked {
        id,
        question: RIVERS.into(),
        parts: Vec::new(),
        reason: HandOverReason::Explanation,
    };
    assert!(commands.contains(&Command::Publish(Some(TurnId(1)), asked)));
}

/// What the helper is asked last, for each part of the question.
pub(super) fn parts_asked(commands: &[Command]) -> Vec<&str> {
    let parts = commands.iter().find_map(|command| match command {
        Command::AskHelper { parts, .. } => Some(parts),
        _ => None,
    });
    let parts = parts.into_iter().flatten();
    parts
        .map(|part| part.last().unwrap().content.as_str())
        .collect()
}

const TWO: &str = "Why do cities grow along rivers, and why is the sky blue?";

#[test]
fn the_parts_of_a_question_are_asked_apart() {
    let mut talk = ladder();
    talk.answer(1, TWO);
    let commands = talk.released(1);
    let expected = ["Why do cities grow along rivers", "why is the sky blue?"];
    assert_eq!(parts_asked(&commands), expected);
    let tasks = commands.iter().find_map(|command| match command {
        Command::AskHelper { parts, .. } => Some(parts.iter().map(|part| part.len())),
        _ => None,
    });
    // The second may be about the first.
    assert_eq!(tasks.unwrap().collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn what_was_not_answered_before_goes_with_the_whole_question() {
    let mut talk = ladder();
    talk.answer(1, "I live by a river.");
    talk.remember("I live by a river.", "");
    talk.answer(2, TWO);
    let commands = talk.released(2);
    assert_eq!(
        parts_asked(&commands),
        [format!("I live by a river. {TWO}")]
    );
}

#[test]
fn a_draft_that_is_thrown_away_hands_nothing_over() {
    let mut talk = ladder();
    talk.answer(1, RIVERS);
    talk.answer(2, "What time is it?");
    assert_eq!(request(&talk.released(1)), None);
    assert_eq!(request(&talk.released(2)), None);
}

#[test]
fn what_is_certain_and_what_is_talk_is_not_handed_over() {
    let mut talk = ladder();
    let certain = talk.answer(1, "What time is it?");
    assert!(matches!(certain[..], [Command::Call { .. }]), "{certain:?}");
    let talked = talk.answer(2, "I feel a bit sad today.");
    assert!(
        !talked.iter().any(|c| matches!(c, Command::PutOff { .. })),
        "{talked:?}"
    );
}

#[test]
fn behind_a_command_the_helper_is_asked_the_rest() {
    let persona = Persona {
        guesses: true,
        ..Persona::bundled(Language::English)
    };
    let setting = Setting {
        helper: Some(HandsOver::ByRule),
        ..Setting::new("Vivi")
    };
    let mut talk = Talk(Agent::new(&persona, setting));
    talk.answer(1, &format!("Set a timer for ten minutes, and {RIVERS}"));
    talk.released(1);
    let called = talk.on(Input::Called {
        reply: reply(1),
        result: Ok(Outcome::Say("Done.".into())),
    });
    let put_off = Command::PutOff {
        reply: reply(1),
        words: format!("Done. {}", word()),
    };
    assert_eq!(called[0], put_off);
    assert_eq!(asked_with(&called), (1, vec![RIVERS]));
}

#[test]
fn the_helper_is_told_what_was_said_of_late_and_not_what_puts_off() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    talk.helped(1, Ok(BOATS));
    talk.told(1, BOATS);
    let commands = talk.asked(2, FLOODS);
    assert_eq!(asked_with(&commands), (2, vec![RIVERS, BOATS, FLOODS]));
}

#[test]
fn never_mind_drops_the_question() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    let commands = talk.on(Input::NotWanted);
    assert!(commands.contains(&Command::DropQuestion(1)));
    assert_eq!(dropped(&commands), Some((1, DropReason::NotWanted)));
    assert_eq!(talk.helped(1, Ok(BOATS)), []);
    assert!(talk.history().is_empty());
}

#[test]
fn never_mind_while_the_answer_waits_takes_it_back() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    talk.helped(1, Ok(BOATS));
    assert_eq!(talk.on(Input::NotWanted), [Command::StopTelling(1)]);
    assert_eq!(talk.on(Input::NotWanted), []);
    let over = talk.told(1, "");
    assert_eq!(dropped(&over), Some((1, DropReason::NotWanted)));
    assert!(talk.history().is_empty());
}

#[test]
fn a_new_question_takes_the_place_of_the_one_before_which_it_may_be_about() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    let commands = talk.asked(2, FLOODS);
    assert!(commands.contains(&Command::DropQuestion(1)));
    assert_eq!(dropped(&commands), Some((1, DropReason::NewQuestion)));
    assert_eq!(
        asked_with(&commands),
        (2, vec![RIVERS, word().as_str(), FLOODS])
    );
    assert_eq!(talk.helped(1, Ok(BOATS)), []);
    assert_eq!(words_told(&talk.helped(2, Ok("Dust."))), Some("Dust."));
}

#[test]
fn a_new_question_takes_the_place_of_an_answer_that_waits() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    talk.helped(1, Ok(BOATS));
    let commands = talk.asked(2, FLOODS);
    assert!(commands.contains(&Command::StopTelling(1)));
    talk.told(1, "");
    assert_eq!(words_told(&talk.helped(2, Ok("Dust."))), Some("Dust."));
}

#[test]
fn a_question_that_the_user_goes_on_with_is_asked_again_whole() {
    let mut talk = ladder();
    talk.answer(1, RIVERS);
    talk.released(1);
    let longer = "Why do cities grow along rivers and coasts?";
    talk.answer(2, longer);
    let commands = talk.released(2);
    assert_eq!(dropped(&commands), Some((1, DropReason::WentOn)));
    assert_eq!(asked_with(&commands), (2, vec![longer]));
}

#[test]
fn a_question_that_was_taken_back_is_not_asked_with_the_next_one() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    talk.helped(1, Ok(BOATS));
    assert_eq!(talk.on(Input::NotWanted), [Command::StopTelling(1)]);
    let commands = talk.asked(2, FLOODS);
    assert_eq!(asked_with(&commands), (2, vec![FLOODS]));
}

#[test]
fn a_question_that_the_first_model_answers_after_all_is_dropped() {
    let mut talk = ladder();
    talk.answer(1, RIVERS);
    talk.released(1);
    talk.answer(
        2,
        "Why do cities grow along rivers? I feel a bit sad today.",
    );
    let commands = talk.released(2);
    assert_eq!(dropped(&commands), Some((1, DropReason::WentOn)));
}

#[test]
fn a_question_that_is_taken_back_before_the_word_was_heard_is_dropped() {
    let mut talk = ladder();
    talk.answer(1, RIVERS);
    talk.released(1);
    let commands = talk.on(Input::Ignored);
    assert_eq!(dropped(&commands), Some((1, DropReason::WentOn)));
}

#[test]
fn what_is_not_answered_later_leaves_the_question() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    assert_eq!(talk.on(Input::Ignored), []);
    assert_eq!(words_told(&talk.helped(1, Ok(BOATS))), Some(BOATS));
}

#[test]
fn a_cough_over_the_word_leaves_the_question_as_it_is() {
    let mut talk = ladder();
    talk.answer(1, RIVERS);
    talk.released(1);
    talk.answer(2, RIVERS);
    assert_eq!(talk.released(2), []);
    talk.remember(RIVERS, &word());
    assert_eq!(words_told(&talk.helped(1, Ok(BOATS))), Some(BOATS));
}

#[test]
fn who_sends_it_to_sleep_wants_no_answer_any_more() {
    let mut talk = ladder();
    talk.asked(1, RIVERS);
    talk.answer(2, "Stop listening.");
    talk.released(2);
    let sleeps = crate::tools::Outcome::Control(crate::tools::Control::Sleep, "Yes.".into());
    talk.on(Input::Called {
        reply: reply(2),
        result: Ok(sleeps),
    });
    let commands = talk.remember("Stop listening.", "Yes.");
    assert_eq!(dropped(&commands), Some((1, DropReason::SentAway)));
}

#[test]
fn a_setting_without_the_helper_offers_it_to_nobody() {
    let setting = Setting {
        offers: Arc::new([offer_of_the_helper()]),
        helper: Some(HandsOver::ByBoth),
        ..Setting::new("Vivi")
    };
    let without = setting.without_helper();
    assert_eq!((without.helper, without.offers.len()), (None, 0));
}
