//! The simulated room of the virtual sound card: how the loudspeaker gets into the microphone.

use crate::audio::frame::{SESSION_RATE, from_db};
use crate::audio::noise::Noise;

/// A path from loudspeaker to microphone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EchoPath {
    /// Level of the echo relative to what was played. dB.
    pub gain_db: f32,
    /// Time until the direct sound arrives. Milliseconds.
    pub delay_ms: f32,
    /// Time in which the reverberant tail decays by 60 dB, 0 for none. Milliseconds.
    pub reverb_ms: f32,
    /// How much faster the loudspeaker's clock is than the microphone's. Parts per million.
    pub drift_ppm: f32,
}

/// Shape of the tail's decay: 60 dB in powers of e.
const LN_60_DB: f32 = 6.907_755;
/// The tail's energy relative to the direct sound. A small furnished room, microphone near.
const TAIL_ENERGY: f32 = 0.25;
/// Taps of the tail: sparse, so that a long tail costs little; dense enough to sound diffuse.
const TAIL_TAPS: usize = 96;

/// Filters the played signal into its echo.
pub struct Room {
    taps: Vec<(usize, f32)>,
    history: Vec<f32>,
    position: usize,
    /// How many samples the echo gains on the microphone with each sample.
    drift: f64,
    /// How much later than at the start the echo arrives now. Samples, within the room's span.
    late: f64,
}

/// A drifting echo moves within this; then it jumps back, as a real stream's buffer does. Samples:
/// 10 ms.
const DRIFT_SPAN: f64 = SESSION_RATE as f64 / 100.0;

impl Room {
    /// A room with this echo path; the tail is drawn from `seed`.
    pub fn new(path: EchoPath, seed: u64) -> Self {
        let direct = (path.delay_ms * SESSION_RATE as f32 / 1000.0).round() as usize;
        let tail = (path.reverb_ms * SESSION_RATE as f32 / 1000.0) as usize;
        let mut taps = vec![(direct, 1.0)];
        if tail > 0 {
            let mut noise = Noise::new(seed);
            let mut weights: Vec<(usize, f32)> = (0..TAIL_TAPS)
                .map(|_| {
                    let at = noise.uniform() * tail as f32;
                    let decay = (-LN_60_DB * at / tail as f32).exp();
                    (direct + 1 + at as usize, decay * noise.gaussian())
                })
                .collect();
            let energy: f32 = weights.iter().map(|(_, w)| w * w).sum();
            let scale = (TAIL_ENERGY / energy.max(1e-9)).sqrt();
            weights.iter_mut().for_each(|(_, w)| *w *= scale);
            taps.extend(weights);
        }
        let energy: f32 = taps.iter().map(|(_, w)| w * w).sum();
        let scale = from_db(path.gain_db) / energy.sqrt();
        taps.iter_mut().for_each(|(_, w)| *w *= scale);
        let longest = taps.iter().map(|(at, _)| *at).max().unwrap_or(0);
        let drift = f64::from(path.drift_ppm) * 1e-6;
        let span = if drift == 0.0 {
            0
        } else {
            DRIFT_SPAN as usize + 1
        };
        Self {
            taps,
            history: vec![0.0; (longest + span + 1).next_power_of_two()],
            position: 0,
            drift,
            // It has room to come earlier.
            late: if drift > 0.0 { DRIFT_SPAN - 1.0 } else { 0.0 },
        }
    }

    /// The echo of one played sample, as it reaches the microphone at this instant.
    pub fn echo(&mut self, played: f32) -> f32 {
        let mask = self.history.len() - 1;
        self.history[self.position & mask] = played;
        // Linear interpolation between two samples: speech lies far below half the rate.
        let (late, between) = (self.late as usize, self.late.fract() as f32);
        let at = |back: usize| self.history[self.position.wrapping_sub(back) & mask];
        let delayed = |tap: usize| match between {
            0.0 => at(tap + late),
            between => at(tap + late) * (1.0 - between) + at(tap + late + 1) * between,
        };
        let echo = self
            .taps
            .iter()
            .map(|(tap, weight)| delayed(*tap) * weight)
            .sum();
        self.position = self.position.wrapping_add(1);
        // A faster loudspeaker's sound comes earlier and earlier.
        self.late = (self.late - self.drift).rem_euclid(DRIFT_SPAN);
        echo
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::frame::{dbfs, rms};

    #[test]
    fn the_echo_arrives_after_its_delay() {
        let path = EchoPath {
            gain_db: -10.0,
            delay_ms: 40.0,
            reverb_ms: 0.0,
            drift_ppm: 0.0,
        };
        let mut room = Room::new(path, 1);
        let mut heard: Vec<f32> = vec![room.echo(1.0)];
        heard.extend((0..4_000).map(|_| room.echo(0.0)));
        assert_eq!(heard.iter().position(|s| *s != 0.0), Some(1_920));
        assert!((dbfs(heard[1_920]) + 10.0).abs() < 0.01);
    }

    #[test]
    fn the_echo_has_its_level_with_a_tail_too() {
        let path = EchoPath {
            gain_db: -10.0,
            delay_ms: 5.0,
            reverb_ms: 200.0,
            drift_ppm: 0.0,
        };
        let (mut room, mut noise) = (Room::new(path, 7), Noise::new(3));
        let played: Vec<f32> = (0..96_000).map(|_| noise.gaussian() * 0.1).collect();
        let heard: Vec<f32> = played.iter().map(|s| room.echo(*s)).collect();
        let gain = dbfs(rms(&heard[24_000..])) - dbfs(rms(&played));
        assert!((gain + 10.0).abs() < 1.0, "{gain}");
    }
}
