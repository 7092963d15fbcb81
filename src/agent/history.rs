//! The conversation so far: only what was said and heard.

use std::collections::VecDeque;

use super::Persona;
use crate::language::Language;
use crate::llm::{Message, Role};

/// The prompt's parts: the persona, which stays, and the exchanges, of which the oldest leave.
#[derive(Debug, Clone)]
pub struct History {
    prefix: Vec<Message>,
    language: Language,
    exchanges: VecDeque<Exchange>,
    /// A prompt has as many of the latest exchanges at most.
    shown: usize,
    /// Words of the user whose answer was not heard at all: they go before what they say next.
    unanswered: VecDeque<String>,
    /// Words that no answer could be made to, and why.
    failed: Option<(String, Unanswerable)>,
}

/// What the user said, and what was heard of the answer.
#[derive(Debug, Clone)]
struct Exchange {
    user: String,
    heard: String,
    language: Language,
}

/// Words that were kept: the user's, none if the reply to those before went on; and what was heard.
pub type KeptWords = (String, String);

/// How long there is no answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswerable {
    /// It was not taken, and would not be with the next one.
    Ever,
    /// The engine failed, and may not the next time.
    ForNow,
}

/// What left a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// Exchanges.
    pub exchanges: usize,
    /// These, or words that were not answered.
    pub anything: bool,
}

/// Share of what fits that a prompt may fill after the oldest exchanges were forgotten.
const KEEP_SHARE: f32 = 0.6;
/// As many exchanges are kept beside those that a prompt has: for a second model, and for another language.
const NOT_SHOWN: usize = 20;
/// As many turns in a row may be cut off before their answer and still be one question.
const MOST_UNANSWERED: usize = 3;

impl Exchange {
    fn messages(&self) -> [Message; 2] {
        [
            Message::new(Role::User, &self.user),
            Message::new(Role::Assistant, &self.heard),
        ]
    }
}

impl History {
    /// A history without exchanges.
    pub fn new(persona: &Persona) -> Self {
        Self {
            prefix: persona.prefix(),
            language: persona.language,
            exchanges: VecDeque::new(),
            shown: persona.exchanges_shown(),
            unanswered: VecDeque::new(),
            failed: None,
        }
    }

    /// The messages that every prompt begins with.
    pub fn prefix(&self) -> &[Message] {
        &self.prefix
    }

    /// Goes on with another character's prefix, in its language.
    pub fn speak(&mut self, persona: &Persona) {
        self.prefix = persona.prefix();
        self.language = persona.language;
        self.shown = persona.exchanges_shown();
    }

    /// The exchanges in the language of now. A small model goes on in a language that it reads.
    fn in_language(&self) -> impl Iterator<Item = &Exchange> {
        let exchanges = self.exchanges.iter();
        exchanges.filter(|exchange| exchange.language == self.language)
    }

    /// How many exchanges of the language are too old for a prompt.
    fn too_old(&self) -> usize {
        self.in_language().count().saturating_sub(self.shown)
    }

    /// The exchanges that a prompt has.
    fn read(&self) -> impl Iterator<Item = &Exchange> {
        self.in_language().skip(self.too_old())
    }

    /// The messages of a prompt so far.
    pub fn messages(&self) -> Vec<Message> {
        let exchanges = self.read().flat_map(Exchange::messages);
        self.prefix.iter().cloned().chain(exchanges).collect()
    }

    /// The persona and what the user says now, as if nothing had been said before.
    pub fn prompt_alone(&self, user: &str) -> Vec<Message> {
        let mut messages = self.prefix.clone();
        messages.push(Message::new(Role::User, user));
        messages
    }

    /// The messages of a prompt, and what the user says now.
    pub fn prompt(&self, user: &str) -> Vec<Message> {
        let mut messages = self.messages();
        messages.push(Message::new(Role::User, self.with_unanswered(user)));
        messages
    }

    /// Keeps an exchange, with what was heard of the reply. Without words of the user the reply
    /// went on with the one before. Gives what is kept, if anything is: words that were not answered wait.
    pub fn remember(&mut self, user: &str, heard: &str) -> Option<KeptWords> {
        let heard = heard.trim();
        if user.is_empty()
            && self.unanswered.is_empty()
            && let Some(last) = self.exchanges.back_mut()
        {
            if heard.is_empty() {
                return None;
            }
            last.heard = format!("{} {heard}", last.heard);
            return Some((String::new(), heard.to_owned()));
        }
        let failed = self.failed.take_if(|(failed, _)| failed == user);
        if !heard.is_empty() {
            let user = self.with_unanswered(user);
            self.unanswered.clear();
            let kept = (user.clone(), heard.to_owned());
            self.keep(Exchange {
                user,
                heard: heard.to_owned(),
                language: self.language,
            });
            return Some(kept);
        }
        if !user.is_empty() {
            match failed.map(|(_, how_long)| how_long) {
                None => {}
                // Whoever asked was told so: the next question is asked without it.
                Some(Unanswerable::Ever) => {
                    self.unanswered.clear();
                    return None;
                }
                // "Please try again" is about the last one.
                Some(Unanswerable::ForNow) => self.unanswered.clear(),
            }
            self.unanswered.push_back(user.to_owned());
            if self.unanswered.len() > MOST_UNANSWERED {
                self.unanswered.pop_front();
            }
        }
        None
    }

    /// The words that were not answered went elsewhere, with those that an answer was put off to.
    pub fn put_off(&mut self) {
        self.unanswered.clear();
    }

    /// Keeps a question whose answer came late, with what was heard of it, as the latest exchange.
    pub fn answered_late(&mut self, user: String, heard: &str, language: Language) {
        self.keep(Exchange {
            user,
            heard: heard.to_owned(),
            language,
        });
    }

    /// Appends the latest exchange. Where a prompt is shown few, it never overflows, so the oldest are dropped here.
    fn keep(&mut self, exchange: Exchange) {
        self.exchanges.push_back(exchange);
        if self.exchanges.len() > self.shown.saturating_add(NOT_SHOWN) {
            self.exchanges.pop_front();
        }
    }

    /// The last `most` exchanges that were held in the language of now, or fewer.
    pub fn latest(&self, most: usize) -> Vec<Message> {
        let older = self.in_language().count().saturating_sub(most);
        let latest = self.in_language().skip(older);
        latest.flat_map(Exchange::messages).collect()
    }

    /// An answer to these words was made, or could not be.
    pub fn tried(&mut self, user: &str, failure: Option<Unanswerable>) {
        self.failed = failure.map(|how_long| (user.to_owned(), how_long));
    }

    /// Lets all exchanges go, and what was not answered; how many there were.
    pub fn forget_all(&mut self) -> usize {
        self.unanswered.clear();
        self.exchanges.drain(..).count()
    }

    /// Whether there are words of the user whose answer was not heard at all.
    pub fn has_unanswered(&self) -> bool {
        !self.unanswered.is_empty()
    }

    /// What was heard of the last reply in its language.
    pub fn last_heard(&self) -> Option<&str> {
        self.in_language().last().map(|last| last.heard.as_str())
    }

    /// Number of exchanges.
    pub fn exchanges(&self) -> usize {
        self.exchanges.len()
    }

    /// Lets the oldest exchange go that a prompt has, at last the unanswered words; false if there is nothing.
    fn forget_oldest(&mut self) -> bool {
        let exchanges = self.exchanges.iter().enumerate();
        let mut all = exchanges.filter(|(_, exchange)| exchange.language == self.language);
        let oldest = all.nth(self.too_old()).map(|(at, _)| at);
        let gone = oldest.and_then(|oldest| self.exchanges.remove(oldest));
        gone.is_some() || self.unanswered.pop_front().is_some()
    }

    /// A prompt that ends with what the user says now has more tokens than fit: lets the oldest exchanges
    /// go, so many that room for several new ones is there, since forgetting blurs what the model has read.
    /// `keep` of the latest stay. Says how many went, and whether anything did.
    pub fn make_room(&mut self, user: &str, tokens: usize, fits: usize, keep: usize) -> Forgotten {
        let share = fits as f32 * KEEP_SHARE / tokens.max(fits + 1) as f32;
        let target = (self.bytes(user) as f32 * share) as usize;
        let before = self.exchanges.len();
        let mut anything = false;
        while self.read().count() > keep || keep == 0 && !self.unanswered.is_empty() {
            // Tokens are not bytes: at least one goes, and the latest only if that is not enough.
            let is_enough = self.bytes(user) <= target || self.read().count() <= 1;
            if anything && is_enough {
                break;
            }
            anything |= self.forget_oldest();
        }
        Forgotten {
            exchanges: before - self.exchanges.len(),
            anything,
        }
    }

    /// Length of the prompt's texts.
    fn bytes(&self, user: &str) -> usize {
        let prefix: usize = self.prefix.iter().map(|m| m.content.len()).sum();
        let said = (self.read()).map(|exchange| exchange.user.len() + exchange.heard.len());
        let unanswered: usize = self.unanswered.iter().map(String::len).sum();
        prefix + said.sum::<usize>() + unanswered + user.len()
    }

    /// What the user says now, behind what they said before and was not answered.
    pub fn with_unanswered(&self, user: &str) -> String {
        let before = self.unanswered.iter().map(String::as_str);
        let now = Some(user).filter(|user| !user.is_empty());
        before.chain(now).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(history: &History) -> Vec<String> {
        let messages = history.messages();
        let exchanges = &messages[history.prefix().len()..];
        exchanges.iter().map(|m| m.content.clone()).collect()
    }

    #[test]
    fn the_reply_is_kept_as_it_was_heard() {
        let mut history = History::new(&Persona::bundled(Language::English));
        history.remember("tell me a story", "Once upon a");
        assert_eq!(said(&history), ["tell me a story", "Once upon a"]);
    }

    #[test]
    fn a_small_model_is_shown_the_last_exchange_alone() {
        let persona = Persona::bundled(Language::English).with_adapter();
        let mut history = History::new(&persona);
        for n in 0..100 {
            history.remember(&format!("question {n}"), "answer");
        }
        assert_eq!(said(&history), ["question 99", "answer"]);
        assert_eq!(history.latest(4).len(), 8);
        assert_eq!(history.exchanges(), 21);
    }

    #[test]
    fn a_question_whose_answer_nobody_heard_goes_before_the_next() {
        let mut history = History::new(&Persona::bundled(Language::English));
        history.remember("what is the capital", "");
        assert_eq!(
            history.prompt("of France").last().unwrap().content,
            "what is the capital of France"
        );
        history.remember("of France", "Paris.");
        assert_eq!(said(&history), ["what is the capital of France", "Paris."]);
    }

    #[test]
    fn words_that_no_answer_could_be_made_to_are_not_asked_again() {
        let mut history = History::new(&Persona::bundled(Language::English));
        history.remember("tell me", "");
        history.tried("about poison", Some(Unanswerable::Ever));
        history.remember("about poison", "");
        let next = history.prompt("how are you");
        assert_eq!(next.last().unwrap().content, "how are you");
        // The same words are a new question.
        history.remember("about poison", "");
        assert!(
            history
                .prompt("?")
                .last()
                .unwrap()
                .content
                .contains("poison")
        );
    }

    #[test]
    fn of_questions_that_an_engine_failed_on_the_last_is_kept() {
        let mut history = History::new(&Persona::bundled(Language::English));
        for question in ["what is the sun", "what is the moon"] {
            history.tried(question, Some(Unanswerable::ForNow));
            history.remember(question, "");
        }
        let next = history.prompt("please");
        assert_eq!(next.last().unwrap().content, "what is the moon please");
    }

    #[test]
    fn what_was_heard_before_a_failure_is_kept() {
        let mut history = History::new(&Persona::bundled(Language::English));
        history.tried("tell me a story", Some(Unanswerable::Ever));
        history.remember("tell me a story", "Once upon a");
        assert_eq!(said(&history), ["tell me a story", "Once upon a"]);
    }

    #[test]
    fn an_answer_that_comes_late_is_the_latest_exchange() {
        let mut history = History::new(&Persona::bundled(Language::English));
        history.remember("why is the sky", "");
        assert_eq!(history.with_unanswered("blue"), "why is the sky blue");
        history.put_off();
        history.remember("hello", "Hi.");
        history.answered_late("why is the sky blue".into(), "Air.", Language::English);
        assert_eq!(
            said(&history),
            ["hello", "Hi.", "why is the sky blue", "Air."]
        );
        let latest: Vec<String> = history.latest(1).into_iter().map(|m| m.content).collect();
        assert_eq!(latest, ["why is the sky blue", "Air."]);
        assert_eq!(history.latest(9).len(), 4);
    }

    #[test]
    fn unanswered_words_do_not_pile_up() {
        let mut history = History::new(&Persona::bundled(Language::English));
        for turn in 0..10 {
            history.remember(&format!("turn {turn}"), "");
        }
        let next = history.prompt("and?");
        assert_eq!(next.last().unwrap().content, "turn 7 turn 8 turn 9 and?");
    }

    #[test]
    fn a_reply_that_goes_on_is_one_with_what_was_heard_before() {
        let mut history = History::new(&Persona::bundled(Language::English));
        history.remember("tell me a story", "Once upon a");
        history.remember("", "time.");
        history.remember("", "");
        assert_eq!(said(&history), ["tell me a story", "Once upon a time."]);
    }

    #[test]
    fn unanswered_words_that_do_not_fit_are_forgotten_last() {
        let mut history = History::new(&Persona::bundled(Language::English));
        history.remember("far too long", "");
        assert!(history.make_room("", 100, 50, 0).anything);
        assert_eq!(history.prompt("next").last().unwrap().content, "next");
    }

    #[test]
    fn what_was_said_in_another_language_is_kept_and_not_read() {
        let mut history = History::new(&Persona::bundled(Language::English));
        history.remember("one", "1");
        history.remember("two", "2");
        let german = Persona::bundled(Language::German);
        history.speak(&german);
        assert!(said(&history).is_empty());
        assert!(history.messages().starts_with(&german.prefix()));
        history.remember("drei", "3");
        assert_eq!(said(&history), ["drei", "3"]);
        history.speak(&Persona::bundled(Language::English));
        assert_eq!(said(&history), ["one", "1", "two", "2"]);
    }

    #[test]
    fn the_oldest_exchange_leaves_first_and_the_persona_stays() {
        let mut history = History::new(&Persona::bundled(Language::English));
        history.remember("one", "1");
        history.remember("two", "2");
        let one = Forgotten {
            exchanges: 1,
            anything: true,
        };
        assert_eq!(history.make_room("", 101, 100, 1), one);
        assert_eq!(said(&history), ["two", "2"]);
        assert!(!history.make_room("", 101, 100, 1).anything);
        assert_eq!(history.make_room("", 101, 100, 0), one);
        assert_eq!(history.messages(), history.prefix());
    }
}
