//! Several channels become one.

/// How the channels of a file become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// Their average.
    Average,
    /// This one alone.
    Channel(usize),
}

/// The average of channels that hold one sound is as loud as they are; of independent ones, 3 dB quieter
/// for two. Below this share of their mean power they cancel each other: -20 dB.
const CANCELLED: f64 = 0.01;

impl Mix {
    /// Appends one sample for each frame of `interleaved`. Samples that are not numbers become silence;
    /// how many there were.
    pub fn apply(self, interleaved: &[f32], channels: usize, mono: &mut Vec<f32>) -> u64 {
        let mut not_finite = 0;
        let scale = 1.0 / channels as f32;
        let finite = |sample: f32, not_finite: &mut u64| {
            if sample.is_finite() {
                sample
            } else {
                *not_finite += 1;
                0.0
            }
        };
        for frame in interleaved.chunks_exact(channels) {
            let sample = match self {
                Self::Channel(n) if n < channels => finite(frame[n], &mut not_finite),
                // A file may change its channels on the way.
                Self::Average | Self::Channel(_) => {
                    let sum: f32 = frame.iter().map(|s| finite(*s, &mut not_finite)).sum();
                    sum * scale
                }
            };
            mono.push(sample.clamp(-1.0, 1.0));
        }
        not_finite
    }
}

/// How loud the channels and their average are.
#[derive(Debug, Default)]
pub struct Energies {
    frames: usize,
    channels: Vec<f64>,
    average: f64,
}

impl Energies {
    /// Frames so far.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Counts a block.
    pub fn add(&mut self, interleaved: &[f32], channels: usize) {
        self.channels.resize(channels.max(self.channels.len()), 0.0);
        for frame in interleaved.chunks_exact(channels) {
            let mut sum = 0.0;
            for (energy, sample) in self.channels.iter_mut().zip(frame) {
                let sample = f64::from(*sample);
                if sample.is_finite() {
                    *energy += sample * sample;
                    sum += sample;
                }
            }
            let average = sum / channels as f64;
            self.average += average * average;
            self.frames += 1;
        }
    }

    /// The average, unless the channels cancel each other in it.
    pub fn mix(&self) -> Mix {
        let mean = self.channels.iter().sum::<f64>() / self.channels.len().max(1) as f64;
        let loudest =
            (0..self.channels.len()).max_by(|a, b| self.channels[*a].total_cmp(&self.channels[*b]));
        match loudest {
            Some(loudest) if self.average < mean * CANCELLED => Mix::Channel(loudest),
            _ => Mix::Average,
        }
    }
}
