//! Several certain things in one breath: "Set a timer for five minutes and add milk to the list".

use super::certain::{Certain, Certainty};
use super::intents::{CHAT, Decision, LastCall};
use super::parts::parts;
use crate::tool_call::{Call, Class};

/// A part, and what words behind it may take up.
struct Part {
    certain: Certainty,
    made: Option<LastCall>,
}

impl Certain {
    /// Several commands, each of which is certain alone.
    pub(super) fn several_commands(&self, words: &str) -> Option<Certainty> {
        let parts = parts(words, &self.joins, &|part, _| self.command(part));
        together(parts).map(|(certain, _)| certain)
    }

    /// Several commands and questions, each of which is certain alone or takes up the one before it: "What is the capital
    /// of France and of Italy?"
    pub(super) fn several(&mut self, words: &str) -> Option<Certainty> {
        let parts = parts(words, &self.joins, &|part, before: Option<&Part>| {
            let alone = self.command(part).or_else(|| self.known(part));
            alone.or_else(|| self.taken_up(part, before?.made.as_ref()?))
        });
        let (certain, made) = together(parts)?;
        self.made = made;
        Some(certain)
    }

    /// A command for a tool that may be called without asking.
    fn command(&self, words: &str) -> Option<Part> {
        self.of_decision(self.intents.decide(words)?)
    }

    fn of_decision(&self, decision: Decision) -> Option<Part> {
        let Decision::Call { name, arguments } = decision else {
            return None;
        };
        let made = LastCall {
            name: name.clone(),
            arguments: arguments.clone(),
            is_done: true,
        };
        let certain = self
            .call(Call { name, arguments })
            .filter(|_| made.name != CHAT)?;
        let asks_first = matches!(certain, Certainty::Call(_, Class::AskFirst));
        (!asks_first).then_some(Part {
            certain,
            made: Some(made),
        })
    }

    /// What the tables know.
    fn known(&self, words: &str) -> Option<Part> {
        self.from_tables(&self.intents.questions(words))
    }

    fn from_tables(&self, questions: &[super::intents::Question]) -> Option<Part> {
        let is_asked = self.knows_by_itself();
        let (question, answer) = self
            .knowledge
            .exact_answer(questions)
            .filter(|_| is_asked)?;
        Some(Part {
            certain: Certainty::Words(answer.to_owned()),
            made: Some(question.answered(answer)),
        })
    }

    /// Words that take up the part before them.
    fn taken_up(&self, words: &str, before: &LastCall) -> Option<Part> {
        match self.intents.follow_up(words, before)? {
            Decision::Ask(question) => self.from_tables(&[question]),
            decision => self.of_decision(decision),
        }
    }
}

/// Two parts at least, as one, with what words may take up next.
fn together(mut parts: Vec<Part>) -> Option<(Certainty, Option<LastCall>)> {
    let made = parts.last_mut()?.made.take();
    let parts: Vec<Certainty> = parts.into_iter().map(|part| part.certain).collect();
    Some((Certainty::Several(parts), made))
}
