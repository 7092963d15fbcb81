//! SVOX Pico: small, instant, the same on every machine. `engine` holds the C library.

mod engine;

use std::path::{Path, PathBuf};

use self::engine::PicoEngine;
use super::{Prosody, Speech, Synthesizer, TtsError};
use crate::audio::frame::SPEECH_RATE;
use crate::audio::wav::Clip;
use crate::cancellation::Cancelled;
use crate::language::Language;
use crate::resource;

/// Percent of full volume: at 100 the engine clips.
const VOLUME: u16 = 60;

struct VoiceData {
    language: Language,
    name: &'static str,
    analysis: (&'static str, &'static [u8]),
    signal: (&'static str, &'static [u8]),
}

macro_rules! voice {
    ($language:ident, $name:literal, $speaker:literal) => {
        VoiceData {
            language: Language::$language,
            name: $name,
            analysis: (
                concat!($name, "_ta.bin"),
                include_bytes!(concat!(env!("OUT_DIR"), "/", $name, "_ta.bin")),
            ),
            signal: (
                concat!($name, "_", $speaker, "_sg.bin"),
                include_bytes!(concat!(
                    env!("OUT_DIR"),
                    "/",
                    $name,
                    "_",
                    $speaker,
                    "_sg.bin"
                )),
            ),
        }
    };
}

static DATA: [VoiceData; 6] = [
    voice!(English, "en-US", "lh0"),
    voice!(English, "en-GB", "kh0"),
    voice!(German, "de-DE", "gl0"),
    voice!(Spanish, "es-ES", "zl0"),
    voice!(French, "fr-FR", "nk0"),
    voice!(Italian, "it-IT", "cm0"),
];

/// Names of the embedded voices.
pub const VOICES: [&str; DATA.len()] = {
    let mut names = [""; DATA.len()];
    let mut n = 0;
    while n < names.len() {
        names[n] = DATA[n].name;
        n += 1;
    }
    names
};

/// One of the embedded voices.
pub struct Pico {
    engine: PicoEngine,
    language: Language,
    prosody: Prosody,
    /// What the user asked for; 100 leaves the persona's.
    speed_percent: u16,
}

impl Pico {
    /// Loads the voice `name`; its data is written to `folder` at first use, because the engine
    /// reads it from files.
    pub fn load(name: &str, prosody: Prosody, folder: &Path) -> Result<Self, TtsError> {
        let data = DATA
            .iter()
            .find(|voice| voice.name.eq_ignore_ascii_case(name))
            .ok_or_else(|| TtsError::UnknownVoice {
                name: name.to_owned(),
                known: VOICES.join(", "),
            })?;
        let analysis = materialize(folder, data.analysis)?;
        let signal = materialize(folder, data.signal)?;
        let engine = PicoEngine::load(data.name, &analysis, &signal).map_err(TtsError::Run)?;
        Ok(Self {
            engine,
            language: data.language,
            prosody,
            speed_percent: 100,
        })
    }
}

impl Synthesizer for Pico {
    fn language(&self) -> Language {
        self.language
    }

    fn warm_up(&mut self) -> Result<(), TtsError> {
        self.synthesize("Yes.").map(|_| ())
    }

    fn set_speed(&mut self, percent: u16) {
        self.speed_percent = percent;
    }

    fn synthesize_unless(&mut self, _: Cancelled, text: &str) -> Result<Option<Speech>, TtsError> {
        let Prosody { speed, pitch } = self.prosody;
        let speed = (u32::from(speed) * u32::from(self.speed_percent) / 100).clamp(20, 500);
        let tagged = format!(
            "<speed level='{speed}'><pitch level='{pitch}'><volume level='{VOLUME}'>{}\
             </volume></pitch></speed>\0",
            plain(text)
        );
        let samples = self
            .engine
            .speak(tagged.as_bytes())
            .map_err(TtsError::Run)?;
        let scaled = samples.iter().map(|s| f32::from(*s) / 32_768.0);
        let clip = Clip {
            rate_hz: SPEECH_RATE,
            samples: scaled.collect(),
        };
        Ok(Some(clip.into()))
    }
}

/// Text without what the engine would take for tags or the end of the text.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            if matches!(c, '<' | '>' | '\0') {
                ' '
            } else {
                c
            }
        })
        .collect()
}

/// Puts a resource where the engine can read it.
fn materialize(folder: &Path, (name, bytes): (&str, &[u8])) -> Result<PathBuf, TtsError> {
    resource::put(folder, name, bytes).map_err(|e| TtsError::Data {
        path: folder.join(name),
        reason: e.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Files that this process has open.
    #[cfg(target_os = "linux")]
    fn open_voice_files(folder: &Path) -> usize {
        let entries = fs::read_dir("/proc/self/fd").unwrap();
        let files = entries.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
        files.filter(|file| file.starts_with(folder)).count()
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_voice_that_is_let_go_leaves_no_file_open() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..3 {
            let mut voice = Pico::load("en-GB", Prosody::default(), folder.path()).unwrap();
            assert!(!voice.synthesize("Yes.").unwrap().samples.is_empty());
        }
        assert_eq!(open_voice_files(folder.path()), 0);
    }

    #[test]
    fn a_voice_works_on_another_thread_than_the_one_that_loaded_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut voice = Pico::load("en-US", Prosody::default(), folder.path()).unwrap();
        let said = std::thread::spawn(move || voice.synthesize("Yes.").unwrap());
        assert!(said.join().unwrap().seconds() > 0.2);
    }
}
