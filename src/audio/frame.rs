//! Sizes that every stage agrees on, and the measures of level.

use super::audible::{audible_end, audible_start};

/// Rate of the session: recording, virtual sound card, echo reference. Hz.
pub const SESSION_RATE: u32 = 48_000;
/// Rate of everything that understands speech. Hz.
pub const SPEECH_RATE: u32 = 16_000;
/// Length of a block, the step in which the session advances. Milliseconds.
pub const BLOCK_MS: u64 = 10;
/// Samples of a block at [`SESSION_RATE`].
pub const BLOCK: usize = 480;
/// Samples of a block at [`SPEECH_RATE`].
pub const FRAME: usize = 160;

/// Ten milliseconds of both directions on one clock, mono, full scale ±1, at [`SESSION_RATE`].
#[derive(Debug, Clone)]
pub struct Block {
    /// Number of blocks since the session began.
    pub index: u64,
    /// What the microphone heard.
    pub capture: [f32; BLOCK],
    /// What the loudspeaker played.
    pub render: [f32; BLOCK],
}

/// Root mean square of samples, full scale 1; 0 for none.
pub fn rms(samples: &[f32]) -> f32 {
    if samples.is_empty() {
        return 0.0;
    }
    let power: f64 = samples.iter().map(|s| f64::from(*s) * f64::from(*s)).sum();
    (power / samples.len() as f64).sqrt() as f32
}

/// Amplitude to decibels relative to full scale, not below -120.
pub fn dbfs(amplitude: f32) -> f32 {
    20.0 * amplitude.max(1e-6).log10()
}

/// Decibels to an amplitude factor.
pub fn from_db(db: f32) -> f32 {
    10f32.powf(db / 20.0)
}

/// Largest magnitude of samples, 0 for none.
pub fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |most, s| most.max(s.abs()))
}

/// Sound counts as such this far above the level that surrounds it...
const ABOVE_FLOOR_DB: f32 = 10.0;
/// ...and this far below the loudest.
const BELOW_PEAK_DB: f32 = 32.0;
/// Frames of 10 ms in a row that make a sound: fewer are a click.
const SOUND_FRAMES: usize = 4;

/// First and last sample of the sound in a recording that may have noise around it. For digital
/// silence around, this is exact to 1 ms. The whole recording if nothing stands out.
pub fn sound_bounds(samples: &[f32], rate_hz: u32) -> (usize, usize) {
    let frame = (rate_hz as usize / 100).max(1);
    let levels: Vec<f32> = samples.chunks(frame).map(|c| dbfs(rms(c))).collect();
    let mut sorted = levels.clone();
    sorted.sort_by(f32::total_cmp);
    let at = |share: f32| sorted.get((sorted.len() as f32 * share) as usize).copied();
    let (Some(floor), Some(loudest)) = (at(0.1), at(0.99).or(sorted.last().copied())) else {
        return (0, samples.len());
    };
    let threshold = (floor + ABOVE_FLOOR_DB).max(loudest - BELOW_PEAK_DB);
    let is_sound = |run: &[f32]| run.iter().all(|level| *level > threshold);
    let first = levels.windows(SOUND_FRAMES).position(is_sound);
    let last = levels.windows(SOUND_FRAMES).rposition(is_sound);
    match (first, last) {
        (Some(first), Some(last)) => {
            let end = ((last + SOUND_FRAMES) * frame).min(samples.len());
            // The frames before and after it may hold a part of it.
            let from = (first * frame).saturating_sub(frame);
            let to = (end + frame).min(samples.len());
            let part = &samples[from..to];
            let exact = audible_start(part, rate_hz, threshold);
            let start = exact.map_or(first * frame, |n| from + n);
            let exact = audible_end(part, rate_hz, threshold);
            (start, exact.map_or(end, |n| from + n))
        }
        _ => (0, samples.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_scale_is_zero_db() {
        assert_eq!(dbfs(1.0), 0.0);
        assert!((from_db(-20.0) - 0.1).abs() < 1e-6);
    }

    #[test]
    fn the_bounds_of_a_sound_are_found_in_noise() {
        let mut noise = crate::audio::noise::Noise::new(5);
        let mut samples: Vec<f32> = (0..48_000).map(|_| noise.gaussian() * 0.002).collect();
        for sample in &mut samples[12_000..30_000] {
            *sample += noise.gaussian() * 0.1;
        }
        samples[40_000] = 0.9;
        let (start, end) = sound_bounds(&samples, 48_000);
        assert!(
            start.abs_diff(12_000) <= 480 && end.abs_diff(30_000) <= 480,
            "{start}..{end}"
        );
    }
}
