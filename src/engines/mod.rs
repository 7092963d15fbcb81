//! From a configuration and a folder of models to loaded engines.

mod helper;
mod language_model;
mod voice;
mod wake;

pub use helper::{config_of_helper, needed_by_helper};
pub use language_model::Keeps;
pub use voice::{named_voice, synthesizer, voice};
use voice::{profile_voice, speaks};
pub use wake::head;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use directories::ProjectDirs;
use tempfile::TempDir;

use crate::aec::{Bypass, EchoCanceller, SonoraCanceller};
use crate::agent::Persona;
use crate::config::{Config, LlmEngine, SttEngine, ThreadBudget, TtsEngine};
use crate::endpointing::{EndpointingError, SmartTurn};
use crate::language::{Language, Languages};
use crate::llm::LlmError;
use crate::models::{
    Manifest, ModelStore, ModelsError, Platform, ReadyModels, Role, Selection, Wanted,
};
use crate::onnx::OnnxError;
use crate::pipeline::{Engines, KnownVoices};
use crate::speaker::{SpeakerError, VoiceEncoder, VoicePrints};
use crate::stt::{
    Moonshine, Recognizer, SttError, Whisper, WorkerCommand, WyomingRecognizer, find_worker,
};
use crate::tts::TtsError;
use crate::vad::{Earshot, Silero, VoiceActivity};
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
    match missing.is_empty() {
        true => Ok(()),
        false => Err(EnginesError::Language {
            language,
            profile: selection.profile.name.clone(),
            missing,
        }),
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
        Ok(Self {
            config: config.clone(),
            ready: store.ensure_ready(&selection)?,
            engines: selection.files.iter().map(engine).collect(),
            voice_languages: (selection.files.iter())
                .find(|wanted| wanted.role == Role::Tts)
                .map_or_else(Vec::new, |wanted| wanted.model.languages.clone()),
            voice_real_time_factor: OnceLock::new(),
            model_id: model_id(&selection),
            adapter: (selection.files.iter())
                .find(|wanted| wanted.role == Role::Llm)
                .and_then(|wanted| wanted.model.adapter.clone()),
            budget: ThreadBudget::new(config.threads, cores),
        })
    }

    /// Loads all engines of a session.
    pub fn load(&self, persona: &Persona) -> Result<Engines, EnginesError> {
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
        let canceller: Box<dyn EchoCanceller> = match self.config.audio.echo_cancellation {
            true => Box::new(SonoraCanceller::new()),
            false => Box::new(Bypass),
        };
        Ok(Engines {
            canceller,
            activity,
            wake: self.wake()?,
            turn_detector: Box::new(turn_detector),
            known_voices: match self.config.turn_taking.only_enrolled {
                true => Some(self.known_voices()?),
                false => None,
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

    /// The voices that were enrolled, and what tells them from others.
    fn known_voices(&self) -> Result<KnownVoices, EnginesError> {
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

/// Where the program keeps what it makes itself: `VIVAVOCE_DATA` (if it is not empty), or the platform's
/// folder.
pub fn data_dir() -> PathBuf {
    own_dir("data", |dirs| dirs.data_local_dir().to_path_buf())
}

/// The voices that were enrolled on this machine.
pub fn voice_prints() -> VoicePrints {
    VoicePrints::in_folder(data_dir().join("voice-prints"))
}

/// Where the program keeps what it can make again.
pub fn cache_dir() -> PathBuf {
    own_dir("cache", |dirs| dirs.cache_dir().to_path_buf())
}

fn own_dir(name: &str, platform: impl Fn(&ProjectDirs) -> PathBuf) -> PathBuf {
    let named = std::env::var_os("VIVAVOCE_DATA");
    let platform = ProjectDirs::from("", "", "vivavoce").map(|dirs| platform(&dirs));
    place(name, named, platform, private_temporary_dir)
}

/// The folder called `name` in the one that the user has named, else the platform's, else in one that is made.
fn place(
    name: &str,
    named: Option<OsString>,
    platform: Option<PathBuf>,
    made: impl FnOnce() -> PathBuf,
) -> PathBuf {
    match named.filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder).join(name),
        None => platform.unwrap_or_else(|| made().join(name)),
    }
}

/// The folder that replaces a home directory where there is none.
static TEMPORARY: Mutex<Option<TempDir>> = Mutex::new(None);

/// Without a home directory: a folder of this process alone. One with a fixed name in the system's
/// temporary folder could have been made, and filled, by another user.
fn private_temporary_dir() -> PathBuf {
    let mut folder = TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(folder) = &*folder {
        return folder.path().to_path_buf();
    }
    tracing::warn!(
        "there is no home directory: what the program makes itself is lost at its end; name a folder with \
         VIVAVOCE_DATA"
    );
    match tempfile::Builder::new().prefix("vivavoce-").tempdir() {
        Ok(made) => folder.insert(made).path().to_path_buf(),
        // Whatever is to be written there says why it cannot be; nobody can guess the name.
        Err(_) => std::env::temp_dir().join(format!("vivavoce-{:016x}", fastrand::u64(..))),
    }
}

/// Removes what was made for want of a home directory: at the program's end.
pub fn remove_temporary_dir() {
    drop(
        TEMPORARY
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(named: Option<&str>, platform: Option<&str>) -> PathBuf {
        let made = || PathBuf::from("/made");
        place(
            "data",
            named.map(Into::into),
            platform.map(Into::into),
            made,
        )
    }

    #[test]
    fn what_the_user_names_goes_before_the_platforms_folder() {
        let folder = placed(Some("/named"), Some("/home/me/.local/share/vivavoce"));
        assert_eq!(folder, PathBuf::from("/named/data"));
    }

    #[test]
    fn a_name_that_is_empty_names_nothing() {
        assert_eq!(
            placed(Some(""), Some("/share/vivavoce")),
            PathBuf::from("/share/vivavoce")
        );
    }

    #[test]
    fn without_a_home_a_folder_is_made() {
        assert_eq!(placed(None, None), PathBuf::from("/made/data"));
    }
}
