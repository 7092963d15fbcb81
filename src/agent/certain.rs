//! What is answered without the language model: the commonest commands, and the few things that no model
//! decides.

use std::sync::Arc;

use super::intents::{Circumstances, Decision, Engines, Intents, LastCall, Question};
use super::knowledge::Knowledge;
use super::{ASK_HELPER, HandsOver, Persona};
use crate::language::Language;
use crate::tool_call::{Call, Class, Offer};
use crate::tools;

/// Who asks, and whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The assistant's name.
    pub name: String,
    /// Where the words of the user go.
    pub engines: Engines,
    /// The ISO 3166-1 code of the country, if it is known.
    pub country: Option<String>,
    /// The tools of the program itself.
    pub built_in: BuiltIn,
    /// Whether what people ask most is answered from the program's own tables, before any language model.
    pub answers_from_tables: bool,
    /// Whether what is said and heard outlasts the conversation.
    pub keeps_talk: bool,
    /// Whether the program's own tools may look into folders of the user.
    pub has_folders: bool,
    /// What the language model may call: some of these, and others.
    pub offers: Arc<[Offer]>,
    /// How questions come to a second, larger language model, if there is one.
    pub helper: Option<HandsOver>,
}

impl Setting {
    /// The assistant of this name on this machine, with the program's own tools and nothing beside them.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            engines: Engines::OnThisMachine,
            country: None,
            built_in: BuiltIn::Callable,
            answers_from_tables: true,
            keeps_talk: false,
            has_folders: false,
            offers: Arc::default(),
            helper: None,
        }
    }

    /// The same, without a second language model.
    #[must_use]
    pub fn without_helper(self) -> Self {
        let offers = self.offers.iter();
        let others = offers.filter(|offer| offer.definition.name != ASK_HELPER);
        Self {
            offers: others.cloned().collect(),
            helper: None,
            ..self
        }
    }
}

/// Whether the program's own tools can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltIn {
    /// They can.
    Callable,
    /// They were switched off: what is asked of them goes to the language model.
    SwitchedOff,
}

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

/// Decides what is certain.
pub struct Certain {
    intents: &'static Intents,
    knowledge: &'static Knowledge,
    setting: Setting,
    /// How many answers were chosen from several.
    chosen: usize,
    /// The call of the exchange before, which words may take up.
    last: Option<LastCall>,
    /// The call of the exchange that is not over.
    made: Option<LastCall>,
}

/// What is certain about some words.
#[derive(Debug, Clone, PartialEq)]
pub enum Certainty {
    /// This is the answer.
    Words(String),
    /// A tool answers.
    Call(Call, Class),
}

impl Certain {
    /// What is certain in a language.
    pub fn new(language: Language, setting: Setting) -> Self {
        Self {
            intents: Intents::bundled(language),
            knowledge: Knowledge::bundled(language),
            setting,
            chosen: 0,
            last: None,
            made: None,
        }
    }

    /// Goes over to this character's language. What was asked in the one before is not taken up.
    pub fn speak(&mut self, persona: &Persona) {
        self.setting.name.clone_from(&persona.name);
        self.intents = Intents::bundled(persona.language);
        self.knowledge = Knowledge::bundled(persona.language);
        (self.last, self.made) = (None, None);
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
        self.made = None;
    }

    /// The exchange is over: what is said next may take up its call, and no older one.
    pub fn exchange_is_over(&mut self) {
        self.last = self.made.take();
    }

    /// Whether a tool that is not built in has to do with one of these.
    fn is_offered(&self, words: &[&str]) -> bool {
        let about = |offer: &Offer| {
            let name = offer.definition.name.to_lowercase();
            let is_built_in = self.is_callable() && tools::class(&name).is_some();
            let mut parts = name.split(|c: char| !c.is_alphanumeric());
            !is_built_in && parts.any(|part| words.iter().any(|word| part.starts_with(word)))
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
        let decision = decision.or_else(|| self.last.as_ref().and_then(take_up));
        let Some(decision) = decision else {
            return self.answer(None, words);
        };
        match decision {
            // Who switches the tools off has a model that knows better, but for these.
            Decision::Say(kind) if self.is_off() && !kind.is_for_people() => None,
            // A tool of somebody else's may do what we cannot.
            Decision::Say(kind) if self.is_offered(kind.lacks()) => None,
            Decision::Say(kind) => {
                let circumstances = Circumstances {
                    name: &self.setting.name,
                    engines: self.setting.engines,
                    country: self.setting.country.as_deref(),
                    keeps_talk: self.setting.keeps_talk,
                };
                let answers = self.intents.words(kind, &circumstances);
                self.one_of(&answers).map(Certainty::Words)
            }
            Decision::Ask(taken_up) => self.answer(Some(taken_up), words),
            Decision::Call { name, .. } if self.is_for_another(&name) => None,
            Decision::Call { name, arguments } => {
                let class = tools::class(&name).filter(|_| self.is_callable())?;
                Some(Certainty::Call(Call { name, arguments }, class))
            }
        }
    }

    /// What is commonly known and these words ask for: a question that they take up, or one by themselves. Words may
    /// take it up then.
    fn answer(&mut self, taken_up: Option<Question>, words: &str) -> Option<Certainty> {
        if self.is_off() || !self.setting.answers_from_tables {
            return None;
        }
        let mut questions = Vec::from_iter(taken_up);
        let of_words = questions.first().and_then(Knowledge::of_words);
        questions.extend(of_words);
        let taken_up = questions.len();
        questions.extend(self.intents.questions(words));
        let known = self.knowledge.answer(&questions);
        let known = known.map(|(question, answer)| (question, answer.to_owned()));
        let known = known.or_else(|| self.knowledge.meaning(&questions));
        let (question, answer) = known.or_else(|| self.lack(&questions[taken_up..]))?;
        self.made = Some(question.answered());
        Some(Certainty::Words(answer))
    }

    /// That a word is not in the dictionary, where nobody knows more words than that.
    fn lack<'q>(&self, questions: &'q [Question]) -> Option<(&'q Question, String)> {
        let knows_more = self.setting.helper.is_some() || self.is_offered(OF_WORDS);
        self.knowledge.lack(questions).filter(|_| !knows_more)
    }

    fn is_callable(&self) -> bool {
        self.setting.built_in == BuiltIn::Callable
    }

    fn is_off(&self) -> bool {
        self.setting.built_in == BuiltIn::SwitchedOff
    }

    /// Each in its turn.
    fn one_of(&mut self, answers: &[String]) -> Option<String> {
        let index = self.chosen.checked_rem(answers.len())?;
        self.chosen += 1;
        Some(answers[index].clone())
    }
}
