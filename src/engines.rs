//! From a configuration and a folder of models to loaded engines.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::aec::{Bypass, EchoCanceller, SonoraCanceller};
use crate::agent::Persona;
use crate::config::{Config, ThreadBudget};
use crate::endpointing::{EndpointingError, SmartTurn};
use crate::llm::{Llama, LlamaConfig, LlmError};
use crate::models::{Manifest, ModelStore, ModelsError, Platform, ReadyModels, Role, Selection};
use crate::onnx::OnnxError;
use crate::pipeline::Engines;
use crate::stt::{Moonshine, SttError};
use crate::tts::{Pico, TtsError};
use crate::vad::{Earshot, Silero, VoiceActivity};

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
}

/// A profile's models, verified, and what is needed to load engines from them.
pub struct EngineLoader {
    ready: ReadyModels,
    model_id: String,
    budget: ThreadBudget,
}

impl EngineLoader {
    /// Checks that the profile's models are there and whole.
    pub fn new(config: &Config) -> Result<Self, EnginesError> {
        let manifest = Manifest::bundled()?;
        let selection = manifest.select(&config.profile, Platform::current())?;
        let store = ModelStore::open(config.models_dir.as_deref())?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            ready: store.ensure_ready(&selection)?,
            model_id: model_id(&selection),
            budget: ThreadBudget::new(config.threads, cores),
        })
    }

    /// Loads all engines of a session.
    pub fn load(&self, config: &Config, persona: &Persona) -> Result<Engines, EnginesError> {
        // The two large loads are independent of each other.
        let (language_model, rest) = std::thread::scope(|scope| {
            let language_model = scope.spawn(|| self.language_model(config));
            let rest = self.recognizer().and_then(|recognizer| {
                Ok((recognizer, self.activity(config)?, self.turn_detector()?))
            });
            (language_model.join(), rest)
        });
        let language_model = language_model
            .map_err(|_| LlmError::Run("it panicked while it was loaded".into()))??;
        let (recognizer, activity, turn_detector) = rest?;
        let canceller: Box<dyn EchoCanceller> = match config.audio.echo_cancellation {
            true => Box::new(SonoraCanceller::new()),
            false => Box::new(Bypass),
        };
        Ok(Engines {
            canceller,
            activity,
            turn_detector: Box::new(turn_detector),
            recognizer: Box::new(recognizer),
            language_model: Box::new(language_model),
            synthesizer: Box::new(voice(&persona.voice.name, persona.voice.prosody)?),
        })
    }

    /// Loads the recognizer alone.
    pub fn recognizer(&self) -> Result<Moonshine, EnginesError> {
        let encoder = self.first(Role::Stt)?;
        let folder = encoder.parent().unwrap_or(Path::new(""));
        Ok(Moonshine::load(
            self.first(Role::OnnxRuntime)?,
            folder,
            self.budget.stt,
        )?)
    }

    /// Loads the language model alone.
    pub fn language_model(&self, config: &Config) -> Result<Llama, EnginesError> {
        Ok(Llama::load(LlamaConfig {
            model: self.first(Role::Llm)?.to_path_buf(),
            model_id: self.model_id.clone(),
            context: config.llm.context,
            threads: self.budget.llm,
            gpu_layers: config.llm.gpu_layers,
            cache_dir: config
                .llm
                .disk_cache
                .then(|| cache_dir().join("prompt-states")),
        })?)
    }

    /// Loads voice activity alone.
    pub fn activity(&self, config: &Config) -> Result<VoiceActivity, EnginesError> {
        let silero = Silero::load(self.first(Role::OnnxRuntime)?, self.first(Role::Vad)?)?;
        Ok(VoiceActivity::new(
            config.vad.into(),
            Box::new(Earshot::default()),
            Box::new(silero),
        ))
    }

    /// Loads end-of-turn detection alone.
    pub fn turn_detector(&self) -> Result<SmartTurn, EnginesError> {
        let (runtime, model) = (self.first(Role::OnnxRuntime)?, self.first(Role::EndOfTurn)?);
        // It runs beside the recognizer, at each pause for some tens of milliseconds.
        Ok(SmartTurn::load(runtime, model, 1)?)
    }

    fn first(&self, role: Role) -> Result<&Path, EnginesError> {
        self.ready
            .first(role)
            .ok_or(EnginesError::Incomplete { role })
    }
}

/// Loads one of the embedded voices.
pub fn voice(name: &str, prosody: crate::tts::Prosody) -> Result<Pico, TtsError> {
    Pico::load(name, prosody, &data_dir().join("voices"))
}

/// The weights' identity for the prompt cache: their SHA-256 in the manifest, which
/// [`ModelStore::ensure_ready`] has held them to.
fn model_id(selection: &Selection) -> String {
    let files = selection.files.iter();
    files
        .filter(|wanted| wanted.role == Role::Llm)
        .map(|wanted| wanted.file.sha256.as_str())
        .collect()
}

/// Where the program keeps what it makes itself: `VIVAVOCE_DATA`, or the platform's folder.
pub fn data_dir() -> PathBuf {
    own_dir("data", |dirs| dirs.data_local_dir().to_path_buf())
}

/// Where the program keeps what it can make again.
pub fn cache_dir() -> PathBuf {
    own_dir("cache", |dirs| dirs.cache_dir().to_path_buf())
}

fn own_dir(name: &str, platform: impl Fn(&ProjectDirs) -> PathBuf) -> PathBuf {
    if let Some(folder) = std::env::var_os("VIVAVOCE_DATA") {
        return PathBuf::from(folder).join(name);
    }
    match ProjectDirs::from("", "", "vivavoce") {
        Some(dirs) => platform(&dirs),
        // No home directory: the system's temporary folder is always there.
        None => std::env::temp_dir().join("vivavoce").join(name),
    }
}
