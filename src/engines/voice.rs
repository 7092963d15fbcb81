//! Which voice speaks, and loading it.

use std::path::Path;

use super::{EngineLoader, EnginesError, data_dir};
use crate::agent::Persona;
use crate::clock::Stopwatch;
use crate::config::{Config, TtsEngine};
use crate::language::Language;
use crate::lexicon::Lexicon;
use crate::models::{Manifest, Model, ModelsError, Role};
use crate::tts::{
    HIBARI_VOICE, Hibari, Kokoro, Pico, Piper, Prosody, Synthesizer, TtsError, VOICES, Voices,
    WyomingVoice,
};

/// The profile's own voice, if it speaks one of the languages and no voice of the program is named for that one.
pub(super) fn profile_voice<'m>(
    config: &Config,
    manifest: &'m Manifest,
) -> Result<Option<&'m Model>, ModelsError> {
    let id = manifest.profile(&config.profile)?.roles.get(&Role::Tts);
    let mut languages = config.language.iter();
    let is_spoken = |model: &&Model| {
        languages.any(|language| {
            let named = named(config, language);
            speaks(&model.languages, language) && !names_embedded(named)
        })
    };
    Ok(id.and_then(|id| manifest.model(id)).filter(is_spoken))
}

/// Whether a model of these languages knows this one.
pub(super) fn speaks(languages: &[String], language: Language) -> bool {
    languages.is_empty() || languages.iter().any(|known| known == language.code())
}

/// The voice that is named for a language: never for one that the conversation may only go over to.
fn named(config: &Config, language: Language) -> Option<&str> {
    let name = config.tts.voice.as_deref();
    name.filter(|_| !config.language.others().contains(&language))
}

/// Whether a name is that of a voice that comes with the program.
fn names_embedded(name: Option<&str>) -> bool {
    let is_named = |name: &str| VOICES.iter().any(|voice| voice.eq_ignore_ascii_case(name));
    name.is_some_and(is_named)
}

/// Whether a persona wants the profile's voice, which speaks these languages: it speaks one of them, and no voice of
/// the program is named.
fn wants_profile_voice(config: &Config, persona: &Persona, languages: &[String]) -> bool {
    let names = [
        named(config, persona.language),
        persona.voice.name.as_deref(),
    ];
    speaks(languages, persona.language) && !names.into_iter().any(names_embedded)
}

impl EngineLoader {
    /// The voice that is configured, and one for each other language of the conversation.
    pub fn voices(&self, persona: &Persona) -> Result<Box<dyn Synthesizer>, EnginesError> {
        let first = self.synthesizer(persona)?;
        let others = self.config.language.others().iter();
        let others: Vec<_> = others
            .map(|language| self.voice_in(*language, persona))
            .collect::<Result<_, _>>()?;
        Ok(if others.is_empty() {
            first
        } else {
            Box::new(Voices::new(first, others))
        })
    }

    /// The voice of the assistant in another language of the conversation: a voice of the program where the one that is
    /// configured does not speak it.
    ///
    /// # Errors
    /// No voice speaks the language, or it cannot be loaded.
    pub fn voice_in(
        &self,
        language: Language,
        persona: &Persona,
    ) -> Result<Box<dyn Synthesizer>, EnginesError> {
        let persona = persona.in_language(language);
        self.synthesizer(&persona).or_else(|error| match error {
            EnginesError::NoVoice { .. } | EnginesError::Tts(_) => self
                .of_program(&persona, &error.to_string())
                .map_err(|_| error),
            error => Err(error),
        })
    }

    /// Loads a voice alone: the one that is configured, or the persona's among the embedded ones.
    pub fn synthesizer(&self, persona: &Persona) -> Result<Box<dyn Synthesizer>, EnginesError> {
        match &self.config.tts.engine {
            TtsEngine::Profile => match self.engine_of_profile_voice(persona) {
                None => embedded(&self.config, persona),
                Some("hibari") => {
                    let voice = self.hibari(self.folder(Role::Tts)?, persona)?;
                    self.fast_enough(voice, persona)
                }
                Some("kokoro") => match self.kokoro(self.folder(Role::Tts)?, persona) {
                    Ok(voice) => self.fast_enough(voice, persona),
                    // Nobody asked for this voice, and another one speaks without that program.
                    Err(error @ EnginesError::Tts(TtsError::Phonemizer { .. })) => self
                        .of_program(persona, &error.to_string())
                        .map_err(|_| error),
                    Err(error) => Err(error),
                },
                Some(other) => Err(self.unknown(other)),
            },
            TtsEngine::Pico => embedded(&self.config, persona),
            TtsEngine::Wyoming(address) => Ok(Box::new(WyomingVoice::new(
                address,
                named(&self.config, persona.language),
                persona.language,
            ))),
            TtsEngine::Hibari(Some(folder)) => self.hibari(folder, persona),
            TtsEngine::Hibari(None) => match self.engines.get(&Role::Tts).map(String::as_str) {
                Some("hibari") => self.hibari(self.folder(Role::Tts)?, persona),
                _ => Err(self.not_in_profile("hibari")),
            },
            TtsEngine::Kokoro(Some(folder)) => self.kokoro(folder, persona),
            TtsEngine::Kokoro(None) => match self.engines.get(&Role::Tts).map(String::as_str) {
                Some("kokoro") => self.kokoro(self.folder(Role::Tts)?, persona),
                _ => Err(self.not_in_profile("kokoro")),
            },
            TtsEngine::Piper(model) => Ok(Box::new(Piper::load(
                self.first(Role::OnnxRuntime)?,
                model,
                named(&self.config, persona.language),
                persona.language,
                persona.voice.prosody,
                self.budget.tts(),
            )?)),
        }
    }

    /// The engine of the profile's voice, if that is to speak.
    fn engine_of_profile_voice(&self, persona: &Persona) -> Option<&str> {
        let engine = self.engines.get(&Role::Tts).map(String::as_str);
        engine.filter(|_| wants_profile_voice(&self.config, persona, &self.voice_languages))
    }

    /// A voice of the program in the place of another one.
    fn of_program(
        &self,
        persona: &Persona,
        why: &str,
    ) -> Result<Box<dyn Synthesizer>, EnginesError> {
        let voice = embedded(&self.config, persona)?;
        tracing::warn!("a voice of the program speaks {}: {why}", persona.language);
        Ok(voice)
    }

    /// The voice, or one of the program's if this machine is too slow for it and there is one for the language.
    fn fast_enough(
        &self,
        mut voice: Box<dyn Synthesizer>,
        persona: &Persona,
    ) -> Result<Box<dyn Synthesizer>, EnginesError> {
        if persona.language.voice().is_none() {
            return Ok(voice);
        }
        let factor = match self.voice_real_time_factor.get() {
            Some(factor) => *factor,
            None => {
                let factor = real_time_factor(voice.as_mut(), persona.language)?;
                *self.voice_real_time_factor.get_or_init(|| factor)
            }
        };
        if factor <= SLOWEST_VOICE {
            return Ok(voice);
        }
        let engine = self.engines.get(&Role::Tts).map_or("", String::as_str);
        tracing::warn!(
            "the profile's voice takes {factor:.1} s for each second of speech here; a voice of the program \
             speaks {} in its place (--tts {engine} insists)",
            persona.language
        );
        embedded(&self.config, persona)
    }

    fn hibari(
        &self,
        folder: &Path,
        persona: &Persona,
    ) -> Result<Box<dyn Synthesizer>, EnginesError> {
        let language = persona.language;
        if language != Language::English {
            return Err(EnginesError::NoVoice { language });
        }
        let name = named(&self.config, language).unwrap_or(HIBARI_VOICE);
        Ok(Box::new(Hibari::load(
            self.first(Role::OnnxRuntime)?,
            folder,
            name,
            persona.voice.prosody,
        )?))
    }

    fn kokoro(
        &self,
        folder: &Path,
        persona: &Persona,
    ) -> Result<Box<dyn Synthesizer>, EnginesError> {
        let language = persona.language;
        let usual = Kokoro::usual_voice(language).ok_or(EnginesError::NoVoice { language })?;
        let name = named(&self.config, language).unwrap_or(usual);
        Ok(Box::new(Kokoro::load(
            self.first(Role::OnnxRuntime)?,
            folder,
            name,
            language,
            persona.voice.prosody,
            self.budget.tts(),
        )?))
    }
}

/// Seconds that a voice takes for a second of speech: the better of two tries, since the first warms it up, and other
/// programs may have been busy.
fn real_time_factor(voice: &mut dyn Synthesizer, language: Language) -> Result<f64, TtsError> {
    let words = Lexicon::of(language).one_moment;
    let mut factor = f64::INFINITY;
    for _ in 0..2 {
        let watch = Stopwatch::start();
        let clip = voice.synthesize(&words)?;
        factor = factor.min(watch.elapsed().as_secs_f64() / clip.seconds().max(f64::EPSILON));
        if factor <= SLOWEST_VOICE {
            break;
        }
    }
    Ok(factor)
}

/// A voice with a larger real-time factor is too slow for a conversation: its first clause, of two seconds or so, would be
/// waited for longer than a person waits with an answer.
const SLOWEST_VOICE: f64 = 0.35;

/// Loads the voice that is configured; models are not looked at if it needs none.
pub fn synthesizer(
    config: &Config,
    persona: &Persona,
) -> Result<Box<dyn Synthesizer>, EnginesError> {
    let manifest = Manifest::bundled()?;
    let of_profile = profile_voice(config, &manifest)?;
    let is_profiles =
        of_profile.is_some_and(|voice| wants_profile_voice(config, persona, &voice.languages));
    match &config.tts.engine {
        TtsEngine::Pico => embedded(config, persona),
        TtsEngine::Profile if !is_profiles => embedded(config, persona),
        TtsEngine::Wyoming(_) => EngineLoader::only(config, &[])?.synthesizer(persona),
        engine => match EngineLoader::only(config, &[Role::Tts, Role::OnnxRuntime]) {
            // Nobody asked for this voice, and another one can say it.
            Err(EnginesError::Models(error))
                if *engine == TtsEngine::Profile && config.tts.voice.is_none() =>
            {
                tracing::warn!("a voice of the program speaks, for want of the profile's: {error}");
                embedded(config, persona)
            }
            loader => loader?.synthesizer(persona),
        },
    }
}

/// The voice that is named, of those that come with the program; or the persona's, or its language's.
fn embedded(config: &Config, persona: &Persona) -> Result<Box<dyn Synthesizer>, EnginesError> {
    let language = persona.language;
    let name = named(config, language)
        .or(persona.voice.name.as_deref())
        .or(language.voice())
        .ok_or(EnginesError::NoVoice { language })?;
    Ok(Box::new(voice(name, persona.voice.prosody)?))
}

/// A voice by its name alone: one of the embedded ones (`en-GB`), or one of Kokoro's in the profile that has them
/// (`kokoro:zm_yunjian`).
///
/// # Errors
/// There is no such voice, or the profile's files are not there.
pub fn named_voice(
    name: &str,
    models_dir: Option<&Path>,
) -> Result<Box<dyn Synthesizer>, EnginesError> {
    let Some(name) = name.strip_prefix("kokoro:") else {
        return Ok(Box::new(voice(name, Prosody::default())?));
    };
    // Its first letter says what it speaks.
    let speaks = |language: &Language| {
        let usual = Kokoro::usual_voice(*language);
        usual.is_some_and(|usual| usual.chars().next() == name.chars().next())
    };
    let language = Language::all().find(speaks).unwrap_or_default();
    let mut config = Config {
        language: language.into(),
        profile: KOKORO_PROFILE.into(),
        models_dir: models_dir.map(Path::to_path_buf),
        ..Config::default()
    };
    config.tts.engine = TtsEngine::Kokoro(None);
    config.tts.voice = Some(name.to_owned());
    synthesizer(&config, &Persona::bundled(language))
}

/// Its Kokoro has a second voice for each language.
const KOKORO_PROFILE: &str = "multilingual";

/// Loads one of the embedded voices.
pub fn voice(name: &str, prosody: Prosody) -> Result<Pico, TtsError> {
    Pico::load(name, prosody, &data_dir().join("voices"))
}
