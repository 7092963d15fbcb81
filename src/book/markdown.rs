//! Markdown as what is read of it: links by their words, pictures by their descriptions, tables row by row. Code
//! blocks, HTML, rules and what stands before the text (YAML) are not read.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::Block;

/// The paragraphs and headings, with their line breaks.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut reader = Reader::default();
    for event in Parser::new_ext(text, options) {
        reader.take(event);
    }
    reader.end_paragraph();
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    open: String,
    heading: Option<u8>,
    /// How deep it is in what is not read.
    unread: usize,
}

impl Reader {
    fn take(&mut self, event: Event) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) if self.unread == 0 => self.open.push_str(&text),
            Event::SoftBreak | Event::HardBreak if self.unread == 0 => self.open.push('\n'),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag) {
        match tag {
            Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::MetadataBlock(_) => {
                self.end_paragraph();
                self.unread += 1;
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
            TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => self.unread -= 1,
            TagEnd::TableCell => self.open.push_str(", "),
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::Item
            | TagEnd::TableHead
            | TagEnd::TableRow => self.end_paragraph(),
            _ => {}
        }
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
