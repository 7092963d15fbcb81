//! What an engine's clause needs before it is played: no silence before it, an even level, never
//! clipped.

use crate::audio::audible::{AUDIBLE_DBFS, audible_end, audible_start};
use crate::audio::frame::{from_db, peak, rms};
use crate::audio::wav::Clip;

/// Kept of the silence before the first sound: its attack. Milliseconds.
const LEAD_MS: usize = 5;
/// Kept of the silence after the last sound: its release. Milliseconds.
const TAIL_MS: usize = 30;
/// Speech level of the assistant.
const LEVEL_DBFS: f32 = -20.0;
/// No sample is louder than this.
const PEAK_DBFS: f32 = -1.0;

/// Trims and levels a clause in place. A clause without sound becomes empty.
pub fn finish_clause(clip: &mut Clip) {
    let ms = clip.rate_hz as usize / 1000;
    let samples = &mut clip.samples;
    let (Some(start), Some(end)) = (
        audible_start(samples, clip.rate_hz, AUDIBLE_DBFS),
        audible_end(samples, clip.rate_hz, AUDIBLE_DBFS),
    ) else {
        samples.clear();
        return;
    };
    samples.truncate((end + TAIL_MS * ms).min(samples.len()));
    samples.drain(..start.saturating_sub(LEAD_MS * ms));
    let gain = (from_db(LEVEL_DBFS) / rms(samples)).min(from_db(PEAK_DBFS) / peak(samples));
    samples.iter_mut().for_each(|s| *s *= gain);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::frame::dbfs;

    fn clause(level: f32, spike: f32) -> Clip {
        let mut samples = vec![0.0; 16_000];
        for (n, sample) in samples[4_000..12_000].iter_mut().enumerate() {
            *sample = (n as f32 * 0.3).sin() * level;
        }
        samples[8_000] = spike;
        Clip {
            rate_hz: 16_000,
            samples,
        }
    }

    #[test]
    fn silence_around_a_clause_goes() {
        let mut clip = clause(0.1, 0.1);
        finish_clause(&mut clip);
        let expected = 8_000 + (LEAD_MS + TAIL_MS) * 16;
        assert!(
            clip.samples.len().abs_diff(expected) <= 160,
            "{}",
            clip.samples.len()
        );
    }

    #[test]
    fn quiet_and_loud_clauses_come_out_alike() {
        for level in [0.01, 0.5] {
            let mut clip = clause(level, 0.0);
            finish_clause(&mut clip);
            let out = dbfs(rms(&clip.samples));
            assert!((out - LEVEL_DBFS).abs() < 0.1, "{out}");
        }
    }

    #[test]
    fn a_spike_is_never_clipped() {
        let mut clip = clause(0.01, 0.9);
        finish_clause(&mut clip);
        assert!(dbfs(peak(&clip.samples)) <= PEAK_DBFS + 0.01);
    }

    #[test]
    fn a_clause_without_sound_is_empty() {
        let mut clip = Clip {
            rate_hz: 16_000,
            samples: vec![0.0; 1_600],
        };
        finish_clause(&mut clip);
        assert!(clip.samples.is_empty());
    }
}
