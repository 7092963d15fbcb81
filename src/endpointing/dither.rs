//! Faint noise over what the detector hears. Pure: the same samples get the same noise each time.

use std::sync::LazyLock;

use crate::audio::frame::SPEECH_RATE;
use crate::audio::noise::Noise;

/// -50 dBFS: the detector knows people from microphones, and on studio-clean speech it errs more
/// (area under its curve 0.92 without, 0.95 with; no difference on real recordings).
/// `docs/endpointing.md`.
const LEVEL: f32 = 0.003_16;
/// Any seed will do; a fixed one makes a recording score the same each time.
const SEED: u64 = 1;
/// What the detector hears at a time has this length; longer audio hears the noise again.
const LENGTH: usize = 8 * SPEECH_RATE as usize;

/// Made once: a score would spend more time on its noise than on its features.
static NOISE: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let mut noise = Noise::new(SEED);
    (0..LENGTH).map(|_| noise.gaussian() * LEVEL).collect()
});

/// The samples with noise over them.
pub fn with_noise<'a>(samples: impl IntoIterator<Item = &'a f32>) -> Vec<f32> {
    let noise = NOISE.iter().cycle();
    let noisy = samples.into_iter().zip(noise);
    noisy.map(|(sample, noise)| sample + noise).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::frame::{dbfs, rms};

    #[test]
    fn silence_becomes_noise_of_its_level() {
        let level = dbfs(rms(&with_noise(&[0.0; 16_000])));
        assert!((level + 50.0).abs() < 0.2, "{level}");
    }
}
