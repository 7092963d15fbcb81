//! Who speaks in a dialogue that a model goes on writing by itself: "User:" at a line's start.

use super::mark::{Line, Mark, Seen};
use super::tag::{LONGEST_TAG, tag};

/// As [`super::mark::read`], for who speaks and nothing else.
pub fn speaker(text: &str, line: Line) -> Seen {
    match tag(text) {
        Seen::Text => label(text, line),
        seen => seen,
    }
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
pub fn label(text: &str, line: Line) -> Seen {
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
