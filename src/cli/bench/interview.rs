//! The engines and conversations of `bench assistant` and `bench persona`, which ask in writing.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use vivavoce::agent::Persona;
use vivavoce::config::Config;
use vivavoce::engines::EngineLoader;
use vivavoce::harness::bench::assistant::GivenCall;
use vivavoce::llm::{LanguageModel, Opening, Prompt};
use vivavoce::models::Role;
use vivavoce::pipeline::{Helper, Models, WrittenConversation};
use vivavoce::tool_call::Call;
use vivavoce::tools::Keeping;

use crate::cli::assistant::assistant;
use crate::cli::interruption::Loading;

/// Loaded language models, and the character that answers.
pub struct Interview<'c> {
    config: &'c Config,
    pub persona: Persona,
    model: Box<dyn LanguageModel>,
    helper: Option<Helper>,
}

impl<'c> Interview<'c> {
    /// Loads what the configuration names.
    pub fn prepare(config: &'c Config) -> Result<Self> {
        let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
        let loading = Loading::begin();
        let loader = EngineLoader::only(config, &[Role::Llm])?;
        let mut model = loader.language_model(&persona)?;
        let persona = loader.tell(persona);
        model.warm_up(&Prompt::new(&persona.prefix(), Opening::None))?;
        let helper = loader.helper()?;
        drop(loading);
        Ok(Self {
            config,
            persona,
            model,
            helper,
        })
    }

    /// A conversation in which nothing is known of those before, and the models that answer in it.
    pub fn begin(&mut self) -> (WrittenConversation, Models<'_>) {
        let (setting, tools) = assistant(self.config, &self.persona, Keeping::Nothing, None);
        let talk = WrittenConversation::new(&self.persona, setting, tools);
        let models = Models {
            first: self.model.as_mut(),
            helper: self.helper.as_mut(),
        };
        (talk, models)
    }
}

/// Calls as the checkers take them.
pub fn given_calls(calls: Vec<Call>) -> Vec<GivenCall> {
    let given = calls.into_iter().map(|call| GivenCall {
        tool: call.name,
        arguments: call.arguments,
    });
    given.collect()
}

/// Writes the report where it is wanted; status 0 if every budget was kept.
pub fn publish(path: Option<&Path>, json: &str, passed: bool) -> Result<ExitCode> {
    if let Some(path) = path {
        std::fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if passed {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}
