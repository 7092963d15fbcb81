//! How models mark what is not for the user: tags and control tokens of all chat formats that were met,
//! by what they have in common rather than one by one, since there is a new one every month.

use super::data::data;

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

/// Names of tags around reasoning; a prompt may end with the text beside one.
const THOUGHTS: [(&str, &str); 14] = [
    ("think", "<think>"),
    ("thinking", "<thinking>"),
    ("thought", "<thought>"),
    ("thoughts", "<thoughts>"),
    ("reasoning", "<reasoning>"),
    ("reason", "<reason>"),
    ("seed:think", "<seed:think>"),
    ("analysis", "<analysis>"),
    ("scratchpad", "<scratchpad>"),
    ("reflection", "<reflection>"),
    ("inner_monologue", "<inner_monologue>"),
    ("monologue", "<monologue>"),
    ("antthinking", "<antthinking>"),
    ("antml:thinking", "<thinking>"),
];
/// Gemma 4 opens a channel by its name.
const THOUGHT_CHANNEL: &str = "<|channel>thought";
/// End the assistant's message.
const ENDS: [&str; 18] = [
    "im_end",
    "eot_id",
    "eom_id",
    "eot",
    "eos",
    "eod",
    "eop",
    "endoftext",
    "end_of_text",
    "return",
    "call",
    "end_of_turn",
    "end_of_turn_token",
    "end_of_sentence",
    "end_of_utterance",
    "end_turn",
    "endofprompt",
    "im_eos",
];
/// Begin a message; the role follows.
const HEADERS: [&str; 6] = [
    "im_start",
    "start_header_id",
    "header_start",
    "start_of_role",
    "start_of_turn",
    "turn",
];
/// Roles of others.
const OTHERS: [&str; 12] = [
    "user",
    "human",
    "system",
    "developer",
    "observation",
    "environment",
    "ipython",
    "tool",
    "function",
    "im_user",
    "im_system",
    "user_token",
];
/// The assistant's.
const ASSISTANTS: [&str; 7] = [
    "assistant",
    "model",
    "bot",
    "chatbot",
    "gpt",
    "im_assistant",
    "chatbot_token",
];
/// Names of tags without bars that say nothing, or stand around what is said.
const PLAIN: [&str; 15] = [
    "s",
    "bos",
    "eos",
    "pad",
    "unk",
    "end_of_turn",
    "end_of_utterance",
    "start_of_turn",
    "output",
    "answer",
    "final",
    "final_answer",
    "response",
    "reply",
    "result",
];
/// Tags in square brackets that say nothing.
const SQUARE: [&str; 6] = ["args", "call_id", "bos", "eos", "/inst", "system_prompt"];
/// Longer tags are none. Characters.
const LONGEST_TAG: usize = 96;

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
    match marked {
        Seen::Text => label(text, line),
        seen => seen,
    }
}

/// As [`read`], for who speaks and nothing else.
pub fn speaker(text: &str, line: Line) -> Seen {
    match tag(text) {
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
                || square.len() > 1 && tags.iter().any(|tag| tag.starts_with(square))
        }
        Some('{') => body.contains(['"', '\'']),
        Some('`') => is_for_program(body.trim_start_matches(['`', ' '])),
        first => first == Some('◁'),
    }
}

/// The tag or control token that a text begins with.
pub fn tag(text: &str) -> Seen {
    let (close, may_go_on): (char, fn(&str) -> bool) = match text.chars().next() {
        Some('<') => ('>', is_angle_body),
        Some('[') => (']', is_square_body),
        Some('◁') => ('▷', is_word),
        _ => return Seen::Text,
    };
    let mut body = String::new();
    for (at, character) in text.char_indices().skip(1).take(LONGEST_TAG) {
        if character == close {
            let length = at + character.len_utf8();
            let mark = match close {
                ']' => square_mark(&body),
                _ => angle_mark(&normal(&body), text),
            };
            return match mark {
                Some(Mark::Thought(Edge::Begin, _)) if is_thought_channel(&body) => {
                    thought_channel(text)
                }
                Some(mark) => Seen::Mark(length, mark),
                None => Seen::Text,
            };
        }
        body.push(character);
        if !may_go_on(&body) {
            return Seen::Text;
        }
    }
    match text.chars().nth(LONGEST_TAG) {
        Some(_) => Seen::Text,
        None => Seen::Beginning,
    }
}

/// Lower case, and the bars of ASCII for those of DeepSeek and Kimi.
fn normal(text: &str) -> String {
    let plain = |c: char| match c {
        '｜' => '|',
        '▁' => '_',
        other => other.to_ascii_lowercase(),
    };
    text.chars().map(plain).collect()
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.' | '-')
}

fn is_word(body: &str) -> bool {
    body.trim_start_matches('/').chars().all(is_name)
}

fn is_square_body(body: &str) -> bool {
    let name = body.strip_prefix('/').unwrap_or(body);
    name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

/// Whether what stands behind a `<` may become a tag or a control token.
fn is_angle_body(body: &str) -> bool {
    let body = normal(body);
    let inner = body.strip_prefix('/').unwrap_or(&body);
    if body.contains(['<', '\n']) {
        return false;
    }
    if let Some(token) = inner.strip_prefix('|') {
        return !token.starts_with(char::is_whitespace);
    }
    let inner = body.trim_start();
    if body.len() - inner.len() > 2 {
        return false;
    }
    let inner = inner.strip_prefix('/').unwrap_or(inner).trim_start();
    let (name, rest) = inner.split_at(inner.find(|c| !is_name(c)).unwrap_or(inner.len()));
    rest.is_empty() || rest == "|" || !name.is_empty() && is_plain_tag(name)
}

/// Whether tags of this name mean something without bars.
fn is_plain_tag(name: &str) -> bool {
    is_tool(name) || thought(name).is_some() || PLAIN.contains(&name) || name.starts_with("unused")
}

fn known_names() -> impl Iterator<Item = &'static str> {
    let thoughts = THOUGHTS.iter().map(|(name, _)| *name);
    let tools = [
        "tool_call",
        "tool_response",
        "function",
        "function_calls",
        "invoke",
    ];
    thoughts.chain(tools).chain(PLAIN)
}

fn thought(name: &str) -> Option<&'static str> {
    let found = THOUGHTS.iter().find(|(known, _)| *known == name);
    found.map(|(_, open)| *open)
}

fn is_tool(name: &str) -> bool {
    name.contains("tool") || name.contains("function") || ["invoke", "parameter"].contains(&name)
}

/// What stands between angle brackets, in lower case; `text` begins with it as it is written.
fn angle_mark(body: &str, text: &str) -> Option<Mark> {
    let closing = body.trim_start().starts_with('/');
    let inner = body.trim_start().trim_start_matches('/').trim();
    let (left, right) = (inner.starts_with('|'), inner.ends_with('|'));
    let inner = inner.trim_matches('|').trim_start_matches("dsml|");
    let closing = closing || inner.starts_with('/') || right && !left;
    let inner = inner.trim_start_matches('/').trim();
    let name = &inner[..inner.find(|c| !is_name(c)).unwrap_or(inner.len())];
    let bars = left || right || text.starts_with('◁');
    if !bars && !is_plain_tag(name) {
        return None;
    }
    Some(match name {
        // `<think/>` has nothing in it.
        _ if inner.ends_with('/') => Mark::Token,
        "s" if closing => Mark::End,
        "turn" if closing => Mark::End,
        "channel" if closing => Mark::Thought(Edge::End, THOUGHT_CHANNEL),
        "channel" if !right => Mark::Thought(Edge::Begin, THOUGHT_CHANNEL),
        "channel" | "start" => Mark::Channel,
        "message" => Mark::Message,
        "end" => Mark::PartEnd,
        "python_tag" => Mark::Tool(Edge::Begin, name.to_owned()),
        name if ENDS.contains(&name) => Mark::End,
        name if HEADERS.contains(&name) => Mark::Role,
        name if bars && !closing && inner == name && role(name).is_some() => role(name)?,
        name => block(name, closing, bars),
    })
}

/// A block's edge, or a token that says nothing. Control tokens have the edge in their name.
fn block(name: &str, closing: bool, bars: bool) -> Mark {
    let begins = ["begin_of_", "start_of_", "begin_", "start_"];
    let ends = ["end_of_", "end_"];
    let without = |name: &str, parts: &[&str]| {
        parts
            .iter()
            .find_map(|part| name.strip_prefix(part).map(str::to_owned))
    };
    let base = without(name, &begins).or_else(|| {
        let suffixes = ["_begin", "_start"];
        suffixes
            .iter()
            .find_map(|end| name.strip_suffix(end).map(str::to_owned))
    });
    let ended = without(name, &ends).or_else(|| name.strip_suffix("_end").map(str::to_owned));
    let (base, edge) = match (base, ended) {
        (_, Some(base)) => (base, Edge::End),
        (Some(base), None) => (base, Edge::Begin),
        (None, None) if closing => (name.to_owned(), Edge::End),
        (None, None) => (name.to_owned(), Edge::Begin),
    };
    if let Some(open) = thought(&base) {
        return Mark::Thought(edge, open);
    }
    if is_tool(&base) || bars && ["action", "plugin"].contains(&base.as_str()) {
        Mark::Tool(edge, base)
    } else {
        Mark::Token
    }
}

/// What stands between square brackets.
fn square_mark(body: &str) -> Option<Mark> {
    let name = body.to_ascii_lowercase();
    let closing = name.starts_with('/');
    match name.trim_start_matches('/') {
        "think" if closing => Some(Mark::Thought(Edge::End, "[THINK]")),
        "think" => Some(Mark::Thought(Edge::Begin, "[THINK]")),
        "tool_calls" if !closing => Some(Mark::Calls),
        "inst" if !closing => Some(Mark::Other),
        tool if tool.contains("tool") => Some(block(tool, closing, true)),
        _ => SQUARE.contains(&name.as_str()).then_some(Mark::Token),
    }
}

fn is_thought_channel(body: &str) -> bool {
    normal(body) == "|channel"
}

/// Gemma 4's control token with the name behind it; alone it begins nothing, and is written now and then.
fn thought_channel(text: &str) -> Seen {
    let token = THOUGHT_CHANNEL.len() - "thought".len();
    if text.starts_with(THOUGHT_CHANNEL) {
        let begin = Mark::Thought(Edge::Begin, THOUGHT_CHANNEL);
        Seen::Mark(THOUGHT_CHANNEL.len(), begin)
    } else if THOUGHT_CHANNEL.starts_with(text) {
        Seen::Beginning
    } else {
        Seen::Mark(token, Mark::Token)
    }
}

/// Whose message begins with this role; `None` if it is no role.
pub fn role(name: &str) -> Option<Mark> {
    let name = name.to_ascii_lowercase();
    if ASSISTANTS.contains(&name.as_str()) {
        return Some(Mark::Assistant);
    }
    OTHERS.contains(&name.as_str()).then_some(Mark::Other)
}

/// Speakers in a dialogue that a model writes by itself, in the languages of the conversations.
const SPEAKERS: [(Mark, &[&str]); 2] = [
    (
        Mark::Other,
        &[
            "user",
            "human",
            "benutzer",
            "nutzer",
            "usuario",
            "utilisateur",
            "utente",
            "用户",
            "用戶",
        ],
    ),
    (
        Mark::Assistant,
        &[
            "assistant",
            "ai",
            "assistent",
            "asistente",
            "assistente",
            "助手",
            "助理",
        ],
    ),
];

/// "User:" where somebody may begin to speak; at a line's start also the role alone.
fn label(text: &str, line: Line) -> Seen {
    let starts_line = match line {
        Line::Reply | Line::Start => true,
        Line::Gap => false,
        Line::Ended | Line::Within => return Seen::Text,
    };
    let decorated = starts_line && text.starts_with(['#', '*']);
    let name = if decorated {
        text.trim_start_matches(['#', '*', ' '])
    } else {
        text
    };
    if name.is_empty() && text.len() < LONGEST_TAG {
        return Seen::Beginning;
    }
    // Within a line only "User:" is one, and "user:" a word.
    if !starts_line && !name.starts_with(char::is_uppercase) {
        return Seen::Text;
    }
    let mut seen = Seen::Text;
    for (mark, names) in &SPEAKERS {
        for speaker in *names {
            match label_end(name, speaker, starts_line) {
                Some(Some(rest)) => return Seen::Mark(text.len() - rest.len(), mark.clone()),
                Some(None) => seen = Seen::Beginning,
                None => {}
            }
        }
    }
    seen
}

/// Whether somebody who is neither the user nor the assistant speaks in a text: "Robot:" behind the end of
/// a sentence or a line.
pub fn names_a_third_speaker(text: &str) -> bool {
    let words: Vec<&str> = text.split_inclusive(char::is_whitespace).collect();
    words.windows(2).any(|pair| {
        let before = pair[0].trim_end();
        let begins = before.ends_with(['.', '!', '?', '"', '”']) || pair[0].ends_with('\n');
        let name = pair[1].trim_end().trim_matches('*');
        let Some(name) = name.strip_suffix([':', '：']).map(str::to_lowercase) else {
            return false;
        };
        let known = SPEAKERS
            .iter()
            .any(|(_, names)| names.contains(&name.as_str()));
        begins && !known && name.chars().all(char::is_alphabetic)
    })
}

/// What follows the label of a speaker: `None` if the text does not begin with it, `Some(None)` if it may
/// become it.
fn label_end<'a>(text: &'a str, speaker: &str, starts_line: bool) -> Option<Option<&'a str>> {
    let part = text.get(..speaker.len().min(text.len()))?;
    if !part.eq_ignore_ascii_case(speaker.get(..part.len())?) {
        return None;
    }
    // "**User:**", and in French "Utilisateur :".
    let rest = text[part.len()..].trim_start_matches('*');
    let colon = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    match colon.chars().next() {
        None => Some(None),
        Some(mark @ (':' | '：')) => Some(Some(&colon[mark.len_utf8()..])),
        Some('\n') if starts_line && part == speaker && colon == rest => Some(Some(&rest[1..])),
        Some(_) => None,
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
