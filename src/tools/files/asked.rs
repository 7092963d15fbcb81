//! The words that a question looks for. Pure.

use crate::language::is_han;

/// Words that say nothing about what is looked for.
#[rustfmt::skip]
const EMPTY: &[&str] = &[
    "a", "an", "the", "my", "your", "our", "his", "her", "their", "i", "me", "you", "we", "is", "are", "was",
    "were", "am", "be", "do", "does", "did", "have", "has", "that", "this", "it", "of", "on", "in", "at",
    "to", "for", "and", "or", "from", "with", "by", "what", "where", "when", "who", "how", "which", "about",
    "any", "anything", "something", "some", "there", "please", "all",
];
const APOSTROPHES: [char; 2] = ['\'', '\u{2019}'];

/// The words of a question that tell what it looks for, in lower case, each once; all of its words if none tells.
pub(in crate::tools) fn words(query: &str) -> Vec<String> {
    let telling = telling_words(query);
    if telling.is_empty() {
        all_words(query)
    } else {
        telling
    }
}

/// The words that tell what a text is about, each once; there may be none. What is erased is found by these.
pub(in crate::tools) fn telling_words(text: &str) -> Vec<String> {
    let mut telling: Vec<String> = Vec::new();
    for word in all_words(text) {
        if !EMPTY.contains(&word.as_str()) && !telling.contains(&word) {
            telling.push(word);
        }
    }
    telling
}

/// Whether a text has all of the words, one form for one thing and several.
pub(in crate::tools) fn has_words(text: &str, words: &[String]) -> bool {
    let there = all_words(text);
    // Words of Chinese are not parted.
    let together = there.concat();
    let has = |word: &String| {
        word.contains(is_han) && together.contains(word)
            || there
                .iter()
                .any(|other| one_thing(other) == one_thing(word))
    };
    !words.is_empty() && words.iter().all(has)
}

fn all_words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric() && !APOSTROPHES.contains(&c));
    let words = parts.map(|part| {
        let word = part.trim_matches(APOSTROPHES).to_lowercase();
        let owner = word
            .strip_suffix("'s")
            .or_else(|| word.strip_suffix("\u{2019}s"));
        owner.map(str::to_owned).unwrap_or(word)
    });
    words.filter(|word| !word.is_empty()).collect()
}

fn one_thing(word: &str) -> &str {
    let one = word.strip_suffix('s').filter(|one| one.len() > 2);
    one.unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_looks_for_the_words_that_tell() {
        for (query, expected) in [
            ("the plumber's number", vec!["plumber", "number"]),
            (
                "Anna's birthday and Anna\u{2019}s cake",
                vec!["anna", "birthday", "cake"],
            ),
            ("where is it", vec!["where", "is", "it"]),
            ("Zürich-West, 2026?", vec!["zürich", "west", "2026"]),
            ("...", vec![]),
        ] {
            assert_eq!(words(query), expected, "{query}");
        }
    }

    #[test]
    fn a_note_has_the_words_in_any_order() {
        let wanted = words("keys of the cellar");
        assert!(has_words("The cellar key hangs behind the door", &wanted));
        assert!(!has_words("The key hangs behind the door", &wanted));
        assert!(!has_words("anything", &[]));
        assert!(has_words("我的 自行车坏了。", &words("自行车")));
    }
}
