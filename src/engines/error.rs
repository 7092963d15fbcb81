//! What engines cannot be loaded for.

use std::path::PathBuf;

use crate::endpointing::EndpointingError;
use crate::language::Language;
use crate::llm::LlmError;
use crate::models::{ModelsError, Role};
use crate::onnx::OnnxError;
use crate::speaker::SpeakerError;
use crate::stt::SttError;
use crate::tts::TtsError;
use crate::wake::HeadError;

/// Why engines cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum EnginesError {
    /// Models are missing or damaged.
    #[error(transparent)]
    Models(#[from] ModelsError),
    /// A model lacks a file that its engine needs: the manifest is wrong.
    #[error("the profile has no file for {role}; choose another profile with --profile")]
    Incomplete {
        /// The role.
        role: Role,
    },
    /// The profile's model is of another kind than the engine that was asked for.
    #[error(
        "{engine} was asked for, and profile {profile} has no model for it; choose another with \
         --profile (`vivavoce models list` shows them), or name a file: {engine}:FILE"
    )]
    NotInProfile {
        /// The engine.
        engine: &'static str,
        /// The profile.
        profile: String,
    },
    /// The manifest names an engine that this program does not have.
    #[error("profile {profile} wants the engine {engine}, which this version does not have")]
    UnknownEngine {
        /// The engine.
        engine: String,
        /// The profile.
        profile: String,
    },
    /// No embedded voice speaks the language.
    #[error(
        "no voice that comes with the program speaks {language}; name one with --tts \
         (kokoro:FOLDER, piper:FILE.onnx or wyoming:HOST:PORT)"
    )]
    NoVoice {
        /// The language.
        language: Language,
    },
    /// Models of the profile do not know the language.
    #[error(
        "profile {profile} is not made for {language}: {}. Choose another with --profile \
         (`vivavoce models list` shows their languages), or name engines with --stt, --llm and --tts",
        .missing.join("; ")
    )]
    Language {
        /// The language.
        language: Language,
        /// The profile.
        profile: String,
        /// The models, and what they know instead.
        missing: Vec<String>,
    },
    /// The recognizer.
    #[error(transparent)]
    Stt(#[from] SttError),
    /// The language model.
    #[error(transparent)]
    Llm(#[from] LlmError),
    /// The voice.
    #[error(transparent)]
    Tts(#[from] TtsError),
    /// End of turn.
    #[error(transparent)]
    Endpointing(#[from] EndpointingError),
    /// ONNX Runtime or voice activity.
    #[error(transparent)]
    Onnx(#[from] OnnxError),
    /// Voices.
    #[error(transparent)]
    Speaker(#[from] SpeakerError),
    /// The models are larger than this machine's memory.
    #[error(
        "the models take {models_mib} MiB, and this machine has {memory_mib} MiB of memory: choose a smaller profile with \
         --profile (`vivavoce models list` shows their sizes), or have a server run the language model (--llm \
         http://HOST:PORT/v1)"
    )]
    Memory {
        /// Of all their files.
        models_mib: u64,
        /// What a program may have here at most, swap included.
        memory_mib: u64,
    },
    /// Only enrolled voices are meant, and there are none.
    #[error("no voice is enrolled: `vivavoce enroll` does it, or leave only_enrolled out")]
    NobodyEnrolled,
    /// The wake word's head.
    #[error("{}: {error}", path.display())]
    Head {
        /// Its file.
        path: PathBuf,
        /// Why it cannot be used.
        error: HeadError,
    },
    /// The wake word's head cannot be read.
    #[error("{}: {error}", path.display())]
    HeadFile {
        /// Its file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// No head knows the phrase.
    #[error(
        "no head knows {phrase:?}, only {known:?}: make one with `vivavoce wake train {phrase:?} -o FILE`, and \
         name it in the configuration: [wake] head = \"FILE\""
    )]
    OtherPhrase {
        /// The phrase that is wanted.
        phrase: String,
        /// The one that the head knows.
        known: String,
    },
}
