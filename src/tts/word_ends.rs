//! Where words end in the sound of engines that know how long each phoneme takes.

use super::WordEnd;
use crate::audio::audible::{AUDIBLE_DBFS, audible_end};

/// Words that end where their sound does: graphs give a part of a pause to the phoneme before it.
pub(super) fn without_pauses(
    ends: impl Iterator<Item = WordEnd>,
    samples: &[f32],
    rate_hz: u32,
) -> Vec<WordEnd> {
    let mut start = 0;
    let ends = ends.map(|end| {
        let word = samples.get(start..end.sample).unwrap_or_default();
        let sounds = audible_end(word, rate_hz, AUDIBLE_DBFS).unwrap_or(word.len());
        let sample = start + sounds;
        start = end.sample;
        WordEnd { sample, ..end }
    });
    ends.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_before_a_pause_ends_with_its_sound() {
        let mut samples = vec![0.0; 12_000];
        for (n, sample) in samples[1_000..5_000].iter_mut().enumerate() {
            *sample = (n as f32 * 0.3).sin() * 0.1;
        }
        let end = WordEnd {
            text_end: 1,
            sample: 9_000,
        };
        let ends = without_pauses([end].into_iter(), &samples, 24_000);
        assert!(ends[0].sample.abs_diff(5_000) <= 48, "{ends:?}");
    }
}
