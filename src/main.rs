//! The command line of vivavoce.

#![warn(clippy::unwrap_used)]

mod cli;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use anyhow::{Context, Result};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use vivavoce::clock::Stopwatch;
use vivavoce::config::{Config, Endpointing, LlmEngine, SttEngine, TtsEngine};
use vivavoce::language::Languages;
use vivavoce::llm::gpu::GpuLayers;
use vivavoce::tools::Keeping;
use vivavoce::turn_taking::Drafts;

use cli::bench::{BenchCommand, NOT_MEASURED};
use cli::memory::MemoryCommand;
use cli::models::ModelsCommand;
use cli::talk::{LOADING, Options, QUIT};
use cli::tools::ToolsCommand;

/// A voice assistant that lives on your machine: it listens, answers aloud, and stops when you
/// cut in. Nothing leaves the machine.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Common {
    /// Profile of models (see `vivavoce models list`)
    #[arg(long, global = true, env = "VIVAVOCE_PROFILE", value_name = "NAME")]
    profile: Option<String>,
    /// Configuration file
    #[arg(long, global = true, env = "VIVAVOCE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of models
    #[arg(long, global = true, env = "VIVAVOCE_MODELS", value_name = "DIR")]
    models_dir: Option<PathBuf>,
    /// Microphone: default, a device's name or id, file:PATH, null, virtual:SCENARIO.toml
    #[arg(long, global = true, env = "VIVAVOCE_INPUT", value_name = "X")]
    input: Option<String>,
    /// Loudspeaker: as --input; file:PATH is written
    #[arg(long, global = true, env = "VIVAVOCE_OUTPUT", value_name = "X")]
    output: Option<String>,
    /// When your turn is over: eager, balanced, patient, or milliseconds of silence alone
    #[arg(long, global = true, env = "VIVAVOCE_ENDPOINTING", value_name = "X",
          value_parser = Endpointing::parse)]
    endpointing: Option<Endpointing>,
    /// What is done before your turn is over: on, stt-only, off
    #[arg(long, global = true, env = "VIVAVOCE_DRAFTS", value_name = "X",
          value_parser = Drafts::parse)]
    drafts: Option<Drafts>,
    /// What outlasts the conversation: facts (also timers and lists), all (what was said and heard, too), nothing
    #[arg(long, global = true, env = "VIVAVOCE_KEEP", value_name = "X",
          value_parser = Keeping::parse)]
    keep: Option<Keeping>,
    /// Language of the conversation: en, de, es, fr, it, zh; auto:en,de goes over to the one that you speak
    #[arg(long, global = true, env = "VIVAVOCE_LANG", value_name = "CODE")]
    lang: Option<Languages>,
    /// The recognizer: profile, whisper, whisper:FILE, wyoming:HOST:PORT
    #[arg(long, global = true, env = "VIVAVOCE_STT", value_name = "X")]
    stt: Option<SttEngine>,
    /// The language model: profile, FILE.gguf, http://HOST:PORT/v1
    #[arg(long, global = true, env = "VIVAVOCE_LLM", value_name = "X")]
    llm: Option<LlmEngine>,
    /// A second, larger language model for hard questions: a profile's name, FILE.gguf, http://HOST:PORT/v1, none
    #[arg(long, global = true, env = "VIVAVOCE_HELPER", value_name = "X")]
    helper: Option<String>,
    /// The voice: profile, pico, hibari[:FOLDER], kokoro[:FOLDER], piper:FILE.onnx, wyoming:HOST:PORT
    #[arg(long, global = true, env = "VIVAVOCE_TTS", value_name = "X")]
    tts: Option<TtsEngine>,
    /// Which of its voices: en-GB, de-DE (pico), bf_emma, ef_dora (kokoro), a speaker's name
    #[arg(long, global = true, env = "VIVAVOCE_VOICE", value_name = "NAME")]
    voice: Option<String>,
    /// Layers of the language model on a GPU: a number, or auto
    #[arg(long, global = true, env = "VIVAVOCE_GPU_LAYERS", value_name = "N")]
    gpu_layers: Option<GpuLayers>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Talk with it (without microphone or loudspeaker: a demonstration)
    Talk {
        /// Record both channels and all events into this folder
        #[arg(long, value_name = "DIR")]
        record: Option<PathBuf>,
        /// End after this many seconds
        #[arg(long = "for", value_name = "SECONDS", value_parser = cli::positive)]
        limit: Option<f64>,
        /// Lines instead of a screen, for pipes and logs
        #[arg(long)]
        plain: bool,
        /// Turns begin and end with the space key
        #[arg(long)]
        push_to_talk: bool,
        /// Only enrolled voices interrupt and are answered (`vivavoce enroll`)
        #[arg(long)]
        only_enrolled: bool,
        /// Sleep until you say "hey vivi", and again after a silence; nothing else is transcribed meanwhile
        #[arg(long)]
        wake: bool,
        /// Type instead of speaking
        #[arg(long)]
        text: bool,
        /// Say why it answers, waits, ducks, stops and goes on, as it happens
        #[arg(long)]
        why: bool,
        /// Fetch what is missing of the models first
        #[arg(long)]
        pull: bool,
    },
    /// Keep your voice, so that only you interrupt and are answered (`talk --only-enrolled`)
    Enroll(cli::enroll::EnrollArgs),
    /// Let a browser and other programs talk with it: a web page, OpenAI's Realtime and HTTP protocols
    Serve(cli::serve::ServeOptions),
    /// Let the agent that starts it talk with you by voice: an MCP server on standard input and output
    Mcp,
    /// Speak a text, or a book into a folder
    Say(cli::say::SayOptions),
    /// Transcribe sound files, and folders of them: WAV, FLAC, MP3, OGG, M4A, AIFF, CAF
    ///
    /// Without --lang, all speech is taken for English: another language comes out wrong, or translated into English. Give
    /// the language that is spoken (--lang de), or several to choose from (--lang auto:en,de). Both need a recognizer that
    /// knows it: --profile multilingual, or --stt whisper:FILE.
    Transcribe(cli::transcribe::TranscribeOptions),
    /// Ask the language model one question; the answer alone is on standard output
    Ask(cli::ask::AskOptions),
    /// Answer many requests out of a file: OpenAI's batch format
    Batch(cli::batch::BatchOptions),
    /// Say what a recorded conversation cost: tokens, core-seconds, memory, energy, and what left the machine
    Stats {
        /// The folder that --record named
        #[arg(value_name = "DIR")]
        recording: PathBuf,
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// List, fetch and check models
    #[command(subcommand)]
    Models(ModelsCommand),
    /// List the tools that can be called, built in and of MCP servers, and call one
    #[command(subcommand)]
    Tools(ToolsCommand),
    /// Show, search, erase and export what it remembers, and say what it finds in your own folders
    #[command(subcommand)]
    Memory(MemoryCommand),
    /// Make ears for a phrase of your own
    #[command(subcommand)]
    Wake(cli::wake::WakeCommand),
    /// Measure
    #[command(subcommand)]
    Bench(Box<BenchCommand>),
    /// Hold many random conversations on a virtual clock and check what must always hold
    Simulate {
        /// The first conversation's seed; a failure names the seed that replays it
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many conversations
        #[arg(long, default_value_t = 10_000, value_name = "N")]
        conversations: u64,
        /// Hold one conversation, whose choices a failure has written into this file
        #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "conversations"])]
        choices: Option<PathBuf>,
    },
    /// Print the completions of a shell: bash, elvish, fish, powershell, zsh
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual's pages, one a command, into a folder
    Man {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// List microphones and loudspeakers
    Devices,
    /// Check CPU, models, engines and devices as a conversation uses them, and say what to do
    Doctor {
        /// Only have the engines work once, and write what was found as JSON lines
        #[arg(long, hide = true)]
        rehearse: bool,
    },
}

cpu_check::check_first!(cpu_check::BuiltWith::LLAMA);

/// The command line and the environment. A variable that is empty is one that is not set.
fn parse() -> Cli {
    let command = Cli::command().mut_args(|arg| {
        let value = arg.get_env().and_then(std::env::var_os);
        match value.is_some_and(|value| value.is_empty()) {
            true => arg.env(None::<&'static str>),
            false => arg,
        }
    });
    Cli::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
}

fn main() -> ExitCode {
    let started = Stopwatch::start();
    let cli = parse();
    cli::log::start(matches!(&cli.command, Command::Talk { .. }));
    let quit = || {
        // The second time the user means now.
        if LOADING.load(Ordering::Relaxed) || QUIT.swap(true, Ordering::Relaxed) {
            cli::screen::restore();
            vivavoce::engines::remove_temporary_dir();
            exit_at_once(130);
        }
    };
    if let Err(error) = ctrlc::set_handler(quit) {
        tracing::warn!("Ctrl-C ends the program without tidying up: {error}");
    }
    let ran = run(&cli, started);
    vivavoce::engines::remove_temporary_dir();
    match ran {
        Ok(status) => status,
        Err(error) => {
            let message = cli::printable::printable(&format!("{error:#}"));
            eprintln!("error: {message}");
            match cli.command {
                // 1 says that it measured, and what it measured is not good enough.
                Command::Bench(_) => NOT_MEASURED.into(),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

/// Ends the program without what libraries do at an exit: other threads are within an engine, which would lose what it
/// computes with under their hands.
fn exit_at_once(status: i32) -> ! {
    #[cfg(unix)]
    signal_hook::low_level::exit(status);
    #[cfg(not(unix))]
    std::process::exit(status)
}

fn run(cli: &Cli, started: Stopwatch) -> Result<ExitCode> {
    let mut config = configure(&cli.common)?;
    let is_new = cli::profile::resolve(&mut config)?;
    match &cli.command {
        Command::Talk {
            record,
            limit,
            plain,
            push_to_talk,
            only_enrolled,
            wake,
            text,
            why,
            pull,
        } => {
            config.turn_taking.push_to_talk |= push_to_talk;
            config.turn_taking.only_enrolled |= only_enrolled;
            config.wake.enabled |= wake;
            config.validate()?;
            if *pull {
                cli::models::pull(&config, None)?;
            }
            if is_new {
                cli::profile::introduce(&config);
            }
            let options = Options {
                record: record.clone(),
                limit: *limit,
                plain: *plain,
                text: *text,
                why: *why,
            };
            cli::talk::run(&config, options, started)?;
        }
        Command::Serve(options) => {
            if is_new {
                cli::profile::introduce(&config);
            }
            cli::serve::run(&config, options)?;
        }
        Command::Mcp => cli::mcp::run(&config)?,
        Command::Enroll(args) => cli::enroll::run(&config, args)?,
        Command::Say(options) => cli::say::run(&config, options)?,
        Command::Transcribe(options) => cli::transcribe::run(&config, options)?,
        Command::Batch(options) => cli::batch::run(&config, options)?,
        Command::Ask(options) => cli::ask::ask(&config, options)?,
        Command::Stats { recording, json } => cli::stats::stats(recording, *json)?,
        Command::Models(command) => cli::models::run(&config, command)?,
        Command::Tools(command) => cli::tools::run(&config, command)?,
        Command::Memory(command) => cli::memory::run(&config, command)?,
        Command::Wake(command) => cli::wake::run(&config, command)?,
        Command::Bench(command) => return cli::bench::run(&config, command),
        Command::Simulate {
            choices: Some(file),
            ..
        } => cli::simulate::again(file)?,
        Command::Simulate {
            seed,
            conversations,
            choices: None,
        } => cli::simulate::run(*seed, *conversations)?,
        Command::Completions { shell } => {
            let mut words = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "vivavoce", &mut words);
            std::io::Write::write_all(&mut std::io::stdout(), &words)?;
        }
        Command::Man { folder } => {
            std::fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
                .with_context(|| format!("cannot write the manual into {}", folder.display()))?;
        }
        Command::Devices => cli::doctor::devices(),
        Command::Doctor { rehearse: true } => {
            LOADING.store(true, Ordering::Relaxed);
            cli::doctor::rehearse(&config)?;
        }
        Command::Doctor { rehearse: false } => cli::doctor::doctor(&config)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Defaults < file < environment < flags; clap reads the environment with the flags.
fn configure(common: &Common) -> Result<Config> {
    let mut config = match &common.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    if let Some(profile) = &common.profile {
        config.profile.clone_from(profile);
    }
    if common.models_dir.is_some() {
        config.models_dir.clone_from(&common.models_dir);
    }
    if let Some(input) = &common.input {
        config.audio.input.clone_from(input);
    }
    if let Some(output) = &common.output {
        config.audio.output.clone_from(output);
    }
    if let Some(endpointing) = common.endpointing {
        config.turn_taking.endpointing = endpointing;
    }
    if let Some(keep) = common.keep {
        config.memory.keep = keep;
    }
    if let Some(drafts) = common.drafts {
        config.turn_taking.drafts = Some(drafts);
    }
    if let Some(languages) = &common.lang {
        config.language.clone_from(languages);
    }
    if let Some(engine) = &common.stt {
        config.stt.engine.clone_from(engine);
    }
    if let Some(engine) = &common.llm {
        config.llm.engine.clone_from(engine);
    }
    if let Some(model) = &common.helper {
        let helper = config.llm.helper.take().unwrap_or_default();
        config.llm.helper = helper.with_model(model);
    }
    if let Some(engine) = &common.tts {
        config.tts.engine.clone_from(engine);
    }
    if common.voice.is_some() {
        config.tts.voice.clone_from(&common.voice);
    }
    if let Some(layers) = common.gpu_layers {
        config.llm.gpu_layers = layers;
    }
    config.validate()?;
    Ok(config)
}
