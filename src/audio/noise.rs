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
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32 / (1u64 << 24) as f32
    }

    /// About normally distributed, mean 0, variance 1 (sum of twelve uniforms).
    pub fn gaussian(&mut self) -> f32 {
        (0..12).map(|_| self.uniform()).sum::<f32>() - 6.0
    }
}
