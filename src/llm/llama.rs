//! Any GGUF model through llama.cpp.
//!
//! One context, one sequence. `read` mirrors what the key-value cache holds, so that a new prompt
//! costs only what it does not share with the one before: the next turn, a reply that was cut to
//! what was heard, a forgotten exchange.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::{LogOptions, send_logs_to_tracing};

use super::chat_template::ChatTemplate;
use super::prefix_cache::PrefixCache;
use super::{Cancelled, Finish, LanguageModel, LlmError, Message, Opening, Prefill, Sampling};

/// Tokens read between two looks at the cancellation flag. llama.cpp cannot be interrupted within
/// a batch, and a batch of this size takes some tens of milliseconds on two slow cores.
const CHUNK: usize = 64;
/// Tokens that the repetition penalty looks back over.
const PENALTY_WINDOW: i32 = 64;

/// How to load a model.
#[derive(Debug, Clone)]
pub struct LlamaConfig {
    /// The GGUF file.
    pub model: PathBuf,
    /// Identifies the weights in the disk cache: their SHA-256.
    pub model_id: String,
    /// Tokens of context.
    pub context: u32,
    /// Threads for reading and for generating.
    pub threads: usize,
    /// Layers to place on a GPU; 0 keeps all on the CPU.
    pub gpu_layers: u32,
    /// Where prompt states are kept; `None` keeps none.
    pub cache_dir: Option<PathBuf>,
}

/// A loaded model with its context.
pub struct Llama {
    model: &'static LlamaModel,
    context: LlamaContext<'static>,
    template: ChatTemplate,
    config: LlamaConfig,
    /// Tokens whose state the cache holds, in order.
    read: Vec<LlamaToken>,
}

static BACKEND: OnceLock<Result<LlamaBackend, String>> = OnceLock::new();

fn backend() -> Result<&'static LlamaBackend, String> {
    BACKEND
        .get_or_init(|| {
            send_logs_to_tracing(LogOptions::default());
            LlamaBackend::init().map_err(|e| e.to_string())
        })
        .as_ref()
        .map_err(Clone::clone)
}

/// Weights that were loaded, with their file and the layers on a GPU.
type Loaded = (PathBuf, u32, &'static LlamaModel);
static WEIGHTS: Mutex<Vec<Loaded>> = Mutex::new(Vec::new());

/// The weights of a file. A context borrows them, and a self-referential struct would need unsafe
/// code: so they live as long as the program, and each file is loaded once, however many contexts a
/// benchmark makes.
fn weights(
    backend: &'static LlamaBackend,
    file: &Path,
    gpu_layers: u32,
) -> Result<&'static LlamaModel, String> {
    let mut loaded = WEIGHTS.lock().unwrap_or_else(PoisonError::into_inner);
    let same = |(path, layers, _): &&Loaded| path == file && *layers == gpu_layers;
    if let Some((.., model)) = loaded.iter().find(same) {
        return Ok(model);
    }
    let params = LlamaModelParams::default().with_n_gpu_layers(gpu_layers);
    let model = LlamaModel::load_from_file(backend, file, &params).map_err(|e| e.to_string())?;
    let model: &'static LlamaModel = Box::leak(Box::new(model));
    loaded.push((file.to_path_buf(), gpu_layers, model));
    Ok(model)
}

/// Whether this build can place layers on a GPU.
pub fn supports_gpu() -> bool {
    backend().is_ok_and(LlamaBackend::supports_gpu_offload)
}

impl Llama {
    /// Loads a model.
    ///
    /// # Errors
    /// The file is missing, damaged or of an unknown architecture, or has no chat template.
    pub fn load(config: LlamaConfig) -> Result<Self, LlmError> {
        let fail = |reason: String| LlmError::Load {
            path: config.model.clone(),
            reason,
        };
        if !config.model.is_file() {
            return Err(fail("there is no such file".into()));
        }
        let backend = backend().map_err(fail)?;
        let model = weights(backend, &config.model, config.gpu_layers).map_err(fail)?;
        let threads = i32::try_from(config.threads).unwrap_or(1).max(1);
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(config.context.min(model.n_ctx_train())))
            .with_n_batch(CHUNK as u32)
            .with_n_ubatch(CHUNK as u32)
            .with_n_threads(threads)
            .with_n_threads_batch(threads);
        let context = model
            .new_context(backend, params)
            .map_err(|e| fail(e.to_string()))?;
        Ok(Self {
            template: chat_template(model, &config.model)?,
            model,
            context,
            config,
            read: Vec::new(),
        })
    }

    fn tokens(&self, messages: &[Message], opening: Opening) -> Result<Vec<LlamaToken>, LlmError> {
        let text = self.template.render(messages, opening)?;
        // Templates write the beginning-of-text token themselves where the model wants one.
        Ok(self.model.vocab().tokenize(text.as_bytes(), false, true))
    }

    /// Cuts the cache to its first `len` tokens.
    fn cut(&mut self, len: usize) -> Result<(), LlmError> {
        let cut = self
            .context
            .clear_kv_cache_seq(Some(0), Some(len as u32), None)
            .map_err(run)?;
        self.read.truncate(len);
        if !cut {
            // Recurrent models cannot be cut: everything is read again.
            self.context.clear_kv_cache();
            self.read.clear();
        }
        Ok(())
    }

    /// Closes the gap that a forgotten exchange leaves behind the first `shared` tokens: moves the
    /// state of what follows it, instead of reading all of that again (seconds, in a long
    /// conversation). What follows keeps having seen what is gone; that is how llama.cpp's own
    /// context shift does it too.
    fn close_gap(&mut self, shared: usize, tokens: &[LlamaToken]) -> Result<(), LlmError> {
        let Some(gap) = gap(&self.read[shared..], &tokens[shared..]) else {
            return Ok(());
        };
        let (from, to) = (shared as u32, (shared + gap) as u32);
        let removed = self
            .context
            .clear_kv_cache_seq(Some(0), Some(from), Some(to))
            .map_err(run)?;
        if !removed {
            return self.cut(0);
        }
        self.context
            .kv_cache_seq_add(0, Some(to), None, -(gap as i32))
            .map_err(run)?;
        self.read.drain(shared..shared + gap);
        Ok(())
    }

    fn decode(&mut self, tokens: &[LlamaToken]) -> Result<(), LlmError> {
        let mut batch = LlamaBatch::new(tokens.len(), 1);
        for (n, token) in tokens.iter().enumerate() {
            let position = (self.read.len() + n) as i32;
            batch
                .add(*token, position, &[0], n + 1 == tokens.len())
                .map_err(run)?;
        }
        self.context.decode(&mut batch).map_err(run)?;
        self.read.extend_from_slice(tokens);
        Ok(())
    }

    fn disk_cache(&self, tokens: &[LlamaToken]) -> Option<PrefixCache> {
        let parameters = format!("context {}", self.context.n_ctx());
        self.config
            .cache_dir
            .as_deref()
            .map(|folder| PrefixCache::new(folder, &self.config.model_id, &parameters, tokens))
    }
}

impl LanguageModel for Llama {
    fn warm_up(&mut self, prefix: &[Message]) -> Result<Prefill, LlmError> {
        let tokens = self.tokens(prefix, Opening::None)?;
        let cache = self.disk_cache(&tokens);
        if cache
            .as_ref()
            .is_some_and(|cache| cache.load(&mut self.context, &tokens))
        {
            self.read = tokens;
            // A loaded state has run nothing yet: read its last token again to warm the engine.
            let last = self.read.len().saturating_sub(1);
            let kept = self.read[last..].to_vec();
            self.cut(last)?;
            self.decode(&kept)?;
            return Ok(Prefill {
                kept: last,
                read: kept.len(),
            });
        }
        let prefill = self
            .prefill(prefix, Opening::None, &|| false)?
            .unwrap_or_default();
        if let Some(cache) = cache {
            cache.save(&self.context, &self.read);
        }
        Ok(prefill)
    }

    fn count_tokens(&self, messages: &[Message]) -> Result<usize, LlmError> {
        Ok(self.tokens(messages, Opening::Reply)?.len())
    }

    fn context_len(&self) -> usize {
        self.context.n_ctx() as usize
    }

    fn prefill(
        &mut self,
        messages: &[Message],
        opening: Opening,
        cancelled: Cancelled,
    ) -> Result<Option<Prefill>, LlmError> {
        let tokens = self.tokens(messages, opening)?;
        if tokens.len() >= self.context_len() {
            return Err(LlmError::TooLong {
                tokens: tokens.len(),
                context: self.context_len(),
            });
        }
        self.close_gap(shared_prefix(&self.read, &tokens), &tokens)?;
        let shared = shared_prefix(&self.read, &tokens);
        // The logits of the last token are needed, so at least one is read.
        let shared = shared.min(tokens.len().saturating_sub(1));
        if shared < self.read.len() {
            self.cut(shared)?;
        }
        let kept = self.read.len();
        for chunk in tokens[kept..].chunks(CHUNK) {
            if cancelled() {
                return Ok(None);
            }
            self.decode(chunk)?;
        }
        Ok(Some(Prefill {
            kept,
            read: tokens.len() - kept,
        }))
    }

    fn generate(
        &mut self,
        sampling: &Sampling,
        cancelled: Cancelled,
        on_piece: &mut dyn FnMut(&str),
    ) -> Result<Finish, LlmError> {
        let mut sampler = sampler(sampling, self.model.n_vocab());
        let mut pending = Vec::new();
        for _ in 0..sampling.max_tokens {
            if cancelled() {
                return Ok(Finish::Cancelled);
            }
            let token = sampler.sample(&self.context, -1);
            if self.model.vocab().is_eog(token) {
                emit(&mut pending, true, on_piece);
                return Ok(Finish::Complete);
            }
            pending.extend(self.model.vocab().token_to_piece(token, false, None));
            emit(&mut pending, false, on_piece);
            if self.read.len() + 1 >= self.context_len() {
                break;
            }
            self.decode(&[token])?;
        }
        emit(&mut pending, true, on_piece);
        Ok(Finish::Length)
    }
}

fn run(error: impl std::fmt::Display) -> LlmError {
    LlmError::Run(error.to_string())
}

fn chat_template(model: &LlamaModel, path: &Path) -> Result<ChatTemplate, LlmError> {
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
    let text =
        |token| String::from_utf8_lossy(&vocab.token_to_piece(token, true, None)).into_owned();
    // Models without such a token give -1, which has no text.
    let special = |token: LlamaToken| {
        if token.0 < 0 {
            String::new()
        } else {
            text(token)
        }
    };
    ChatTemplate::new(source, special(vocab.bos()), special(vocab.eos()))
}

fn shared_prefix(a: &[LlamaToken], b: &[LlamaToken]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// As many tokens must follow a gap unchanged: fewer are not worth it, or chance.
const AFTER_GAP: usize = 24;

/// How many tokens at the beginning of `read` are missing in `tokens`, if what follows them is
/// what `tokens` begins with. Who asks the same twice makes several places look alike: the one from
/// which most is shared is it.
fn gap(read: &[LlamaToken], tokens: &[LlamaToken]) -> Option<usize> {
    let after = tokens.get(..AFTER_GAP)?;
    let windows = read.windows(AFTER_GAP).enumerate();
    let places = windows.filter(|(_, window)| *window == after);
    let (found, _) = places
        .map(|(place, _)| (place, shared_prefix(&read[place..], tokens)))
        .max_by_key(|(_, shared)| *shared)?;
    (found > 0).then_some(found)
}

fn sampler(sampling: &Sampling, n_vocab: i32) -> LlamaSampler {
    let mut chain = Vec::new();
    if sampling.repeat_penalty != 1.0 {
        let penalty = sampling.repeat_penalty;
        chain.push(LlamaSampler::penalties(
            n_vocab,
            PENALTY_WINDOW,
            penalty,
            0.0,
            0.0,
        ));
    }
    if sampling.temperature > 0.0 {
        chain.push(LlamaSampler::top_k(sampling.top_k));
        chain.push(LlamaSampler::top_p(sampling.top_p, 1));
        chain.push(LlamaSampler::temp(sampling.temperature));
        chain.push(LlamaSampler::dist(sampling.seed));
    } else {
        chain.push(LlamaSampler::greedy());
    }
    LlamaSampler::chain_simple(chain)
}

/// Hands over what is whole text; a character may be spread over several tokens.
fn emit(pending: &mut Vec<u8>, all: bool, on_piece: &mut dyn FnMut(&str)) {
    let whole = match std::str::from_utf8(pending) {
        Ok(_) => pending.len(),
        Err(error) if all || error.error_len().is_some() => pending.len(),
        Err(error) => error.valid_up_to(),
    };
    if whole > 0 {
        let bytes: Vec<u8> = pending.drain(..whole).collect();
        on_piece(&String::from_utf8_lossy(&bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_spread_over_tokens_is_handed_over_whole() {
        let (mut pending, mut pieces) = (Vec::new(), Vec::new());
        for byte in "é!".bytes() {
            pending.push(byte);
            emit(&mut pending, false, &mut |piece| {
                pieces.push(piece.to_owned())
            });
        }
        assert_eq!(pieces, ["é", "!"]);
    }

    #[test]
    fn a_gap_is_found_by_what_follows_it() {
        let tokens = |ids: std::ops::Range<i32>| ids.map(LlamaToken).collect::<Vec<_>>();
        assert_eq!(gap(&tokens(0..100), &tokens(40..100)), Some(40));
        assert_eq!(gap(&tokens(0..100), &tokens(0..100)), None);
        assert_eq!(gap(&tokens(0..100), &tokens(200..300)), None);
        assert_eq!(gap(&tokens(0..10), &tokens(5..10)), None);
    }

    #[test]
    fn the_shared_prefix_ends_at_the_first_difference() {
        let tokens = |ids: &[i32]| ids.iter().map(|id| LlamaToken(*id)).collect::<Vec<_>>();
        assert_eq!(
            shared_prefix(&tokens(&[1, 2, 3]), &tokens(&[1, 2, 4, 3])),
            2
        );
        assert_eq!(shared_prefix(&tokens(&[]), &tokens(&[1])), 0);
    }
}
