//! Lines that begin a chapter: "Chapter 3", "CHAPTER IV. The Sea", "Kapitel zwei", "第三章".

/// A line that is longer is a sentence that begins so. Characters.
const LONGEST: usize = 80;

/// The word for a chapter in the languages that we speak; Italian and Spanish write it with and without the accent.
const CHAPTER: [&str; 6] = [
    "chapter",
    "kapitel",
    "capítulo",
    "capitulo",
    "chapitre",
    "capitolo",
];

/// Numbers that are written out.
const NUMBERS: &str = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen \
    sixteen seventeen eighteen nineteen twenty thirty forty fifty \
    eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf \
    uno dos tres cuatro cinco seis siete ocho nueve diez once doce primero \
    un deux trois quatre cinq six sept huit neuf dix onze douze premier \
    due tre quattro cinque sei sette otto nove dieci undici dodici primo";

/// Whether a paragraph is the heading of a chapter: one line, or a second one with the title. A list of chapters is
/// none.
pub(super) fn is_chapter_line(paragraph: &str) -> bool {
    let mut lines = paragraph.lines();
    let first = lines.next().unwrap_or_default();
    let title = lines.next();
    begins_chapter(first)
        && title.is_none_or(|title| !begins_chapter(title) && is_short(title))
        && lines.next().is_none()
}

fn is_short(line: &str) -> bool {
    line.chars().count() <= LONGEST
}

fn begins_chapter(line: &str) -> bool {
    let line = line.trim();
    if !is_short(line) {
        return false;
    }
    if let Some(rest) = line.strip_prefix('第') {
        let number = rest.split(['章', '回']).next().unwrap_or_default();
        return number.len() < rest.len() && !number.is_empty() && number.chars().all(is_numeral);
    }
    let mut words = line.split_whitespace();
    let word = words.next().unwrap_or_default().to_lowercase();
    let number = words.next().unwrap_or_default();
    CHAPTER.contains(&word.as_str()) && is_number(number)
}

/// A Chinese numeral, or a digit.
fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || "〇零一二三四五六七八九十百千两".contains(c)
}

/// `12`, `IV`, `four`, `twenty-one`, with a mark behind it.
fn is_number(word: &str) -> bool {
    let word = word
        .trim_end_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    let written_out = || {
        let first = word.split('-').next().unwrap_or_default();
        NUMBERS.split_whitespace().any(|number| number == first)
    };
    let is_roman = || word.chars().all(|c| "ivxlc".contains(c));
    !word.is_empty() && (word.chars().all(|c| c.is_ascii_digit()) || is_roman() || written_out())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_chapters_are_known_in_every_language() {
        for line in [
            "Chapter 1",
            "CHAPTER IV. The Sea",
            "Chapter Twenty-One",
            "chapter two: home",
            "CHAPTER I.\nDown the Rabbit-Hole",
            "Kapitel 3",
            "Capítulo uno",
            "Chapitre premier",
            "Capitolo XII",
            "第三章 海",
            "第12回",
        ] {
            assert!(is_chapter_line(line), "{line}");
        }
    }

    #[test]
    fn other_lines_are_none() {
        for line in [
            "Chapter and verse",
            "The chapter 3 was long.",
            "Chapter",
            "Chapters 1 to 3",
            "CHAPTER I. The Sea\nCHAPTER II. The Land",
            "Chapter 1\nThe Sea\nand a third line of the paragraph",
            "第三人",
            "第章",
            "",
        ] {
            assert!(!is_chapter_line(line), "{line}");
        }
        let sentence = format!("Chapter 3 {}", "is where it all began ".repeat(4));
        assert!(!is_chapter_line(&sentence));
    }
}
