//! Words that end an answer, found while it is written.

/// An answer so far, up to the first stop word.
#[derive(Debug, Clone, Default)]
pub struct StopWords {
    words: Vec<String>,
    text: String,
    /// Bytes of it that no stop word can take back.
    certain: usize,
    stopped: bool,
}

impl StopWords {
    /// An answer that ends before the first of these.
    pub fn new(words: &[String]) -> Self {
        let words = words.iter().filter(|word| !word.is_empty()).cloned();
        Self {
            words: words.collect(),
            ..Self::default()
        }
    }

    /// More of the answer. What of it is certain now.
    pub fn push(&mut self, piece: &str) -> &str {
        let before = self.certain;
        if self.stopped {
            return "";
        }
        self.text += piece;
        let found = self.words.iter().filter_map(|word| self.text.find(word));
        match found.min() {
            Some(at) => {
                self.stopped = true;
                self.text.truncate(at);
                self.certain = self.certain.max(at);
            }
            // A stop word may have begun.
            None => self.certain = self.certain.max(self.safe_end()),
        }
        &self.text[before.min(self.text.len())..self.certain.min(self.text.len())]
    }

    /// The answer is over. What was held back of it.
    pub fn finish(&mut self) -> &str {
        let before = std::mem::replace(&mut self.certain, self.text.len());
        &self.text[before.min(self.text.len())..]
    }

    /// Whether a stop word came.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// The answer, without the stop word.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Up to where no stop word can begin.
    fn safe_end(&self) -> usize {
        let begins = |at: &usize| {
            let rest = &self.text[*at..];
            let mut words = self.words.iter();
            words.any(|word| word.len() > rest.len() && word.starts_with(rest))
        };
        let mut places = self.text[self.certain..]
            .char_indices()
            .map(|(at, _)| self.certain + at);
        places.find(begins).unwrap_or(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(words: &[&str], pieces: &[&str]) -> (Vec<String>, String) {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let mut stop = StopWords::new(&words);
        let mut told: Vec<String> = pieces
            .iter()
            .map(|piece| stop.push(piece).to_owned())
            .collect();
        told.push(stop.finish().to_owned());
        (told, stop.text().to_owned())
    }

    #[test]
    fn a_stop_word_ends_the_answer_wherever_its_pieces_were_cut() {
        let (told, text) = told(&["END"], &["one E", "N", "D two", " three"]);
        assert_eq!(told, ["one ", "", "", "", ""]);
        assert_eq!(text, "one ");
    }

    #[test]
    fn what_only_began_like_a_stop_word_is_told_later() {
        let (told, text) = told(&["END"], &["one E", "ve", " EN"]);
        assert_eq!(told, ["one ", "Eve", " ", "EN"]);
        assert_eq!(text, "one Eve EN");
    }

    #[test]
    fn the_first_of_several_stop_words_counts() {
        assert_eq!(told(&["b", "a", ""], &["xaby"]).1, "x");
    }
}
