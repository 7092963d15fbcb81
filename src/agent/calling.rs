//! When tools are called: those that are certain, and those that the language model wants. What only reads is
//! called at once, also for a draft; what changes something when the turn is decided; what cannot be undone
//! after a yes.

use std::collections::VecDeque;

use serde_json::Value;

use super::machine::Agent;
use super::writing::Writing;
use super::{Command, Failure, FailureKind, Manner, Step};
use crate::events::ReplyId;
use crate::lexicon::Apology;
use crate::llm::Message;
use crate::tool_call::{Call, CallFailure, Class};
use crate::tools::{self, Control, Outcome};

/// Calls that are made for one reply. The language model is told of others that they were not made.
const MOST_CALLS: usize = 6;
/// Characters of what a tool found that are said where the language model says nothing about it.
const MOST_SAID: usize = 300;
/// Values of a call that are named in the question whether it may be made.
const MOST_NAMED: usize = 6;
/// Characters of each of these values.
const MOST_OF_ARGUMENT: usize = 60;
/// What is known of a call whose end nobody waited for.
const CALLED: &str = "It was called; what came of it is not known.";

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
    /// It is one of several things that the user wants.
    one_of: Option<Several>,
}

/// Several certain things that one reply does and says.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Several {
    /// What is to be said of those that are done.
    said: Vec<String>,
    /// The others, in their order.
    rest: VecDeque<Step>,
}

impl Several {
    pub fn new(steps: Vec<Step>) -> Self {
        Self {
            said: Vec::new(),
            rest: steps.into(),
        }
    }
}

impl Calling {
    pub fn new(writing: Writing, call: Call) -> Self {
        Self {
            call,
            is_waiting: false,
            is_slow: false,
            writing,
            pending: VecDeque::new(),
            one_of: None,
        }
    }

    pub fn reply(&self) -> ReplyId {
        self.writing.id
    }

    /// Whether what comes of the call is said as it is.
    fn is_said(&self) -> bool {
        self.one_of.is_some() || self.pending.is_empty() && self.writing.steps.is_empty()
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
        let words = tools::question(&call, self.language);
        let words = words.unwrap_or_else(|| self.may_i(&call));
        let heard = false;
        self.question = Some(Question { call, heard });
        commands.push(Command::Say { reply, words });
    }

    /// Calls a tool: now, or if it changes something, when what it answers is decided.
    pub(super) fn call(&mut self, mut calling: Calling, acts: bool, commands: &mut Vec<Command>) {
        let reply = calling.reply();
        self.unwritten.called(&calling.call);
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
        acts: bool,
        commands: &mut Vec<Command>,
    ) {
        let in_doubt = acts && self.is_built_in(&call);
        if in_doubt {
            self.in_doubt = Some(reply);
        } else if acts {
            // What others did cannot be undone: it is not done again, for whatever becomes of the reply.
            self.question = None;
            self.acts.push(Message::call(call.clone()));
            self.acts.push(Message::result(call.clone(), CALLED));
        }
        commands.push(Command::Call {
            reply,
            call,
            in_doubt,
        });
    }

    /// Something else was heard since the user was asked whether a tool may be called: a yes no longer answers that.
    pub(super) fn question_is_over(&mut self) {
        let over = self.question.take_if(|question| question.heard);
        if over.is_some() && !self.history.has_unanswered() {
            self.acts.clear();
        }
    }

    pub(super) fn is_built_in(&self, call: &Call) -> bool {
        self.has_built_in && tools::class(&call.name).is_some()
    }

    /// A reply may be heard: what waited for that is called.
    pub(super) fn released(&mut self, reply: ReplyId, commands: &mut Vec<Command>) {
        self.released = Some(reply);
        self.hand_over(reply, commands);
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
        if self.stopped == Some(writing.id) {
            return;
        }
        while let Some(call) = pending.pop_front() {
            if self.hands_over(&call) {
                // What else is wanted comes first: with this the reply is over.
                if pending.iter().any(|other| !self.hands_over(other)) {
                    pending.push_back(call);
                    continue;
                }
                return self.put_off_called(&writing, &call, commands);
            }
            let mut offers = self.offers.iter();
            let Some(offer) = offers.find(|offer| offer.definition.name == call.name) else {
                let none = format!("There is no tool that is called {}.", call.name);
                note(&mut writing, call, none);
                writing.calls_are_over |= writing.steps.len() / 2 > MOST_CALLS;
                continue;
            };
            let class = offer.class;
            if writing.steps.len() / 2 >= MOST_CALLS {
                writing.calls_are_over = true;
                note(
                    &mut writing,
                    call,
                    "It was not called: these are too many calls.".into(),
                );
                continue;
            }
            if class != Class::Read && writing.was_made(&call, self.is_built_in(&call)) {
                note(&mut writing, call, "It was called already.".into());
                continue;
            }
            let mut calling = Calling::new(writing, call);
            calling.pending = pending;
            return self.call_or_ask(calling, class, commands);
        }
        self.write(writing, commands);
    }

    /// The language model comes to no end: what a tool has found is said as it is.
    pub(super) fn say_what_was_found(&mut self, writing: Writing, commands: &mut Vec<Command>) {
        let reply = writing.id;
        self.is_answered(&writing, false, commands);
        commands.push(match &writing.found {
            Some(found) => Command::Say {
                reply,
                words: shortened(found),
            },
            None => Command::GiveUp {
                reply,
                failure: Failure {
                    kind: FailureKind::OfTheQuestion,
                    message: "the language model calls tools that there are not, and says nothing"
                        .into(),
                    apology: Apology::NoAnswer,
                },
            },
        });
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
            Ok(Outcome::Say(words)) if calling.is_said() => words,
            Ok(Outcome::Say(words)) => return self.go_on(calling, words, commands),
            // A failure is explained as it was, and not by a model that may invent another end.
            Err(words) => words,
            Ok(Outcome::Control(Control::Repeat, _)) => self.last_words(),
            Ok(Outcome::Control(control, words)) => {
                let before = (self.controls.iter()).fold(self.manner, |manner, earlier| {
                    manner.after(*earlier).unwrap_or(manner)
                });
                let is_at_its_limit = before.after(control) == Some(before);
                self.controls.push(control);
                let limit = control.at_its_limit(self.language);
                let limit = limit.filter(|_| is_at_its_limit);
                limit.map_or(words, str::to_owned)
            }
        };
        match calling.one_of {
            None => commands.push(Command::Say { reply, words }),
            Some(mut several) => {
                several.said.push(words);
                self.do_in_order(calling.writing, several, commands);
            }
        }
    }

    /// Does the rest of several certain things, one after the other, and says what came of all of them.
    pub(super) fn do_in_order(
        &mut self,
        writing: Writing,
        mut several: Several,
        commands: &mut Vec<Command>,
    ) {
        let reply = writing.id;
        // The user interrupted: the rest is not done.
        if self.stopped == Some(reply) {
            return;
        }
        while let Some(next) = several.rest.pop_front() {
            match next {
                // That it cannot do two things for the same reason is said once.
                Step::Words(words) if several.said.contains(&words) => {}
                Step::Words(words) => several.said.push(words),
                Step::Call(call, acts) => {
                    let mut calling = Calling::new(writing, call);
                    calling.one_of = Some(several);
                    return self.call(calling, acts, commands);
                }
                Step::Ask(question, reason) => {
                    debug_assert!(several.rest.is_empty(), "it is the last of them");
                    let before = several.said.join(" ");
                    return self.put_off(reply, &before, &question, reason, commands);
                }
            }
        }
        let words = several.said.join(" ");
        commands.push(Command::Say { reply, words });
    }

    /// What was called has found something for the language model, or failed.
    pub(super) fn found(
        &mut self,
        reply: ReplyId,
        found: Result<String, CallFailure>,
        commands: &mut Vec<Command>,
    ) {
        let Some(calling) = self.calling.take_if(|calling| calling.reply() == reply) else {
            return;
        };
        match found {
            Ok(found) | Err(CallFailure::Declined(found)) => {
                self.go_on(calling, found, commands);
            }
            // Explained as it was, and not by a model that may invent another end.
            Err(CallFailure::Unusable { whose, why }) => {
                self.learn(&calling.call, &why);
                let words = self.lexicon.could_not_use.replace("{what}", &whose);
                commands.push(Command::Say { reply, words });
            }
        }
    }

    /// What was done is known better now.
    fn learn(&mut self, call: &Call, found: &str) {
        if let [.., act, result] = &mut self.acts[..]
            && act.call.as_ref() == Some(call)
        {
            found.clone_into(&mut result.content);
        }
    }

    /// The reply goes on with what a call has come to.
    fn go_on(&mut self, mut calling: Calling, found: String, commands: &mut Vec<Command>) {
        self.learn(&calling.call, &found);
        calling.writing.found = Some(found.clone());
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
            self.bridged = Some(reply);
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

    /// The question whether something may be called that the program knows nothing about: all that is in the
    /// call, or how much more there is.
    fn may_i(&self, call: &Call) -> String {
        let mut values = Vec::new();
        call.arguments
            .values()
            .for_each(|value| name_all(value, &mut values));
        let mut what = call.name.replace(['_', '-'], " ");
        for (n, value) in values.iter().enumerate() {
            if n == MOST_NAMED {
                what = format!("{what}... +{}", values.len() - n);
                break;
            }
            let shown: String = value.chars().take(MOST_OF_ARGUMENT).collect();
            let cut = if shown.len() < value.len() { "..." } else { "" };
            let mark = if n == 0 { ":" } else { "," };
            what = format!("{what}{mark} {shown}{cut}");
        }
        self.lexicon.may_i.replace("{what}", &what)
    }
}

/// All that an argument holds, in words.
fn name_all(value: &Value, values: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::String(text) => values.push(text.clone()),
        Value::Bool(_) | Value::Number(_) => values.push(value.to_string()),
        Value::Array(items) => items.iter().for_each(|item| name_all(item, values)),
        Value::Object(fields) => fields.values().for_each(|field| name_all(field, values)),
    }
}

/// Keeps a call and what came of it, for the language model to go on with.
fn note(writing: &mut Writing, call: Call, found: String) {
    writing.steps.push(Message::call(call.clone()));
    writing.steps.push(Message::result(call, found));
}

/// As much of a text as is said, up to the end of a word.
fn shortened(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(MOST_SAID) else {
        return text.to_owned();
    };
    let cut = text[..end].trim_end();
    let word = cut.rfind(char::is_whitespace).unwrap_or(cut.len());
    cut[..word].to_owned()
}
