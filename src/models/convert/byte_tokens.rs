//! Tokens of the byte-level vocabulary that GPT-2 brought in and Whisper uses, back as bytes. Pure.

/// The bytes that a token stands for; `None` if it has a character that stands for none.
///
/// Bytes that are printable in Latin-1 are written as themselves; the others, in order, as the
/// characters from U+0100 on (a fact of `openai/gpt-2`, `encoder.py`).
pub(super) fn bytes_of(token: &str) -> Option<Vec<u8>> {
    token.chars().map(byte_of).collect()
}

fn byte_of(character: char) -> Option<u8> {
    let number = u32::from(character);
    match u8::try_from(number) {
        Ok(byte) => written_as_itself(byte).then_some(byte),
        Err(_) => {
            let others = (0..=u8::MAX).filter(|byte| !written_as_itself(*byte));
            others.into_iter().nth((number - 0x100) as usize)
        }
    }
}

fn written_as_itself(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_and_the_bytes_of_an_umlaut_come_back() {
        assert_eq!(bytes_of("ĠfÃ¼r").unwrap(), " für".as_bytes());
        assert_eq!(bytes_of("Ċ").unwrap(), b"\n");
        assert_eq!(bytes_of("").unwrap(), b"");
    }

    #[test]
    fn every_byte_has_one_character() {
        let mut found: Vec<u8> = ('!'..='\u{143}').filter_map(byte_of).collect();
        found.sort_unstable();
        assert_eq!(found, (0..=u8::MAX).collect::<Vec<_>>());
    }

    #[test]
    fn a_character_beyond_the_table_stands_for_nothing() {
        assert_eq!(bytes_of("\u{144}"), None);
        assert_eq!(bytes_of("語"), None);
    }
}
