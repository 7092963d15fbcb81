//! The second step of the ladder: which questions go to the helper. `late_answer.rs` has what becomes of its answers.
//!
//! A question that is handed over is put off with a word, and the turn is over with it. The helper has one question at a
//! time; a new one takes its place: nobody who talks waits in a queue, and an answer that comes two questions late is one
//! to nothing.

use serde_json::{Value, json};

use super::Command;
use super::hard_question::{self, MOST_PARTS};
use super::late_answer::Rest;
use super::machine::Agent;
use super::writing::Writing;
use crate::events::{DropReason, EventKind, HandOverReason, ReplyId};
use crate::language::Language;
use crate::llm::{Message, Role};
use crate::tool_call::{Call, Class, Offer, ToolDefinition};

/// The tool by which a language model hands a question over.
pub const ASK_HELPER: &str = "ask_helper";
/// Its arguments.
const QUESTION: &str = "question";
const PARTS: &str = "parts";
/// The helper is told this many of the latest exchanges.
const EXCHANGES: usize = 4;

/// How a question comes to the helper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandsOver {
    /// By what it asks, before the first model sees it: for a first model that is too small to know what it does not
    /// know.
    #[default]
    ByRule,
    /// The first model calls the tool `ask_helper`.
    ByCall,
    /// By either.
    ByBoth,
}

impl HandsOver {
    /// Whether what a question asks decides.
    pub fn by_rule(self) -> bool {
        matches!(self, Self::ByRule | Self::ByBoth)
    }

    /// Whether the first model is told that there is a helper.
    pub fn by_call(self) -> bool {
        matches!(self, Self::ByCall | Self::ByBoth)
    }
}

/// The tool `ask_helper`, as the first model is told of it.
pub fn offer_of_the_helper() -> Offer {
    Offer {
        definition: ToolDefinition {
            name: ASK_HELPER.into(),
            description: "Hand a question that is hard for you over to a larger model, which answers it later. The \
                          user hears that you think about it."
                .into(),
            parameters: json!({
                "type": "object",
                "properties": {
                    QUESTION: { "type": "string", "description": "the question, so that it can be understood alone" },
                    PARTS: {
                        "type": "array",
                        "items": { "type": "string" },
                        "maxItems": MOST_PARTS,
                        "description": "where parts of it can be answered apart: each, so that it can be understood alone",
                    },
                },
                "required": [],
                "additionalProperties": false,
            }),
        },
        class: Class::Read,
    }
}

/// What the agent knows of the helper and its questions.
#[derive(Debug, Default)]
pub(super) struct Ladder {
    hands_over: Option<HandsOver>,
    last_id: i64,
    /// A reply that puts a question off, until it is released.
    put_off: Option<PutOff>,
    /// The word by which a question was put off last: it is no answer.
    pub word: Option<Word>,
    /// The question that the helper has, or whose answer is being said.
    pub open: Option<OpenQuestion>,
    /// What was not heard of the answer that was said last, if nothing else was said since.
    pub rest: Option<Rest>,
}

#[derive(Debug)]
struct PutOff {
    question: String,
    /// Its parts, if it has several that can be answered apart.
    parts: Vec<String>,
    reason: HandOverReason,
    word: Word,
}

/// A word that puts a question off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// The reply that it is said in...
    pub reply: ReplyId,
    /// ...behind words of another kind.
    pub is_behind_others: bool,
}

#[derive(Debug)]
pub(super) struct OpenQuestion {
    pub id: i64,
    /// The reply that put it off.
    pub reply: ReplyId,
    pub question: String,
    pub language: Language,
    pub stage: Stage,
    /// What is said of it.
    pub words: String,
    /// The turn that asked it is over.
    pub turn_is_over: bool,
    /// Something else was said since.
    pub others_since: bool,
    /// It is not wanted any more; what was heard of its answer until then is about to be known.
    pub dropped: Option<DropReason>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The helper works on it.
    Asked,
    /// The answer is said, or waits until nobody speaks.
    Answering,
    /// That there is no answer is.
    Apologizing,
}

impl Ladder {
    /// With a helper, if there is one.
    pub fn new(hands_over: Option<HandsOver>) -> Self {
        Self {
            hands_over,
            ..Self::default()
        }
    }

    /// A draft is thrown away: its question is not handed over.
    pub fn let_go(&mut self) {
        self.put_off = None;
    }
}

impl Agent {
    /// Whether a call of the first model's hands its question over.
    pub(super) fn hands_over(&self, call: &Call) -> bool {
        let by_call = self.ladder.hands_over.is_some_and(HandsOver::by_call);
        by_call && is_asking(&call.name)
    }

    /// The first model hands its question over.
    pub(super) fn put_off_called(
        &mut self,
        writing: &Writing,
        call: &Call,
        commands: &mut Vec<Command>,
    ) {
        let given = call.arguments.get(QUESTION);
        let given = given.and_then(Value::as_str).map(str::trim);
        let question = given.filter(|question| !question.is_empty());
        let question = question.unwrap_or(writing.user()).to_owned();
        let before = self.told_by_a_tool(writing).unwrap_or_default();
        let word = Word {
            reply: writing.id,
            is_behind_others: writing.began || !before.is_empty(),
        };
        let put_off = PutOff {
            question,
            parts: parts_of(call),
            reason: HandOverReason::Called,
            word,
        };
        self.say_word(before, put_off, commands);
    }

    /// What a built-in tool that was called for the reply last has to say: the first model says nothing of it any more.
    fn told_by_a_tool<'w>(&self, writing: &'w Writing) -> Option<&'w str> {
        let last = writing.steps[writing.before..].last()?;
        let call = last.call.as_ref();
        let found = writing.found.as_deref()?;
        let is_told = call.is_some_and(|call| self.is_built_in(call)) && last.content == found;
        is_told.then_some(found)
    }

    /// The reply to a question is that it is thought about, behind these words.
    pub(super) fn put_off(
        &mut self,
        reply: ReplyId,
        before: &str,
        question: &str,
        reason: HandOverReason,
        commands: &mut Vec<Command>,
    ) {
        let word = Word {
            reply,
            is_behind_others: !before.is_empty(),
        };
        let parts = hard_question::parts_for_helper(question, &self.lexicon);
        let put_off = PutOff {
            question: question.to_owned(),
            parts: parts.into_iter().map(str::to_owned).collect(),
            reason,
            word,
        };
        self.say_word(before, put_off, commands);
    }

    /// Says the word that puts a question off, with these words before it.
    fn say_word(&mut self, before: &str, put_off: PutOff, commands: &mut Vec<Command>) {
        let word = &self.lexicon.helper.let_me_think;
        let words = format!("{before} {word}").trim_start().to_owned();
        let reply = put_off.word.reply;
        let question = self.history.with_unanswered(&put_off.question);
        // What was said before and not answered may be what its parts are about.
        let parts = if question == put_off.question {
            put_off.parts
        } else {
            Vec::new()
        };
        self.ladder.put_off = Some(PutOff {
            question,
            parts,
            ..put_off
        });
        commands.push(Command::PutOff { reply, words });
        if self.released == Some(reply) {
            self.hand_over(reply, commands);
        }
    }

    /// A reply may be heard: the question that it puts off goes to the helper.
    pub(super) fn hand_over(&mut self, reply: ReplyId, commands: &mut Vec<Command>) {
        let put_off = self
            .ladder
            .put_off
            .take_if(|put_off| put_off.word.reply == reply);
        let Some(put_off) = put_off else {
            return self.drop_what_went_on(commands);
        };
        self.ladder.word = Some(put_off.word);
        if let Some(open) = &mut self.ladder.open
            && open.question == put_off.question
            && open.dropped.is_none()
        {
            // The word was put off by a cough, and the same words are answered again.
            (open.reply, open.turn_is_over) = (reply, false);
            return;
        }
        let PutOff {
            question,
            parts,
            reason,
            ..
        } = put_off;
        let messages = match &parts[..] {
            [] => vec![self.request(&[], &question)],
            parts => (parts.iter().enumerate())
                .map(|(n, part)| self.request(&parts[..n], part))
                .collect(),
        };
        self.replace_question(commands);
        self.ladder.last_id += 1;
        let (id, turn) = (self.ladder.last_id, reply.turn);
        let asked = EventKind::HelperAsked {
            id,
            question: question.clone(),
            parts,
            reason,
        };
        commands.push(Command::Publish(Some(turn), asked));
        commands.push(Command::AskHelper {
            id,
            turn,
            parts: messages,
        });
        self.ladder.open = Some(OpenQuestion {
            id,
            reply,
            question,
            language: self.language,
            stage: Stage::Asked,
            words: String::new(),
            turn_is_over: false,
            others_since: false,
            dropped: None,
        });
    }

    /// What the helper is asked with: its task, what was said and heard of late, and the question; of a part of one, after the
    /// parts before it, which it may be about.
    fn request(&self, before: &[String], question: &str) -> Vec<Message> {
        let words = &self.lexicon.helper;
        let mut messages = vec![Message::new(Role::System, &words.instructions)];
        messages.extend(self.history.latest(EXCHANGES));
        // The question that this one replaces may be what it is about: "and in the evening?"
        // One that the user went on with is in this one, and one that was taken back is not to be answered.
        if let Some(before) = &self.ladder.open
            && before.turn_is_over
            && before.dropped.is_none()
        {
            messages.push(Message::new(Role::User, &before.question));
            messages.push(Message::new(Role::Assistant, &words.let_me_think));
        }
        for part in before {
            messages.push(Message::new(Role::User, part));
            messages.push(Message::new(Role::Assistant, &words.let_me_think));
        }
        messages.push(Message::new(Role::User, question));
        messages
    }

    /// Another question takes the place of the helper's.
    fn replace_question(&mut self, commands: &mut Vec<Command>) {
        let Some(open) = self.ladder.open.take() else {
            return;
        };
        let id = open.id;
        commands.push(match open.stage {
            Stage::Asked => Command::DropQuestion(id),
            Stage::Answering | Stage::Apologizing => Command::StopTelling(id),
        });
        // The turn that asked it went on, so it was asked again with more words.
        let reason = if open.turn_is_over {
            DropReason::NewQuestion
        } else {
            DropReason::WentOn
        };
        let dropped = EventKind::HelperDropped { id, reason };
        commands.push(Command::Publish(Some(open.reply.turn), dropped));
    }

    /// The user went on before they heard the word, and the helper is not asked what came of that.
    pub(super) fn drop_what_went_on(&mut self, commands: &mut Vec<Command>) {
        let open = self.ladder.open.as_ref();
        if open.is_some_and(|open| !open.turn_is_over) {
            self.drop_question(DropReason::WentOn, commands);
        }
    }

    /// The question's answer is not wanted any more.
    pub(super) fn drop_question(&mut self, reason: DropReason, commands: &mut Vec<Command>) {
        let Some(open) = &mut self.ladder.open else {
            return;
        };
        let (id, turn) = (open.id, open.reply.turn);
        if open.stage == Stage::Asked {
            self.ladder.open = None;
            commands.push(Command::DropQuestion(id));
            let dropped = EventKind::HelperDropped { id, reason };
            commands.push(Command::Publish(Some(turn), dropped));
        } else if open.dropped.is_none() {
            // Some of it may have been heard: that comes as what is told.
            open.dropped = Some(reason);
            commands.push(Command::StopTelling(id));
        }
    }
}

/// The parts of a question that the first model names; none if they are one, or too many.
fn parts_of(call: &Call) -> Vec<String> {
    let named = call.arguments.get(PARTS).and_then(Value::as_array);
    let parts = named.into_iter().flatten().filter_map(Value::as_str);
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(str::to_owned).collect();
    if (2..=MOST_PARTS).contains(&parts.len()) {
        parts
    } else {
        Vec::new()
    }
}

fn is_asking(name: &str) -> bool {
    name == ASK_HELPER
}
