//! What kind of file a name says it is. Pure.

use super::Limits;
use super::plain_text::plain;

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// A table: comma-separated values, or others with another mark between them.
    Table,
    /// PDF.
    Pdf,
}

impl Kind {
    /// By the name's ending; none for what is not read.
    pub fn of(name: &str) -> Option<Self> {
        let (stem, ending) = name.rsplit_once('.')?;
        if stem.is_empty() {
            return None;
        }
        Some(match ending.to_ascii_lowercase().as_str() {
            "txt" | "text" => Self::Text,
            "md" | "markdown" => Self::Markdown,
            "csv" | "tsv" => Self::Table,
            "pdf" => Self::Pdf,
            _ => return None,
        })
    }

    /// The largest file of this kind that is read. Bytes.
    pub(super) fn most_bytes(self, limits: &Limits) -> u64 {
        match self {
            Self::Text | Self::Markdown => limits.text_bytes,
            Self::Table => limits.table_bytes,
            Self::Pdf => limits.pdf_bytes,
        }
    }
}

/// Characters of a file's name that are said.
const MOST_OF_NAME: usize = 60;

/// The name of a file as it is said: without the folders before it, and without what acts or hides.
pub fn file_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    plain(name)
        .replace('\n', " ")
        .chars()
        .take(MOST_OF_NAME)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_the_kind() {
        for (name, kind) in [
            ("shopping.md", Some(Kind::Markdown)),
            ("To do.TXT", Some(Kind::Text)),
            ("expenses.2026.csv", Some(Kind::Table)),
            ("lease.pdf", Some(Kind::Pdf)),
            ("photo.jpg", None),
            ("Makefile", None),
            (".md", None),
        ] {
            assert_eq!(Kind::of(name), kind, "{name}");
        }
    }

    #[test]
    fn a_name_is_said_without_folders_and_what_acts() {
        assert_eq!(file_name("trips/lisbon.md"), "lisbon.md");
        assert_eq!(file_name("a\u{1b}[2Jb\n.md"), "a[2Jb .md");
        assert_eq!(file_name(&"a".repeat(300)).len(), MOST_OF_NAME);
    }
}
