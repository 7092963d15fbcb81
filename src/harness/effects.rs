//! Sounds that are no speech, made on the spot: what a microphone hears of a desk and a throat.
//!
//! Not recordings: they have the length, the spectrum and the rhythm of the real thing, which is
//! what decides whether a detector falls for them.

use std::f32::consts::TAU;

use serde::Deserialize;

use crate::audio::frame::SESSION_RATE;
use crate::audio::noise::Noise;
use crate::audio::wav::Clip;

/// A sound that is no speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Two bursts out of a throat.
    Cough,
    /// A second and a half of typing.
    Keyboard,
    /// A door falls shut.
    Door,
    /// A steady tone of 433 Hz, two seconds.
    Tone,
}

impl Effect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Cough, Self::Keyboard, Self::Door, Self::Tone];

    /// Makes the sound at [`SESSION_RATE`], full scale at its loudest.
    pub fn make(self, seed: u64) -> Clip {
        let mut noise = Noise::new(seed);
        let mut samples = match self {
            Self::Cough => cough(&mut noise),
            Self::Keyboard => keyboard(&mut noise),
            Self::Door => door(&mut noise),
            Self::Tone => (0..seconds(2.0)).map(|n| sine(433.0, n)).collect(),
        };
        let peak = crate::audio::frame::peak(&samples).max(1e-9);
        samples.iter_mut().for_each(|s| *s /= peak);
        Clip {
            rate_hz: SESSION_RATE,
            samples,
        }
    }
}

fn seconds(s: f32) -> usize {
    (s * SESSION_RATE as f32) as usize
}

fn sine(hz: f32, n: usize) -> f32 {
    (TAU * hz * n as f32 / SESSION_RATE as f32).sin()
}

/// Rises within 8 ms, decays by 1/e in `decay_s`.
fn envelope(n: usize, decay_s: f32) -> f32 {
    let t = n as f32 / SESSION_RATE as f32;
    (t / 0.008).min(1.0) * (-t / decay_s).exp()
}

/// Noise through resonances where a vocal tract has them, twice.
fn cough(noise: &mut Noise) -> Vec<f32> {
    let mut out = vec![0.0; seconds(0.55)];
    for (start, decay, gain) in [(0.0, 0.06, 1.0), (0.26, 0.08, 0.7)] {
        let mut tract = [
            Resonance::new(700.0, 350.0),
            Resonance::new(1_500.0, 500.0),
            Resonance::new(2_800.0, 900.0),
        ];
        for (n, sample) in out.iter_mut().skip(seconds(start)).enumerate() {
            let breath = noise.gaussian() * envelope(n, decay);
            *sample += gain * tract.iter_mut().map(|r| r.filter(breath)).sum::<f32>();
        }
    }
    out
}

/// Clicks of some milliseconds, press and release, at a typist's rhythm.
fn keyboard(noise: &mut Noise) -> Vec<f32> {
    let mut out = vec![0.0; seconds(1.5)];
    let mut at = 0.0;
    while at < 1.35 {
        for (offset, gain) in [(0.0, 1.0), (0.07, 0.4)] {
            let mut plastic = Resonance::new(2_500.0 + 1_500.0 * noise.uniform(), 1_200.0);
            let click = out
                .iter_mut()
                .skip(seconds(at + offset))
                .take(seconds(0.02));
            for (n, sample) in click.enumerate() {
                *sample += gain * plastic.filter(noise.gaussian() * envelope(n, 0.003));
            }
        }
        at += 0.09 + 0.15 * noise.uniform();
    }
    out
}

/// A low thump and a rattle.
fn door(noise: &mut Noise) -> Vec<f32> {
    let mut rattle = Resonance::new(900.0, 700.0);
    (0..seconds(0.6))
        .map(|n| {
            let thump = sine(75.0, n) * envelope(n, 0.09);
            thump + 0.3 * rattle.filter(noise.gaussian() * envelope(n, 0.04))
        })
        .collect()
}

/// A two-pole resonance.
struct Resonance {
    a: [f32; 2],
    gain: f32,
    past: [f32; 2],
}

impl Resonance {
    fn new(hz: f32, bandwidth_hz: f32) -> Self {
        let r = (-std::f32::consts::PI * bandwidth_hz / SESSION_RATE as f32).exp();
        let theta = TAU * hz / SESSION_RATE as f32;
        Self {
            a: [2.0 * r * theta.cos(), -r * r],
            gain: 1.0 - r,
            past: [0.0; 2],
        }
    }

    fn filter(&mut self, input: f32) -> f32 {
        let output = self.gain * input + self.a[0] * self.past[0] + self.a[1] * self.past[1];
        self.past = [output, self.past[0]];
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::frame::{peak, rms};

    #[test]
    fn every_effect_is_a_sound_of_its_own() {
        let clips = Effect::ALL.map(|effect| effect.make(1).samples);
        for clip in &clips {
            assert!((peak(clip) - 1.0).abs() < 1e-3 && clip.iter().all(|s| s.is_finite()));
            assert!(rms(clip) > 0.01);
        }
        assert_ne!(clips[0], Effect::Cough.make(2).samples);
    }
}
