//! Which language model answers, and loading it.

use std::path::{Path, PathBuf};

use super::{EngineLoader, EnginesError, cache_dir, data_dir};
use crate::agent::Persona;
use crate::config::LlmEngine;
use crate::llm::gguf::{self, Gguf};
use crate::llm::server::{Address, Server, ServerConfig, ServerTimeouts};
use crate::llm::{
    Adapter, LONG_BATCH, LanguageModel, Llama, LlamaConfig, LlmError, NoLanguageModel, SHORT_BATCH,
    StatesConfig, forget_prompt_states, prepare,
};
use crate::models::{ConsoleProgress, PullProgress, Role};

/// What a language model is loaded for.
#[derive(Debug, Clone, Copy)]
struct How {
    /// Of what it reads, this is kept on disk.
    keeps: Keeps,
    /// As [`LlamaConfig::together`].
    together: usize,
    /// As [`LlamaConfig::batch`].
    batch: usize,
}

impl How {
    /// For a single conversation.
    fn alone(keeps: Keeps) -> Self {
        Self {
            keeps,
            together: 0,
            batch: SHORT_BATCH,
        }
    }
}

/// What of a language model's reading is kept on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// Nothing.
    Nothing,
    /// The assistant's own instructions.
    Instructions,
    /// Whole prompts: texts that are asked about again.
    Prompts,
}

/// What a language model is given of a character beside its weights.
enum OwnAdapter {
    /// One that comes with the program.
    Bundled(&'static Adapter),
    /// A file of the user's.
    File(PathBuf),
}

impl EngineLoader {
    /// The persona as the language model is to be told of it: shorter for one that has learnt it.
    pub fn tell(&self, persona: Persona) -> Persona {
        let guesses = self.guesses && self.config.llm.engine == LlmEngine::Profile;
        let persona = match self.adapter(&persona) {
            Some(_) => persona.with_adapter(),
            None => persona,
        };
        Persona { guesses, ..persona }
    }

    /// The assistant in the other languages of the conversation, as the language model is to be told of it.
    pub fn in_other_languages(&self, persona: &Persona) -> Vec<Persona> {
        let others = self.config.language.others().iter();
        others
            .map(|language| self.tell(persona.in_language(*language)))
            .collect()
    }

    /// The adapter with which the language model knows this character: the profile's, or one that the persona names for
    /// whichever model is loaded here.
    fn adapter(&self, persona: &Persona) -> Option<OwnAdapter> {
        let wanted = persona.adapted.as_ref()?;
        let engine = &self.config.llm.engine;
        if let Some(file) = wanted.file() {
            let is_here = matches!(engine, LlmEngine::Profile | LlmEngine::Gguf(_));
            return is_here.then(|| OwnAdapter::File(file.to_path_buf()));
        }
        let own = self
            .adapter
            .as_deref()
            .filter(|_| *engine == LlmEngine::Profile)?;
        let own = Adapter::named(own).filter(|adapter| adapter.name == wanted.adapter);
        own.map(OwnAdapter::Bundled)
    }

    /// Loads the language model alone, to speak as this character.
    pub fn language_model(
        &self,
        persona: &Persona,
    ) -> Result<Box<dyn LanguageModel>, EnginesError> {
        self.language_model_that_keeps(Keeps::Instructions, persona)
    }

    /// The same, and this of what it reads is kept on disk.
    pub fn language_model_that_keeps(
        &self,
        keeps: Keeps,
        persona: &Persona,
    ) -> Result<Box<dyn LanguageModel>, EnginesError> {
        self.language_model_as(How::alone(keeps), persona)
    }

    /// Loads the language model to answer up to `together` conversations at a time, where nobody waits for a single one.
    ///
    /// # Errors
    /// It cannot be loaded.
    pub fn language_model_together(
        &self,
        persona: &Persona,
        together: usize,
    ) -> Result<Box<dyn LanguageModel>, EnginesError> {
        let how = How {
            keeps: Keeps::Prompts,
            together,
            batch: LONG_BATCH,
        };
        self.language_model_as(how, persona)
    }

    /// Loads the language model to answer up to `together` questions at a time while a conversation goes on, which comes first.
    pub(super) fn language_model_beside(
        &self,
        persona: &Persona,
        together: usize,
    ) -> Result<Box<dyn LanguageModel>, EnginesError> {
        let how = How {
            together,
            ..How::alone(Keeps::Nothing)
        };
        self.language_model_as(how, persona)
    }

    /// Loads the language model for whoever measures more of it than conversations need; none if it is a server's.
    ///
    /// # Errors
    /// It cannot be loaded.
    pub fn language_model_to_measure(
        &self,
        persona: &Persona,
    ) -> Result<Option<Llama>, EnginesError> {
        match &self.config.llm.engine {
            LlmEngine::Server(_) | LlmEngine::None => Ok(None),
            _ => self.llama(persona, How::alone(Keeps::Nothing)).map(Some),
        }
    }

    fn language_model_as(
        &self,
        how: How,
        persona: &Persona,
    ) -> Result<Box<dyn LanguageModel>, EnginesError> {
        match &self.config.llm.engine {
            LlmEngine::Server(address) => self.server(address, how.together),
            LlmEngine::None => Ok(Box::new(NoLanguageModel)),
            _ => Ok(Box::new(self.llama(persona, how)?)),
        }
    }

    /// The model of a file of ours or the user's.
    fn llama(&self, persona: &Persona, how: How) -> Result<Llama, EnginesError> {
        let LlmEngine::Gguf(file) = &self.config.llm.engine else {
            let (model, id) = (self.first(Role::Llm)?, self.model_id.clone());
            return self.with_adapter(model, id, self.adapter(persona), how);
        };
        let id = gguf::identity(file).map_err(|e| LlmError::Load {
            path: file.clone(),
            reason: e.to_string(),
        })?;
        self.with_adapter(file, id, self.adapter(persona), how)
    }

    fn with_adapter(
        &self,
        model: &Path,
        model_id: String,
        adapter: Option<OwnAdapter>,
        how: How,
    ) -> Result<Llama, EnginesError> {
        let Some(adapter) = adapter else {
            return Ok(self.open(model, model_id, None, how)?);
        };
        let (file, adapter_id) = adapter.file()?;
        // Many at a time are multiplied by Q8_0 faster than by 4-bit numbers, on every CPU.
        let is_worth_it = || how.together > 1 || prepare::is_worth_it();
        if self.config.llm.prepare.unwrap_or_else(is_worth_it) {
            let adapter = (file.as_path(), adapter_id.as_str());
            match self.open_prepared(model, &model_id, adapter, how) {
                Ok(llama) => return Ok(llama),
                Err(reason) => tracing::warn!("{reason}. The adapter is computed beside the model"),
            }
        }
        Ok(self.open(model, model_id, Some((file, adapter_id)), how)?)
    }

    /// The model and what the adapter adds to it as one file, made at the first start.
    fn open_prepared(
        &self,
        model: &Path,
        model_id: &str,
        (file, adapter_id): (&Path, &str),
        how: How,
    ) -> Result<Llama, String> {
        let precision = prepare::fastest(how.together);
        let name = prepare::name(model_id, adapter_id, precision);
        let prepared = cache_dir().join(prepare::folder(precision)).join(&name);
        if !prepared.is_file() {
            let mut progress = ConsoleProgress::stderr();
            let mut begun = false;
            let made = prepare::prepared(model, file, precision, &prepared, &mut |done, all| {
                if !std::mem::replace(&mut begun, true) {
                    progress.begin("preparing the language model, once", Some(all));
                }
                progress.at(done);
            });
            progress.end();
            made.map_err(|error| error.to_string())?;
        }
        let opened = self.open(&prepared, name, None, how);
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
        how: How,
    ) -> Result<Llama, LlmError> {
        let config = &self.config.llm;
        let states = StatesConfig {
            folder: cache_dir().join("prompt-states"),
            most_bytes: config.prompt_cache_mb << 20,
            of_prompts: how.keeps == Keeps::Prompts,
        };
        if config.prompt_cache_mb == 0 {
            forget_prompt_states(&states.folder);
        }
        let keeps = how.keeps != Keeps::Nothing && config.prompt_cache_mb > 0;
        Llama::load(LlamaConfig {
            model: model.to_path_buf(),
            model_id,
            adapter,
            context: config.context,
            threads: self.budget.llm,
            gpu_layers: config.gpu_layers,
            cache_type: config.cache_type,
            reasoning_tokens: config.reasoning_tokens(),
            together: how.together,
            batch: how.batch,
            states: keeps.then_some(states),
        })
    }

    fn server(
        &self,
        address: &str,
        together: usize,
    ) -> Result<Box<dyn LanguageModel>, EnginesError> {
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
            together,
            timeouts: ServerTimeouts::default(),
        })?))
    }
}

impl OwnAdapter {
    /// Its file, and what tells it from others.
    fn file(self) -> Result<(PathBuf, String), LlmError> {
        match self {
            Self::Bundled(adapter) => {
                let folder = data_dir().join("adapters");
                let file = adapter.put(&folder).map_err(|e| LlmError::Load {
                    path: folder.clone(),
                    reason: format!(
                        "the adapter cannot be written there: {e}. Set VIVAVOCE_DATA to a folder that can be written"
                    ),
                })?;
                Ok((file, adapter.sha256.to_owned()))
            }
            Self::File(file) => match gguf::identity(&file) {
                Ok(id) => Ok((file, id)),
                Err(error) => Err(LlmError::Load {
                    reason: error.to_string(),
                    path: file,
                }),
            },
        }
    }
}
