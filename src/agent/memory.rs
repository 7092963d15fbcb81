//! The conversation so far: only what was said and heard.

use std::collections::VecDeque;

use super::Persona;
use crate::llm::{Message, Role};

/// The prompt's parts: the persona, which stays, and the exchanges, of which the oldest leave.
#[derive(Debug, Clone)]
pub struct Memory {
    prefix: Vec<Message>,
    exchanges: VecDeque<(String, String)>,
    /// Words of the user whose answer was not heard at all: they go before what they say next.
    unanswered: Option<String>,
}

impl Memory {
    /// A memory without exchanges.
    pub fn new(persona: &Persona) -> Self {
        Self {
            prefix: persona.prefix(),
            exchanges: VecDeque::new(),
            unanswered: None,
        }
    }

    /// The messages that every prompt begins with.
    pub fn prefix(&self) -> &[Message] {
        &self.prefix
    }

    /// All messages so far.
    pub fn messages(&self) -> Vec<Message> {
        let exchanges = self.exchanges.iter().flat_map(|(user, assistant)| {
            [
                Message::new(Role::User, user),
                Message::new(Role::Assistant, assistant),
            ]
        });
        self.prefix.iter().cloned().chain(exchanges).collect()
    }

    /// All messages so far and what the user says now.
    pub fn prompt(&self, user: &str) -> Vec<Message> {
        let mut messages = self.messages();
        messages.push(Message::new(Role::User, self.with_unanswered(user)));
        messages
    }

    /// Keeps an exchange, with what was heard of the reply. Without words of the user the reply
    /// went on with the one before.
    pub fn remember(&mut self, user: &str, heard: &str) {
        let heard = heard.trim();
        if user.is_empty()
            && self.unanswered.is_none()
            && let Some((_, before)) = self.exchanges.back_mut()
        {
            if !heard.is_empty() {
                *before = format!("{before} {heard}");
            }
            return;
        }
        let user = self.with_unanswered(user);
        match heard {
            "" => self.unanswered = Some(user).filter(|user| !user.is_empty()),
            heard => {
                self.unanswered = None;
                self.exchanges.push_back((user, heard.to_owned()));
            }
        }
    }

    /// Number of exchanges.
    pub fn exchanges(&self) -> usize {
        self.exchanges.len()
    }

    /// Lets the oldest exchange go, at last the unanswered words; false if there is nothing.
    pub fn forget_oldest(&mut self) -> bool {
        self.exchanges.pop_front().is_some() || self.unanswered.take().is_some()
    }

    fn with_unanswered(&self, user: &str) -> String {
        match &self.unanswered {
            Some(before) => format!("{before} {user}"),
            None => user.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn said(memory: &Memory) -> Vec<String> {
        let messages = memory.messages();
        let exchanges = &messages[memory.prefix().len()..];
        exchanges.iter().map(|m| m.content.clone()).collect()
    }

    #[test]
    fn the_reply_is_kept_as_it_was_heard() {
        let mut memory = Memory::new(&Persona::bundled(Language::English));
        memory.remember("tell me a story", "Once upon a");
        assert_eq!(said(&memory), ["tell me a story", "Once upon a"]);
    }

    #[test]
    fn a_question_whose_answer_nobody_heard_goes_before_the_next() {
        let mut memory = Memory::new(&Persona::bundled(Language::English));
        memory.remember("what is the capital", "");
        assert_eq!(
            memory.prompt("of France").last().unwrap().content,
            "what is the capital of France"
        );
        memory.remember("of France", "Paris.");
        assert_eq!(said(&memory), ["what is the capital of France", "Paris."]);
    }

    #[test]
    fn a_reply_that_goes_on_is_one_with_what_was_heard_before() {
        let mut memory = Memory::new(&Persona::bundled(Language::English));
        memory.remember("tell me a story", "Once upon a");
        memory.remember("", "time.");
        memory.remember("", "");
        assert_eq!(said(&memory), ["tell me a story", "Once upon a time."]);
    }

    #[test]
    fn unanswered_words_that_do_not_fit_are_forgotten_last() {
        let mut memory = Memory::new(&Persona::bundled(Language::English));
        memory.remember("far too long", "");
        assert!(memory.forget_oldest());
        assert_eq!(memory.prompt("next").last().unwrap().content, "next");
    }

    #[test]
    fn the_oldest_exchange_leaves_first_and_the_persona_stays() {
        let mut memory = Memory::new(&Persona::bundled(Language::English));
        memory.remember("one", "1");
        memory.remember("two", "2");
        assert!(memory.forget_oldest());
        assert_eq!(said(&memory), ["two", "2"]);
        assert!(memory.forget_oldest() && !memory.forget_oldest());
        assert_eq!(memory.messages(), memory.prefix());
    }
}
