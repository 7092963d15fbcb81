//! The helper: a second, larger language model that some questions are handed to.

use serde::Deserialize;

use super::engine::LlmEngine;
use super::{ConfigError, LlmConfig, MOST_THREADS, check};
use crate::agent::{HandsOver, MOST_PARTS};
use crate::llm::gpu::GpuLayers;
use crate::llm::{CacheType, Sampling};

/// A second, larger language model, where the configuration has this section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HelperConfig {
    /// A profile: its language model is the helper.
    pub profile: Option<String>,
    /// A GGUF file or a server, in place of a profile's model.
    pub engine: LlmEngine,
    /// `"by-rule"`, `"by-call"` or `"by-both"`: how questions come to it.
    pub hands_over: HandsOver,
    /// Threads; half of the cores for 0.
    pub threads: usize,
    /// Parts of a question that are answered at the same time.
    pub parallel: usize,
    /// Tokens of an answer at most, for each part.
    pub max_tokens: usize,
    /// Seconds that it works on a question at most.
    pub seconds: u64,
    /// As `llm.context`.
    pub context: u32,
    /// As `llm.gpu_layers`.
    pub gpu_layers: GpuLayers,
    /// As `llm.cache_type`.
    pub cache_type: CacheType,
    /// As `llm.reasoning_tokens`.
    pub reasoning_tokens: Option<usize>,
    /// As `llm.model`.
    pub model: Option<String>,
    /// As `llm.api_key_env`.
    pub api_key_env: Option<String>,
}

impl Default for HelperConfig {
    fn default() -> Self {
        let LlmConfig {
            context,
            gpu_layers,
            cache_type,
            ..
        } = LlmConfig::default();
        Self {
            profile: None,
            engine: LlmEngine::Profile,
            hands_over: HandsOver::default(),
            threads: 0,
            parallel: 2,
            max_tokens: 120,
            seconds: 30,
            context,
            gpu_layers,
            cache_type,
            reasoning_tokens: None,
            model: None,
            api_key_env: None,
        }
    }
}

/// Names no model.
const NONE: &str = "none";

impl HelperConfig {
    /// The same with this model: a profile's name, or what names an engine. No helper where it is "none".
    #[must_use]
    pub fn with_model(self, text: &str) -> Option<Self> {
        if text == NONE {
            return None;
        }
        let (engine, profile) = match text.parse::<LlmEngine>() {
            Ok(engine) if engine != LlmEngine::Profile => (engine, None),
            _ => (LlmEngine::Profile, Some(text.to_owned())),
        };
        Some(Self {
            engine,
            profile,
            ..self
        })
    }

    /// The helper as if it were the language model.
    pub fn as_llm(&self) -> LlmConfig {
        LlmConfig {
            engine: self.engine.clone(),
            context: self.context,
            gpu_layers: self.gpu_layers,
            cache_type: self.cache_type,
            reasoning_tokens: self.reasoning_tokens,
            prepare: Some(false),
            model: self.model.clone(),
            api_key_env: self.api_key_env.clone(),
            ..LlmConfig::default()
        }
    }

    /// How it chooses tokens.
    pub fn sampling(&self) -> Sampling {
        Sampling {
            max_tokens: self.max_tokens,
            ..Sampling::default()
        }
    }

    /// Its threads on a machine with so many cores: half of them, so that the conversation has the others.
    pub fn threads(&self, cores: usize) -> usize {
        match self.threads {
            0 => (cores / 2).max(1),
            threads => threads,
        }
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let is_profile = self.engine == LlmEngine::Profile;
        let expected = "name a profile (profile = \"multilingual\"), or a GGUF file or a server \
                        (engine = \"FILE.gguf\"), and not both";
        let profile = self.profile.as_deref().unwrap_or(NONE);
        check(
            "llm.helper.profile",
            profile,
            is_profile == self.profile.is_some() && self.profile.as_deref() != Some(NONE),
            expected,
        )?;
        let expected = "1 to 256 threads, or 0 for half of the cores";
        check(
            "llm.helper.threads",
            self.threads,
            self.threads <= MOST_THREADS,
            expected,
        )?;
        let parallel_ok = (1..=MOST_PARTS).contains(&self.parallel);
        let expected = "1 to 4 parts of a question at the same time";
        check("llm.helper.parallel", self.parallel, parallel_ok, expected)?;
        let tokens_ok = (8..=2_000).contains(&self.max_tokens);
        check(
            "llm.helper.max_tokens",
            self.max_tokens,
            tokens_ok,
            "8 to 2000 tokens",
        )?;
        let seconds_ok = (1..=600).contains(&self.seconds);
        check(
            "llm.helper.seconds",
            self.seconds,
            seconds_ok,
            "1 to 600 seconds",
        )?;
        let context_ok = (512..=131_072).contains(&self.context);
        check(
            "llm.helper.context",
            self.context,
            context_ok,
            "512 to 131072 tokens",
        )?;
        let thought = self.as_llm().reasoning_tokens();
        let written = thought.saturating_add(self.max_tokens);
        let expected = "less than llm.helper.context, with llm.helper.max_tokens beside it";
        let fits = written < self.context as usize;
        check("llm.helper.reasoning_tokens", thought, fits, expected)
    }
}
