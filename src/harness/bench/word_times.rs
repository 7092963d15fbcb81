//! Which words a file holds and when each is said, and where pauses are put in between them.

use std::collections::BTreeMap;

use super::Place;

/// A word of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Lower case.
    pub text: String,
    /// Where it ends. Seconds.
    pub end_s: f64,
}

/// What is wrong with a table of words.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {text:?} is no `word@start-end` in seconds")]
pub struct WordTimesError {
    line: usize,
    text: String,
}

/// Words by file name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WordTimes(BTreeMap<String, Vec<Word>>);

impl WordTimes {
    /// Reads a table: a line of headings; then file name, text and `word@start-end ...` between
    /// tabs.
    ///
    /// # Errors
    /// Names the line that is not so.
    pub fn parse(table: &str) -> Result<Self, WordTimesError> {
        let mut files = BTreeMap::new();
        for (n, line) in table.lines().enumerate().skip(1) {
            if line.trim().is_empty() {
                continue;
            }
            let mut cells = line.split('\t');
            let (file, words) = (cells.next().unwrap_or_default(), cells.nth(1));
            let words = words.unwrap_or_default().split_whitespace();
            let words: Result<Vec<Word>, WordTimesError> = words
                .map(|text| {
                    word(text).ok_or(WordTimesError {
                        line: n + 1,
                        text: text.into(),
                    })
                })
                .collect();
            files.insert(file.to_owned(), words?);
        }
        Ok(Self(files))
    }

    /// Whether the file's words are known.
    pub fn knows(&self, file: &str) -> bool {
        self.0.get(file).is_some_and(|words| !words.is_empty())
    }

    /// Where a pause can be put in, with the ends of the words before, in seconds. A place that is
    /// both near the end and the end of the shared part counts as the latter.
    pub fn places(&self, file: &str) -> BTreeMap<Place, f64> {
        let words = self.0.get(file).map_or(&[][..], Vec::as_slice);
        let shared = self.shared(file, words);
        let counts = [
            (Place::OneBefore, words.len().checked_sub(1)),
            (Place::TwoBefore, words.len().checked_sub(2)),
        ];
        let near = counts.into_iter().filter(|(_, count)| *count != shared);
        near.chain([(Place::Shared, shared)])
            .filter_map(|(place, count)| Some((place, words.get(count?.checked_sub(1)?)?.end_s)))
            .collect()
    }

    /// Words of a long form that are the whole of its short form.
    fn shared(&self, file: &str, words: &[Word]) -> Option<usize> {
        let short = self.0.get(&file.replacen("_long_", "_short_", 1))?;
        let texts = |words: &[Word]| words.iter().map(|w| w.text.clone()).collect::<Vec<_>>();
        let shared = short.len() < words.len() && texts(words).starts_with(&texts(short));
        shared.then_some(short.len())
    }
}

fn word(text: &str) -> Option<Word> {
    let (word, times) = text.split_once('@')?;
    let (start, end) = times.split_once('-')?;
    start.parse::<f64>().ok()?;
    Some(Word {
        text: word.to_owned(),
        end_s: end.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "file\ttext\twords\n\
        a_short_x.wav\tDo you?\tdo@0.0-0.1 you@0.1-0.3\n\
        a_long_x.wav\tDo you play a game?\tdo@0.0-0.1 you@0.1-0.3 play@0.3-0.5 a@0.5-0.6 game@0.6-1\n";

    #[test]
    fn places_lie_before_the_last_words_and_after_the_shared_ones() {
        let places = WordTimes::parse(TABLE).unwrap().places("a_long_x.wav");
        let expected = [
            (Place::OneBefore, 0.6),
            (Place::TwoBefore, 0.5),
            (Place::Shared, 0.3),
        ];
        assert_eq!(places, expected.into());
    }

    #[test]
    fn a_short_form_shares_nothing_with_itself() {
        let places = WordTimes::parse(TABLE).unwrap().places("a_short_x.wav");
        assert_eq!(places, [(Place::OneBefore, 0.1)].into());
    }

    #[test]
    fn a_place_that_is_both_is_the_ambiguous_one() {
        let table = TABLE.replace(" a@0.5-0.6 game@0.6-1", "");
        let places = WordTimes::parse(&table).unwrap().places("a_long_x.wav");
        assert_eq!(
            places,
            [(Place::TwoBefore, 0.1), (Place::Shared, 0.3)].into()
        );
    }

    #[test]
    fn a_word_without_its_time_is_named() {
        let error = WordTimes::parse("file\ttext\twords\na.wav\tHi\thi@0.1\n").unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
    }

    #[test]
    fn a_file_that_is_not_there_has_no_words() {
        assert!(!WordTimes::parse(TABLE).unwrap().knows("b.wav"));
    }
}
