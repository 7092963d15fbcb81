//! SVOX Pico through `ttspico`: small, instant, the same on every machine.
//!
//! The one file of this crate with unsafe code: `ttspico` asks its caller to vouch that a voice
//! has both of its resources before an engine is made of it, and [`Pico::load`] adds both.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ttspico::{Engine, EngineStatus, System, Voice};

use super::{Prosody, Synthesizer, TtsError};
use crate::audio::frame::SPEECH_RATE;
use crate::audio::wav::Clip;
use crate::cancellation::Cancelled;
use crate::language::Language;

/// Memory that the engine manages itself. Two and a half megabytes would do; but it is handed over
/// as the allocator finds it, and the engine's noise begins with what lies there. From 32 MiB on
/// glibc always takes fresh, zeroed pages, so the same text is the same sound in every run; those that
/// are not touched cost nothing.
const ENGINE_MEMORY: usize = 40 << 20;
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
    engine: Engine,
    language: Language,
    prosody: Prosody,
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
        let system = System::new(ENGINE_MEMORY).map_err(failed)?;
        let voice = System::create_voice(Rc::clone(&system), data.name).map_err(failed)?;
        for path in [analysis, signal] {
            add_resource(&system, &voice, &path)?;
        }
        // SAFETY: both resources of the voice were loaded and added just above.
        let engine = unsafe { Voice::create_engine(voice) }.map_err(failed)?;
        Ok(Self {
            engine,
            language: data.language,
            prosody,
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

    fn synthesize_unless(&mut self, _: Cancelled, text: &str) -> Result<Option<Clip>, TtsError> {
        let Prosody { speed, pitch } = self.prosody;
        let tagged = format!(
            "<speed level='{speed}'><pitch level='{pitch}'><volume level='{VOLUME}'>{}\
             </volume></pitch></speed>\0",
            plain(text)
        );
        let mut pending = tagged.as_bytes();
        let mut samples = Vec::new();
        let mut buffer = [0i16; 1024];
        while !pending.is_empty() {
            let taken = self.engine.put_text(pending).map_err(failed)?;
            pending = &pending[taken..];
            loop {
                let (count, status) = self.engine.get_data(&mut buffer[..]).map_err(failed)?;
                samples.extend(buffer[..count].iter().map(|s| f32::from(*s) / 32_768.0));
                if status == EngineStatus::Idle {
                    break;
                }
            }
        }
        Ok(Some(Clip {
            rate_hz: SPEECH_RATE,
            samples,
        }))
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

fn add_resource(
    system: &Rc<RefCell<System>>,
    voice: &Rc<RefCell<Voice>>,
    path: &Path,
) -> Result<(), TtsError> {
    let text = path
        .to_str()
        .ok_or_else(|| TtsError::Run(format!("{} is not a UTF-8 path", path.display())))?;
    let resource = System::load_resource(Rc::clone(system), text).map_err(failed)?;
    voice.borrow_mut().add_resource(resource).map_err(failed)
}

/// Puts a resource where the engine can read it, whole or not at all.
fn materialize(folder: &Path, (name, bytes): (&str, &[u8])) -> Result<PathBuf, TtsError> {
    let path = folder.join(name);
    if fs::metadata(&path).is_ok_and(|m| m.len() == bytes.len() as u64) {
        return Ok(path);
    }
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut part = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut part, bytes)?;
        part.persist(&path)?;
        Ok(())
    };
    write().map_err(|e| TtsError::Data {
        path: path.clone(),
        reason: e.to_string(),
    })?;
    Ok(path)
}

fn failed(error: ttspico::PicoError) -> TtsError {
    TtsError::Run(error.to_string())
}
