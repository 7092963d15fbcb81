//! What a converter records whose clock is not quite right.

use std::f64::consts::PI;

/// Neighbours on each side that a sample between two is made of: exact to 0.1% up to nine tenths of
/// the band.
const REACH: i64 = 16;

/// `samples` as a clock that is faster by `ppm` takes them; as many as there were, the last ones
/// are silent if it is slower.
pub fn drifted(samples: &[f32], ppm: f64) -> Vec<f32> {
    let faster = 1.0 + ppm * 1e-6;
    let at = |n: usize| n as f64 / faster;
    (0..samples.len())
        .map(|n| between(samples, at(n)))
        .collect()
}

/// The signal at a place between its samples, by a windowed sinc.
pub fn between(samples: &[f32], at: f64) -> f32 {
    let (whole, part) = (at.floor() as i64, at - at.floor());
    // The sine is the same for all taps but for its sign.
    let sine = (PI * part).sin();
    let tap = |tap: i64| {
        let sample = usize::try_from(whole + tap)
            .ok()
            .and_then(|n| samples.get(n));
        let x = tap as f64 - part;
        let sinc = match x.abs() < 1e-9 {
            true => 1.0,
            false => -sine * if tap % 2 == 0 { 1.0 } else { -1.0 } / (PI * x),
        };
        let window = (PI * x / (2 * REACH + 2) as f64).cos().powi(2);
        sample.map_or(0.0, |sample| f64::from(*sample) * sinc * window)
    };
    (-REACH..=REACH).map(tap).sum::<f64>() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_read_between_its_samples() {
        let tone = |at: f64| (at * 0.7).sin() as f32;
        let samples: Vec<f32> = (0..200).map(|n| tone(n as f64)).collect();
        for at in [100.0, 100.25, 100.5, 99.9] {
            let error = between(&samples, at) - tone(at);
            assert!(error.abs() < 1e-3, "{at}: {error}");
        }
    }

    #[test]
    fn a_faster_clock_takes_more_samples_of_the_same() {
        let mut samples = vec![0.0; 20_000];
        samples[10_000] = 1.0;
        let heard = drifted(&samples, 100.0);
        let loudest = (0..heard.len()).max_by(|a, b| heard[*a].total_cmp(&heard[*b]));
        assert_eq!(loudest, Some(10_001));
    }
}
