//! One configuration: defaults < file < environment < flags.
//!
//! Every key has a default, so the file may hold only what differs. An unknown key or
//! a wrong type is an error that names the file, the line and the key; a value out of range is
//! named with what it may be.

mod engine;
mod helper;
mod memory;

pub use engine::{LlmEngine, SttEngine, TtsEngine};
pub use helper::HelperConfig;
pub use memory::MemoryConfig;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use directories::BaseDirs;
use serde::Deserialize;

use self::engine::{RelativePath, line_or_table};

use crate::endpointing::EndpointPolicy;
use crate::language::Languages;
use crate::lexicon::Lexicon;
use crate::llm::gpu::GpuLayers;
use crate::llm::{CacheType, Sampling};
use crate::mcp::McpServerConfig;
use crate::tools;
use crate::turn_taking::{Drafts, IdlePrompt, SleepConfig, TurnTakingConfig};
use crate::vad::ActivityConfig;

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
    /// What it may look into.
    pub memory: MemoryConfig,
    /// Servers of the Model Context Protocol, by name: their tools are the language model's too.
    pub mcp: BTreeMap<String, McpServerConfig>,
    /// Cores.
    pub threads: ThreadConfig,
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
        }
    }
}

/// Devices and echo.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AudioConfig {
    /// As `--input`.
    pub input: String,
    /// As `--output`.
    pub output: String,
    /// Whether the loudspeaker's echo is taken out of the microphone; false for headphones.
    pub echo_cancellation: bool,
    /// Whether a short earcon is played at the start and after a change of device, to measure how
    /// the loudspeaker comes back into the microphone.
    pub earcon: bool,
}

impl Default for AudioConfig {
    fn default() -> Self {
        Self {
            input: "default".into(),
            output: "default".into(),
            echo_cancellation: true,
            earcon: true,
        }
    }
}

/// Voice activity; see [`ActivityConfig`].
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "ActivityConfig documents the same names")]
pub struct VadConfig {
    pub gate_threshold: f32,
    pub onset_threshold: f32,
    pub onset_ms: u64,
    pub barge_in_threshold: f32,
    pub barge_in_ms: u64,
    pub hold_threshold: f32,
    pub hangover_ms: u64,
}

impl Default for VadConfig {
    fn default() -> Self {
        let activity = ActivityConfig::default();
        let ms = |duration: Duration| duration.as_millis() as u64;
        Self {
            gate_threshold: activity.gate_threshold,
            onset_threshold: activity.onset_threshold,
            onset_ms: ms(activity.onset),
            barge_in_threshold: activity.barge_in_threshold,
            barge_in_ms: ms(activity.barge_in),
            hold_threshold: activity.hold_threshold,
            hangover_ms: ms(activity.hangover),
        }
    }
}

impl From<VadConfig> for ActivityConfig {
    fn from(config: VadConfig) -> Self {
        Self {
            gate_threshold: config.gate_threshold,
            onset_threshold: config.onset_threshold,
            onset: Duration::from_millis(config.onset_ms),
            barge_in_threshold: config.barge_in_threshold,
            barge_in: Duration::from_millis(config.barge_in_ms),
            hold_threshold: config.hold_threshold,
            hangover: Duration::from_millis(config.hangover_ms),
        }
    }
}

/// When a turn is over: a style, or milliseconds of silence alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "eager, balanced, patient, or milliseconds of silence"
)]
pub enum Endpointing {
    /// By the sound of the end, the words and silence.
    Style(EndpointingStyle),
    /// By silence alone. Milliseconds.
    SilenceMs(u64),
}

/// How long it waits where it is not sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointingStyle {
    /// Answers fast, cuts off more often.
    Eager,
    /// Between the two.
    Balanced,
    /// For people who think while they speak.
    Patient,
}

impl Endpointing {
    /// From the command line.
    ///
    /// # Errors
    /// Says what may be written.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(match text {
            "eager" => Self::Style(EndpointingStyle::Eager),
            "balanced" => Self::Style(EndpointingStyle::Balanced),
            "patient" => Self::Style(EndpointingStyle::Patient),
            number => Self::SilenceMs(number.parse().map_err(|_| {
                "give eager, balanced, patient, or milliseconds of silence".to_owned()
            })?),
        })
    }

    fn policy(self) -> EndpointPolicy {
        match self {
            Self::Style(EndpointingStyle::Eager) => EndpointPolicy::EAGER,
            Self::Style(EndpointingStyle::Balanced) => EndpointPolicy::BALANCED,
            Self::Style(EndpointingStyle::Patient) => EndpointPolicy::PATIENT,
            Self::SilenceMs(ms) => EndpointPolicy::silence(Duration::from_millis(ms)),
        }
    }
}

/// Who speaks when.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TurnConfig {
    /// `"eager"`, `"balanced"`, `"patient"`, or milliseconds of silence.
    pub endpointing: Endpointing,
    /// Least wait after the last word, where the style's own is not wanted. Milliseconds.
    pub floor_ms: Option<u64>,
    /// Longest wait after the last word. Milliseconds.
    pub ceiling_ms: Option<u64>,
    /// `"on"`, `"stt-only"`, `"off"`: what is done before it is known that the turn is over; by the
    /// power supply if absent ([`TurnConfig::drafts`]).
    pub drafts: Option<Drafts>,
    /// Seconds of silence after a question of its own that are met with a word; never if absent.
    pub idle_prompt_s: Option<u64>,
    /// That word; the language's own if absent.
    pub idle_prompt: Option<String>,
    /// Turns begin and end with a key.
    pub push_to_talk: bool,
    /// Only enrolled voices (`vivavoce enroll`) interrupt and are answered.
    pub only_enrolled: bool,
}

impl Default for TurnConfig {
    fn default() -> Self {
        Self {
            endpointing: Endpointing::Style(EndpointingStyle::Balanced),
            floor_ms: None,
            ceiling_ms: None,
            drafts: None,
            idle_prompt_s: None,
            idle_prompt: None,
            push_to_talk: false,
            only_enrolled: false,
        }
    }
}

impl Config {
    /// Turn taking, with the language's words.
    pub fn turn_taking(&self) -> TurnTakingConfig {
        let config = &self.turn_taking;
        let ms = |ms: Option<u64>| ms.map(Duration::from_millis);
        let policy = config.endpointing.policy();
        let lexicon = Lexicon::of(self.language.first());
        let still_there = || lexicon.still_there.clone();
        TurnTakingConfig {
            endpointing: policy.between(ms(config.floor_ms), ms(config.ceiling_ms)),
            drafts: config.drafts.unwrap_or_default(),
            idle_prompt: config.idle_prompt_s.map(|seconds| IdlePrompt {
                after: Duration::from_secs(seconds),
                words: config.idle_prompt.clone().unwrap_or_else(still_there),
            }),
            lexicon,
            push_to_talk: config.push_to_talk,
            ..TurnTakingConfig::default()
        }
    }
}

/// Sleep, and the phrase that ends it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WakeWordConfig {
    /// Whether it sleeps until it is called: nothing else is transcribed then.
    pub enabled: bool,
    /// What it is called; the head's own phrase if absent, which is "hey vivi" for the one that comes with the program.
    pub phrase: Option<String>,
    /// The file of a head that knows the phrase (`vivavoce wake train`); the one that comes with the program if absent.
    pub head: Option<PathBuf>,
    /// The probability that is a hit; the head's own if absent.
    pub threshold: Option<f32>,
    /// It falls asleep so many seconds after the last exchange.
    pub awake_s: u64,
}

impl Default for WakeWordConfig {
    fn default() -> Self {
        Self {
            enabled: false,
            phrase: None,
            head: None,
            threshold: None,
            awake_s: 15,
        }
    }
}

impl WakeWordConfig {
    /// How turn taking sleeps; `None` if it does not. The phrase is the head's, which a session knows.
    pub fn sleep(&self) -> Option<SleepConfig> {
        self.enabled.then(|| SleepConfig {
            phrase: String::new(),
            after: Duration::from_secs(self.awake_s),
        })
    }

    fn validate(&self) -> Result<(), ConfigError> {
        let threshold = self.threshold.unwrap_or(0.5);
        let is_probability = (0.0..=1.0).contains(&threshold);
        let expected = "a probability from 0 to 1";
        check("wake.threshold", threshold, is_probability, expected)?;
        let awake_ok = (1..=86_400).contains(&self.awake_s);
        check("wake.awake_s", self.awake_s, awake_ok, "1 to 86400 seconds")
    }
}

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

/// The built-in tools.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ToolsConfig {
    /// Whether there are any.
    pub enabled: bool,
    /// Whether what they keep outlasts the conversation.
    pub keep: bool,
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
            keep: true,
            offered: Vec::new(),
            country: None,
        }
    }
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

/// Cores that the engines may ask for; 0 chooses by the machine. See [`ThreadBudget`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThreadConfig {
    /// Cores for all engines together.
    pub total: usize,
    /// Threads of the recognizer.
    pub stt: usize,
    /// Threads of the language model.
    pub llm: usize,
}

/// More threads than a machine has cores only slow each other down, and thousands would exhaust it.
const MOST_THREADS: usize = 256;
/// A terabyte.
const MOST_PROMPT_CACHE_MB: u64 = 1 << 20;
/// Enough for a small model to think about a spoken question.
const REASONING_TOKENS: usize = 512;

/// Threads per engine: unless configured, never more together than the machine has cores (a single
/// core is shared).
///
/// The audio path (capture, echo canceller, voice activity, voice, playback) needs a tenth of a
/// core and is left room by the operating system's scheduler; recognizer and language model may
/// work at the same moment only when the user speaks while a prompt is read, so each gets half.
/// Few threads beat many: with one of two cores busy elsewhere, two threads made a third of the
/// tokens that one made (README, Cores).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadBudget {
    /// Threads of the recognizer.
    pub stt: usize,
    /// Threads of the language model.
    pub llm: usize,
}

/// A tiny recognizer gains nothing from more.
const MOST_STT: usize = 4;
/// Memory bandwidth, not cores, limits generation beyond this.
const MOST_LLM: usize = 8;

impl ThreadBudget {
    /// Shares out `cores`, unless the configuration says otherwise.
    pub fn new(config: ThreadConfig, cores: usize) -> Self {
        let chosen = |wanted: usize, otherwise: usize| match wanted {
            0 => otherwise,
            wanted => wanted,
        };
        let total = chosen(config.total, cores).max(1);
        Self {
            stt: chosen(config.stt, (total / 2).clamp(1, MOST_STT)),
            llm: chosen(config.llm, (total / 2).clamp(1, MOST_LLM)),
        }
    }

    /// Threads of a neural voice: it speaks while the recognizer has little to do.
    pub fn tts(self) -> usize {
        self.stt
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
        let probabilities = [
            ("vad.gate_threshold", self.vad.gate_threshold),
            ("vad.onset_threshold", self.vad.onset_threshold),
            ("vad.barge_in_threshold", self.vad.barge_in_threshold),
            ("vad.hold_threshold", self.vad.hold_threshold),
        ];
        for (key, value) in probabilities {
            check(
                key,
                value,
                (0.0..=1.0).contains(&value),
                "a probability from 0 to 1",
            )?;
        }
        for (key, value) in [
            ("vad.onset_ms", self.vad.onset_ms),
            ("vad.barge_in_ms", self.vad.barge_in_ms),
            ("vad.hangover_ms", self.vad.hangover_ms),
        ] {
            check(key, value, value <= 5_000, "0 to 5000 milliseconds")?;
        }
        for (key, value) in [
            ("threads.total", self.threads.total),
            ("threads.stt", self.threads.stt),
            ("threads.llm", self.threads.llm),
        ] {
            let expected = "1 to 256 threads, or 0 to choose by the machine";
            check(key, value, value <= MOST_THREADS, expected)?;
        }
        for name in &self.tools.offered {
            let known = tools::class(name).is_some();
            let expected = "the name of a built-in tool (docs/tools.md)";
            check("tools.offered", name, known, expected)?;
        }
        self.turn_taking.validate()?;
        self.memory.validate()?;
        let cache_ok = self.llm.prompt_cache_mb <= MOST_PROMPT_CACHE_MB;
        check(
            "llm.prompt_cache_mb",
            self.llm.prompt_cache_mb,
            cache_ok,
            "0 to 1048576 megabytes",
        )?;
        self.llm
            .helper
            .as_ref()
            .map_or(Ok(()), HelperConfig::validate)?;
        self.wake.validate()?;
        let keys = self.turn_taking.push_to_talk && self.wake.enabled;
        let expected =
            "not together with turn_taking.push_to_talk: a key wakes nobody who listens to the key";
        check("wake.enabled", self.wake.enabled, !keys, expected)?;
        let context_ok = (512..=131_072).contains(&self.llm.context);
        check(
            "llm.context",
            self.llm.context,
            context_ok,
            "512 to 131072 tokens",
        )?;
        let thought = self.llm.reasoning_tokens();
        let written = thought.saturating_add(Sampling::default().max_tokens);
        check(
            "llm.reasoning_tokens",
            thought,
            written < self.llm.context as usize,
            "less than llm.context, with a reply's 160 tokens beside it; 0 is for models that do not think",
        )
    }
}

impl TurnConfig {
    /// What is done before it is known that the turn is over: what was asked for; else everything, but
    /// no drafts of replies on a battery.
    pub fn drafts(&self, on_battery: bool) -> Drafts {
        let by_supply = if on_battery {
            Drafts::SttOnly
        } else {
            Drafts::On
        };
        self.drafts.unwrap_or(by_supply)
    }

    fn validate(&self) -> Result<(), ConfigError> {
        let silence = match self.endpointing {
            Endpointing::SilenceMs(ms) => Some(ms),
            Endpointing::Style(_) => None,
        };
        for (key, value) in [
            ("turn_taking.endpointing", silence),
            ("turn_taking.floor_ms", self.floor_ms),
            ("turn_taking.ceiling_ms", self.ceiling_ms),
        ] {
            let value = value.unwrap_or(500);
            let ok = (100..=10_000).contains(&value);
            check(key, value, ok, "100 to 10000 milliseconds")?;
        }
        let (floor, ceiling) = (
            self.floor_ms.unwrap_or(0),
            self.ceiling_ms.unwrap_or(u64::MAX),
        );
        check(
            "turn_taking.floor_ms",
            floor,
            floor <= ceiling,
            "at most turn_taking.ceiling_ms",
        )?;
        let idle = self.idle_prompt_s.unwrap_or(60);
        let idle_ok = (2..=3_600).contains(&idle);
        check(
            "turn_taking.idle_prompt_s",
            idle,
            idle_ok,
            "2 to 3600 seconds",
        )
    }
}

fn check(
    key: &'static str,
    value: impl ToString,
    ok: bool,
    expected: &'static str,
) -> Result<(), ConfigError> {
    match ok {
        true => Ok(()),
        false => Err(ConfigError::Value {
            key,
            value: value.to_string(),
            expected,
        }),
    }
}

#[cfg(test)]
mod tests;
