//! What is read of the folders, and how much.

use std::time::Duration;

/// What is larger, deeper or more is left out, and said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a text or Markdown file.
    pub text_bytes: u64,
    /// Bytes of a table.
    pub table_bytes: u64,
    /// Bytes of a PDF.
    pub pdf_bytes: u64,
    /// How long reading one PDF may take.
    pub pdf_time: Duration,
    /// Bytes of text of all files together, as the index holds them.
    pub all_text_bytes: u64,
    /// Files of all folders together.
    pub files: usize,
    /// Folders within folders.
    pub depth: usize,
    /// Files and folders that are looked at, whatever they are.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_bytes: 2 << 20,
            table_bytes: 10 << 20,
            pdf_bytes: 32 << 20,
            pdf_time: Duration::from_secs(10),
            all_text_bytes: 256 << 20,
            files: 10_000,
            depth: 12,
            entries: 100_000,
        }
    }
}

/// Passages of one file; what follows cannot be found. The index numbers them by it.
pub(super) const MOST_PASSAGES: usize = 4_096;
/// Characters of a PDF's text.
pub(super) const MOST_PDF_TEXT: usize = 2 << 20;
/// Bytes that one stream of a PDF may unpack to.
pub(super) const MOST_UNPACKED: usize = 16 << 20;
/// Rows of a table.
pub(super) const MOST_ROWS: usize = 100_000;
/// Columns of a table.
pub(super) const MOST_COLUMNS: usize = 100;
