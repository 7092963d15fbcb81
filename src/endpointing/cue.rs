//! What the words so far say about the end of the turn.

use crate::lexicon::{Lexicon, words};

/// What the words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cue {
    /// Nothing either way.
    Neutral,
    /// Another word would rather follow.
    Leaning,
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
            Self::Leaning => "another word would follow",
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
    let text = without_noise(text.trim_end(), lexicon);
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
    if lexicon.unfinished.contains(last)
        || text.ends_with(['-', '\u{2014}', '\u{2026}'])
        || text.ends_with("...")
        || only_began(&words, lexicon)
    {
        return Cue::Unfinished;
    }
    // Recognizers put a question mark behind half a question, too; no mark at all they do not put
    // behind a whole sentence.
    let unmarked = text.ends_with(|c: char| c.is_alphanumeric() || c == ',');
    match unmarked || lexicon.leaning.contains(last) {
        true => Cue::Leaning,
        false => Cue::Neutral,
    }
}

/// A breath behind a whole sentence becomes a word of its own ("... with milk. You"): it says
/// nothing about the sentence.
fn without_noise<'a>(text: &'a str, lexicon: &Lexicon) -> &'a str {
    let body = text.trim_end_matches(['.', '?', '!', ',']);
    let Some((before, last)) = body.rsplit_once(char::is_whitespace) else {
        return text;
    };
    let before = before.trim_end();
    let is_noise = words(last).iter().all(|word| lexicon.noise.contains(word));
    match is_noise && before.ends_with(['.', '?', '!']) {
        true => before,
        false => text,
    }
}

/// "Do you", "is it", "can": a question of which no more was said than who does.
fn only_began(words: &[String], lexicon: &Lexicon) -> bool {
    let opened = words
        .iter()
        .position(|word| !lexicon.openers.contains(word));
    match &words[opened.unwrap_or(words.len())..] {
        // One letter is the beginning of a word that was cut off.
        [letter] if letter.chars().count() == 1 && letter.chars().all(char::is_alphabetic) => true,
        [verb] => lexicon.auxiliaries.contains(verb),
        [verb, subject] => lexicon.auxiliaries.contains(verb) && lexicon.subjects.contains(subject),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn what_the_words_say() {
        let lexicon = Lexicon::of(Language::English);
        for (text, expected) in [
            ("", Cue::Neutral),
            ("Turn the coffee machine off.", Cue::Neutral),
            ("What is the capital of France?", Cue::Neutral),
            ("Yes, please.", Cue::Neutral),
            ("Yes.", Cue::Neutral),
            ("A coffee with milk. You", Cue::Neutral),
            ("D.", Cue::Unfinished),
            ("And do you?", Cue::Unfinished),
            ("How many legs does a spider have?", Cue::Leaning),
            ("Turn the lights on.", Cue::Leaning),
            ("What is the capital of", Cue::Unfinished),
            ("I went to the shop and.", Cue::Unfinished),
            ("I was thinking,", Cue::Leaning),
            ("I would like, um.", Cue::FilledPause),
            ("My number is five five three", Cue::Number),
            ("My number is 553.", Cue::Number),
            ("Call 5551234567.", Cue::Neutral),
        ] {
            assert_eq!(cue(text, &lexicon), expected, "{text:?}");
        }
    }
}
