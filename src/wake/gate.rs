//! The first gate: something is louder than the room. Speech that comes from afar, or out of noise, is not sure to pass
//! for speech, but it is louder than what was before it.

use crate::audio::frame::{dbfs, rms};

/// Above the room by this much. dB.
const RISE_DB: f32 = 6.0;
/// Nothing below this is a room. dBFS.
const QUIETEST_DBFS: f32 = -75.0;
/// How fast the floor falls to what is quieter, of the way for each frame.
const FALLS: f32 = 0.1;
/// How fast it rises. dB for each frame of 16 ms: 2 dB a second, so that a fan that goes on is the room soon.
const RISES_DB: f32 = 0.032;

/// Follows the level of the room.
#[derive(Debug, Default)]
pub(super) struct Gate {
    /// dBFS; `None` before anything was heard.
    floor: Option<f32>,
}

impl Gate {
    /// Takes a frame of 16 ms; whether it is louder than the room.
    pub(super) fn rises(&mut self, frame: &[f32]) -> bool {
        let level = dbfs(rms(frame)).max(QUIETEST_DBFS);
        let floor = self.floor.get_or_insert(level);
        *floor = if level < *floor {
            *floor + FALLS * (level - *floor)
        } else {
            (*floor + RISES_DB).min(level)
        };
        level > *floor + RISE_DB
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::noise::Noise;

    fn frame(noise: &mut Noise, gain: f32) -> Vec<f32> {
        (0..256).map(|_| noise.gaussian() * gain).collect()
    }

    #[test]
    fn what_goes_on_is_the_room_and_what_is_louder_is_not() {
        let (mut gate, mut noise) = (Gate::default(), Noise::new(1));
        let mut opened = |gain: f32, frames: usize| {
            (0..frames)
                .filter(|_| gate.rises(&frame(&mut noise, gain)))
                .count()
        };
        assert_eq!(opened(0.001, 500), 0);
        assert_eq!(opened(0.004, 20), 20);
        assert_eq!(opened(0.001, 500), 0);
    }

    #[test]
    fn digital_silence_opens_nothing() {
        let mut gate = Gate::default();
        assert!((0..100).all(|_| !gate.rises(&[0.0; 256])));
    }
}
