//! The helper: which second language model is asked, and loading it.

use std::time::Duration;

use super::{EngineLoader, EnginesError, needed};
use crate::agent::Persona;
use crate::config::{Config, HelperConfig, LlmEngine};
use crate::llm::LlmError;
use crate::models::{Manifest, ModelsError, Role, Selection};
use crate::pipeline::Helper;

/// The files of the helper's model; none if there is no helper, or it is no profile's.
///
/// # Errors
/// There is no such profile, or it is not made for this platform.
pub fn needed_by_helper<'m>(
    config: &Config,
    manifest: &'m Manifest,
) -> Result<Option<Selection<'m>>, ModelsError> {
    let Some(config) = config_of_helper(config) else {
        return Ok(None);
    };
    let selection = needed(&config, manifest)?.only(&[Role::Llm]);
    Ok(Some(selection).filter(|selection| !selection.files.is_empty()))
}

/// A configuration whose language model is the helper; `None` without a helper.
pub fn config_of_helper(config: &Config) -> Option<Config> {
    let helper = config.llm.helper.as_ref()?;
    // Who has no first model has nobody who hands questions over.
    if config.llm.engine == LlmEngine::None {
        return None;
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cores = match config.threads.total {
        0 => cores,
        total => total,
    };
    let mut of_helper = config.clone();
    if let Some(profile) = &helper.profile {
        of_helper.profile.clone_from(profile);
    }
    of_helper.threads.llm = helper.threads(cores);
    of_helper.llm = helper.as_llm();
    Some(of_helper)
}

impl EngineLoader {
    /// Loads the helper, if there is one.
    ///
    /// # Errors
    /// Its model is missing, does not know the language, or cannot be loaded.
    pub fn helper(&self) -> Result<Option<Helper>, EnginesError> {
        let Some((config, helper)) =
            config_of_helper(&self.config).zip(self.config.llm.helper.as_ref())
        else {
            return Ok(None);
        };
        let loader = Self::only(&config, &[Role::Llm])?;
        // The assistant's own character is the first model's; the helper is told its task with each question.
        let nobody = Persona {
            adapted: None,
            ..Persona::bundled(config.language.first())
        };
        Ok(Some(Helper {
            model: loader.language_model_beside(&nobody, helper.parallel)?,
            name: loader.name_of_language_model(helper)?,
            sampling: helper.sampling(),
            limit: Duration::from_secs(helper.seconds),
            is_here: !matches!(helper.engine, LlmEngine::Server(_)),
        }))
    }

    /// What a person calls the helper's model.
    fn name_of_language_model(&self, helper: &HelperConfig) -> Result<String, EnginesError> {
        let stem = |path: &std::path::Path| {
            let stem = path.file_stem().unwrap_or_default();
            stem.to_string_lossy().into_owned()
        };
        Ok(match &helper.engine {
            LlmEngine::Server(address) => helper.model.clone().unwrap_or_else(|| address.clone()),
            LlmEngine::Gguf(file) => stem(file),
            LlmEngine::Profile => stem(self.first(Role::Llm)?),
            LlmEngine::None => return Err(LlmError::Run("there is none".into()).into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(helper: HelperConfig) -> Config {
        let mut config = Config::default();
        config.llm.helper = Some(helper);
        config
    }

    fn multilingual() -> HelperConfig {
        HelperConfig {
            profile: Some("multilingual".into()),
            ..HelperConfig::default()
        }
    }

    #[test]
    fn the_helper_is_the_language_model_of_its_profile_alone() {
        let manifest = Manifest::bundled().unwrap();
        assert!(
            needed_by_helper(&Config::default(), &manifest)
                .unwrap()
                .is_none()
        );
        let config = with(multilingual());
        let selection = needed_by_helper(&config, &manifest).unwrap().unwrap();
        assert_eq!(selection.profile.name, "multilingual");
        assert!(
            selection
                .files
                .iter()
                .all(|wanted| wanted.role == Role::Llm)
        );
    }

    #[test]
    fn a_server_needs_no_files() {
        let helper = HelperConfig {
            engine: LlmEngine::Server("http://localhost:8080/v1".into()),
            ..HelperConfig::default()
        };
        let manifest = Manifest::bundled().unwrap();
        assert!(
            needed_by_helper(&with(helper), &manifest)
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn without_a_first_model_there_is_no_helper() {
        let mut config = with(multilingual());
        config.llm.engine = LlmEngine::None;
        assert_eq!(config_of_helper(&config), None);
    }

    #[test]
    fn it_has_half_of_the_cores_that_the_program_may_use() {
        let mut config = with(multilingual());
        config.threads.total = 6;
        assert_eq!(config_of_helper(&config).unwrap().threads.llm, 3);
    }
}
