//! A text that is read from its beginning to its end.

/// What is left of a text.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// Before the text's first character.
    pub fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// What is left.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// The next character; `None` at the end.
    pub fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Goes over white space.
    pub fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Skips `bytes` bytes, or the rest if it is shorter. A character must begin there.
    pub fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Goes over `expected` if it is next.
    pub fn take(&mut self, expected: &str) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(rest) => self.rest = rest,
            None => return false,
        }
        true
    }

    /// What stands before `end`, and goes over both; `None` if `end` does not follow.
    pub fn until(&mut self, end: &str) -> Option<&'a str> {
        let (before, rest) = self.rest.split_once(end)?;
        self.rest = rest;
        Some(before)
    }

    /// The next characters that are such.
    pub fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Reads a name. Empty if the text does not go on with one.
    pub fn name(&mut self) -> &'a str {
        let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
        if self.rest.starts_with(begins) {
            self.take_while(is_name_part)
        } else {
            ""
        }
    }
}

/// Whether a character may stand in the name of a tool.
pub fn is_name_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':')
}
