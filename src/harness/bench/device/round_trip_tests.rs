//! On recordings with a known answer, as a sound card with simulated room would have made them.

use std::f64::consts::PI;

use super::*;
use crate::audio::block_times::BlockTime;
use crate::audio::noise::Noise;
use crate::harness::room::{EchoPath, Room};

/// Precision that is promised. Seconds.
const WITHIN_S: f64 = 0.000_1;

const BURSTS: Bursts = Bursts {
    count: 8,
    level: 0.25,
    lowest_rate_hz: 48_000,
    seed: 1,
};

/// Callbacks every 10 ms, from `start_s` on.
fn blocks(rate_hz: u32, start_s: f64, samples: usize) -> Vec<BlockTime> {
    let frames = rate_hz as usize / 100;
    (0..samples / frames)
        .map(|n| BlockTime {
            first_frame: (n * frames) as u64,
            at_s: start_s + n as f64 * 0.01,
            latency_s: 0.015,
        })
        .collect()
}

fn silence(seconds: f64) -> Vec<f32> {
    vec![0.0; (48_000.0 * seconds) as usize]
}

/// A recording at 48 kHz of what `path` makes of the bursts. The microphone opens 1.2 s later than
/// the loudspeaker, as real ones do.
fn recorded(path: impl FnOnce(&[f32]) -> Vec<f32>) -> PathRecording {
    const LATER_S: f64 = 1.2;
    let played = [BURSTS.signal(48_000), silence(3.0)].concat();
    let captured = path(&played)[(LATER_S * 48_000.0) as usize..].to_vec();
    PathRecording {
        capture_rate_hz: 48_000,
        render_rate_hz: 48_000,
        capture_blocks: blocks(48_000, 3.0 + LATER_S, captured.len()),
        render_blocks: blocks(48_000, 3.0, played.len()),
        captured,
        played,
        ..PathRecording::default()
    }
}

fn through(room: EchoPath, noise_level: f32) -> PathRecording {
    let (mut room, mut noise) = (Room::new(room, 1), Noise::new(2));
    let mut hear = |s: &f32| room.echo(*s) + noise.gaussian() * noise_level;
    recorded(|played| played.iter().map(&mut hear).collect())
}

/// Neighbours on each side that a sample between two is made of: exact to 0.1% up to nine tenths of
/// the band.
const REACH: i64 = 16;

/// The signal at a place between its samples, by a windowed sinc.
fn between(samples: &[f32], at: f64) -> f32 {
    let (whole, part) = (at.floor() as i64, at - at.floor());
    // The sine is the same for all taps but for its sign.
    let sine = (PI * part).sin();
    let tap = |tap: i64| {
        let sample = usize::try_from(whole + tap)
            .ok()
            .and_then(|n| samples.get(n));
        let x = tap as f64 - part;
        let sinc = if x.abs() < 1e-9 {
            1.0
        } else {
            -sine * if tap % 2 == 0 { 1.0 } else { -1.0 } / (PI * x)
        };
        let window = (PI * x / (2 * REACH + 2) as f64).cos().powi(2);
        sample.map_or(0.0, |sample| f64::from(*sample) * sinc * window)
    };
    (-REACH..=REACH).map(tap).sum::<f64>() as f32
}

#[test]
fn a_delay_of_up_to_two_seconds_is_found() {
    for delay_ms in [0.0, 3.25, 40.0, 317.0, 1_900.0] {
        let room = EchoPath {
            gain_db: -20.0,
            delay_ms,
            reverb_ms: 0.0,
            drift_ppm: 0.0,
        };
        let found = find_round_trip(&through(room, 1e-4), &BURSTS).unwrap();
        assert_eq!((found.arrivals.len(), found.jumps), (8, 0));
        for arrival in &found.arrivals {
            let error = arrival.round_trip_s - f64::from(delay_ms) / 1_000.0;
            assert!(error.abs() < WITHIN_S, "{delay_ms}: {arrival:?}");
            assert!(arrival.confidence > 0.99, "{arrival:?}");
            assert!((arrival.gain_db + 20.0).abs() < 0.1, "{arrival:?}");
            assert!((arrival.claimed_s - 0.03).abs() < 1e-9);
        }
        assert!(found.drift_ppm.unwrap().abs() < 1.0, "{found:?}");
    }
}

#[test]
fn a_delay_that_is_longer_than_is_looked_for_is_not_found_and_how_long_that_is_is_said() {
    let room = EchoPath {
        gain_db: -20.0,
        delay_ms: 3_000.0,
        reverb_ms: 0.0,
        drift_ppm: 0.0,
    };
    let error = find_round_trip(&through(room, 1e-4), &BURSTS).unwrap_err();
    let said = error.to_string();
    assert!(said.contains(&format!("within {LONGEST_S} s")), "{said}");
    assert!(said.contains("a shorter buffer"), "{said}");
}

#[test]
fn a_reverberant_room_with_noise_is_found_with_less_confidence() {
    let room = EchoPath {
        gain_db: -30.0,
        delay_ms: 62.0,
        reverb_ms: 300.0,
        drift_ppm: 0.0,
    };
    let found = find_round_trip(&through(room, 0.001), &BURSTS).unwrap();
    for arrival in &found.arrivals {
        assert!(
            (arrival.round_trip_s - 0.062).abs() < WITHIN_S,
            "{arrival:?}"
        );
        assert!(arrival.confidence < 0.95, "{arrival:?}");
    }
}

#[test]
fn without_an_echo_none_is_found() {
    for seed in 1..6 {
        let mut noise = Noise::new(seed);
        let mut hear = |_: &f32| noise.gaussian() * 0.05;
        let recording = recorded(|played| played.iter().map(&mut hear).collect());
        let none = find_round_trip(&recording, &BURSTS).unwrap_err();
        assert!(none.best < 0.15 && none.found == 0, "{none:?}");
    }
    let silent = recorded(|played| vec![0.0; played.len()]);
    assert!(find_round_trip(&silent, &BURSTS).is_err());
}

#[test]
fn hum_and_rumble_are_no_obstacle() {
    let recording = recorded(|played| {
        let hum = |n: usize| (n as f32 * 50.0 * std::f32::consts::TAU / 48_000.0).sin() * 0.03;
        let heard = played
            .iter()
            .enumerate()
            .map(|(n, s)| s * 0.1 + hum(n) + 0.05);
        heard.collect()
    });
    let found = find_round_trip(&recording, &BURSTS).unwrap();
    assert!(
        found.arrivals.iter().all(|a| a.confidence > 0.9),
        "{found:?}"
    );
}

#[test]
fn a_sound_that_comes_twice_is_found_twice() {
    let recording = recorded(|played| {
        let late = 300 * 48;
        let before = |n: usize| n.checked_sub(late).map_or(0.0, |n| played[n]);
        (0..played.len())
            .map(|n| played[n] * 0.5 + before(n) * 0.45)
            .collect()
    });
    let found = find_round_trip(&recording, &BURSTS).unwrap();
    for arrival in &found.arrivals {
        assert!(arrival.round_trip_s.abs() < WITHIN_S, "{arrival:?}");
        let again = arrival.again_after_s.unwrap();
        assert!((again - 0.3).abs() < WITHIN_S, "{arrival:?}");
    }
}

#[test]
fn clocks_that_drift_apart_are_seen_to_and_do_not_lengthen_the_way() {
    for ppm in [-80.0, 80.0] {
        let faster = 1.0 + ppm * 1e-6;
        let mut recording = recorded(|played| {
            (0..played.len())
                .map(|n| between(played, n as f64 / faster - 480.0))
                .collect()
        });
        for block in &mut recording.capture_blocks {
            block.at_s = 4.2 + (block.first_frame as f64 + 57_600.0) / 48_000.0 / faster - 1.2;
        }
        let found = find_round_trip(&recording, &BURSTS).unwrap();
        assert!(
            (found.drift_ppm.unwrap() - ppm).abs() < 3.0,
            "{ppm}: {found:?}"
        );
        assert_eq!(found.jumps, 0);
        for arrival in &found.arrivals {
            assert!(
                (arrival.round_trip_s - 0.01).abs() < 2.0 * WITHIN_S,
                "{arrival:?}"
            );
        }
    }
}

#[test]
fn lost_samples_are_a_jump_and_a_burst_that_is_swallowed_is_missing() {
    let recording = recorded(|played| {
        let mut heard = played.to_vec();
        heard.drain(48_000 * 4..48_000 * 4 + 240);
        heard.extend([0.0; 240]);
        let swallowed = BURSTS.start(6, 48_000);
        heard[swallowed - 480..swallowed + 14_400].fill(0.0);
        heard
    });
    let found = find_round_trip(&recording, &BURSTS).unwrap();
    assert_eq!((found.jumps, found.arrivals.len()), (1, 7), "{found:#?}");
    assert!(found.drift_ppm.unwrap().abs() < 1.0, "{found:?}");
}

#[test]
fn the_two_sides_may_have_different_rates() {
    let played = [BURSTS.signal(48_000), silence(3.0)].concat();
    let bursts = Bursts {
        lowest_rate_hz: 44_100,
        ..BURSTS
    };
    let captured = [vec![0.0; 4_410], bursts.signal(44_100), vec![0.0; 120_000]].concat();
    let recording = PathRecording {
        capture_rate_hz: 44_100,
        render_rate_hz: 48_000,
        capture_blocks: blocks(44_100, 0.0, captured.len()),
        render_blocks: blocks(48_000, 0.0, played.len()),
        captured,
        played,
        ..PathRecording::default()
    };
    let found = find_round_trip(&recording, &bursts).unwrap();
    assert!(
        found
            .arrivals
            .iter()
            .all(|a| (a.round_trip_s - 0.1).abs() < WITHIN_S),
        "{found:?}"
    );
}
