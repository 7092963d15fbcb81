//! How models mark what is not for the user: what a place in a reply begins with, be it a tag, data, a block
//! of code, or the label of a speaker.

use super::data::data;
use super::speaker::label;
use super::tag::{is_name, is_tool, known_names, normal, tag};

/// What a text begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Words.
    Text,
    /// What may become a mark.
    Beginning,
    /// A mark of so many bytes.
    Mark(usize, Mark),
}

/// What is no words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Says nothing.
    Token,
    /// Ends the assistant's message.
    End,
    /// Begins a message; its role follows.
    Role,
    /// Begins the assistant's message.
    Assistant,
    /// Begins the message of somebody else.
    Other,
    /// Begins the name of a "harmony" channel, or the role of such a message.
    Channel,
    /// Begins the text of such a message.
    Message,
    /// Ends it; another one of the same reply may follow.
    PartEnd,
    /// An edge of reasoning, and what begins it.
    Thought(Edge, &'static str),
    /// An edge of what is meant for a tool or comes from one, and its name.
    Tool(Edge, String),
    /// The name of a tool and its arguments follow; no mark ends them.
    Calls,
    /// Data begins here.
    Data,
    /// Begins a block of code that is meant for a program.
    Fence,
}

impl Mark {
    /// Whether a program is meant to read what follows.
    pub fn is_for_programs(&self) -> bool {
        matches!(
            self,
            Self::Tool(..) | Self::Calls | Self::Data | Self::Fence
        )
    }
}

/// Which end of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    Begin,
    End,
}

/// What stands before a place in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Nothing.
    Reply,
    /// A line break.
    Start,
    /// The end of a sentence.
    Ended,
    /// White space behind the end of a sentence.
    Gap,
    /// Words.
    Within,
}

impl Line {
    /// Behind one more character.
    pub fn after(self, character: char) -> Self {
        match (self, character) {
            (Self::Reply, c) if c.is_whitespace() => Self::Reply,
            (_, '\n') => Self::Start,
            (Self::Start, c) if c.is_whitespace() => Self::Start,
            (Self::Ended | Self::Gap, c) if c.is_whitespace() => Self::Gap,
            (_, '.' | '!' | '?' | '。' | '！' | '？') => Self::Ended,
            (Self::Ended, '"' | '\'' | ')' | '*' | '”' | '’') => Self::Ended,
            _ => Self::Within,
        }
    }
}

const FUNCTOOLS: &str = "functools";
const ACTION: &str = "Action:";
/// White space between `Action:` and its block of code is shorter. Bytes.
const LONGEST_GAP: usize = 16;

/// What a place in a reply begins with.
pub fn read(text: &str, line: Line) -> Seen {
    let marked = match text.chars().next() {
        Some('<' | '◁') => tag(text),
        Some('[') => match tag(text) {
            Seen::Text => data(text),
            seen => seen,
        },
        Some('{') => data(text),
        Some('`') => fence(text),
        _ => Seen::Text,
    };
    let marked = match marked {
        Seen::Text => announcement(text, line),
        seen => seen,
    };
    match marked {
        Seen::Text => label(text, line),
        seen => seen,
    }
}

/// Whether what a reply ends with was on its way to be a mark.
pub fn is_cut_off(text: &str) -> bool {
    let body = normal(text);
    let known = |name: &str| name.len() > 1 && known_names().any(|known| known.starts_with(name));
    match body.chars().next() {
        Some('<') => {
            let name = body[1..].trim_start().trim_start_matches('/').trim_start();
            let end = name.find(|c| !is_name(c)).unwrap_or(name.len());
            body[1..].trim_start_matches('/').starts_with('|') || known(&name[..end])
        }
        Some('[') => {
            let square = body[1..].trim_start_matches('/');
            let tags = ["think", "tool_calls", "tool_results", "inst", "args"];
            body.contains(['{', '('])
                || is_snake_case(&text[1..])
                || square.len() > 1 && tags.iter().any(|tag| tag.starts_with(square))
        }
        Some('{') => body.contains(['"', '\'']),
        Some('`') => is_for_program(body.trim_start_matches(['`', ' '])),
        // Words, unless the block of code has begun.
        Some('a') => body.contains('`'),
        Some('f') => body.contains('['),
        first => first == Some('◁'),
    }
}

/// Whether a text is no word, but may be the name of a tool.
fn is_snake_case(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.contains('_')
}

/// The words that stand before calls where a model has no token for them, at a line's start: `Action:` and a
/// block of code (Command R), `functools` and a list (Phi-4-mini).
fn announcement(text: &str, line: Line) -> Seen {
    if !matches!(line, Line::Reply | Line::Start) {
        return Seen::Text;
    }
    if let Some(rest) = text.strip_prefix(FUNCTOOLS) {
        return match data(rest) {
            _ if rest.is_empty() => Seen::Beginning,
            Seen::Mark(..) if rest[1..].trim_start().starts_with('{') => {
                Seen::Mark(FUNCTOOLS.len(), Mark::Calls)
            }
            Seen::Beginning => Seen::Beginning,
            _ => Seen::Text,
        };
    }
    if let Some(rest) = text.strip_prefix(ACTION) {
        let block = rest.trim_start();
        return match fence(block) {
            _ if block.is_empty() && rest.len() < LONGEST_GAP => Seen::Beginning,
            Seen::Mark(length, mark) => Seen::Mark(text.len() - block.len() + length, mark),
            seen => seen,
        };
    }
    if [FUNCTOOLS, ACTION]
        .iter()
        .any(|word| word.starts_with(text))
    {
        Seen::Beginning
    } else {
        Seen::Text
    }
}

/// A block of code whose language says that a program reads it, or that holds nothing but data.
fn fence(text: &str) -> Seen {
    let ticks = text.len() - text.trim_start_matches('`').len();
    let rest = text[ticks..].trim_start_matches(' ');
    if ticks < 3 {
        return if rest.is_empty() && text.ends_with('`') {
            Seen::Beginning
        } else {
            Seen::Text
        };
    }
    let end = rest.find(|c| !is_name(c));
    match (&rest[..end.unwrap_or(rest.len())], end) {
        (_, None) => Seen::Beginning,
        (language, Some(end)) if is_for_program(language) => {
            Seen::Mark(text.len() - rest.len() + end, Mark::Fence)
        }
        ("", Some(_)) => match rest.trim_start() {
            "" => Seen::Beginning,
            inner => match data(inner) {
                Seen::Mark(..) => Seen::Mark(text.len() - inner.len(), Mark::Fence),
                seen => seen,
            },
        },
        _ => Seen::Text,
    }
}

fn is_for_program(language: &str) -> bool {
    let language = language.to_ascii_lowercase();
    language.starts_with("json") || is_tool(&language)
}
