//! The heard clock: which words of a reply left the loudspeaker.

use crate::tts::Word;

/// Words of one reply placed on the count of samples that the device has taken.
#[derive(Debug, Default)]
pub struct HeardClock {
    /// (device sample at which the word has been said, the word as written)
    words: Vec<(u64, String)>,
    /// Device samples at which clauses begin.
    clauses: Vec<u64>,
}

/// A word counts as heard if less than this was missing of it: it was understood. Milliseconds.
const GRACE_MS: u64 = 60;

impl HeardClock {
    /// Adds a clause that begins at device sample `start`; its words count samples of another
    /// rate, `scale` device samples each.
    pub fn push(&mut self, start: u64, words: Vec<Word>, scale: f64) {
        self.clauses.push(start);
        let place = |word: Word| (start + (word.ends_at as f64 * scale) as u64, word.written);
        self.words.extend(words.into_iter().map(place));
    }

    /// Counts in samples of another rate, `ratio` times the present one.
    pub fn scale(&mut self, ratio: f64) {
        for (ends_at, _) in &mut self.words {
            *ends_at = (*ends_at as f64 * ratio) as u64;
        }
        for start in &mut self.clauses {
            *start = (*start as f64 * ratio) as u64;
        }
    }

    /// The device sample at which the word begins that sounds at `played`, or `played` itself if
    /// that lies in the silence between two clauses.
    pub fn word_start(&self, played: u64) -> u64 {
        let sounding = self.words.iter().position(|(ends_at, _)| *ends_at > played);
        let Some(n) = sounding else { return played };
        let ends_at = self.words[n].0;
        let clauses = self.clauses.iter().rev();
        let clause = clauses.copied().find(|start| *start < ends_at).unwrap_or(0);
        let before = n.checked_sub(1).map_or(0, |n| self.words[n].0);
        before.max(clause).min(played)
    }

    /// All of the text.
    pub fn all(&self) -> String {
        self.heard(u64::MAX, 0)
    }

    /// Number of words that were heard when the loudspeaker had played `played` device samples.
    pub fn words_heard(&self, played: u64, rate_hz: u32) -> usize {
        let until = played.saturating_add(GRACE_MS * u64::from(rate_hz) / 1000);
        self.words.partition_point(|(ends_at, _)| *ends_at <= until)
    }

    /// The text that was heard by then.
    pub fn heard(&self, played: u64, rate_hz: u32) -> String {
        let heard = &self.words[..self.words_heard(played, rate_hz)];
        let text: String = heard.iter().map(|(_, written)| written.as_str()).collect();
        text.trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> HeardClock {
        let word = |written: &str, ends_at| Word {
            written: written.into(),
            ends_at,
        };
        let mut clock = HeardClock::default();
        clock.push(
            1_000,
            vec![word("The ", 16_000), word("moon ", 32_000)],
            3.0,
        );
        clock.push(200_000, vec![word("is ", 16_000)], 3.0);
        clock
    }

    #[test]
    fn words_are_heard_when_their_last_sample_was_played() {
        assert_eq!(clock().heard(0, 48_000), "");
        assert_eq!(clock().heard(49_000, 48_000), "The");
        assert_eq!(clock().heard(97_000, 48_000), "The moon");
        assert_eq!(clock().heard(u64::MAX / 2, 48_000), "The moon is");
    }

    #[test]
    fn a_word_that_was_cut_into_is_found_at_its_beginning() {
        assert_eq!(clock().word_start(30_000), 1_000);
        assert_eq!(clock().word_start(60_000), 49_000);
        assert_eq!(clock().word_start(150_000), 150_000);
        assert_eq!(clock().word_start(210_000), 200_000);
        assert_eq!(clock().word_start(400_000), 400_000);
    }

    #[test]
    fn a_word_cut_at_its_very_end_was_heard() {
        assert_eq!(clock().heard(97_000 - 48 * 50, 48_000), "The moon");
        assert_eq!(clock().heard(97_000 - 48 * 70, 48_000), "The");
    }
}
