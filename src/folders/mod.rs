//! The user's own folders: text, Markdown, tables and PDFs, kept in an index and found by their words.
//!
//! ```text
//! folders ─► walk (what is there) ─► changes ─► read: text, passages, table, pdf ─► index (SQLite, FTS5)
//!                                                                                        │
//!                                             a question's words ─► search ─► passages ◄─┘
//! ```
//!
//! [`Folders`] is the handle: its thread `folders` looks at what has changed, at its start and when a question
//! comes (`looking`); reading files waits while somebody talks. What may be read is bounded by [`Limits`].
//!
//! Invariants: nothing here writes into the folders; a link leads nowhere; what is in a file is text for whoever
//! asked, and nothing here acts on it. A file that is gone, and a folder that is not configured any more, leaves
//! the index.

mod changes;
mod error;
mod excerpt;
mod index;
mod keeper;
#[cfg(test)]
mod keeping_tests;
mod kind;
mod limits;
mod looking;
mod numbers;
mod passages;
mod pdf;
mod plain_text;
mod read;
mod roots;
mod table;
#[cfg(test)]
mod tests;
mod walk;

pub use error::FoldersError;
pub use excerpt::{MARKS, excerpt, excerpt_with};
pub use index::{FileId, Hit, KnownFile};
pub use keeper::{FolderReport, Folders, Found, GivesWay, forget, queries};
pub use kind::{Kind, file_name};
pub use limits::Limits;
pub use pdf::PDF_THREAD;
pub use roots::Trouble;
pub use table::{Sum, Table};
pub use walk::{LeftOut, Why};
