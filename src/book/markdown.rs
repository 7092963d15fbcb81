//! Markdown as what is read of it: links by their words, pictures by their descriptions, tables row by row. Of a book,
//! code blocks, HTML, rules and what stands before the text (YAML) are not read; of a note, only rules and HTML's tags
//! are not.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::{Block, Paragraph};

impl Paragraph {
    /// The paragraphs of a note in Markdown. What people keep in code blocks, HTML and before the text is theirs, too:
    /// each line of it is a paragraph. What holds no words is left out.
    pub fn of_note(text: &str) -> Vec<Self> {
        let reader = Reader {
            is_note: true,
            ..Reader::default()
        };
        let paragraph = |block| {
            let (text, is_heading) = match block {
                Block::Heading(_, text) => (text, true),
                Block::Paragraph(text) => (text, false),
            };
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            Self { text, is_heading }
        };
        let paragraphs = reader.read(text).into_iter().map(paragraph);
        let has_words = |one: &Self| one.text.contains(char::is_alphanumeric);
        paragraphs.filter(has_words).collect()
    }
}

/// The paragraphs and headings of a book, with their line breaks.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    Reader::default().read(text)
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    open: String,
    heading: Option<u8>,
    /// How deep it is in what is not read.
    unread: usize,
    /// Code, HTML and what stands before the text are read.
    is_note: bool,
}

impl Reader {
    fn read(mut self, text: &str) -> Vec<Block> {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
        for event in Parser::new_ext(text, options) {
            self.take(event);
        }
        self.end_paragraph();
        self.blocks
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) if self.unread == 0 => self.open.push_str(&text),
            Event::Html(html) if self.unread == 0 => self.open.push_str(&html),
            Event::SoftBreak | Event::HardBreak if self.unread == 0 => self.open.push('\n'),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag) {
        match tag {
            Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::MetadataBlock(_) => {
                self.end_paragraph();
                self.unread += usize::from(!self.is_note);
            }
            Tag::Heading { level, .. } => {
                self.end_paragraph();
                self.heading = Some(*level as u8);
            }
            // An item's own text ends where a list within it begins.
            Tag::Paragraph | Tag::Item | Tag::List(_) | Tag::BlockQuote(_) => self.end_paragraph(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) if !self.is_note => {
                self.unread -= 1;
            }
            TagEnd::CodeBlock | TagEnd::MetadataBlock(_) => self.end_lines(),
            TagEnd::HtmlBlock => {
                self.open = without_tags(&self.open);
                self.end_lines();
            }
            TagEnd::TableCell => self.open.push_str(", "),
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::Item
            | TagEnd::TableHead
            | TagEnd::TableRow => self.end_paragraph(),
            _ => {}
        }
    }

    fn end_lines(&mut self) {
        let text = std::mem::take(&mut self.open);
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines = lines.map(|line| Block::Paragraph(line.to_owned()));
        self.blocks.extend(lines);
    }

    fn end_paragraph(&mut self) {
        let text = std::mem::take(&mut self.open);
        // Behind a row's last cell.
        let text = text.trim_end_matches([',', ' ']);
        let heading = self.heading.take();
        if text.trim().is_empty() {
            return;
        }
        self.blocks.push(match heading {
            Some(level) => Block::Heading(level, text.to_owned()),
            None => Block::Paragraph(text.to_owned()),
        });
    }
}

/// The text of HTML, with a space in place of each tag and remark.
fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        text.push_str(before);
        let is_tag = tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
        if !is_tag {
            // "1 < 2".
            text.push('<');
            rest = &tag[1..];
            continue;
        }
        let mark = if tag.starts_with("<!--") { "-->" } else { ">" };
        let end = tag.find(mark).map_or(tag.len(), |end| end + mark.len());
        text.push(' ');
        rest = &tag[end..];
    }
    text + rest
}

const _: () = assert!(HeadingLevel::H1 as u8 == 1);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let blocks = blocks(text).into_iter().map(|block| match block {
            Block::Heading(level, text) => format!("{level}: {text}"),
            Block::Paragraph(text) => text,
        });
        blocks.collect()
    }

    #[test]
    fn marks_are_not_read() {
        let text =
            "# A *fine* day\n\nSome **bold**, `code` and ~~old~~ [words](https://example.org).";
        assert_eq!(
            read(text),
            ["1: A fine day", "Some bold, code and old words."]
        );
    }

    #[test]
    fn code_blocks_html_rules_and_front_matter_are_left_out() {
        let text = "---\ntitle: x\n---\n\nBefore.\n\n```rust\nlet x = 1;\n```\n\n<div>\nhtml\n</div>\n\n---\n\n    indented\n\nAfter<br>.";
        assert_eq!(read(text), ["Before.", "After."]);
    }

    fn note(text: &str) -> Vec<String> {
        let paragraphs = Paragraph::of_note(text).into_iter();
        paragraphs.map(|one| one.text).collect()
    }

    #[test]
    fn code_blocks_and_front_matter_of_a_note_are_read_line_by_line() {
        let text = "---\ntitle: x\n---\n\nBefore.\n\n```sh\nwifi:\n  password   banana\n```\n\n---\n\n    indented\n\nAfter.";
        assert_eq!(
            note(text),
            [
                "title: x",
                "Before.",
                "wifi:",
                "password banana",
                "indented",
                "After."
            ]
        );
    }

    #[test]
    fn html_of_a_note_is_read_without_its_tags() {
        let text =
            "<div\nclass='a'>\n<b>1 < 2</b><i>x</i>\n<!-- <p>\nhidden -->\n</div>\n\nAfter<br>.";
        assert_eq!(note(text), ["1 < 2 x", "After."]);
    }

    #[test]
    fn a_table_is_read_row_by_row() {
        let text = "| Name | Age |\n|---|---|\n| Ann | 30 |\n| Bob | 40 |\n";
        assert_eq!(read(text), ["Name, Age", "Ann, 30", "Bob, 40"]);
    }

    #[test]
    fn each_item_of_a_list_is_a_paragraph() {
        let text = "- one\n- two\n  - within\n- [x] done\n\n1. first\n\n   more of it\n";
        assert_eq!(
            read(text),
            ["one", "two", "within", "done", "first", "more of it"]
        );
    }

    #[test]
    fn pictures_are_read_by_their_descriptions_and_footnotes_where_they_stand() {
        let text = "See ![a cat](cat.png).[^1]\n\n[^1]: It sleeps.\n\n> Quoted.";
        assert_eq!(read(text), ["See a cat.", "It sleeps.", "Quoted."]);
    }
}
