//! The recognizer, the language model and the voice.

use std::str::FromStr;

use serde::Deserialize;

use super::{ConfigError, HelperConfig, LlmEngine, SttEngine, TtsEngine, check};
use crate::llm::gpu::GpuLayers;
use crate::llm::{CacheType, Sampling};

/// A terabyte.
const MOST_PROMPT_CACHE_MB: u64 = 1 << 20;
/// Enough for a small model to think about a spoken question.
const REASONING_TOKENS: usize = 512;

/// The recognizer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SttConfig {
    /// Which one.
    pub engine: SttEngine,
}

/// The voice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TtsConfig {
    /// Which one.
    pub engine: TtsEngine,
    /// Which of the engine's voices, where it has several; the persona's or the engine's own choice
    /// if absent.
    pub voice: Option<String>,
}

/// The language model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LlmConfig {
    /// Which one.
    pub engine: LlmEngine,
    /// Tokens of context.
    pub context: u32,
    /// `"auto"` or a number: layers on a GPU; needs a build with the feature `cuda`, `metal`,
    /// `vulkan` or `hipblas`.
    pub gpu_layers: GpuLayers,
    /// `"f16"`, `"q8_0"` or `"q4_0"`: how the key-value cache is stored.
    pub cache_type: CacheType,
    /// Tokens that a model may think, unheard, beside those of its reply; by the context if absent.
    pub reasoning_tokens: Option<usize>,
    /// What the states of prompts on disk may take together; 0 keeps none. Megabytes.
    pub prompt_cache_mb: u64,
    /// Make the model and its adapter into one file at the first start; where the CPU gains by it, if absent.
    pub prepare: Option<bool>,
    /// The model's name on a server; the first that it lists if absent.
    pub model: Option<String>,
    /// The environment variable that holds the server's key.
    pub api_key_env: Option<String>,
    /// A second, larger model for hard questions; none if absent.
    pub helper: Option<HelperConfig>,
}

impl Default for LlmConfig {
    fn default() -> Self {
        Self {
            engine: LlmEngine::default(),
            context: 2048,
            gpu_layers: GpuLayers::Auto,
            cache_type: CacheType::F16,
            reasoning_tokens: None,
            prompt_cache_mb: 2_048,
            prepare: None,
            model: None,
            api_key_env: None,
            helper: None,
        }
    }
}

impl LlmConfig {
    /// Tokens that a model may think: 512, or a quarter of a smaller context.
    pub fn reasoning_tokens(&self) -> usize {
        let by_context = || (self.context as usize / 4).min(REASONING_TOKENS);
        self.reasoning_tokens.unwrap_or_else(by_context)
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let megabytes = self.prompt_cache_mb;
        let cache_ok = megabytes <= MOST_PROMPT_CACHE_MB;
        let expected = "0 to 1048576 megabytes";
        check("llm.prompt_cache_mb", megabytes, cache_ok, expected)?;
        let context_ok = (512..=131_072).contains(&self.context);
        let expected = "512 to 131072 tokens";
        check("llm.context", self.context, context_ok, expected)?;
        let thought = self.reasoning_tokens();
        let written = thought.saturating_add(Sampling::default().max_tokens);
        check(
            "llm.reasoning_tokens",
            thought,
            written < self.context as usize,
            "less than llm.context, with a reply's 160 tokens beside it; 0 is for models that do not think",
        )?;
        let helper = self.helper.as_ref();
        helper.map_or(Ok(()), HelperConfig::validate)
    }
}

impl FromStr for SttConfig {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let engine = line.parse()?;
        Ok(Self { engine })
    }
}

impl FromStr for LlmConfig {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let engine = line.parse()?;
        Ok(Self {
            engine,
            ..Self::default()
        })
    }
}

impl FromStr for TtsConfig {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let engine = line.parse()?;
        Ok(Self {
            engine,
            voice: None,
        })
    }
}
