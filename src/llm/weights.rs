//! llama.cpp's weights: loaded once for each file, and what comes with them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

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
    weights: Weights,
}

/// A model's weights, and what an adapter adds to them in a context.
#[derive(Clone, Copy)]
pub struct Weights {
    /// The model.
    pub model: &'static LlamaModel,
    /// The adapter. llama.cpp changes nothing in it; its binding wants to have it alone all the same.
    pub adapter: Option<&'static Mutex<LlamaLoraAdapter>>,
}

static WEIGHTS: Mutex<Vec<Loaded>> = Mutex::new(Vec::new());

/// The weights of a file. A context borrows them, and a self-referential struct would need unsafe
/// code: so they live as long as the program, and each file is loaded once, however many contexts a
/// benchmark makes.
pub fn weights(
    backend: &'static LlamaBackend,
    file: &Path,
    adapter: Option<&Path>,
    gpu_layers: u32,
) -> Result<Weights, String> {
    let mut loaded = WEIGHTS.lock().unwrap_or_else(PoisonError::into_inner);
    let same = |one: &&Loaded| {
        one.file == file && one.adapter.as_deref() == adapter && one.gpu_layers == gpu_layers
    };
    if let Some(one) = loaded.iter().find(same) {
        return Ok(one.weights);
    }
    let params = LlamaModelParams::default().with_n_gpu_layers(gpu_layers);
    let mut model =
        LlamaModel::load_from_file(backend, file, &params).map_err(|e| e.to_string())?;
    let read = adapter.map(|path| {
        let read = model.lora_adapter_init(path);
        read.map_err(|e| format!("its adapter {}: {e}", path.display()))
    });
    let read = read.transpose()?;
    let weights = Weights {
        model: Box::leak(Box::new(model)),
        adapter: read.map(|read| &*Box::leak(Box::new(Mutex::new(read)))),
    };
    loaded.push(Loaded {
        file: file.to_path_buf(),
        adapter: adapter.map(Path::to_path_buf),
        gpu_layers,
        weights,
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
