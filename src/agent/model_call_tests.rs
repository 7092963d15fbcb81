//! What the language model wants called, and how its reply goes on.

use serde_json::json;

use super::*;
use crate::events::{ReplyId, TurnId};
use crate::language::Language;
use crate::llm::{Message, Role};
use crate::tool_call::{Call, CallFailure, Class, Offer, ToolDefinition};
use crate::tools::Outcome;

pub(super) const REPLY: ReplyId = ReplyId {
    turn: TurnId(1),
    draft: 1,
};

pub(super) struct Talk(pub Agent);

/// An agent whose model may look, press a button, erase something, and set a timer.
pub(super) fn talk() -> Talk {
    let offer = |(name, class): (&str, Class)| Offer {
        definition: ToolDefinition {
            name: name.into(),
            description: String::new(),
            parameters: json!({ "type": "object" }),
        },
        class,
    };
    let offers = [
        ("look", Class::Read),
        ("press", Class::Act),
        ("erase_file", Class::AskFirst),
        ("set_timer", Class::Act),
    ];
    let setting = Setting {
        offers: offers.into_iter().map(offer).collect(),
        ..Setting::new("Vivi")
    };
    Talk(Agent::new(&Persona::bundled(Language::English), setting))
}

fn setting_with(names: &[&str]) -> Setting {
    let offer = |name: &&str| Offer {
        definition: ToolDefinition {
            name: (*name).into(),
            description: String::new(),
            parameters: json!({ "type": "object" }),
        },
        class: Class::Read,
    };
    Setting {
        built_in: BuiltIn::SwitchedOff,
        offers: names.iter().map(offer).collect(),
        ..Setting::new("Vivi")
    }
}

pub(super) fn call(name: &str) -> Call {
    let arguments = json!({ "what": "the garden" });
    Call {
        name: name.into(),
        arguments: arguments.as_object().unwrap().clone(),
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

    /// The user asks, and the model wants these called.
    pub fn asked(&mut self, names: &[&str]) -> Vec<Command> {
        let text = "How is the garden?".to_owned();
        self.on(Input::Answer { reply: REPLY, text });
        self.wanted(names)
    }

    pub fn wanted(&mut self, names: &[&str]) -> Vec<Command> {
        self.on(Input::Written {
            reply: REPLY,
            cancelled: false,
            began: false,
            calls: names.iter().map(|name| call(name)).collect(),
        })
    }

    pub fn found(&mut self, found: &str) -> Vec<Command> {
        let found = Ok(found.to_owned());
        self.on(Input::Found {
            reply: REPLY,
            found,
        })
    }
}

pub(super) fn called(commands: &[Command]) -> Vec<&str> {
    let called = commands.iter().filter_map(|command| match command {
        Command::Call { call, .. } => Some(call.name.as_str()),
        _ => None,
    });
    called.collect()
}

pub(super) fn said(commands: &[Command]) -> Vec<&str> {
    let said = commands.iter().filter_map(|command| match command {
        Command::Say { words, .. } | Command::SayMeanwhile { words, .. } => Some(words.as_str()),
        _ => None,
    });
    said.collect()
}

/// The messages that the model is to go on with, and the tools that it may still call.
pub(super) fn prompt(commands: &[Command]) -> (&[Message], &[ToolDefinition]) {
    match commands {
        [
            Command::Write {
                messages, tools, ..
            },
        ] => (messages, tools),
        _ => panic!("the model is to write: {commands:?}"),
    }
}

#[test]
fn the_model_is_told_of_what_it_may_call() {
    let mut talk = talk();
    let text = "How is the garden?".to_owned();
    let commands = talk.on(Input::Answer { reply: REPLY, text });
    let (_, tools) = prompt(&commands);
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["look", "press", "erase_file", "set_timer"]);
}

#[test]
fn what_only_reads_is_called_for_a_draft_and_the_reply_goes_on_with_what_was_found() {
    let mut talk = talk();
    assert_eq!(called(&talk.asked(&["look"])), ["look"]);
    let commands = talk.found("It is green.");
    let (messages, _) = prompt(&commands);
    let [.., user, asked, found] = messages else {
        panic!("{messages:?}")
    };
    assert_eq!(user.content, "How is the garden?");
    assert_eq!(*asked, Message::call(call("look")));
    assert_eq!(*found, Message::result(call("look"), "It is green."));
}

#[test]
fn several_calls_are_made_one_after_the_other() {
    let mut talk = talk();
    assert_eq!(called(&talk.asked(&["look", "look"])), ["look"]);
    assert_eq!(called(&talk.found("It is green.")), ["look"]);
    let commands = talk.found("It is wet.");
    let results = prompt(&commands)
        .0
        .iter()
        .filter(|one| one.role == Role::Tool);
    assert_eq!(results.count(), 2);
}

#[test]
fn a_model_that_calls_for_ever_is_told_to_stop_and_then_what_was_found_is_said() {
    let mut talk = talk();
    talk.asked(&["look"]);
    for _ in 0..5 {
        let commands = talk.found("It is green.");
        prompt(&commands);
        assert_eq!(called(&talk.wanted(&["look"])), ["look"]);
    }
    talk.found("It is green.");
    let commands = talk.wanted(&["look"]);
    let (messages, tools) = prompt(&commands);
    assert!(
        messages.last().unwrap().content.contains("too many"),
        "{commands:?}"
    );
    // What was read of the prompt is not read again.
    assert_eq!(tools.len(), 4);
    assert_eq!(said(&talk.wanted(&["look"])), ["It is green."]);
}

#[test]
fn a_model_that_wants_what_there_is_not_for_ever_comes_to_an_end() {
    let mut talk = talk();
    let mut commands = talk.asked(&["fly"]);
    for _ in 0..20 {
        if matches!(commands[..], [Command::GiveUp { .. }]) {
            return;
        }
        prompt(&commands);
        commands = talk.wanted(&["fly"]);
    }
    panic!("{commands:?}");
}

#[test]
fn the_rest_of_a_reply_calls_nothing() {
    let mut talk = talk();
    talk.on(Input::Rest(REPLY));
    let commands = talk.wanted(&["look"]);
    assert_eq!(commands, [Command::End(REPLY)]);
}

#[test]
fn a_question_names_all_that_is_in_the_call_or_how_much_more_there_is() {
    let mut talk = talk();
    let text = "Erase them.".to_owned();
    talk.on(Input::Answer { reply: REPLY, text });
    let paths: Vec<String> = (0..9).map(|n| format!("/file/{n}")).collect();
    let arguments = json!({ "paths": paths, "why": { "note": "x".repeat(100) } });
    let commands = talk.on(Input::Written {
        reply: REPLY,
        cancelled: false,
        began: false,
        calls: vec![Call {
            name: "erase_file".into(),
            arguments: arguments.as_object().unwrap().clone(),
        }],
    });
    let question = said(&commands)[0];
    assert!(question.contains("/file/0, /file/1"), "{question}");
    assert!(question.contains("... +4"), "{question}");
}

#[test]
fn what_we_cannot_do_is_left_to_a_tool_that_may() {
    let mut talk = talk();
    let text = "Play some music.".to_owned();
    let commands = talk.on(Input::Answer { reply: REPLY, text });
    assert!(!said(&commands).is_empty(), "{commands:?}");
    let mut setting = setting_with(&["player_play_song"]);
    setting.built_in = BuiltIn::Callable;
    let mut talk = Talk(Agent::new(&Persona::bundled(Language::English), setting));
    let text = "Play some music.".to_owned();
    prompt(&talk.on(Input::Answer { reply: REPLY, text }));
}

#[test]
fn notes_are_left_to_a_tool_that_may_find_them_unless_folders_are_configured() {
    let notes = "What do my notes say about the boiler?";
    assert_eq!(called_for(notes, &["notes_search"], false), "");
    assert_eq!(called_for(notes, &["notes_search"], true), "search_notes");
    assert_eq!(called_for(notes, &["lamp_on"], false), "search_notes");
}

#[test]
fn tables_are_asked_for_only_where_folders_are_configured() {
    let sum = "What is the sum of amount in my expenses table?";
    assert_eq!(called_for(sum, &[], false), "");
    assert_eq!(called_for(sum, &[], true), "sum_column");
}

/// The tools that are called for some words, where these others are offered.
fn called_for(text: &str, names: &[&str], has_folders: bool) -> String {
    let mut setting = setting_with(names);
    (setting.built_in, setting.has_folders) = (BuiltIn::Callable, has_folders);
    let mut talk = Talk(Agent::new(&Persona::bundled(Language::English), setting));
    let text = text.to_owned();
    let commands = talk.on(Input::Answer { reply: REPLY, text });
    called(&commands).join(" ")
}

#[test]
fn what_was_not_offered_is_not_called_and_the_model_is_told() {
    let mut talk = talk();
    let commands = talk.asked(&["forget_everything"]);
    assert!(called(&commands).is_empty());
    let (messages, _) = prompt(&commands);
    assert!(messages.last().unwrap().content.contains("no tool"));
}

#[test]
fn what_a_built_in_tool_says_is_said_as_it_is() {
    let mut talk = talk();
    talk.asked(&["set_timer"]);
    talk.on(Input::Released(REPLY));
    let result = Ok(Outcome::Say("Five minutes, starting now.".into()));
    let commands = talk.on(Input::Called {
        reply: REPLY,
        result,
    });
    assert_eq!(said(&commands), ["Five minutes, starting now."]);
}

#[test]
fn a_failure_is_said_as_it_was() {
    let mut talk = talk();
    talk.asked(&["look"]);
    let commands = talk.on(Input::Found {
        reply: REPLY,
        found: Err(CallFailure::Unusable {
            whose: "the garden".into(),
            why: "it has gone".into(),
        }),
    });
    assert_eq!(said(&commands), ["I could not use the garden."]);
}

#[test]
fn what_a_tool_declines_is_told_to_the_model() {
    let mut talk = talk();
    talk.asked(&["look"]);
    let commands = talk.on(Input::Found {
        reply: REPLY,
        found: Err(CallFailure::Declined("no such garden".into())),
    });
    assert_eq!(
        prompt(&commands).0.last().unwrap().content,
        "no such garden"
    );
}

#[test]
fn where_the_model_says_nothing_what_was_found_is_said() {
    let mut talk = talk();
    talk.asked(&["look"]);
    talk.found(&"It is green. ".repeat(100));
    let commands = talk.on(Input::Failed {
        reply: REPLY,
        failure: Failure {
            kind: FailureKind::NoWords,
            message: "no words".into(),
            apology: crate::lexicon::Apology::NoAnswer,
        },
        began: false,
    });
    let words = said(&commands)[0];
    assert!(
        words.starts_with("It is green.") && words.len() <= 300,
        "{words}"
    );
}

#[test]
fn who_waits_for_a_slow_tool_hears_so_once() {
    let mut talk = talk();
    talk.asked(&["look"]);
    // A draft is not heard yet.
    assert!(said(&talk.on(Input::StillCalling(REPLY))).is_empty());
    assert_eq!(said(&talk.on(Input::Released(REPLY))), ["One moment."]);
    assert!(said(&talk.on(Input::StillCalling(REPLY))).is_empty());
}

#[test]
fn what_was_called_for_a_reply_that_nobody_wants_is_forgotten() {
    let mut talk = talk();
    talk.asked(&["press"]);
    let other = ReplyId {
        turn: TurnId(1),
        draft: 2,
    };
    talk.on(Input::Answer {
        reply: other,
        text: "How is the garden today?".into(),
    });
    assert!(talk.on(Input::Released(other)).is_empty());
    assert!(talk.found("It is green.").is_empty());
}

#[test]
fn a_cancelled_reply_calls_nothing() {
    let mut talk = talk();
    let text = "How is the garden?".to_owned();
    talk.on(Input::Answer { reply: REPLY, text });
    let commands = talk.on(Input::Written {
        reply: REPLY,
        cancelled: true,
        began: false,
        calls: vec![call("look")],
    });
    assert!(commands.is_empty());
}
