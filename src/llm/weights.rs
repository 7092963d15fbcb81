//! llama.cpp's weights: loaded once for each file, shared by contexts, and what comes with them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::model::{LlamaLoraAdapter, LlamaModel};
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::{LogOptions, send_logs_to_tracing};

use super::LlmError;
use super::chat_template::ChatTemplate;
use super::speech_filter::is_mark;

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

/// Weights that were loaded, and from what.
struct Loaded {
    file: PathBuf,
    adapter: Option<PathBuf>,
    /// Layers on a GPU.
    gpu_layers: u32,
    weights: Weak<Weights>,
}

/// A model's weights, and what an adapter adds to them in a context. Contexts share them.
pub struct Weights {
    /// The model.
    pub model: LlamaModel,
    /// The adapter, which is freed with the model. llama.cpp changes nothing in it; its binding wants to
    /// have it alone all the same.
    pub adapter: Option<Mutex<LlamaLoraAdapter>>,
    /// Held by whoever runs them: one context at a time, so that sessions together use no more cores than
    /// one alone.
    turn: Mutex<()>,
}

impl Weights {
    /// Waits until no other context runs.
    pub fn take_turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

static LOADED: Mutex<Vec<Loaded>> = Mutex::new(Vec::new());

/// The weights of a file: loaded once, however many contexts use them, and freed with the last of these.
pub fn weights(
    backend: &'static LlamaBackend,
    file: &Path,
    adapter: Option<&Path>,
    gpu_layers: u32,
) -> Result<Arc<Weights>, String> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    loaded.retain(|one| one.weights.strong_count() > 0);
    let same = |one: &&Loaded| {
        one.file == file && one.adapter.as_deref() == adapter && one.gpu_layers == gpu_layers
    };
    if let Some(weights) = loaded
        .iter()
        .find(same)
        .and_then(|one| one.weights.upgrade())
    {
        return Ok(weights);
    }
    let params = LlamaModelParams::default().with_n_gpu_layers(gpu_layers);
    let mut model =
        LlamaModel::load_from_file(backend, file, &params).map_err(|e| e.to_string())?;
    let read = adapter.map(|path| {
        let read = model.lora_adapter_init(path);
        read.map_err(|e| format!("its adapter {}: {e}", path.display()))
    });
    let weights = Arc::new(Weights {
        adapter: read.transpose()?.map(Mutex::new),
        model,
        turn: Mutex::new(()),
    });
    loaded.push(Loaded {
        file: file.to_path_buf(),
        adapter: adapter.map(Path::to_path_buf),
        gpu_layers,
        weights: Arc::downgrade(&weights),
    });
    Ok(weights)
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
    Ok(template.with_control_tokens(control.map(special)))
}

/// Control tokens of this model that say what is not for the user: they have no text otherwise.
pub fn control_marks(model: &LlamaModel) -> HashMap<LlamaToken, Vec<u8>> {
    let vocab = model.vocab();
    let control = vocab.tokens().filter(|token| vocab.is_control(*token));
    let with_text = control.map(|token| (token, vocab.token_to_piece(token, true, None)));
    let marks = with_text.filter(|(_, text)| is_mark(&String::from_utf8_lossy(text)));
    marks.collect()
}
