//! What the words so far say about the end of the turn.

use crate::lexicon::{Lexicon, words};

/// What the words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cue {
    /// Nothing either way.
    Neutral,
    /// A whole question or a whole answer.
    Complete,
    /// The phrase cannot end here.
    Unfinished,
    /// "um": the speaker keeps the turn.
    FilledPause,
    /// A number is being dictated.
    Number,
}

impl Cue {
    /// For events and the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Neutral => "words say nothing",
            Self::Complete => "sentence complete",
            Self::Unfinished => "sentence unfinished",
            Self::FilledPause => "filled pause",
            Self::Number => "a number is being said",
        }
    }
}

/// So many digits in a row at the end are a number being dictated...
const DIGITS: usize = 3;
/// ...until there are so many: a telephone number.
const WHOLE_NUMBER: usize = 10;

/// Reads the words so far, with the recognizer's punctuation.
pub fn cue(text: &str, lexicon: &Lexicon) -> Cue {
    let words = words(text);
    let Some(last) = words.last() else {
        return Cue::Neutral;
    };
    let is_digits = |word: &String| {
        lexicon.digits.contains(word) || word.chars().all(|c| c.is_ascii_digit() || c == '-')
    };
    let count = |word: &String| match word.chars().filter(char::is_ascii_digit).count() {
        0 => 1,
        digits => digits,
    };
    let in_a_row = words.iter().rev().take_while(|word| is_digits(word));
    let digits: usize = in_a_row.map(count).sum();
    if lexicon.fillers.contains(last) {
        return Cue::FilledPause;
    }
    if (DIGITS..WHOLE_NUMBER).contains(&digits) {
        return Cue::Number;
    }
    let text = text.trim_end();
    if Lexicon::consists_of(&lexicon.complete, &words) {
        return Cue::Complete;
    }
    if text.ends_with([',', '-', '\u{2014}', '\u{2026}'])
        || text.ends_with("...")
        || lexicon.unfinished.contains(last)
    {
        return Cue::Unfinished;
    }
    let is_question = text.ends_with('?') && lexicon.question_words.contains(&words[0]);
    match is_question && words.len() >= 3 {
        true => Cue::Complete,
        false => Cue::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_words_say() {
        let lexicon = Lexicon::english();
        for (text, expected) in [
            ("", Cue::Neutral),
            ("Turn the coffee machine off.", Cue::Neutral),
            ("What is the capital of France?", Cue::Complete),
            ("Yes, please.", Cue::Complete),
            ("What is the capital of", Cue::Unfinished),
            ("I went to the shop and.", Cue::Unfinished),
            ("I was thinking,", Cue::Unfinished),
            ("I would like, um.", Cue::FilledPause),
            ("My number is five five three", Cue::Number),
            ("My number is 553-", Cue::Number),
            ("Call 5551234567", Cue::Neutral),
        ] {
            assert_eq!(cue(text, &lexicon), expected, "{text:?}");
        }
    }
}
