//! What is said beside the phrase: what sounds like it, and anything else.

use fastrand::Rng;

use crate::lexicon::words;

/// Names, numbers and commands of the assets: texts with many different words.
static WORDS: [&str; 4] = [
    include_str!("../../../assets/intents/en/calls.toml"),
    include_str!("../../../assets/intents/en/fixed.toml"),
    include_str!("../../../assets/facts/en/countries.toml"),
    include_str!("../../../assets/facts/en/elements.toml"),
];
static CITIES: &str = include_str!("../../../assets/facts/geonames/cities.tsv");
static QUESTIONS: &str = include_str!("../../../assets/questions/en.toml");

/// Short words that stand between the others.
static SMALL: [&str; 36] = [
    "the", "a", "and", "of", "to", "in", "he", "she", "we", "they", "hey", "very", "every",
    "we've", "have", "with", "movie", "baby", "maybe", "city", "easy", "heavy", "happy", "busy",
    "TV", "video", "evening", "seven", "eleven", "living", "village", "week", "weekly", "be", "if",
    "visit",
];

/// Sentences out of a seed; half of them are questions that people ask, half are words in a row.
pub struct Sentences {
    rng: Rng,
    questions: Vec<String>,
    words: Vec<String>,
}

/// The questions of the assistant's own tests.
pub fn questions() -> Vec<String> {
    let said = QUESTIONS.split("say = \"").skip(1);
    said.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
        .collect()
}

impl Sentences {
    /// Sentences of this seed. Every fifth question and word is kept for testing: `for_test` gives only those.
    pub fn new(seed: u64, for_test: bool) -> Self {
        let kept = |n: usize| n.is_multiple_of(5) == for_test;
        let of = |all: Vec<String>| -> Vec<String> {
            let all = all.into_iter().enumerate();
            all.filter(|(n, _)| kept(*n))
                .map(|(_, text)| text)
                .collect()
        };
        let names = CITIES.lines().filter_map(|line| {
            let name = line.split('\t').nth(1)?;
            name.is_ascii().then(|| name.to_owned())
        });
        let texts = WORDS.iter().flat_map(|text| words(text));
        let spoken = |word: &String| {
            word.len() > 2 && word.chars().all(|c| c.is_ascii_alphabetic() || c == ' ')
        };
        let mut all: Vec<String> = texts.chain(names).filter(spoken).collect();
        all.sort();
        all.dedup();
        Self {
            rng: Rng::with_seed(seed),
            questions: of(questions()),
            words: of(all),
        }
    }
}

impl Iterator for Sentences {
    type Item = String;

    /// The next one; they never end.
    fn next(&mut self) -> Option<String> {
        if self.rng.bool() && !self.questions.is_empty() {
            return self.rng.choice(&self.questions).cloned();
        }
        let count = self.rng.usize(5..13);
        let mut said = Vec::new();
        for _ in 0..count {
            said.push(match self.rng.u8(0..3) {
                0 => (*self.rng.choice(&SMALL)?).to_owned(),
                _ => self.rng.choice(&self.words)?.clone(),
            });
        }
        Some(format!("{}.", said.join(" ")))
    }
}

/// What sounds like a phrase and is not: other letters in its words, its words alone, and with others.
pub struct NearMisses {
    rng: Rng,
    words: Vec<String>,
}

/// Said in the place of a word, or beside it.
static BESIDE: [&str; 44] = [
    "maybe",
    "baby",
    "movie",
    "movies",
    "Fifi",
    "Mimi",
    "Debbie",
    "every week",
    "weekly",
    "evening",
    "vivid",
    "video",
    "visit",
    "if we",
    "we",
    "they",
    "Becky",
    "Siri",
    "Jenny",
    "Harry",
    "Emily",
    "Stevie",
    "Eevee",
    "Vicky",
    "Libby",
    "Bibi",
    "navy",
    "gravy",
    "wavy",
    "heavy",
    "levy",
    "Chevy",
    "TV",
    "wifi",
    "Willy",
    "busy",
    "easy",
    "there",
    "guys",
    "you",
    "man",
    "wait",
    "Ruby",
    "Olivia",
];
static BEFORE: [&str; 18] = [
    "hey", "hay", "say", "a", "may", "way", "day", "they", "hi", "he", "pay", "okay", "the", "her",
    "heavy", "have", "and", "in a",
];

impl NearMisses {
    /// Near misses of a phrase, out of a seed.
    pub fn new(phrase: &str, seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            words: words(phrase),
        }
    }

    /// The word with one sound changed.
    fn changed(&mut self, word: &str) -> String {
        static CONSONANTS: [char; 14] = [
            'b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'w', 'z',
        ];
        static VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];
        let letters: Vec<char> = word.chars().collect();
        if letters.is_empty() {
            return String::new();
        }
        let old = letters[self.rng.usize(..letters.len())];
        let choices: &[char] = if VOWELS.contains(&old) {
            &VOWELS
        } else {
            &CONSONANTS
        };
        let new = choices[self.rng.usize(..choices.len())];
        // Everywhere, or at one place.
        if self.rng.bool() {
            word.replace(old, &new.to_string())
        } else {
            word.replacen(old, &new.to_string(), 1)
        }
    }
}

impl Iterator for NearMisses {
    type Item = String;

    /// The next one; they never end.
    fn next(&mut self) -> Option<String> {
        loop {
            let mut said = self.words.clone();
            let last = said.len().checked_sub(1)?;
            match self.rng.u8(0..6) {
                // One of its words alone, or all but one.
                0 if last > 0 => {
                    let gone = self.rng.usize(..=last);
                    said.remove(gone);
                }
                1 => said[last] = (*self.rng.choice(&BESIDE)?).to_owned(),
                2 if last > 0 => said[0] = (*self.rng.choice(&BEFORE)?).to_owned(),
                3 => {
                    let (before, beside) = (self.rng.choice(&BEFORE)?, self.rng.choice(&BESIDE)?);
                    said = vec![(*before).to_owned(), (*beside).to_owned()];
                }
                _ => {
                    let at = self.rng.usize(..=last);
                    said[at] = self.changed(&said[at].clone());
                }
            }
            let text = said.join(" ");
            // Another vowel may be another way to write the same.
            let same = |a: &str| a.replace('y', "i").replace(' ', "");
            if !text.is_empty() && !same(&text).contains(&same(&self.words.join(" "))) {
                return Some(text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_never_the_phrase() {
        let mut misses = NearMisses::new("hey vivi", 3).take(2_000);
        assert!(misses.all(|text| !text.contains("hey vivi") && !text.is_empty()));
    }

    #[test]
    fn sentences_for_testing_are_no_sentences_for_training() {
        let trained: Vec<String> = Sentences::new(1, false).take(400).collect();
        let mut tested = Sentences::new(1, true).take(400);
        assert!(tested.all(|text| !trained.contains(&text)));
    }
}
