//! Scenario files: what is said to the virtual sound card's microphone, when, and in which room.
//!
//! ```toml
//! name = "interruption"
//! seed = 7                                  # noise and reverberation
//! end = "reply_finished + 1500 ms"          # optional; without it the session goes on
//! limit_s = 60                              # the end comes at the latest then
//!
//! [room]                                    # optional: loudspeaker into microphone
//! echo_gain_db = -20.0
//! delay_ms = 25.0
//! reverb_ms = 150.0
//!
//! [noise]                                   # optional: white noise at the microphone
//! level_dbfs = -65.0
//!
//! [[stimulus]]                              # in order; each waits for the one before it
//! say = "What is the capital of France?"    # or: file = "question.wav", or: effect = "cough"
//! voice = "en-GB"                           # effects: cough, keyboard, door, tone
//! at = "start + 500 ms"                     # start, reply_started, reply_finished, previous
//! level_dbfs = -26.0                        # of the loudest 100 ms; optional for files
//! expect = "answer"                         # what it is meant to do to a reply that sounds:
//!                                           # answer (default), stop, go_on
//! ```
//!
//! `reply_started` and `reply_finished` mean the next such moment after the stimulus before it,
//! `previous` the end of that stimulus.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::AudioError;
use super::effects::Effect;
use super::room::EchoPath;

/// A moment that stimuli wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The first captured sample.
    Start,
    /// A reply became audible.
    ReplyStarted,
    /// A reply ended, by itself or by interruption.
    ReplyFinished,
    /// The stimulus before it ended.
    Previous,
}

/// What a stimulus is meant to do to a reply that sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// Stop it, and be answered.
    #[default]
    Answer,
    /// Stop it, and not be answered.
    Stop,
    /// Nothing.
    GoOn,
}

impl Expect {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Stop => "stop",
            Self::GoOn => "go_on",
        }
    }
}

/// A moment and a time after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    /// The moment waited for.
    pub anchor: Anchor,
    /// Time after it.
    pub after: Duration,
}

/// Where a stimulus's sound comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Sound {
    /// Text spoken by a voice.
    Say {
        /// The words.
        text: String,
        /// The voice's name, for example `en-GB`.
        voice: String,
    },
    /// A WAV or FLAC file.
    File(PathBuf),
    /// A sound that is no speech.
    Effect(Effect),
    /// A part of a file: from here, for so long. Seconds.
    Excerpt {
        /// The file.
        path: PathBuf,
        /// Where the part begins.
        from_s: f32,
        /// Its length.
        length_s: f32,
    },
}

/// Something that the microphone hears.
#[derive(Debug, Clone, PartialEq)]
pub struct Stimulus {
    /// Its sound.
    pub sound: Sound,
    /// When it begins.
    pub when: When,
    /// Level of its loudest 100 ms; `None` leaves a file as it is.
    pub level_dbfs: Option<f32>,
    /// What it is meant to do.
    pub expect: Expect,
}

/// A conversation for the virtual sound card.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// Seed of noise and reverberation.
    pub seed: u64,
    /// The stimuli in order.
    pub stimuli: Vec<Stimulus>,
    /// Loudspeaker to microphone; `None` for headphones.
    pub room: Option<EchoPath>,
    /// White noise at the microphone.
    pub noise_dbfs: Option<f32>,
    /// When the scenario ends; `None` goes on listening.
    pub end: Option<When>,
    /// The end comes at the latest after this time.
    pub limit: Option<Duration>,
}

/// Speech of a scenario's user when it says no level: a person near a laptop.
pub const USER_LEVEL_DBFS: f32 = -22.0;

impl Scenario {
    /// Silence without end.
    pub fn silence() -> Self {
        Self {
            name: "silence".into(),
            seed: 0,
            stimuli: Vec::new(),
            room: None,
            noise_dbfs: None,
            end: None,
            limit: None,
        }
    }

    /// One file from the first sample on, and silence after it.
    pub fn of_file(path: &Path) -> Self {
        let stimulus = Stimulus {
            sound: Sound::File(path.to_path_buf()),
            when: When {
                anchor: Anchor::Start,
                after: Duration::ZERO,
            },
            level_dbfs: None,
            expect: Expect::Answer,
        };
        Self {
            name: path.display().to_string(),
            stimuli: vec![stimulus],
            ..Self::silence()
        }
    }

    /// Reads a scenario file; paths in it are relative to its folder.
    ///
    /// # Errors
    /// Names the file, the line and the key that is wrong.
    pub fn read(path: &Path) -> Result<Self, AudioError> {
        let text = std::fs::read_to_string(path).map_err(|e| AudioError::Scenario {
            path: path.to_path_buf(),
            reason: e.to_string(),
        })?;
        Self::parse(&text, path)
    }

    /// As [`Scenario::read`], from a text; `path` stands in messages and resolves files.
    pub fn parse(text: &str, path: &Path) -> Result<Self, AudioError> {
        let fail = |reason: String| AudioError::Scenario {
            path: path.to_path_buf(),
            reason,
        };
        let raw: RawScenario = toml::from_str(text).map_err(|e| fail(e.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let stimuli = raw
            .stimulus
            .into_iter()
            .enumerate()
            .map(|(n, raw)| {
                raw.resolve(folder)
                    .map_err(|e| format!("stimulus {}: {e}", n + 1))
            })
            .collect::<Result<_, _>>()
            .map_err(&fail)?;
        if let Some(room) = &raw.room
            && !((0.0..=2_000.0).contains(&room.delay_ms)
                && (0.0..=5_000.0).contains(&room.reverb_ms)
                && (-120.0..=20.0).contains(&room.echo_gain_db))
        {
            return Err(fail(
                "room: delay_ms is 0 to 2000, reverb_ms 0 to 5000, echo_gain_db -120 to 20".into(),
            ));
        }
        let end = raw.end.as_deref().map(parse_when).transpose();
        Ok(Self {
            name: raw.name,
            seed: raw.seed,
            stimuli,
            room: raw.room.map(|room| EchoPath {
                gain_db: room.echo_gain_db,
                delay_ms: room.delay_ms,
                reverb_ms: room.reverb_ms,
            }),
            noise_dbfs: raw.noise.map(|noise| noise.level_dbfs),
            end: end.map_err(|e| fail(format!("end: {e}")))?,
            limit: raw.limit_s.map(Duration::from_secs),
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScenario {
    name: String,
    #[serde(default)]
    seed: u64,
    end: Option<String>,
    limit_s: Option<u64>,
    room: Option<RawRoom>,
    noise: Option<RawNoise>,
    #[serde(default)]
    stimulus: Vec<RawStimulus>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRoom {
    echo_gain_db: f32,
    delay_ms: f32,
    #[serde(default)]
    reverb_ms: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNoise {
    level_dbfs: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStimulus {
    say: Option<String>,
    voice: Option<String>,
    file: Option<PathBuf>,
    effect: Option<Effect>,
    at: String,
    level_dbfs: Option<f32>,
    #[serde(default)]
    expect: Expect,
}

impl RawStimulus {
    fn resolve(self, folder: &Path) -> Result<Stimulus, String> {
        let level = Some(self.level_dbfs.unwrap_or(USER_LEVEL_DBFS));
        let (sound, level_dbfs) = match (self.say, self.file, self.effect) {
            (Some(text), None, None) => {
                let voice = self.voice.unwrap_or_else(|| "en-GB".into());
                (Sound::Say { text, voice }, level)
            }
            (None, Some(file), None) => (Sound::File(folder.join(file)), self.level_dbfs),
            (None, None, Some(effect)) => (Sound::Effect(effect), level),
            _ => {
                return Err("give one of `say = \"TEXT\"`, `file = \"PATH\"`, \
                            `effect = \"cough\"`"
                    .into());
            }
        };
        Ok(Stimulus {
            sound,
            when: parse_when(&self.at).map_err(|e| format!("at: {e}"))?,
            level_dbfs,
            expect: self.expect,
        })
    }
}

fn parse_when(text: &str) -> Result<When, String> {
    let expected =
        || format!("{text:?} is no moment; write for example \"reply_finished + 800 ms\"");
    let (anchor, after) = match text.split_once('+') {
        Some((anchor, after)) => (anchor, after.trim()),
        None => (text, "0 ms"),
    };
    let anchor = match anchor.trim() {
        "start" => Anchor::Start,
        "reply_started" => Anchor::ReplyStarted,
        "reply_finished" => Anchor::ReplyFinished,
        "previous" => Anchor::Previous,
        other => {
            return Err(format!(
                "{other:?} is no moment; known are start, reply_started, reply_finished, \
                 previous"
            ));
        }
    };
    let millis = after.strip_suffix("ms").ok_or_else(expected)?;
    let millis: u64 = millis.trim().parse().map_err(|_| expected())?;
    Ok(When {
        anchor,
        after: Duration::from_millis(millis),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Scenario::parse(text, Path::new("s.toml"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_wrong_key_is_named_with_file_and_line() {
        let message = error("name = \"x\"\nseeed = 3\n");
        assert!(message.contains("s.toml"), "{message}");
        assert!(message.contains("line 2"), "{message}");
        assert!(message.contains("seeed"), "{message}");
    }

    #[test]
    fn an_unknown_moment_is_named_with_the_known_ones() {
        let message = error("name = \"x\"\n[[stimulus]]\nsay = \"hi\"\nat = \"reply_begun\"\n");
        assert!(
            message.contains("reply_begun") && message.contains("reply_started"),
            "{message}"
        );
    }

    #[test]
    fn a_stimulus_needs_exactly_one_sound() {
        let message = error("name = \"x\"\n[[stimulus]]\nat = \"start\"\n");
        assert!(message.contains("stimulus 1"), "{message}");
    }

    #[test]
    fn files_are_found_beside_the_scenario() {
        let text = "name = \"x\"\n[[stimulus]]\nfile = \"q.wav\"\nat = \"start + 250 ms\"\n";
        let scenario = Scenario::parse(text, Path::new("/a/b/s.toml")).unwrap();
        assert_eq!(scenario.stimuli[0].sound, Sound::File("/a/b/q.wav".into()));
        assert_eq!(scenario.stimuli[0].when.after, Duration::from_millis(250));
    }
}
