//! Data in a reply: where JSON, or a call written as in Python, begins and ends.

use super::mark::{Mark, Seen};

/// Data shows what it is within so many bytes.
const LONGEST_OPENING: usize = 96;
const QUOTES: [char; 2] = ['"', '\''];

/// What the beginning of data is made of was read: `None` if the text ends before it could be told.
type Read<'a> = Option<Result<&'a str, NoData>>;

/// The text is words.
struct NoData;

/// Whether data begins with the text's first character.
pub fn data(text: &str) -> Seen {
    let opening = match text.strip_prefix('[') {
        Some(list) => match list.trim_start() {
            "" => None,
            inner if inner.starts_with('{') => object(inner),
            _ => call(list),
        },
        None => object(text),
    };
    match opening {
        Some(Ok(rest)) if text.len() - rest.len() <= LONGEST_OPENING => Seen::Mark(0, Mark::Data),
        None if text.len() <= LONGEST_OPENING => Seen::Beginning,
        _ => Seen::Text,
    }
}

/// An object: a brace, a key in quotation marks, a colon.
fn object(text: &str) -> Read<'_> {
    let Some(inner) = text.strip_prefix('{') else {
        return Some(Err(NoData));
    };
    let key = inner.trim_start();
    let quote = key.chars().next()?;
    if !QUOTES.contains(&quote) {
        return Some(Err(NoData));
    }
    let end = key[1..].find([quote, '\n'])?;
    let rest = &key[1 + end..];
    if end == 0 || rest.starts_with('\n') {
        return Some(Err(NoData));
    }
    expect(rest[1..].trim_start(), |c| c == ':')
}

/// A call in a list: a name, a parenthesis, and nothing or the name of an argument in it.
fn call(list: &str) -> Read<'_> {
    let (function, rest) = name(list);
    let arguments = match expect(rest, |c| c == '(' && !function.is_empty())? {
        Ok(arguments) => arguments,
        no => return Some(no),
    };
    let (argument, rest) = name(arguments.trim_start());
    let rest = rest.trim_start();
    match argument {
        "" => expect(rest, |c| c == ')'),
        _ => expect(rest, |c| c == '='),
    }
}

/// What follows the text's first character, if that is an expected one.
fn expect(text: &str, expected: impl Fn(char) -> bool) -> Read<'_> {
    let first = text.chars().next()?;
    if expected(first) {
        Some(Ok(&text[first.len_utf8()..]))
    } else {
        Some(Err(NoData))
    }
}

/// The name that a text begins with, and what follows it.
fn name(text: &str) -> (&str, &str) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    text.split_at(if starts { end } else { 0 })
}

/// Reads data up to its end, in pieces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// Brackets that are open.
    depth: usize,
    /// The quotation mark that ends the string.
    quote: Option<char>,
    /// The next character of the string is no quotation mark.
    escaped: bool,
}

impl Scan {
    /// For data within so many brackets.
    pub fn within(depth: usize) -> Self {
        Self {
            depth,
            ..Self::default()
        }
    }

    /// The length of what of the text belongs to the data, if it ends there.
    pub fn end_in(&mut self, text: &str) -> Option<usize> {
        let mut characters = text.char_indices();
        let end = characters.find(|(_, character)| self.is_last(*character));
        end.map(|(at, character)| at + character.len_utf8())
    }

    fn is_last(&mut self, character: char) -> bool {
        match (self.quote, character) {
            _ if std::mem::take(&mut self.escaped) => {}
            (Some(_), '\\') => self.escaped = true,
            // A string that was not closed: strings have no line breaks.
            (Some(_), '\n') => self.quote = None,
            (Some(quote), _) if character == quote => self.quote = None,
            (Some(_), _) => {}
            (None, _) if QUOTES.contains(&character) => self.quote = Some(character),
            (None, '{' | '[' | '(') => self.depth += 1,
            (None, '}' | ']' | ')') => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            (None, _) => {}
        }
        false
    }
}
