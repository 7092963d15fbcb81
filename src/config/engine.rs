//! Which engine plays a role, as a line of configuration: `stt = "whisper"`, `llm = "model.gguf"`,
//! `tts = "wyoming:localhost:10200"`; each is also a flag.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// The recognizer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SttEngine {
    /// The profile's.
    #[default]
    Profile,
    /// Whisper in its worker: this ggml file, or the profile's.
    Whisper(Option<PathBuf>),
    /// A Wyoming server: `HOST:PORT`.
    Wyoming(String),
}

/// The language model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LlmEngine {
    /// The profile's.
    #[default]
    Profile,
    /// This GGUF file.
    Gguf(PathBuf),
    /// A server that speaks OpenAI's protocol: its address up to `/v1`.
    Server(String),
    /// None: whoever answers has its words from elsewhere.
    None,
}

/// The voice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TtsEngine {
    /// The profile's, if it speaks the language and no voice of the program is named; else as `Pico`.
    #[default]
    Profile,
    /// The persona's among the voices that come with the program.
    Pico,
    /// A Wyoming server: `HOST:PORT`.
    Wyoming(String),
    /// Hibari in this folder (`hibari.onnx` and what belongs to it), or the profile's.
    Hibari(Option<PathBuf>),
    /// Kokoro in this folder (`kokoro.onnx` and voices), or the profile's.
    Kokoro(Option<PathBuf>),
    /// A Piper voice: this `.onnx` file, with its `.onnx.json` beside it.
    Piper(PathBuf),
}

const STT: &str = "give profile, whisper, whisper:FILE or wyoming:HOST:PORT";
const LLM: &str = "give profile, the path of a .gguf file, or http://HOST:PORT/v1";
const TTS: &str = "give profile, pico, hibari, hibari:FOLDER, kokoro, kokoro:FOLDER, piper:FILE.onnx or \
                   wyoming:HOST:PORT";

impl FromStr for SttEngine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "profile" => Ok(Self::Profile),
            None if text == "whisper" => Ok(Self::Whisper(None)),
            Some(("whisper", file)) if !file.is_empty() => Ok(Self::Whisper(Some(file.into()))),
            Some(("wyoming", address)) => Ok(Self::Wyoming(host_and_port(address, STT)?)),
            _ => Err(unknown(text, STT)),
        }
    }
}

impl FromStr for LlmEngine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let gguf = Path::new(text)
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("gguf"));
        match text.split_once("://") {
            None if text == "profile" => Ok(Self::Profile),
            Some(("http" | "https", rest)) if !rest.is_empty() => {
                Ok(Self::Server(text.trim_end_matches('/').into()))
            }
            None if gguf => Ok(Self::Gguf(text.into())),
            _ => Err(unknown(text, LLM)),
        }
    }
}

impl FromStr for TtsEngine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "profile" => Ok(Self::Profile),
            None if text == "pico" => Ok(Self::Pico),
            None if text == "hibari" => Ok(Self::Hibari(None)),
            Some(("hibari", folder)) if !folder.is_empty() => Ok(Self::Hibari(Some(folder.into()))),
            None if text == "kokoro" => Ok(Self::Kokoro(None)),
            Some(("kokoro", folder)) if !folder.is_empty() => Ok(Self::Kokoro(Some(folder.into()))),
            Some(("piper", file)) if file.ends_with(".onnx") => Ok(Self::Piper(file.into())),
            Some(("wyoming", address)) => Ok(Self::Wyoming(host_and_port(address, TTS)?)),
            _ => Err(unknown(text, TTS)),
        }
    }
}

fn unknown(text: &str, expected: &str) -> String {
    format!("{text:?} is no engine; {expected}")
}

fn host_and_port(address: &str, expected: &str) -> Result<String, String> {
    let address = address.trim_start_matches("//");
    match address.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok_and(|p| p > 0) => {
            Ok(address.into())
        }
        _ => Err(format!("{address:?} is no HOST:PORT; {expected}")),
    }
}

/// What a section of the file names relative to the file's folder.
pub(super) trait RelativePath {
    /// The path in it.
    fn path_mut(&mut self) -> Option<&mut PathBuf>;
}

impl RelativePath for SttEngine {
    fn path_mut(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::Whisper(file) => file.as_mut(),
            Self::Profile | Self::Wyoming(_) => None,
        }
    }
}

impl RelativePath for LlmEngine {
    fn path_mut(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::Gguf(file) => Some(file),
            Self::Profile | Self::Server(_) | Self::None => None,
        }
    }
}

impl RelativePath for TtsEngine {
    fn path_mut(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::Hibari(folder) | Self::Kokoro(folder) => folder.as_mut(),
            Self::Piper(file) => Some(file),
            Self::Profile | Self::Pico | Self::Wyoming(_) => None,
        }
    }
}

macro_rules! from_text {
    ($($engine:ty),*) => {$(
        impl<'de> Deserialize<'de> for $engine {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}
from_text!(SttEngine, LlmEngine, TtsEngine);

/// A section of the file that may be one line, its engine alone.
pub(super) fn line_or_table<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + FromStr<Err = String>,
{
    struct LineOrTable<T>(std::marker::PhantomData<T>);

    impl<'de, T: Deserialize<'de> + FromStr<Err = String>> Visitor<'de> for LineOrTable<T> {
        type Value = T;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the engine, or a section with `engine` in it")
        }

        fn visit_str<E: Error>(self, line: &str) -> Result<T, E> {
            line.parse().map_err(E::custom)
        }

        fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(table))
        }
    }

    deserializer.deserialize_any(LineOrTable(std::marker::PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_understood() {
        let stt = |text: &str| text.parse::<SttEngine>();
        assert_eq!(stt("whisper"), Ok(SttEngine::Whisper(None)));
        assert_eq!(
            stt("whisper:a/b.bin"),
            Ok(SttEngine::Whisper(Some("a/b.bin".into())))
        );
        assert_eq!(
            stt("wyoming:nas.local:10300"),
            Ok(SttEngine::Wyoming("nas.local:10300".into()))
        );
        let llm = |text: &str| text.parse::<LlmEngine>();
        assert_eq!(llm("C:/m.GGUF"), Ok(LlmEngine::Gguf("C:/m.GGUF".into())));
        assert_eq!(
            llm("http://localhost:8080/v1/"),
            Ok(LlmEngine::Server("http://localhost:8080/v1".into()))
        );
        let tts = |text: &str| text.parse::<TtsEngine>();
        assert_eq!(tts("hibari"), Ok(TtsEngine::Hibari(None)));
        assert_eq!(
            tts("hibari:voices"),
            Ok(TtsEngine::Hibari(Some("voices".into())))
        );
        assert_eq!(tts("kokoro"), Ok(TtsEngine::Kokoro(None)));
        assert_eq!(tts("piper:de.onnx"), Ok(TtsEngine::Piper("de.onnx".into())));
    }

    #[test]
    fn what_is_no_engine_is_told_what_may_be_given() {
        for wrong in ["", "whisper:", "wisper", "wyoming:localhost", "wyoming::1"] {
            let error = wrong.parse::<SttEngine>().unwrap_err();
            assert!(error.contains("wyoming:HOST:PORT"), "{wrong}: {error}");
        }
        for wrong in ["", "model.bin", "ftp://x/v1", "http://"] {
            let error = wrong.parse::<LlmEngine>().unwrap_err();
            assert!(error.contains(".gguf"), "{wrong}: {error}");
        }
        for wrong in ["", "pipr:x.onnx", "piper:x.json", "kokoro:", "hibari:"] {
            let error = wrong.parse::<TtsEngine>().unwrap_err();
            assert!(error.contains("piper:FILE.onnx"), "{wrong}: {error}");
        }
    }
}
