//! The part of a passage that is spoken: one or two sentences, or some items of a list. Pure.

/// Marks the begin and the end of a word that was asked for. Nothing in the index holds them.
pub const MARKS: [char; 2] = ['\u{1}', '\u{2}'];

/// Characters that are said.
const MOST_SAID: usize = 240;
/// Sentences that are said.
const MOST_SENTENCES: usize = 2;
/// Items of a list that are said.
const MOST_ITEMS: usize = 6;
/// Characters that are said before the first word that was asked for, where a sentence is cut.
const BEFORE: usize = 60;

/// What is said of a passage in which the words that were asked for are marked: what holds most of them, and
/// what follows that, as far as it is short.
pub fn excerpt(marked: &str) -> String {
    excerpt_with(marked, ".", ", and so on.")
}

/// The same in any language: with the stop of its sentences, and what stands behind words that are cut.
pub fn excerpt_with(marked: &str, stop: &str, and_so_on: &str) -> String {
    let pieces: Vec<&str> = marked.lines().flat_map(sentences).collect();
    let marks = |piece: &str| piece.chars().filter(|c| *c == MARKS[0]).count();
    let most = pieces.iter().map(|piece| marks(piece)).max().unwrap_or(0);
    let first = pieces.iter().position(|piece| marks(piece) == most);
    let pieces = &pieces[first.unwrap_or(0)..];
    let Some(begin) = pieces.first() else {
        return String::new();
    };
    if without_marks(begin).chars().count() > MOST_SAID {
        return shortened(begin, stop, and_so_on);
    }
    let mut said = String::new();
    let (mut sentences, mut items) = (0, 0);
    for piece in pieces {
        let piece = without_marks(piece);
        let count = if is_sentence(&piece) {
            &mut sentences
        } else {
            &mut items
        };
        *count += 1;
        let long = said.chars().count() + piece.chars().count() > MOST_SAID;
        if sentences > MOST_SENTENCES || items > MOST_ITEMS || long && !said.is_empty() {
            break;
        }
        if !said.is_empty() {
            said.push_str(if is_sentence(&said) { " " } else { ", " });
        }
        said.push_str(&piece);
    }
    ended(said, stop)
}

/// The sentences of a line, each with its end.
fn sentences(line: &str) -> Vec<&str> {
    let (mut sentences, mut begin) = (Vec::new(), 0);
    let mut letters = line.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let after = at + letter.len_utf8();
        let next = letters.peek().map(|(_, next)| *next);
        let ends = match letter {
            '.' | '!' | '?' => next.is_some_and(char::is_whitespace),
            '。' | '！' | '？' => true,
            _ => false,
        };
        // "Dr. Smith", "a. m.": the end of a sentence has a longer word before it.
        let word = line[begin..at]
            .rsplit(char::is_whitespace)
            .next()
            .unwrap_or_default();
        if ends && (letter != '.' || word.chars().filter(|c| c.is_alphanumeric()).count() > 2) {
            sentences.push(line[begin..after].trim());
            begin = after;
        }
    }
    sentences.push(line[begin..].trim());
    sentences.retain(|sentence| sentence.contains(char::is_alphanumeric));
    sentences
}

fn is_sentence(text: &str) -> bool {
    text.ends_with(['.', '!', '?', '。', '！', '？', ':'])
}

fn without_marks(text: &str) -> String {
    text.replace(MARKS, "")
}

/// A part of a sentence that is too long, around the first word that was asked for.
fn shortened(sentence: &str, stop: &str, and_so_on: &str) -> String {
    let mark = sentence.find(MARKS[0]).unwrap_or(0);
    let from = sentence[..mark].char_indices().rev().nth(BEFORE);
    let from = from.map_or(0, |(at, _)| {
        let word = sentence[at..mark].find(char::is_whitespace);
        word.map_or(mark, |word| at + word)
    });
    let rest = without_marks(sentence[from..].trim_start());
    let Some((end, _)) = rest.char_indices().nth(MOST_SAID) else {
        return ended(rest, stop);
    };
    let cut = rest[..end].rfind(char::is_whitespace).unwrap_or(end);
    let cut = rest[..cut].trim_end_matches(|c: char| !c.is_alphanumeric());
    format!("{cut}{and_so_on}")
}

/// With the end of a sentence.
fn ended(mut text: String, stop: &str) -> String {
    if text.ends_with([',', ';', ':', '-']) {
        text.pop();
    }
    if !is_sentence(&text) {
        text.push_str(stop);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks are written as brackets.
    fn said(text: &str) -> String {
        excerpt(&text.replace('[', "\u{1}").replace(']', "\u{2}"))
    }

    #[test]
    fn the_sentence_with_most_of_the_words_is_said_and_the_next() {
        let text = "The [boiler] is old. The [boiler] was [repaired] in May. It cost 90 pounds. It is loud.";
        assert_eq!(
            said(text),
            "The boiler was repaired in May. It cost 90 pounds."
        );
    }

    #[test]
    fn items_of_a_list_are_said_as_one() {
        assert_eq!(said("milk\n[eggs]\nbread\n"), "eggs, bread.");
        let many = format!("[a1]\n{}", "item\n".repeat(20));
        assert_eq!(said(&many).matches("item").count(), MOST_ITEMS - 1);
    }

    #[test]
    fn without_a_mark_it_begins_at_the_begin() {
        assert_eq!(said("Gate 4. Seat 12."), "Gate 4. Seat 12.");
    }

    #[test]
    fn an_abbreviation_ends_no_sentence() {
        let text = "See [Dr. Smith] at 9 a. m. sharp. Bring the letter. And more.";
        assert_eq!(
            said(text),
            "See Dr. Smith at 9 a. m. sharp. Bring the letter."
        );
    }

    #[test]
    fn a_long_sentence_is_cut_around_the_word() {
        let text = format!("{}the [needle] {}", "hay ".repeat(200), "hay ".repeat(200));
        let said = said(&text);
        assert!(said.contains("the needle hay"), "{said}");
        assert!(said.ends_with("hay, and so on."), "{said}");
        assert!(said.chars().count() < MOST_SAID + 20);
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        assert_eq!(said(""), "");
        assert_eq!(said("---\n...\n"), "");
    }

    #[test]
    fn letters_of_all_scripts_are_cut_between_characters() {
        let text = format!("[ß]{}", "ß".repeat(1_000));
        assert!(said(&text).chars().count() <= MOST_SAID + 20);
    }
}
