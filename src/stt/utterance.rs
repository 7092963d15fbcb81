//! The audio of one turn, and which of it is transcribed already.
//!
//! Decoding costs more the longer the audio is, so a long turn is cut at its pauses: what lies
//! before such a pause is decoded once more, its text kept, and its audio let go.

use std::ops::Range;

use crate::audio::frame::{FRAME, SPEECH_RATE, rms};

/// How long audio may grow before it is cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UtteranceConfig {
    /// A pause cuts the audio once this much lies before it. Seconds.
    pub cut_at_pause_s: f32,
    /// Without a pause the audio is cut at its quietest place once it is this long. Seconds.
    pub cut_anyway_s: f32,
}

impl Default for UtteranceConfig {
    fn default() -> Self {
        Self {
            cut_at_pause_s: 4.0,
            cut_anyway_s: 12.0,
        }
    }
}

/// A turn's audio at 16 kHz and the text of what was cut off it.
#[derive(Debug, Default)]
pub struct Utterance {
    config: UtteranceConfig,
    committed: Vec<String>,
    samples: Vec<f32>,
}

impl Utterance {
    /// An utterance that begins with `preroll`: the audio from just before the onset was seen.
    pub fn begin(config: UtteranceConfig, preroll: &[f32]) -> Self {
        Self {
            config,
            committed: Vec::new(),
            samples: preroll.to_vec(),
        }
    }

    /// Appends audio.
    pub fn push(&mut self, samples: &[f32]) {
        self.samples.extend_from_slice(samples);
    }

    /// Audio that is not committed yet.
    pub fn open(&self) -> &[f32] {
        &self.samples
    }

    /// The whole text, given that of the open audio.
    pub fn text_with(&self, open: &str) -> String {
        let parts = self.committed.iter().map(String::as_str).chain([open]);
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }

    /// Commits the text of the first `samples` open samples and lets them go.
    pub fn commit(&mut self, samples: usize, text: String) {
        self.samples.drain(..samples.min(self.samples.len()));
        if !text.is_empty() {
            self.committed.push(text);
        }
    }

    /// At a pause: whether the open audio is long enough to be committed.
    pub fn cut_at_pause(&self) -> bool {
        self.seconds() >= self.config.cut_at_pause_s
    }

    /// Without a pause: the part to commit, up to the quietest 100 ms of its second half.
    pub fn cut_anyway(&self) -> Option<Range<usize>> {
        if self.seconds() < self.config.cut_anyway_s {
            return None;
        }
        let half = self.samples.len() / 2;
        let window = FRAME * 10;
        let quietest = self.samples[half..]
            .chunks_exact(window)
            .enumerate()
            .min_by(|a, b| rms(a.1).total_cmp(&rms(b.1)))
            .map_or(0, |(n, _)| n);
        Some(0..half + quietest * window + window / 2)
    }

    fn seconds(&self) -> f32 {
        self.samples.len() as f32 / SPEECH_RATE as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn committed_text_comes_before_open_text() {
        let mut utterance = Utterance::begin(UtteranceConfig::default(), &[0.1; 160]);
        utterance.push(&[0.2; 160]);
        utterance.commit(160, "one two".into());
        assert_eq!(utterance.open(), [0.2; 160]);
        assert_eq!(utterance.text_with("three"), "one two three");
        assert_eq!(utterance.text_with(""), "one two");
    }

    #[test]
    fn endless_speech_is_cut_where_it_is_quietest() {
        let mut samples = vec![0.5; 16_000 * 13];
        samples[16_000 * 9..16_000 * 9 + 3_200].fill(0.0);
        let utterance = Utterance::begin(UtteranceConfig::default(), &samples);
        let cut = utterance.cut_anyway().unwrap();
        assert!(
            (16_000 * 9..16_000 * 9 + 3_200).contains(&cut.end),
            "{cut:?}"
        );
    }

    #[test]
    fn a_short_utterance_is_not_cut() {
        let utterance = Utterance::begin(UtteranceConfig::default(), &[0.5; 16_000]);
        assert!(utterance.cut_anyway().is_none());
        assert!(!utterance.cut_at_pause());
    }
}
