//! Scenario files: what is said to the virtual sound card's microphone, when, and in which room.
//!
//! ```toml
//! name = "interruption"
//! about = "Questions into a long answer"    # optional, for lists and reports
//! kind = "interruption"                     # optional, groups the figures; see ScenarioKind
//! seed = 7                                  # noise and reverberation
//! end = "reply_finished + 1500 ms"          # optional; without it the session goes on
//! limit_s = 60                              # the end comes at the latest then
//! repeat = true                             # the first follows the reply to the last, until limit_s
//! long_replies = true                       # `bench` only: a text read aloud answers
//! quick = true                              # `bench conversation --quick` holds it too
//!
//! [room]                                    # optional: loudspeaker into microphone
//! echo_gain_db = -20.0
//! delay_ms = 25.0
//! reverb_ms = 150.0
//! drift_ppm = 50.0                          # the loudspeaker's clock is faster
//!
//! [noise]                                   # optional: white noise at the microphone
//! level_dbfs = -65.0
//!
//! [[stimulus]]                              # in order; each waits for the one before it
//! say = "What is the [pause 800] capital?"  # or: file = "question.wav", or: effect = "cough"
//! voice = "en-GB"                           # or kokoro:zm_yunjian; effects: cough, keyboard, door, tone
//! at = "start + 500 ms"                     # start, reply_started, reply_finished, previous
//! level_dbfs = -26.0                        # of the loudest 100 ms; optional for files
//! far = true                                # from across the room: quieter, dull, reverberant
//! expect = "answer"                         # what it is meant to do, also to a reply that sounds:
//!                                           # answer (default), stop, go_on (nothing)
//! ```
//!
//! `reply_started` and `reply_finished` mean the next such moment after the stimulus before it,
//! `previous` the end of that stimulus. `[pause N]` is N milliseconds of silence, labelled as a
//! pause inside the turn; a comma before it keeps the voice up.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::effects::Effect;
use super::room::EchoPath;
use crate::audio::AudioError;
use crate::events::Expect;

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
    /// Whether it comes from across the room.
    pub far: bool,
    /// What it is meant to do.
    pub expect: Expect,
}

/// What a scenario asks; figures are grouped by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScenarioKind {
    /// Single questions, each answered to its end.
    #[default]
    CleanTurn,
    /// Silence inside a turn.
    Pause,
    /// "I mean": the turn takes itself back and goes on.
    SelfCorrection,
    /// Questions into a reply.
    Interruption,
    /// "Stop" and its like into a reply.
    StopWord,
    /// "Right" and its like into a reply.
    Backchannel,
    /// Sounds that are no speech.
    NoiseBurst,
    /// The user speaks to somebody else.
    SideTalk,
    /// Somebody else speaks, further away.
    BackgroundSpeech,
    /// Only the assistant is heard, through its loudspeaker.
    EchoOnly,
    /// The user speaks at length over a loud reply.
    DoubleTalk,
    /// Nothing is said.
    Silence,
    /// Many turns that follow from each other.
    LongConversation,
}

impl ScenarioKind {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::CleanTurn => "clean_turn",
            Self::Pause => "pause",
            Self::SelfCorrection => "self_correction",
            Self::Interruption => "interruption",
            Self::StopWord => "stop_word",
            Self::Backchannel => "backchannel",
            Self::NoiseBurst => "noise_burst",
            Self::SideTalk => "side_talk",
            Self::BackgroundSpeech => "background_speech",
            Self::EchoOnly => "echo_only",
            Self::DoubleTalk => "double_talk",
            Self::Silence => "silence",
            Self::LongConversation => "long_conversation",
        }
    }
}

/// A conversation for the virtual sound card.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// One line on it; may be empty.
    pub about: String,
    /// What it asks.
    pub kind: ScenarioKind,
    /// Whether a text read aloud answers, which is long and the same each time.
    pub long_replies: bool,
    /// Whether it belongs to the short form of the suite.
    pub quick: bool,
    /// Seed of noise and reverberation.
    pub seed: u64,
    /// The stimuli in order.
    pub stimuli: Vec<Stimulus>,
    /// Whether the first stimulus follows the last, until the limit.
    pub repeat: bool,
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
/// Speech from across the room when it says no level.
pub const FAR_LEVEL_DBFS: f32 = -38.0;

/// A text between pauses: the parts that are spoken, each with the milliseconds of silence after
/// it.
///
/// # Errors
/// A bracket is no `[pause N]`, or nothing is said before or after one.
pub fn spoken_parts(text: &str) -> Result<Vec<(&str, u32)>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((said, after)) = rest.split_once('[') {
        let wrong = || format!("{text:?}: write a pause as [pause 800], between words");
        let (pause, after) = after.split_once(']').ok_or_else(wrong)?;
        let ms = pause.trim().strip_prefix("pause").ok_or_else(wrong)?;
        let ms: u32 = ms.trim().parse().map_err(|_| wrong())?;
        if said.trim().is_empty() || after.trim().is_empty() || ms > 60_000 {
            return Err(wrong());
        }
        parts.push((said.trim(), ms));
        rest = after;
    }
    parts.push((rest.trim(), 0));
    Ok(parts)
}

impl Scenario {
    /// Silence without end.
    pub fn silence() -> Self {
        Self {
            name: "silence".into(),
            about: String::new(),
            kind: ScenarioKind::CleanTurn,
            long_replies: false,
            quick: false,
            seed: 0,
            stimuli: Vec::new(),
            repeat: false,
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
            far: false,
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
        // Recordings are kept under it.
        if raw.name.is_empty()
            || raw.name.contains(['/', '\\', '#', '@'])
            || raw.name.starts_with('.')
        {
            return Err(fail(format!(
                "name: {:?} is no name of a folder; use letters, digits and -",
                raw.name
            )));
        }
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
                && (-120.0..=20.0).contains(&room.echo_gain_db)
                && (-500.0..=500.0).contains(&room.drift_ppm))
        {
            return Err(fail(
                "room: delay_ms is 0 to 2000, reverb_ms 0 to 5000, echo_gain_db -120 to 20, \
                 drift_ppm -500 to 500"
                    .into(),
            ));
        }
        let end = raw.end.as_deref().map(parse_when).transpose();
        Ok(Self {
            name: raw.name,
            about: raw.about,
            kind: raw.kind,
            long_replies: raw.long_replies,
            quick: raw.quick,
            seed: raw.seed,
            stimuli,
            repeat: raw.repeat,
            room: raw.room.map(|room| EchoPath {
                gain_db: room.echo_gain_db,
                delay_ms: room.delay_ms,
                reverb_ms: room.reverb_ms,
                drift_ppm: room.drift_ppm,
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
    about: String,
    #[serde(default)]
    kind: ScenarioKind,
    #[serde(default)]
    long_replies: bool,
    #[serde(default)]
    quick: bool,
    #[serde(default)]
    repeat: bool,
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
    #[serde(default)]
    drift_ppm: f32,
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
    far: bool,
    #[serde(default)]
    expect: Expect,
}

impl RawStimulus {
    fn resolve(self, folder: &Path) -> Result<Stimulus, String> {
        let usual = if self.far {
            FAR_LEVEL_DBFS
        } else {
            USER_LEVEL_DBFS
        };
        let level = Some(self.level_dbfs.unwrap_or(usual));
        let (sound, level_dbfs) = match (self.say, self.file, self.effect) {
            (Some(text), None, None) => {
                spoken_parts(&text)?;
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
        if level_dbfs.is_some_and(|level| !(-120.0..=0.0).contains(&level)) {
            return Err("level_dbfs is -120 to 0".into());
        }
        Ok(Stimulus {
            sound,
            when: parse_when(&self.at).map_err(|e| format!("at: {e}"))?,
            level_dbfs,
            far: self.far,
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
#[path = "scenario_tests.rs"]
mod tests;
