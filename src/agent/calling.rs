//! When tools are called: those that are certain, and those that the language model wants. What only reads is
//! called at once, also for a draft; what changes something when the turn is decided; what cannot be undone
//! after a yes.

use std::collections::VecDeque;

use super::machine::{Agent, Writing};
use super::{Command, Manner};
use crate::events::ReplyId;
use crate::llm::Message;
use crate::tool_call::{Call, Class};
use crate::tools::{self, Control, Outcome};

/// For one reply, the language model may have so many tools called. It writes the rest without them.
const MOST_CALLS: usize = 6;
/// As much of what a tool found is said where the language model says nothing about it. Characters.
const MOST_SAID: usize = 300;
/// As many arguments of a call are named in the question whether it may be made...
const MOST_NAMED: usize = 3;
/// ...each up to so many characters.
const MOST_OF_ARGUMENT: usize = 40;

/// A reply that a tool is called for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Calling {
    pub call: Call,
    /// It is to be called once the reply is released, because it changes something.
    is_waiting: bool,
    /// It takes its time.
    is_slow: bool,
    /// The reply, which may go on with what comes of the call.
    writing: Writing,
    /// What else is to be called for it.
    pending: VecDeque<Call>,
}

impl Calling {
    pub fn new(writing: Writing, call: Call) -> Self {
        Self {
            call,
            is_waiting: false,
            is_slow: false,
            writing,
            pending: VecDeque::new(),
        }
    }

    pub fn reply(&self) -> ReplyId {
        self.writing.id
    }

    /// Whether what comes of the call is all that the reply is about.
    fn is_all(&self) -> bool {
        self.pending.is_empty() && self.writing.steps.is_empty()
    }
}

/// A question whose answer decides whether a tool is called.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Question {
    pub call: Call,
    /// The user has heard it, and has not answered yet.
    pub heard: bool,
}

impl Agent {
    /// Calls a tool, or asks whether to.
    pub(super) fn call_or_ask(
        &mut self,
        calling: Calling,
        class: Class,
        commands: &mut Vec<Command>,
    ) {
        if class != Class::AskFirst {
            return self.call(calling, class == Class::Act, commands);
        }
        let (reply, call) = (calling.reply(), calling.call);
        let words = tools::question(&call).unwrap_or_else(|| self.may_i(&call));
        let heard = false;
        self.question = Some(Question { call, heard });
        commands.push(Command::Say { reply, words });
    }

    /// Calls a tool: now, or if it changes something, when what it answers is decided.
    pub(super) fn call(&mut self, mut calling: Calling, acts: bool, commands: &mut Vec<Command>) {
        let reply = calling.reply();
        calling.is_waiting = acts && self.released != Some(reply);
        if !calling.is_waiting {
            self.command_call(reply, calling.call.clone(), acts, commands);
        }
        self.calling = Some(calling);
    }

    fn command_call(
        &mut self,
        reply: ReplyId,
        call: Call,
        in_doubt: bool,
        commands: &mut Vec<Command>,
    ) {
        if in_doubt {
            self.in_doubt = Some(reply);
        }
        commands.push(Command::Call {
            reply,
            call,
            in_doubt,
        });
    }

    /// A reply may be heard: what waited for that is called.
    pub(super) fn released(&mut self, reply: ReplyId, commands: &mut Vec<Command>) {
        self.released = Some(reply);
        let calling = self.calling.as_mut();
        let Some(calling) = calling.filter(|calling| calling.reply() == reply) else {
            return;
        };
        if std::mem::take(&mut calling.is_waiting) {
            let call = calling.call.clone();
            self.command_call(reply, call, true, commands);
        } else if calling.is_slow {
            self.bridge(reply, commands);
        }
    }

    /// The language model wants these called, in this order.
    pub(super) fn make_calls(
        &mut self,
        mut writing: Writing,
        mut pending: VecDeque<Call>,
        commands: &mut Vec<Command>,
    ) {
        while let Some(call) = pending.pop_front() {
            if writing.steps.len() / 2 >= MOST_CALLS {
                writing.calls_are_over = true;
                break;
            }
            let mut offers = self.offers.iter();
            let Some(offer) = offers.find(|offer| offer.definition.name == call.name) else {
                let none = format!("There is no tool that is called {}.", call.name);
                note(&mut writing, call, none);
                continue;
            };
            let class = offer.class;
            let mut calling = Calling::new(writing, call);
            calling.pending = pending;
            return self.call_or_ask(calling, class, commands);
        }
        self.write(writing, commands);
    }

    /// What was called has come to an end.
    pub(super) fn called(
        &mut self,
        reply: ReplyId,
        result: Result<Outcome, String>,
        commands: &mut Vec<Command>,
    ) {
        let Some(calling) = self.calling.take_if(|calling| calling.reply() == reply) else {
            return;
        };
        self.certain.called(calling.call.clone(), result.is_ok());
        let words = match result {
            Ok(Outcome::Say(words)) if calling.is_all() => words,
            Ok(Outcome::Say(words)) => return self.go_on(calling, words, commands),
            // A failure is explained as it was, and not by a model that may invent another end.
            Err(words) => words,
            Ok(Outcome::Control(Control::Repeat, _)) => self.last_words(),
            Ok(Outcome::Control(control, words)) => {
                let is_at_its_limit = self.manner.after(control) == Some(self.manner);
                self.control = Some(control);
                let limit = control.at_its_limit().filter(|_| is_at_its_limit);
                limit.map_or(words, str::to_owned)
            }
        };
        commands.push(Command::Say { reply, words });
    }

    /// What was called has found something for the language model, or failed.
    pub(super) fn found(
        &mut self,
        reply: ReplyId,
        found: Result<String, String>,
        commands: &mut Vec<Command>,
    ) {
        let Some(calling) = self.calling.take_if(|calling| calling.reply() == reply) else {
            return;
        };
        match found {
            Ok(found) => self.go_on(calling, found, commands),
            Err(words) => commands.push(Command::Say { reply, words }),
        }
    }

    /// The reply goes on with what a call has come to.
    fn go_on(&mut self, mut calling: Calling, found: String, commands: &mut Vec<Command>) {
        note(&mut calling.writing, calling.call, found);
        self.make_calls(calling.writing, calling.pending, commands);
    }

    /// What is called takes its time: the user hears so, unless the reply has begun.
    pub(super) fn still_calling(&mut self, reply: ReplyId, commands: &mut Vec<Command>) {
        let calling = self.calling.as_mut();
        let Some(calling) = calling.filter(|calling| calling.reply() == reply) else {
            return;
        };
        calling.is_slow = true;
        if self.released == Some(reply) {
            self.bridge(reply, commands);
        }
    }

    fn bridge(&mut self, reply: ReplyId, commands: &mut Vec<Command>) {
        let calling = self.calling.as_mut();
        let writing = calling.map(|calling| &mut calling.writing);
        if writing.is_some_and(|writing| !std::mem::replace(&mut writing.began, true)) {
            let words = self.lexicon.one_moment.clone();
            commands.push(Command::SayMeanwhile { reply, words });
        }
    }

    /// What the session is to do for a tool.
    pub(super) fn carry_out(&mut self, control: Control) -> Option<Command> {
        match control {
            Control::Sleep => Some(Command::Sleep),
            Control::EndConversation => Some(Command::EndConversation),
            _ => self.manner.after(control).map(|manner: Manner| {
                self.manner = manner;
                Command::Speak(manner)
            }),
        }
    }

    /// The question whether something may be called that the program knows nothing about.
    fn may_i(&self, call: &Call) -> String {
        let arguments = call.arguments.values().filter_map(|value| match value {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Number(_) | serde_json::Value::Bool(_) => Some(value.to_string()),
            _ => None,
        });
        let arguments = arguments.take(MOST_NAMED);
        let arguments: Vec<String> = arguments
            .map(|text| text.chars().take(MOST_OF_ARGUMENT).collect())
            .collect();
        let mut what = call.name.replace(['_', '-'], " ");
        if !arguments.is_empty() {
            what = format!("{what}: {}", arguments.join(", "));
        }
        self.lexicon.may_i.replace("{what}", &what)
    }
}

/// Keeps a call and what came of it, for the language model to go on with.
fn note(writing: &mut Writing, call: Call, found: String) {
    writing.steps.push(Message::call(call.clone()));
    writing.steps.push(Message::result(call, found));
}

/// As much of a text as is said, up to the end of a word.
pub(super) fn shortened(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(MOST_SAID) else {
        return text.to_owned();
    };
    let cut = text[..end].trim_end();
    let word = cut.rfind(char::is_whitespace).unwrap_or(cut.len());
    cut[..word].to_owned()
}
