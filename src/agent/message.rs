//! What goes into the agent and what comes out.

use std::sync::Arc;

use super::Manner;
use crate::events::{EventKind, ReplyId, TurnId};
use crate::language::Language;
use crate::lexicon::{Apology, without_end};
use crate::llm::{Message, Opening};
use crate::tool_call::{Call, CallFailure, ToolDefinition};
use crate::tools::Outcome;

/// What was said in a turn of the user's, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserWords {
    /// The turn.
    pub turn: TurnId,
    /// The words, without the marks at their end.
    pub text: String,
}

impl UserWords {
    /// Of a transcript.
    pub fn new(turn: TurnId, text: &str) -> Self {
        let text = without_end(text).to_owned();
        Self { turn, text }
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Turn taking: make replies in this language from now on.
    Speak(Language),
    /// Turn taking: the user's turn begins with these words.
    Prepare(UserWords),
    /// Turn taking: make a reply to the user's words.
    Answer {
        /// The reply.
        reply: ReplyId,
        /// The user's words.
        text: String,
    },
    /// Turn taking: go on with the reply that was cut off.
    Rest(ReplyId),
    /// Turn taking: say these words.
    Say {
        /// The reply.
        reply: ReplyId,
        /// The words.
        words: String,
    },
    /// Turn taking: an exchange is over.
    Remember {
        /// The user's words; empty if the reply went on with the one before.
        user: String,
        /// What of the reply was heard.
        heard: String,
    },
    /// The language model has ended a reply, or was made to.
    Written {
        /// The reply.
        reply: ReplyId,
        /// Nobody wanted it any more.
        cancelled: bool,
        /// Words of it were written.
        began: bool,
        /// What it wants to be called. The reply is not over then.
        calls: Vec<Call>,
    },
    /// The language model has failed with a reply.
    Failed {
        /// The reply.
        reply: ReplyId,
        /// How.
        failure: Failure,
        /// Words of it were written before.
        began: bool,
    },
    /// Turn taking: what the user said is not answered.
    Ignored,
    /// Turn taking: the reply may be heard; what it answers is decided.
    Released(ReplyId),
    /// Turn taking: nobody wants this reply any more. Its exchange may not be over.
    Stopped(ReplyId),
    /// A built-in tool was called.
    Called {
        /// The reply that it was called for.
        reply: ReplyId,
        /// What came of it, or a sentence that says why nothing did.
        result: Result<Outcome, String>,
    },
    /// Another tool was called.
    Found {
        /// The reply that it was called for.
        reply: ReplyId,
        /// What the language model is to put into words.
        found: Result<String, CallFailure>,
    },
    /// What was called for a reply takes its time.
    StillCalling(ReplyId),
    /// The helper is done with a question.
    Helped {
        /// The question's number.
        id: i64,
        /// The answer to each of its parts, or the apology that is said instead.
        answers: Vec<Result<String, Apology>>,
    },
    /// Turn taking: the words of [`Command::Tell`] are over.
    Told {
        /// The question's number.
        id: i64,
        /// What was heard of them; may be empty.
        heard: String,
    },
    /// Turn taking: the user wants nothing more of what they asked.
    NotWanted,
    /// What was to be read ahead has more tokens than fit.
    Crowded {
        /// Tokens of the prompt.
        tokens: usize,
        /// Tokens that would fit.
        fits: usize,
    },
}

impl Command {
    /// Tells how many exchanges left the history. `None` if none did.
    pub(super) fn forgot(turn: Option<TurnId>, exchanges: usize) -> Option<Self> {
        (exchanges > 0).then_some(Self::Publish(turn, EventKind::Forgot { exchanges }))
    }
}

/// Why the language model wrote no reply, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What can be done about it.
    pub kind: FailureKind,
    /// For whoever watches: what, and what to do.
    pub message: String,
    /// For the user.
    pub apology: Apology,
}

/// What can be done about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The prompt has more tokens than fit: ask with less of it.
    TooLong {
        /// Tokens of the prompt.
        tokens: usize,
        /// Tokens that would fit.
        fits: usize,
    },
    /// Something in the prompt is minded: the question, or what was said before it.
    Refused,
    /// The model wrote no word: a small one that has strayed writes none to whatever comes next.
    NoWords,
    /// The question was not taken, and would not be with the next one.
    OfTheQuestion,
    /// The engine failed, and may not the next time.
    OfTheEngine,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Read this while nobody waits: the next prompt probably begins with it. Answered by
    /// [`Input::Crowded`] if it does not fit.
    ReadAhead {
        /// The conversation.
        messages: Vec<Message>,
        /// What may be called.
        tools: Arc<[ToolDefinition]>,
        /// How it ends.
        opening: Opening,
        /// Tokens that must fit behind it.
        room: usize,
        /// Turn taking wants to know how probable it is that the turn ends with these, its last words.
        words: Option<UserWords>,
    },
    /// Have the language model write a reply. Answered by [`Input::Written`] or [`Input::Failed`].
    Write {
        /// The reply.
        reply: ReplyId,
        /// The conversation.
        messages: Vec<Message>,
        /// What may be called.
        tools: Arc<[ToolDefinition]>,
        /// How it ends.
        opening: Opening,
        /// Tokens that must fit behind it.
        room: usize,
        /// As many tokens are written before the reply is released, and then no more until it is.
        draft_tokens: u32,
        /// The words that are answered, if the prompt ends with them: turn taking may ask for their end.
        words: Option<UserWords>,
    },
    /// Say these words of a reply; more will follow.
    SayMeanwhile {
        /// The reply.
        reply: ReplyId,
        /// The words.
        words: String,
    },
    /// Say these words as a reply, or as its end.
    Say {
        /// The reply.
        reply: ReplyId,
        /// The words.
        words: String,
    },
    /// Say these words as a reply to a question whose answer comes later ([`Command::Tell`]).
    PutOff {
        /// The reply.
        reply: ReplyId,
        /// The words.
        words: String,
    },
    /// Have the helper answer a question. It has no other: the one before is dropped. Answered by [`Input::Helped`].
    AskHelper {
        /// The question's number.
        id: i64,
        /// The turn that asked it.
        turn: TurnId,
        /// For each of its parts, which are answered at the same time: the helper's task, what was said of late, and the
        /// part.
        parts: Vec<Vec<Message>>,
    },
    /// The helper's answer to this question is not wanted any more.
    DropQuestion(i64),
    /// Say the answer to a question when nobody speaks, once. Answered by [`Input::Told`].
    Tell {
        /// The question's number.
        id: i64,
        /// The answer.
        words: String,
        /// What it is in.
        language: Language,
    },
    /// The answer to this question is not to be said any more, whether it sounds already or not.
    StopTelling(i64),
    /// Nothing more is said of a reply.
    End(ReplyId),
    /// Call a tool. Answered by [`Input::Called`] or [`Input::Found`].
    Call {
        /// The reply that it is called for.
        reply: ReplyId,
        /// Which, with what.
        call: Call,
        /// It changes something, and is to be undone at [`Command::TakeBack`], until [`Command::Keep`].
        in_doubt: bool,
    },
    /// Keep what was said and heard, as an episode, if such are kept.
    WriteDown {
        /// The user's words; empty if the reply to those before went on.
        user: String,
        /// What was heard of the reply.
        heard: String,
    },
    /// What a tool changed stays.
    Keep,
    /// What a tool changed is undone: the user went on with what it was called for.
    TakeBack,
    /// Speak in this manner from now on.
    Speak(Manner),
    /// Speak this language from now on.
    SpeakIn(Language),
    /// Answer nothing until the user calls.
    Sleep,
    /// The user has said goodbye.
    EndConversation,
    /// There is no reply, or no more of it.
    GiveUp {
        /// The reply.
        reply: ReplyId,
        /// Why.
        failure: Failure,
    },
    /// Tell whoever watches.
    Publish(Option<TurnId>, EventKind),
}
