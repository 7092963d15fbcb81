//! llama.cpp's weights: loaded once for each file, shared by contexts, and what comes with them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::model::{LlamaLoraAdapter, LlamaModel};
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::{LogOptions, send_logs_to_tracing};
use parking_lot::{FairMutex, FairMutexGuard};

use super::LlmError;
use super::chat_template::ChatTemplate;
use super::speech_filter::is_mark;
use crate::shared::Shared;

static BACKEND: OnceLock<Result<LlamaBackend, String>> = OnceLock::new();

/// llama.cpp, started.
pub fn backend() -> Result<&'static LlamaBackend, String> {
    BACKEND
        .get_or_init(|| {
            send_logs_to_tracing(LogOptions::default());
            LlamaBackend::init().map_err(|e| e.to_string())
        })
        .as_ref()
        .map_err(Clone::clone)
}

/// A model's weights, and what an adapter adds to them in a context. Contexts share them.
pub struct Weights {
    /// The model.
    pub model: LlamaModel,
    /// The adapter, which is freed with the model. llama.cpp changes nothing in it; its binding wants to
    /// have it alone all the same.
    pub adapter: Option<Mutex<LlamaLoraAdapter>>,
    /// Held by whoever runs them: one context at a time, so that sessions together use no more cores than
    /// one alone. Fair: a long prompt is read in pieces, and others come between.
    turn: FairMutex<()>,
}

impl Weights {
    /// Waits until no other context runs.
    pub fn take_turn(&self) -> FairMutexGuard<'_, ()> {
        self.turn.lock()
    }
}

/// By file, adapter and layers on a GPU.
static LOADED: Shared<(PathBuf, Option<PathBuf>, u32), Weights> = Shared::new();

/// The weights of a file: loaded once, however many contexts use them, and freed with the last of these.
pub fn weights(
    backend: &'static LlamaBackend,
    file: &Path,
    adapter: Option<&Path>,
    gpu_layers: u32,
) -> Result<Arc<Weights>, String> {
    let key = (
        file.to_path_buf(),
        adapter.map(Path::to_path_buf),
        gpu_layers,
    );
    LOADED.get(key, || {
        let params = LlamaModelParams::default().with_n_gpu_layers(gpu_layers);
        let mut model =
            LlamaModel::load_from_file(backend, file, &params).map_err(|e| e.to_string())?;
        let read = adapter.map(|path| {
            let read = model.lora_adapter_init(path);
            read.map_err(|e| format!("its adapter {}: {e}", path.display()))
        });
        Ok(Weights {
            adapter: read.transpose()?.map(Mutex::new),
            model,
            turn: FairMutex::new(()),
        })
    })
}

/// The model's own chat template.
///
/// # Errors
/// It has none, or one that cannot be used.
pub fn chat_template(model: &LlamaModel, path: &Path) -> Result<ChatTemplate, LlmError> {
    let source = model.chat_template(None).map_err(|e| {
        LlmError::Template(format!(
            "{} carries none ({e}); use an instruction-tuned model",
            path.display()
        ))
    })?;
    let source = source
        .to_string()
        .map_err(|e| LlmError::Template(e.to_string()))?;
    let vocab = model.vocab();
    // Models without such a token give -1, which has no text.
    let special = |token: LlamaToken| match token.0 {
        ..0 => String::new(),
        _ => String::from_utf8_lossy(&vocab.token_to_piece(token, true, None)).into_owned(),
    };
    let control = vocab.tokens().filter(|token| vocab.is_control(*token));
    let template = ChatTemplate::new(source, special(vocab.bos()), special(vocab.eos()))?;
    template.with_control_tokens(control.map(special))
}

/// Control tokens of this model that say what is not for the user: they have no text otherwise.
pub fn control_marks(model: &LlamaModel) -> HashMap<LlamaToken, Vec<u8>> {
    let vocab = model.vocab();
    let control = vocab.tokens().filter(|token| vocab.is_control(*token));
    let with_text = control.map(|token| (token, vocab.token_to_piece(token, true, None)));
    let marks = with_text.filter(|(_, text)| is_mark(&String::from_utf8_lossy(text)));
    marks.collect()
}
