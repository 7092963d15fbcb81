//! The sounds that are looked for: bursts of noise, each different from all others.

use std::f64::consts::{PI, TAU};
use std::ops::RangeInclusive;

/// From the beginning of one burst to that of the next. Seconds.
pub const PERIOD_S: f64 = 0.75;
/// Long enough to stand out of a noisy room: with this and the band, chance reaches a correlation
/// of 0.1 in two seconds, hardly ever more.
pub(super) const BURST_S: f64 = 0.2;
/// Silence before the first burst: streams settle, and Bluetooth wakes up.
const LEAD_S: f64 = 1.5;
/// The band that every loudspeaker and microphone has. Hz.
const BAND_HZ: RangeInclusive<f64> = 400.0..=7_000.0;
/// Least margin to half of the sample rate.
const NYQUIST_SHARE: f64 = 0.45;
/// Fade at both ends. Seconds.
const FADE_S: f64 = 0.01;

/// Bursts of noise, defined in continuous time so that they are the same at every rate.
#[derive(Debug, Clone, Copy)]
pub struct Bursts {
    /// How many.
    pub count: usize,
    /// Largest magnitude of each; full scale is 1.
    pub level: f32,
    /// The lower of the two sides' rates limits the band. Hz.
    pub lowest_rate_hz: u32,
    /// Other seeds, other noise.
    pub seed: u64,
}

impl Bursts {
    /// As many as fit into so many seconds, three at least.
    pub fn within(seconds: f64, level: f32, lowest_rate_hz: u32, seed: u64) -> Self {
        Self {
            count: ((seconds / PERIOD_S) as usize).max(3),
            level,
            lowest_rate_hz,
            seed,
        }
    }

    /// One burst, mono at `rate_hz`: sines of random phase, one for each multiple of the burst's
    /// inverse length.
    pub fn burst(&self, number: usize, rate_hz: u32) -> Vec<f32> {
        // Neighbouring seeds give similar sequences, and similar bursts are found in each other.
        let seed = (self.seed << 32 | number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut random = fastrand::Rng::with_seed(seed);
        let length = (BURST_S * f64::from(rate_hz)) as usize;
        let top = BAND_HZ
            .end()
            .min(f64::from(self.lowest_rate_hz) * NYQUIST_SHARE);
        let (mut samples, mut hz) = (vec![0.0f64; length], *BAND_HZ.start());
        while hz < top {
            add_sine(&mut samples, hz / f64::from(rate_hz), random.f64() * TAU);
            hz += 1.0 / BURST_S;
        }
        let fade = FADE_S * f64::from(rate_hz);
        for (n, sample) in samples.iter_mut().enumerate() {
            let edge = (n.min(length - 1 - n) as f64 / fade).min(1.0);
            *sample *= (edge * PI / 2.0).sin().powi(2);
        }
        let most = samples.iter().fold(1e-9, |most: f64, s| most.max(s.abs()));
        let scale = f64::from(self.level) / most;
        samples.iter().map(|s| (s * scale) as f32).collect()
    }

    /// All of them with the silence before and between, mono at `rate_hz`.
    pub fn signal(&self, rate_hz: u32) -> Vec<f32> {
        let mut signal = vec![0.0; self.start(self.count, rate_hz)];
        for number in 0..self.count {
            let (start, burst) = (self.start(number, rate_hz), self.burst(number, rate_hz));
            signal[start..start + burst.len()].copy_from_slice(&burst);
        }
        signal
    }

    /// Where in [`Bursts::signal`] a burst begins.
    pub fn start(&self, number: usize, rate_hz: u32) -> usize {
        ((LEAD_S + number as f64 * PERIOD_S) * f64::from(rate_hz)).round() as usize
    }
}

/// Adds a sine of `frequency` cycles per sample; by a turning pointer, because thousands of calls of
/// `sin` for each sample take seconds.
fn add_sine(samples: &mut [f64], frequency: f64, phase: f64) {
    let (turn_im, turn_re) = (frequency * TAU).sin_cos();
    let (mut im, mut re) = phase.sin_cos();
    for sample in samples {
        *sample += im;
        (re, im) = (re * turn_re - im * turn_im, re * turn_im + im * turn_re);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::correlation::normalized;
    use crate::audio::frame::peak;

    const BURSTS: Bursts = Bursts {
        count: 3,
        level: 0.25,
        lowest_rate_hz: 44_100,
        seed: 1,
    };

    #[test]
    fn no_burst_resembles_another_or_itself_elsewhere() {
        let signal = BURSTS.signal(16_000);
        let curve = normalized(&BURSTS.burst(1, 16_000), &signal);
        let place = BURSTS.start(1, 16_000);
        for (lag, correlation) in curve.iter().enumerate() {
            let here = lag.abs_diff(place) < 40;
            assert!(here || correlation.abs() < 0.15, "{lag}: {correlation}");
        }
        assert!(curve[place] > 0.99);
    }

    #[test]
    fn a_burst_has_its_level_and_length_at_every_rate() {
        for rate in [16_000, 44_100, 48_000] {
            let burst = BURSTS.burst(0, rate);
            assert!((peak(&burst) - 0.25).abs() < 1e-3);
            assert_eq!(burst.len(), (rate / 5) as usize);
        }
    }
}
