//! What the first model hands over itself, and what it says and does beside that.

use serde_json::json;

use super::handover_tests::{
    BOATS, RIVERS, Talk, asked_with, parts_asked, reply, request, talk, word,
};
use super::*;
use crate::language::Language;
use crate::tool_call::{Call, Class, Offer, ToolDefinition};
use crate::tools::Outcome;

/// The first model wants its helper asked.
fn calls(talk: &mut Talk, turn: u64, arguments: serde_json::Value) -> Vec<Command> {
    talk.on(Input::Written {
        reply: reply(turn),
        cancelled: false,
        began: false,
        calls: vec![Call {
            name: ASK_HELPER.into(),
            arguments: arguments.as_object().unwrap().clone(),
        }],
    })
}

#[test]
fn the_first_model_may_hand_a_question_over_itself() {
    let mut talk = talk(Some(HandsOver::ByCall));
    let commands = talk.answer(1, RIVERS);
    let [Command::Write { tools, .. }] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert_eq!(tools[0].name, ASK_HELPER);
    talk.released(1);
    let question = "Why would cities grow along rivers?";
    let commands = calls(&mut talk, 1, json!({ "question": question }));
    assert!(
        matches!(commands[0], Command::PutOff { .. }),
        "{commands:?}"
    );
    let (_, messages) = request(&commands).unwrap();
    assert_eq!(messages.last().unwrap().content, question);
}

#[test]
fn a_call_without_a_question_hands_over_what_the_user_said_once_the_turn_is_decided() {
    let mut talk = talk(Some(HandsOver::ByCall));
    talk.answer(1, RIVERS);
    let commands = calls(&mut talk, 1, json!({}));
    assert_eq!(request(&commands), None);
    let commands = talk.released(1);
    assert_eq!(
        request(&commands).unwrap().1.last().unwrap().content,
        RIVERS
    );
}

#[test]
fn the_first_model_may_part_a_question() {
    let mut talk = talk(Some(HandsOver::ByCall));
    talk.answer(1, RIVERS);
    talk.released(1);
    let parts = ["Why do rivers attract people?", "Why do cities grow?"];
    let commands = calls(&mut talk, 1, json!({ "parts": parts }));
    assert_eq!(parts_asked(&commands), parts);
}

/// A first model that has a tool beside its helper.
fn with_timers() -> Talk {
    let timer = Offer {
        definition: ToolDefinition {
            name: "set_timer".into(),
            description: String::new(),
            parameters: json!({ "type": "object" }),
        },
        class: Class::Act,
    };
    let setting = Setting {
        offers: [timer, offer_of_the_helper()].into(),
        helper: Some(HandsOver::ByCall),
        ..Setting::new("Vivi")
    };
    Talk(Agent::new(&Persona::bundled(Language::English), setting))
}

const SET: &str = "Your timer is set.";

/// Its first model wants the helper asked and a timer set, in this order; what each step commands.
fn asks_and_sets() -> (Talk, Vec<Command>, Vec<Command>) {
    let mut talk = with_timers();
    talk.answer(1, RIVERS);
    talk.released(1);
    let call = |name: &str| Call {
        name: name.into(),
        arguments: serde_json::Map::new(),
    };
    let wanted = talk.on(Input::Written {
        reply: reply(1),
        cancelled: false,
        began: false,
        calls: vec![call(ASK_HELPER), call("set_timer")],
    });
    let called = talk.on(Input::Called {
        reply: reply(1),
        result: Ok(Outcome::Say(SET.into())),
    });
    (talk, wanted, called)
}

#[test]
fn what_else_the_first_model_wants_comes_before_its_helper() {
    let (_, wanted, called) = asks_and_sets();
    let [Command::Call { call, .. }] = &wanted[..] else {
        panic!("{wanted:?}");
    };
    assert_eq!(call.name, "set_timer");
    assert_eq!(asked_with(&called), (1, vec![RIVERS]));
}

#[test]
fn what_a_tool_did_is_said_before_the_question_is_put_off() {
    let (_, _, called) = asks_and_sets();
    let put_off = Command::PutOff {
        reply: reply(1),
        words: format!("{SET} {}", word()),
    };
    assert_eq!(called[0], put_off);
}

#[test]
fn what_is_heard_before_the_word_that_puts_off_is_kept() {
    for heard in [format!("{SET} {}", word()), format!("{SET} Let me")] {
        let (mut talk, _, _) = asks_and_sets();
        talk.remember(RIVERS, &heard);
        assert_eq!(talk.history(), [RIVERS, SET], "{heard}");
    }
}

#[test]
fn in_writing_an_answer_is_not_kept_twice() {
    let (mut talk, _, _) = asks_and_sets();
    talk.helped(1, Ok(BOATS));
    talk.remember(RIVERS, &format!("{SET} {BOATS}"));
    talk.told(1, BOATS);
    assert_eq!(talk.history(), [RIVERS, SET, RIVERS, BOATS]);
}
