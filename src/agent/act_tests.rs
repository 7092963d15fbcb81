//! What the language model has done that changes something: when, and once.

use super::model_call_tests::{REPLY, Talk, call, called, prompt, said, talk};
use super::*;
use crate::events::{ReplyId, TurnId};
use crate::llm::Message;
use crate::tools::Outcome;

#[test]
fn what_changes_something_waits_until_the_turn_is_decided() {
    let mut talk = talk();
    assert!(called(&talk.asked(&["press"])).is_empty());
    assert_eq!(called(&talk.on(Input::Released(REPLY))), ["press"]);
}

#[test]
fn what_changes_something_is_called_at_once_in_a_turn_that_is_decided() {
    let mut talk = talk();
    let text = "Press it.".to_owned();
    talk.on(Input::Answer { reply: REPLY, text });
    talk.on(Input::Released(REPLY));
    assert_eq!(called(&talk.wanted(&["press"])), ["press"]);
}

#[test]
fn what_cannot_be_undone_is_called_after_a_yes_and_not_before() {
    let mut talk = talk();
    let commands = talk.asked(&["erase_file"]);
    let question = said(&commands)[0].to_owned();
    assert!(called(&commands).is_empty());
    assert!(question.contains("erase file: the garden"), "{question}");
    talk.on(Input::Released(REPLY));
    talk.on(Input::Remember {
        user: "Erase it.".into(),
        heard: question,
    });
    let yes = ReplyId {
        turn: TurnId(2),
        draft: 1,
    };
    talk.on(Input::Answer {
        reply: yes,
        text: "Yes.".into(),
    });
    assert_eq!(called(&talk.on(Input::Released(yes))), ["erase_file"]);
    let commands = talk.on(Input::Found {
        reply: yes,
        found: Ok("Gone.".into()),
    });
    assert_eq!(prompt(&commands).0.last().unwrap().content, "Gone.");
}

#[test]
fn what_cannot_be_taken_back_is_not_done_again_for_the_same_words() {
    let mut talk = talk();
    talk.asked(&["press"]);
    assert_eq!(called(&talk.on(Input::Released(REPLY))), ["press"]);
    // A cough: the same words are answered anew.
    let again = ReplyId {
        turn: TurnId(2),
        draft: 1,
    };
    let commands = talk.on(Input::Answer {
        reply: again,
        text: "How is the garden?".into(),
    });
    let (messages, _) = prompt(&commands);
    let [.., act, known] = messages else {
        panic!("{messages:?}")
    };
    assert_eq!(*act, Message::call(call("press")));
    assert!(known.content.contains("was called"), "{known:?}");
}

#[test]
fn what_was_done_is_forgotten_with_the_words_that_it_was_done_for() {
    let mut talk = talk();
    talk.asked(&["press"]);
    talk.on(Input::Released(REPLY));
    talk.found("Pressed.");
    talk.on(Input::Remember {
        user: "How is the garden?".into(),
        heard: "I pressed it.".into(),
    });
    let next = ReplyId {
        turn: TurnId(2),
        draft: 1,
    };
    let commands = talk.on(Input::Answer {
        reply: next,
        text: "And now?".into(),
    });
    assert!(
        prompt(&commands)
            .0
            .iter()
            .all(|message| message.call.is_none())
    );
}

#[test]
fn an_exchange_that_is_over_calls_nothing_more() {
    let mut talk = talk();
    talk.asked(&["press", "press"]);
    talk.on(Input::Released(REPLY));
    talk.on(Input::Remember {
        user: "Press it twice.".into(),
        heard: String::new(),
    });
    assert!(talk.found("Pressed.").is_empty());
}

#[test]
fn a_reply_that_was_stopped_calls_nothing_more() {
    let mut talk = talk();
    talk.asked(&["press", "press"]);
    talk.on(Input::Released(REPLY));
    talk.on(Input::Stopped(REPLY));
    assert!(talk.found("Pressed.").is_empty());
}

/// `press` is called, and the user stops the reply after this was heard of it.
fn pressed_and_stopped_after(heard: &str) -> Talk {
    let mut talk = talk();
    talk.asked(&["press"]);
    talk.on(Input::Released(REPLY));
    talk.on(Input::StillCalling(REPLY));
    talk.on(Input::Stopped(REPLY));
    talk.on(Input::Remember {
        user: "How is the garden?".into(),
        heard: heard.into(),
    });
    talk.on(Input::Ignored);
    talk
}

const NEXT: ReplyId = ReplyId {
    turn: TurnId(2),
    draft: 1,
};

#[test]
fn what_was_done_for_words_that_were_not_answered_is_known_to_the_next_question() {
    for heard in ["", "One", "One moment."] {
        let mut talk = pressed_and_stopped_after(heard);
        let text = "And now?".to_owned();
        let commands = talk.on(Input::Answer { reply: NEXT, text });
        let (messages, _) = prompt(&commands);
        let [.., user, act, _] = messages else {
            panic!("{messages:?}")
        };
        assert_eq!(user.content, "How is the garden? And now?", "{heard:?}");
        assert_eq!(*act, Message::call(call("press")));
        talk.on(Input::Released(NEXT));
        let wants = talk.on(Input::Written {
            reply: NEXT,
            cancelled: false,
            began: false,
            calls: vec![call("press")],
        });
        assert!(called(&wants).is_empty(), "{heard:?}: {wants:?}");
    }
}

#[test]
fn go_on_before_anything_was_heard_is_the_question_again() {
    let mut talk = pressed_and_stopped_after("One moment.");
    let commands = talk.on(Input::Rest(NEXT));
    let (messages, _) = prompt(&commands);
    let [.., user, _, _] = messages else {
        panic!("{messages:?}")
    };
    assert_eq!(user.content, "How is the garden?");
}

#[test]
fn a_model_may_say_one_moment_itself() {
    let mut talk = talk();
    let text = "Wait.".to_owned();
    talk.on(Input::Answer { reply: REPLY, text });
    talk.on(Input::Released(REPLY));
    talk.on(Input::Remember {
        user: "Wait.".into(),
        heard: "One moment.".into(),
    });
    let last = talk.0.history().messages().pop().unwrap();
    assert_eq!(last.content, "One moment.");
}

#[test]
fn a_yes_is_for_one_call() {
    let mut talk = talk();
    let question = said(&talk.asked(&["erase_file"]))[0].to_owned();
    talk.on(Input::Released(REPLY));
    talk.on(Input::Remember {
        user: "Erase it.".into(),
        heard: question,
    });
    let reply = |draft| ReplyId {
        turn: TurnId(2),
        draft,
    };
    talk.on(Input::Answer {
        reply: reply(1),
        text: "Yes.".into(),
    });
    assert_eq!(called(&talk.on(Input::Released(reply(1)))), ["erase_file"]);
    // The user goes on.
    let commands = talk.on(Input::Answer {
        reply: reply(2),
        text: "Yes please.".into(),
    });
    assert!(called(&commands).is_empty());
    assert!(called(&talk.on(Input::Released(reply(2)))).is_empty());
}

#[test]
fn two_changes_are_made_and_the_same_one_twice_is_not() {
    let mut talk = talk();
    talk.asked(&["set_timer", "set_timer", "press"]);
    assert_eq!(called(&talk.on(Input::Released(REPLY))), ["set_timer"]);
    let result = Ok(Outcome::Say("It runs.".into()));
    let commands = talk.on(Input::Called {
        reply: REPLY,
        result,
    });
    assert_eq!(called(&commands), ["press"]);
    let commands = talk.found("It is pressed.");
    let (messages, _) = prompt(&commands);
    let mut told = messages.iter().map(|message| message.content.as_str());
    assert!(told.any(|told| told.contains("called already")));
}
