//! Faint noise over what the detector hears. Pure: a seed gives the same noise each time.

use crate::audio::room::Noise;

/// -50 dBFS: the detector knows people from microphones, and on studio-clean speech it errs more
/// (area under its curve 0.92 without, 0.95 with; no difference on real recordings).
/// `docs/endpointing.md`.
const LEVEL: f32 = 0.003_16;
/// Any seed will do; a fixed one makes a recording score the same each time.
const SEED: u64 = 1;

/// The noise.
#[derive(Debug, Clone)]
pub struct Dither(Noise);

impl Dither {
    /// Noise from its beginning.
    pub fn new() -> Self {
        Self(Noise::new(SEED))
    }

    /// The samples with noise over them.
    pub fn over<'a>(&mut self, samples: impl IntoIterator<Item = &'a f32>) -> Vec<f32> {
        let noisy = |sample| sample + self.0.gaussian() * LEVEL;
        samples.into_iter().map(noisy).collect()
    }
}

impl Default for Dither {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::frame::{dbfs, rms};

    #[test]
    fn silence_becomes_noise_of_its_level() {
        let level = dbfs(rms(&Dither::new().over(&[0.0; 16_000])));
        assert!((level + 50.0).abs() < 0.2, "{level}");
    }
}
