//! One configuration: defaults < file < environment < flags.
//!
//! Every key has a default, so the file may hold only what differs. An unknown key or
//! a wrong type is an error that names the file, the line and the key; a value out of range is
//! named with what it may be.

mod engine;
mod helper;
mod memory;
mod models;
mod serve;
mod sound;
mod threads;
mod turns;
mod wake;

pub use engine::{LlmEngine, SttEngine, TtsEngine};
pub use helper::HelperConfig;
pub use memory::MemoryConfig;
pub use models::{LlmConfig, SttConfig, TtsConfig};
pub use serve::ServeConfig;
pub use sound::{AudioConfig, VadConfig};
pub use threads::{ThreadBudget, ThreadConfig};
pub use turns::{Endpointing, EndpointingStyle, TurnConfig};
pub use wake::WakeWordConfig;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use directories::BaseDirs;
use serde::Deserialize;

use self::engine::{RelativePath, line_or_table};
use self::threads::MOST_THREADS;

use crate::language::Languages;
use crate::mcp::McpServerConfig;
use crate::tools;

/// Everything that can be configured.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Languages of the conversation.
    pub language: Languages,
    /// Profile of models.
    pub profile: String,
    /// Folder of models; the platform's data folder if absent.
    pub models_dir: Option<PathBuf>,
    /// Persona file; the bundled one if absent.
    pub persona: Option<PathBuf>,
    /// Devices and echo.
    pub audio: AudioConfig,
    /// Voice activity.
    pub vad: VadConfig,
    /// Who speaks when.
    pub turn_taking: TurnConfig,
    /// Sleep, and the phrase that ends it.
    pub wake: WakeWordConfig,
    /// The recognizer.
    #[serde(deserialize_with = "line_or_table")]
    pub stt: SttConfig,
    /// The language model.
    #[serde(deserialize_with = "line_or_table")]
    pub llm: LlmConfig,
    /// The voice.
    #[serde(deserialize_with = "line_or_table")]
    pub tts: TtsConfig,
    /// What acts: timers, lists, sums.
    pub tools: ToolsConfig,
    /// What it keeps, and may look into.
    pub memory: MemoryConfig,
    /// Servers of the Model Context Protocol, by name: their tools are the language model's too.
    pub mcp: BTreeMap<String, McpServerConfig>,
    /// Cores.
    pub threads: ThreadConfig,
    /// What is special to `vivavoce serve`.
    pub serve: ServeConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            language: Languages::default(),
            profile: "starter".into(),
            models_dir: None,
            persona: None,
            audio: AudioConfig::default(),
            vad: VadConfig::default(),
            turn_taking: TurnConfig::default(),
            wake: WakeWordConfig::default(),
            stt: SttConfig::default(),
            llm: LlmConfig::default(),
            tts: TtsConfig::default(),
            tools: ToolsConfig::default(),
            memory: MemoryConfig::default(),
            mcp: BTreeMap::new(),
            threads: ThreadConfig::default(),
            serve: ServeConfig::default(),
        }
    }
}

/// The built-in tools.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ToolsConfig {
    /// Whether there are any.
    pub enabled: bool,
    /// Names of built-in tools that the language model may call too, beside the words that are certain. None
    /// for a model that is too small to do that well.
    pub offered: Vec<String>,
    /// The ISO 3166-1 code of the country, `"GB"`: whom to call in an emergency. That of the locale if
    /// absent.
    pub country: Option<String>,
}

impl Default for ToolsConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            offered: Vec::new(),
            country: None,
        }
    }
}

/// A configuration is missing or wrong.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Line, key and what is expected.
        reason: String,
    },
    /// A value that makes no sense.
    #[error("{key} = {value}: {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
}

impl Config {
    /// Reads a file over the defaults. Relative paths in it are relative to its folder.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let fail = |reason: String| ConfigError::File {
            path: path.to_path_buf(),
            reason,
        };
        let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
        let mut config: Self = toml::from_str(&text).map_err(|e| fail(e.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let named = [
            config.persona.as_mut(),
            config.models_dir.as_mut(),
            config.stt.engine.path_mut(),
            config.llm.engine.path_mut(),
            (config.llm.helper.as_mut()).and_then(|helper| helper.engine.path_mut()),
            config.tts.engine.path_mut(),
            config.wake.head.as_mut(),
        ];
        for relative in named.into_iter().flatten() {
            *relative = folder.join(&*relative);
        }
        // Before they are joined: no path is left of an empty one.
        config.memory.validate().map_err(|e| fail(e.to_string()))?;
        let dirs = BaseDirs::new();
        let home = dirs.as_ref().map(BaseDirs::home_dir);
        config.memory.resolve(folder, home);
        config.validate().map_err(|e| fail(e.to_string()))?;
        Ok(config)
    }

    /// Checks what types cannot say.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.vad.validate()?;
        self.turn_taking.validate()?;
        self.wake.validate()?;
        self.threads.validate()?;
        self.memory.validate()?;
        self.serve.validate()?;
        self.llm.validate()?;
        for name in &self.tools.offered {
            let known = tools::class(name).is_some();
            let expected = "the name of a built-in tool (docs/tools.md)";
            check("tools.offered", name, known, expected)?;
        }
        let keys = self.turn_taking.push_to_talk && self.wake.enabled;
        let expected =
            "not together with turn_taking.push_to_talk: a key wakes nobody who listens to the key";
        check("wake.enabled", self.wake.enabled, !keys, expected)
    }
}

fn check(
    key: &'static str,
    value: impl ToString,
    ok: bool,
    expected: &'static str,
) -> Result<(), ConfigError> {
    if ok {
        Ok(())
    } else {
        Err(ConfigError::Value {
            key,
            value: value.to_string(),
            expected,
        })
    }
}

#[cfg(test)]
mod tests;
