//! Noise from a seed: the same in every run, on every machine.

/// Seeded noise (xorshift64*): the same seed gives the same sound on every machine.
#[derive(Debug, Clone)]
pub struct Noise(u64);

impl Noise {
    /// A generator for `seed`; every seed is allowed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// About normally distributed, mean 0, variance 1 (sum of twelve uniforms).
    pub fn gaussian(&mut self) -> f32 {
        (0..12).map(|_| self.uniform()).sum::<f32>() - 6.0
    }

    /// Roughly normally distributed, mean 0, variance 1, in a tenth of the time: four uniforms of 16 bits out of
    /// one step of the generator. For noise in bulk.
    pub fn rough_gaussian(&mut self) -> f32 {
        let bits = self.next();
        let sum: u64 = (0..4).map(|n| (bits >> (16 * n)) & 0xffff).sum();
        // Half a step each, so that the mean is 0; four uniforms have a variance of a third.
        ((sum as f32 + 2.0) / 65_536.0 - 2.0) * 3f32.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rough_noise_has_mean_0_and_variance_1() {
        let mut noise = Noise::new(7);
        let samples: Vec<f32> = (0..100_000).map(|_| noise.rough_gaussian()).collect();
        let mean = samples.iter().sum::<f32>() / samples.len() as f32;
        let square = |s: &f32| (s - mean).powi(2);
        let variance = samples.iter().map(square).sum::<f32>() / samples.len() as f32;
        // Three standard errors of a hundred thousand samples.
        assert!(mean.abs() < 0.01, "{mean}");
        assert!((variance - 1.0).abs() < 0.013, "{variance}");
    }
}
