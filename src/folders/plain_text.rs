//! The bytes of a file as text, and text without what acts or hides. Pure.

/// A file is binary if one byte of so many is a control character.
const ONE_CONTROL_IN: usize = 10;

/// What a file holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    Text(String),
    /// It was not UTF-8, and was read as Latin-1.
    Guessed(String),
    Binary,
}

/// The text of a file: UTF-8, UTF-16 with its mark, or else Latin-1, which every byte is a letter of.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    if let Some(text) = utf_16(bytes) {
        return Decoded::Text(text);
    }
    let controls = bytes.iter().filter(|byte| acts(**byte)).count();
    if bytes.contains(&0) || controls * ONE_CONTROL_IN > bytes.len() {
        return Decoded::Binary;
    }
    match std::str::from_utf8(bytes) {
        // Some editors write a mark before the first line.
        Ok(text) => Decoded::Text(text.trim_start_matches('\u{feff}').to_owned()),
        Err(_) => Decoded::Guessed(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

fn acts(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\n' | b'\r' | b'\t' | b'\x0c')
}

/// UTF-16, if its mark is there.
fn utf_16(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let units = bytes[2..]
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]));
    let text = char::decode_utf16(units).map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER));
    Some(text.collect())
}

/// A text without control characters and without what a person does not see: marks of direction, line
/// separators, "tags", which spell ASCII invisibly. Tabs become spaces; line breaks, also those of old Macs, become `\n`.
pub(super) fn plain(text: &str) -> String {
    let text = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace(['\t', '\x0c'], " ");
    text.replace(is_hidden, "")
}

fn is_hidden(c: char) -> bool {
    c.is_control() && c != '\n'
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}'
            | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_whatever_it_is_written_in() {
        let utf_16 = [0xff, 0xfe, b'H', 0, b'i', 0];
        for (bytes, text) in [
            ("Käse".as_bytes(), Decoded::Text("Käse".into())),
            ("\u{feff}Hi".as_bytes(), Decoded::Text("Hi".into())),
            (&utf_16[..], Decoded::Text("Hi".into())),
            (&b"K\xe4se"[..], Decoded::Guessed("Käse".into())),
            (&b""[..], Decoded::Text(String::new())),
        ] {
            assert_eq!(decode(bytes), text);
        }
    }

    #[test]
    fn a_binary_file_is_none() {
        assert_eq!(decode(b"\x7fELF\x02\x00\x01"), Decoded::Binary);
        assert_eq!(decode(b"\x01\x02\x03 a picture, say"), Decoded::Binary);
    }

    #[test]
    fn what_acts_or_hides_is_taken_out() {
        let text = "a\u{1b}[31mb\tc\u{202e}d\u{e0041}e\u{200b}\r\nf";
        assert_eq!(plain(text), "a[31mb cde\nf");
    }

    #[test]
    fn every_end_of_a_line_is_one() {
        assert_eq!(plain("a\rb\r\nc\nd"), "a\nb\nc\nd");
    }
}
