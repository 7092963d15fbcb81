//! Words that only ask for silence: they stop a reply and want no answer.

/// Phrases that ask for silence and nothing else.
const PHRASES: [&str; 14] = [
    "stop",
    "stop it",
    "stop talking",
    "stop there",
    "wait",
    "wait a moment",
    "wait a second",
    "one moment",
    "hold on",
    "quiet",
    "be quiet",
    "shut up",
    "enough",
    "that's enough",
];
/// Words that make a request polite and change nothing about it.
const POLITE: [&str; 5] = ["please", "okay", "ok", "hey", "now"];

/// Whether a transcript asks for silence and nothing else, however often.
pub fn asks_only_to_stop(text: &str) -> bool {
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty() && !POLITE.contains(word))
        .collect();
    !words.is_empty() && is_phrases(&words)
}

/// Whether words are one or more of the phrases in a row.
fn is_phrases(words: &[&str]) -> bool {
    words.is_empty()
        || (1..=words.len()).any(|count| {
            PHRASES.contains(&words[..count].join(" ").as_str()) && is_phrases(&words[count..])
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_for_silence_are_known() {
        for text in [
            "Stop.",
            "Stop, stop!",
            "Okay, please stop.",
            "Wait a moment.",
            "That’s enough.",
        ] {
            assert!(asks_only_to_stop(text), "{text}");
        }
    }

    #[test]
    fn a_question_behind_a_stop_word_is_not_lost() {
        for text in [
            "Stop. How many legs does a spider have?",
            "wait for me",
            "bus stop",
            "",
            "please",
        ] {
            assert!(!asks_only_to_stop(text), "{text}");
        }
    }
}
