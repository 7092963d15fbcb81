//! Sizes that every stage agrees on, and the measures of level.

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

/// Index after the last sample of the last 5 ms window whose level is above `floor_dbfs`;
/// `None` if all is below. `rate_hz` is that of `samples`.
pub fn audible_end(samples: &[f32], rate_hz: u32, floor_dbfs: f32) -> Option<usize> {
    let window = audible_window(rate_hz);
    let last = samples
        .chunks(window)
        .rposition(|chunk| dbfs(rms(chunk)) > floor_dbfs)?;
    Some(((last + 1) * window).min(samples.len()))
}

/// Index of the first sample of the first 5 ms window whose level is above `floor_dbfs`.
pub fn audible_start(samples: &[f32], rate_hz: u32, floor_dbfs: f32) -> Option<usize> {
    let window = audible_window(rate_hz);
    let first = samples
        .chunks(window)
        .position(|chunk| dbfs(rms(chunk)) > floor_dbfs)?;
    Some(first * window)
}

/// Five milliseconds: the shortest sound that counts as audible.
fn audible_window(rate_hz: u32) -> usize {
    (rate_hz as usize / 200).max(1)
}

/// Sound counts as such this far above the level that surrounds it...
const ABOVE_FLOOR_DB: f32 = 10.0;
/// ...and this far below the loudest.
const BELOW_PEAK_DB: f32 = 32.0;
/// Frames of 10 ms in a row that make a sound: fewer are a click.
const SOUND_FRAMES: usize = 4;

/// First and last sample of the sound in a recording that may have noise around it. For digital
/// silence around, this is exact to 10 ms. The whole recording if nothing stands out.
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
            let end = (last + SOUND_FRAMES) * frame;
            (first * frame, end.min(samples.len()))
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
        let mut noise = crate::audio::room::Noise::new(5);
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

    #[test]
    fn audible_bounds_ignore_silence_around() {
        let mut samples = vec![0.0f32; 480];
        samples[160..320].fill(0.5);
        assert_eq!(audible_start(&samples, 16_000, -50.0), Some(160));
        assert_eq!(audible_end(&samples, 16_000, -50.0), Some(320));
        assert_eq!(audible_end(&[0.0; 100], 16_000, -50.0), None);
    }
}
