//! Moonshine's `tokenizer.bin`: entries of a length (one byte, or two from 128 on) and bytes.

use std::path::Path;

use super::SttError;

/// Turns token ids into text.
pub struct Tokenizer {
    entries: Vec<Vec<u8>>,
}

/// Marks a space in an entry.
const SPACE: &str = "\u{2581}";

impl Tokenizer {
    /// Reads a tokenizer file.
    pub fn load(path: &Path) -> Result<Self, SttError> {
        let bytes = std::fs::read(path)
            .map_err(|e| SttError::Tokenizer(format!("{}: {e}", path.display())))?;
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> Result<Self, SttError> {
        let mut entries = Vec::new();
        let mut rest = bytes;
        while let Some((&first, after)) = rest.split_first() {
            let cut = || SttError::Tokenizer(format!("it ends within entry {}", entries.len()));
            let (len, after) = match first {
                0..128 => (usize::from(first), after),
                128.. => {
                    let (&second, after) = after.split_first().ok_or_else(cut)?;
                    (usize::from(first) - 128 + 128 * usize::from(second), after)
                }
            };
            let (entry, after) = after.split_at_checked(len).ok_or_else(cut)?;
            entries.push(entry.to_vec());
            rest = after;
        }
        if entries.is_empty() {
            return Err(SttError::Tokenizer("it is empty".into()));
        }
        Ok(Self { entries })
    }

    /// The text of token ids; control tokens (`<s>`) and byte tokens (`<0x41>`) are understood,
    /// unknown ids skipped.
    pub fn decode(&self, tokens: &[i64]) -> String {
        let mut bytes = Vec::new();
        for token in tokens {
            let Some(entry) = usize::try_from(*token)
                .ok()
                .and_then(|t| self.entries.get(t))
            else {
                continue;
            };
            match byte_token(entry) {
                Some(byte) => bytes.push(byte),
                None if entry.starts_with(b"<") && entry.ends_with(b">") && entry.len() > 2 => {}
                None => bytes.extend_from_slice(entry),
            }
        }
        String::from_utf8_lossy(&bytes)
            .replace(SPACE, " ")
            .trim()
            .to_owned()
    }
}

/// The byte of an entry such as `<0x0A>`.
fn byte_token(entry: &[u8]) -> Option<u8> {
    let hex = entry.strip_prefix(b"<0x")?.strip_suffix(b">")?;
    u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_become_text() {
        let mut bytes = vec![3];
        bytes.extend(b"<s>");
        bytes.extend([5]);
        bytes.extend("\u{2581}Hi".as_bytes());
        bytes.extend([6]);
        bytes.extend(b"<0x21>");
        let tokenizer = Tokenizer::parse(&bytes).unwrap();
        assert_eq!(tokenizer.decode(&[0, 1, 2, 99]), "Hi!");
    }

    #[test]
    fn a_long_entry_has_a_two_byte_length() {
        let mut bytes = vec![128 + 2, 1];
        bytes.extend([b'a'; 130]);
        let tokenizer = Tokenizer::parse(&bytes).unwrap();
        assert_eq!(tokenizer.decode(&[0]).len(), 130);
    }

    #[test]
    fn a_cut_file_is_an_error() {
        assert!(Tokenizer::parse(&[5, b'a']).is_err());
        assert!(Tokenizer::parse(&[]).is_err());
    }
}
