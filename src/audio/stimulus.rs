//! Stimuli made ready: sound at the session's rate, and what is known of it without any detector.

use super::AudioError;
use super::frame::{BLOCK, SESSION_RATE, dbfs, from_db, rms, sound_bounds};
use super::room::{EchoPath, Room};
use super::scenario::{Scenario, Sound, Stimulus, spoken_parts};
use super::wav::{Clip, read_clip};

/// Makes a clip of text in a named voice; the card itself knows nothing of speech.
pub type Speak = Box<dyn FnMut(&str, &str) -> Result<Clip, AudioError> + Send>;

/// A stimulus that is ready to be played in.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Its sound, at [`SESSION_RATE`].
    pub samples: Vec<f32>,
    /// First and last sample that can be heard above what surrounds them.
    pub bounds: (usize, usize),
    /// Pauses inside it: first sample of the silence, and the one after it.
    pub pauses: Vec<(usize, usize)>,
    /// What is said, where that is known.
    pub said: Option<String>,
    /// As the scenario has it.
    pub stimulus: Stimulus,
}

/// Makes all stimuli of a scenario ready.
///
/// # Errors
/// A file cannot be read, or a text cannot be spoken.
pub fn prepare(scenario: &Scenario, speak: &mut Speak) -> Result<Vec<Prepared>, AudioError> {
    let seeds = scenario.seed..;
    let stimuli = scenario.stimuli.iter().zip(seeds);
    stimuli
        .map(|(stimulus, seed)| prepare_one(stimulus, seed, speak))
        .collect()
}

fn prepare_one(stimulus: &Stimulus, seed: u64, speak: &mut Speak) -> Result<Prepared, AudioError> {
    let (clip, pauses, said) = match &stimulus.sound {
        Sound::Say { text, voice } => spoken(text, voice, speak)?,
        Sound::File(path) => (read_clip(path)?, Vec::new(), None),
        Sound::Effect(effect) => (effect.make(seed), Vec::new(), None),
        Sound::Excerpt {
            path,
            from_s,
            length_s,
        } => (
            read_clip(path)?.excerpt(*from_s, *length_s),
            Vec::new(),
            None,
        ),
    };
    let rate_hz = clip.rate_hz as usize;
    let at_session_rate = |sample: usize| sample * SESSION_RATE as usize / rate_hz;
    let mut samples = clip.at_rate(SESSION_RATE)?.samples;
    let bounds = sound_bounds(&samples, SESSION_RATE);
    if stimulus.far {
        samples = from_afar(&samples, seed);
    }
    if let Some(level) = stimulus.level_dbfs {
        let gain = from_db(level - loudest_dbfs(&samples));
        samples.iter_mut().for_each(|s| *s *= gain);
    }
    Ok(Prepared {
        bounds,
        pauses: pauses
            .into_iter()
            .map(|(from, to)| (at_session_rate(from), at_session_rate(to)))
            .collect(),
        samples,
        said,
        stimulus: stimulus.clone(),
    })
}

/// What is made of a stimulus: sound, pauses in it, words.
type Made = (Clip, Vec<(usize, usize)>, Option<String>);

/// Speaks a text; between its parts lies silence of just the length that it names.
fn spoken(text: &str, voice: &str, speak: &mut Speak) -> Result<Made, AudioError> {
    let parts = spoken_parts(text).map_err(|reason| AudioError::Device {
        device: "virtual sound card".into(),
        reason,
    })?;
    let words: Vec<&str> = parts.iter().map(|(said, _)| *said).collect();
    let said = Some(words.join(" "));
    let mut sound = Clip {
        rate_hz: 0,
        samples: Vec::new(),
    };
    let mut pauses = Vec::new();
    for (said, pause_ms) in &parts {
        let part = speak(said, voice)?;
        sound.rate_hz = part.rate_hz;
        if parts.len() == 1 {
            sound.samples = part.samples;
            break;
        }
        let (first, last) = sound_bounds(&part.samples, part.rate_hz);
        sound.samples.extend(&part.samples[first..last]);
        if *pause_ms > 0 {
            let from = sound.samples.len();
            let to = from + *pause_ms as usize * part.rate_hz as usize / 1000;
            sound.samples.resize(to, 0.0);
            pauses.push((from, to));
        }
    }
    Ok((sound, pauses, said))
}

/// Corner of what a room's far end swallows. Hz: speech stays intelligible, and dull.
const FAR_CORNER_HZ: f32 = 1_800.0;
/// A living room.
const FAR_ROOM: EchoPath = EchoPath {
    gain_db: 0.0,
    delay_ms: 0.0,
    reverb_ms: 400.0,
    drift_ppm: 0.0,
};

/// The sound as it arrives from across a room.
fn from_afar(samples: &[f32], seed: u64) -> Vec<f32> {
    let mut room = Room::new(FAR_ROOM, seed);
    // Two one-pole low-passes one after the other: 12 dB an octave.
    let a = 1.0 - (-std::f32::consts::TAU * FAR_CORNER_HZ / SESSION_RATE as f32).exp();
    let (mut first, mut second) = (0.0f32, 0.0f32);
    let tail = FAR_ROOM.reverb_ms as usize * BLOCK / 10;
    let heard = samples
        .iter()
        .copied()
        .chain(std::iter::repeat_n(0.0, tail));
    heard
        .map(|sample| {
            first += a * (sample - first);
            second += a * (first - second);
            room.echo(second)
        })
        .collect()
}

/// Level of the loudest 100 ms, in dBFS.
fn loudest_dbfs(samples: &[f32]) -> f32 {
    let loudest = samples.chunks(SESSION_RATE as usize / 10).map(rms);
    dbfs(loudest.fold(0.0, f32::max))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::audio::scenario::USER_LEVEL_DBFS;

    /// A voice whose every text is 300 ms of tone between 100 ms of silence.
    fn voice() -> Speak {
        Box::new(|_, _| {
            let mut samples = vec![0.0; 1_600];
            samples.extend((0..4_800).map(|n| (n as f32 * 0.2).sin() * 0.3));
            samples.extend([0.0; 1_600]);
            Ok(Clip {
                rate_hz: 16_000,
                samples,
            })
        })
    }

    fn prepared(stimulus: &str) -> Prepared {
        let text = format!("name = \"x\"\n[[stimulus]]\nat = \"start\"\n{stimulus}");
        let scenario = Scenario::parse(&text, Path::new("x.toml")).unwrap();
        prepare(&scenario, &mut voice()).unwrap().remove(0)
    }

    #[test]
    fn a_pause_has_just_its_length() {
        let made = prepared("say = \"a, [pause 800] b.\"");
        assert_eq!(made.pauses, [(300 * 48, 1_100 * 48)]);
        assert!(
            made.samples[300 * 48 + 480..1_100 * 48 - 480]
                .iter()
                .all(|s| s.abs() < 1e-4)
        );
        assert_eq!(made.said.as_deref(), Some("a, b."));
        assert_eq!(made.samples.len(), 1_400 * 48);
    }

    #[test]
    fn speech_has_the_users_level() {
        let level = loudest_dbfs(&prepared("say = \"a\"").samples);
        assert!((level - USER_LEVEL_DBFS).abs() < 0.1, "{level}");
    }

    #[test]
    fn what_is_far_is_quieter_and_rings() {
        let (near, far) = (prepared("say = \"a\""), prepared("say = \"a\"\nfar = true"));
        assert!(loudest_dbfs(&far.samples) < loudest_dbfs(&near.samples) - 10.0);
        assert!(rms(&far.samples[410 * 48..500 * 48]) > 1e-4);
        assert_eq!(far.bounds, near.bounds);
    }
}
