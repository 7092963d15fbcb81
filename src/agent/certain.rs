//! What is answered without the language model: the commonest commands, and the few things that no model
//! decides.

use std::collections::HashMap;
use std::mem;

use super::intents::{CHAT, Circumstances, Decision, Fixed, Intents, LastCall, Question};
use super::knowledge::Knowledge;
use super::persona::SmallTalk;
use super::setting::{BuiltIn, Setting};
use super::{ASK_HELPER, HandsOver, Persona, hard_question};
use crate::events::HandOverReason;
use crate::language::Language;
use crate::lexicon::{self, Lexicon};
use crate::tool_call::{Call, Class, Offer};
use crate::tools;

/// Parts of the names of tools that may find what is asked of the user's folders.
const OF_FOLDERS: &[&str] = &[
    "note",
    "file",
    "document",
    "folder",
    "directory",
    "vault",
    "drive",
    "sheet",
    "table",
    "csv",
];

/// Parts of the names of tools that may find what a word means.
const OF_WORDS: &[&str] = &[
    "dictionar",
    "defin",
    "word",
    "wiki",
    "search",
    "web",
    "fetch",
    "browse",
];

/// Exchanges after which a call may still be taken up: the language model answered them, or nobody understood them.
const TALK_BETWEEN: u8 = 2;

/// Decides what is certain.
pub struct Certain {
    pub(super) intents: &'static Intents,
    pub(super) knowledge: &'static Knowledge,
    /// What the character says to small talk.
    small_talk: SmallTalk,
    /// The language model is the small one that has learnt this character: others know more words.
    is_small: bool,
    /// The language model does not know what it does not know.
    guesses: bool,
    /// Words that join several commands, among others.
    pub(super) lexicon: Lexicon,
    setting: Setting,
    /// How many answers were chosen from several, by what they are answers to.
    chosen: HashMap<String, usize>,
    /// The latest call that words may take up...
    last: Option<LastCall>,
    /// ...and how many exchanges were since that were about nothing that can be taken up.
    talk_since: u8,
    /// The call of the exchange that is not over.
    pub(super) made: Option<LastCall>,
    /// What was chosen from several for the exchange that is not over, where it says several things...
    pub(super) chosen_now: Vec<LastCall>,
    /// ...and what it says last, if that is no call.
    pub(super) said_last: Option<LastCall>,
}

/// What is certain about some words.
#[derive(Debug, Clone, PartialEq)]
pub enum Certainty {
    /// This is the answer.
    Words(String),
    /// A tool answers.
    Call(Call, Class),
    /// Several of these, in this order.
    Several(Vec<Step>),
}

/// One of several certain things.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// This is said.
    Words(String),
    /// A tool is called without asking; whether it changes something.
    Call(Call, bool),
    /// The helper is asked this; it is the last of them.
    Ask(String, HandOverReason),
}

impl Certain {
    /// What is certain for this character, in its language.
    pub fn new(persona: &Persona, setting: Setting) -> Self {
        Self {
            intents: Intents::bundled(persona.language),
            knowledge: Knowledge::bundled(persona.language),
            small_talk: small_talk(persona, &setting),
            is_small: persona.is_adapted(),
            guesses: persona.guesses,
            lexicon: Lexicon::of(persona.language),
            chosen_now: Vec::new(),
            said_last: None,
            setting,
            chosen: HashMap::new(),
            last: None,
            talk_since: 0,
            made: None,
        }
    }

    /// Goes over to this character's language. What was asked in the one before is not taken up.
    pub fn speak(&mut self, persona: &Persona) {
        self.setting.name.clone_from(&persona.name);
        self.intents = Intents::bundled(persona.language);
        self.knowledge = Knowledge::bundled(persona.language);
        self.small_talk = small_talk(persona, &self.setting);
        self.is_small = persona.is_adapted();
        self.guesses = persona.guesses;
        self.lexicon = Lexicon::of(persona.language);
        self.last = None;
        self.let_go();
    }

    /// A call came to its end: it was done, or the tool said why not.
    pub fn called(&mut self, call: Call, is_done: bool) {
        let Call { name, arguments } = call;
        self.made = Some(LastCall {
            name,
            arguments,
            is_done,
        });
    }

    /// Another reply is made: the call of the one before was in vain.
    pub fn let_go(&mut self) {
        (self.made, self.said_last) = (None, None);
        self.chosen_now.clear();
    }

    /// The exchange is over: what is said next may take up its call, or an older one if a word or two of talk came between.
    pub fn exchange_is_over(&mut self) {
        let made = self.made.take();
        let chosen = mem::take(&mut self.chosen_now);
        for about in chosen.iter().chain(&made).filter_map(LastCall::chat_about) {
            *self.chosen.entry(about.to_owned()).or_default() += 1;
        }
        if let Some(latest) = self.said_last.take().or(made) {
            (self.last, self.talk_since) = (Some(latest), 0);
        } else if self.talk_since < TALK_BETWEEN {
            self.talk_since += 1;
        } else {
            self.last = None;
        }
    }

    /// Whether a tool that is not built in has to do with one of these.
    fn is_offered(&self, words: &[&str]) -> bool {
        let about = |offer: &Offer| {
            let name = &offer.definition.name;
            let is_built_in = self.is_callable() && tools::class(&name.to_lowercase()).is_some();
            !is_built_in && is_about(name, words)
        };
        self.setting.offers.iter().any(about)
    }

    /// Whether this is left to others, since there are no folders to look into: where there are no tables, nobody
    /// else's is summed; notes that were told are there all the same.
    fn is_for_another(&self, name: &str) -> bool {
        if self.setting.has_folders || !tools::looks_into_folders(name) {
            return false;
        }
        tools::reads_tables(name) || self.is_offered(OF_FOLDERS)
    }

    /// What to do about these words; `None` leaves them to the language model.
    pub fn decide(&mut self, words: &str) -> Option<Certainty> {
        let take_up = |last: &LastCall| self.intents.follow_up(words, last);
        let decision = self.intents.decide(words);
        // What a note or a reminder says would take the command behind it.
        if let Some(Decision::Call { name, .. }) = &decision
            && let Some(several) = self.commands_behind(name, words)
        {
            return Some(several);
        }
        let taken_up = || self.last.as_ref().and_then(take_up);
        // "Actually, nine minutes for the egg" is no further timer.
        let mends = Lexicon::begins_with(&self.lexicon.takes_back, &lexicon::words(words));
        let decision = if mends {
            taken_up().or(decision)
        } else {
            decision.or_else(taken_up)
        };
        let Some(decision) = decision else {
            let questions = self.intents.questions(words);
            let certain = self.ask_tables(&questions, words);
            let certain = certain.or_else(|| self.several(words));
            let certain = certain.or_else(|| self.beginning(words));
            return certain.or_else(|| self.otherwise(words, &questions, 0));
        };
        match decision {
            Decision::Say(kind) => self.say(kind),
            Decision::Ask(taken_up) => self.answer(taken_up, words),
            Decision::Call { name, .. } if name == CHAT => self.another(),
            Decision::Call { name, arguments } => self.call(Call { name, arguments }),
        }
    }

    /// A call, where it is ours to make.
    pub(super) fn call(&self, call: Call) -> Option<Certainty> {
        let is_ours = self.is_callable() && !self.is_for_another(&call.name);
        let class = tools::class(&call.name).filter(|_| is_ours)?;
        Some(Certainty::Call(call, class))
    }

    /// Fixed words, where they are ours to say.
    pub(super) fn say(&mut self, kind: Fixed) -> Option<Certainty> {
        // Where the tools are switched off, the language model answers, but not where somebody's safety is at stake.
        let is_for_model = self.is_off() && !kind.is_for_people();
        // A tool of somebody else's may do what we cannot.
        if is_for_model || self.is_offered(kind.lacks()) {
            return None;
        }
        let circumstances = Circumstances {
            name: &self.setting.name,
            engines: self.setting.engines,
            country: self.setting.country.as_deref(),
            keeps_talk: self.setting.keeps_talk,
        };
        let answers = self.intents.words(kind, &circumstances);
        let chosen = self.one_of(&format!("{kind:?}"), &answers);
        if kind.is_no_answer() {
            // Nothing that may be taken up: what was done before it still is.
            self.chosen_now.extend(self.made.take());
        }
        chosen
    }

    /// What the character says to small talk.
    fn chat(&mut self, words: &str) -> Option<Certainty> {
        if !self.setting.answers_from_tables {
            return None;
        }
        self.chat_about(self.intents.small_talk(words)?)
    }

    fn chat_about(&mut self, subject: &str) -> Option<Certainty> {
        let answers = self.small_talk.get(subject)?.iter();
        let answers: Vec<String> = answers
            .map(|answer| answer.replace("{name}", &self.setting.name))
            .collect();
        self.one_of(subject, &answers)
    }

    /// Another of what was said last. Of fixed words only jokes are worth another.
    fn another(&mut self) -> Option<Certainty> {
        let last = self.last.as_ref()?.chat_about()?.to_owned();
        if last == format!("{:?}", Fixed::Joke) {
            return self.say(Fixed::Joke);
        }
        self.chat_about(&last)
    }

    /// What is commonly known and a question asks for that words take up. Words may take it up in their turn.
    fn answer(&mut self, taken_up: Question, words: &str) -> Option<Certainty> {
        let mut questions = vec![taken_up];
        questions.extend(Knowledge::of_words(&questions[0]));
        let asked = questions.len();
        questions.extend(self.intents.questions(words));
        let known = self.ask_tables(&questions, words);
        let known = known.or_else(|| self.ask_of_what_was_spoken_of(&questions[0]));
        known.or_else(|| self.otherwise(words, &questions, asked))
    }

    /// What is certain about words to which the tables have no answer; the dictionary is asked as for [`Self::ask_dictionary`].
    fn otherwise(
        &mut self,
        words: &str,
        questions: &[Question],
        asked: usize,
    ) -> Option<Certainty> {
        let certain = self.chat(words);
        let certain = certain.or_else(|| self.ask_dictionary(questions, asked));
        certain.or_else(|| self.say_how(words))
    }

    /// How a tool is asked, for words that are not certain and mean nothing else; not where a model can call it, or does sums.
    fn say_how(&mut self, words: &str) -> Option<Certainty> {
        let kind = self.intents.unclear(words)?;
        // Sums are for a helper, and what is to be done is often something to write: for any model that can.
        let is_for_model = match kind {
            Fixed::ToolsUnclear => self.setting.helper.is_some(),
            Fixed::CommandUnclear => !self.is_last_to_know(),
            _ => false,
        };
        let mut offers = self.setting.offers.iter();
        if is_for_model || offers.any(|offer| is_about(&offer.definition.name, kind.lacks())) {
            return None;
        }
        self.say(kind)
    }

    /// That it does not know, where an answer would be a guess: what nothing here knows is asked, and only a model that
    /// guesses is left to answer.
    pub fn admit(&mut self, words: &str, lexicon: &Lexicon) -> Option<Certainty> {
        let is_guess = self.is_last_to_know() && hard_question::is_beyond(words, lexicon);
        is_guess.then(|| self.say(Fixed::Unknown)).flatten()
    }

    /// Why words of the user go to the helper by the rule, if they do.
    pub fn for_helper(&self, words: &str) -> Option<HandOverReason> {
        let is_another = |offer: &Offer| offer.definition.name != ASK_HELPER;
        let has_tools = self.setting.offers.iter().any(is_another);
        let by_rule = self.setting.helper.is_some_and(HandsOver::by_rule);
        by_rule
            .then(|| hard_question::reason(words, &self.lexicon, has_tools))
            .flatten()
    }

    /// Whether nobody is left to answer but a model that guesses: no helper, and no tools of others.
    pub(super) fn is_last_to_know(&self) -> bool {
        self.has_only_a_guess() && self.setting.helper.is_none()
    }

    /// The same, but that there may be a helper for what is hard.
    pub(super) fn has_only_a_guess(&self) -> bool {
        let is_of_others = |offer: &Offer| {
            let name = &offer.definition.name;
            tools::class(name).is_none() && name != ASK_HELPER
        };
        let has_others = self.setting.offers.iter().any(is_of_others);
        self.guesses && self.knows_by_itself() && !has_others
    }

    /// What the tables answer to a question that takes up another one, of what that one and its answer spoke of: "When
    /// born?"
    fn ask_of_what_was_spoken_of(&mut self, asked: &Question) -> Option<Certainty> {
        if !self.knows_by_itself() {
            return None;
        }
        let questions = (self.intents).of_what_was_spoken_of(asked, self.last.as_ref()?);
        let (question, answer) = self.knowledge.exact_answer(&questions)?;
        self.made = Some(question.answered(answer));
        Some(Certainty::Words(answer.to_owned()))
    }

    /// What the tables answer to one of these questions, or to the words with a name in the place of a pronoun.
    fn ask_tables(&mut self, questions: &[Question], words: &str) -> Option<Certainty> {
        if !self.knows_by_itself() {
            return None;
        }
        let known = self.knowledge.answer(questions);
        let known = known.map(|(question, answer)| (question.clone(), answer));
        let (question, answer) = known.or_else(|| {
            let spelled_out = self.intents.spelled_out(words, self.last.as_ref()?);
            spelled_out.iter().find_map(|words| {
                let questions = self.intents.questions(words);
                let (question, answer) = self.knowledge.exact_answer(&questions)?;
                Some((question.clone(), answer))
            })
        })?;
        self.made = Some(question.answered(answer));
        Some(Certainty::Words(answer.to_owned()))
    }

    /// What the dictionary answers to one of these questions; where nobody knows more words than it, that it lacks one
    /// of those from `asked` on: the others were taken up.
    fn ask_dictionary(&mut self, questions: &[Question], asked: usize) -> Option<Certainty> {
        if !self.knows_by_itself() {
            return None;
        }
        let knows_more =
            !self.is_small || self.setting.helper.is_some() || self.is_offered(OF_WORDS);
        let found = self.knowledge.meaning(questions);
        let lack = || self.knowledge.lack(&questions[asked..]);
        let found = found.or_else(|| lack().filter(|_| !knows_more));
        let (question, answer) = found?;
        self.made = Some(question.answered(&answer));
        Some(Certainty::Words(answer))
    }

    /// Whether the program's own tables and dictionary are asked.
    pub(super) fn knows_by_itself(&self) -> bool {
        !self.is_off() && self.setting.answers_from_tables
    }

    fn is_callable(&self) -> bool {
        self.setting.built_in == BuiltIn::Callable
    }

    fn is_off(&self) -> bool {
        self.setting.built_in == BuiltIn::SwitchedOff
    }

    /// Each in its turn: the next one once an exchange with this one is over.
    fn one_of(&mut self, to: &str, answers: &[String]) -> Option<Certainty> {
        let chosen = self.chosen.get(to).copied().unwrap_or_default();
        let index = chosen.checked_rem(answers.len())?;
        self.made = Some(LastCall::chat(to));
        Some(Certainty::Words(answers[index].clone()))
    }
}

/// Reads all that is certain in a language, which is kept: it takes a tenth of a second.
pub(super) fn read(language: Language) {
    Intents::bundled(language);
    Knowledge::bundled(language);
}

/// Whether a tool's name has a part that begins with one of these.
fn is_about(name: &str, words: &[&str]) -> bool {
    let name = name.to_lowercase();
    let mut parts = name.split(|c: char| !c.is_alphanumeric());
    parts.any(|part| words.iter().any(|word| part.starts_with(word)))
}

/// What a character says to small talk. What is there since the model is too small to make it up is left to a helper,
/// where there is one.
fn small_talk(persona: &Persona, setting: &Setting) -> SmallTalk {
    let mut answers = persona.small_talk.clone();
    let of_the_small = persona.adapted.as_ref().map(|adapted| &adapted.small_talk);
    if let (Some(of_the_small), Some(_)) = (of_the_small, setting.helper) {
        answers.retain(|about, _| !of_the_small.contains_key(about));
    }
    answers
}
