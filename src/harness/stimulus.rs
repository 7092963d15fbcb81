//! Stimuli made ready: sound at the session's rate, and what is known of it without any detector.

use super::room::{EchoPath, Room};
use super::scenario::{Scenario, Sound, Stimulus, spoken_parts};
use crate::audio::AudioError;
use crate::audio::frame::{BLOCK, SESSION_RATE, dbfs, from_db, rms, sound_bounds};
use crate::audio::sound_file::read_clip;
use crate::audio::wav::Clip;

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
    /// Its sound before rate and level: the same in every run, which a resampler's last bit is not.
    pub source: Clip,
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
        source: clip,
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
    let said = words.join(" ");
    let whole = speak(&said, voice)?;
    let (clip, pauses) = match (parts.len(), gaps(&parts, &whole)) {
        (1, _) => (whole, Vec::new()),
        (_, Some(gaps)) => stretched(&whole, &gaps, &parts),
        // The voice goes on over the place: each part by itself, as if it were all.
        (_, None) => one_by_one(&parts, voice, speak)?,
    };
    Ok((clip, pauses, Some(said)))
}

/// Frames of 10 ms that make a gap between phrases.
const GAP_FRAMES: usize = 4;
/// A gap is so much quieter than the loudest frame.
const GAP_BELOW_DB: f32 = 35.0;
/// A gap lies within this share of the whole from where the letters put it.
const GAP_REACH: f64 = 0.2;

/// The gap that a voice makes at each pause, first and last sample: spoken as a whole, it keeps its
/// melody up before a comma, which it does not at the end of what it takes for a sentence. `None` if
/// it makes none at one of them.
fn gaps(parts: &[(&str, u32)], whole: &Clip) -> Option<Vec<(usize, usize)>> {
    let frame = (whole.rate_hz as usize / 100).max(1);
    let (first, last) = sound_bounds(&whole.samples, whole.rate_hz);
    let levels: Vec<f32> = whole.samples.chunks(frame).map(|c| dbfs(rms(c))).collect();
    let loudest = levels.iter().copied().fold(f32::MIN, f32::max);
    let quiet = |level: &f32| *level < loudest - GAP_BELOW_DB;
    let inside = levels.get(first / frame..last / frame)?;
    let runs = inside.chunk_by(|a, b| quiet(a) == quiet(b));
    let mut at = first / frame;
    let mut found = Vec::new();
    for run in runs {
        if quiet(&run[0]) && run.len() >= GAP_FRAMES {
            found.push((at * frame, (at + run.len()) * frame));
        }
        at += run.len();
    }
    let letters: usize = parts.iter().map(|(said, _)| said.len()).sum();
    let (mut before, mut chosen) = (0, Vec::new());
    for (said, _) in &parts[..parts.len() - 1] {
        before += said.len();
        let length = (last - first) as f64;
        let expected = first as f64 + length * before as f64 / letters as f64;
        let off = |gap: &(usize, usize)| (((gap.0 + gap.1) / 2) as f64 - expected).abs();
        let nearest = found.iter().min_by(|a, b| off(a).total_cmp(&off(b)))?;
        let after_last = chosen.last().is_none_or(|gap| gap < nearest);
        if off(nearest) > length * GAP_REACH || !after_last {
            return None;
        }
        chosen.push(*nearest);
    }
    Some(chosen)
}

/// The whole with other gaps.
fn stretched(
    whole: &Clip,
    gaps: &[(usize, usize)],
    parts: &[(&str, u32)],
) -> (Clip, Vec<(usize, usize)>) {
    let mut joint = Joint::new(whole.rate_hz);
    let mut from = 0;
    for (gap, (_, pause_ms)) in gaps.iter().zip(parts) {
        joint.say(&whole.samples[from..gap.0]);
        joint.pause(*pause_ms);
        from = gap.1;
    }
    joint.say(&whole.samples[from..]);
    (joint.clip, joint.pauses)
}

fn one_by_one(
    parts: &[(&str, u32)],
    voice: &str,
    speak: &mut Speak,
) -> Result<(Clip, Vec<(usize, usize)>), AudioError> {
    let mut joint = Joint::new(0);
    for (said, pause_ms) in parts {
        let part = speak(said, voice)?;
        let (first, last) = sound_bounds(&part.samples, part.rate_hz);
        joint.clip.rate_hz = part.rate_hz;
        joint.say(&part.samples[first..last]);
        if *pause_ms > 0 {
            joint.pause(*pause_ms);
        }
    }
    Ok((joint.clip, joint.pauses))
}

/// Speech and silence in turn.
struct Joint {
    clip: Clip,
    pauses: Vec<(usize, usize)>,
}

impl Joint {
    fn new(rate_hz: u32) -> Self {
        let samples = Vec::new();
        Self {
            clip: Clip { rate_hz, samples },
            pauses: Vec::new(),
        }
    }

    fn say(&mut self, samples: &[f32]) {
        self.clip.samples.extend_from_slice(samples);
    }

    fn pause(&mut self, ms: u32) {
        let from = self.clip.samples.len();
        let to = from + ms as usize * self.clip.rate_hz as usize / 1000;
        self.clip.samples.resize(to, 0.0);
        self.pauses.push((from, to));
    }
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
    use crate::harness::scenario::USER_LEVEL_DBFS;

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
    fn a_gap_that_the_voice_makes_becomes_the_pause() {
        // 300 ms of tone, a gap of 100 ms, 300 ms of tone.
        let mut speak: Speak = Box::new(|_, _| {
            let tone = |n: usize| (n as f32 * 0.2).sin() * 0.3;
            let gap = 4_800..6_400;
            let sample = |n: usize| if gap.contains(&n) { 0.0 } else { tone(n) };
            Ok(Clip {
                rate_hz: 16_000,
                samples: (0..11_200).map(sample).collect(),
            })
        });
        let (clip, pauses, _) = spoken("One two, [pause 800] six ten.", "", &mut speak).unwrap();
        assert_eq!(pauses, [(4_800, 4_800 + 12_800)]);
        assert_eq!(clip.samples.len(), 11_200 - 1_600 + 12_800);
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
