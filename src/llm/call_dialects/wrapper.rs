//! What stands around calls and between them: tags, control tokens, and fences of blocks of code.

use super::cursor::Cursor;

/// Longer tags are none. Bytes.
const LONGEST_TAG: usize = 64;
const FENCE: &str = "```";
/// Words that stand before calls (Phi-4-mini, Command R).
const ANNOUNCEMENTS: [&str; 2] = ["functools", "Action:"];
/// Parts of the names of tags that stand around calls.
const AROUND_CALLS: [&str; 5] = ["tool", "function", "action", "plugin", "python"];
/// Parts of the names of those that stand around something else, or within a call.
const NOT_AROUND_CALLS: [&str; 7] = [
    "respon", "result", "output", "declar", "defin", "sep", "argument",
];

/// Which end of something a mark stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Begin,
    End,
}

/// Goes over what stands around calls and between them. True if it says that calls follow; a fence of JSON
/// does not, nor one without a language.
pub fn skip(text: &mut Cursor) -> bool {
    let mut announced = false;
    loop {
        text.skip_space();
        if text.take(",") || text.take(";") {
            continue;
        }
        if let Some((length, names_calls)) = mark(text.rest()) {
            announced |= names_calls;
            text.skip(length);
        } else {
            return announced;
        }
    }
}

/// Whether a text is at least one mark that ends something, and nothing else.
pub fn only_ends(text: &str) -> bool {
    let mut rest = text.trim();
    let any = !rest.is_empty();
    while !rest.is_empty() {
        let length = match tag(rest) {
            Some((length, Edge::End)) => length,
            _ if rest.starts_with(FENCE) => FENCE.len(),
            _ => return false,
        };
        rest = rest[length..].trim_start();
    }
    any
}

/// The length of the mark that is next, and whether it says that calls follow.
fn mark(text: &str) -> Option<(usize, bool)> {
    if let Some((length, _)) = tag(text) {
        return Some((length, true));
    }
    if let Some(inner) = text.strip_prefix(FENCE) {
        let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let language = &inner[..end.unwrap_or(inner.len())];
        let names_calls = AROUND_CALLS.iter().any(|part| language.contains(part));
        return Some((FENCE.len() + language.len(), names_calls));
    }
    let word = ANNOUNCEMENTS.iter().find(|word| text.starts_with(**word))?;
    Some((word.len(), true))
}

/// Whether what a tag of this name, in lower case, stands around may be a call: it is no definition and no
/// result of a tool, and no part of a call.
pub fn may_hold_calls(name: &str) -> bool {
    let is_other = NOT_AROUND_CALLS.iter().any(|part| name.contains(part));
    !is_other && name != "tools" && !name.ends_with("_tools")
}

/// The tag that a text begins with, if such tags stand around calls.
fn tag(text: &str) -> Option<(usize, Edge)> {
    let close = match text.chars().next()? {
        '<' => '>',
        '[' => ']',
        _ => return None,
    };
    let end = text.find(close).filter(|end| *end <= LONGEST_TAG)?;
    let body = text[1..end].replace('｜', "|").replace('▁', "_");
    let may_be_one = match close {
        ']' => |c: char| c.is_ascii_uppercase() || matches!(c, '_' | '/'),
        _ => |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '|' | ':' | '-'),
    };
    if !body.chars().all(may_be_one) {
        return None;
    }
    let body = body.to_ascii_lowercase();
    let is_of_program = AROUND_CALLS.iter().any(|part| body.contains(part));
    if !is_of_program || !may_hold_calls(body.trim_matches(['/', '|'])) {
        return None;
    }
    let is_end = body.trim_start_matches('|').starts_with('/')
        || body.split(['_', '|']).any(|part| part == "end")
        || body.ends_with('|') && !body.starts_with('|');
    Some((end + 1, if is_end { Edge::End } else { Edge::Begin }))
}
