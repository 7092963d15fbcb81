//! The sound before what rings.

use std::f32::consts::TAU;

use crate::audio::frame::{SESSION_RATE, from_db};
use crate::audio::wav::Clip;

/// The notes, a fifth up and back: heard over music, and unlike any warning. Hz.
const NOTES: [f32; 3] = [784.0, 1_174.7, 784.0];
/// Each lasts so long. Seconds.
const NOTE_S: f32 = 0.18;
/// It swells and fades within. Seconds.
const SWELL_S: f32 = 0.02;
const LEVEL_DBFS: f32 = -14.0;

/// Three notes, mono at [`SESSION_RATE`], and a pause.
pub fn ring_tone() -> Clip {
    let rate = SESSION_RATE as f32;
    let length = (NOTE_S * rate) as usize;
    let mut samples: Vec<f32> = Vec::with_capacity(length * (NOTES.len() + 1));
    for hz in NOTES {
        samples.extend((0..length).map(|n| {
            let (at, left) = (n as f32 / rate, (length - n) as f32 / rate);
            let swell = (at / SWELL_S).min(left / SWELL_S).min(1.0);
            from_db(LEVEL_DBFS) * swell * (TAU * hz * at).sin()
        }));
    }
    samples.extend(std::iter::repeat_n(0.0, length));
    Clip {
        rate_hz: SESSION_RATE,
        samples,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_and_ends_in_silence_and_never_clips() {
        let clip = ring_tone();
        assert!(clip.samples[0].abs() < 1e-3 && clip.samples.last().unwrap().abs() < 1e-3);
        assert!(clip.samples.iter().all(|sample| sample.abs() < 0.25));
        assert!(clip.samples.iter().any(|sample| sample.abs() > 0.15));
    }
}
