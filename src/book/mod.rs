//! A book as what a voice reads of it: chapters of paragraphs, without Markdown's marks. Pure.

mod chapter_line;
mod file_name;
mod markdown;
mod plain;

pub use file_name::file_names;

use chapter_line::is_chapter_line;

/// A part of a book that becomes a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// As its heading has it; `None` for what stands before the first heading.
    pub title: Option<String>,
    /// What is read, its headings too.
    pub paragraphs: Vec<Paragraph>,
}

/// What is read without a longer pause in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// In one line.
    pub text: String,
    /// Whether it is a heading.
    pub is_heading: bool,
}

/// How a book is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// `CommonMark`, with tables and footnotes.
    Markdown,
    /// Paragraphs between empty lines.
    Plain,
}

/// A part of a text with its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    /// A heading of this level, from 1.
    Heading(u8, String),
    /// Lines that belong together.
    Paragraph(String),
}

/// Headings up to this level begin a chapter.
const CHAPTER_LEVEL: u8 = 2;

/// The chapters of a book. They begin at Markdown's headings of levels 1 and 2, or, without any, at lines such as
/// "Chapter 3"; without these either, it is all one. What holds no words is left out.
pub fn chapters(text: &str, markup: Markup) -> Vec<Chapter> {
    // What some editors write before the first line.
    let text = text.trim_start_matches('\u{feff}');
    let blocks = match markup {
        Markup::Markdown => markdown::blocks(text),
        Markup::Plain => plain::blocks(text),
    };
    let is_chapter = |block: &Block| matches!(block, Block::Heading(1..=CHAPTER_LEVEL, _));
    let has_headings = blocks.iter().any(is_chapter);
    let begins = |block: &Block| match block {
        Block::Heading(..) => is_chapter(block),
        Block::Paragraph(text) => !has_headings && is_chapter_line(text),
    };
    let mut chapters = Chapters::default();
    for block in blocks {
        let begins = begins(&block);
        match block {
            Block::Heading(_, text) => chapters.add(&text, true, begins),
            Block::Paragraph(text) => chapters.add(&text, begins, begins),
        }
    }
    chapters.finish()
}

/// Chapters as they come together.
#[derive(Default)]
struct Chapters {
    whole: Vec<Chapter>,
    /// The one to which paragraphs are added.
    open: Option<Chapter>,
}

impl Chapters {
    fn add(&mut self, text: &str, is_heading: bool, begins: bool) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.chars().any(char::is_alphanumeric) {
            return;
        }
        if begins && self.open.as_ref().is_some_and(has_body) {
            self.whole.extend(self.open.take());
        }
        let open = self.open.get_or_insert(Chapter {
            title: None,
            paragraphs: Vec::new(),
        });
        if begins {
            // A part's heading with nothing before the first chapter's is read with that.
            open.title = Some(text.clone());
        }
        open.paragraphs.push(Paragraph { text, is_heading });
    }

    fn finish(mut self) -> Vec<Chapter> {
        self.whole.extend(self.open);
        self.whole
    }
}

fn has_body(chapter: &Chapter) -> bool {
    chapter.paragraphs.iter().any(|p| !p.is_heading)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chapters' titles and texts.
    fn read(text: &str, markup: Markup) -> Vec<(String, String)> {
        let chapters = chapters(text, markup).into_iter().map(|chapter| {
            let texts: Vec<String> = chapter.paragraphs.into_iter().map(|p| p.text).collect();
            (chapter.title.unwrap_or_default(), texts.join(" | "))
        });
        chapters.collect()
    }

    fn pairs(read: &[(String, String)]) -> Vec<(&str, &str)> {
        read.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect()
    }

    #[test]
    fn markdown_has_chapters_at_headings_of_levels_one_and_two() {
        let book = "Before.\n\n# Part One\n\n## The Beginning\n\nIt was\ndark.\n\n### Later\n\nLight.\n\n## The End\n\nBye.\n";
        assert_eq!(
            pairs(&read(book, Markup::Markdown)),
            [
                ("", "Before."),
                (
                    "The Beginning",
                    "Part One | The Beginning | It was dark. | Later | Light."
                ),
                ("The End", "The End | Bye."),
            ]
        );
    }

    #[test]
    fn a_plain_text_has_chapters_at_their_lines() {
        let book = "Preface words.\n\nCHAPTER I.\nDown the Rabbit-Hole\n\nAlice was tired.\nShe slept.\n\n\
                    Chapter 2\n\nMore.\n";
        assert_eq!(
            pairs(&read(book, Markup::Plain)),
            [
                ("", "Preface words."),
                (
                    "CHAPTER I. Down the Rabbit-Hole",
                    "CHAPTER I. Down the Rabbit-Hole | Alice was tired. She slept."
                ),
                ("Chapter 2", "Chapter 2 | More."),
            ]
        );
    }

    #[test]
    fn a_text_without_headings_is_one_chapter() {
        assert_eq!(
            pairs(&read("One.\n\nTwo.", Markup::Plain)),
            [("", "One. | Two.")]
        );
    }

    #[test]
    fn a_heading_without_a_chapter_after_it_is_read_all_the_same() {
        let read = read("# One\n\nText.\n\n# Two\n", Markup::Markdown);
        assert_eq!(pairs(&read), [("One", "One | Text."), ("Two", "Two")]);
    }

    #[test]
    fn what_has_no_words_is_no_chapter() {
        assert!(chapters("", Markup::Plain).is_empty());
        assert!(chapters("***\n\n- - -\n", Markup::Markdown).is_empty());
    }
}
