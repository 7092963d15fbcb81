//! What is kept, forgotten and asked again.

use super::*;
use crate::events::{EventKind, ReplyId, TurnId};
use crate::language::Language;
use crate::lexicon::Apology;
use crate::llm::{Message, Role};

/// What a language model makes of a prompt.
type Model = Box<dyn FnMut(&[Message], usize) -> Result<&'static str, FailureKind>>;

/// A conversation with a scripted language model, in which every reply is heard to its end.
struct Talk {
    agent: Agent,
    model: Model,
    turn: u64,
    /// Lengths of the prompts that were to be answered, beside the persona.
    asked: Vec<usize>,
    /// Replies that were given up.
    given_up: usize,
    /// Exchanges that were said to be forgotten.
    forgot: usize,
}

impl Talk {
    fn with(
        exchanges: usize,
        model: impl FnMut(&[Message], usize) -> Result<&'static str, FailureKind> + 'static,
    ) -> Self {
        let mut talk = Self {
            agent: Agent::new(&Persona::bundled(Language::English), Setting::new("Vivi")),
            model: Box::new(model),
            turn: 0,
            asked: Vec::new(),
            given_up: 0,
            forgot: 0,
        };
        for n in 0..exchanges {
            talk.remember(&format!("question {n}"), "answer");
        }
        talk
    }

    fn persona(&self) -> usize {
        self.agent.history().prefix().len()
    }

    /// Asks, and has the reply that came of it remembered; what was said.
    fn ask(&mut self, text: &str) -> String {
        self.turn += 1;
        let reply = ReplyId {
            turn: TurnId(self.turn),
            draft: 1,
        };
        let heard = self.take(Input::Answer {
            reply,
            text: text.into(),
        });
        self.remember(text, &heard);
        heard
    }

    fn remember(&mut self, user: &str, heard: &str) {
        self.take(Input::Remember {
            user: user.into(),
            heard: heard.into(),
        });
    }

    /// Has the agent take an input, and the model do what it commands; what is said.
    fn take(&mut self, input: Input) -> String {
        let (mut inputs, mut said) = (vec![input], String::new());
        while let Some(input) = inputs.pop() {
            let mut commands = Vec::new();
            self.agent.handle(input, &mut commands);
            for command in commands {
                match command {
                    Command::ReadAhead { messages, room, .. } => {
                        if let Err(FailureKind::TooLong { tokens, fits }) =
                            (self.model)(&messages, room)
                        {
                            inputs.push(Input::Crowded { tokens, fits });
                        }
                    }
                    Command::Write {
                        reply,
                        messages,
                        room,
                        ..
                    } => {
                        self.asked.push(messages.len() - self.persona());
                        inputs.push(match (self.model)(&messages, room) {
                            Ok(text) => {
                                said.push_str(text);
                                Input::Written {
                                    reply,
                                    cancelled: false,
                                    began: true,
                                    calls: Vec::new(),
                                }
                            }
                            Err(kind) => Input::Failed {
                                reply,
                                failure: failure(kind),
                                began: false,
                            },
                        });
                    }
                    Command::Say { words, .. } => said.push_str(&words),
                    Command::GiveUp { .. } => self.given_up += 1,
                    Command::Publish(_, EventKind::Forgot { exchanges }) => {
                        self.forgot += exchanges;
                    }
                    Command::Publish(..) => {}
                    Command::Call { .. }
                    | Command::PutOff { .. }
                    | Command::AskHelper { .. }
                    | Command::DropQuestion(_)
                    | Command::Tell { .. }
                    | Command::StopTelling(_)
                    | Command::SayMeanwhile { .. }
                    | Command::End(_)
                    | Command::WriteDown { .. }
                    | Command::Keep
                    | Command::TakeBack
                    | Command::Speak(..)
                    | Command::SpeakIn(_)
                    | Command::Sleep
                    | Command::EndConversation => {}
                }
            }
        }
        said
    }
}

fn failure(kind: FailureKind) -> Failure {
    Failure {
        kind,
        message: "scripted".into(),
        apology: Apology::Failed,
    }
}

/// A model whose tokens are bytes, with a context of so many beside the persona.
fn bytes(context: usize) -> impl FnMut(&[Message], usize) -> Result<&'static str, FailureKind> {
    let persona = Persona::bundled(Language::English);
    let own: usize = persona.prefix().iter().map(|m| m.content.len()).sum();
    move |messages, room| {
        let tokens: usize = messages.iter().map(|m| m.content.len()).sum();
        let fits = (own + context).saturating_sub(room);
        if tokens <= fits {
            Ok("All is well.")
        } else {
            Err(FailureKind::TooLong { tokens, fits })
        }
    }
}

fn minds_poison(messages: &[Message], _: usize) -> Result<&'static str, FailureKind> {
    if messages.iter().any(|m| m.content.contains("poison")) {
        Err(FailureKind::Refused)
    } else {
        Ok("All is well.")
    }
}

#[test]
fn a_question_is_asked_after_what_was_said_before() {
    let mut talk = Talk::with(2, |messages, _| {
        assert_eq!(messages[0].role, Role::System);
        Ok("Yes.")
    });
    assert_eq!(talk.ask("Really?"), "Yes.");
    assert_eq!(talk.asked, [5]);
}

#[test]
fn the_latest_exchange_is_kept_for_a_question_that_is_not_there_yet() {
    let long = "a".repeat(400);
    let mut talk = Talk::with(0, bytes(700));
    for _ in 0..3 {
        talk.remember(&long, &long);
    }
    assert_eq!(talk.agent.history().exchanges(), 1);
    talk.ask("a question for which it has to go");
    assert_eq!(talk.agent.history().exchanges(), 1);
    assert_eq!(talk.asked, [3, 1]);
}

#[test]
fn what_has_room_is_kept() {
    let mut talk = Talk::with(3, bytes(1_000));
    talk.ask("And now?");
    assert_eq!((talk.asked.as_slice(), talk.forgot), ([7].as_slice(), 0));
}

#[test]
fn room_is_made_for_several_new_exchanges_at_once() {
    let mut talk = Talk::with(0, bytes(2_000));
    let text = "a".repeat(100);
    let mut lengths = Vec::new();
    for _ in 0..30 {
        talk.remember(&text, &text);
        lengths.push(talk.agent.history().exchanges());
    }
    let times = lengths.windows(2).filter(|pair| pair[1] < pair[0]).count();
    assert!((1..8).contains(&times), "{lengths:?}");
    assert_eq!(talk.forgot + talk.agent.history().exchanges(), 30);
}

#[test]
fn a_refused_question_is_not_asked_with_the_next() {
    let mut talk = Talk::with(0, minds_poison);
    assert_eq!(talk.ask("Tell me about poison."), "");
    assert_eq!(talk.given_up, 1);
    assert_eq!(talk.ask("What do you dream up?"), "All is well.");
    assert_eq!(talk.given_up, 1);
}

#[test]
fn after_ten_failures_the_prompt_is_not_eleven_questions() {
    let mut talk = Talk::with(1, |_, _| Err(FailureKind::OfTheEngine));
    for n in 0..10 {
        talk.ask(&format!("Question {n}?"));
    }
    let next = talk.agent.history().prompt("And now?");
    assert_eq!(next.len(), talk.persona() + 3);
    let last = next.last().unwrap();
    assert_eq!(last.content, "Question 9? And now?");
}

#[test]
fn a_history_that_a_server_refuses_is_let_go() {
    let mut talk = Talk::with(2, minds_poison);
    talk.remember("poison?", "It is");
    assert_eq!(talk.ask("What do you dream up?"), "All is well.");
    assert_eq!((talk.given_up, talk.forgot), (0, 3));
    assert_eq!(talk.agent.history().exchanges(), 1);
}

#[test]
fn a_reply_without_a_word_is_asked_for_once_more_alone_and_costs_no_history() {
    let persona = Persona::bundled(Language::English).prefix().len();
    let mut talk = Talk::with(3, move |messages, _| match messages.len() - persona {
        1 => Ok("All is well."),
        _ => Err(FailureKind::NoWords),
    });
    assert_eq!(talk.ask("What do you dream up?"), "All is well.");
    assert_eq!((talk.given_up, talk.forgot), (0, 0));
    assert_eq!(talk.agent.history().exchanges(), 4);
}

#[test]
fn a_refused_question_does_not_cost_the_history() {
    let mut talk = Talk::with(2, |_, _| Err(FailureKind::Refused));
    talk.ask("Tell me about poison.");
    assert_eq!(talk.agent.history().exchanges(), 2);
}

#[test]
fn a_prompt_that_turns_out_too_long_is_asked_again_with_less_of_the_history() {
    let persona = Persona::bundled(Language::English).prefix().len();
    let mut talk = Talk::with(8, move |messages, room| {
        // Nothing is known before a reply is asked for, as with a server.
        if room > 1 && messages.len() > persona + 5 && messages.last().unwrap().role == Role::User {
            Err(FailureKind::TooLong { tokens: 9, fits: 8 })
        } else {
            Ok("All is well.")
        }
    });
    assert_eq!(talk.ask("What do you dream up?"), "All is well.");
    assert_eq!(talk.given_up, 0);
    assert!(
        talk.asked.len() <= 4 && talk.asked[0] == 17,
        "{:?}",
        talk.asked
    );
}

#[test]
fn a_question_that_is_too_long_alone_is_answered_with_an_apology() {
    let too_long = FailureKind::TooLong { tokens: 9, fits: 8 };
    let mut talk = Talk::with(3, move |_, _| Err(too_long));
    assert_eq!(talk.ask("Far too long."), "");
    assert_eq!(talk.given_up, 1);
}

#[test]
fn a_question_that_leaves_room_for_a_few_words_is_answered() {
    let mut talk = Talk::with(0, |_, room| match room {
        1 => Ok("Yes."),
        _ => Err(FailureKind::TooLong { tokens: 9, fits: 8 }),
    });
    assert_eq!(talk.ask("Long."), "Yes.");
}

#[test]
fn a_reply_that_broke_off_within_is_not_begun_again() {
    let mut talk = Talk::with(2, |_, _| Ok(""));
    let reply = ReplyId {
        turn: TurnId(1),
        draft: 1,
    };
    let mut commands = Vec::new();
    let text = "Tell me more.".into();
    talk.agent
        .handle(Input::Answer { reply, text }, &mut commands);
    let failed = Input::Failed {
        reply,
        failure: failure(FailureKind::Refused),
        began: true,
    };
    talk.take(failed);
    assert_eq!((talk.given_up, talk.asked.len()), (1, 0));
}

#[test]
fn what_came_of_an_older_reply_changes_nothing() {
    let mut talk = Talk::with(2, minds_poison);
    let old = ReplyId {
        turn: TurnId(99),
        draft: 1,
    };
    let said = talk.take(Input::Failed {
        reply: old,
        failure: failure(FailureKind::Refused),
        began: false,
    });
    assert_eq!((said.as_str(), talk.given_up, talk.asked.len()), ("", 0, 0));
}

/// The instructions of the prompt with which it answers.
fn answered_with(agent: &mut Agent) -> String {
    let reply = ReplyId {
        turn: TurnId(1),
        draft: 1,
    };
    let text = "Erzähl mir von der Sonne.".to_owned();
    let mut commands = Vec::new();
    agent.handle(Input::Answer { reply, text }, &mut commands);
    let instructions = commands.into_iter().find_map(|command| match command {
        Command::Write { messages, .. } => Some(messages[0].content.clone()),
        _ => None,
    });
    instructions.unwrap_or_default()
}

#[test]
fn a_language_that_it_goes_over_to_is_answered_in() {
    let german = Persona::bundled(Language::German);
    let english = Persona::bundled(Language::English);
    let agent = Agent::new(&english, Setting::new("Vivi"));
    let mut agent = agent.speaking(std::slice::from_ref(&german));
    let mut commands = Vec::new();
    agent.handle(Input::Speak(Language::German), &mut commands);
    assert!(commands.contains(&Command::SpeakIn(Language::German)));
    assert_eq!(answered_with(&mut agent), german.system);
}

#[test]
fn a_language_that_it_has_no_character_in_changes_nothing() {
    let english = Persona::bundled(Language::English);
    let mut agent = Agent::new(&english, Setting::new("Vivi"));
    let mut commands = Vec::new();
    agent.handle(Input::Speak(Language::German), &mut commands);
    assert!(commands.is_empty(), "{commands:?}");
    assert_eq!(answered_with(&mut agent), english.system);
}
