//! What to say: which words the language model is given, what it is given them with, and what is done
//! when it cannot answer. No clock, no thread, no engine: inputs in, commands out.

use super::history::Unanswerable;
use super::{Command, Failure, FailureKind, History, Input, Persona};
use crate::events::{EventKind, ReplyId, TurnId};
use crate::llm::Opening;

/// A draft is written up to here and goes on when it is released: a clause, which is what must be
/// ready, is shorter.
const DRAFT_TOKENS: u32 = 24;
/// Tokens of the longest question that is usual: room for it is made while nobody waits.
const NEXT_QUESTION_TOKENS: usize = 48;
/// The latest exchanges that stay when room is made for a question that is not there yet: it may be about
/// them.
const KEEP_FOR_NEXT: usize = 1;

/// What the assistant says and does.
#[derive(Debug)]
pub struct Agent {
    history: History,
    /// Tokens of the longest reply.
    reply_tokens: usize,
    /// The reply that the language model is at work on.
    writing: Option<Writing>,
}

/// A reply that is being written.
#[derive(Debug, Clone, PartialEq)]
struct Writing {
    id: ReplyId,
    task: Task,
    /// The prompt leaves room for a whole reply; otherwise for what there is.
    whole: bool,
}

/// What a reply is written for.
#[derive(Debug, Clone, PartialEq)]
enum Task {
    /// These words of the user, after what was said before.
    Answer(String),
    /// The same, as if nothing had been said before.
    AnswerAlone(String),
    /// The rest of what was said last.
    Rest,
}

impl Task {
    /// The words of the user that the prompt ends with.
    fn user(&self) -> &str {
        match self {
            Self::Answer(text) | Self::AnswerAlone(text) => text,
            Self::Rest => "",
        }
    }
}

impl Agent {
    /// An agent with this character, to which nobody has spoken yet.
    pub fn new(persona: &Persona) -> Self {
        Self {
            history: History::new(persona),
            reply_tokens: persona.sampling.max_tokens,
            writing: None,
        }
    }

    /// The conversation so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Takes what happened and appends what is to be done.
    pub fn handle(&mut self, input: Input, commands: &mut Vec<Command>) {
        match input {
            Input::Prepare(text) => commands.push(Command::ReadAhead {
                messages: self.history.prompt(&text),
                opening: Opening::Unfinished,
                room: 1,
            }),
            Input::Answer { reply, text } => self.begin(reply, Task::Answer(text), commands),
            Input::Rest(reply) => self.begin(reply, Task::Rest, commands),
            Input::Say { reply, words } => {
                self.writing = None;
                commands.push(Command::Say { reply, words });
            }
            Input::Remember { user, heard } => {
                self.history.remember(&user, &heard);
                self.read_history(commands);
            }
            Input::Written { reply, cancelled } => self.written(reply, cancelled, commands),
            Input::Failed {
                reply,
                failure,
                began,
            } => self.failed(reply, failure, began, commands),
            Input::Crowded { tokens, fits } => {
                let room = self.history.make_room("", tokens, fits, KEEP_FOR_NEXT);
                publish_forgotten(None, room.exchanges, commands);
                if room.anything {
                    self.read_history(commands);
                }
            }
        }
    }

    /// Reads what was said, while nobody waits and not when the next question comes, and finds out
    /// whether that has room.
    fn read_history(&self, commands: &mut Vec<Command>) {
        commands.push(Command::ReadAhead {
            messages: self.history.messages(),
            opening: Opening::None,
            room: self.reply_tokens + NEXT_QUESTION_TOKENS,
        });
    }

    fn begin(&mut self, id: ReplyId, task: Task, commands: &mut Vec<Command>) {
        let writing = Writing {
            id,
            task,
            whole: true,
        };
        self.write(writing, commands);
    }

    fn write(&mut self, writing: Writing, commands: &mut Vec<Command>) {
        let (messages, opening) = match &writing.task {
            Task::Answer(text) => (self.history.prompt(text), Opening::Reply),
            Task::AnswerAlone(text) => (self.history.prompt_alone(text), Opening::Reply),
            Task::Rest => (self.history.messages(), Opening::Unfinished),
        };
        commands.push(Command::Write {
            reply: writing.id,
            messages,
            opening,
            room: if writing.whole { self.reply_tokens } else { 1 },
            draft_tokens: DRAFT_TOKENS,
        });
        self.writing = Some(writing);
    }

    fn written(&mut self, reply: ReplyId, cancelled: bool, commands: &mut Vec<Command>) {
        let Some(writing) = self.writing.take_if(|writing| writing.id == reply) else {
            return;
        };
        match &writing.task {
            // The question is taken without what was said before: that would be refused with every
            // question to come.
            Task::AnswerAlone(_) if !cancelled => {
                let exchanges = self.history.forget_all();
                publish_forgotten(Some(reply.turn), exchanges, commands);
            }
            Task::Answer(_) | Task::AnswerAlone(_) => {}
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
                publish_forgotten(turn, room.exchanges, commands);
                // What is too long alone may still leave room for a few words.
                let whole = room.anything;
                return self.write(Writing { whole, ..writing }, commands);
            }
            (FailureKind::Refused, Task::Answer(text)) if self.history.exchanges() > 0 => {
                let task = Task::AnswerAlone(text.clone());
                return self.write(Writing { task, ..writing }, commands);
            }
            _ => {}
        }
        if !matches!(writing.task, Task::Rest) {
            let reason = match failure.kind {
                FailureKind::OfTheEngine => Unanswerable::ForNow,
                FailureKind::TooLong { .. } | FailureKind::Refused | FailureKind::OfTheQuestion => {
                    Unanswerable::Ever
                }
            };
            self.history.tried(writing.task.user(), Some(reason));
        }
        commands.push(Command::GiveUp { reply, failure });
    }
}

fn publish_forgotten(turn: Option<TurnId>, exchanges: usize, commands: &mut Vec<Command>) {
    if exchanges > 0 {
        commands.push(Command::Publish(turn, EventKind::Forgot { exchanges }));
    }
}
