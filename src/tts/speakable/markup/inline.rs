//! What stands inside a line: emphasis, code, links, tags, entities, quotes, dashes, pictures.

use super::signs::{
    bracket_length, emoticon_length, is_word, keycap_length, on_the_line, spoken_sign,
};
use super::{Pause, Reader};

/// Inline code longer than this, and full of signs, is named instead of read.
const READABLE_CODE_CHARS: usize = 24;

impl Reader<'_> {
    /// Takes at least one character of the source.
    pub(super) fn read_inline(&mut self, character: char) {
        let rest = self.rest();
        let length = character.len_utf8();
        let starts_token = !self.in_token;
        if character.is_whitespace() {
            return self.space(length);
        }
        if starts_token && let Some(length) = emoticon_length(rest) {
            return self.skip(length);
        }
        if let Some(length) = self.url_length() {
            for character in rest[..length].chars() {
                self.keep(character, character.len_utf8());
            }
            return;
        }
        match character {
            '`' => self.read_code(),
            '*' if self.is_between_digits(1) => self.keep('*', 1),
            '_' if self.is_in_mailbox() => self.keep('_', 1),
            '_' if self.follows(char::is_alphanumeric) && is_word(rest[1..].chars().next()) => {
                self.space(1)
            }
            '~' if rest[1..].starts_with(|c: char| c.is_ascii_digit() || c == '$') => {
                self.keep('~', 1)
            }
            '\\' => self.read_backslash(),
            '[' | ']' => self.skip(bracket_length(rest)),
            '<' => self.read_angle(),
            '>' if self.is_in_url() => self.skip(1),
            '&' => self.read_entity(),
            '(' => self.open_aside(),
            ')' => self.close_aside(),
            '"' if self.is_in_height() => self.keep('"', 1),
            '"' if self.is_a_measure('"') => self.keep('\u{2033}', 1),
            '\'' if self.is_a_measure('\'') => self.keep('\u{2032}', 1),
            '\u{2032}' if is_digit(rest[length..].chars().next()) => self.keep('\'', length),
            raised if on_the_line(raised).is_some() => self.read_raised(),
            '|' | '→' | '⇒' | '•' | '·' | '—' | '―' => self.break_off(length),
            '–' | '-' => self.read_dash(character),
            '.' if rest.starts_with("..") => {
                let dots = rest.len() - rest.trim_start_matches('.').len();
                self.keep('…', dots);
            }
            '0'..='9' if keycap_length(rest).is_some() => {
                self.skip(keycap_length(rest).unwrap_or(1))
            }
            _ => self.read_sign(character),
        }
    }

    /// A character that no markup begins with.
    fn read_sign(&mut self, character: char) {
        let length = character.len_utf8();
        let parts_numbers = matches!(character, '，' | '、') && self.is_between_digits(length);
        match character {
            '～' | '〜' if self.is_between_digits(length) => self.keep('–', length),
            '℃' => {
                self.keep('°', 0);
                self.keep('C', length);
            }
            _ => match spoken_sign(character) {
                Some(kept) => self.keep(kept, length),
                None => self.skip(length),
            },
        }
        // "20，100": this comma parts no thousands.
        if parts_numbers {
            self.space(0);
        }
    }

    fn follows(&self, test: fn(char) -> bool) -> bool {
        self.source[..self.at].chars().next_back().is_some_and(test)
    }

    /// Whether the sign of `length` bytes stands between digits, glued or spaced alike.
    fn is_between_digits(&self, length: usize) -> bool {
        let (before, after) = (&self.source[..self.at], &self.rest()[length..]);
        let (left, right) = (before.trim_end_matches(' '), after.trim_start_matches(' '));
        (before.len() == left.len()) == (after.len() == right.len())
            && left.ends_with(|c: char| c.is_ascii_digit())
            && right.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '$' | '£' | '€'))
    }

    /// Whether the quote closes a height: 5'10".
    fn is_in_height(&self) -> bool {
        self.in_token
            && self.tokens.last().is_some_and(|token| {
                token.text.contains('\'') && token.text.ends_with(|c: char| c.is_ascii_digit())
            })
    }

    /// Whether the quotation mark stands for feet or inches, "a 5" screen": behind a number, and none is
    /// open that it would close.
    fn is_a_measure(&self, mark: char) -> bool {
        let before = &self.source[..self.at];
        let opens = |(at, _): &(usize, &str)| {
            let previous = before[..*at].chars().next_back();
            previous.is_none_or(|c| c.is_whitespace() || c == '(')
        };
        let opened = before.match_indices(mark).filter(opens).count();
        let ends = !is_word(self.rest()[mark.len_utf8()..].chars().next());
        is_digit(before.chars().next_back()) && ends && opened == 0
    }

    /// Whether the token goes on as an address of mail: "jane_doe@example.com".
    fn is_in_mailbox(&self) -> bool {
        let rest = self
            .rest()
            .split(char::is_whitespace)
            .next()
            .unwrap_or_default();
        let mailbox = rest
            .split_once('@')
            .map(|(mailbox, host)| (mailbox, host.contains('.')));
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '+' | '-');
        self.in_token && mailbox.is_some_and(|(mailbox, dot)| dot && mailbox.chars().all(is_part))
    }

    /// Raised characters are a power, which is written as such; "m²" is a unit. A raised number behind a
    /// word is a footnote.
    fn read_raised(&mut self) {
        let raised: Vec<char> = self
            .rest()
            .chars()
            .take_while(|c| on_the_line(*c).is_some())
            .collect();
        let is_power = self.in_token && raised != ['¹'];
        let is_short = matches!(raised[..], ['²' | '³']);
        if is_power && !is_short {
            self.token().text.push('^');
        }
        for character in raised {
            match on_the_line(character) {
                _ if is_short => self.keep(character, character.len_utf8()),
                Some(plain) if is_power => self.keep(plain, character.len_utf8()),
                _ => self.skip(character.len_utf8()),
            }
        }
    }

    /// Whether the '>' closes "<https://example.com>".
    fn is_in_url(&self) -> bool {
        self.in_token
            && self
                .tokens
                .last()
                .is_some_and(|token| token.text.contains("://"))
    }

    fn url_length(&self) -> Option<usize> {
        let rest = self.rest();
        let schemes = ["https://", "http://", "ftp://", "mailto:", "www."];
        let starts = |scheme: &&str| {
            rest.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        if self.follows(char::is_alphanumeric) || !schemes.iter().any(starts) {
            return None;
        }
        let ends = |c: char| {
            c.is_whitespace() || matches!(c, '<' | '>' | '"' | '|' | '`' | ')' | ']' | '”')
        };
        let length = rest.find(ends).unwrap_or(rest.len());
        Some(rest[..length].trim_end_matches(['*', '_', '~']).len())
    }

    /// A block of code is named; inline code is read unless it is too full of signs.
    fn read_code(&mut self) {
        let rest = self.rest();
        let run = rest.len() - rest.trim_start_matches('`').len();
        let fence = &rest[..run];
        let inner = &rest[run..];
        if run >= 3 {
            if inner.trim().is_empty() {
                return self.skip(run);
            }
            let length = inner.find(fence).map_or(inner.len(), |close| close + run);
            return self.name_code(run + length);
        }
        let line = inner.split('\n').next().unwrap_or_default();
        let Some(close) = line.find(fence) else {
            return self.skip(run);
        };
        let code = &line[..close];
        let signs = code
            .chars()
            .filter(|c| !c.is_alphanumeric() && !matches!(c, ' ' | '_' | '.' | '-' | '/'));
        if code.chars().count() > READABLE_CODE_CHARS && signs.count() * 5 > code.chars().count() {
            return self.name_code(close + 2 * run);
        }
        self.skip(run);
        for character in code.chars() {
            let length = character.len_utf8();
            match spoken_sign(character) {
                _ if character.is_whitespace() || character == '_' => self.space(length),
                Some(kept) => {
                    // "20，100" is two numbers: this comma parts no thousands.
                    let parts = matches!(character, '，' | '、')
                        && self.follows(|before| before.is_ascii_digit())
                        && is_digit(rest[length..].chars().next());
                    self.keep(kept, length);
                    if parts {
                        self.space(0);
                    }
                }
                None => self.skip(length),
            }
        }
        self.skip(run);
    }

    /// "\*" is a star that is meant; "\(" opens a formula; any other parts words: "C:\Users".
    fn read_backslash(&mut self) {
        match self.rest()[1..].chars().next() {
            Some('(' | ')' | '[' | ']' | '\\') => self.skip(2),
            Some('*') => {
                self.skip(1);
                self.keep('*', 1);
            }
            Some(escaped) if escaped.is_ascii_punctuation() => {
                self.skip(1);
                match spoken_sign(escaped) {
                    Some(kept) => self.keep(kept, 1),
                    None => self.skip(1),
                }
            }
            _ => {
                self.token();
                self.space(1);
            }
        }
    }

    /// A tag or a comment is dropped; another '<' may be a comparison.
    fn read_angle(&mut self) {
        let rest = self.rest();
        if let Some(comment) = rest.strip_prefix("<!--") {
            let length = comment
                .find("-->")
                .map_or(rest.len(), |close| 4 + close + 3);
            return self.skip(length);
        }
        let is_tag = rest[1..]
            .starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        let close = rest[1..].find(['>', '<', '\n']).map(|at| at + 1);
        match close.filter(|at| is_tag && rest[*at..].starts_with('>')) {
            // "<https://example.com>": the address is said, its brackets are not.
            Some(close) if rest[..close].contains("://") && !rest[..close].contains(' ') => {
                self.skip(1)
            }
            Some(close) => {
                let name: String = rest[1..]
                    .chars()
                    .take_while(char::is_ascii_alphanumeric)
                    .collect();
                self.skip(close + 1);
                if matches!(
                    name.as_str(),
                    "br" | "p" | "li" | "td" | "tr" | "div" | "hr"
                ) {
                    self.break_off(0);
                }
            }
            None => self.keep('<', 1),
        }
    }

    fn read_entity(&mut self) {
        let rest = self.rest();
        let name = rest[1..].split(';').next().unwrap_or_default();
        let is_name = (2..=8).contains(&name.len()) && name.len() + 1 < rest.len();
        if !is_name || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#') {
            return self.keep('&', 1);
        }
        let length = name.len() + 2;
        match name {
            "amp" => self.keep('&', length),
            "apos" | "#39" | "rsquo" | "lsquo" => self.keep('\'', length),
            "deg" => self.keep('°', length),
            "times" => self.keep('×', length),
            "pound" => self.keep('£', length),
            "euro" => self.keep('€', length),
            "frac12" => self.keep('½', length),
            "hellip" => self.keep('…', length),
            "nbsp" | "#160" => self.space(length),
            "mdash" | "ndash" => self.break_off(length),
            _ => self.skip(length),
        }
    }

    /// "Paris (the capital) is": a voice pauses where the parentheses stand.
    fn open_aside(&mut self) {
        if self.is_function() {
            // The parenthesis itself says "of".
            self.space(0);
            self.token().text.push_str("of");
            return self.space(1);
        }
        let inner: Vec<char> = self.rest()[1..].chars().take(4).collect();
        let is_area_code =
            matches!(inner[..], [a, b, c, ')'] if [a, b, c].iter().all(char::is_ascii_digit));
        if !self.in_token && !self.line_is_empty && !is_area_code {
            self.pause(Pause::Comma);
            self.open_asides += 1;
        }
        self.skip(1);
    }

    /// "f(x)": a letter, and in the parentheses a letter or a number.
    fn is_function(&self) -> bool {
        let letter = self.tokens.last().filter(|_| self.in_token);
        let is_letter = letter.is_some_and(|token| {
            token.text.len() == 1 && token.text.starts_with(|c: char| c.is_ascii_alphabetic())
        });
        let inner = self.rest()[1..].split_once(')').map(|(inner, _)| inner);
        let is_argument = |inner: &str| {
            let is_number = inner.bytes().all(|b| b.is_ascii_digit());
            let is_letter = inner.len() == 1 && inner.bytes().all(|b| b.is_ascii_lowercase());
            !inner.is_empty() && (is_number || is_letter)
        };
        // "option(s)" is none, nor is "I(s)".
        is_letter && inner.is_some_and(|inner| inner != "s" && is_argument(inner))
    }

    fn close_aside(&mut self) {
        self.skip(1);
        if self.open_asides > 0 {
            self.open_asides -= 1;
            if self.rest().starts_with(char::is_whitespace) {
                self.pause(Pause::Comma);
            }
        }
    }

    /// A dash is a pause between words, part of a number or a word, or a command's flag.
    fn read_dash(&mut self, dash: char) {
        let rest = self.rest();
        let run = rest.len() - rest.trim_start_matches(dash).len();
        let spaced_after = rest[run..].starts_with(char::is_whitespace) || rest.len() == run;
        if self.is_between_digits(run) {
            self.keep(dash, run);
        } else if !self.in_token && spaced_after {
            self.break_off(run);
        } else if run > dash.len_utf8() {
            if self.in_token {
                self.break_off(run)
            } else {
                self.skip(run)
            }
        } else if self.follows(|before| before == '.') {
            // "U.K.-based", "Mon.-Fri.": an abbreviation is known by the end of its token.
            self.skip(run);
            self.space(0);
        } else if self.in_token {
            self.keep('-', run);
        } else if rest[run..]
            .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '$' | '£' | '€' | '¥'))
        {
            self.keep('−', run);
        } else {
            self.skip(run);
        }
    }
}

fn is_digit(character: Option<char>) -> bool {
    character.is_some_and(|c| c.is_ascii_digit())
}
