//! What the commonest commands ask for, decided before the language model and without it.
//!
//! Text goes in, a decision comes out; nothing here keeps state or reads a clock.
//!
//! ```text
//! text -> heard (words) -> template trees of assets/intents, compared by matching -> Decision
//! ```
//!
//! A whole utterance must be one sentence of the data files, but for politeness before and after it:
//! what is not certain is left to the model. Only words about life and death are found anywhere.
//! What takes up the call before ("No, ten minutes.", "And of Sweden?") is in `follow_up`: that call comes in.
//! What asks for common knowledge is in `question`: it may mean several things, of which one may be known. Small talk
//! is in `small_talk`, by subject; what is said to it stands in the persona.

mod data;
mod fixed;
mod follow_up;
mod heard;
mod matching;
mod question;
mod small_talk;
mod template;
mod whom_to_call;

use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

use crate::language::Language;
use data::Written;
use fixed::Wordings;
use follow_up::FollowUp;
use heard::{Spelling, Word};
use matching::{Capture, MOST_WORDS, Places, Utterance, bits};
use template::{Grammar, Node, Reader};

pub use fixed::{Circumstances, Engines, Fixed};
pub use follow_up::{CHAT, LastCall};
pub use question::Question;

/// What is said anywhere is looked for in this many words of an utterance.
const MOST_WORDS_SEARCHED: usize = 600;
/// Two parts of a long utterance that are searched share this many words, so that a phrase lies in
/// one of them.
const SHARED_WORDS: usize = 16;

/// What an utterance asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// A tool is to be called.
    Call {
        /// The tool's name.
        name: String,
        /// Its arguments as text, as they were spoken: `{"duration": "five minutes"}`. One that was
        /// not said is absent; the tool asks for it.
        arguments: Map<String, Value>,
    },
    /// Fixed words are to be said: [`Intents::words`].
    Say(Fixed),
    /// Common knowledge is asked for, by words that take up the question before.
    Ask(Question),
}

/// The sentences of one language.
pub struct Intents {
    spelling: Spelling,
    grammar: Grammar,
    /// Politeness before a sentence.
    before: Node,
    /// Politeness after a sentence.
    after: Node,
    /// Begins a command that follows another: "and tell me".
    further_command: Node,
    sentences: Vec<Sentences<Meaning>>,
    /// Words that ask for a tool, and do not say for certain what of it.
    unclear: Vec<Sentences<Fixed>>,
    follow_ups: Vec<Sentences<FollowUp>>,
    /// Each means an aspect of what is asked about.
    questions: Vec<Sentences<String>>,
    /// Each means a subject of small talk.
    small_talk: Vec<Sentences<String>>,
    searched: Vec<Searched>,
    wordings: Wordings,
}

/// Sentences that mean one thing.
struct Sentences<M> {
    meaning: M,
    sentences: Vec<Node>,
    /// Sentences that would be among them and mean something else.
    never: Node,
}

enum Meaning {
    Call {
        tool: String,
        with: Vec<(String, String)>,
    },
    Say(Fixed),
}

/// What is looked for anywhere.
struct Searched {
    kind: Fixed,
    patterns: Node,
    harmless: Node,
}

/// A sentence that the words are.
struct Found<'a, M> {
    meaning: &'a M,
    captures: Vec<Capture>,
    /// How many of its words could be any, and how many words around it are only polite.
    left_open: (usize, usize),
}

impl Intents {
    /// The sentences of a language, read at its first use.
    pub fn bundled(language: Language) -> &'static Self {
        static READ: Mutex<Vec<(Language, &Intents)>> = Mutex::new(Vec::new());
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, intents)) = read.iter().find(|(one, _)| *one == language) {
            return intents;
        }
        let intents = Self::read(data::bundled(language));
        let intents = intents.expect("the bundled sentences are held valid by a test");
        let intents = Box::leak(Box::new(intents));
        read.push((language, intents));
        intents
    }

    /// An error says which sentence cannot be read, and why.
    fn read(written: Written) -> Result<Self, String> {
        let spelling = Spelling::new(written.writing);
        let parts = &written.parts;
        let mut reader = Reader::new(&spelling, &parts.phrases, &parts.slots);
        let before = Node::Repeated(Box::new(reader.one_of(&parts.before)?));
        let after = Node::Repeated(Box::new(reader.one_of(&parts.after)?));
        let further_command = reader.one_of(&parts.further_command)?;
        let mut sentences = Vec::new();
        for call in written.calls {
            let (tool, with) = (call.tool, call.with.into_iter().collect());
            let meaning = Meaning::Call { tool, with };
            let (said, never) = (&call.sentences, &call.never);
            sentences.push(Sentences::read(&mut reader, meaning, said, never)?);
        }
        let follow_ups =
            (written.follow_ups.iter()).map(|written| FollowUp::read(&mut reader, written));
        let follow_ups = follow_ups.collect::<Result<_, _>>()?;
        let questions = written.questions.iter().map(|written| {
            let (what, said) = (written.what.clone(), &written.sentences);
            Sentences::read(&mut reader, what, said, &written.never)
        });
        let questions = questions.collect::<Result<_, _>>()?;
        let small_talk = written.small_talk.iter().map(|written| {
            let (about, said) = (written.about.clone(), &written.sentences);
            Sentences::read(&mut reader, about, said, &written.never)
        });
        let small_talk = small_talk.collect::<Result<_, _>>()?;
        let (mut searched, mut unclear) = (Vec::new(), Vec::new());
        for fixed in &written.fixed.fixed {
            let (kind, said) = (fixed.kind, &fixed.sentences);
            if kind.is_of_tools() {
                unclear.push(Sentences::read(&mut reader, kind, said, &[])?);
            } else {
                let meaning = Meaning::Say(kind);
                sentences.push(Sentences::read(&mut reader, meaning, said, &[])?);
            }
            if !fixed.anywhere.is_empty() {
                searched.push(Searched {
                    kind: fixed.kind,
                    patterns: reader.one_of(&fixed.anywhere)?,
                    harmless: reader.one_of(&fixed.harmless)?,
                });
            }
        }
        Ok(Self {
            grammar: reader.grammar,
            spelling,
            before,
            after,
            further_command,
            sentences,
            unclear,
            follow_ups,
            questions,
            small_talk,
            searched,
            wordings: Wordings::new(written.fixed),
        })
    }

    /// What the words ask for, if that is certain.
    pub fn decide(&self, words: &str) -> Option<Decision> {
        let heard = self.spelling.words(words);
        if heard.is_empty() {
            return None;
        }
        if let Some(kind) = self.search(&heard) {
            return Some(Decision::Say(kind));
        }
        let found = self.compare(&heard, self.sentences.iter())?;
        Some(match found.meaning {
            Meaning::Say(kind) => Decision::Say(*kind),
            Meaning::Call { tool, with } => {
                let said = found.captures.iter();
                let said = said.map(|capture| self.argument(words, &heard, capture));
                let arguments = filled(with, said.collect()).into_iter();
                Decision::Call {
                    name: tool.clone(),
                    arguments: arguments
                        .map(|(name, value)| (name, value.into()))
                        .collect(),
                }
            }
        })
    }

    /// How a tool is asked, for words that ask for it and are not certain. They may mean something else all the same: a
    /// follow-up, something known, small talk.
    pub fn unclear(&self, words: &str) -> Option<Fixed> {
        let heard = self.spelling.words(words);
        let found = self.compare(&heard, self.unclear.iter())?;
        Some(*found.meaning)
    }

    /// The wordings of what is to be said, any of which will do; none of a kind that the language lacks.
    pub fn words(&self, kind: Fixed, circumstances: &Circumstances) -> Vec<String> {
        self.wordings.of(kind, circumstances)
    }

    /// What is said anywhere in the first [`MOST_WORDS_SEARCHED`] words.
    fn search(&self, heard: &[Word]) -> Option<Fixed> {
        let heard = &heard[..heard.len().min(MOST_WORDS_SEARCHED)];
        let starts = (0..heard.len()).step_by(MOST_WORDS - SHARED_WORDS);
        let mut parts = starts.map(|start| Utterance::new(&self.grammar, &heard[start..]));
        parts.find_map(|mut part| {
            let mut is_said = |searched: &&Searched| {
                if part.ends(&searched.patterns, part.all()) == 0 {
                    return false;
                }
                part.without(&searched.harmless);
                part.ends(&searched.patterns, part.all()) != 0
            };
            self.searched
                .iter()
                .find(&mut is_said)
                .map(|found| found.kind)
        })
    }

    /// The sentence that the words are; of several, that which leaves the fewest words open.
    fn compare<'a, M>(
        &self,
        heard: &[Word],
        sentences: impl Iterator<Item = &'a Sentences<M>>,
    ) -> Option<Found<'a, M>> {
        let found = self.compare_all(heard, sentences).into_iter();
        found.min_by_key(|found| found.left_open)
    }

    /// All the sentences that the words are, in their order.
    fn compare_all<'a, M>(
        &self,
        heard: &[Word],
        sentences: impl Iterator<Item = &'a Sentences<M>>,
    ) -> Vec<Found<'a, M>> {
        if heard.len() > MOST_WORDS {
            return Vec::new();
        }
        let mut utterance = Utterance::new(&self.grammar, heard);
        utterance.part_before(&self.further_command);
        let starts = Utterance::START | utterance.ends(&self.before, Utterance::START);
        let ends = self.ends_before_politeness(&utterance);
        let mut all = Vec::new();
        for sentences in sentences {
            let nodes = &sentences.sentences;
            let found = nodes
                .iter()
                .filter_map(|node| utterance.find(node, starts, ends));
            let mut found = found.peekable();
            if found.peek().is_none() || utterance.ends(&sentences.never, starts) & ends != 0 {
                continue;
            }
            all.extend(found.map(|found| {
                let polite = heard.len() - found.words.len();
                let any = self.any_words(&found.captures);
                Found {
                    meaning: &sentences.meaning,
                    captures: found.captures,
                    left_open: (any, polite),
                }
            }));
        }
        all
    }

    /// The places after which there is only politeness.
    fn ends_before_politeness(&self, utterance: &Utterance) -> Places {
        let mut ends = utterance.end();
        for place in bits(utterance.all()) {
            if utterance.ends(&self.after, place) & utterance.end() != 0 {
                ends |= place;
            }
        }
        ends
    }

    fn any_words(&self, captures: &[Capture]) -> usize {
        let free = captures
            .iter()
            .filter(|capture| self.grammar.slots[capture.slot].is_free);
        free.map(|capture| capture.words.len()).sum()
    }

    /// The name and the text of what a slot took.
    fn argument(&self, text: &str, heard: &[Word], capture: &Capture) -> (String, String) {
        let slot = &self.grammar.slots[capture.slot];
        let words = &heard[capture.words.clone()];
        let value = match (slot.is_free, words) {
            (true, [first, .., last]) => text[first.place.start..last.place.end].to_owned(),
            (true, [only]) => text[only.place.clone()].to_owned(),
            _ => words
                .iter()
                .map(|word| &word.text[..])
                .collect::<Vec<_>>()
                .join(" "),
        };
        (slot.name.clone(), value)
    }
}

/// The arguments that follow from a sentence, with what was said in the places of `{name}`, and what else was said.
fn filled(with: &[(String, String)], mut said: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut arguments = Vec::new();
    for (argument, form) in with {
        let mut value = form.clone();
        for (name, text) in &said {
            value = value.replace(&format!("{{{name}}}"), text);
        }
        arguments.push((argument.clone(), value));
    }
    said.retain(|(name, _)| {
        !with
            .iter()
            .any(|(_, form)| form.contains(&format!("{{{name}}}")))
    });
    said.extend(arguments);
    said
}

impl<M> Sentences<M> {
    fn read(
        reader: &mut Reader,
        meaning: M,
        sentences: &[String],
        never: &[String],
    ) -> Result<Self, String> {
        let nodes = sentences.iter().map(|sentence| reader.sentence(sentence));
        Ok(Self {
            meaning,
            sentences: nodes.collect::<Result<_, _>>()?,
            never: reader.one_of(never)?,
        })
    }
}

#[cfg(test)]
mod tests;
