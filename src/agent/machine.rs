//! What to say: which words the language model is given, what it is given them with, and what is done
//! when it cannot answer. No clock, no thread, no engine: inputs in, commands out.

use std::mem;
use std::sync::Arc;

use super::Manner;
use super::calling::{Calling, Question, Several};
use super::handover::Ladder;
use super::history::Unanswerable;
use super::unwritten::Unwritten;
use super::writing::{Past, Task, Writing};
use super::{
    BuiltIn, Certain, Certainty, Command, Failure, FailureKind, History, Input, Persona, Setting,
    UserWords,
};
use crate::events::{DropReason, EventKind, ReplyId};
use crate::language::Language;
use crate::lexicon::{Lexicon, words};
use crate::llm::{Message, Opening};
use crate::tool_call::{Call, Offer, ToolDefinition};
use crate::tools::Control;

/// A draft is written up to here and goes on when it is released: a clause, which is what must be
/// ready, is shorter.
const DRAFT_TOKENS: u32 = 24;
/// Tokens of the longest question that is usual: room for it is made while nobody waits.
const NEXT_QUESTION_TOKENS: usize = 48;
/// The latest exchanges that stay when room is made for a question that is not there yet: it may be about
/// them.
const KEEP_FOR_NEXT: usize = 1;

/// What the assistant says and does.
pub struct Agent {
    pub(super) history: History,
    /// The character in each language that it speaks.
    personas: Vec<Persona>,
    pub(super) language: Language,
    /// Tokens of the longest reply.
    reply_tokens: usize,
    /// The reply that the language model is at work on.
    writing: Option<Writing>,
    /// Decides what needs no language model.
    pub(super) certain: Certain,
    pub(super) lexicon: Lexicon,
    /// There are built-in tools.
    pub(super) has_built_in: bool,
    /// What the language model may call...
    pub(super) offers: Arc<[Offer]>,
    /// ...and is told of it.
    definitions: Arc<[ToolDefinition]>,
    /// The reply that a tool is called for.
    pub(super) calling: Option<Calling>,
    /// The reply that may be heard; what it answers is decided.
    pub(super) released: Option<ReplyId>,
    /// The reply in which the user heard that a tool takes its time.
    pub(super) bridged: Option<ReplyId>,
    /// The reply that nobody wants any more.
    pub(super) stopped: Option<ReplyId>,
    /// What a tool changed for this reply may still be taken back.
    pub(super) in_doubt: Option<ReplyId>,
    /// What was done by tools that cannot take it back, for words that were not answered yet: calls, and what
    /// is known of them. It is not done again.
    pub(super) acts: Vec<Message>,
    /// A call that the user was asked about.
    pub(super) question: Option<Question>,
    /// What the session is to do once the reply that tells of it is over.
    pub(super) controls: Vec<Control>,
    /// How the voice speaks.
    pub(super) manner: Manner,
    /// A second language model, and what it was asked.
    pub(super) ladder: Ladder,
    /// What is not written down.
    pub(super) unwritten: Unwritten,
}

impl Agent {
    /// An agent with this character, to which nobody has spoken yet.
    pub fn new(persona: &Persona, setting: Setting) -> Self {
        Self {
            history: History::new(persona),
            personas: vec![persona.clone()],
            language: persona.language,
            reply_tokens: persona.sampling.max_tokens,
            writing: None,
            definitions: setting
                .offers
                .iter()
                .map(|offer| offer.definition.clone())
                .collect(),
            has_built_in: setting.built_in == BuiltIn::Callable,
            offers: Arc::clone(&setting.offers),
            ladder: Ladder::new(setting.helper),
            certain: Certain::new(persona, setting),
            lexicon: Lexicon::of(persona.language),
            calling: None,
            released: None,
            bridged: None,
            stopped: None,
            in_doubt: None,
            acts: Vec::new(),
            question: None,
            controls: Vec::new(),
            manner: Manner::default(),
            unwritten: Unwritten::default(),
        }
    }

    /// The same, which has this character in other languages and answers in the one that the user speaks.
    pub fn speaking(mut self, others: &[Persona]) -> Self {
        // The turn in which the user first speaks one is not the time to read its sentences.
        for persona in others {
            super::certain::read(persona.language);
        }
        self.personas.extend_from_slice(others);
        self
    }

    /// The same, after these words of the user and what was heard of the replies.
    pub fn after(mut self, exchanges: &[(String, String)]) -> Self {
        for (user, heard) in exchanges {
            self.history.remember(user, heard);
        }
        self
    }

    /// The conversation so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Takes what happened and appends what is to be done.
    pub fn handle(&mut self, input: Input, commands: &mut Vec<Command>) {
        match input {
            Input::Speak(language) => self.speak(language, commands),
            Input::Prepare(words) => self.read_words(words, commands),
            Input::Answer { reply, text } => {
                self.let_go(commands);
                self.answer(reply, text, commands);
            }
            Input::Rest(reply) => {
                self.let_go(commands);
                // What the helper has written need not be written again.
                if let Some(words) = self.ladder.rest_in(reply) {
                    return commands.push(Command::Say { reply, words });
                }
                let writing = if self.history.has_unanswered() {
                    // Nothing of its answer was heard yet: there is nothing to go on with.
                    Writing::answer(reply, String::new())
                } else {
                    Writing::rest(reply)
                };
                self.write(writing.after(&self.acts), commands);
            }
            Input::Say { reply, words } => {
                self.let_go(commands);
                commands.push(Command::Say { reply, words });
            }
            Input::Ignored => {
                self.let_go(commands);
                self.certain.exchange_is_over();
                self.question = None;
                self.drop_what_went_on(commands);
            }
            Input::Released(reply) => self.released(reply, commands),
            Input::Stopped(reply) => self.stopped = Some(reply),
            Input::Called { reply, result } => self.called(reply, result, commands),
            Input::Found { reply, found } => self.found(reply, found, commands),
            Input::StillCalling(reply) => self.still_calling(reply, commands),
            Input::Remember { user, heard } => self.remember(&user, &heard, commands),
            Input::Written {
                reply,
                cancelled,
                began,
                calls,
            } => self.written(reply, cancelled, began, calls, commands),
            Input::Failed {
                reply,
                failure,
                began,
            } => self.failed(reply, failure, began, commands),
            Input::Helped { id, answers } => self.helped(id, answers, commands),
            Input::Told { id, heard } => self.told(id, &heard, commands),
            Input::NotWanted => self.drop_question(DropReason::NotWanted, commands),
            Input::Crowded { tokens, fits } => {
                let room = self.history.make_room("", tokens, fits, KEEP_FOR_NEXT);
                commands.extend(Command::forgot(None, room.exchanges));
                if room.anything {
                    self.read_history(commands);
                }
            }
        }
    }

    /// An exchange is over, and this of the reply was heard.
    fn remember(&mut self, user: &str, heard: &str, commands: &mut Vec<Command>) {
        if self.in_doubt.take().is_some() {
            commands.push(Command::Keep);
        }
        // What was still to be called for it is not.
        let is_over = |reply: ReplyId| self.released == Some(reply);
        self.calling.take_if(|calling| is_over(calling.reply()));
        self.writing.take_if(|writing| is_over(writing.id));
        self.certain.exchange_is_over();
        let (ends, others): (Vec<_>, Vec<_>) = mem::take(&mut self.controls)
            .into_iter()
            .partition(|control| matches!(control, Control::Sleep | Control::EndConversation));
        if !ends.is_empty() {
            self.drop_question(DropReason::SentAway, commands);
        }
        for control in others.into_iter().chain(ends) {
            commands.extend(self.carry_out(control));
        }
        // What the user says next answers the question. A question that was cut off was not asked.
        let asked = heard.trim_end().ends_with(['?', '？']);
        self.question
            .take_if(|question| std::mem::replace(&mut question.heard, true) || !asked);
        let kept = self.keep_heard(user, heard);
        self.write_down(kept, commands);
        // They belong to words that were not answered yet, or to a question about them.
        if !self.history.has_unanswered() && self.question.is_none() {
            self.acts.clear();
        }
        self.read_history(commands);
    }

    /// Reads what was said, while nobody waits and not when the next question comes, and finds out
    /// whether that has room.
    pub(super) fn read_history(&self, commands: &mut Vec<Command>) {
        commands.push(Command::ReadAhead {
            messages: self.history.messages(),
            tools: Arc::clone(&self.definitions),
            opening: Opening::None,
            room: self.reply_tokens + NEXT_QUESTION_TOKENS,
            words: None,
        });
    }

    /// Reads what the user has said so far.
    fn read_words(&self, words: UserWords, commands: &mut Vec<Command>) {
        commands.push(Command::ReadAhead {
            messages: self.history.prompt(&words.text),
            tools: Arc::clone(&self.definitions),
            opening: Opening::Unfinished,
            room: 1,
            words: Some(words),
        });
    }

    /// Another reply is made: the one before is not. What a tool changed for one that was not heard is
    /// undone, since the same words come again, with more of them.
    fn let_go(&mut self, commands: &mut Vec<Command>) {
        (self.writing, self.calling) = (None, None);
        self.controls.clear();
        self.certain.let_go();
        self.ladder.let_go();
        self.unwritten.let_go(self.history.has_unanswered());
        // A question of a draft that was thrown away was not asked.
        self.question.take_if(|question| !question.heard);
        if self.in_doubt.take().is_some() {
            commands.push(Command::TakeBack);
        }
    }

    /// Goes over to another language.
    fn speak(&mut self, language: Language, commands: &mut Vec<Command>) {
        let mut personas = self.personas.iter();
        let Some(persona) = personas.find(|one| one.language == language) else {
            return;
        };
        self.language = language;
        self.history.speak(persona);
        self.certain.speak(persona);
        self.lexicon = Lexicon::of(language);
        commands.push(Command::SpeakIn(language));
        let message = format!("the conversation goes on in {language}");
        commands.push(Command::Publish(None, EventKind::Notice { message }));
    }

    fn answer(&mut self, reply: ReplyId, text: String, commands: &mut Vec<Command>) {
        let writing = Writing::answer(reply, text.clone()).after(&self.acts);
        if let Some(question) = self.question.as_ref().filter(|question| question.heard) {
            let words = words(&text);
            if Lexicon::consists_of(&self.lexicon.yes, &words) {
                let call = question.call.clone();
                return self.call(Calling::new(writing, call), true, commands);
            }
            if Lexicon::consists_of(&self.lexicon.no, &words) {
                let words = self.lexicon.left_alone.clone();
                return commands.push(Command::Say { reply, words });
            }
        }
        let certain = self.certain.decide(&text);
        match certain.or_else(|| self.certain.admit(&text, &self.lexicon)) {
            None => match self.certain.for_helper(&text) {
                None => return self.write(writing, commands),
                Some(reason) => self.put_off(reply, "", &text, reason, commands),
            },
            Some(Certainty::Words(words)) => commands.push(Command::Say { reply, words }),
            Some(Certainty::Call(call, class)) => {
                self.call_or_ask(Calling::new(writing, call), class, commands);
            }
            Some(Certainty::Several(steps)) => {
                self.do_in_order(writing, Several::new(steps), commands);
            }
        }
        // The model is not asked for the answer, but whether that was all.
        self.read_words(UserWords::new(reply.turn, &text), commands);
    }

    /// What the user heard last.
    pub(super) fn last_words(&self) -> String {
        let last = self.history.last_heard();
        last.unwrap_or(&self.lexicon.nothing_said).to_owned()
    }

    pub(super) fn write(&mut self, writing: Writing, commands: &mut Vec<Command>) {
        let (mut messages, opening) = match &writing.task {
            Task::Answer(text, Past::Given) => (self.history.prompt(text), Opening::Reply),
            Task::Answer(text, Past::Forgotten | Past::LeftOut) => {
                (self.history.prompt_alone(text), Opening::Reply)
            }
            Task::Rest => (self.history.messages(), Opening::Unfinished),
        };
        if opening == Opening::Reply {
            messages.extend_from_slice(&writing.steps);
        }
        commands.push(Command::Write {
            reply: writing.id,
            messages,
            tools: Arc::clone(&self.definitions),
            opening,
            room: if writing.whole { self.reply_tokens } else { 1 },
            draft_tokens: DRAFT_TOKENS,
            words: writing.words(),
        });
        self.writing = Some(writing);
    }

    fn written(
        &mut self,
        reply: ReplyId,
        cancelled: bool,
        began: bool,
        calls: Vec<Call>,
        commands: &mut Vec<Command>,
    ) {
        let Some(mut writing) = self.writing.take_if(|writing| writing.id == reply) else {
            return;
        };
        if !cancelled && !calls.is_empty() {
            writing.began |= began;
            return match writing.task {
                // What goes on with a reply is its rest, and no new question to anybody.
                Task::Rest => commands.push(Command::End(reply)),
                _ if writing.calls_are_over => self.say_what_was_found(writing, commands),
                _ => self.make_calls(writing, calls.into(), commands),
            };
        }
        self.is_answered(&writing, cancelled, commands);
    }

    /// A reply was made, or nobody wanted it.
    pub(super) fn is_answered(
        &mut self,
        writing: &Writing,
        cancelled: bool,
        commands: &mut Vec<Command>,
    ) {
        match &writing.task {
            // The question is taken without what was said before: that would be refused with every
            // question to come.
            Task::Answer(_, Past::Forgotten) if !cancelled => {
                let exchanges = self.history.forget_all();
                commands.extend(Command::forgot(Some(writing.id.turn), exchanges));
                self.drop_question(DropReason::Forgotten, commands);
            }
            Task::Answer(..) => {}
            Task::Rest => return,
        }
        self.history.tried(writing.task.user(), None);
    }

    fn failed(
        &mut self,
        reply: ReplyId,
        failure: Failure,
        began: bool,
        commands: &mut Vec<Command>,
    ) {
        let Some(writing) = self.writing.take_if(|writing| writing.id == reply) else {
            return;
        };
        let turn = Some(reply.turn);
        match (failure.kind, &writing.task) {
            // What was said cannot be said otherwise.
            _ if began => {}
            (FailureKind::TooLong { tokens, fits }, task) if writing.whole => {
                let user = task.user();
                let room = self.history.make_room(user, tokens, fits, 0);
                commands.extend(Command::forgot(turn, room.exchanges));
                // What is too long alone may still leave room for a few words.
                let whole = room.anything;
                return self.write(Writing { whole, ..writing }, commands);
            }
            (FailureKind::Refused, Task::Answer(text, Past::Given))
                if self.history.exchanges() > 0 =>
            {
                let task = Task::Answer(text.clone(), Past::Forgotten);
                return self.write(Writing { task, ..writing }, commands);
            }
            (FailureKind::NoWords, Task::Answer(text, Past::Given))
                if self.history.exchanges() > 0 && writing.found.is_none() =>
            {
                let task = Task::Answer(text.clone(), Past::LeftOut);
                return self.write(Writing { task, ..writing }, commands);
            }
            _ => {}
        }
        // What a tool has found is said as it is, before nothing is.
        if writing.found.is_some() && !began {
            return self.say_what_was_found(writing, commands);
        }
        if !matches!(writing.task, Task::Rest) {
            let reason = match failure.kind {
                FailureKind::OfTheEngine => Unanswerable::ForNow,
                FailureKind::TooLong { .. }
                | FailureKind::Refused
                | FailureKind::NoWords
                | FailureKind::OfTheQuestion => Unanswerable::Ever,
            };
            self.history.tried(writing.task.user(), Some(reason));
        }
        commands.push(Command::GiveUp { reply, failure });
    }
}
