//! Where a voice is heard: a room, a distance, noise, a level. All of it is computed from a seed.

use fastrand::Rng;
use realfft::RealFftPlanner;

use crate::audio::frame::{SPEECH_RATE, from_db, rms};
use crate::audio::noise::Noise;

/// What surrounds a voice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Time in which the room's sound decays by 60 dB; 0 for no room. Milliseconds.
    pub reverb_ms: f32,
    /// The direct sound against all that the room adds. dB.
    pub direct_db: f32,
    /// The voice, while it speaks, against the noise. dB; infinite: no noise.
    pub snr_db: f32,
    /// How much of the noise's power is other people who speak, 0 to 1.
    pub babble: f32,
    /// How fast the noise falls with the frequency: 0 white, 1 like a fan.
    pub colour: f32,
    /// The voice's level. dBFS.
    pub level_dbfs: f32,
}

impl Place {
    /// Near, and quiet.
    pub const NEAR: Self = Self {
        reverb_ms: 0.0,
        direct_db: f32::INFINITY,
        snr_db: f32::INFINITY,
        babble: 0.0,
        colour: 0.7,
        level_dbfs: -26.0,
    };
    /// Three metres away in a living room: most of the sound comes from the walls.
    pub const FAR: Self = Self {
        reverb_ms: 400.0,
        direct_db: -5.0,
        level_dbfs: -36.0,
        ..Self::NEAR
    };
    /// The same with noise 10 dB below the voice, half of it people who speak.
    pub const FAR_IN_NOISE: Self = Self {
        snr_db: 10.0,
        babble: 0.5,
        ..Self::FAR
    };

    /// Any place of a home.
    pub fn any(rng: &mut Rng) -> Self {
        let between = |rng: &mut Rng, from: f32, to: f32| from + rng.f32() * (to - from);
        let in_room = rng.u8(0..5) > 0;
        let noisy = rng.u8(0..5) > 0;
        Self {
            reverb_ms: if in_room {
                between(rng, 120.0, 700.0)
            } else {
                0.0
            },
            direct_db: between(rng, -9.0, 12.0),
            snr_db: if noisy {
                between(rng, 3.0, 30.0)
            } else {
                f32::INFINITY
            },
            babble: if rng.bool() { rng.f32() } else { 0.0 },
            colour: rng.f32(),
            level_dbfs: between(rng, -45.0, -18.0),
        }
    }
}

/// Puts voices into places.
pub struct Surroundings {
    planner: RealFftPlanner<f32>,
    /// People who speak at once, at 16 kHz.
    babble: Vec<f32>,
    noise: Noise,
}

impl Surroundings {
    /// With other people's speech, at 16 kHz, for the noise.
    pub fn new(babble: Vec<f32>, seed: u64) -> Self {
        Self {
            planner: RealFftPlanner::new(),
            babble,
            noise: Noise::new(seed),
        }
    }

    /// The voice as a microphone there hears it, both at 16 kHz and of the same length. `voiced` is where it speaks:
    /// first sample, and the one after the last.
    pub fn hear(&mut self, voice: &[f32], voiced: (usize, usize), place: &Place) -> Vec<f32> {
        let mut heard = if place.reverb_ms > 0.0 {
            let room = self.room(place);
            convolved(&mut self.planner, voice, &room)
        } else {
            voice.to_vec()
        };
        let level = rms(&heard[voiced.0.min(heard.len())..voiced.1.min(heard.len())]).max(1e-9);
        let gain = from_db(place.level_dbfs) / level;
        heard.iter_mut().for_each(|sample| *sample *= gain);
        if place.snr_db.is_finite() {
            let noise = self.noise(heard.len(), place);
            let gain = from_db(place.level_dbfs - place.snr_db) / rms(&noise).max(1e-9);
            heard
                .iter_mut()
                .zip(noise)
                .for_each(|(s, n)| *s += n * gain);
        }
        heard
            .iter_mut()
            .for_each(|sample| *sample = sample.clamp(-1.0, 1.0));
        heard
    }

    /// What a room makes of a click: the click, some first echoes, a tail.
    fn room(&mut self, place: &Place) -> Vec<f32> {
        let per_ms = SPEECH_RATE as f32 / 1000.0;
        let length = (place.reverb_ms * per_ms) as usize;
        // 60 dB in powers of e.
        let decay = |at: f32| (-6.907_755 * at / length as f32).exp();
        let mut taps = vec![0.0f32; length.max(2)];
        for (n, tap) in taps.iter_mut().enumerate().skip((3.0 * per_ms) as usize) {
            *tap = decay(n as f32) * self.noise.rough_gaussian();
        }
        for _ in 0..6 {
            let at = (2.0 + 38.0 * self.noise.uniform()) * per_ms;
            if let Some(tap) = taps.get_mut(at as usize) {
                *tap += 4.0 * decay(at) * self.noise.rough_gaussian();
            }
        }
        let energy: f32 = taps.iter().map(|tap| tap * tap).sum();
        let direct = from_db(place.direct_db);
        let scale = 1.0 / energy.max(1e-9).sqrt();
        taps.iter_mut().for_each(|tap| *tap *= scale);
        taps[0] += direct;
        taps
    }

    fn noise(&mut self, length: usize, place: &Place) -> Vec<f32> {
        let (mut low, mut hiss) = (0.0f32, Vec::with_capacity(length));
        for _ in 0..length {
            let white = self.noise.rough_gaussian();
            low += 0.02 * (white - low);
            hiss.push(white * (1.0 - place.colour) + low * 7.0 * place.colour);
        }
        if place.babble <= 0.0 || self.babble.len() <= length {
            return hiss;
        }
        let from = (self.noise.uniform() * (self.babble.len() - length) as f32) as usize;
        let people = &self.babble[from..from + length];
        let gains = (
            (1.0 - place.babble).sqrt() / rms(&hiss).max(1e-9),
            place.babble.sqrt() / rms(people).max(1e-9),
        );
        let both = hiss.iter().zip(people);
        both.map(|(hiss, people)| hiss * gains.0 + people * gains.1)
            .collect()
    }
}

/// Several people who speak at once: the recordings one over the other, four deep.
pub fn babble(recordings: &[Vec<f32>]) -> Vec<f32> {
    const DEEP: usize = 4;
    let mut layers = vec![Vec::new(); DEEP];
    for (n, recording) in recordings.iter().enumerate() {
        layers[n % DEEP].extend_from_slice(recording);
    }
    let length = layers.iter().map(Vec::len).min().unwrap_or(0);
    let mut sum = vec![0.0f32; length];
    for layer in &layers {
        let layer = layer.iter();
        sum.iter_mut()
            .zip(layer)
            .for_each(|(sum, sample)| *sum += sample);
    }
    sum
}

/// A signal through a room, as long as the signal.
fn convolved(planner: &mut RealFftPlanner<f32>, signal: &[f32], room: &[f32]) -> Vec<f32> {
    let length = (signal.len() + room.len()).next_power_of_two();
    let (forward, back) = (
        planner.plan_fft_forward(length),
        planner.plan_fft_inverse(length),
    );
    let spectrum = |samples: &[f32]| {
        let mut padded = samples.to_vec();
        padded.resize(length, 0.0);
        let mut bins = forward.make_output_vec();
        // The lengths are the plan's.
        let _ = forward.process(&mut padded, &mut bins);
        bins
    };
    let (mut product, room) = (spectrum(signal), spectrum(room));
    product.iter_mut().zip(room).for_each(|(a, b)| *a *= b);
    let mut samples = back.make_output_vec();
    let _ = back.process(&mut product, &mut samples);
    samples.truncate(signal.len());
    let scale = 1.0 / length as f32;
    samples.iter_mut().for_each(|sample| *sample *= scale);
    samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::frame::dbfs;

    fn tone() -> Vec<f32> {
        (0..16_000).map(|n| (n as f32 * 0.3).sin()).collect()
    }

    #[test]
    fn a_convolution_is_the_sum_of_shifted_copies() {
        let heard = convolved(
            &mut RealFftPlanner::new(),
            &[1.0, 2.0, 0.0, 0.0],
            &[1.0, 0.0, 0.5],
        );
        let expected = [1.0, 2.0, 0.5, 1.0];
        assert!(
            heard
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-5),
            "{heard:?}"
        );
    }

    #[test]
    fn the_voice_has_its_level_and_the_noise_its_own() {
        let mut surroundings = Surroundings::new(Vec::new(), 1);
        let mut voice = tone();
        voice.extend(vec![0.0; 16_000]);
        let place = Place {
            snr_db: 20.0,
            level_dbfs: -30.0,
            ..Place::NEAR
        };
        let heard = surroundings.hear(&voice, (0, 16_000), &place);
        assert!((dbfs(rms(&heard[..16_000])) + 30.0).abs() < 0.5);
        assert!((dbfs(rms(&heard[16_000..])) + 50.0).abs() < 1.0);
    }

    #[test]
    fn a_room_rings_on() {
        let mut surroundings = Surroundings::new(Vec::new(), 1);
        let mut voice = tone();
        voice.extend(vec![0.0; 4_000]);
        let heard = surroundings.hear(&voice, (0, 16_000), &Place::FAR);
        assert!(rms(&heard[16_100..17_000]) > 0.05 * rms(&heard[8_000..16_000]));
    }
}
