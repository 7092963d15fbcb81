//! Whether words are a sentence, and which of them are in its slots.
//!
//! A set of places between words is the bits of one number, so that a node of a tree is tried from
//! all places at once: the time is linear in the size of the sentences, however they nest, and the
//! length of what was said is bounded by [`MOST_WORDS`].

use std::cell::Cell;
use std::ops::Range;

use super::heard::Word;
use super::template::{Grammar, Node, Shape};

/// Longer utterances are compared in parts, or not at all. The place behind the last word needs a bit.
pub(super) const MOST_WORDS: usize = 63;

/// Places between words; bit 0 is the place before the first.
pub(super) type Places = u64;

/// At most [`MOST_WORDS`] words that sentences are compared with.
pub(super) struct Utterance<'a> {
    grammar: &'a Grammar,
    words: &'a [Word],
    /// Where each word of the vocabulary stands.
    at: Vec<Places>,
    shapes: [Places; 7],
    /// Words that may be taken at all.
    usable: Places,
    /// Words that may be taken by [`Node::Any`].
    free: Places,
    /// The first words of further sentences.
    sentences: Places,
    /// Words that no slot goes on over: the first ones of further sentences and commands.
    barriers: Places,
    /// For each phrase, what [`Utterance::ends_with`] gave last: many sentences begin with the same one.
    known: Vec<Cell<Known>>,
}

/// What a phrase was asked for, and the answer.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    free: Places,
    starts: Places,
    ends: Places,
}

/// Where a sentence was found.
#[derive(Debug)]
pub(super) struct Match {
    /// The words that are the sentence.
    pub words: Range<usize>,
    pub captures: Vec<Capture>,
}

/// The words of one slot.
#[derive(Debug)]
pub(super) struct Capture {
    pub slot: usize,
    pub words: Range<usize>,
}

impl<'a> Utterance<'a> {
    /// Of the words, the first [`MOST_WORDS`].
    pub(super) fn new(grammar: &'a Grammar, words: &'a [Word]) -> Self {
        let words = &words[..words.len().min(MOST_WORDS)];
        let mut at = vec![0; grammar.vocabulary.len()];
        let mut shapes = [0; 7];
        let mut sentences = 0;
        for (place, word) in words.iter().enumerate() {
            let bit = 1 << place;
            if let Some(&number) = grammar.vocabulary.get(&word.text) {
                at[number] |= bit;
            }
            for shape in shapes_of(word) {
                shapes[shape as usize] |= bit;
            }
            if word.begins_sentence {
                sentences |= bit;
            }
        }
        let usable = (1 << words.len()) - 1;
        Self {
            grammar,
            words,
            at,
            shapes,
            usable,
            free: usable & !sentences,
            sentences,
            barriers: sentences,
            known: vec![Cell::default(); grammar.phrases.len()],
        }
    }

    /// The place before the first word.
    pub(super) const START: Places = 1;

    /// The place behind the last word.
    pub(super) fn end(&self) -> Places {
        1 << self.words.len()
    }

    /// All places before a word.
    pub(super) fn all(&self) -> Places {
        self.usable
    }

    /// No slot goes on over a word that begins with what the node takes.
    pub(super) fn part_before(&mut self, node: &Node) {
        if self.ends(node, self.usable) == 0 {
            return;
        }
        for place in bits(self.usable) {
            if self.ends(node, place) != 0 {
                self.barriers |= place;
            }
        }
        self.free = self.usable & !self.barriers;
        self.known.fill(Cell::default());
    }

    /// Takes away the words of whatever the node takes.
    pub(super) fn without(&mut self, node: &Node) {
        if self.ends(node, self.usable) == 0 {
            return;
        }
        let mut taken = 0;
        for place in bits(self.usable) {
            let ends = self.ends(node, place);
            if ends != 0 {
                taken |= highest(ends) - place;
            }
        }
        self.usable &= !taken;
        self.free &= !taken;
        self.known.fill(Cell::default());
    }

    /// The places where the node's words end that begin at one of `starts`.
    pub(super) fn ends(&self, node: &Node, starts: Places) -> Places {
        self.ends_with(self.free, node, starts)
    }

    fn ends_with(&self, free: Places, node: &Node, starts: Places) -> Places {
        if starts == 0 {
            return 0;
        }
        match node {
            Node::Word(number) => (starts & self.at[*number] & self.usable) << 1,
            Node::Any => (starts & free) << 1,
            Node::End => starts & (self.sentences | self.end()),
            Node::Shape(shape) => (starts & self.shapes[*shape as usize] & self.usable) << 1,
            Node::Phrase(number) => self.phrase_ends(free, *number, starts),
            Node::Slot(number) => {
                let slot = &self.grammar.slots[*number];
                let never = slot
                    .never
                    .iter()
                    .fold(0, |never, &word| never | self.at[word]);
                let free = self.usable & (!self.barriers | starts) & !never;
                self.ends_with(free, &slot.form, starts)
            }
            Node::Sequence(nodes) => nodes
                .iter()
                .fold(starts, |reached, node| self.ends_with(free, node, reached)),
            Node::OneOf(nodes) => nodes
                .iter()
                .fold(0, |ends, node| ends | self.ends_with(free, node, starts)),
            Node::Optional(node) => starts | self.ends_with(free, node, starts),
            Node::Repeated(node) => {
                let mut ends = self.ends_with(free, node, starts);
                loop {
                    let more = ends | self.ends_with(free, node, ends);
                    if more == ends {
                        return ends;
                    }
                    ends = more;
                }
            }
        }
    }

    fn phrase_ends(&self, free: Places, number: usize, starts: Places) -> Places {
        let known = self.known[number].get();
        if (known.free, known.starts) == (free, starts) {
            return known.ends;
        }
        let ends = self.ends_with(free, &self.grammar.phrases[number], starts);
        self.known[number].set(Known { free, starts, ends });
        ends
    }

    /// What is in the slots of a sentence that begins at one of `starts` and ends at one of `ends`, if
    /// it does. The slots that take any words take as few as they can.
    pub(super) fn find(&self, node: &Node, starts: Places, ends: Places) -> Option<Match> {
        if self.ends(node, starts) & ends == 0 {
            return None;
        }
        let start = bits(starts)
            .filter(|&start| self.ends(node, start) & ends != 0)
            .last()?;
        let end = bits(self.ends(node, start) & ends).next()?;
        let mut captures = Vec::new();
        let is_found = self.trace(node, start, end, &mut captures);
        is_found.then(|| Match {
            words: between(start, end),
            captures,
        })
    }

    /// Finds what was taken between two places; false if nothing fits.
    fn trace(&self, node: &Node, start: Places, end: Places, found: &mut Vec<Capture>) -> bool {
        match node {
            Node::Slot(slot) => {
                let words = between(start, end);
                found.push(Capture { slot: *slot, words });
                self.ends(node, start) & end != 0
            }
            Node::Sequence(nodes) => self.trace_sequence(nodes, start, end, found),
            Node::OneOf(nodes) => {
                let fits = nodes.iter().find(|node| self.ends(node, start) & end != 0);
                fits.is_some_and(|node| self.trace(node, start, end, found))
            }
            Node::Optional(_) if start == end => true,
            Node::Optional(node) => self.trace(node, start, end, found),
            Node::Phrase(number) => self.trace(&self.grammar.phrases[*number], start, end, found),
            // There are no slots in these.
            Node::Word(_) | Node::Any | Node::End | Node::Shape(_) | Node::Repeated(_) => {
                self.ends(node, start) & end != 0
            }
        }
    }

    fn trace_sequence(
        &self,
        nodes: &[Node],
        start: Places,
        end: Places,
        found: &mut Vec<Capture>,
    ) -> bool {
        let mut reached = vec![start];
        for node in nodes {
            let last = reached.last().copied().unwrap_or(start);
            reached.push(self.ends(node, last));
        }
        let mut spans = Vec::with_capacity(nodes.len());
        let mut end = end;
        for (node, &before) in nodes.iter().zip(&reached).rev() {
            let mut fitting = bits(before).filter(|&from| self.ends(node, from) & end != 0);
            // A name takes few words, so that "at" in front of a time is not part of it.
            let from = if self.takes_any(node) {
                fitting.last()
            } else {
                fitting.next()
            };
            let Some(from) = from else { return false };
            spans.push((node, from, end));
            end = from;
        }
        let in_order = spans.into_iter().rev();
        end == start && { in_order }.all(|(node, from, to)| self.trace(node, from, to, found))
    }

    /// Whether there is a slot in the node that takes any words.
    fn takes_any(&self, node: &Node) -> bool {
        match node {
            Node::Slot(slot) => self.grammar.slots[*slot].is_free,
            Node::Sequence(nodes) | Node::OneOf(nodes) => {
                nodes.iter().any(|node| self.takes_any(node))
            }
            Node::Optional(node) => self.takes_any(node),
            Node::Phrase(number) => self.takes_any(&self.grammar.phrases[*number]),
            Node::Word(_) | Node::Any | Node::End | Node::Shape(_) | Node::Repeated(_) => false,
        }
    }
}

/// Each place of a set, the first first.
pub(super) fn bits(mut places: Places) -> impl Iterator<Item = Places> {
    std::iter::from_fn(move || {
        let lowest = places & places.wrapping_neg();
        places &= !lowest;
        (lowest != 0).then_some(lowest)
    })
}

/// The numbers of the words between two places.
fn between(start: Places, end: Places) -> Range<usize> {
    start.trailing_zeros() as usize..end.trailing_zeros() as usize
}

fn highest(places: Places) -> Places {
    1 << places.ilog2()
}

fn shapes_of(word: &Word) -> impl Iterator<Item = Shape> {
    let is_numeral = word.is_number;
    let word = &word.text[..];
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = word.split_once('.').unwrap_or((word, "0"));
    let is_number = digits(whole) && digits(part);
    let is_hour = digits(word) && word.parse().is_ok_and(|hour: u32| hour <= 24);
    let clock = word.split_once([':', '.']);
    let is_clock = clock.is_some_and(|(hour, minute)| {
        digits(hour) && hour.len() <= 2 && digits(minute) && minute.len() == 2
    });
    let ordinal = ["st", "nd", "rd", "th"].iter();
    let is_ordinal = { ordinal }.any(|end| word.strip_suffix(end).is_some_and(digits));
    // A word is compared without its full stops.
    let ending = ["csv", "tsv"].iter();
    let is_csv = { ending }.any(|end| word.strip_suffix(end).is_some_and(|stem| !stem.is_empty()));
    [
        (is_number, Shape::Digits),
        (is_numeral, Shape::Numeral),
        (is_hour, Shape::Hour),
        (is_clock, Shape::Clock),
        (is_ordinal, Shape::Ordinal),
        (word.ends_with("'s"), Shape::Owner),
        (is_csv, Shape::Csv),
    ]
    .into_iter()
    .filter_map(|(is_it, shape)| is_it.then_some(shape))
}
