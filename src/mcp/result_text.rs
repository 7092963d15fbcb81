//! What a tool answered, as text that a model reads or a voice says. Pure.
//!
//! A server's text is data of somebody else: nothing here makes it safe to obey. What is taken out is what
//! acts on a terminal or hides from a reader, and what is too long.

use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};

/// The longest text of a result, in characters.
pub(super) const MOST_CHARACTERS: usize = 2_000;
/// What a text that was cut ends with.
const CUT: &str = " (The rest was cut off.)";
/// Of a longer text no more is looked at, in bytes.
const LOOKED_AT: usize = 64 << 10;

/// The text of a result: its texts, in their order; without any, its structured content; other content in a
/// word.
pub(super) fn result_text(result: &CallToolResult) -> String {
    let texts: Vec<&str> = result.content.iter().filter_map(text_of).collect();
    let mut parts: Vec<String> = result.content.iter().map(part).collect();
    if texts.iter().all(|text| text.trim().is_empty())
        && let Some(structured) = &result.structured_content
    {
        parts.insert(0, structured.to_string());
    }
    let text = plain(&parts.join("\n"), MOST_CHARACTERS);
    if text.is_empty() {
        "It worked, and gave no answer.".to_owned()
    } else {
        text
    }
}

/// The text of a block, if it is one.
fn text_of(block: &ContentBlock) -> Option<&str> {
    match block {
        ContentBlock::Text(text) => Some(&text.text),
        ContentBlock::Resource(embedded) => match &embedded.resource {
            ResourceContents::TextResourceContents { text, .. } => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn part(block: &ContentBlock) -> String {
    match block {
        ContentBlock::Image(_) => "(a picture)".to_owned(),
        ContentBlock::Audio(_) => "(a sound)".to_owned(),
        ContentBlock::ResourceLink(link) => format!("(a link to {})", link.name),
        other => text_of(other).unwrap_or("(a file)").to_owned(),
    }
}

/// A text of a server without what acts on a terminal or cannot be seen, in at most `most` characters; it
/// says so if it was cut, at the end of a sentence or a word where there is one.
pub(super) fn plain(text: &str, most: usize) -> String {
    let looked_at = &text[..text.floor_char_boundary(LOOKED_AT)];
    let unescaped = strip_ansi_escapes::strip_str(looked_at.replace(['\t', '\r'], " "));
    let seen = unescaped.replace(is_hidden, "");
    let mut lines: Vec<&str> = seen.lines().map(str::trim_end).collect();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    let whole = lines.join("\n");
    let whole = whole.trim();
    let cut_before = looked_at.len() < text.len();
    if !cut_before && whole.chars().count() <= most {
        return whole.to_owned();
    }
    let room = most.saturating_sub(CUT.chars().count());
    format!("{}{CUT}", shortened(whole, room))
}

/// Characters that act, or that a person does not see and a model reads: controls, marks of direction,
/// line separators, and "tags", which spell ASCII invisibly.
fn is_hidden(c: char) -> bool {
    c.is_control() && c != '\n'
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}'
            | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// The beginning of a text, up to a sentence's end in the second half of what there is room for, or else a
/// word's.
fn shortened(text: &str, room: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(room) else {
        return text;
    };
    let head = &text[..end];
    let half = head.len() / 2;
    let sentence = head.char_indices().rev().find_map(|(at, c)| {
        let after = at + c.len_utf8();
        let next = text[after..].chars().next();
        let ends = match c {
            '.' | '!' | '?' => next.is_none_or(char::is_whitespace),
            '。' | '！' | '？' => true,
            _ => false,
        };
        ends.then_some(after)
    });
    let word = if text[end..].starts_with(char::is_whitespace) {
        Some(end)
    } else {
        head.rfind(char::is_whitespace)
    };
    let far_enough = |at: &usize| *at > half;
    let cut = sentence.filter(far_enough).or(word.filter(far_enough));
    head[..cut.unwrap_or(end)].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn result(value: Value) -> CallToolResult {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn texts_are_joined_in_their_order() {
        let result = result(json!({"content": [
            {"type": "text", "text": "one"},
            {"type": "text", "text": "two"},
        ], "structuredContent": {"n": 3}}));
        assert_eq!(result_text(&result), "one\ntwo");
    }

    #[test]
    fn structured_content_is_the_text_where_there_is_no_other() {
        let result = result(json!({"content": [], "structuredContent": {"n": 3}}));
        assert_eq!(result_text(&result), r#"{"n":3}"#);
    }

    #[test]
    fn other_content_is_told_in_a_word() {
        let result = result(json!({"content": [
            {"type": "image", "data": "aGk=", "mimeType": "image/png"},
            {"type": "audio", "data": "aGk=", "mimeType": "audio/wav"},
            {"type": "resource", "resource": {"uri": "a:b", "text": "of a resource"}},
            {"type": "resource", "resource": {"uri": "a:b", "blob": "aGk="}},
            {"type": "resource_link", "uri": "a:b", "name": "the report"},
        ]}));
        let words = "(a picture)\n(a sound)\nof a resource\n(a file)\n(a link to the report)";
        assert_eq!(result_text(&result), words);
    }

    #[test]
    fn a_result_without_anything_says_so() {
        let result = result(json!({"content": []}));
        assert_eq!(result_text(&result), "It worked, and gave no answer.");
    }

    #[test]
    fn what_acts_on_a_terminal_or_hides_is_taken_out() {
        let text =
            "a\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}b\u{0}c\u{202e}d\u{e0041}e\u{200b}f\rg";
        assert_eq!(plain(text, 100), "ared bcdef g");
    }

    #[test]
    fn letters_of_all_scripts_stay() {
        for text in ["Zwölf Boxkämpfer", "现在几点了？", "مرحبا", "👩🏽‍✈️ waves"]
        {
            assert_eq!(plain(text, 100), text);
        }
    }

    #[test]
    fn lines_stay_and_gaps_between_them_close() {
        assert_eq!(plain("one  \n\n\n\ntwo\n", 100), "one\n\ntwo");
    }

    #[test]
    fn a_long_text_is_cut_at_a_sentence_and_says_so() {
        let text = "A sentence of ten words ends here, and no later. ".repeat(100);
        let short = plain(&text, MOST_CHARACTERS);
        assert!(short.chars().count() <= MOST_CHARACTERS);
        assert!(
            short.ends_with("no later. (The rest was cut off.)"),
            "{short}"
        );
    }

    #[test]
    fn without_sentences_it_is_cut_at_a_word() {
        let short = plain(&"word ".repeat(1_000), MOST_CHARACTERS);
        assert!(short.chars().count() <= MOST_CHARACTERS);
        assert!(
            short.ends_with("word word (The rest was cut off.)"),
            "{short}"
        );
    }

    #[test]
    fn without_words_it_is_cut_between_characters() {
        let short = plain(&"ß".repeat(100_000), MOST_CHARACTERS);
        assert_eq!(short.chars().count(), MOST_CHARACTERS);
    }

    #[test]
    fn a_number_with_a_point_ends_no_sentence() {
        let text = format!("{}3.14159", "one two ".repeat(20));
        assert_eq!(
            shortened(&text, text.len() - 3),
            "one two ".repeat(20).trim()
        );
    }

    #[test]
    fn an_escape_without_end_hides_no_more_than_what_follows() {
        let short = plain(&format!("seen {}", "\u{1b}]0;".repeat(50_000)), 100);
        assert_eq!(short, format!("seen{CUT}"));
    }
}
