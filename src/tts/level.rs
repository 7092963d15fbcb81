//! What an engine's clause needs before it is played: no silence before it, an even level, never
//! clipped.

use super::Speech;
use crate::audio::audible::{AUDIBLE_DBFS, audible_end, audible_start};
use crate::audio::frame::{from_db, peak, rms};

/// Kept of the silence before the first sound: its attack. Milliseconds.
const LEAD_MS: usize = 5;
/// Kept of the silence after the last sound: its release. Milliseconds.
const TAIL_MS: usize = 30;
/// Speech level of the assistant.
const LEVEL_DBFS: f32 = -20.0;
/// No sample is louder than this.
const PEAK_DBFS: f32 = -1.0;

/// Trims and levels a clause in place. A clause without sound becomes empty.
pub fn finish_clause(speech: &mut Speech) {
    let (rate_hz, samples) = (speech.clip.rate_hz, &mut speech.clip.samples);
    let ms = rate_hz as usize / 1000;
    let (Some(start), Some(end)) = (
        audible_start(samples, rate_hz, AUDIBLE_DBFS),
        audible_end(samples, rate_hz, AUDIBLE_DBFS),
    ) else {
        samples.clear();
        return;
    };
    samples.truncate((end + TAIL_MS * ms).min(samples.len()));
    speech.cut_start(start.saturating_sub(LEAD_MS * ms));
    let samples = &mut speech.clip.samples;
    let gain = (from_db(LEVEL_DBFS) / rms(samples)).min(from_db(PEAK_DBFS) / peak(samples));
    samples.iter_mut().for_each(|s| *s *= gain);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::frame::dbfs;
    use crate::audio::wav::Clip;
    use crate::tts::WordEnd;

    fn clause(level: f32, spike: f32) -> Speech {
        let mut samples = vec![0.0; 16_000];
        for (n, sample) in samples[4_000..12_000].iter_mut().enumerate() {
            *sample = (n as f32 * 0.3).sin() * level;
        }
        samples[8_000] = spike;
        let rate_hz = 16_000;
        Clip { rate_hz, samples }.into()
    }

    #[test]
    fn silence_around_a_clause_goes() {
        let mut speech = clause(0.1, 0.1);
        finish_clause(&mut speech);
        let expected = 8_000 + (LEAD_MS + TAIL_MS) * 16;
        assert!(
            speech.clip.samples.len().abs_diff(expected) <= 160,
            "{}",
            speech.clip.samples.len()
        );
    }

    #[test]
    fn words_end_earlier_by_the_silence_that_goes() {
        let mut speech = clause(0.1, 0.1);
        speech.word_ends.push(WordEnd {
            text_end: 3,
            sample: 12_000,
        });
        finish_clause(&mut speech);
        let expected = 8_000 + LEAD_MS * 16;
        assert!(speech.word_ends[0].sample.abs_diff(expected) <= 160);
    }

    #[test]
    fn quiet_and_loud_clauses_come_out_alike() {
        for level in [0.01, 0.5] {
            let mut speech = clause(level, 0.0);
            finish_clause(&mut speech);
            let out = dbfs(rms(&speech.clip.samples));
            assert!((out - LEVEL_DBFS).abs() < 0.1, "{out}");
        }
    }

    #[test]
    fn a_spike_is_never_clipped() {
        let mut speech = clause(0.01, 0.9);
        finish_clause(&mut speech);
        assert!(dbfs(peak(&speech.clip.samples)) <= PEAK_DBFS + 0.01);
    }

    #[test]
    fn a_clause_without_sound_is_empty() {
        let mut speech = Speech::from(Clip {
            rate_hz: 16_000,
            samples: vec![0.0; 1_600],
        });
        finish_clause(&mut speech);
        assert!(speech.clip.samples.is_empty());
    }
}
