//! What is said in other languages, in the words that the readers know.
//!
//! The readers of numbers, lengths of time, moments and sums know English words. What was said in another
//! language is put into these first, phrase by phrase, by a table of that language:
//!
//! ```text
//! "zehn vor halb sechs" -> 10 vor halb 6 -> "{n-1}:20" -> "5:20"
//! ```
//!
//! A word that is in no phrase becomes [`UNKNOWN`], which no reader knows. So a text is understood as a whole or
//! not at all, as in English. The tables are `assets/tools/LANG/words.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::duration;
use super::numerals::Numerals;
use super::words::{Words, sign, split};
use crate::language::{Language, is_han};

/// A word of none of the phrases.
const UNKNOWN: &str = "\u{FFFD}";

/// What a text is about: one word may be an hour of the clock or of a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tools) enum About {
    /// A number, or a sum.
    Numbers,
    /// A length of time.
    Lengths,
    /// A moment, a day, or a time of the day.
    Times,
}

/// The words of a text as the readers know them.
pub(in crate::tools) fn readable(text: &str, language: Language, about: About) -> Vec<String> {
    match Translation::of(language) {
        Some(translation) => translation.words(text, about),
        None => split(text),
    }
}

/// Whether a word is a number, in words or in digits, or a part of one.
pub fn is_number_word(word: &str, language: Language) -> bool {
    let in_digits = || {
        let (whole, part) = word.split_once('.').unwrap_or((word, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits(whole) && digits(part)
    };
    in_digits() || Translation::of(language).is_some_and(|known| known.numbers.has(word))
}

/// A table as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// What letters are compared as.
    #[serde(default)]
    letters: BTreeMap<char, String>,
    /// A comma stands before decimals, and a full stop between thousands.
    #[serde(default)]
    decimal_comma: bool,
    numbers: Numerals,
    /// Words for the days of a month, which a phrase takes with `{th}`.
    #[serde(default)]
    ordinals: BTreeMap<String, u64>,
    /// Phrases in all texts, with what they are in English. `{n}` and `{m}` are whole numbers; what `{th}` took is
    /// `{n}` there.
    words: BTreeMap<String, String>,
    /// Before a length of time that is counted from now.
    #[serde(default)]
    within: Vec<String>,
    /// Behind one.
    #[serde(default)]
    from_now: Vec<String>,
    /// Phrases about one thing, which go before the others.
    #[serde(default)]
    sums: BTreeMap<String, String>,
    #[serde(default)]
    lengths: BTreeMap<String, String>,
    #[serde(default)]
    times: BTreeMap<String, String>,
}

/// The table of one language.
struct Translation {
    letters: BTreeMap<char, String>,
    decimal_comma: bool,
    numbers: Numerals,
    ordinals: BTreeMap<String, u64>,
    within: Vec<Vec<Token>>,
    from_now: Vec<Vec<Token>>,
    /// Those about each thing, the longest first.
    sums: Vec<Phrase>,
    lengths: Vec<Phrase>,
    times: Vec<Phrase>,
}

struct Phrase {
    parts: Vec<Part>,
    /// In the readers' words, with places for the numbers.
    meaning: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Is(Token),
    /// The first or the second number.
    Number(usize),
    /// The first number, as a word for a day of a month: "dritten".
    Ordinal,
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    /// In digits, without separators of thousands, with a decimal point.
    Digits(String),
    /// A sign, in the readers' words.
    Sign(String),
}

macro_rules! table {
    ($code:literal) => {
        LazyLock::new(|| {
            let file = include_str!(concat!("../../../assets/tools/", $code, "/words.toml"));
            let written =
                toml::from_str(file).expect("the bundled tables are held valid by a test");
            Translation::new(written)
        })
    };
}

static GERMAN: LazyLock<Translation> = table!("de");
static SPANISH: LazyLock<Translation> = table!("es");
static FRENCH: LazyLock<Translation> = table!("fr");
static ITALIAN: LazyLock<Translation> = table!("it");
static CHINESE: LazyLock<Translation> = table!("zh");

impl Translation {
    /// That of a language; English needs none.
    fn of(language: Language) -> Option<&'static Self> {
        match language {
            Language::English => None,
            Language::German => Some(&GERMAN),
            Language::Spanish => Some(&SPANISH),
            Language::French => Some(&FRENCH),
            Language::Italian => Some(&ITALIAN),
            Language::Chinese => Some(&CHINESE),
        }
    }

    fn new(written: Written) -> Self {
        let mut known = Self {
            letters: written.letters,
            decimal_comma: written.decimal_comma,
            numbers: written.numbers,
            ordinals: written.ordinals,
            within: Vec::new(),
            from_now: Vec::new(),
            sums: Vec::new(),
            lengths: Vec::new(),
            times: Vec::new(),
        };
        let tokens = |phrases: Vec<String>| phrases.iter().map(|one| known.tokens(one)).collect();
        let (within, from_now) = (tokens(written.within), tokens(written.from_now));
        let phrases = |own: &BTreeMap<String, String>| {
            // Of two phrases that are as long as each other, one about this thing comes first.
            let mut phrases: Vec<Phrase> = (own.iter().chain(&written.words))
                .map(|(said, meaning)| known.phrase(said, meaning))
                .collect();
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.parts.len()));
            phrases
        };
        let sums = phrases(&written.sums);
        let lengths = phrases(&written.lengths);
        let times = phrases(&written.times);
        (known.within, known.from_now) = (within, from_now);
        (known.sums, known.lengths, known.times) = (sums, lengths, times);
        known
    }

    fn phrase(&self, said: &str, meaning: &str) -> Phrase {
        let mut parts = Vec::new();
        let mut rest = said;
        while let Some((before, after)) = rest.split_once('{') {
            parts.extend(self.tokens(before).into_iter().map(Part::Is));
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            parts.push(match name {
                "th" => Part::Ordinal,
                name => Part::Number(usize::from(name == "m")),
            });
            rest = after;
        }
        parts.extend(self.tokens(rest).into_iter().map(Part::Is));
        let meaning = meaning.split_whitespace().map(str::to_owned).collect();
        Phrase { parts, meaning }
    }

    /// The words of a text; what only separates is left out.
    fn tokens(&self, text: &str) -> Vec<Token> {
        let mut compared = String::with_capacity(text.len());
        for letter in text.to_lowercase().chars() {
            match self.letters.get(&letter) {
                Some(letters) => compared.push_str(letters),
                None => compared.push(letter),
            }
        }
        let characters: Vec<char> = compared.chars().collect();
        let (mut tokens, mut at) = (Vec::new(), 0);
        while let Some(&first) = characters.get(at) {
            let run = |is: &dyn Fn(char) -> bool| {
                let rest = characters[at..].iter();
                rest.take_while(|c| is(**c)).count()
            };
            let length = if first.is_ascii_digit() {
                let length = digits_length(&characters[at..]);
                let written: String = characters[at..at + length].iter().collect();
                tokens.push(Token::Digits(self.digits(&written)));
                length
            } else if is_han(first) {
                tokens.push(Token::Word(first.into()));
                1
            } else if first.is_alphabetic() {
                let length = run(&|c| c.is_alphabetic() && !is_han(c));
                let word = characters[at..at + length].iter().collect();
                tokens.push(Token::Word(word));
                length
            } else {
                let signs = sign(&characters, at).iter();
                tokens.extend(signs.map(|&sign| Token::Sign(sign.to_owned())));
                1
            };
            at += length;
        }
        tokens
    }

    /// "1.000,5" as "1000.5" where the comma is decimal; "1,000.5" elsewhere.
    fn digits(&self, written: &str) -> String {
        if !self.decimal_comma {
            return written.replace(',', "");
        }
        let (whole, decimals) = written.split_once(',').unwrap_or((written, ""));
        let groups: Vec<&str> = whole.split('.').collect();
        let are_thousands = groups.len() > 1 && groups[1..].iter().all(|group| group.len() == 3);
        let whole = if are_thousands {
            groups.concat()
        } else {
            whole.to_owned()
        };
        match decimals {
            "" => whole,
            decimals => format!("{whole}.{decimals}"),
        }
    }

    fn words(&self, text: &str, about: About) -> Vec<String> {
        let tokens = self.tokens(text);
        if about == About::Times
            && let Some(words) = self.read_from_now(&tokens)
        {
            return words;
        }
        self.translated(&tokens, about)
    }

    /// "in zehn Minuten", "十分钟后": a length of time from now.
    fn read_from_now(&self, tokens: &[Token]) -> Option<Vec<String>> {
        let within = self.within.iter();
        let within = { within }.find_map(|before| tokens.strip_prefix(&before[..]));
        let behind = || {
            let from_now = self.from_now.iter();
            { from_now }.find_map(|behind| tokens.strip_suffix(&behind[..]))
        };
        let length = within.or_else(behind)?;
        let words = self.translated(length, About::Lengths);
        let is_length = duration::is_all(&words, Words::known());
        is_length.then(|| [vec!["in".to_owned()], words].concat())
    }

    fn translated(&self, tokens: &[Token], about: About) -> Vec<String> {
        let phrases = match about {
            About::Numbers => &self.sums,
            About::Lengths => &self.lengths,
            About::Times => &self.times,
        };
        let (mut words, mut rest) = (Vec::new(), tokens);
        while !rest.is_empty() {
            let found = phrases.iter().find_map(|phrase| {
                let (numbers, used) = self.begins(rest, phrase)?;
                Some((phrase.meant(numbers)?, used))
            });
            let (said, used) = found.unwrap_or_else(|| self.alone(rest));
            words.extend(said);
            rest = &rest[used..];
        }
        words
    }

    /// A number, a sign, or a word of no phrase.
    fn alone(&self, tokens: &[Token]) -> (Vec<String>, usize) {
        if let Some((number, used)) = self.number(tokens) {
            return (vec![number.to_string()], used);
        }
        let word = match &tokens[0] {
            Token::Digits(word) | Token::Sign(word) => word.clone(),
            Token::Word(_) => UNKNOWN.to_owned(),
        };
        (vec![word], 1)
    }

    /// A whole number in words or in digits.
    fn number(&self, tokens: &[Token]) -> Option<(u64, usize)> {
        let words = tokens.iter().map_while(|token| match token {
            Token::Word(word) | Token::Digits(word) => Some(word.clone()),
            Token::Sign(_) => None,
        });
        // No number has more words.
        let words: Vec<String> = words.take(24).collect();
        self.numbers.read(&words)
    }

    /// The two numbers of a phrase that the tokens begin with, and how many tokens it takes.
    fn begins(&self, tokens: &[Token], phrase: &Phrase) -> Option<([Option<u64>; 2], usize)> {
        let (mut numbers, mut used) = ([None; 2], 0);
        for part in &phrase.parts {
            let rest = &tokens[used..];
            used += match part {
                Part::Is(Token::Digits(digits)) => {
                    let (number, used) = self.number(rest)?;
                    (digits.parse() == Ok(number)).then_some(used)?
                }
                Part::Is(token) => (rest.first() == Some(token)).then_some(1)?,
                Part::Number(which) => {
                    let (number, used) = self.number(rest)?;
                    numbers[*which] = Some(number);
                    used
                }
                Part::Ordinal => {
                    let Some(Token::Word(word)) = rest.first() else {
                        return None;
                    };
                    numbers[0] = Some(*self.ordinals.get(word)?);
                    1
                }
            };
        }
        (used > 0).then_some((numbers, used))
    }
}

impl Phrase {
    /// What it means with these numbers; none if they are none of a clock.
    fn meant(&self, [n, m]: [Option<u64>; 2]) -> Option<Vec<String>> {
        let is_clock = |word: &String| word.contains(':');
        if self.meaning.iter().any(is_clock) && (n > Some(24) || m > Some(59)) {
            return None;
        }
        let (n, m) = (n.unwrap_or(0), m.unwrap_or(0));
        let before = match n {
            0 => 23,
            1 => 12,
            n => n - 1,
        };
        let filled = self.meaning.iter().map(|word| {
            word.replace("{n}", &n.to_string())
                .replace("{n-1}", &before.to_string())
                .replace("{m}", &m.to_string())
                .replace("{mm}", &format!("{m:02}"))
        });
        Some(filled.collect())
    }
}

/// How many characters of a number in digits there are: "1.000,5", "18:30".
fn digits_length(characters: &[char]) -> usize {
    let mut length = 0;
    while let Some(character) = characters.get(length) {
        let is_within = matches!(character, '.' | ',' | ':')
            && characters.get(length + 1).is_some_and(char::is_ascii_digit);
        if !character.is_ascii_digit() && !is_within {
            break;
        }
        length += 1;
    }
    length
}
