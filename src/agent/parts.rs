//! Several questions or requests in one breath: "Why is the sky blue, and how do planes fly?" Pure.

use std::ops::Range;

use crate::language::{is_han, sentence_ends};
use crate::lexicon::words;

/// More pieces are a story, and no list of questions.
const MOST_PIECES: usize = 8;

/// What a part means, if it is whole; with what the part before it means.
type Meaning<'a, 't, T> = &'a dyn Fn(&'t str, Option<&T>) -> Option<T>;

/// The meanings of the parts of a text, which is parted into as few as possible that each have a meaning; nothing if it cannot
/// be parted. Words that join the parts ("and then") belong to none of them.
pub(super) fn parts<'t, T>(text: &'t str, joins: &[String], meaning: Meaning<'_, 't, T>) -> Vec<T> {
    let pieces = pieces(text, joins);
    if pieces.len() > MOST_PIECES {
        return Vec::new();
    }
    let first_part = (1..pieces.len()).rev();
    { first_part }
        .find_map(|first| parted(text, &pieces, first, None, meaning))
        .unwrap_or_default()
}

/// The meaning of the longest beginning of a text that has one, and the text behind that beginning.
pub(super) fn beginning<'t, T>(
    text: &'t str,
    joins: &[String],
    meaning: &dyn Fn(&'t str) -> Option<T>,
) -> Option<(T, &'t str)> {
    let pieces = pieces(text, joins);
    let ends = (1..pieces.len().min(MOST_PIECES)).rev();
    { ends }.find_map(|end| {
        let found = meaning(&text[pieces[0].start..pieces[end - 1].end])?;
        Some((found, &text[pieces[end].start..]))
    })
}

/// Parts the pieces so that the first part has `first` of them; of the others each is made as long as possible.
fn parted<'t, T>(
    text: &'t str,
    pieces: &[Range<usize>],
    first: usize,
    before: Option<&T>,
    meaning: Meaning<'_, 't, T>,
) -> Option<Vec<T>> {
    let (taken, rest) = pieces.split_at(first);
    let part = meaning(&text[taken.first()?.start..taken.last()?.end], before)?;
    let mut others = Vec::new();
    if !rest.is_empty() {
        let next_part = (1..=rest.len()).rev();
        let parted = |next| parted(text, rest, next, Some(&part), meaning);
        others = { next_part }.find_map(parted)?;
    }
    others.insert(0, part);
    Some(others)
}

/// What stands between the ends of sentences, commas and words that join, without these.
fn pieces(text: &str, joins: &[String]) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let mut from = 0;
    let ends = sentence_ends(text).chain([text.len()]);
    for end in ends {
        cuts.extend(clauses(text, from..end, joins));
        from = end;
    }
    let has_words = |piece: &Range<usize>| !words(&text[piece.clone()]).is_empty();
    cuts.retain(has_words);
    cuts
}

/// The clauses of one sentence.
fn clauses(text: &str, sentence: Range<usize>, joins: &[String]) -> Vec<Range<usize>> {
    let (mut clauses, mut from, mut at) = (Vec::new(), sentence.start, sentence.start);
    while at < sentence.end {
        let rest = &text[at..sentence.end];
        match join_at(rest, joins, is_at_word(text, at)) {
            Some(length) => {
                clauses.push(trimmed(text, from..at));
                at += length;
                from = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    clauses.push(trimmed(text, from..sentence.end));
    clauses
}

/// Whether a word may begin here.
fn is_at_word(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    before.is_none_or(char::is_whitespace)
}

/// How many bytes a comma or a word that joins has with which this begins, if it does. The longest counts.
fn join_at(rest: &str, joins: &[String], at_word: bool) -> Option<usize> {
    let comma = rest.strip_prefix(", ").or_else(|| rest.strip_prefix('，'));
    if let Some(behind) = comma {
        return Some(rest.len() - behind.len());
    }
    let length = |join: &String| {
        let is_han = join.starts_with(is_han);
        let begins = rest.get(..join.len())?;
        let ends = rest[join.len()..].chars().next()?;
        let is_it = begins.eq_ignore_ascii_case(join)
            && (is_han || at_word && (ends.is_whitespace() || ends == ','));
        is_it.then_some(join.len())
    };
    joins.iter().filter_map(length).max()
}

/// Without what stands around the words of a piece, but for the mark at its end.
fn trimmed(text: &str, piece: Range<usize>) -> Range<usize> {
    let is_around = |c: char| c.is_whitespace() || matches!(c, ',' | '，' | ';' | '、');
    let inner = text[piece.clone()].trim_start_matches(is_around);
    let start = piece.end - inner.len();
    start..start + inner.trim_end_matches(is_around).len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::lexicon::Lexicon;

    fn parted_in(language: Language, text: &str) -> Vec<&str> {
        parts(text, &Lexicon::of(language).joins, &|part, _| Some(part))
    }

    /// Parted where each part has one of these words.
    fn parted_by<'t>(text: &'t str, known: &[&str]) -> Vec<&'t str> {
        let joins = Lexicon::of(Language::English).joins;
        parts(text, &joins, &|part, _| {
            let words = known.iter().filter(|word| part.contains(**word));
            (words.count() == 1).then_some(part)
        })
    }

    #[test]
    fn sentences_commas_and_words_that_join_part_a_text() {
        for text in [
            "Set a timer and buy milk.",
            "Set a timer, buy milk.",
            "Set a timer, and then buy milk.",
            "Set a timer. And buy milk.",
            "Set a timer then, and also, buy milk.",
        ] {
            let found = parted_by(text, &["timer", "milk"]);
            assert_eq!(found.len(), 2, "{text}: {found:?}");
            assert!(found[0].starts_with("Set a timer"), "{found:?}");
            assert_eq!(found[1], "buy milk.", "{text}");
        }
    }

    #[test]
    fn what_belongs_together_stays_together() {
        let text = "Add milk and eggs to the list and set a timer";
        let found = parted_by(text, &["list", "timer"]);
        assert_eq!(found, ["Add milk and eggs to the list", "set a timer"]);
    }

    #[test]
    fn what_cannot_be_parted_is_left_alone() {
        assert!(parted_by("Set a timer", &["timer"]).is_empty());
        assert!(parted_by("Set a timer and hop", &["timer"]).is_empty());
        assert!(parted_by("A sandy timer of milk", &["timer", "milk"]).is_empty());
        assert!(parted_by("", &["timer"]).is_empty());
    }

    #[test]
    fn a_part_may_be_about_the_one_before() {
        let joins = Lexicon::of(Language::English).joins;
        let found = parts("two and three and four", &joins, &|part, before| {
            Some(format!("{}{part}", before.map_or("", String::as_str)))
        });
        assert_eq!(found, ["two and three", "two and threefour"]);
    }

    #[test]
    fn the_longest_beginning_counts_that_means_something() {
        let joins = Lexicon::of(Language::English).joins;
        let found = |text| beginning(text, &joins, &|part| part.ends_with("list").then_some(part));
        let expected = ("Add milk and eggs to the list", "dance.");
        assert_eq!(
            found("Add milk and eggs to the list and dance."),
            Some(expected)
        );
        assert_eq!(found("Add milk and eggs to the list"), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn a_story_is_not_tried() {
        let story = "timer, ".repeat(30);
        assert!(parted_by(&story, &["timer"]).is_empty());
    }

    #[test]
    fn chinese_needs_no_spaces() {
        let text = "天空为什么是蓝色的，还有飞机怎么飞？";
        let found = parted_in(Language::Chinese, text);
        assert_eq!(found.last(), Some(&"飞机怎么飞？"), "{found:?}");
    }

    #[test]
    fn letters_of_several_bytes_are_no_trouble() {
        let text = "Où est-il né et où vit-il, çà et là ?";
        let found = parted_in(Language::French, text);
        assert!(found.len() > 1, "{found:?}");
    }
}
