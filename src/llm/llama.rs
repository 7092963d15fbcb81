//! Any GGUF model through llama.cpp.
//!
//! One context, one sequence. `read` mirrors what the key-value cache holds, so that a new prompt
//! costs only what it does not share with the one before: the next turn, a reply that was cut to
//! what was heard, a forgotten exchange. Where the cache cannot be cut ([`Checkpoints`]), it goes
//! back to a state that was kept.

use std::num::NonZeroU32;
use std::path::PathBuf;

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::{KvCacheType, LlamaContextParams};
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::{LlamaModel, RopeType};
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;

use super::chat_template::ChatTemplate;
use super::checkpoints::Checkpoints;
use super::gguf::Gguf;
use super::gpu::{self, GpuLayers};
use super::prefix_cache::PrefixCache;
use super::reasoning::Reasoning;
use super::weights::{backend, chat_template, control_marks, weights};
use super::{Cancelled, Finish, LanguageModel, LlmError, Message, Opening, Prefill, Sampling};

/// Tokens read between two looks at the cancellation flag. llama.cpp cannot be interrupted within
/// a batch, and a batch of this size takes some tens of milliseconds on two slow cores.
const CHUNK: usize = 64;
/// Tokens that the repetition penalty looks back over.
const PENALTY_WINDOW: i32 = 64;

/// How the key-value cache is stored: fewer bits take less memory, and less of the bandwidth that
/// limits a long conversation, for a little quality.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
pub enum CacheType {
    /// 16 bits a number.
    #[default]
    #[serde(rename = "f16")]
    F16,
    /// 8.5 bits a number.
    #[serde(rename = "q8_0")]
    Q8_0,
    /// 4.5 bits a number.
    #[serde(rename = "q4_0")]
    Q4_0,
}

impl CacheType {
    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::F16 => "f16",
            Self::Q8_0 => "q8_0",
            Self::Q4_0 => "q4_0",
        }
    }

    /// Bytes of so many numbers.
    fn bytes(self, numbers: u64) -> u64 {
        match self {
            Self::F16 => numbers * 2,
            Self::Q8_0 => numbers / 32 * 34,
            Self::Q4_0 => numbers / 32 * 18,
        }
    }
}

impl From<CacheType> for KvCacheType {
    fn from(kind: CacheType) -> Self {
        match kind {
            CacheType::F16 => Self::F16,
            CacheType::Q8_0 => Self::Q8_0,
            CacheType::Q4_0 => Self::Q4_0,
        }
    }
}

/// How to load a model.
#[derive(Debug, Clone)]
pub struct LlamaConfig {
    /// The GGUF file.
    pub model: PathBuf,
    /// Identifies the weights in the disk cache: their SHA-256, or [`super::gguf::identity`].
    pub model_id: String,
    /// Tokens of context.
    pub context: u32,
    /// Threads for reading and for generating.
    pub threads: usize,
    /// Layers to place on a GPU.
    pub gpu_layers: GpuLayers,
    /// How the key-value cache is stored.
    pub cache_type: CacheType,
    /// Tokens that a model may think before it speaks.
    pub reasoning_tokens: usize,
    /// Where prompt states are kept; `None` keeps none.
    pub cache_dir: Option<PathBuf>,
}

/// A loaded model with its context.
pub struct Llama {
    model: &'static LlamaModel,
    context: LlamaContext<'static>,
    template: ChatTemplate,
    config: LlamaConfig,
    /// Layers on a GPU.
    gpu_layers: u32,
    /// Control tokens around reasoning, and their text.
    marks: Vec<(LlamaToken, &'static str)>,
    /// Tokens whose state the cache holds, in order.
    read: Vec<LlamaToken>,
    /// `None`: the cache can be cut at any place.
    checkpoints: Option<Checkpoints>,
    /// How the prompt ends that was read last.
    prompt_end: String,
}

/// As much of a prompt's end as says whether the template has opened a block of reasoning. Bytes.
const PROMPT_END: usize = 64;

impl Llama {
    /// Loads a model.
    ///
    /// # Errors
    /// The file is missing, damaged, no language model for conversations, of an unknown
    /// architecture, or has no chat template.
    pub fn load(config: LlamaConfig) -> Result<Self, LlmError> {
        let fail = |reason: String| LlmError::Load {
            path: config.model.clone(),
            reason,
        };
        if !config.model.is_file() {
            return Err(fail("there is no such file".into()));
        }
        let head = Gguf::read(&config.model)?;
        head.check(&config.model)?;
        let backend = backend().map_err(fail)?;
        let tokens = u64::from(config.context);
        let cache = config.cache_type.bytes(head.cache_width() * tokens);
        let gpu_layers = match config.gpu_layers {
            GpuLayers::Count(layers) => layers,
            GpuLayers::Auto => gpu::layers_that_fit(&head, cache, &gpu::devices()),
        };
        let model = weights(backend, &config.model, gpu_layers).map_err(fail)?;
        let threads = i32::try_from(config.threads).unwrap_or(1).max(1);
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(config.context.min(model.n_ctx_train())))
            .with_n_batch(CHUNK as u32)
            .with_n_ubatch(CHUNK as u32)
            .with_n_threads(threads)
            .with_n_threads_batch(threads)
            .with_type_k(config.cache_type.into())
            // llama.cpp turns flash attention on where this needs it.
            .with_type_v(config.cache_type.into());
        let context = model
            .new_context(backend, params)
            .map_err(|e| match config.cache_type {
                CacheType::F16 => fail(e.to_string()),
                other => fail(format!(
                    "{e}; with llm.cache_type = \"f16\" it may do better than with {}",
                    other.name()
                )),
            })?;
        let folds_state = model.is_recurrent() || model.is_hybrid();
        let llama = Self {
            template: chat_template(model, &config.model)?,
            marks: control_marks(model),
            model,
            context,
            config,
            gpu_layers,
            read: Vec::new(),
            checkpoints: folds_state.then(Checkpoints::default),
            prompt_end: String::new(),
        };
        tracing::info!("{}", llama.describe());
        Ok(llama)
    }

    fn tokenize(&self, text: &str) -> Vec<LlamaToken> {
        let vocab = self.model.vocab();
        // Most templates write the beginning-of-text token themselves where the model wants one.
        let mut tokens = vocab.tokenize(text.as_bytes(), false, true);
        if vocab.should_add_bos() && tokens.first().is_some_and(|first| *first != vocab.bos()) {
            tokens.insert(0, vocab.bos());
        }
        tokens
    }

    fn tokens(&self, messages: &[Message], opening: Opening) -> Result<Vec<LlamaToken>, LlmError> {
        Ok(self.tokenize(&self.template.render(messages, opening)?))
    }

    /// Cuts the cache to its first `len` tokens.
    fn cut(&mut self, len: usize) -> Result<(), LlmError> {
        let cut = self
            .context
            .clear_kv_cache_seq(Some(0), Some(len as u32), None)
            .map_err(run)?;
        self.read.truncate(len);
        if !cut {
            tracing::info!("this model's cache cannot be cut here: everything is read again");
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
        // Positions in several dimensions cannot be moved.
        if !matches!(
            self.model.rope_type(),
            None | Some(RopeType::Norm | RopeType::NeoX)
        ) {
            return Ok(());
        }
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

    /// Brings the cache to a beginning of `tokens`, the longest that it can. The logits of the last
    /// token are needed for a reply, so at least one is then left to be read.
    fn go_back(&mut self, tokens: &[LlamaToken], opening: Opening) -> Result<(), LlmError> {
        let Some(checkpoints) = &self.checkpoints else {
            self.close_gap(shared_prefix(&self.read, tokens), tokens)?;
            let shared = shared_prefix(&self.read, tokens);
            let shared = shared.min(tokens.len().saturating_sub(1));
            if shared < self.read.len() {
                self.cut(shared)?;
            }
            return Ok(());
        };
        let most = match opening {
            Opening::None => tokens.len(),
            Opening::Reply | Opening::Unfinished => tokens.len().saturating_sub(1),
        };
        let goes_on = self.read.len() <= most && tokens.starts_with(&self.read);
        if !goes_on {
            self.read = checkpoints.restore(&mut self.context, &tokens[..most]);
        }
        Ok(())
    }

    /// Where the state is kept while a prompt is read: what is behind the last message before the
    /// one that may still change.
    fn boundary(
        &self,
        messages: &[Message],
        opening: Opening,
        tokens: &[LlamaToken],
    ) -> Result<Option<usize>, LlmError> {
        if self.checkpoints.is_none() {
            return Ok(None);
        }
        let (Opening::Reply | Opening::Unfinished, Some((_, before))) =
            (opening, messages.split_last())
        else {
            return Ok(Some(tokens.len()));
        };
        let before = self.tokens(before, Opening::None)?;
        Ok(tokens.starts_with(&before).then_some(before.len()))
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
        let cache = self.config.cache_type.name();
        let parameters = format!("context {}, cache {cache}", self.context.n_ctx());
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
            match &mut self.checkpoints {
                None => self.cut(last)?,
                Some(checkpoints) => checkpoints.keep(&self.context, &self.read),
            }
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
        let text = self.template.render(messages, opening)?;
        let tokens = self.tokenize(&text);
        if tokens.len() >= self.context_len() {
            return Err(LlmError::TooLong {
                tokens: tokens.len(),
                context: self.context_len(),
            });
        }
        self.prompt_end = match opening {
            Opening::Reply => {
                text[text.floor_char_boundary(text.len().saturating_sub(PROMPT_END))..].to_owned()
            }
            Opening::None | Opening::Unfinished => String::new(),
        };
        let boundary = self.boundary(messages, opening, &tokens)?;
        self.go_back(&tokens, opening)?;
        let kept = self.read.len();
        while self.read.len() < tokens.len() {
            if cancelled() {
                return Ok(None);
            }
            let from = self.read.len();
            let to = tokens.len().min(from + CHUNK);
            let to = boundary
                .filter(|at| (from + 1..to).contains(at))
                .unwrap_or(to);
            self.decode(&tokens[from..to])?;
            if let Some(checkpoints) = &mut self.checkpoints
                && boundary == Some(to)
            {
                checkpoints.keep(&self.context, &self.read);
            }
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
        let mut reasoning = Reasoning::after(&self.prompt_end);
        let (mut pending, mut spoke) = (Vec::new(), false);
        let mut speak = |text: &str| {
            spoke = true;
            on_piece(text);
        };
        let (mut said, mut thought) = (0, 0);
        let finish = loop {
            if cancelled() {
                return Ok(Finish::Cancelled);
            }
            if said >= sampling.max_tokens || thought >= self.config.reasoning_tokens.max(1) {
                break Finish::Length;
            }
            let token = sampler.sample(&self.context, -1);
            if self.model.vocab().is_eog(token) {
                break Finish::Complete;
            }
            match self.marks.iter().find(|(mark, _)| *mark == token) {
                Some((_, mark)) => pending.extend(mark.as_bytes()),
                None => pending.extend(self.model.vocab().token_to_piece(token, false, None)),
            }
            emit(&mut pending, false, &mut |text| {
                reasoning.push(text, &mut speak)
            });
            match reasoning.is_thinking() {
                true => thought += 1,
                false => said += 1,
            }
            if self.read.len() + 1 >= self.context_len() {
                break Finish::Length;
            }
            self.decode(&[token])?;
        };
        emit(&mut pending, true, &mut |text| {
            reasoning.push(text, &mut speak)
        });
        reasoning.finish(&mut speak);
        match spoke {
            false if thought > 0 => Err(LlmError::OnlyReasoning { tokens: thought }),
            _ => Ok(finish),
        }
    }

    fn describe(&self) -> String {
        let Self { model, config, .. } = self;
        let name = model.meta_val_str("general.name").unwrap_or_default();
        let cache = match &self.checkpoints {
            None => "cut where prompts part",
            Some(_) if model.is_recurrent() => "recurrent: goes back to checkpoints",
            Some(_) => "hybrid: goes back to checkpoints",
        };
        let system = match self.template.folds_system() {
            true => "; instructions go with the first question",
            false => "",
        };
        format!(
            "{name}: {} layers, {} on a GPU; {} tokens of cache as {}, {cache}{system}",
            model.n_layer(),
            self.gpu_layers.min(model.n_layer() + 1),
            self.context.n_ctx(),
            config.cache_type.name(),
        )
    }
}

fn run(error: impl std::fmt::Display) -> LlmError {
    LlmError::Run(error.to_string())
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
