//! Texts and tables as passages: what the index holds, and what an answer is taken from. Pure.

use super::Table;
use super::limits::MOST_PASSAGES;
use super::plain_text::plain;
use crate::book::Paragraph;

/// A part of a file that is found as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passage {
    /// The heading that it stands under; empty if there is none.
    pub heading: String,
    /// Its text; each paragraph and each item of a list is a line.
    pub text: String,
}

/// Paragraphs of one heading are one passage up to this many characters.
const LONG_ENOUGH: usize = 500;
/// A longer paragraph is several passages. Characters.
const LONGEST: usize = 1_200;
/// Lines of a plain text that are shorter than this are items, each for itself; longer ones are wrapped prose.
/// Characters.
const SHORT_LINE: usize = 50;

/// The passages of Markdown, without its marks.
pub(super) fn of_markdown(text: &str) -> Vec<Passage> {
    let mut passages = Passages::default();
    for paragraph in Paragraph::of_note(text) {
        // Once more: "&#27;" and the like are letters only now.
        let text = plain(&paragraph.text);
        if paragraph.is_heading {
            passages.begin(text);
        } else {
            passages.add(&text);
        }
    }
    passages.finish()
}

/// The passages of a plain text.
pub(super) fn of_text(text: &str) -> Vec<Passage> {
    let mut passages = Passages::default();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for paragraph in lines.split(|line| line.is_empty()) {
        // The last line of a wrapped paragraph may be short.
        let wrapped = paragraph
            .iter()
            .rev()
            .skip(1)
            .any(|line| line.chars().count() >= SHORT_LINE);
        if wrapped {
            passages.add(&paragraph.join(" "));
        } else {
            paragraph.iter().for_each(|line| passages.add(line));
        }
    }
    passages.finish()
}

/// A passage for each row: "item bread, amount 2.50".
pub(super) fn of_table(table: &Table) -> Vec<Passage> {
    let rows = table.rows.iter().map(|row| {
        let cells = table
            .columns
            .iter()
            .zip(row)
            .filter(|(_, cell)| !cell.is_empty());
        let cells: Vec<String> = cells
            .map(|(column, cell)| format!("{column} {cell}"))
            .collect();
        Passage {
            heading: String::new(),
            text: cells.join(", "),
        }
    });
    rows.take(MOST_PASSAGES).collect()
}

/// Passages as they come together.
#[derive(Default)]
struct Passages {
    whole: Vec<Passage>,
    heading: String,
    open: String,
    /// Something stands under the heading.
    has_body: bool,
}

impl Passages {
    fn begin(&mut self, heading: String) {
        self.end_heading();
        self.heading = heading;
        self.has_body = false;
    }

    /// A heading with nothing under it is found all the same.
    fn end_heading(&mut self) {
        self.flush();
        if !self.has_body && !self.heading.is_empty() {
            self.open = self.heading.clone();
            self.flush();
        }
    }

    fn add(&mut self, paragraph: &str) {
        if !paragraph.contains(char::is_alphanumeric) {
            return;
        }
        for part in parts(paragraph) {
            if !self.open.is_empty() {
                if self.open.len() + part.len() > LONG_ENOUGH {
                    self.flush();
                } else {
                    self.open.push('\n');
                }
            }
            self.open.push_str(part);
        }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.open);
        if text.is_empty() {
            return;
        }
        self.has_body = true;
        if self.whole.len() < MOST_PASSAGES {
            let heading = self.heading.clone();
            self.whole.push(Passage { heading, text });
        }
    }

    fn finish(mut self) -> Vec<Passage> {
        self.end_heading();
        self.whole
    }
}

/// A paragraph in parts of at most [`LONGEST`] characters, cut at words.
fn parts(paragraph: &str) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), paragraph);
    while let Some((end, _)) = rest.char_indices().nth(LONGEST) {
        let cut = rest[..end]
            .rfind(char::is_whitespace)
            .filter(|cut| *cut > 0)
            .unwrap_or(end);
        parts.push(rest[..cut].trim_end());
        rest = rest[cut..].trim_start();
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(passages: &[Passage]) -> Vec<(&str, &str)> {
        passages
            .iter()
            .map(|one| (one.heading.as_str(), one.text.as_str()))
            .collect()
    }

    #[test]
    fn markdown_has_a_passage_for_what_stands_under_a_heading() {
        let text =
            "# Lisbon\n\nThe flight is at *nine*.\n\nGate 4.\n\n## To pack\n\n- socks\n- a hat\n";
        assert_eq!(
            pairs(&of_markdown(text)),
            [
                ("Lisbon", "The flight is at nine.\nGate 4."),
                ("To pack", "socks\na hat")
            ]
        );
    }

    #[test]
    fn what_acts_or_hides_is_taken_out_of_markdown_however_it_is_written() {
        let text = "# A&#27;[2J b\n\nc&#x202e;d&#xe0041;e&#1;f &#27;]0;g&#7;\n";
        assert_eq!(pairs(&of_markdown(text)), [("A[2J b", "cdef ]0;g")]);
    }

    #[test]
    fn a_heading_alone_is_a_passage() {
        assert_eq!(
            pairs(&of_markdown("# Call Bob\n")),
            [("Call Bob", "Call Bob")]
        );
    }

    #[test]
    fn short_lines_of_a_text_are_items_and_long_ones_are_prose() {
        let list = "milk\neggs\n\nbread";
        assert_eq!(pairs(&of_text(list)), [("", "milk\neggs\nbread")]);
        let prose = "The landlord comes on Tuesday at ten, and wants to see\nthe boiler.";
        assert_eq!(of_text(prose)[0].text.lines().count(), 1);
    }

    #[test]
    fn a_long_text_is_several_passages() {
        let text = "A sentence of some length stands here, and again. ".repeat(100);
        let passages = of_text(&text);
        assert!(passages.len() >= 4, "{}", passages.len());
        assert!(
            passages
                .iter()
                .all(|one| one.text.chars().count() <= LONGEST)
        );
        let words = |text: &str| text.split_whitespace().count();
        let found: usize = passages.iter().map(|one| words(&one.text)).sum();
        assert_eq!(found, words(&text));
    }

    #[test]
    fn a_word_without_an_end_is_cut() {
        let passages = of_text(&"ß".repeat(5_000));
        assert!(
            passages
                .iter()
                .all(|one| one.text.chars().count() <= LONGEST)
        );
    }

    #[test]
    fn passages_are_bounded() {
        let text = format!("{}\n\n", "word ".repeat(150)).repeat(MOST_PASSAGES + 10);
        assert_eq!(of_text(&text).len(), MOST_PASSAGES);
    }

    #[test]
    fn a_row_of_a_table_is_a_passage_with_the_names_of_its_columns() {
        let table = Table::read("item,amount,note\nbread,2.50,\n", false).unwrap();
        assert_eq!(pairs(&of_table(&table)), [("", "item bread, amount 2.50")]);
    }
}
