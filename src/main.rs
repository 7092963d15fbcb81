//! The command line of vivavoce.

#![warn(clippy::unwrap_used)]

mod cli;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use vivavoce::clock::Stopwatch;
use vivavoce::config::Config;

use cli::bench::{BenchCommand, NOT_MEASURED};
use cli::flags::{
    AgentFlags, AllEngineFlags, DoctorFlags, EngineFlags, EnrollFlags, Flags, ModelsOnlyFlags,
    QuestionFlags, SayFlags, TalkFlags, TranscribeFlags, With, behind_their_command,
};
use cli::interruption::{self, Loading};
use cli::memory::MemoryCommand;
use cli::models::ModelsCommand;
use cli::talk::Options;
use cli::tools::ToolsCommand;
use cli::wake::WakeCommand;

/// A voice assistant that lives on your machine: it listens, answers aloud, and stops when you
/// cut in. Nothing leaves the machine.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
#[command(
    after_help = "Flags that change the configuration (`vivavoce talk --help` shows them all) may stand before \
                  their command, too"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
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
        #[command(flatten)]
        flags: TalkFlags,
    },
    /// Keep your voice, so that only you interrupt and are answered (`talk --only-enrolled`)
    Enroll(With<cli::enroll::EnrollArgs, EnrollFlags>),
    /// Let a browser and other programs talk with it: a web page, OpenAI's Realtime and HTTP protocols
    Serve(With<cli::serve::ServeOptions, TalkFlags>),
    /// Let the agent that starts it talk with you by voice: an MCP server on standard input and output
    Mcp(AgentFlags),
    /// Speak a text, or a book into a folder
    Say(With<cli::say::SayOptions, SayFlags>),
    /// Transcribe sound files, and folders of them: WAV, FLAC, MP3, OGG, M4A, AIFF, CAF
    ///
    /// Without --lang, all speech is taken for English: another language comes out wrong, or translated into English. Give
    /// the language that is spoken (--lang de), or several to choose from (--lang auto:en,de). Both need a recognizer that
    /// knows it: --profile multilingual, or --stt whisper:FILE.
    Transcribe(With<cli::transcribe::TranscribeOptions, TranscribeFlags>),
    /// Ask the language model one question; the answer alone is on standard output
    Ask(With<cli::ask::AskOptions, QuestionFlags>),
    /// Answer many requests out of a file: OpenAI's batch format
    Batch(With<cli::batch::BatchOptions, EngineFlags>),
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
    Models {
        #[command(flatten)]
        flags: AllEngineFlags,
        #[command(subcommand)]
        command: ModelsCommand,
    },
    /// List the tools that can be called, built in and of MCP servers, and call one
    #[command(subcommand)]
    Tools(ToolsCommand),
    /// Show, search, erase and export what it remembers, and say what it finds in your own folders
    #[command(subcommand)]
    Memory(MemoryCommand),
    /// Make ears for a phrase of your own
    Wake {
        #[command(flatten)]
        flags: ModelsOnlyFlags,
        #[command(subcommand)]
        command: WakeCommand,
    },
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
        #[command(flatten)]
        flags: DoctorFlags,
    },
}

impl Command {
    /// The flags that it reads.
    fn flags(&self) -> &dyn Flags {
        match self {
            Self::Talk { flags, .. } => flags,
            Self::Enroll(enroll) => &enroll.flags,
            Self::Serve(serve) => &serve.flags,
            Self::Mcp(flags) => flags,
            Self::Say(say) => &say.flags,
            Self::Transcribe(transcribe) => &transcribe.flags,
            Self::Ask(ask) => &ask.flags,
            Self::Batch(batch) => &batch.flags,
            Self::Models { flags, .. } => flags,
            Self::Tools(command) => command.flags(),
            Self::Memory(command) => command.flags(),
            Self::Wake { flags, .. } => flags,
            Self::Bench(command) => command.flags(),
            Self::Doctor { flags, .. } => flags,
            Self::Stats { .. }
            | Self::Simulate { .. }
            | Self::Completions { .. }
            | Self::Man { .. }
            | Self::Devices => &(),
        }
    }
}

cpu_check::check_first!(cpu_check::BuiltWith::LLAMA);

/// The command line and the environment. A variable that is empty is one that is not set.
fn parse() -> Cli {
    let command = without_empty_variables(Cli::command());
    let arguments: Vec<_> = std::env::args_os().collect();
    let arguments = behind_their_command(&arguments, &command);
    let matches = command.get_matches_from(arguments);
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

fn without_empty_variables(command: clap::Command) -> clap::Command {
    let of_this_one = command.mut_args(|arg| {
        let value = arg.get_env().and_then(std::env::var_os);
        if value.is_some_and(|value| value.is_empty()) {
            arg.env(None::<&'static str>)
        } else {
            arg
        }
    });
    of_this_one.mut_subcommands(without_empty_variables)
}

fn main() -> ExitCode {
    let started = Stopwatch::start();
    let cli = parse();
    cli::log::start(matches!(&cli.command, Command::Talk { .. }));
    let quit = || {
        if interruption::ask() {
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
    let mut config = configure(cli.command.flags())?;
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
            flags: _,
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
        Command::Serve(serve) => {
            if is_new {
                cli::profile::introduce(&config);
            }
            cli::serve::run(&config, &serve.options)?;
        }
        Command::Mcp(_) => cli::mcp::run(&config)?,
        Command::Enroll(enroll) => cli::enroll::run(&config, &enroll.options)?,
        Command::Say(say) => cli::say::run(&config, &say.options)?,
        Command::Transcribe(transcribe) => cli::transcribe::run(&config, &transcribe.options)?,
        Command::Batch(batch) => cli::batch::run(&config, &batch.options)?,
        Command::Ask(ask) => cli::ask::ask(&config, &ask.options)?,
        Command::Stats { recording, json } => cli::stats::stats(recording, *json)?,
        Command::Models { command, .. } => cli::models::run(&config, command)?,
        Command::Tools(command) => cli::tools::run(&config, command)?,
        Command::Memory(command) => cli::memory::run(&config, command)?,
        Command::Wake { command, .. } => cli::wake::run(&config, command)?,
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
        Command::Doctor { rehearse: true, .. } => {
            let _loading = Loading::begin();
            cli::doctor::rehearse(&config)?;
        }
        Command::Doctor {
            rehearse: false, ..
        } => cli::doctor::doctor(&config)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Defaults < file < environment < flags; clap reads the environment with the flags.
fn configure(flags: &dyn Flags) -> Result<Config> {
    let mut config = match flags.file() {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    flags.apply(&mut config);
    config.validate()?;
    Ok(config)
}
