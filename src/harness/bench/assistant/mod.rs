//! What the assistant answers and does, asked with a set of questions whose answers a program can check. Pure:
//! the session is asked elsewhere, and what it said and called comes in.
//!
//! - [`QuestionSet`]: the questions, in short conversations, with what is expected of each answer;
//! - [`judge`]: one answer against what was expected of it;
//! - [`AssistantReport`]: all answers, their figures, and the gates on them.

mod answer_numbers;
mod answer_times;
mod answer_words;
mod assistant_report;
mod call_check;
mod checks;
mod question_set;
mod question_set_error;
mod score;

pub(super) use answer_words::{can_be_found, holds, words};
pub(super) use assistant_report::{rates_in_a_sentence, write_figures, write_wrong};

pub use assistant_report::{AssistantReport, SCHEMA as ASSISTANT_SCHEMA, SetFacts};
pub use call_check::GivenCall;
pub use checks::{AnswerVerdict, Check, CheckName, Given, Outcome, judge};
pub use question_set::{
    Conversation as AssistantConversation, Expectation, ExpectedCall, Kind as QuestionKind,
    Question, QuestionSet, Wanted,
};
pub use question_set_error::QuestionSetError;
pub use score::{AskedTurn, HelpGiven, figures as assistant_figures, kind_metric};
