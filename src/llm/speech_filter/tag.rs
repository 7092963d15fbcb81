//! Tags and control tokens of all chat formats that were met, by what they have in common rather than one
//! by one, since there is a new one every month.

use super::mark::{Edge, Mark, Seen};

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
pub const LONGEST_TAG: usize = 96;

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
pub fn normal(text: &str) -> String {
    let plain = |c: char| match c {
        '｜' => '|',
        '▁' => '_',
        other => other.to_ascii_lowercase(),
    };
    text.chars().map(plain).collect()
}

/// Whether a character may stand in a tag's name.
pub fn is_name(c: char) -> bool {
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

/// Names of tags without bars.
pub fn known_names() -> impl Iterator<Item = &'static str> {
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

/// Whether a tag of this name stands around what is meant for a tool or comes from one.
pub fn is_tool(name: &str) -> bool {
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
