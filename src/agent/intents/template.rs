//! The sentences of the data files, read into trees.
//!
//! | written | takes |
//! |---|---|
//! | `word` | that word |
//! | `[...]` | what is inside, or nothing |
//! | `(a\|b)` | one of them |
//! | `...+` | one or several in a row of what stands before |
//! | `<name>` | a phrase of that name, or a shape: `<digits>`, `<numeral>`, `<hour>`, `<clock>`, `<ordinal>`, `<owner>`, `<csv>` |
//! | `<end>` | nothing, where a sentence of the user ends |
//! | `_` | any one word |
//! | `{name}`, `{name:type}` | a slot: what it takes is given to the tool under its name |

use std::collections::{BTreeMap, HashMap};

use super::data::SlotType;
use super::heard::Spelling;

/// What a sentence, or a part of it, takes.
#[derive(Debug)]
pub(super) enum Node {
    /// The word of this number in the vocabulary.
    Word(usize),
    Any,
    /// No word, where a sentence of the user ends.
    End,
    Shape(Shape),
    /// The phrase of this number.
    Phrase(usize),
    /// The slot of this number.
    Slot(usize),
    Sequence(Vec<Node>),
    OneOf(Vec<Node>),
    Optional(Box<Node>),
    Repeated(Box<Node>),
}

/// Words that are recognized by how they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// "12", "3.5"
    Digits,
    /// A number or a part of one, in digits or in words, in the languages other than English: "fünfundzwanzig"
    Numeral,
    /// "0" to "24"
    Hour,
    /// "7:30"
    Clock,
    /// "3rd"
    Ordinal,
    /// "France's"
    Owner,
    /// "expenses.csv"
    Csv,
}

/// A place in a sentence whose words are an argument.
#[derive(Debug)]
pub(super) struct Slot {
    /// The argument's name.
    pub name: String,
    /// What it takes.
    pub form: Node,
    /// Words of the vocabulary that are not in it.
    pub never: Vec<usize>,
    /// Whether it takes any words: they are then given as they were written.
    pub is_free: bool,
}

/// The trees' shared parts.
#[derive(Debug, Default)]
pub(super) struct Grammar {
    pub vocabulary: HashMap<String, usize>,
    pub phrases: Vec<Node>,
    pub slots: Vec<Slot>,
}

/// Reads sentences into a [`Grammar`].
pub(super) struct Reader<'a> {
    pub grammar: Grammar,
    spelling: &'a Spelling,
    forms: &'a BTreeMap<String, Vec<String>>,
    types: &'a BTreeMap<String, SlotType>,
    /// The phrases read so far; none while one is being read.
    phrases: HashMap<&'a str, Option<usize>>,
}

impl<'a> Reader<'a> {
    /// With the phrases and the slot types by name.
    pub(super) fn new(
        spelling: &'a Spelling,
        forms: &'a BTreeMap<String, Vec<String>>,
        types: &'a BTreeMap<String, SlotType>,
    ) -> Self {
        Self {
            grammar: Grammar::default(),
            spelling,
            forms,
            types,
            phrases: HashMap::new(),
        }
    }

    /// One of several sentences. An error says what is wrong with which.
    pub(super) fn one_of(&mut self, sentences: &[String]) -> Result<Node, String> {
        let nodes = sentences.iter().map(|sentence| self.sentence(sentence));
        Ok(Node::OneOf(nodes.collect::<Result<_, _>>()?))
    }

    /// One sentence. An error says what is wrong with it.
    pub(super) fn sentence(&mut self, sentence: &str) -> Result<Node, String> {
        let mut rest = sentence;
        let node = self.alternatives(&mut rest);
        let node = node.and_then(|node| match rest {
            "" => Ok(node),
            rest => Err(format!("nothing opens what closes at {rest:?}")),
        });
        node.map_err(|error| format!("{sentence:?}: {error}"))
    }

    fn alternatives(&mut self, rest: &mut &str) -> Result<Node, String> {
        let mut nodes = vec![self.sequence(rest)?];
        while let Some(after) = rest.strip_prefix('|') {
            *rest = after;
            nodes.push(self.sequence(rest)?);
        }
        Ok(only_or(nodes, Node::OneOf))
    }

    fn sequence(&mut self, rest: &mut &str) -> Result<Node, String> {
        let mut nodes = Vec::new();
        loop {
            *rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix('+') {
                *rest = after;
                let repeated = nodes.pop().ok_or("there is nothing before +")?;
                if self.has_slot(&repeated) {
                    return Err("a slot is repeated, but an argument is given once".into());
                }
                nodes.push(Node::Repeated(Box::new(repeated)));
            } else if rest.is_empty() || rest.starts_with([')', ']', '|']) {
                break;
            } else {
                nodes.push(self.atom(rest)?);
            }
        }
        if nodes.is_empty() {
            return Err("an alternative is empty".into());
        }
        Ok(only_or(nodes, Node::Sequence))
    }

    fn atom(&mut self, rest: &mut &str) -> Result<Node, String> {
        if let Some(after) = rest.strip_prefix('(') {
            *rest = after;
            let node = self.alternatives(rest)?;
            close(rest, ')')?;
            return Ok(node);
        }
        if let Some(after) = rest.strip_prefix('[') {
            *rest = after;
            let node = self.alternatives(rest)?;
            close(rest, ']')?;
            return Ok(Node::Optional(Box::new(node)));
        }
        if let Some(after) = rest.strip_prefix('<') {
            return self.phrase(until(rest, after, '>')?);
        }
        if let Some(after) = rest.strip_prefix('{') {
            return self.slot(until(rest, after, '}')?);
        }
        if let Some(after) = rest.strip_prefix('_') {
            *rest = after;
            return Ok(Node::Any);
        }
        let end = rest.find(|c: char| c.is_whitespace() || "()[]{}<>|+_".contains(c));
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        *rest = after;
        self.words(word)
    }

    /// A word is written as the words of the user are: "what's" is two.
    fn words(&mut self, word: &str) -> Result<Node, String> {
        let words = self.spelling.words(word);
        let mut nodes = Vec::new();
        for word in words {
            nodes.push(Node::Word(self.known(word.text)));
        }
        if nodes.is_empty() {
            return Err(format!("{word:?} is no word"));
        }
        Ok(only_or(nodes, Node::Sequence))
    }

    fn known(&mut self, word: String) -> usize {
        let next = self.grammar.vocabulary.len();
        *self.grammar.vocabulary.entry(word).or_insert(next)
    }

    fn phrase(&mut self, name: &str) -> Result<Node, String> {
        match name {
            "digits" => return Ok(Node::Shape(Shape::Digits)),
            "numeral" => return Ok(Node::Shape(Shape::Numeral)),
            "hour" => return Ok(Node::Shape(Shape::Hour)),
            "clock" => return Ok(Node::Shape(Shape::Clock)),
            "end" => return Ok(Node::End),
            "ordinal" => return Ok(Node::Shape(Shape::Ordinal)),
            "owner" => return Ok(Node::Shape(Shape::Owner)),
            "csv" => return Ok(Node::Shape(Shape::Csv)),
            _ => {}
        }
        let forms = self.forms;
        let known = forms.get_key_value(name);
        let (name, sentences) = known.ok_or_else(|| format!("no phrase has the name {name:?}"))?;
        match self.phrases.get(&name[..]) {
            Some(Some(number)) => return Ok(Node::Phrase(*number)),
            Some(None) => return Err(format!("the phrase {name:?} contains itself")),
            None => {}
        }
        self.phrases.insert(name, None);
        let node = self.one_of(sentences)?;
        self.grammar.phrases.push(node);
        let number = self.grammar.phrases.len() - 1;
        self.phrases.insert(name, Some(number));
        Ok(Node::Phrase(number))
    }

    fn slot(&mut self, written: &str) -> Result<Node, String> {
        let (name, kind) = written.split_once(':').unwrap_or((written, written));
        let types = self.types;
        let kind = types
            .get(kind)
            .ok_or_else(|| format!("no slot has the type {kind:?}"))?;
        let form = self.sentence(&kind.form)?;
        let mut never = Vec::new();
        for word in &kind.never {
            match self.words(word)? {
                Node::Word(number) => never.push(number),
                _ => return Err(format!("{word:?} of {written:?} is not one word")),
            }
        }
        let is_free = self.takes_any(&form);
        self.grammar.slots.push(Slot {
            name: name.to_owned(),
            form,
            never,
            is_free,
        });
        Ok(Node::Slot(self.grammar.slots.len() - 1))
    }

    fn has_slot(&self, node: &Node) -> bool {
        match node {
            Node::Slot(_) => true,
            Node::Word(_) | Node::Any | Node::End | Node::Shape(_) => false,
            Node::Phrase(number) => self.has_slot(&self.grammar.phrases[*number]),
            Node::Sequence(nodes) | Node::OneOf(nodes) => {
                nodes.iter().any(|node| self.has_slot(node))
            }
            Node::Optional(node) | Node::Repeated(node) => self.has_slot(node),
        }
    }

    fn takes_any(&self, node: &Node) -> bool {
        match node {
            Node::Any => true,
            Node::Word(_) | Node::End | Node::Shape(_) => false,
            Node::Phrase(number) => self.takes_any(&self.grammar.phrases[*number]),
            Node::Slot(number) => self.grammar.slots[*number].is_free,
            Node::Sequence(nodes) | Node::OneOf(nodes) => {
                nodes.iter().any(|node| self.takes_any(node))
            }
            Node::Optional(node) | Node::Repeated(node) => self.takes_any(node),
        }
    }
}

fn only_or(mut nodes: Vec<Node>, several: fn(Vec<Node>) -> Node) -> Node {
    match nodes.pop() {
        Some(only) if nodes.is_empty() => only,
        last => {
            nodes.extend(last);
            several(nodes)
        }
    }
}

fn close(rest: &mut &str, bracket: char) -> Result<(), String> {
    let after = rest.strip_prefix(bracket);
    *rest = after.ok_or_else(|| format!("{bracket:?} is missing"))?;
    Ok(())
}

fn until<'a>(rest: &mut &'a str, after: &'a str, bracket: char) -> Result<&'a str, String> {
    let parts = after.split_once(bracket);
    let (inside, after) = parts.ok_or_else(|| format!("{bracket:?} is missing"))?;
    *rest = after;
    Ok(inside)
}
