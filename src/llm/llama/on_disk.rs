//! What was read, kept on disk and gone on from.

use llama_cpp_2::token::LlamaToken;

use super::Llama;
use crate::llm::LlmError;
use crate::llm::prompt_states::{Kept, PromptStates};

/// Fewer tokens are read again as fast as their state is found, checked and loaded.
const WORTH_A_FILE: usize = 192;
/// The key in a GGUF file, behind the architecture's name, that says that its context was stretched by two sets of
/// factors (Phi 3's).
const STRETCHED: &str = "rope.scaling.original_context_length";

impl Llama {
    /// The states on disk that this model can go on from, if any are kept.
    fn states(&self) -> Option<PromptStates> {
        let config = self.config.states.as_ref()?;
        let cache = self.config.cache_type.name();
        let adapter = self.config.adapter.as_ref().map_or("none", |(_, id)| id);
        // A model that was stretched to a longer context may turn its positions by the context's length.
        let context = self.context.get().n_ctx();
        let model = self.context.model();
        let architecture = model
            .meta_val_str("general.architecture")
            .unwrap_or_default();
        let turned = match model.meta_val_str(&format!("{architecture}.{STRETCHED}")) {
            Ok(_) => format!("context {context}, "),
            Err(_) => String::new(),
        };
        // A GPU may lay the cache out in another way.
        let parameters = format!("{turned}cache {cache}, adapter {adapter}, {}", self.on_gpu);
        let (folder, model) = (&config.folder, &self.config.model_id);
        Some(PromptStates::new(
            folder,
            model,
            &parameters,
            config.most_bytes,
        ))
    }

    fn keeps_prompts(&self) -> bool {
        let config = self.config.states.as_ref();
        // Where the cache cannot be cut, only a state that the prompt goes on from would do.
        config.is_some_and(|config| config.of_prompts) && self.checkpoints.is_none()
    }

    /// Loads the state that has read exactly these tokens, if there is one.
    pub(super) fn load_all_of(&mut self, tokens: &[LlamaToken]) -> bool {
        let Some(states) = self.states() else {
            return false;
        };
        let kept = states.longest(tokens, self.context_len());
        let kept = kept.filter(|(kept, shared)| *shared == tokens.len() && kept.len() == *shared);
        let Some((kept, _)) = kept else {
            return false;
        };
        self.load_state(&states, &kept)
    }

    fn load_state(&mut self, states: &PromptStates, kept: &Kept) -> bool {
        let read = &mut self.read;
        let is_loaded = self
            .context
            .with(|context| states.load(kept, context, read));
        if is_loaded {
            (self.on_disk, self.closed_at) = (self.read.len(), None);
        } else {
            // It may have been emptied on the way.
            self.on_disk = self.on_disk.min(self.read.len());
        }
        is_loaded
    }

    /// Goes on from a state on disk if it shares more with these tokens than what is read, and that is worth a file.
    pub(super) fn go_on_from_disk(&mut self, tokens: &[LlamaToken]) -> Result<(), LlmError> {
        let most = tokens.len().saturating_sub(1);
        if !self.keeps_prompts() || most < self.read.len() + WORTH_A_FILE {
            return Ok(());
        }
        let Some(states) = self.states() else {
            return Ok(());
        };
        let Some((kept, shared)) = states.longest(tokens, self.context_len()) else {
            return Ok(());
        };
        if shared < self.read.len() + WORTH_A_FILE || !self.load_state(&states, &kept) {
            return Ok(());
        }
        let shared = shared.min(most);
        if shared < self.read.len() {
            self.cut(shared)
        } else {
            Ok(())
        }
    }

    /// Whether what was read holds enough that is in no state on disk, and is what it says.
    pub(super) fn is_worth_keeping(&self) -> bool {
        self.keeps_prompts()
            && self.may_be_kept
            && self.closed_at.is_none()
            && self.read.len() >= self.on_disk + WORTH_A_FILE
    }

    /// Keeps what was read on disk, if states are kept.
    pub(super) fn keep_read(&mut self) {
        if let Some(states) = self.states() {
            states.keep(self.context.get(), &self.read);
            self.on_disk = self.read.len();
        }
    }
}
