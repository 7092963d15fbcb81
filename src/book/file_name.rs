//! Names of chapters' files: numbered, and safe on every system.

use unicode_normalization::UnicodeNormalization;

use super::Chapter;

/// Bytes of a title in a name at most.
const LONGEST: usize = 60;
/// Digits of a number at least.
const DIGITS: usize = 2;

/// The chapters' files, without an ending: `01-the-beginning`. One without a title is named after its `book`.
pub fn file_names(chapters: &[Chapter], book: &str) -> Vec<String> {
    let digits = chapters.len().to_string().len().max(DIGITS);
    let names = chapters.iter().enumerate().map(|(n, chapter)| {
        let number = format!("{:0digits$}", n + 1);
        match safe(chapter.title.as_deref().unwrap_or(book)) {
            title if title.is_empty() => number,
            title => format!("{number}-{title}"),
        }
    });
    names.collect()
}

/// Small letters without accents, digits, and `-` between words.
fn safe(title: &str) -> String {
    let is_accent = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    let plain = title.nfkd().filter(|c| !is_accent(c)).nfc();
    let plain: String = plain.flat_map(char::to_lowercase).collect();
    let mut name = String::new();
    // "don't" is one word.
    for c in plain.chars().filter(|c| !"'’".contains(*c)) {
        let next = if c.is_alphanumeric() {
            c
        } else if name.is_empty() || name.ends_with('-') {
            continue;
        } else {
            '-'
        };
        if name.len() + next.len_utf8() > LONGEST {
            break;
        }
        name.push(next);
    }
    name.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chapter(title: Option<&str>) -> Chapter {
        Chapter {
            title: title.map(str::to_owned),
            paragraphs: Vec::new(),
        }
    }

    #[test]
    fn names_are_numbered_and_safe() {
        let titles = [
            Some("The Beginning"),
            Some("../Don't: \"Über\" <café>?"),
            Some("???"),
            Some("第三章 海"),
            None,
        ];
        assert_eq!(
            file_names(&titles.map(chapter), "My Book"),
            [
                "01-the-beginning",
                "02-dont-uber-cafe",
                "03",
                "04-第三章-海",
                "05-my-book"
            ]
        );
    }

    #[test]
    fn numbers_are_of_one_length_so_that_files_are_in_order() {
        let chapters = vec![chapter(Some("x")); 100];
        let names = file_names(&chapters, "b");
        assert_eq!((names[0].as_str(), names[99].as_str()), ("001-x", "100-x"));
        assert!(names.is_sorted());
    }

    #[test]
    fn a_long_title_is_cut_within_what_a_name_may_have() {
        let long = chapter(Some(&"海".repeat(300)));
        let name = &file_names(&[long], "b")[0];
        assert!(name.len() <= LONGEST + 3, "{name}");
    }
}
