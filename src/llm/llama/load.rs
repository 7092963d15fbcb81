//! From a file to a model that can be asked.

use std::cell::RefCell;
use std::num::NonZeroU32;
use std::sync::PoisonError;

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;

use super::branches::Branches;
use super::context::Context;
use super::message_end::EndTokens;
use super::{CacheType, Llama, LlamaConfig, together};
use crate::llm::checkpoints::Checkpoints;
use crate::llm::gguf::Gguf;
use crate::llm::gpu::{self, GpuLayers};
use crate::llm::weights::{Weights, backend, chat_template, control_marks, weights};
use crate::llm::{LanguageModel, LlmError, Opening};

impl Llama {
    /// Loads a model. With [`GpuLayers::Auto`], one that does not fit beside what others have put on
    /// the GPU meanwhile is loaded without it.
    ///
    /// # Errors
    /// The file is missing, damaged, no language model for conversations, of an unknown
    /// architecture, or has no chat template.
    pub fn load(config: LlamaConfig) -> Result<Self, LlmError> {
        if !config.model.is_file() {
            return Err(fail(&config, "there is no such file"));
        }
        let head = Gguf::read(&config.model)?;
        head.check(&config.model)?;
        let backend = backend().map_err(|e| fail(&config, e))?;
        let tokens = u64::from(config.context);
        let cache = config
            .cache_type
            .bytes(head.cache_width().saturating_mul(tokens));
        let devices = gpu::used(gpu::devices());
        let wanted = gpu::wanted_layers(config.gpu_layers, &head, cache, &devices);
        let opened = or_without_gpu(config.gpu_layers, wanted, |layers| {
            open(&config, backend, layers)
        });
        let (gpu_layers, context) = opened?;
        let model = context.model();
        let on_gpu = on_gpu(gpu_layers.min(model.n_layer() + 1), wanted, &devices);
        let folds_state = model.is_recurrent() || model.is_hybrid();
        let template = chat_template(model, &config.model)?;
        let llama = Self {
            reasons: template.may_reason(),
            template,
            marks: control_marks(model),
            end_tokens: EndTokens::of(&model.vocab()),
            context,
            config,
            on_gpu,
            prompt_tokens: RefCell::default(),
            read: Vec::new(),
            branches: Branches::default(),
            checkpoints: folds_state.then(Checkpoints::default),
            may_be_kept: false,
            on_disk: 0,
            closed_at: None,
            prompt_end: String::new(),
            opening: Opening::None,
            has_tools: false,
            grammar: None,
            answer: None,
        };
        tracing::info!("{}", llama.describe());
        Ok(llama)
    }
}

fn fail(config: &LlamaConfig, reason: impl Into<String>) -> LlmError {
    LlmError::Load {
        path: config.model.clone(),
        reason: reason.into(),
    }
}

/// Opens with so many layers on a GPU; if nobody has asked for that number and it fails, with none.
/// What was opened comes with its number.
fn or_without_gpu<T>(
    asked: GpuLayers,
    layers: u32,
    open: impl Fn(u32) -> Result<T, LlmError>,
) -> Result<(u32, T), LlmError> {
    match open(layers) {
        Err(error) if asked == GpuLayers::Auto && layers > 0 => {
            tracing::warn!("{layers} layers on a GPU: {error}. Loading it without a GPU");
            open(0).map(|opened| (0, opened))
        }
        opened => opened.map(|opened| (layers, opened)),
    }
}

/// Where the layers are, for people.
fn on_gpu(layers: u32, wanted: u32, devices: &[gpu::Device]) -> String {
    match layers {
        0 if wanted > 0 => "none on a GPU: it failed there".into(),
        0 => "none on a GPU".into(),
        _ => {
            let names: Vec<&str> = devices.iter().map(|device| device.name.as_str()).collect();
            format!("{layers} on {}", names.join(" and "))
        }
    }
}

fn open(
    config: &LlamaConfig,
    backend: &'static LlamaBackend,
    gpu_layers: u32,
) -> Result<Context, LlmError> {
    let adapter = config.adapter.as_ref().map(|(path, _)| path.as_path());
    let weights = weights(backend, &config.model, adapter, gpu_layers).map_err(|e| {
        let reason = format!(
            "{e}. It may need more memory than is free, or be newer than this llama.cpp, whose words \
             RUST_LOG=debug shows"
        );
        fail(config, reason)
    })?;
    let threads = i32::try_from(config.threads).unwrap_or(1).max(1);
    let context = config.context.min(weights.model.n_ctx_train());
    let (sequences, context) = match u32::try_from(config.together).unwrap_or(0) {
        0 => (1, context),
        // One sequence more is what all conversations share.
        places => (places + 1, together::cache(context, places)),
    };
    let batch = config.batch;
    let params = LlamaContextParams::default()
        .with_n_ctx(NonZeroU32::new(context))
        .with_n_seq_max(sequences)
        .with_kv_unified(sequences > 1)
        .with_n_batch(batch as u32)
        .with_n_ubatch(batch as u32)
        .with_n_threads(threads)
        .with_n_threads_batch(threads)
        .with_type_k(config.cache_type.into())
        // llama.cpp turns flash attention on where this needs it.
        .with_type_v(config.cache_type.into());
    Context::try_new(weights, |weights| {
        new_context(config, backend, weights, params)
    })
}

fn new_context<'w>(
    config: &LlamaConfig,
    backend: &LlamaBackend,
    weights: &'w Weights,
    params: LlamaContextParams,
) -> Result<LlamaContext<'w>, LlmError> {
    let mut context = weights.model.new_context(backend, params).map_err(|e| {
        let advice = match config.cache_type {
            CacheType::F16 => format!(
                "there may be no memory for {} tokens: lower llm.context, or set llm.cache_type = \
                 \"q8_0\"",
                config.context
            ),
            other => format!(
                "with llm.cache_type = \"f16\" it may do better than with {}",
                other.name()
            ),
        };
        fail(config, format!("{e}; {advice}"))
    })?;
    if let Some(adapter) = &weights.adapter {
        let mut adapter = adapter.lock().unwrap_or_else(PoisonError::into_inner);
        let set = context.lora_adapter_set(&mut adapter, 1.0);
        set.map_err(|e| fail(config, format!("its adapter does not fit: {e}")))?;
    }
    Ok(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Opens where at most so many layers fit.
    fn opened(asked: GpuLayers, layers: u32, fits: u32) -> Option<u32> {
        let open = |layers: u32| {
            if layers <= fits {
                Ok(())
            } else {
                Err(LlmError::Run("out of memory".into()))
            }
        };
        let opened = or_without_gpu(asked, layers, open);
        opened.ok().map(|(layers, ())| layers)
    }

    #[test]
    fn what_fails_on_a_gpu_that_nobody_asked_for_is_loaded_without() {
        assert_eq!(opened(GpuLayers::Auto, 20, 30), Some(20));
        assert_eq!(opened(GpuLayers::Auto, 20, 10), Some(0));
        assert_eq!(opened(GpuLayers::Count(20), 20, 10), None);
        assert_eq!(on_gpu(0, 20, &[]), "none on a GPU: it failed there");
        assert_eq!(on_gpu(0, 0, &[]), "none on a GPU");
    }
}
