//! What may be printed: the one place where a text becomes harmless for a terminal.

/// A text as a terminal may print it. What models, servers and recognizers write may hold sequences that
/// move the cursor, rename the window or turn the direction of the text around; line breaks stay.
pub fn printable(text: &str) -> String {
    let text = strip_ansi_escapes::strip_str(text.replace(['\t', '\r'], " "));
    let acts = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    text.replace(acts, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printable_stays() {
        for text in [
            "Zwölf Boxkämpfer",
            "现在几点了？",
            "👩🏽‍✈️ waves",
            "two\nlines",
            "مرحبا",
        ] {
            assert_eq!(printable(text), text);
        }
    }
}
