//! From Markdown, HTML and typography to plain tokens that know where they were written.
//!
//! A forgiving reader, not a parser: it runs on a clause cut out of a reply, where markup may be
//! opened and never closed, and it must lose no word. It reads the clause once; whatever it drops
//! belongs to the token at hand, so every byte of the source has its token. Here the tokens and the
//! lines (headings, lists, tables, rules); `inline` reads what stands inside a line.

mod inline;
mod signs;

/// A stretch of the source that stands between white space.
#[derive(Debug)]
pub(super) struct Token {
    /// Where in the source it starts; it ends where the next one starts.
    pub start: usize,
    /// Its text without markup; empty if nothing of it is spoken.
    pub text: String,
    pub kind: Kind,
    /// The pause that the layout asks for after it.
    pub pause: Option<Pause>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Code that is named rather than read.
    Code,
}

/// How long the layout asks to pause. In rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pause {
    Comma,
    Stop,
}

pub(super) fn tokens(source: &str) -> Vec<Token> {
    let mut reader = Reader {
        source,
        at: 0,
        tokens: Vec::new(),
        in_token: false,
        in_block: false,
        line_is_empty: true,
        open_asides: 0,
    };
    reader.start_line();
    while let Some(character) = reader.rest().chars().next() {
        if character == '\n' {
            reader.end_line();
        } else {
            reader.read_inline(character);
        }
    }
    if reader.in_block {
        reader.pause(Pause::Stop);
    }
    reader.tokens
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
    tokens: Vec<Token>,
    /// Whether the last token goes on.
    in_token: bool,
    /// The line is a heading, a list item or a table's row, and ends like a sentence.
    in_block: bool,
    line_is_empty: bool,
    /// Parentheses that a pause was made for and that are still open.
    open_asides: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn token(&mut self) -> &mut Token {
        if !self.in_token || self.tokens.is_empty() {
            self.in_token = true;
            self.tokens.push(Token {
                start: self.at,
                text: String::new(),
                kind: Kind::Text,
                pause: None,
            });
        }
        let last = self.tokens.len() - 1;
        &mut self.tokens[last]
    }

    /// Takes `length` bytes of the source as the spoken `character`.
    fn keep(&mut self, character: char, length: usize) {
        self.token().text.push(character);
        self.line_is_empty = false;
        self.at += length;
    }

    /// Takes `length` bytes that are not spoken.
    fn skip(&mut self, length: usize) {
        self.token();
        self.at += length;
    }

    /// Takes `length` bytes that separate tokens.
    fn space(&mut self, length: usize) {
        self.in_token = false;
        self.at += length;
    }

    /// Takes `length` bytes that separate tokens and are heard as a short pause: "yes—no".
    fn break_off(&mut self, length: usize) {
        if !self.line_is_empty {
            self.pause(Pause::Comma);
        }
        self.token();
        self.space(length);
    }

    /// Takes `length` bytes of code that is only named.
    fn name_code(&mut self, length: usize) {
        self.in_token = false;
        self.token().kind = Kind::Code;
        self.line_is_empty = false;
        self.space(length);
    }

    /// Puts a pause after what was said last.
    fn pause(&mut self, pause: Pause) {
        let mut tokens = self.tokens.iter_mut().rev();
        if let Some(last) = tokens.find(|token| token.kind == Kind::Code || !token.text.is_empty())
        {
            last.pause = last.pause.max(Some(pause));
        }
    }

    fn end_line(&mut self) {
        let next_is_blank = self.rest()[1..]
            .trim_start_matches([' ', '\t', '\r'])
            .starts_with('\n');
        if self.in_block || next_is_blank {
            self.pause(Pause::Stop);
        }
        self.space(1);
        self.start_line();
    }

    /// Takes what marks the line: "## ", "- ", "2. ", "> ", "| ", "---".
    fn start_line(&mut self) {
        self.in_block = false;
        self.line_is_empty = true;
        let line = self.rest().split('\n').next().unwrap_or_default();
        if is_rule(line) {
            self.pause(Pause::Stop);
            self.skip(line.trim_end().len());
            return;
        }
        let mut left = line;
        loop {
            let indent = left.len() - left.trim_start().len();
            let unindented = &left[indent..];
            let Some(length) = self.marker_length(unindented) else {
                return;
            };
            if !self.in_block {
                self.pause(Pause::Stop);
            }
            self.in_block = true;
            self.space(indent);
            self.skip(length);
            left = &unindented[length..];
        }
    }

    /// The length of the block marker that `line` starts with.
    fn marker_length(&self, line: &str) -> Option<usize> {
        let first = line.chars().next()?;
        let run = line.len() - line.trim_start_matches(first).len();
        let blank_after = |length: usize| line[length..].starts_with([' ', '\t']);
        match first {
            '#' if run <= 6 && blank_after(run) => Some(run),
            '>' if blank_after(1) || line.len() == 1 => Some(1),
            '|' => Some(1),
            '-' | '*' | '+' | '•' | '◦' | '▪' | '‣' | '·' | '–'
                if blank_after(first.len_utf8()) =>
            {
                Some(first.len_utf8())
            }
            '[' if self.in_block
                && ["[ ]", "[x]", "[X]"]
                    .iter()
                    .any(|tick| line.starts_with(tick)) =>
            {
                Some(3)
            }
            '0'..='9' if !self.in_block => self.number_length(line),
            _ => None,
        }
    }

    /// The length of "2." or "2)" in front of a list item. At the very start of the source only
    /// "1." is one: a reply that starts with "42." is an answer, and the clause splitter leaves the
    /// line break in front of every later item.
    fn number_length(&self, line: &str) -> Option<usize> {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let text = line[digits..].strip_prefix(['.', ')'])?;
        let follows = text.starts_with([' ', '\t']) && !text.trim().is_empty();
        let known = self.source[..self.at].contains('\n') || &line[..digits] == "1";
        (digits <= 3 && follows && known).then_some(digits + 1)
    }
}

/// "---", "***", "===" and a table's "|---|:--:|".
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    let lines = line
        .chars()
        .filter(|c| matches!(c, '-' | '*' | '_' | '='))
        .count();
    let others = line
        .chars()
        .any(|c| !matches!(c, '-' | '*' | '_' | '=' | '|' | ':' | ' '));
    lines >= 3 && !others
}
