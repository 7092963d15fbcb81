//! What words mean: a dictionary made of WordNet, for what no table of [`super`] has.
//!
//! The file lies in the program as it is, sorted by its words, and is searched by halves: nothing is read at the start. A line
//! has these cells between tabs; `assets/facts/wordnet/README.md` says where they come from.
//!
//! ```text
//! word, as names are compared | other words for it, between commas | its opposite | sense | more senses
//! a sense: [+]kind|the word as it is written, if that differs|what follows "is", "means" or "to"
//! ```
//!
//! The commonest sense stands first; one with "+" is common enough to be said along with the one before it.

use std::cmp::Ordering;

use super::forms;
use crate::agent::intents::Question;
use crate::language::Language;
use crate::tools::lookup::bare;

/// What the dictionary is asked for: `what` in `assets/intents/en/known.toml`.
#[cfg(test)]
pub(super) const ASPECTS: [&str; 5] = [MEANING, THING, PERSON, SYNONYM, OPPOSITE];
/// What a word means, whatever kind of word it is.
const MEANING: &str = "meaning";
/// What a thing is.
const THING: &str = "thing";
/// Who somebody was.
const PERSON: &str = "person";
/// Another word for one.
const SYNONYM: &str = "synonym";
/// The opposite of a word, which the tables have, too.
const OPPOSITE: &str = "opposite";

/// A dictionary: the text of its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meanings(&'static str);

/// What the dictionary has of a word.
struct Entry {
    key: &'static str,
    others: &'static str,
    opposite: &'static str,
    senses: Vec<Sense>,
}

/// One meaning of a word.
#[derive(Debug, Clone, Copy)]
struct Sense {
    /// It is said along with the sense before it.
    is_along: bool,
    kind: Kind,
    /// The word as it is written.
    said: &'static str,
    /// What it is.
    words: &'static str,
}

/// How a sense goes into a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// "A marmot is", "An owl is": with this article.
    Counted(&'static str),
    /// "Photosynthesis is", "Paris is"
    Bare,
    /// "The Danube is"
    WithThe,
    /// "Scissors are"
    Plural,
    /// "The Alps are"
    PluralWithThe,
    /// "Waterloo was"
    Past,
    /// A person: "Galileo Galilei was"
    Person,
    /// A person who lived when the data were made: "is known as"
    Living,
    /// "To abate means to"
    Verb,
    /// An adjective or an adverb: "Ubiquitous means"
    Describing,
}

impl Kind {
    /// `None`: the letter stands for none.
    fn of(letter: &str) -> Option<Self> {
        Some(match letter {
            "a" => Self::Counted("a"),
            "n" => Self::Counted("an"),
            "m" => Self::Bare,
            "t" => Self::WithThe,
            "p" => Self::Plural,
            "d" => Self::PluralWithThe,
            "e" => Self::Past,
            "w" => Self::Person,
            "k" => Self::Living,
            "v" => Self::Verb,
            "j" | "r" => Self::Describing,
            _ => return None,
        })
    }

    fn is_thing(self) -> bool {
        match self {
            Self::Counted(_)
            | Self::Bare
            | Self::WithThe
            | Self::Plural
            | Self::PluralWithThe
            | Self::Past => true,
            Self::Person | Self::Living | Self::Verb | Self::Describing => false,
        }
    }

    fn is_person(self) -> bool {
        matches!(self, Self::Person | Self::Living)
    }
}

impl Sense {
    /// `None`: the cell is no sense.
    fn read(cell: &'static str, key: &'static str) -> Option<Self> {
        let bare = cell.strip_prefix('+');
        let mut parts = bare.unwrap_or(cell).splitn(3, '|');
        let (kind, said, words) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            is_along: bare.is_some(),
            kind: Kind::of(kind)?,
            said: if said.is_empty() { key } else { said },
            words,
        })
    }

    /// Whether it is the name of one thing: "Paris".
    fn is_name(&self) -> bool {
        self.kind == Kind::Past || self.said.starts_with(char::is_uppercase)
    }

    fn sentence(&self) -> String {
        let Self { said, words, .. } = self;
        let sentence = match self.kind {
            Kind::Counted(article) => format!("{article} {said} is {words}."),
            Kind::Bare => format!("{said} is {words}."),
            Kind::WithThe => format!("the {said} is {words}."),
            Kind::Plural => format!("{said} are {words}."),
            Kind::PluralWithThe => format!("the {said} are {words}."),
            Kind::Past | Kind::Person => format!("{said} was {words}."),
            Kind::Living => format!("{said} is known as {words}."),
            Kind::Verb => format!("to {said} means to {words}."),
            Kind::Describing => format!("{said} means {words}."),
        };
        capitalized(&sentence)
    }

    /// With the sense that is said along with it, if there is one.
    fn sentence_and(&self, next: Option<&Self>) -> String {
        let sentence = self.sentence();
        let Some(next) = next.filter(|next| next.is_along) else {
            return sentence;
        };
        match (self.kind, next.kind) {
            (Kind::Plural | Kind::PluralWithThe, other) if other.is_thing() => sentence,
            (one, other) if one.is_thing() && other.is_thing() => {
                format!("{sentence} It can also be {}.", next.words)
            }
            _ => format!("{sentence} {}", next.sentence()),
        }
    }
}

impl Entry {
    /// `None`: the line is no entry.
    fn read(line: &'static str) -> Option<Self> {
        let mut cells = line.split('\t');
        let (key, others, opposite) = (cells.next()?, cells.next()?, cells.next()?);
        let senses = cells.map(|cell| Sense::read(cell, key));
        Some(Self {
            key,
            others,
            opposite,
            senses: senses.collect::<Option<_>>()?,
        })
    }

    /// The word as it is written.
    fn said(&self) -> &'static str {
        self.senses.first().map_or(self.key, |sense| sense.said)
    }

    /// What the word means.
    fn meaning(&self) -> Option<String> {
        Some(self.senses.first()?.sentence_and(self.senses.get(1)))
    }

    /// What the thing is that was named with this article.
    fn thing(&self, article: Option<&str>) -> Option<String> {
        let fits = |sense: &&Sense| match article {
            None => sense.kind.is_thing(),
            // Of the plan, the time or the dog nobody asks a dictionary.
            Some("the") => {
                let with_it = [Kind::WithThe, Kind::PluralWithThe, Kind::Past];
                with_it.contains(&sense.kind) || sense.kind == Kind::Bare && sense.is_name()
            }
            Some(_) => sense.kind.is_thing() && !sense.is_name(),
        };
        let mut senses = self.senses.iter().filter(fits);
        let (first, next) = (senses.next()?, senses.next());
        // It is said with the article that it was asked with.
        let kind = match (article, first.kind) {
            (Some("the"), Kind::Bare) => Kind::WithThe,
            (Some("an"), Kind::Bare) => Kind::Counted("an"),
            (Some("a"), Kind::Bare) => Kind::Counted("a"),
            (_, kind) => kind,
        };
        Some(Sense { kind, ..*first }.sentence_and(next))
    }

    fn person(&self) -> Option<String> {
        let person = self.senses.iter().find(|sense| sense.kind.is_person());
        person.map(Sense::sentence)
    }

    fn verb(&self) -> Option<String> {
        let mut senses = self.senses.iter();
        let verb = senses.find(|sense| sense.kind == Kind::Verb);
        verb.map(Sense::sentence)
    }

    fn synonym(&self) -> Option<String> {
        let others: Vec<&str> = self.others.split(',').collect();
        let said = self.said();
        match &others[..] {
            [""] | [] => None,
            [only] => Some(format!("Another word for {said} is {only}.")),
            [most @ .., last] => Some(format!(
                "Other words for {said} are {} and {last}.",
                most.join(", ")
            )),
        }
    }

    fn opposite(&self) -> Option<String> {
        let (said, opposite) = (self.said(), self.opposite);
        (!opposite.is_empty()).then(|| format!("The opposite of {said} is {opposite}."))
    }
}

impl Meanings {
    /// The words of English.
    pub(super) const ENGLISH: Self =
        Self(include_str!("../../../assets/facts/wordnet/meanings.tsv"));

    /// The answer to a question, if the dictionary has what it asks for.
    pub(super) fn answer(self, question: &Question) -> Option<String> {
        let (article, key) = parted(&question.of);
        match &question.what[..] {
            MEANING => self.meaning(article, &key),
            THING => self.thing(article, &key),
            PERSON => self.entry(&key)?.person(),
            SYNONYM => self.entry(&key)?.synonym(),
            OPPOSITE => self.entry(&key)?.opposite(),
            _ => None,
        }
    }

    /// That the dictionary lacks a word whose meaning was asked for; `None` if something else was asked, or not of one
    /// word.
    pub(super) fn lack(question: &Question) -> Option<String> {
        let of = question.of.trim();
        let is_word = !of.is_empty() && of.chars().all(|c| c.is_alphabetic() || "-'".contains(c));
        let is_asked = question.what == MEANING && is_word;
        is_asked.then(|| format!("I don't have {of} in my dictionary."))
    }

    fn meaning(self, article: Option<&str>, key: &str) -> Option<String> {
        if let Some(verb) = key.strip_prefix("to ") {
            return self.entry(verb)?.verb();
        }
        if article.is_some() {
            let thing = self.thing(Some("a"), key);
            if thing.is_some() {
                return thing;
            }
        }
        let whole = self.entry(key).and_then(|entry| entry.meaning());
        let thing = || self.thing(None, key);
        let verb = || {
            let mut verbs = forms::verbs(key);
            verbs.find_map(|verb| self.entry(&verb)?.verb())
        };
        whole.or_else(thing).or_else(verb)
    }

    fn thing(self, article: Option<&str>, key: &str) -> Option<String> {
        let whole = self.entry(key).and_then(|entry| entry.thing(article));
        let one = || forms::singulars(key).find_map(|one| self.one_of_several(&one));
        match article {
            None => whole.or_else(one),
            // "The dogs" are somebody's.
            Some(_) => whole,
        }
    }

    /// What one of the things is that were named in the plural.
    fn one_of_several(self, key: &str) -> Option<String> {
        let entry = self.entry(key)?;
        let first = entry.senses.iter().find(|sense| sense.kind.is_thing())?;
        match first.kind {
            Kind::Counted(article) => entry.thing(Some(article)),
            _ => entry.thing(None),
        }
    }

    fn entry(self, key: &str) -> Option<Entry> {
        Entry::read(self.line(key)?)
    }

    /// The line of a word, in a number of steps that grows with the logarithm of the size of the file.
    fn line(self, key: &str) -> Option<&'static str> {
        let text = self.0;
        // Each is the start of a line, or the end of the text.
        let (mut from, mut to) = (0, text.len());
        while from < to {
            let middle = from + (to - from) / 2;
            let before = &text.as_bytes()[from..middle];
            let start = before.iter().rposition(|byte| *byte == b'\n');
            let start = start.map_or(from, |place| from + place + 1);
            let line = text[start..].split('\n').next()?;
            match line.split('\t').next()?.cmp(key) {
                Ordering::Less => from = start + line.len() + 1,
                Ordering::Greater => to = start,
                Ordering::Equal => return Some(line),
            }
        }
        None
    }
}

/// What the dictionary is asked in place of a question for the tables.
pub(super) fn instead_of(question: &Question) -> Option<Question> {
    let what = match &question.what[..] {
        "what" => THING,
        "who" => PERSON,
        _ => return None,
    };
    Some(Question {
        what: what.to_owned(),
        of: question.of.clone(),
    })
}

/// The article before a name, and the name as it is compared.
fn parted(of: &str) -> (Option<&'static str>, String) {
    let first = of.split_whitespace().next().unwrap_or("").to_lowercase();
    let articles = ["a", "an", "the"].into_iter();
    let article = { articles }.find(|article| *article == first && of.trim().contains(' '));
    (article, bare(of, Language::English))
}

fn capitalized(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

#[cfg(test)]
#[path = "meanings_tests.rs"]
mod tests;
