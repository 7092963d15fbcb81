//! What is found of an earcon and of a reply: in noise, under speech, in rooms and at headphones.

use super::*;
use crate::audio::noise::Noise;
use crate::harness::room::{EchoPath, Room};

const LAPTOP: EchoPath = EchoPath {
    gain_db: -20.0,
    delay_ms: 20.0,
    reverb_ms: 0.0,
    drift_ppm: 0.0,
};

/// The answer of a probe over a room in which somebody may speak; at the session's rate its
/// times are a third.
fn hear(
    probe: EchoProbe,
    played: &[f32],
    path: Option<EchoPath>,
    others: impl FnMut() -> f32,
) -> EchoReturn {
    hear_at((probe, false), played, path, others)
}

fn hear_at(
    (mut probe, zeros_are_quiet): (EchoProbe, bool),
    played: &[f32],
    path: Option<EchoPath>,
    mut others: impl FnMut() -> f32,
) -> EchoReturn {
    let mut room = path.map(|path| Room::new(path, 1));
    let mut sound = vec![0.0; 3_200];
    sound.extend(played);
    sound.resize(SPEECH_RATE as usize * 14, 0.0);
    for block in sound.as_chunks::<FRAME>().0 {
        let capture = std::array::from_fn(|n| {
            others() + room.as_mut().map_or(0.0, |room| room.echo(block[n]))
        });
        if let Some(found) = probe.push(&capture, block, zeros_are_quiet) {
            return found;
        }
    }
    panic!("the probe never answered")
}

fn noise(level: f32) -> impl FnMut() -> f32 {
    let mut noise = Noise::new(2);
    move || noise.gaussian() * level
}

/// Something like a voice: pulses through two resonances, loud and soft in turn.
fn voice(seed: u64, level: f32) -> impl FnMut() -> f32 {
    let (mut n, mut state, mut noise) = (0u32, [0.0f32; 2], Noise::new(seed));
    let mut period = 120;
    move || {
        n += 1;
        if n % 4_000 == 0 {
            period = 90 + (noise.gaussian().abs() * 40.0) as u32;
        }
        let pulse = if n % period == 0 { 8.0 } else { 0.0 } + noise.gaussian() * 0.1;
        let next = pulse + 1.6 * state[0] - 0.8 * state[1];
        state = [next, state[0]];
        let loudness = (n as f32 / 2_600.0).sin().abs();
        next * 0.1 * loudness * level
    }
}

fn probe(path: Option<EchoPath>, noise_level: f32) -> EchoReturn {
    let earcon = earcon(SPEECH_RATE);
    hear(EchoProbe::of_earcon(), &earcon, path, noise(noise_level))
}

#[test]
fn gain_and_delay_of_an_echo_are_found_in_noise() {
    let EchoReturn::Heard {
        gain_db, delay_ms, ..
    } = probe(Some(LAPTOP), 0.002)
    else {
        panic!("not heard")
    };
    assert!((gain_db + 20.0).abs() < 1.5, "{gain_db}");
    assert!((delay_ms - 60.0).abs() < 1.0, "{delay_ms}");
}

#[test]
fn without_an_echo_none_is_found() {
    assert_eq!(probe(None, 0.01), EchoReturn::NotHeard);
}

#[test]
fn speech_over_the_earcon_hides_the_echo_and_is_none() {
    let unclear = EchoReturn::Unclear(Unclear::TooLoud);
    for seed in 1..8 {
        for path in [None, Some(LAPTOP)] {
            let probe = EchoProbe::of_earcon();
            let found = hear(probe, &earcon(SPEECH_RATE), path, voice(seed, 1.0));
            assert_eq!(found, unclear, "seed {seed}, {path:?}");
        }
    }
}

#[test]
fn in_too_much_noise_an_echo_cannot_be_told() {
    assert_eq!(probe(None, 0.1), EchoReturn::Unclear(Unclear::TooLoud));
}

#[test]
fn a_muted_microphone_is_no_room_without_an_echo() {
    let silence = || 0.0;
    let found = |zeros_are_quiet| {
        let probe = (EchoProbe::of_earcon(), zeros_are_quiet);
        hear_at(probe, &earcon(SPEECH_RATE), None, silence)
    };
    let unclear = EchoReturn::Unclear(Unclear::DigitalSilence);
    assert_eq!(found(false), unclear);
    assert_eq!(found(true), EchoReturn::NotHeard);
}

#[test]
fn an_earcon_that_is_not_played_measures_nothing() {
    let found = hear(EchoProbe::of_earcon(), &[], None, noise(0.002));
    assert_eq!(found, EchoReturn::Unclear(Unclear::NothingPlayed));
}

#[test]
fn a_reply_measures_as_the_earcon_does() {
    let mut reply = voice(3, 1.0);
    let reply: Vec<f32> = (0..2 * SPEECH_RATE).map(|_| reply()).collect();
    let heard = |path, others: f32| hear(EchoProbe::of_reply(), &reply, path, noise(others));
    let EchoReturn::Heard { gain_db, .. } = heard(Some(LAPTOP), 0.002) else {
        panic!("not heard")
    };
    assert!((gain_db + 20.0).abs() < 2.0, "{gain_db}");
    assert_eq!(heard(None, 0.002), EchoReturn::NotHeard);
}

/// All answers of a probe to a reply, and after how many milliseconds; the loudspeaker is as loud as it
/// should be after so many seconds.
fn answers(reply: &[f32], path: Option<EchoPath>, fades_in_s: f32) -> Vec<(EchoReturn, usize)> {
    let mut probe = EchoProbe::of_reply();
    let mut room = path.map(|path| Room::new(path, 1));
    let mut others = noise(0.002);
    let mut answers = Vec::new();
    for (n, block) in reply.as_chunks::<FRAME>().0.iter().enumerate() {
        let seconds = n as f32 * 0.01;
        let volume = (seconds / fades_in_s.max(0.01)).min(1.0);
        let capture = std::array::from_fn(|n| {
            others()
                + room
                    .as_mut()
                    .map_or(0.0, |room| room.echo(block[n] * volume))
        });
        let complete = probe.is_complete();
        if !complete && let Some(found) = probe.push(&capture, block, false) {
            answers.push((found, n * 10));
        }
    }
    answers
}

fn reply_of(seed: u64) -> Vec<f32> {
    let mut reply = voice(seed, 1.0);
    (0..3 * SPEECH_RATE).map(|_| reply()).collect()
}

#[test]
fn no_echo_is_known_in_the_first_second_of_a_reply() {
    for seed in 1..20 {
        let answers = answers(&reply_of(seed), None, 0.0);
        let (found, ms) = answers[0];
        assert_eq!(found, EchoReturn::NotHeard, "seed {seed}");
        assert!(ms <= 1_000, "seed {seed}: {ms} ms");
        assert_eq!(answers.last().unwrap().0, found, "seed {seed}: it stays");
    }
}

#[test]
fn an_echo_is_never_excluded_however_it_comes() {
    let late = EchoPath {
        delay_ms: 125.0,
        ..LAPTOP
    };
    let reverberant = EchoPath {
        reverb_ms: 50.0,
        ..LAPTOP
    };
    let quiet = EchoPath {
        gain_db: -26.0,
        ..LAPTOP
    };
    for seed in 1..20 {
        for path in [LAPTOP, late, reverberant, quiet] {
            let answers = answers(&reply_of(seed), Some(path), 0.0);
            let excluded = |(found, _): &(EchoReturn, usize)| *found == EchoReturn::NotHeard;
            assert!(
                !answers.iter().any(excluded),
                "seed {seed}, {path:?}: {answers:?}"
            );
        }
    }
}

#[test]
fn a_loudspeaker_that_wakes_up_slowly_is_found_after_all() {
    for seed in 1..20 {
        let answers = answers(&reply_of(seed), Some(LAPTOP), 0.8);
        let (last, _) = answers.last().unwrap();
        assert_ne!(*last, EchoReturn::NotHeard, "seed {seed}: {answers:?}");
    }
}

#[test]
fn speech_over_a_reply_is_not_taken_for_its_echo() {
    let mut reply = voice(3, 1.0);
    let reply: Vec<f32> = (0..2 * SPEECH_RATE).map(|_| reply()).collect();
    for seed in 11..18 {
        let found = hear(EchoProbe::of_reply(), &reply, None, voice(seed, 1.0));
        assert_eq!(found, EchoReturn::Unclear(Unclear::TooLoud), "seed {seed}");
    }
}

#[test]
fn what_was_not_measured_is_cancelled_or_leaves_half_duplex() {
    let unclear = EchoReturn::Unclear(Unclear::TooLoud);
    assert_eq!(choose(unclear, true).0, DuplexMode::Full);
    assert_eq!(choose(unclear, false).0, DuplexMode::Half);
}

#[test]
fn the_louder_the_echo_the_less_both_may_speak() {
    let mode = |gain_db| {
        let heard = EchoReturn::Heard {
            gain_db,
            delay_ms: 40.0,
            clipped: false,
        };
        choose(heard, true).0
    };
    assert_eq!(mode(-20.0), DuplexMode::Full);
    assert_eq!(mode(0.0), DuplexMode::Ducked);
    assert_eq!(mode(10.0), DuplexMode::Half);
}

#[test]
fn without_cancellation_an_echo_leaves_half_duplex() {
    let heard = EchoReturn::Heard {
        gain_db: -20.0,
        delay_ms: 40.0,
        clipped: false,
    };
    assert_eq!(choose(heard, false).0, DuplexMode::Half);
    assert_eq!(choose(EchoReturn::NotHeard, false).0, DuplexMode::Full);
}
