//! Which language model answers, and loading it.

use std::path::{Path, PathBuf};

use super::{EngineLoader, EnginesError, cache_dir, data_dir};
use crate::agent::Persona;
use crate::config::LlmEngine;
use crate::llm::gguf::{self, Gguf};
use crate::llm::server::{Address, Patience, Server, ServerConfig};
use crate::llm::{Adapter, LanguageModel, Llama, LlamaConfig, LlmError, NoLanguageModel, prepare};
use crate::models::{ConsoleProgress, PullProgress, Role};

impl EngineLoader {
    /// The persona as the language model is to be told of it: shorter for one that has learnt it.
    pub fn tell(&self, persona: Persona) -> Persona {
        match self.adapter(&persona) {
            Some(_) => persona.with_adapter(),
            None => persona,
        }
    }

    /// The assistant in the other languages of the conversation, as the language model is to be told of it.
    pub fn in_other_languages(&self, persona: &Persona) -> Vec<Persona> {
        let others = self.config.language.others().iter();
        others
            .map(|language| self.tell(persona.in_language(*language)))
            .collect()
    }

    /// The adapter with which the profile's language model knows this character.
    fn adapter(&self, persona: &Persona) -> Option<&'static Adapter> {
        let own = self
            .adapter
            .as_deref()
            .filter(|_| self.config.llm.engine == LlmEngine::Profile)?;
        let wanted = persona.adapted.as_ref()?;
        Adapter::named(own).filter(|adapter| adapter.name == wanted.adapter)
    }

    /// Loads the language model alone, to speak as this character.
    pub fn language_model(
        &self,
        persona: &Persona,
    ) -> Result<Box<dyn LanguageModel>, EnginesError> {
        self.load_language_model(persona, self.config.llm.disk_cache)
    }

    /// The same, and nothing that it reads is kept on disk.
    pub fn language_model_without_states(
        &self,
        persona: &Persona,
    ) -> Result<Box<dyn LanguageModel>, EnginesError> {
        self.load_language_model(persona, false)
    }

    fn load_language_model(
        &self,
        persona: &Persona,
        keeps_states: bool,
    ) -> Result<Box<dyn LanguageModel>, EnginesError> {
        match &self.config.llm.engine {
            LlmEngine::Profile => {
                let id = self.model_id.clone();
                self.llama(
                    self.first(Role::Llm)?,
                    id,
                    self.adapter(persona),
                    keeps_states,
                )
            }
            LlmEngine::Gguf(file) => {
                let id = gguf::identity(file).map_err(|e| LlmError::Load {
                    path: file.clone(),
                    reason: e.to_string(),
                })?;
                self.llama(file, id, None, keeps_states)
            }
            LlmEngine::Server(address) => self.server(address),
            LlmEngine::None => Ok(Box::new(NoLanguageModel)),
        }
    }

    fn llama(
        &self,
        model: &Path,
        model_id: String,
        adapter: Option<&Adapter>,
        keeps_states: bool,
    ) -> Result<Box<dyn LanguageModel>, EnginesError> {
        let Some(adapter) = adapter else {
            return Ok(Box::new(self.open(model, model_id, None, keeps_states)?));
        };
        let folder = data_dir().join("adapters");
        let file = adapter.put(&folder).map_err(|e| LlmError::Load {
            path: folder.clone(),
            reason: format!(
                "the adapter cannot be written there: {e}. Set VIVAVOCE_DATA to a folder that can be written"
            ),
        })?;
        if self.config.llm.prepare.unwrap_or_else(prepare::is_worth_it) {
            match self.open_prepared(model, &model_id, (file.as_path(), adapter), keeps_states) {
                Ok(llama) => return Ok(Box::new(llama)),
                Err(reason) => tracing::warn!("{reason}. The adapter is computed beside the model"),
            }
        }
        let adapter = Some((file, adapter.sha256.to_owned()));
        Ok(Box::new(self.open(
            model,
            model_id,
            adapter,
            keeps_states,
        )?))
    }

    /// The model and what the adapter adds to it as one file, made at the first start.
    fn open_prepared(
        &self,
        model: &Path,
        model_id: &str,
        (file, adapter): (&Path, &Adapter),
        keeps_states: bool,
    ) -> Result<Llama, String> {
        let name = prepare::name(model_id, adapter.sha256);
        let prepared = cache_dir().join("prepared").join(&name);
        if !prepared.is_file() {
            let mut progress = ConsoleProgress::stderr();
            let mut begun = false;
            let made = prepare::prepared(model, file, &prepared, &mut |done, all| {
                if !std::mem::replace(&mut begun, true) {
                    progress.begin("preparing the language model, once", Some(all));
                }
                progress.at(done);
            });
            progress.end();
            made.map_err(|error| error.to_string())?;
        }
        let opened = self.open(&prepared, name, None, keeps_states);
        opened.map_err(|error| {
            // Damaged since: the next start makes it again. Where memory is short, it is whole.
            if Gguf::read(&prepared).is_err() {
                let _ = std::fs::remove_file(&prepared);
            }
            error.to_string()
        })
    }

    fn open(
        &self,
        model: &Path,
        model_id: String,
        adapter: Option<(PathBuf, String)>,
        keeps_states: bool,
    ) -> Result<Llama, LlmError> {
        let config = &self.config.llm;
        let states = || cache_dir().join("prompt-states");
        Llama::load(LlamaConfig {
            model: model.to_path_buf(),
            model_id,
            adapter,
            context: config.context,
            threads: self.budget.llm,
            gpu_layers: config.gpu_layers,
            cache_type: config.cache_type,
            reasoning_tokens: config.reasoning_tokens(),
            cache_dir: keeps_states.then(states),
        })
    }

    fn server(&self, address: &str) -> Result<Box<dyn LanguageModel>, EnginesError> {
        let config = &self.config.llm;
        let address = Address::parse(address).map_err(|reason| LlmError::Address {
            address: address.to_owned(),
            reason,
        })?;
        Ok(Box::new(Server::connect(ServerConfig {
            address,
            model: config.model.clone(),
            api_key_env: config.api_key_env.clone(),
            context: config.context,
            reasoning_tokens: config.reasoning_tokens(),
            patience: Patience::default(),
        })?))
    }
}
