//! The flags that change the configuration, in groups: each command offers the groups that it reads, and refuses the
//! others. They may stand before their command, too.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;
use vivavoce::config::{Config, Endpointing, LlmEngine, SttEngine, TtsEngine};
use vivavoce::language::Languages;
use vivavoce::llm::gpu::GpuLayers;
use vivavoce::tools::Keeping;
use vivavoce::turn_taking::Drafts;

/// Flags that change the configuration.
pub trait Flags {
    /// The file that the configuration is read from, if one was named.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// Puts what was given in the place of what the file says.
    fn apply(&self, _config: &mut Config) {}
}

/// A command that reads no configuration.
impl Flags for () {}

/// What a command does, and the flags that it reads.
#[derive(Debug, Args)]
pub struct With<O: Args, F: Args> {
    #[command(flatten)]
    pub options: O,
    #[command(flatten)]
    pub flags: F,
}

/// Which file is read.
#[derive(Debug, Default, Args)]
pub struct ConfigFlag {
    /// Configuration file
    #[arg(long, global = true, env = "VIVAVOCE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Flags for ConfigFlag {
    fn file(&self) -> Option<&Path> {
        self.config.as_deref()
    }
}

/// Which models there are.
#[derive(Debug, Default, Args)]
pub struct ModelFlags {
    /// Profile of models (see `vivavoce models list`)
    #[arg(long, global = true, env = "VIVAVOCE_PROFILE", value_name = "NAME")]
    profile: Option<String>,
    /// Folder of models
    #[arg(long, global = true, env = "VIVAVOCE_MODELS", value_name = "DIR")]
    models_dir: Option<PathBuf>,
}

impl Flags for ModelFlags {
    fn apply(&self, config: &mut Config) {
        replace(&mut config.profile, self.profile.as_ref());
        if self.models_dir.is_some() {
            config.models_dir.clone_from(&self.models_dir);
        }
    }
}

/// What is spoken.
#[derive(Debug, Default, Args)]
pub struct LanguageFlag {
    /// Language of the conversation: en, de, es, fr, it, zh; auto:en,de goes over to the one that you speak
    #[arg(long, global = true, env = "VIVAVOCE_LANG", value_name = "CODE")]
    lang: Option<Languages>,
}

impl Flags for LanguageFlag {
    fn apply(&self, config: &mut Config) {
        replace(&mut config.language, self.lang.as_ref());
    }
}

/// Which recognizer listens.
#[derive(Debug, Default, Args)]
pub struct RecognizerFlag {
    /// The recognizer: profile, whisper, whisper:FILE, wyoming:HOST:PORT
    #[arg(long, global = true, env = "VIVAVOCE_STT", value_name = "X")]
    stt: Option<SttEngine>,
}

impl Flags for RecognizerFlag {
    fn apply(&self, config: &mut Config) {
        replace(&mut config.stt.engine, self.stt.as_ref());
    }
}

/// Which language model answers, and where it runs.
#[derive(Debug, Default, Args)]
pub struct LanguageModelFlags {
    /// The language model: profile, FILE.gguf, http://HOST:PORT/v1
    #[arg(long, global = true, env = "VIVAVOCE_LLM", value_name = "X")]
    llm: Option<LlmEngine>,
    /// Layers of the language model on a GPU: a number, or auto
    #[arg(long, global = true, env = "VIVAVOCE_GPU_LAYERS", value_name = "N")]
    gpu_layers: Option<GpuLayers>,
}

impl Flags for LanguageModelFlags {
    fn apply(&self, config: &mut Config) {
        replace(&mut config.llm.engine, self.llm.as_ref());
        if let Some(layers) = self.gpu_layers {
            config.llm.gpu_layers = layers;
        }
    }
}

/// Which second language model answers hard questions.
#[derive(Debug, Default, Args)]
pub struct HelperFlag {
    /// A second, larger language model for hard questions: a profile's name, FILE.gguf, http://HOST:PORT/v1, none
    #[arg(long, global = true, env = "VIVAVOCE_HELPER", value_name = "X")]
    helper: Option<String>,
}

impl Flags for HelperFlag {
    fn apply(&self, config: &mut Config) {
        if let Some(model) = &self.helper {
            let helper = config.llm.helper.take().unwrap_or_default();
            config.llm.helper = helper.with_model(model);
        }
    }
}

/// Which voice speaks.
#[derive(Debug, Default, Args)]
pub struct VoiceFlags {
    /// The voice: profile, pico, hibari[:FOLDER], kokoro[:FOLDER], piper:FILE.onnx, wyoming:HOST:PORT
    #[arg(long, global = true, env = "VIVAVOCE_TTS", value_name = "X")]
    tts: Option<TtsEngine>,
    /// Which of its voices: en-GB, de-DE (pico), bf_emma, ef_dora (kokoro), a speaker's name
    #[arg(long, global = true, env = "VIVAVOCE_VOICE", value_name = "NAME")]
    voice: Option<String>,
}

impl Flags for VoiceFlags {
    fn apply(&self, config: &mut Config) {
        replace(&mut config.tts.engine, self.tts.as_ref());
        if self.voice.is_some() {
            config.tts.voice.clone_from(&self.voice);
        }
    }
}

/// Which microphone hears.
#[derive(Debug, Default, Args)]
pub struct MicrophoneFlag {
    /// Microphone: default, a device's name or id, file:PATH, null, virtual:SCENARIO.toml
    #[arg(long, global = true, env = "VIVAVOCE_INPUT", value_name = "X")]
    input: Option<String>,
}

impl Flags for MicrophoneFlag {
    fn apply(&self, config: &mut Config) {
        replace(&mut config.audio.input, self.input.as_ref());
    }
}

/// Which loudspeaker is heard.
#[derive(Debug, Default, Args)]
pub struct LoudspeakerFlag {
    /// Loudspeaker: default, a device's name or id, file:PATH (which is written), null, virtual:SCENARIO.toml
    #[arg(long, global = true, env = "VIVAVOCE_OUTPUT", value_name = "X")]
    output: Option<String>,
}

impl Flags for LoudspeakerFlag {
    fn apply(&self, config: &mut Config) {
        replace(&mut config.audio.output, self.output.as_ref());
    }
}

/// When turns end.
#[derive(Debug, Default, Args)]
pub struct TurnFlags {
    /// When your turn is over: eager, balanced, patient, or milliseconds of silence alone
    #[arg(long, global = true, env = "VIVAVOCE_ENDPOINTING", value_name = "X",
          value_parser = Endpointing::parse)]
    endpointing: Option<Endpointing>,
    /// What is done before your turn is over: on, stt-only, off
    #[arg(long, global = true, env = "VIVAVOCE_DRAFTS", value_name = "X",
          value_parser = Drafts::parse)]
    drafts: Option<Drafts>,
}

impl Flags for TurnFlags {
    fn apply(&self, config: &mut Config) {
        if let Some(endpointing) = self.endpointing {
            config.turn_taking.endpointing = endpointing;
        }
        if self.drafts.is_some() {
            config.turn_taking.drafts = self.drafts;
        }
    }
}

/// What is remembered.
#[derive(Debug, Default, Args)]
pub struct KeepFlag {
    /// What outlasts the conversation: facts (also timers and lists), all (what was said and heard, too), nothing
    #[arg(long, global = true, env = "VIVAVOCE_KEEP", value_name = "X",
          value_parser = Keeping::parse)]
    keep: Option<Keeping>,
}

impl Flags for KeepFlag {
    fn apply(&self, config: &mut Config) {
        if let Some(keep) = self.keep {
            config.memory.keep = keep;
        }
    }
}

fn replace<T: Clone>(value: &mut T, given: Option<&T>) {
    if let Some(given) = given {
        value.clone_from(given);
    }
}

/// Groups of which several commands read the same.
macro_rules! groups {
    ($($(#[$doc:meta])* $name:ident { $($part:ident: $group:ident),+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Default, Args)]
        pub struct $name {
            $(#[command(flatten)]
            $part: $group,)+
        }

        impl Flags for $name {
            fn file(&self) -> Option<&Path> {
                None$(.or_else(|| self.$part.file()))+
            }

            fn apply(&self, config: &mut Config) {
                $(self.$part.apply(config);)+
            }
        }
    )+};
}

groups! {
    /// What says which engines a conversation has.
    EngineFlags {
        config: ConfigFlag,
        models: ModelFlags,
        language: LanguageFlag,
        recognizer: RecognizerFlag,
        language_model: LanguageModelFlags,
        voice: VoiceFlags
    }
    /// The same, with a second language model.
    AllEngineFlags { engines: EngineFlags, helper: HelperFlag }
    /// All that a conversation reads.
    TalkFlags {
        engines: AllEngineFlags,
        microphone: MicrophoneFlag,
        loudspeaker: LoudspeakerFlag,
        turns: TurnFlags,
        keep: KeepFlag
    }
    /// What a conversation reads whose answers an agent gives.
    AgentFlags {
        config: ConfigFlag,
        models: ModelFlags,
        language: LanguageFlag,
        recognizer: RecognizerFlag,
        voice: VoiceFlags,
        microphone: MicrophoneFlag,
        loudspeaker: LoudspeakerFlag,
        turns: TurnFlags
    }
    /// What a conversation on virtual devices reads, of which nothing is kept.
    HeldFlags { engines: AllEngineFlags, turns: TurnFlags }
    /// What decides where turns end.
    EndpointingFlags { engines: EngineFlags, turns: TurnFlags }
    /// What a check of all that a conversation needs reads.
    DoctorFlags { engines: AllEngineFlags, microphone: MicrophoneFlag, loudspeaker: LoudspeakerFlag }
    /// What a question in writing reads.
    QuestionFlags {
        config: ConfigFlag,
        models: ModelFlags,
        language: LanguageFlag,
        language_model: LanguageModelFlags,
        helper: HelperFlag
    }
    /// What a voice alone reads.
    SayFlags {
        config: ConfigFlag,
        models: ModelFlags,
        language: LanguageFlag,
        voice: VoiceFlags,
        loudspeaker: LoudspeakerFlag
    }
    /// What a recognizer alone reads.
    TranscribeFlags {
        config: ConfigFlag,
        models: ModelFlags,
        language: LanguageFlag,
        recognizer: RecognizerFlag
    }
    /// What somebody's voice is kept with.
    EnrollFlags { config: ConfigFlag, models: ModelFlags, microphone: MicrophoneFlag }
    /// What sound cards alone read.
    DeviceFlags {
        config: ConfigFlag,
        models: ModelFlags,
        microphone: MicrophoneFlag,
        loudspeaker: LoudspeakerFlag
    }
    /// What needs some models, and no engine that can be chosen.
    ModelsOnlyFlags { config: ConfigFlag, models: ModelFlags }
    /// What a tool that is called reads.
    ToolFlags { config: ConfigFlag, language: LanguageFlag, keep: KeepFlag }
    /// What the index of the user's folders reads.
    FolderFlags { config: ConfigFlag, keep: KeepFlag }
}

/// The arguments with the flags that stand before a command behind its name, since it is the command that knows whether
/// it reads them: `--lang de models pull` as `models pull --lang de`.
pub fn behind_their_command(arguments: &[OsString], root: &clap::Command) -> Vec<OsString> {
    let known = TalkFlags::augment_args(clap::Command::new("all"));
    let is_known = |name: &str| {
        known
            .get_arguments()
            .any(|flag| flag.get_long() == Some(name))
    };
    let (mut command, mut at) = (root, arguments.len().min(1));
    let (mut names, mut flags) = (arguments[..at].to_vec(), Vec::new());
    while command.has_subcommands()
        && let Some(next) = arguments.get(at)
    {
        if let Some(inner) = command.find_subcommand(next) {
            names.push(next.clone());
            (command, at) = (inner, at + 1);
            continue;
        }
        let text = next.to_string_lossy();
        // Each of them has a value.
        let length = match text.strip_prefix("--").map(|flag| flag.split_once('=')) {
            Some(Some((name, _))) if is_known(name) => 1,
            Some(None) if is_known(&text[2..]) => 2,
            _ => break,
        };
        let Some(flag) = arguments.get(at..at + length) else {
            break;
        };
        flags.extend_from_slice(flag);
        at += length;
    }
    [names, flags, arguments[at..].to_vec()].concat()
}

#[cfg(test)]
#[path = "flags_tests.rs"]
mod tests;
