//! The words that woke the assistant, taken out of the question that they begin. That they were said is known; how the
//! recognizer wrote them is not: "Hey Vivi" may be "Hey, baby" or "Heavy V".

use crate::lexicon::words;

/// Words before the phrase that may be from before it, and words more than the phrase has: "a V V" is "Vivi".
const MOST_EXTRA: usize = 2;
/// Letters that may differ, of those of the phrase.
const MOST_DIFFERENCE: f32 = 0.58;
/// The same for words behind which the recognizer heard a stop: it has known that they are an address.
const MOST_BEFORE_A_STOP: f32 = 0.75;
/// Letters that may differ where it is sure that no more words are the phrase's.
const SURE: f32 = 0.45;
/// Marks of a stop.
const STOPS: &str = ",.!?;:-—…";

/// What of the text follows the phrase; all of it, if nothing in its beginning sounds like the phrase.
pub(super) fn without_phrase<'t>(text: &'t str, phrase: &str) -> &'t str {
    let wanted = letters(phrase);
    if wanted.is_empty() {
        return text;
    }
    let starts = word_starts(text);
    let most = words(phrase).len() + MOST_EXTRA;
    let mut best: Option<(f32, usize)> = None;
    for first in 0..=MOST_EXTRA.min(starts.len()) {
        for count in 1..=most.min(starts.len().saturating_sub(first)) {
            let end = starts.get(first + count).copied().unwrap_or(text.len());
            let said = letters(&text[starts[first]..end]);
            let differing = strsim::levenshtein(&said, &wanted) as f32;
            let difference = differing / wanted.chars().count() as f32;
            // A sentence's own end is no address.
            let stops = end < text.len() && text[..end].trim_end().ends_with(|c| STOPS.contains(c));
            let most = if stops {
                MOST_BEFORE_A_STOP
            } else {
                MOST_DIFFERENCE
            };
            if difference <= most && best.is_none_or(|(least, _)| difference < least) {
                best = Some((difference, end));
            }
        }
    }
    let Some((difference, mut end)) = best else {
        return text;
    };
    if difference > SURE {
        end = to_stop(text, &starts, end);
    }
    text[end..].trim_start_matches(|c: char| c.is_whitespace() || STOPS.contains(c))
}

/// The end of one more word, if there is a stop behind it.
fn to_stop(text: &str, starts: &[usize], end: usize) -> usize {
    let next = starts.iter().copied().find(|start| *start > end);
    let next = next.unwrap_or(text.len());
    let stops = text[end..next].trim_end().ends_with(|c| STOPS.contains(c));
    if stops && next < text.len() {
        next
    } else {
        end
    }
}

/// Where each word begins. Bytes.
fn word_starts(text: &str) -> Vec<usize> {
    let mut before = ' ';
    let mut starts = Vec::new();
    for (at, c) in text.char_indices() {
        if !c.is_whitespace() && before.is_whitespace() {
            starts.push(at);
        }
        before = c;
    }
    starts
}

/// The letters alone, with those together that sound alike where the recognizer cannot know the word.
fn letters(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'y' | 'e' | 'i' => 'i',
            'v' | 'b' | 'f' | 'w' | 'p' => 'v',
            'o' | 'u' => 'u',
            'd' | 't' => 't',
            'k' | 'c' | 'g' | 'q' => 'k',
            's' | 'z' => 's',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_left_without_the_name_however_it_was_written() {
        for text in [
            "Hey Vivi, what is the capital of France?",
            "Hey, Vivi. What is the capital of France?",
            "Hey baby, what is the capital of France?",
            "Hey V.V. what is the capital of France?",
            "Hey Vivvy what is the capital of France?",
            "Heavy V, what is the capital of France?",
            "Haven't heady, what is the capital of France?",
            "Avv, what is the capital of France?",
            "Hey V Ved. What is the capital of France?",
            "And hey Vivi, what is the capital of France?",
        ] {
            let left = without_phrase(text, "hey vivi").to_lowercase();
            assert_eq!(left, "what is the capital of france?", "{text}");
        }
    }

    #[test]
    fn of_the_name_alone_nothing_is_left() {
        assert_eq!(without_phrase("Hey Vivi.", "hey vivi"), "");
        assert_eq!(without_phrase("", "hey vivi"), "");
    }

    #[test]
    fn words_that_sound_like_nothing_of_the_name_stay() {
        for text in [
            "What is the capital of France?",
            "What time is it?",
            "Who was the first?",
            "Set a timer.",
        ] {
            assert_eq!(without_phrase(text, "hey vivi"), text);
        }
    }

    #[test]
    fn a_word_behind_the_name_stays_though_the_sentence_ends_with_it() {
        for text in ["Hey Vivi, wait.", "Hey Vivi, stop."] {
            let left = without_phrase(text, "hey vivi");
            assert!(left == "wait." || left == "stop.", "{text}: {left}");
        }
    }
}
