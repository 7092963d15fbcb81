//! Which words of an utterance are sure while it still goes on. A streamed transcript cannot be
//! taken back, so a word is told only once two decodes in a row agree on it and on all before it.

/// What has been told of an utterance.
#[derive(Debug, Default)]
pub struct Stream {
    started: bool,
    last: Vec<String>,
    told: usize,
}

impl Stream {
    /// Whether the beginning has still to be told; from now on it has been.
    pub fn start(&mut self) -> bool {
        !std::mem::replace(&mut self.started, true)
    }

    /// The words that a decode of the audio so far makes sure, if it does; its last word never, as
    /// it may be half of one.
    pub fn partial(&mut self, text: &str) -> Option<String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let agreed = words.iter().zip(&self.last).take_while(|(a, b)| a == b);
        let sure = agreed.count().min(words.len().saturating_sub(1));
        let new = words.get(self.told..sure).and_then(|new| self.join(new));
        self.told = self.told.max(sure);
        self.last = words;
        new
    }

    /// The rest of the final transcript: all but as many words as were told.
    pub fn rest(&self, text: &str) -> Option<String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        words.get(self.told..).and_then(|new| self.join(new))
    }

    /// Pieces put together have to be the text.
    fn join(&self, new: &[String]) -> Option<String> {
        let before = if self.told > 0 { " " } else { "" };
        (!new.is_empty()).then(|| format!("{before}{}", new.join(" ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_once_two_decodes_agree_on_them() {
        let mut stream = Stream::default();
        assert_eq!(stream.partial("Turn on"), None);
        assert_eq!(stream.partial("Turn of the"), Some("Turn".into()));
        assert_eq!(stream.partial("Turn of the light"), Some(" of the".into()));
        assert_eq!(stream.rest("Turn of the light."), Some(" light.".into()));
    }

    #[test]
    fn a_decode_with_fewer_words_tells_nothing() {
        let mut stream = Stream::default();
        stream.partial("a b c d");
        assert_eq!(stream.partial("a b c d"), Some("a b c".into()));
        assert_eq!(stream.partial("a"), None);
        assert_eq!(stream.rest("a b"), None);
    }
}
