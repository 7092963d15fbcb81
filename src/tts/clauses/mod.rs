//! Cuts the language model's stream of tokens into clauses that can be said on their own.
//!
//! Pure and synchronous: it belongs to whichever thread reads the tokens. The first clause leaves
//! as early as its prosody allows, because the user is waiting in silence for it; later clauses are
//! whole sentences where they can be, because the loudspeaker is busy anyway.
//!
//! Invariants: the clauses joined together are the pieces joined together; how the text was cut
//! into pieces does not matter (it is read one character at a time); no clause is blank. A clause
//! is cut only when the character after the cut is known and is not white space, so white space
//! never stays behind alone. A line break opens the next clause instead of closing the last one:
//! so a reader of the clause knows that it starts a line (a bullet, "2.").

mod endings;
#[cfg(test)]
mod tests;
mod vocabulary;

use crate::language::{Language, han_words, is_han};
use endings::{Ending, is_conjunction, is_dash, is_pictograph, is_sentence_starter};
use vocabulary::Vocabulary;

/// How many words a clause may or must have before it is cut; two Chinese characters are a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseLimits {
    /// The first clause may end at a comma, semicolon, colon or dash from here on.
    pub first_min_words: usize,
    /// The first clause may end before a conjunction from here on.
    pub first_soft_words: usize,
    /// The first clause ends at the next word boundary from here on.
    pub first_max_words: usize,
    /// As `first_max_words`, while the user waits for it.
    pub first_hurried_words: usize,
    /// Later clauses may end at a comma, semicolon, colon or dash from here on.
    pub later_soft_words: usize,
    /// Later clauses may end before a conjunction from here on.
    pub later_conjunction_words: usize,
    /// Later clauses end at the next word boundary from here on.
    pub later_max_words: usize,
}

impl Default for ClauseLimits {
    fn default() -> Self {
        Self {
            first_min_words: 2,
            first_soft_words: 6,
            first_max_words: 10,
            first_hurried_words: 4,
            later_soft_words: 12,
            later_conjunction_words: 18,
            later_max_words: 22,
        }
    }
}

/// Words by which a clause may outgrow its maximum rather than end on "the" or between "5" and "km".
const GRACE_WORDS: usize = 3;

/// Cuts a token stream into clauses; see the module's description for what it promises.
#[derive(Debug)]
pub struct ClauseSplitter {
    limits: ClauseLimits,
    vocabulary: &'static Vocabulary,
    /// Whether a clause has left since the start or the last `reset`.
    first_is_out: bool,
    /// Whether somebody waits for the first clause.
    hurried: bool,
    draft: Draft,
}

/// The clause being gathered.
#[derive(Debug, Default)]
struct Draft {
    text: String,
    /// Finished words that have something to say.
    words: usize,
    /// Where in `text` the word being written starts; none inside white space.
    word_start: Option<usize>,
    /// The word being written is the first of its line.
    starts_line: bool,
    /// How the last finished word ended.
    ending: Ending,
    /// The last finished word had a digit: "July 4, 1776" is not cut at its comma.
    ended_in_number: bool,
    /// Where in `text` the first line break of the current white space is.
    line_break: Option<usize>,
    /// Whether to cut before the word being written depends on that word.
    asks_next_word: bool,
    span: Span,
    /// Length of the run of backticks being read.
    backticks: usize,
}

/// What the text being read is enclosed in.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Span {
    #[default]
    Prose,
    /// A link's text: its Markdown must stay in one clause to be understood.
    Bracket,
    /// Inline code, opened by this many backticks.
    Code(usize),
    /// A code block: no boundary inside it, however long.
    Fence,
}

/// What to do with the gap in front of a word.
enum Verdict {
    Cut,
    Join,
    /// Only the whole next word can tell.
    AskNextWord,
}

impl ClauseSplitter {
    /// A splitter at the start of a reply in a language; it keeps the limits for later replies too.
    pub fn new(limits: ClauseLimits, language: Language) -> Self {
        Self {
            limits,
            vocabulary: Vocabulary::of(language),
            first_is_out: false,
            hurried: false,
            draft: Draft::default(),
        }
    }

    /// Takes the next piece of the reply and returns the clauses it completes, in order.
    pub fn push(&mut self, piece: &str) -> Vec<String> {
        let mut clauses = Vec::new();
        for character in piece.chars() {
            self.read(character, &mut clauses);
        }
        clauses
    }

    /// Ends the reply: returns what is left, unless it is blank, and starts afresh.
    pub fn finish(&mut self) -> Option<String> {
        let rest = self.flush();
        self.reset();
        rest
    }

    /// Returns what is left, unless it is blank; the reply goes on after a while.
    pub fn flush(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.draft).text;
        self.first_is_out |= !rest.trim().is_empty();
        (!rest.trim().is_empty()).then_some(rest)
    }

    /// The user waits in silence: the first clause need not be one that a person would pause after,
    /// if only it does not end within what belongs together.
    pub fn hurry(&mut self) {
        self.hurried = true;
    }

    /// Forgets everything read so far: the next clause is a first one again.
    pub fn reset(&mut self) {
        self.first_is_out = false;
        self.hurried = false;
        self.draft = Draft::default();
    }

    fn read(&mut self, character: char, clauses: &mut Vec<String>) {
        if character == '`' {
            self.draft.backticks += 1;
        } else {
            self.draft.end_backticks();
        }
        if character.is_whitespace() {
            self.end_word(clauses);
            let draft = &mut self.draft;
            if character == '\n' {
                draft.line_break.get_or_insert(draft.text.len());
                if draft.span != Span::Fence {
                    // What the model forgot to close must not hold back the rest of the reply.
                    draft.span = Span::Prose;
                }
            }
        } else {
            if self.draft.ends_without_space(character) {
                self.end_word(clauses);
            }
            if self.draft.word_start.is_none() {
                self.start_word(character, clauses);
            }
            match (character, self.draft.span) {
                ('[', Span::Prose) => self.draft.span = Span::Bracket,
                (']', Span::Bracket) => self.draft.span = Span::Prose,
                _ => {}
            }
        }
        self.draft.text.push(character);
    }

    fn start_word(&mut self, first: char, clauses: &mut Vec<String>) {
        let line_break = self.draft.line_break.take();
        let starts_reply = !self.first_is_out && self.draft.text.trim().is_empty();
        self.draft.starts_line = line_break.is_some() || starts_reply;
        match self.verdict(line_break.is_some(), first) {
            Verdict::Cut => self.cut(line_break.unwrap_or(self.draft.text.len()), clauses),
            Verdict::AskNextWord => self.draft.asks_next_word = true,
            Verdict::Join => {}
        }
        self.draft.word_start = Some(self.draft.text.len());
    }

    fn end_word(&mut self, clauses: &mut Vec<String>) {
        let Some(mut start) = self.draft.word_start.take() else {
            return;
        };
        if std::mem::take(&mut self.draft.asks_next_word) {
            let word = &self.draft.text[start..];
            let cuts = match self.draft.ending {
                Ending::NextWordTells => is_sentence_starter(word, self.vocabulary),
                // The last word of a sentence is not left over, nor is the "Dr." of "Elm Dr.".
                _ if self.draft.words >= self.max_words() => {
                    let ending = Ending::of(word, self.vocabulary);
                    !ending.ends_sentence() && !word.ends_with('.')
                }
                _ => is_conjunction(word, self.vocabulary),
            };
            if cuts {
                self.cut(start, clauses);
                start = 0;
            }
        }
        let starts_reply = !self.first_is_out;
        self.draft.count_word(start, starts_reply, self.vocabulary);
    }

    /// Decides on the gap in front of a word of which only the first character is known.
    fn verdict(&self, line_break: bool, first: char) -> Verdict {
        let draft = &self.draft;
        if draft.words == 0 || draft.span == Span::Fence {
            return Verdict::Join;
        }
        if line_break {
            return Verdict::Cut;
        }
        if is_pictograph(first) {
            // "Great! 🎉": the picture goes with what it decorates.
            return Verdict::Join;
        }
        if draft.span != Span::Prose {
            return self.at_open_gap(false);
        }
        match draft.ending {
            Ending::Sentence => Verdict::Cut,
            Ending::Number if !first.is_ascii_digit() && !first.is_lowercase() => Verdict::Cut,
            Ending::Exclamation | Ending::Ellipsis | Ending::Likely if !first.is_lowercase() => {
                Verdict::Cut
            }
            Ending::NextWordTells if first.is_uppercase() => Verdict::AskNextWord,
            Ending::Pause if draft.ended_in_number && first.is_ascii_digit() => Verdict::Join,
            Ending::Pause | Ending::Exclamation | Ending::Ellipsis => {
                if draft.words >= self.pause_words() {
                    Verdict::Cut
                } else {
                    self.at_open_gap(true)
                }
            }
            Ending::Open | Ending::Likely | Ending::NextWordTells => self.at_open_gap(true),
            Ending::Bound | Ending::Number if draft.words >= self.max_words() + GRACE_WORDS => {
                Verdict::Cut
            }
            Ending::Bound | Ending::Number => Verdict::Join,
        }
    }

    /// Decides on a gap without punctuation.
    fn at_open_gap(&self, prose: bool) -> Verdict {
        let words = self.draft.words;
        let most = if prose {
            self.max_words() + GRACE_WORDS
        } else {
            self.max_words()
        };
        if words >= most {
            Verdict::Cut
        } else if prose && words >= self.conjunction_words().min(self.max_words()) {
            Verdict::AskNextWord
        } else {
            Verdict::Join
        }
    }

    fn cut(&mut self, at: usize, clauses: &mut Vec<String>) {
        let rest = self.draft.text.split_off(at);
        clauses.push(std::mem::replace(&mut self.draft.text, rest));
        self.first_is_out = true;
        self.draft.words = 0;
        self.draft.ending = Ending::Open;
    }

    fn pause_words(&self) -> usize {
        if self.first_is_out {
            self.limits.later_soft_words
        } else {
            self.limits.first_min_words
        }
    }

    fn conjunction_words(&self) -> usize {
        if self.first_is_out {
            self.limits.later_conjunction_words
        } else {
            self.limits.first_soft_words
        }
    }

    fn max_words(&self) -> usize {
        match (self.first_is_out, self.hurried) {
            (true, _) => self.limits.later_max_words,
            (false, true) => self.limits.first_hurried_words,
            (false, false) => self.limits.first_max_words,
        }
    }
}

impl Draft {
    /// Whether the word being written ends here though no white space follows: after a dash
    /// ("yes—and") and after a full-width mark.
    fn ends_without_space(&self, next: char) -> bool {
        let Some(start) = self.word_start else {
            return false;
        };
        let word = &self.text[start..];
        if word.ends_with('—') {
            return !is_dash(next);
        }
        let closes = endings::is_closer(next) && next != '`';
        let goes_on = closes || endings::is_wide_mark(next);
        !goes_on && endings::ends_with_wide_mark(word)
    }

    fn count_word(&mut self, start: usize, starts_reply: bool, vocabulary: &Vocabulary) {
        let word = &self.text[start..];
        let says_something = word.chars().any(char::is_alphanumeric);
        let marks_list_item = self.starts_line && endings::is_list_marker(word, starts_reply);
        self.starts_line = false;
        if marks_list_item {
            self.ending = Ending::Bound;
            return;
        }
        let ending = Ending::of(word, vocabulary);
        // A picture after the full stop leaves the full stop in force.
        if says_something || ending != Ending::Open {
            // "10 in." is a length.
            let is_unit = self.ended_in_number && word == "in.";
            self.ending = if is_unit { Ending::Likely } else { ending };
            self.ended_in_number = word.contains(|c: char| c.is_ascii_digit());
        }
        if says_something && self.span != Span::Fence {
            let han = word.chars().filter(|c| is_han(*c)).count();
            let other = word.chars().any(|c| c.is_alphanumeric() && !is_han(c));
            self.words += han_words(han) + usize::from(other);
        }
    }

    /// Reads the meaning of a run of backticks once its length is known.
    fn end_backticks(&mut self) {
        let run = std::mem::take(&mut self.backticks);
        self.span = match (self.span, run) {
            (span, 0) => span,
            (Span::Fence, 3..) => {
                // A block of code is said as "some code": that is something to say.
                self.words = self.words.max(1);
                Span::Prose
            }
            (Span::Fence, _) => Span::Fence,
            (_, 3..) => Span::Fence,
            (Span::Code(opened_by), _) if opened_by == run => Span::Prose,
            (Span::Code(opened_by), _) => Span::Code(opened_by),
            (Span::Prose | Span::Bracket, _) => Span::Code(run),
        };
    }
}
