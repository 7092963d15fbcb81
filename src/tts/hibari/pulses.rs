//! The sound of a voice's cords: a train of pulses at a pitch that changes, without overtones above what the
//! sample rate can hold. The formula and its constants are Hibari's (`dsp.py` of hibari-tts 0.2.1), whose
//! decoder was trained with it.

use std::f64::consts::TAU;

use super::RATE_HZ;
use super::stft::STEP;

/// Below this pitch a frame has no voice. Hz.
const LOWEST_HZ: f32 = 40.0;
/// No overtone is higher than this. Hz.
const HIGHEST_OVERTONE_HZ: f32 = 11_000.0;
/// Where the closed form of the sum divides by less than this, its limit is taken.
const NEAR_A_PULSE: f32 = 2e-3;

/// Pulses for a pitch in Hz for each step of [`STEP`] samples; silence where there is no voice.
pub fn pulses(pitch_hz: &[f32]) -> Vec<f32> {
    let mut turns = 0.0;
    let samples = 0..pitch_hz.len() * STEP;
    samples
        .map(|n| {
            let pitch = pitch_at(pitch_hz, n);
            let voiced = pitch > LOWEST_HZ;
            let pitch = pitch.max(LOWEST_HZ);
            turns += f64::from(pitch);
            let phase = ((turns / f64::from(RATE_HZ)).fract() * TAU) as f32;
            if voiced { overtones(phase, pitch) } else { 0.0 }
        })
        .collect()
}

/// The pitch at a sample: a line from the middle of each step to the middle of the next.
fn pitch_at(pitch_hz: &[f32], sample: usize) -> f32 {
    let (step, within) = (sample / STEP, sample % STEP);
    let share = (within as f32 + 0.5) / STEP as f32;
    let last = pitch_hz.len() - 1;
    let (left, right, towards_right) = if share < 0.5 {
        (step.saturating_sub(1), step, share + 0.5)
    } else {
        (step, (step + 1).min(last), share - 0.5)
    };
    pitch_hz[left] * (1.0 - towards_right) + pitch_hz[right] * towards_right
}

/// The sum of cos(h · phase) for every overtone h that is low enough, in closed form.
fn overtones(phase: f32, pitch: f32) -> f32 {
    let order = (HIGHEST_OVERTONE_HZ / pitch).floor() + 0.5;
    let below = 2.0 * (phase * 0.5).sin();
    let ratio = if below.abs() <= NEAR_A_PULSE {
        order
    } else {
        (order * phase).sin() / below
    };
    ratio - 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pitch_of_a_hundred_hertz_has_a_pulse_every_hundredth_of_a_second() {
        let sound = pulses(&[100.0; 16]);
        // All 110 overtones meet at a pulse.
        let peaks: Vec<usize> = (0..sound.len()).filter(|n| sound[*n] > 100.0).collect();
        assert_eq!(peaks.len(), 20, "{peaks:?}");
        assert!(peaks.windows(2).all(|pair| pair[1] - pair[0] == 240));
    }

    #[test]
    fn there_are_no_pulses_without_voice() {
        assert!(pulses(&[0.0; 4]).iter().all(|sample| *sample == 0.0));
        assert!(pulses(&[]).is_empty());
    }

    #[test]
    fn the_pitch_moves_in_a_line_from_step_to_step() {
        let pitch = [100.0, 200.0];
        assert_eq!(pitch_at(&pitch, 0), 100.0);
        assert!((pitch_at(&pitch, STEP) - 150.0).abs() < 0.5);
        assert_eq!(pitch_at(&pitch, 2 * STEP - 1), 200.0);
    }
}
