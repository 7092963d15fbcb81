//! What prompts and templates tell of the marks that a reply will hold.

use super::CHANNEL;
use super::mark::{Edge, Mark, Seen, is_cut_off};
use super::tag::tag;

/// Whether a text, such as a template, names what begins reasoning.
pub fn opens_reasoning(text: &str) -> bool {
    text.contains(CHANNEL)
        || text
            .char_indices()
            .any(|(at, _)| opened_at(text, at).is_some())
}

/// Whether a prompt ends with the end of a block of reasoning.
pub fn closes_reasoning(prompt: &str) -> bool {
    matches!(last_mark(prompt), Some(Mark::Thought(Edge::End, _)))
}

/// Tokens within a call (FunctionGemma, GLM-4.5) that are no marks elsewhere.
const WITHIN_CALLS: [&str; 5] = [
    "<escape>",
    "<arg_key>",
    "</arg_key>",
    "<arg_value>",
    "</arg_value>",
];

/// Whether a text, such as a token's, is a mark and no words.
pub fn is_mark(text: &str) -> bool {
    if WITHIN_CALLS.contains(&text) {
        return true;
    }
    match tag(text) {
        Seen::Mark(length, _) => length == text.len(),
        Seen::Beginning => is_cut_off(text),
        Seen::Text => false,
    }
}

fn opened_at(text: &str, at: usize) -> Option<&'static str> {
    match tag(&text[at..]) {
        Seen::Mark(_, Mark::Thought(Edge::Begin, open)) => Some(open),
        _ => None,
    }
}

/// The mark that a text ends with.
pub fn last_mark(text: &str) -> Option<Mark> {
    let text = text.trim_end();
    let at = text.rfind(['<', '[', '◁'])?;
    match tag(&text[at..]) {
        Seen::Mark(length, mark) if at + length == text.len() => Some(mark),
        _ => None,
    }
}
