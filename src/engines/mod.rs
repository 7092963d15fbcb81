//! From a configuration and a folder of models to loaded engines.

mod dirs;
mod error;
mod helper;
mod language_model;
mod memory;
mod voice;
mod wake;

pub use dirs::{cache_dir, data_dir, remove_temporary_dir, voice_prints};
pub use error::EnginesError;
pub use helper::{config_of_helper, needed_by_helper};
pub use language_model::Keeps;
pub use voice::{named_voice, synthesizer, voice};
use voice::{profile_voice, speaks};
pub use wake::head;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::aec::{Bypass, EchoCanceller, SonoraCanceller};
use crate::agent::Persona;
use crate::config::{Config, LlmEngine, SttEngine, ThreadBudget, TtsEngine};
use crate::endpointing::SmartTurn;
use crate::language::{Language, Languages};
use crate::llm::LlmError;
use crate::llm::gpu::{self, GpuLayers};
use crate::models::{
    Manifest, ModelStore, ModelsError, Platform, ReadyModels, Role, Selection, Wanted,
};
use crate::pipeline::{Engines, KnownVoices};
use crate::speaker::VoiceEncoder;
use crate::stt::{Moonshine, Recognizer, Whisper, WorkerCommand, WyomingRecognizer, find_worker};
use crate::tts::TtsError;
use crate::vad::{Earshot, Silero, VoiceActivity};

/// The files of the profile that are needed: not those of a role whose engine is named, nor what the wake word
/// and whose voice it is take where they are not asked for.
///
/// # Errors
/// There is no such profile, or it is not made for this platform.
pub fn needed<'m>(config: &Config, manifest: &'m Manifest) -> Result<Selection<'m>, ModelsError> {
    let mut selection = manifest.select_all(&config.profile, Platform::current())?;
    let elsewhere = [
        (
            Role::Stt,
            matches!(
                config.stt.engine,
                SttEngine::Whisper(Some(_)) | SttEngine::Wyoming(_)
            ),
        ),
        (Role::Llm, config.llm.engine != LlmEngine::Profile),
        (
            Role::Tts,
            match &config.tts.engine {
                TtsEngine::Profile => profile_voice(config, manifest)?.is_none(),
                TtsEngine::Hibari(None) | TtsEngine::Kokoro(None) => false,
                _ => true,
            },
        ),
    ];
    if !config.turn_taking.only_enrolled {
        selection = selection.without(Role::Speaker);
    }
    if !config.wake.enabled {
        selection = selection.without(Role::WakeWord);
    }
    for (role, _) in elsewhere.into_iter().filter(|(_, elsewhere)| *elsewhere) {
        selection = selection.without(role);
    }
    Ok(selection)
}

/// Whether all models that are needed know the language.
fn check_language(languages: &Languages, selection: &Selection) -> Result<(), EnginesError> {
    languages
        .iter()
        .try_for_each(|language| knows(language, selection))
}

fn knows(language: Language, selection: &Selection) -> Result<(), EnginesError> {
    let mut missing: Vec<String> = Vec::new();
    for Wanted { role, model, .. } in &selection.files {
        // There are other voices.
        if *role != Role::Tts && !speaks(&model.languages, language) {
            let line = format!(
                "{role} is {}, for {} only",
                model.id,
                model.languages.join(", ")
            );
            if !missing.contains(&line) {
                missing.push(line);
            }
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(EnginesError::Language {
            language,
            profile: selection.profile.name.clone(),
            missing,
        })
    }
}

/// A profile's models, verified, and what is needed to load engines from them.
pub struct EngineLoader {
    config: Config,
    ready: ReadyModels,
    /// The engine that runs the profile's model of a role.
    engines: BTreeMap<Role, String>,
    /// What the profile's voice speaks.
    voice_languages: Vec<String>,
    /// Seconds that it takes for a second of speech, once that was measured.
    voice_real_time_factor: OnceLock<f64>,
    model_id: String,
    /// The name of the adapter of the profile's language model.
    adapter: Option<String>,
    /// The profile's language model guesses at facts.
    guesses: bool,
    budget: ThreadBudget,
}

impl EngineLoader {
    /// Checks that the models that a conversation needs are there and whole.
    pub fn new(config: &Config) -> Result<Self, EnginesError> {
        Self::load_selection(config, |selection| selection)
    }

    /// The same for some roles alone: nothing is asked of the others, neither that their models are there
    /// nor that they know the language.
    pub fn only(config: &Config, roles: &[Role]) -> Result<Self, EnginesError> {
        Self::load_selection(config, |selection| selection.only(roles))
    }

    fn load_selection(
        config: &Config,
        narrow: impl for<'m> FnOnce(Selection<'m>) -> Selection<'m>,
    ) -> Result<Self, EnginesError> {
        let store = ModelStore::open(config.models_dir.as_deref())?;
        let manifest = store.manifest()?;
        let selection = narrow(needed(config, &manifest)?);
        check_language(&config.language, &selection)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let engine = |wanted: &Wanted| (wanted.role, wanted.model.engine.clone());
        let mut files = selection.files.iter();
        let llm = files.find(|wanted| wanted.role == Role::Llm);
        Ok(Self {
            config: config.clone(),
            ready: store.ensure_ready(&selection)?,
            engines: selection.files.iter().map(engine).collect(),
            voice_languages: (selection.files.iter())
                .find(|wanted| wanted.role == Role::Tts)
                .map_or_else(Vec::new, |wanted| wanted.model.languages.clone()),
            voice_real_time_factor: OnceLock::new(),
            model_id: model_id(&selection),
            adapter: llm.and_then(|wanted| wanted.model.adapter.clone()),
            guesses: llm.is_some_and(|wanted| wanted.model.guesses),
            budget: ThreadBudget::new(config.threads, cores),
        })
    }

    /// Checks that the models of a session fit into this machine's memory.
    ///
    /// # Errors
    /// [`EnginesError::Memory`]; or the helper's model is missing.
    pub fn check_memory(&self) -> Result<(), EnginesError> {
        let mut files = self.files_in_memory();
        if let Some(config) = config_of_helper(&self.config) {
            files.extend(Self::only(&config, &[Role::Llm])?.files_in_memory());
        }
        memory::check_memory(files)
    }

    /// The files that are loaded into main memory.
    fn files_in_memory(&self) -> Vec<PathBuf> {
        let llm = &self.config.llm;
        let runs_here = matches!(llm.engine, LlmEngine::Profile | LlmEngine::Gguf(_));
        let is_on_gpu = runs_here
            && llm.gpu_layers != GpuLayers::Count(0)
            && gpu::devices().iter().any(|device| !device.integrated);
        let named_llm = match &llm.engine {
            LlmEngine::Gguf(file) if !is_on_gpu => Some(file.clone()),
            _ => None,
        };
        let named_stt = match &self.config.stt.engine {
            SttEngine::Whisper(Some(file)) => Some(file.clone()),
            _ => None,
        };
        let of_profile = self.ready.paths();
        let of_profile = of_profile
            .filter(|(role, _)| !(is_on_gpu && *role == Role::Llm))
            .map(|(_, path)| path.to_path_buf());
        of_profile.chain(named_llm).chain(named_stt).collect()
    }

    /// Loads all engines of a session.
    pub fn load(&self, persona: &Persona) -> Result<Engines, EnginesError> {
        self.check_memory()?;
        // The large loads are independent of each other.
        let (language_model, helper, synthesizer, rest) = std::thread::scope(|scope| {
            let language_model = scope.spawn(|| self.language_model(persona));
            let helper = scope.spawn(|| self.helper());
            let synthesizer = scope.spawn(|| self.voices(persona));
            let rest = self
                .recognizer_knowing(&persona.vocabulary)
                .and_then(|recognizer| Ok((recognizer, self.activity()?, self.turn_detector()?)));
            (
                language_model.join(),
                helper.join(),
                synthesizer.join(),
                rest,
            )
        });
        let panicked = || LlmError::Run("it panicked while it was loaded".into());
        let language_model = language_model.map_err(|_| panicked())??;
        let helper = helper.map_err(|_| panicked())??;
        let synthesizer =
            synthesizer.map_err(|_| TtsError::Run("it panicked while it was loaded".into()))??;
        let (recognizer, activity, turn_detector) = rest?;
        let canceller: Box<dyn EchoCanceller> = if self.config.audio.echo_cancellation {
            Box::new(SonoraCanceller::new())
        } else {
            Box::new(Bypass)
        };
        Ok(Engines {
            canceller,
            activity,
            wake: self.wake()?,
            turn_detector: Box::new(turn_detector),
            known_voices: if self.config.turn_taking.only_enrolled {
                Some(self.known_voices()?)
            } else {
                None
            },
            recognizer,
            language_model,
            helper,
            synthesizer,
        })
    }

    /// Loads the recognizer alone.
    pub fn recognizer(&self) -> Result<Box<dyn Recognizer>, EnginesError> {
        self.recognizer_knowing(&[])
    }

    /// The same, told words that may be said where it can be told.
    fn recognizer_knowing(
        &self,
        vocabulary: &[String],
    ) -> Result<Box<dyn Recognizer>, EnginesError> {
        match &self.config.stt.engine {
            SttEngine::Profile => match self.engine(Role::Stt)? {
                "moonshine" => self.moonshine(),
                "whisper" => self.whisper(self.first(Role::Stt)?, vocabulary),
                other => Err(self.unknown(other)),
            },
            SttEngine::Whisper(Some(file)) => self.whisper(file, vocabulary),
            SttEngine::Whisper(None) => match self.engine(Role::Stt)? {
                "whisper" => self.whisper(self.first(Role::Stt)?, vocabulary),
                _ => Err(self.not_in_profile("whisper")),
            },
            SttEngine::Wyoming(address) => Ok(Box::new(WyomingRecognizer::new(
                address,
                self.config.language.clone(),
                vocabulary,
            ))),
        }
    }

    fn moonshine(&self) -> Result<Box<dyn Recognizer>, EnginesError> {
        let folder = self.folder(Role::Stt)?;
        let runtime = self.first(Role::OnnxRuntime)?;
        Ok(Box::new(Moonshine::load(runtime, folder, self.budget.stt)?))
    }

    fn whisper(
        &self,
        model: &Path,
        vocabulary: &[String],
    ) -> Result<Box<dyn Recognizer>, EnginesError> {
        Ok(Box::new(Whisper::start(WorkerCommand {
            program: find_worker()?,
            model: model.to_path_buf(),
            language: self.config.language.to_string(),
            vocabulary: vocabulary.to_vec(),
            threads: self.budget.stt,
        })?))
    }

    /// The folder of the profile's voice, if it has one.
    pub fn voice_folder(&self) -> Option<PathBuf> {
        self.folder(Role::Tts).ok().map(Path::to_path_buf)
    }

    /// The folder of the model that serves `role`.
    fn folder(&self, role: Role) -> Result<&Path, EnginesError> {
        Ok(self.first(role)?.parent().unwrap_or(Path::new("")))
    }

    fn not_in_profile(&self, engine: &'static str) -> EnginesError {
        EnginesError::NotInProfile {
            engine,
            profile: self.config.profile.clone(),
        }
    }

    /// Loads voice activity alone.
    pub fn activity(&self) -> Result<VoiceActivity, EnginesError> {
        let silero = Silero::load(self.first(Role::OnnxRuntime)?, self.first(Role::Vad)?)?;
        Ok(VoiceActivity::new(
            self.config.vad.into(),
            Box::new(Earshot::default()),
            Box::new(silero),
        ))
    }

    /// Loads what tells voices from each other, alone.
    pub fn speaker_encoder(&self) -> Result<VoiceEncoder, EnginesError> {
        Ok(VoiceEncoder::load(self.first(Role::Speaker)?)?)
    }

    /// Loads the voices that were enrolled, and what tells them from others.
    ///
    /// # Errors
    /// Nobody is enrolled, a voice print cannot be read, or the encoder cannot be loaded.
    pub fn known_voices(&self) -> Result<KnownVoices, EnginesError> {
        let prints = voice_prints().all()?;
        if prints.is_empty() {
            return Err(EnginesError::NobodyEnrolled);
        }
        Ok(KnownVoices {
            encoder: Box::new(self.speaker_encoder()?),
            prints,
        })
    }

    /// Loads end-of-turn detection alone.
    pub fn turn_detector(&self) -> Result<SmartTurn, EnginesError> {
        let (runtime, model) = (self.first(Role::OnnxRuntime)?, self.first(Role::EndOfTurn)?);
        // It runs beside the recognizer, at each pause for some tens of milliseconds.
        Ok(SmartTurn::load(runtime, model, 1)?)
    }

    fn engine(&self, role: Role) -> Result<&str, EnginesError> {
        let engine = self.engines.get(&role);
        engine
            .map(String::as_str)
            .ok_or(EnginesError::Incomplete { role })
    }

    fn unknown(&self, engine: &str) -> EnginesError {
        EnginesError::UnknownEngine {
            engine: engine.into(),
            profile: self.config.profile.clone(),
        }
    }

    fn first(&self, role: Role) -> Result<&Path, EnginesError> {
        self.ready
            .first(role)
            .ok_or(EnginesError::Incomplete { role })
    }
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
