//! Which questions are handed to the helper, by their words: what asks for an explanation, a text or a fact, and what
//! is long. Pure. It is asked about what no certain answer and no tool was found for.

use std::ops::Range;

use super::parts;
use crate::events::HandOverReason;
use crate::language::{is_han, sentence_ends};
use crate::lexicon::{Lexicon, word_count, words};
use crate::tools;

/// A question of fewer words is about what was said before: "why not?"
const FEWEST_WORDS: usize = 3;
/// The most parts of a question that are asked separately.
pub const MOST_PARTS: usize = 4;
/// Words of a question that is too involved for a small model.
const LONG_WORDS: usize = 14;

/// Why these words of the user are for the helper; `None` if the first model answers. With `has_tools` the first model
/// may look facts up elsewhere.
pub fn reason(text: &str, lexicon: &Lexicon, has_tools: bool) -> Option<HandOverReason> {
    let helper = &lexicon.helper;
    // "I have three boxes. How many is that?"
    let sentences = sentences(text);
    let last = words(sentences.last()?);
    let asked = Lexicon::after(&helper.leads, &last);
    if word_count(asked) < FEWEST_WORDS {
        return None;
    }
    // In Chinese such a word stands where its answer would.
    let anywhere = text.contains(is_han);
    let asks = |list: &[String]| {
        let phrase = place_of_phrase(list, asked, anywhere);
        phrase.is_some_and(|phrase| !mentions_beside(&helper.not_for_it, asked, &phrase))
    };
    let is_question = text.trim_end().ends_with(['?', '？']);
    if asks(&helper.explain) {
        Some(HandOverReason::Explanation)
    } else if has_tools {
        None
    } else if asks(&helper.facts) {
        Some(HandOverReason::Fact)
    } else {
        let all = words(text);
        let is_long = is_question && word_count(&all) >= LONG_WORDS;
        let is_for_it = || !Lexicon::mentions(&helper.not_for_it, &all);
        (is_long && is_for_it()).then_some(HandOverReason::Long)
    }
}

/// Whether a small model could only guess: what would be for the helper, and what reckons with numbers.
pub fn is_beyond(text: &str, lexicon: &Lexicon) -> bool {
    if reason(text, lexicon, false).is_some() {
        return true;
    }
    let words = words(text);
    let is_number = |word: &&String| tools::is_number(word, lexicon.language);
    // A single one may be nobody's: "is one of them yours?"
    let numbers = words.iter().filter(is_number).count();
    let has_digits = text.contains(|c: char| c.is_ascii_digit());
    let is_question = text.trim_end().ends_with(['?', '？']);
    let is_for_it = || !Lexicon::mentions(&lexicon.helper.not_for_it, &words);
    let asks = || is_question || Lexicon::mentions(&lexicon.helper.facts, &words);
    numbers > 1 && asks() || has_digits && is_question && is_for_it()
}

/// The parts of a question that can be answered apart, each of which is for the helper; none if it is one question, or too
/// many.
pub(super) fn parts_for_helper<'t>(text: &'t str, lexicon: &Lexicon) -> Vec<&'t str> {
    let parts = parts::parts(text, &lexicon.joins, &|part, _| {
        reason(part, lexicon, false).map(|_| part)
    });
    let refers_back = |part: &&str| Lexicon::mentions(&lexicon.helper.refers_back, &words(part));
    if parts.len() > MOST_PARTS || parts.iter().skip(1).any(refers_back) {
        return Vec::new();
    }
    parts
}

/// Where the first phrase of `list` stands among the words, the longest there; only at their beginning unless `anywhere`.
fn place_of_phrase(list: &[String], words: &[String], anywhere: bool) -> Option<Range<usize>> {
    let starts = if anywhere { words.len() } else { 1 };
    (0..starts).find_map(|at| {
        let count = Lexicon::phrases_at_start(list, &words[at..]).next()?;
        Some(at..at + count)
    })
}

/// Whether a phrase of `list` is among the words that is no part of the one at `place`: the "you" of "how do you say" is
/// nobody.
fn mentions_beside(list: &[String], words: &[String], place: &Range<usize>) -> bool {
    (0..words.len()).any(|at| {
        let mut ends = Lexicon::phrases_at_start(list, &words[at..]).map(|count| at + count);
        ends.any(|end| at < place.start || end > place.end)
    })
}

/// The sentences that have words.
fn sentences(text: &str) -> Vec<&str> {
    let mut from = 0;
    let ends = sentence_ends(text).chain([text.len()]);
    let sentences = ends.map(|end| &text[std::mem::replace(&mut from, end)..end]);
    sentences
        .filter(|sentence| !words(sentence).is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn why(text: &str) -> Option<HandOverReason> {
        reason(text, &Lexicon::of(Language::English), false)
    }

    #[test]
    fn questions_of_fact_and_explanation_are_for_the_helper() {
        for (text, expected) in [
            ("Why is the sky blue?", HandOverReason::Explanation),
            (
                "Could you please explain how a fridge works?",
                HandOverReason::Explanation,
            ),
            (
                "Write a short poem about rain.",
                HandOverReason::Explanation,
            ),
            (
                "What's the difference between a virus and a bacterium?",
                HandOverReason::Explanation,
            ),
            ("Who painted the Mona Lisa?", HandOverReason::Fact),
            ("Tell me who wrote Hamlet.", HandOverReason::Fact),
            (
                "At how many degrees Celsius does water boil?",
                HandOverReason::Fact,
            ),
        ] {
            assert_eq!(why(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn talk_and_what_is_about_the_user_or_today_is_for_the_first_model() {
        for text in [
            "Hello there.",
            "Tell me a joke.",
            "I feel a bit sad today.",
            "How are you doing?",
            "How are things going?",
            "How do you feel?",
            "How do you say my name?",
            "Who are you?",
            "What is my sister's name?",
            "What am I allergic to?",
            "Who won the match last night?",
            "What should I cook tonight?",
            "Cats or dogs?",
            "Why not?",
            "What?",
            "",
        ] {
            assert_eq!(why(text), None, "{text}");
        }
    }

    #[test]
    fn every_phrase_can_hand_a_question_over() {
        for language in Language::all() {
            let lexicon = Lexicon::of(language);
            let rest = match language {
                Language::Chinese => "香蕉苹果西瓜",
                _ => " lorem ipsum dolor",
            };
            let helper = &lexicon.helper;
            for (list, expected) in [
                (&helper.explain, HandOverReason::Explanation),
                (&helper.facts, HandOverReason::Fact),
            ] {
                for phrase in list {
                    let text = format!("{phrase}{rest}?");
                    let found = reason(&text, &lexicon, false);
                    assert_eq!(found, Some(expected), "{language}: {text}");
                }
            }
        }
    }

    #[test]
    fn sums_are_beyond_a_small_model_however_their_numbers_are_written() {
        let lexicon = Lexicon::of(Language::English);
        for text in [
            "I bought three apples at forty cents each, how much did I spend",
            "Is ninety seven a prime number?",
            "My car does 40 miles to the gallon, how far does it go with 6?",
        ] {
            assert!(is_beyond(text, &lexicon), "{text}");
        }
        for text in [
            "Is one of them yours?",
            "I have two cats and three dogs.",
            "You are one in a million.",
        ] {
            assert!(!is_beyond(text, &lexicon), "{text}");
        }
    }

    #[test]
    fn two_questions_in_one_breath_are_two() {
        let lexicon = Lexicon::of(Language::English);
        for text in [
            "Why is the sky blue, and how do planes fly?",
            "Why is the sky blue? And how do planes fly?",
            "Tell me why the sky is blue and explain how planes fly.",
        ] {
            assert_eq!(parts_for_helper(text, &lexicon).len(), 2, "{text}");
        }
    }

    #[test]
    fn every_language_has_two_questions_in_one_breath() {
        for (language, text) in [
            (
                Language::German,
                "Warum ist der Himmel blau und warum ist das Gras grün?",
            ),
            (
                Language::Spanish,
                "¿Por qué el cielo es azul y por qué la hierba es verde?",
            ),
            (
                Language::French,
                "Pourquoi le ciel est-il bleu et pourquoi la mer est salée ?",
            ),
            (
                Language::Italian,
                "Perché il cielo è blu e perché l'erba è verde?",
            ),
            (
                Language::Chinese,
                "天空为什么是蓝色的，还有草为什么是绿色的？",
            ),
        ] {
            let parts = parts_for_helper(text, &Lexicon::of(language)).len();
            assert_eq!(parts, 2, "{text}");
        }
    }

    #[test]
    fn a_question_that_needs_its_other_half_is_one() {
        let lexicon = Lexicon::of(Language::English);
        for text in [
            "Who was Napoleon and when did he die?",
            "What is the difference between rain and snow?",
            "Who wrote Hamlet and when?",
            "Why do cats and dogs fight?",
            "I have three boxes of eggs. How many eggs are in a box?",
            "Why is the sky blue?",
        ] {
            let parts = parts_for_helper(text, &lexicon);
            assert!(parts.is_empty(), "{text}: {parts:?}");
        }
    }

    #[test]
    fn the_us_are_not_us() {
        let fact = Some(HandOverReason::Fact);
        assert_eq!(why("Who was the first president of the US?"), fact);
        assert_eq!(why("Who is coming with us?"), None);
    }

    #[test]
    fn the_last_sentence_is_what_is_asked() {
        assert_eq!(
            why("One ticket costs 8.50 dollars. What do five tickets cost?"),
            Some(HandOverReason::Fact)
        );
        assert_eq!(why("Why is the sky blue? Thanks a lot."), None);
    }

    #[test]
    fn a_long_question_is_for_the_helper_however_it_begins() {
        let long =
            "If I drop a feather and a hammer on the moon at the same moment, does one land first?";
        assert_eq!(why(long), Some(HandOverReason::Long));
        assert_eq!(why("If I drop a feather, does it land?"), None);
        let of_the_user =
            "If I take the early train to my sister and come back late at night, is that too long?";
        assert_eq!(why(of_the_user), None);
    }

    #[test]
    fn where_the_first_model_has_tools_it_looks_facts_up_itself() {
        let lexicon = Lexicon::of(Language::English);
        let with_tools = |text: &str| reason(text, &lexicon, true);
        assert_eq!(with_tools("Who painted the Mona Lisa?"), None);
        let explanation = Some(HandOverReason::Explanation);
        assert_eq!(with_tools("Why is the sky blue?"), explanation);
    }

    #[test]
    fn every_language_has_its_questions() {
        for (language, asks, talks) in [
            (
                Language::German,
                "Warum ist der Himmel blau?",
                "Wie geht es dir?",
            ),
            (
                Language::Spanish,
                "¿Por qué es azul el cielo?",
                "¿Cómo te llamas?",
            ),
            (
                Language::French,
                "Pourquoi le ciel est-il bleu ?",
                "Raconte une blague.",
            ),
            (
                Language::Italian,
                "Perché il cielo è blu?",
                "Come ti chiami?",
            ),
            (Language::Chinese, "天空为什么是蓝色的？", "你叫什么名字？"),
        ] {
            let lexicon = Lexicon::of(language);
            assert!(reason(asks, &lexicon, false).is_some(), "{asks}");
            assert_eq!(reason(talks, &lexicon, false), None, "{talks}");
        }
    }
}
