//! What the words so far say about the end of the turn.

use crate::language::{ascii_mark, is_han};
use crate::lexicon::{Lexicon, word_count, words};

/// What the words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// A whole answer to a question of the assistant's.
    Answer,
}

/// So many digits in a row at the end are a number being dictated...
const DIGITS: usize = 3;
/// ...until there are so many: a telephone number.
const WHOLE_NUMBER: usize = 10;

/// Reads the words so far, with the recognizer's punctuation.
pub fn cue(text: &str, lexicon: &Lexicon) -> Cue {
    let text = without_noise(text.trim_end(), lexicon);
    let words = words(text);
    if words.is_empty() {
        return Cue::Neutral;
    }
    let is_digits = |word: &String| {
        lexicon.digits.contains(word) || word.chars().all(|c| c.is_ascii_digit() || c == '-')
    };
    let count = |word: &String| match word.chars().filter(char::is_ascii_digit).count() {
        0 => 1,
        digits => digits,
    };
    let in_a_row = words.iter().rev().take_while(|word| is_digits(word));
    let digits: usize = in_a_row.map(count).sum();
    if Lexicon::ends_with(&lexicon.fillers, &words) {
        return Cue::FilledPause;
    }
    if (DIGITS..WHOLE_NUMBER).contains(&digits) {
        return Cue::Number;
    }
    if Lexicon::ends_with(&lexicon.unfinished, &words)
        || text.ends_with(['-', '\u{2014}', '\u{2026}'])
        || text.ends_with("...")
        || only_began(&words, lexicon)
    {
        return Cue::Unfinished;
    }
    // Recognizers put a question mark behind half a question, too; no mark at all they do not put
    // behind a whole sentence, except in Chinese: there they often leave all marks out.
    let unmarked =
        text.ends_with(|c: char| c.is_alphanumeric() && !is_han(c) || ascii_mark(c) == ',');
    if unmarked || Lexicon::ends_with(&lexicon.leaning, &words) {
        Cue::Leaning
    } else {
        Cue::Neutral
    }
}

/// As [`cue`], for the first words after a question of the assistant's: a single word is an answer,
/// though no sentence ends with it. An answer that only begins ("the", "um", "five five three") is not whole.
pub fn cue_of_an_answer(text: &str, lexicon: &Lexicon) -> Cue {
    let cue = cue(text, lexicon);
    let text = without_noise(text.trim_end(), lexicon);
    let words = words(text);
    // A comma means little behind a single word: recognizers put one now and then.
    let goes_on = ['-', '\u{2014}', '\u{2026}'];
    if word_count(&words) != 1 || text.ends_with(goes_on) || text.ends_with("...") {
        return cue;
    }
    match cue {
        Cue::FilledPause | Cue::Number => cue,
        Cue::Unfinished
            if !is_letter(&words) || Lexicon::is_phrase(&lexicon.unfinished, &words) =>
        {
            cue
        }
        _ => Cue::Answer,
    }
}

/// One letter, which mostly is the beginning of a word that was cut off; a Chinese character is a word.
fn is_letter(words: &[String]) -> bool {
    matches!(words, [word] if word.chars().count() == 1 && word.chars().all(char::is_lowercase))
}

/// A breath behind a whole sentence becomes a word of its own ("... with milk. You"): it says
/// nothing about the sentence.
fn without_noise<'a>(text: &'a str, lexicon: &Lexicon) -> &'a str {
    let is_end = |c: char| matches!(ascii_mark(c), '.' | '?' | '!');
    let body = text.trim_end_matches(|c| is_end(c) || ascii_mark(c) == ',');
    // No space follows a full-width mark.
    let parts = |c: char| c.is_whitespace() || !c.is_ascii() && is_end(c);
    let before = body.trim_end_matches(|c| !parts(c));
    let last = &body[before.len()..];
    let before = before.trim_end();
    let is_noise = words(last).iter().all(|word| lexicon.noise.contains(word));
    if is_noise && before.ends_with(is_end) {
        before
    } else {
        text
    }
}

/// "Do you", "is it", "can": a question of which no more was said than who does.
fn only_began(words: &[String], lexicon: &Lexicon) -> bool {
    match Lexicon::after(&lexicon.openers, words) {
        letter if is_letter(letter) => true,
        question => Lexicon::phrases_at_start(&lexicon.auxiliaries, question).any(|verb| {
            let rest = &question[verb..];
            rest.is_empty() || Lexicon::is_phrase(&lexicon.subjects, rest)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[track_caller]
    fn assert_cues(language: Language, cases: &[(&str, Cue)]) {
        let lexicon = Lexicon::of(language);
        for (text, expected) in cases {
            assert_eq!(cue(text, &lexicon), *expected, "{text:?}");
        }
    }

    #[test]
    fn what_english_words_say() {
        let cases = [
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
        ];
        assert_cues(Language::English, &cases);
    }

    #[test]
    fn a_word_after_a_question_is_an_answer_unless_it_only_begins_one() {
        let cases = [
            (Language::English, "No.", Cue::Answer),
            (Language::English, "Monday.", Cue::Answer),
            (Language::English, "More.", Cue::Answer),
            (Language::English, "Coffee", Cue::Answer),
            (Language::English, "T.", Cue::Answer),
            (Language::English, "Seven.", Cue::Answer),
            (Language::English, "The.", Cue::Unfinished),
            (Language::English, "Because.", Cue::Unfinished),
            (Language::English, "Would.", Cue::Unfinished),
            (Language::English, "Um.", Cue::FilledPause),
            (Language::English, "Coffee,", Cue::Answer),
            (Language::English, "Cof-", Cue::Unfinished),
            (Language::English, "555.", Cue::Number),
            (Language::English, "I like those.", Cue::Leaning),
            (Language::German, "Nein.", Cue::Answer),
            (Language::Spanish, "No.", Cue::Answer),
            (Language::French, "Si.", Cue::Answer),
            (Language::Italian, "Sì.", Cue::Answer),
            (Language::Chinese, "不", Cue::Answer),
            (Language::Chinese, "咖啡。", Cue::Answer),
        ];
        for (language, text, expected) in cases {
            let cue = cue_of_an_answer(text, &Lexicon::of(language));
            assert_eq!(cue, expected, "{text:?}");
        }
    }

    #[test]
    fn what_german_words_say() {
        let cases = [
            ("Mach das Licht an.", Cue::Neutral),
            ("Was ist das?", Cue::Neutral),
            ("Das weiß ich nicht.", Cue::Neutral),
            ("Lies mir vor.", Cue::Neutral),
            ("Mach die Tür zu.", Cue::Leaning),
            ("Schalte das Licht ein.", Cue::Leaning),
            ("Danke sehr.", Cue::Leaning),
            ("Und wir?", Cue::Leaning),
            ("Welche?", Cue::Leaning),
            ("Spiel etwas von", Cue::Unfinished),
            ("Kaffee mit Milch und.", Cue::Unfinished),
            ("Kannst du?", Cue::Unfinished),
            ("Ich möchte, ähm.", Cue::FilledPause),
            ("Null eins sieben", Cue::Number),
        ];
        assert_cues(Language::German, &cases);
    }

    #[test]
    fn what_spanish_words_say() {
        let cases = [
            ("Enciende la luz.", Cue::Neutral),
            ("¿Qué hora es?", Cue::Neutral),
            ("Creo que no.", Cue::Neutral),
            ("Dime algo más.", Cue::Neutral),
            ("Otra vez, de nuevo.", Cue::Neutral),
            ("¿Y yo?", Cue::Leaning),
            ("Estoy en contra.", Cue::Leaning),
            ("Dame una.", Cue::Leaning),
            ("Pon música de", Cue::Unfinished),
            ("Quiero un café con.", Cue::Unfinished),
            ("¿Puedes?", Cue::Unfinished),
            ("Quiero, eh.", Cue::FilledPause),
            ("Seis cero cero", Cue::Number),
        ];
        assert_cues(Language::Spanish, &cases);
    }

    #[test]
    fn what_french_words_say() {
        let cases = [
            ("Allume la lumière.", Cue::Neutral),
            ("Je ne sais pas.", Cue::Neutral),
            ("C'est quoi ?", Cue::Neutral),
            ("Moi aussi.", Cue::Neutral),
            ("Merci beaucoup.", Cue::Neutral),
            ("Baisse le son.", Cue::Leaning),
            ("Si.", Cue::Leaning),
            ("C'est trop.", Cue::Leaning),
            ("Je suis contre.", Cue::Leaning),
            ("Mets la musique de", Cue::Unfinished),
            ("Un café avec.", Cue::Unfinished),
            ("Est-ce que tu", Cue::Unfinished),
            ("Peux-tu ?", Cue::Unfinished),
            ("Je voudrais, euh.", Cue::FilledPause),
            ("Zéro six deux", Cue::Number),
        ];
        assert_cues(Language::French, &cases);
    }

    #[test]
    fn what_italian_words_say() {
        let cases = [
            ("Accendi la luce.", Cue::Neutral),
            ("Che ore sono?", Cue::Neutral),
            ("Ancora, di nuovo.", Cue::Neutral),
            ("E allora?", Cue::Neutral),
            ("Perché?", Cue::Leaning),
            ("Questo è mio.", Cue::Leaning),
            ("Mi piace molto.", Cue::Leaning),
            ("Metti la musica di", Cue::Unfinished),
            ("Un caffè con.", Cue::Unfinished),
            ("Puoi?", Cue::Unfinished),
            ("Vorrei, ehm.", Cue::FilledPause),
            ("Zero sei due", Cue::Number),
        ];
        assert_cues(Language::Italian, &cases);
    }

    #[test]
    fn what_chinese_words_say() {
        let cases = [
            ("停", Cue::Neutral),
            ("好的。", Cue::Neutral),
            ("打开厨房的灯", Cue::Neutral),
            ("现在几点了？", Cue::Neutral),
            ("红色的。", Cue::Neutral),
            ("打开灯。嗯", Cue::Neutral),
            ("我要这个。", Cue::Leaning),
            ("我在考虑，", Cue::Leaning),
            ("我要咖啡和", Cue::Unfinished),
            ("我不去，因為。", Cue::Unfinished),
            ("那么你能", Cue::Unfinished),
            ("我想要，呃。", Cue::FilledPause),
            ("一三八", Cue::Number),
        ];
        assert_cues(Language::Chinese, &cases);
    }
}
