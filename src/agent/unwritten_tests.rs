//! What is written down of a conversation.

use super::*;
use crate::events::{ReplyId, TurnId};
use crate::language::Language;
use crate::tools::Outcome;

struct Talk {
    agent: Agent,
    turn: u64,
}

fn talk() -> Talk {
    let persona = Persona::bundled(Language::English);
    Talk {
        agent: Agent::new(&persona, Setting::new("Vivi")),
        turn: 0,
    }
}

impl Talk {
    /// What is written down at this.
    fn on(&mut self, input: Input) -> Vec<(String, String)> {
        let mut commands = Vec::new();
        self.agent.handle(input, &mut commands);
        let written = commands.into_iter().filter_map(|command| match command {
            Command::WriteDown { user, heard } => Some((user, heard)),
            _ => None,
        });
        written.collect()
    }

    /// An answer to these words is released, for which a tool was called if that is certain.
    fn answer(&mut self, text: &str) {
        self.turn += 1;
        let reply = ReplyId {
            turn: TurnId(self.turn),
            draft: 1,
        };
        let text = text.to_owned();
        self.on(Input::Answer { reply, text });
        self.on(Input::Released(reply));
        let result = Ok(Outcome::Say("Done.".into()));
        self.on(Input::Called { reply, result });
    }

    fn remember(&mut self, user: &str, heard: &str) -> Vec<(String, String)> {
        let (user, heard) = (user.to_owned(), heard.to_owned());
        self.on(Input::Remember { user, heard })
    }
}

fn written(user: &str, heard: &str) -> Vec<(String, String)> {
    vec![(user.to_owned(), heard.to_owned())]
}

const STORY: &str = "Tell me a story.";

#[test]
fn an_exchange_is_written_down_as_it_was_heard() {
    let mut talk = talk();
    talk.answer(STORY);
    assert_eq!(
        talk.remember(STORY, "Once upon"),
        written(STORY, "Once upon")
    );
}

#[test]
fn what_more_was_heard_of_a_reply_is_written_down_behind_it() {
    let mut talk = talk();
    talk.answer(STORY);
    talk.remember(STORY, "Once upon");
    assert_eq!(talk.remember("", "a time."), written("", "a time."));
}

#[test]
fn words_that_were_not_answered_are_written_down_with_those_that_were() {
    let mut talk = talk();
    talk.answer("What is the capital");
    assert!(talk.remember("What is the capital", "").is_empty());
    talk.answer("of France?");
    let both = "What is the capital of France?";
    assert_eq!(
        talk.remember("of France?", "Paris."),
        written(both, "Paris.")
    );
}

#[test]
fn an_exchange_in_which_something_is_forgotten_or_recalled_is_not_written_down() {
    for asked in [
        "Forget what I said about the boiler.",
        "What did I say about the boiler?",
        "What did I tell you about the boiler?",
    ] {
        let mut talk = talk();
        talk.answer(asked);
        assert!(
            talk.remember(asked, "It is the boiler.").is_empty(),
            "{asked}"
        );
        // The rest of that reply is not written down either. The next exchange is.
        assert!(talk.remember("", "It leaks.").is_empty(), "{asked}");
        talk.answer(STORY);
        assert_eq!(talk.remember(STORY, "Once."), written(STORY, "Once."));
    }
}

#[test]
fn words_to_forget_are_not_written_down_with_those_that_follow() {
    let mut talk = talk();
    let forget = "Forget what I said about the boiler.";
    talk.answer(forget);
    assert!(talk.remember(forget, "").is_empty());
    talk.answer("Please.");
    assert!(talk.remember("Please.", "All right.").is_empty());
}

#[test]
fn what_was_only_drafted_keeps_no_exchange_from_being_written_down() {
    let mut talk = talk();
    let reply = ReplyId {
        turn: TurnId(1),
        draft: 7,
    };
    let text = "What did I say about the boiler?".to_owned();
    talk.on(Input::Answer { reply, text });
    talk.answer(STORY);
    assert_eq!(talk.remember(STORY, "Once."), written(STORY, "Once."));
}
