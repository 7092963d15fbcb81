//! Reading one file: from its bytes to its passages.

use std::fs::File;
use std::io::{self, Read};

use super::passages::{Passage, of_markdown, of_table, of_text};
use super::pdf::PdfReader;
use super::plain_text::{Decoded, decode, plain};
use super::walk::{SeenFile, Why};
use super::{Kind, Limits, Table};
use crate::cancellation::Cancelled;

/// The passages of a file.
///
/// # Errors
/// Why it is left out.
pub(super) fn passages(
    file: &SeenFile,
    limits: &Limits,
    pdfs: &PdfReader,
    cancelled: Cancelled,
) -> Result<Vec<Passage>, Why> {
    let bytes = bytes(file, limits)?;
    let passages = match file.kind {
        Kind::Text => of_text(&plain(&text(file, &bytes)?)),
        Kind::Markdown => of_markdown(&plain(&text(file, &bytes)?)),
        Kind::Table => {
            let table = Table::read(&text(file, &bytes)?, has_tabs(file));
            table.map_or_else(Vec::new, |table| of_table(&table))
        }
        Kind::Pdf => {
            let text = pdfs.text(bytes, limits.pdf_time, cancelled)?;
            of_text(&plain(&text))
        }
    };
    Ok(passages)
}

/// A file as a table. None if it holds none.
///
/// # Errors
/// It cannot be read.
pub(super) fn table(file: &SeenFile, limits: &Limits) -> Result<Option<Table>, Why> {
    let bytes = bytes(file, limits)?;
    Ok(Table::read(&text(file, &bytes)?, has_tabs(file)))
}

fn has_tabs(file: &SeenFile) -> bool {
    let ending = file.path.rsplit('.').next();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("tsv"))
}

/// The text as it stands in the file: a table needs its tabs, and cleans its cells itself.
fn text(file: &SeenFile, bytes: &[u8]) -> Result<String, Why> {
    match decode(bytes) {
        Decoded::Text(text) => Ok(text),
        Decoded::Guessed(text) => {
            tracing::info!(
                "{} is not UTF-8, and was read as Latin-1",
                file.place().display()
            );
            Ok(text)
        }
        Decoded::Binary => Err(Why::Binary),
    }
}

/// All of a file, which may have changed since it was seen: a link in its place or in that of a folder is not followed
/// out of the root, and what has grown too large is left out.
fn bytes(file: &SeenFile, limits: &Limits) -> Result<Vec<u8>, Why> {
    let place = file.place();
    let folder = place
        .parent()
        .and_then(|folder| std::fs::canonicalize(folder).ok());
    let is_within = folder.is_some_and(|folder| folder.starts_with(&file.root));
    let is_file = std::fs::symlink_metadata(&place).is_ok_and(|now| now.is_file());
    if !is_within || !is_file {
        return Err(Why::Unreadable);
    }
    let most = file.kind.most_bytes(limits);
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(&place)?.take(most + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|_| Why::Unreadable)?;
    if bytes.len() as u64 > most {
        Err(Why::TooLarge)
    } else {
        Ok(bytes)
    }
}
