//! How much a PDF's map from the codes of a font to letters (`ToUnicode`) grows to when it is read. Pure.
//!
//! `lopdf` writes out each code of each range, and copies a list of letters when something else parts its range. So
//! the map is measured before. It counts at least what `lopdf` would read: what is not as `lopdf` wants it,
//! `lopdf` does not read at all.

/// Codes of one font, each times the letters that it stands for. Codes of two bytes are 65,536, and some maps say
/// some of them twice.
const MOST_CODES: usize = 80_000;
/// Ranges that say how long a code is: all of them are looked through for each byte that is shown.
const MOST_CODE_SPACES: usize = 256;

/// The codes of a map, each times the letters that it stands for. None if it is not to be read.
pub(super) fn codes(map: &[u8]) -> Option<usize> {
    let (Some(begin), Some(end)) = (find(map, b"begincmap"), find_last(map, b"endcmap")) else {
        return Some(0);
    };
    let map = map.get(begin..end).unwrap_or_default();
    // A remark may hold the end of a section that goes on. Maps have none here.
    if map.contains(&b'%') {
        return None;
    }
    let mut count = Count::default();
    let mut rest = map;
    while let Some((first, behind)) = rest.split_first() {
        let named = KEYWORDS.iter().find(|(word, _)| rest.starts_with(word));
        if let Some((word, section)) = named {
            count.begin(*section);
            rest = &rest[word.len()..];
        } else {
            rest = match first {
                b'<' if count.section != Section::None => count.take_string(behind),
                _ => behind,
            };
            count.take_bracket(*first);
        }
        if count.codes > MOST_CODES || count.code_spaces > MOST_CODE_SPACES {
            return None;
        }
    }
    (!count.copies_lists()).then_some(count.codes)
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Section {
    #[default]
    None,
    CodeSpaces,
    Codes,
    Ranges,
}

const KEYWORDS: [(&[u8], Section); 6] = [
    (b"begincodespacerange", Section::CodeSpaces),
    (b"beginbfchar", Section::Codes),
    (b"beginbfrange", Section::Ranges),
    (b"endcodespacerange", Section::None),
    (b"endbfchar", Section::None),
    (b"endbfrange", Section::None),
];

/// A range of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Range {
    /// Digits of each code.
    digits: usize,
    first: u32,
    last: u32,
}

/// What was counted so far.
#[derive(Default)]
struct Count {
    section: Section,
    codes: usize,
    code_spaces: usize,
    ranges: Vec<Range>,
    /// The first and the last code of the range that is being read, as far as they were.
    open: Vec<(usize, u32)>,
    /// The letters of the list that is being read.
    list: Option<usize>,
    has_lists: bool,
}

impl Count {
    fn begin(&mut self, section: Section) {
        self.section = section;
        self.open.clear();
        self.list = None;
    }

    /// Takes what stands behind a `<`, up to its `>`. What is no string is passed over.
    fn take_string<'a>(&mut self, behind: &'a [u8]) -> &'a [u8] {
        let is_part = |byte: &u8| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace();
        let end = behind.iter().position(|byte| !is_part(byte));
        let Some(end) = end.filter(|end| behind[*end] == b'>') else {
            return behind;
        };
        let digits = behind[..end]
            .iter()
            .filter(|byte| !byte.is_ascii_whitespace());
        let digits: String = digits.map(|byte| char::from(*byte)).collect();
        self.take_digits(&digits);
        &behind[end + 1..]
    }

    fn take_digits(&mut self, digits: &str) {
        let letters = digits.len().div_ceil(4);
        let before_letters = match self.section {
            Section::None => return,
            Section::CodeSpaces => {
                self.code_spaces += 1;
                return;
            }
            Section::Codes => 1,
            Section::Ranges => 2,
        };
        if let Some(list) = &mut self.list {
            *list += letters;
        } else if self.open.len() < before_letters {
            let code = u32::from_str_radix(digits, 16).unwrap_or_default();
            self.open.push((digits.len(), code));
        } else {
            let each = letters.max(1);
            self.end_range(|codes| codes.saturating_mul(each));
        }
    }

    fn take_bracket(&mut self, byte: u8) {
        match byte {
            _ if self.section != Section::Ranges => {}
            b'[' => self.list = Some(0),
            b']' => {
                if let Some(letters) = self.list.take() {
                    self.has_lists = true;
                    self.end_range(|codes| codes.max(letters));
                }
            }
            _ => {}
        }
    }

    fn end_range(&mut self, cost: impl Fn(usize) -> usize) {
        let open = std::mem::take(&mut self.open);
        let (Some((digits, first)), Some((_, last))) = (open.first(), open.last()) else {
            return;
        };
        let codes = (last.saturating_sub(*first) as usize).saturating_add(1);
        self.codes = self.codes.saturating_add(cost(codes));
        self.ranges.push(Range {
            digits: *digits,
            first: *first,
            last: *last,
        });
    }

    /// Whether a list may be copied once for each code that parts its range.
    fn copies_lists(&mut self) -> bool {
        self.ranges.sort_unstable();
        let overlap =
            |pair: &[Range]| pair[0].digits == pair[1].digits && pair[1].first <= pair[0].last;
        self.has_lists && self.ranges.windows(2).any(overlap)
    }
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|part| part == word)
}

fn find_last(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).rposition(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(sections: &str) -> Option<usize> {
        codes(format!("%!PS\nbegincmap\n{sections}\nendcmap\n%%EOF").as_bytes())
    }

    #[test]
    fn each_code_counts_for_each_of_its_letters() {
        for (sections, count) in [
            (
                "1 beginbfchar\n<0041> <0041>\n<0042> <006600660069>\nendbfchar",
                4,
            ),
            ("1 beginbfrange\n<0041> <0043> <0041>\nendbfrange", 3),
            (
                "1 beginbfrange\n<41> <42> [<0041> <00660069>]\nendbfrange",
                3,
            ),
            ("1 begincodespacerange\n<00> <FF>\nendcodespacerange", 0),
        ] {
            assert_eq!(measured(sections), Some(count), "{sections}");
        }
    }

    #[test]
    fn all_codes_of_two_bytes_are_read_and_more_are_not() {
        assert_eq!(
            measured("1 beginbfrange <0000> <FFFF> <0000> endbfrange"),
            Some(65_536)
        );
        assert_eq!(
            measured("1 beginbfrange <00000000> <FFFFFFFF> <0000> endbfrange"),
            None
        );
        let twice = "1 beginbfrange <0000> <FFFF> <0000> endbfrange ".repeat(2);
        assert_eq!(measured(&twice), None);
    }

    #[test]
    fn nothing_before_a_section_hides_it() {
        let section = "1 beginbfrange <00000000> <FFFFFFFF> <0000> endbfrange";
        for before in [
            "/A (<) def",
            "/A (beginbfrange <) def",
            "/A (beginbfchar [<) def",
        ] {
            assert_eq!(measured(&format!("{before} {section}")), None, "{before}");
        }
    }

    #[test]
    fn a_remark_among_the_codes_is_not_trusted() {
        let text = "1 beginbfrange %endbfrange\n<00000000> <FFFFFFFF> <0000>\nendbfrange";
        assert_eq!(measured(text), None);
    }

    #[test]
    fn a_list_that_would_be_copied_is_not_read() {
        let list = "1 beginbfrange <0000> <0002> [<0041> <0042> <0043>] endbfrange";
        assert_eq!(measured(list), Some(3));
        assert_eq!(
            measured(&format!("{list} 1 beginbfchar <0001> <0041> endbfchar")),
            None
        );
    }

    #[test]
    fn what_would_be_looked_through_for_each_byte_is_bounded() {
        let many = "<00> <FF>\n".repeat(MOST_CODE_SPACES);
        assert_eq!(
            measured(&format!("1 begincodespacerange\n{many}endcodespacerange")),
            None
        );
    }
}
