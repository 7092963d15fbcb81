//! What was said, as words that sentences are compared with.
//!
//! Recognizers write one thing in many ways: "What's 15%?", "what is fifteen percent". Here case,
//! punctuation and contractions go; each word keeps its place in the text, so that a name or a note
//! can be given as it was written. Each Chinese character is a word, as in the lexicons.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::data::Orthography;
use crate::language::{Language, ascii_mark, is_han};
use crate::tools::spoken::is_number_word;

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// In lower case, without punctuation.
    pub text: String,
    /// Where it stands in the text. Both words of "what's" have the place of that.
    pub place: Range<usize>,
    /// Whether a sentence ended before it.
    pub begins_sentence: bool,
    /// Whether it is a number, or a part of one.
    pub is_number: bool,
}

/// How a language is written: contractions, symbols, abbreviations.
#[derive(Debug)]
pub(super) struct Spelling {
    /// What a word, or several joined with spaces, are written as.
    rewrites: HashMap<String, Vec<String>>,
    /// What letters are compared as.
    letters: BTreeMap<char, String>,
    /// Words whose full stop ends no sentence.
    abbreviations: Vec<String>,
    /// Sounds that are no words, wherever they are.
    hesitations: Vec<String>,
    /// One of these that multiplies behind a number, and what it is compared as there.
    multiplies: Option<[String; 2]>,
    /// The minus sign.
    minus: String,
    /// What stands for a name, and what the name is written as there.
    pronouns: BTreeMap<String, String>,
    decimal_comma: bool,
    language: Language,
    longest_rewrite: usize,
}

/// Part of the text without spaces or marks.
struct Piece {
    place: Range<usize>,
    ends_sentence: bool,
}

/// Each is a word of its own, without spaces around it, too.
const SYMBOLS: &str = "+×÷*=%^°&√$£€";

impl Spelling {
    pub(super) fn new(writing: Orthography) -> Self {
        let rewrites: HashMap<String, Vec<String>> = (writing.rewrites.into_iter())
            .map(|(from, to)| (from, to.split_whitespace().map(str::to_owned).collect()))
            .collect();
        let longest = rewrites.keys().map(|from| from.split(' ').count()).max();
        Self {
            rewrites,
            letters: writing.letters,
            abbreviations: writing.abbreviations,
            hesitations: writing.hesitations,
            multiplies: writing.multiplies,
            minus: writing.minus,
            pronouns: writing.pronouns,
            decimal_comma: writing.decimal_comma,
            language: writing.language,
            longest_rewrite: longest.unwrap_or(1),
        }
    }

    /// What names in a text are made of: words, and in Chinese characters, without marks.
    pub(super) fn parts_of_names<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let is_mark = |letter: char| !letter.is_alphanumeric();
        if self.language == Language::Chinese {
            let ends = text
                .char_indices()
                .map(|(at, letter)| (at, at + letter.len_utf8()));
            return ends.map(|(from, to)| &text[from..to]).collect();
        }
        let words = text.split_whitespace();
        let words = words.map(|word| word.trim_matches(is_mark));
        words.filter(|word| !word.is_empty()).collect()
    }

    /// A name of these parts.
    pub(super) fn name_of(&self, parts: &[&str]) -> String {
        let between = if self.language == Language::Chinese {
            ""
        } else {
            " "
        };
        parts.join(between)
    }

    /// The text with a name in the place of its pronoun; none where there is no pronoun, or several.
    pub(super) fn with_name(&self, text: &str, name: &str) -> Option<String> {
        let pieces = self.pieces(text);
        let mut pronouns = pieces.into_iter().filter_map(|piece| {
            let written = self
                .pronouns
                .get(&text[piece.place.clone()].to_lowercase())?;
            Some((piece.place, written))
        });
        let (Some((place, written)), None) = (pronouns.next(), pronouns.next()) else {
            return None;
        };
        let behind = &text[place.end..];
        // "Who killed her?" has nothing behind it that would be hers.
        let owns = behind.contains(char::is_alphanumeric);
        let name = if owns {
            written.replace("{name}", name)
        } else {
            name.to_owned()
        };
        Some([&text[..place.start], &name, behind].concat())
    }

    /// The words of a text, in time linear in its length.
    pub(super) fn words(&self, text: &str) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        let mut begins_sentence = false;
        for piece in self.pieces(text) {
            for mut part in self.parts(&text[piece.place.clone()]) {
                let behind_number =
                    !begins_sentence && words.last().is_some_and(|word| word.is_number);
                match &self.multiplies {
                    Some([heard, word]) if *heard == part && behind_number => part.clone_from(word),
                    _ if self.hesitations.contains(&part) => continue,
                    _ => {}
                }
                words.push(Word {
                    is_number: is_number_word(&part, self.language),
                    text: part,
                    place: piece.place.clone(),
                    begins_sentence,
                });
                begins_sentence = false;
            }
            begins_sentence |= piece.ends_sentence && !words.is_empty();
        }
        let words = self.without_idle_signs(text, words);
        self.rewritten(words)
    }

    /// What was taken to multiply, and has no number behind it, is a hesitation all the same: "zwei mal im Jahr".
    fn without_idle_signs(&self, text: &str, mut words: Vec<Word>) -> Vec<Word> {
        let Some([heard, sign]) = &self.multiplies else {
            return words;
        };
        let are_numbers: Vec<bool> = words.iter().map(|word| word.is_number).collect();
        let mut behind = 0;
        words.retain(|word| {
            behind += 1;
            let is_sign = word.text == *sign && text[word.place.clone()].to_lowercase() == *heard;
            !is_sign || are_numbers.get(behind).copied().unwrap_or(false)
        });
        words
    }

    fn pieces(&self, text: &str) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut begun = None;
        let (mut before, mut rest) = (' ', text.char_indices().peekable());
        while let Some((at, character)) = rest.next() {
            let after = rest.peek().map_or(' ', |&(_, next)| next);
            if is_in_word(before, character, after) {
                begun.get_or_insert(at);
            } else {
                let place = begun.take().map(|from| from..at);
                pieces.extend(place.map(Piece::at));
                let is_minus = matches!(character, '-' | '−') && !before.is_alphanumeric();
                let between_numbers = || {
                    let numbers = text[at..].trim_start_matches(['-', '−', ' ']);
                    let last = pieces.last().map(|piece| &text[piece.place.clone()]);
                    numbers.starts_with(|c: char| c.is_ascii_digit())
                        && last.is_some_and(|last| last.ends_with(|c: char| c.is_ascii_digit()))
                };
                if is_han(character)
                    || SYMBOLS.contains(character)
                    || (character == '/' && before == ' ')
                    || (is_minus && (after.is_ascii_digit() || between_numbers()))
                {
                    pieces.push(Piece::at(at..at + character.len_utf8()));
                }
                let ends = match ascii_mark(character) {
                    '?' | '!' | ';' => true,
                    '.' => before != '.' && after != '.',
                    _ => false,
                };
                if let Some(last) = pieces.last_mut().filter(|_| ends) {
                    let word = &text[last.place.clone()];
                    let is_abbreviated = character == '.' && self.is_abbreviation(word);
                    last.ends_sentence = !is_abbreviated;
                    if is_abbreviated && last.place.end == at {
                        last.place.end += 1;
                    }
                }
            }
            before = character;
        }
        pieces.extend(begun.map(|from| Piece::at(from..text.len())));
        pieces
    }

    fn is_abbreviation(&self, word: &str) -> bool {
        let with_stops = word.contains('.') && !word.starts_with(|c: char| c.is_ascii_digit());
        let is_it = |known: &String| known.eq_ignore_ascii_case(word);
        with_stops || self.abbreviations.iter().any(is_it)
    }

    /// A piece as words: "6pm" is two, and so is "j'ai" where an apostrophe parts words.
    fn parts(&self, piece: &str) -> Vec<String> {
        if matches!(piece, "-" | "−") {
            return vec![self.minus.clone()];
        }
        let mut word: String = piece.to_lowercase().replace('\u{2019}', "'");
        if !word.starts_with(|c: char| c.is_ascii_digit()) {
            word.retain(|c| c != '.');
            if !self.letters.is_empty() {
                word = self.compared_as(&word);
            }
            return word.split_whitespace().map(str::to_owned).collect();
        }
        if self.decimal_comma {
            word = with_decimal_point(&word);
        }
        word.retain(|c| c != ',');
        let digits = word.find(|c: char| c.is_alphabetic()).unwrap_or(word.len());
        let (number, rest) = word.split_at(digits);
        match rest {
            "" | "st" | "nd" | "rd" | "th" => vec![word],
            // "18h30"
            unit => match unit.strip_prefix('h').filter(|minutes| is_digits(minutes)) {
                Some(minutes) => vec![number.to_owned(), "h".to_owned(), minutes.to_owned()],
                None => vec![number.to_owned(), unit.replace('.', "")],
            },
        }
    }

    fn compared_as(&self, word: &str) -> String {
        let mut compared = String::with_capacity(word.len());
        for letter in word.chars() {
            match self.letters.get(&letter) {
                Some(letters) => compared.push_str(letters),
                None => compared.push(letter),
            }
        }
        compared
    }

    fn rewritten(&self, words: Vec<Word>) -> Vec<Word> {
        let mut written = Vec::with_capacity(words.len());
        let mut rest = &words[..];
        // Of a word that is written as nothing the end of the sentence before it stays.
        let mut begins_sentence = false;
        while let [word, others @ ..] = rest {
            begins_sentence |= word.begins_sentence;
            let counts = (1..=self.longest_rewrite.min(rest.len())).rev();
            let found = counts.into_iter().find_map(|count| {
                let texts: Vec<&str> = rest[..count].iter().map(|word| &word.text[..]).collect();
                self.rewrites.get(&texts.join(" ")).map(|to| (count, to))
            });
            let Some((count, to)) = found else {
                written.push(Word {
                    begins_sentence: std::mem::take(&mut begins_sentence),
                    ..word.clone()
                });
                rest = others;
                continue;
            };
            let place = word.place.start..rest[count - 1].place.end;
            written.extend(to.iter().map(|text| Word {
                is_number: is_number_word(text, self.language),
                text: text.clone(),
                place: place.clone(),
                begins_sentence: std::mem::take(&mut begins_sentence),
            }));
            rest = &rest[count..];
        }
        written
    }
}

impl Piece {
    fn at(place: Range<usize>) -> Self {
        Self {
            place,
            ends_sentence: false,
        }
    }
}

/// "1.000,5" as "1000.5"; a time of the day, "18.30", stays.
fn with_decimal_point(number: &str) -> String {
    let end = number.find(|c: char| c.is_alphabetic());
    let (number, unit) = number.split_at(end.unwrap_or(number.len()));
    let (whole, decimals) = match number.split_once(',') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (number, None),
    };
    let mut groups = whole.split('.').skip(1).peekable();
    let are_thousands = groups.peek().is_some() && { groups }.all(|group| group.len() == 3);
    let whole = if are_thousands {
        whole.replace('.', "")
    } else {
        whole.to_owned()
    };
    match decimals {
        Some(decimals) => format!("{whole}.{decimals}{unit}"),
        None => format!("{whole}{unit}"),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a character belongs to the word around it: "p.m.", "1,000", "7:30", "what's".
fn is_in_word(before: char, character: char, after: char) -> bool {
    let between = |is: fn(char) -> bool| is(before) && is(after);
    match character {
        '\'' | '\u{2019}' | '.' => between(char::is_alphanumeric),
        ',' | ':' | '/' => between(|c| c.is_ascii_digit()),
        other => other.is_alphanumeric() && !is_han(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn spelling(language: Language) -> Spelling {
        Spelling::new(super::super::data::bundled(language).writing)
    }

    fn written(text: &str) -> String {
        written_in(Language::English, text)
    }

    fn written_in(language: Language, text: &str) -> String {
        let spelling = spelling(language);
        let words = spelling.words(text).into_iter().map(|word| word.text);
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_recognizers_write_in_many_ways_is_one() {
        for (text, words) in [
            ("What's 15% of 1,000?", "what is 15 percent of 1000"),
            ("Wake me at 7:30 p.m.", "wake me at 7:30 pm"),
            ("Six o'clock, 6 PM", "six o'clock 6 pm"),
            ("a 5-minute timer", "a 5 minute timer"),
            ("Twenty-three", "twenty three"),
            ("6pm, 10km, 3rd", "6 pm 10 km 3rd"),
            ("12 - 5 is −3 or -3.5", "12 minus 5 is minus 3 or minus 3.5"),
            ("12+5 × 3 / 4", "12 plus 5 times 3 divided by 4"),
            ("I’m Anna", "i am anna"),
            ("", ""),
            ("...?!", ""),
        ] {
            assert_eq!(written(text), words, "{text}");
        }
    }

    #[test]
    fn a_hesitation_multiplies_between_numbers_only() {
        for (text, words) in [
            (
                "Was ist zwölf mal sieben?",
                "was ist zwoelf multipliziert sieben",
            ),
            ("Zwei mal im Jahr.", "zwei im jahr"),
            ("Sag mal, wie geht's?", "sag wie geht es"),
            ("Es sind zwei. Mal drei Äpfel.", "es sind zwei drei aepfel"),
        ] {
            assert_eq!(written_in(Language::German, text), words, "{text}");
        }
    }

    #[test]
    fn numbers_are_written_with_a_decimal_point_whatever_the_language_writes() {
        for (text, words) in [
            ("3,5 und 1.000,25", "3.5 und 1000.25"),
            ("um 18.30 Uhr", "um 18.30 uhr"),
            ("1.200 Kilometer", "1200 kilometer"),
        ] {
            assert_eq!(written_in(Language::German, text), words, "{text}");
        }
        assert_eq!(written_in(Language::French, "à 18h30"), "a 18 h 30");
    }

    #[test]
    fn accents_are_compared_as_a_language_says() {
        for (language, text, words) in [
            (Language::German, "Schöne Grüße!", "schoene gruesse"),
            (
                Language::Spanish,
                "¿Qué día es mañana?",
                "que dia es mañana",
            ),
            (Language::French, "J’ai où l'été", "j ai ou l ete"),
            (Language::Italian, "Com'è? Perché l'ho", "com e perche l ho"),
        ] {
            assert_eq!(written_in(language, text), words);
        }
    }

    #[test]
    fn each_chinese_character_is_a_word_with_its_place() {
        let (text, spelling) = ("打开USB灯。谢谢！", spelling(Language::Chinese));
        let words = spelling.words(text);
        let texts: Vec<&str> = words.iter().map(|word| &word.text[..]).collect();
        assert_eq!(texts, ["打", "开", "usb", "灯", "谢", "谢"]);
        assert_eq!(&text[words[3].place.clone()], "灯");
        let starts: Vec<bool> = words.iter().map(|word| word.begins_sentence).collect();
        assert_eq!(starts, [false, false, false, false, true, false]);
    }

    #[test]
    fn a_sentence_begins_after_the_end_of_another() {
        let spelling = spelling(Language::English);
        let starts = |text: &str| {
            let words = spelling.words(text).into_iter();
            let starts = words.filter(|word| word.begins_sentence);
            starts.map(|word| word.text).collect::<Vec<_>>()
        };
        assert_eq!(starts("Stop. Go on! Who? Me"), ["go", "who", "me"]);
        assert!(starts("At 6 p.m. with Mr. Smith for... an hour and 3.5 minutes.").is_empty());
    }
}
