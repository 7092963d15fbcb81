//! `vivavoce bench`: what is measured, on what.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use vivavoce::config::Config;
use vivavoce::events::Expect;
use vivavoce::harness::bench::{BargeIn, SHORT, WHOLE, barge_in_scenario, self_test};
use vivavoce::harness::room::EchoPath;
use vivavoce::harness::scenario::{Anchor, Scenario, Sound, Stimulus, When};

mod assistant;
mod compare;
mod conversation;
mod device;
mod endpointing;
mod engines;
mod eot_bench;
mod interview;
mod persona;
mod replay;
mod report;
mod soak;
mod wake;

use self::assistant::AssistantArgs;
use self::compare::CompareArgs;
use self::conversation::{ConversationArgs, HeldArgs, hold_all};
use self::device::DeviceArgs;
use self::endpointing::EndpointingArgs;
use self::engines::EnginesArgs;
use self::persona::PersonaArgs;
use self::replay::ReplayArgs;
pub use self::report::NOT_MEASURED;
use self::report::{Outputs, ShowArgs};
use self::soak::SoakArgs;
use super::flags::{
    DeviceFlags, EndpointingFlags, EngineFlags, Flags, HeldFlags, ModelsOnlyFlags, QuestionFlags,
    With,
};

/// What to measure.
#[derive(Debug, clap::Subcommand)]
pub enum BenchCommand {
    /// Holds the conversations of a suite of scenarios on the virtual sound card, with real engines
    /// in real time, and measures them on their recordings
    Conversation(With<ConversationArgs, HeldFlags>),
    /// The same with recordings of single turns, one after the other in one conversation
    Turns {
        /// WAV or FLAC files, or folders of them
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        held: HeldArgs,
        #[command(flatten)]
        outputs: Outputs,
        #[command(flatten)]
        flags: HeldFlags,
    },
    /// The same with long replies that are talked over: interruptions, backchannels and noises
    BargeIn {
        /// WAV or FLAC files, or folders of them, that interrupt in turn with our own voice
        files: Vec<PathBuf>,
        /// A recording of background noise
        #[arg(long, value_name = "FILE")]
        background: Option<PathBuf>,
        /// Rounds; each has some things that mean nothing, and one interruption
        #[arg(long, default_value_t = 20, value_name = "N")]
        rounds: usize,
        /// Loudspeaker to microphone
        #[arg(long, default_value_t = -10.0, value_name = "DB", allow_negative_numbers = true)]
        echo_db: f32,
        /// How much later it arrives
        #[arg(long, default_value_t = 40.0, value_name = "MS")]
        delay_ms: f32,
        #[command(flatten)]
        held: HeldArgs,
        #[command(flatten)]
        outputs: Outputs,
        #[command(flatten)]
        flags: HeldFlags,
    },
    /// What the ears for the wake word miss, and what they take for a call
    Wake(With<wake::WakeArgs, ModelsOnlyFlags>),
    /// Turns cut off at a pause against latency, for every way of ending turns: the engines over
    /// recordings of single turns, without playing them
    Endpointing(With<EndpointingArgs, EndpointingFlags>),
    /// The round trip of a sound path: plays bursts of noise through the loudspeaker and finds them
    /// again in the microphone, through the air, a cable or a sound server's monitor
    Device(With<DeviceArgs, DeviceFlags>),
    /// Each engine alone, idle and beside busy cores: how fast it is, and how good
    Engines(With<EnginesArgs, EngineFlags>),
    /// Questions whose answers a program can check, in writing: what it knows, does and remembers, and what it
    /// says honestly that it cannot
    Assistant(With<AssistantArgs, QuestionFlags>),
    /// Questions to the assistant about itself, its limits and its manner, in several wordings and after other talk:
    /// does it stay who it is?
    Persona(With<PersonaArgs, QuestionFlags>),
    /// A conversation of hours with a random user: memory, threads, open files and the wait for answers
    /// over time; exit status 1 if something grows or a turn is not answered
    Soak(With<SoakArgs, HeldFlags>),
    /// Measures recordings that were made before
    Measure {
        /// Folders that `--record` named
        #[arg(required = true)]
        dirs: Vec<PathBuf>,
        #[command(flatten)]
        outputs: Outputs,
        #[command(flatten)]
        flags: ModelsOnlyFlags,
    },
    /// Plays the user's side of a recorded conversation once more, to the program as it is now, and
    /// says what changed
    Replay(With<ReplayArgs, HeldFlags>),
    /// Measures recordings with known answers, and shows how far off the answers are
    SelfTest {
        /// How many recordings are made
        #[arg(long, default_value_t = WHOLE, value_name = "N")]
        recordings: usize,
    },
    /// Reads a report again: other forms of it, other budgets
    Show(ShowArgs),
    /// Says what changed beyond noise from one report to another: exit status 1 if anything got
    /// worse, 2 if they cannot be compared
    Compare(CompareArgs),
    /// Prints the JSON Schema of reports, or of a recording's events
    Schema {
        /// Of what
        #[arg(value_enum, default_value = "report")]
        of: report::SchemaOf,
    },
}

impl BenchCommand {
    /// The flags that it reads.
    pub fn flags(&self) -> &dyn Flags {
        match self {
            Self::Conversation(held) => &held.flags,
            Self::Turns { flags, .. } | Self::BargeIn { flags, .. } => flags,
            Self::Wake(wake) => &wake.flags,
            Self::Endpointing(endpointing) => &endpointing.flags,
            Self::Device(device) => &device.flags,
            Self::Engines(engines) => &engines.flags,
            Self::Assistant(asked) => &asked.flags,
            Self::Persona(asked) => &asked.flags,
            Self::Soak(soak) => &soak.flags,
            Self::Measure { flags, .. } => flags,
            Self::Replay(replay) => &replay.flags,
            Self::SelfTest { .. } | Self::Show(_) | Self::Compare(_) | Self::Schema { .. } => &(),
        }
    }
}

/// After a reply, before the next recording begins.
const GAP: Duration = Duration::from_millis(700);

/// Runs the command. Its exit status is 0 if it measured and every budget was kept, 1 if one was
/// not, 2 if it could not measure.
pub fn run(config: &Config, command: &BenchCommand) -> Result<ExitCode> {
    match command {
        BenchCommand::Conversation(held) => conversation::run(config, &held.options),
        BenchCommand::Assistant(asked) => assistant::run(config, &asked.options),
        BenchCommand::Persona(asked) => persona::run(config, &asked.options),
        BenchCommand::Soak(soak) => soak::run(config, &soak.options),
        BenchCommand::Turns {
            files,
            held,
            outputs,
            ..
        } => {
            let scenario = one_after_the_other(&sound_files(files)?);
            hold_all(config, &[scenario], held, outputs)
        }
        BenchCommand::BargeIn {
            files,
            background,
            rounds,
            echo_db,
            delay_ms,
            held,
            outputs,
            ..
        } => {
            let files = if files.is_empty() {
                Vec::new()
            } else {
                sound_files(files)?
            };
            let scenario = barge_in_scenario(&BargeIn {
                rounds: *rounds,
                files,
                background: background.clone(),
                room: EchoPath {
                    gain_db: *echo_db,
                    delay_ms: *delay_ms,
                    reverb_ms: 200.0,
                    drift_ppm: 0.0,
                },
                seed: 1,
            });
            hold_all(config, &[scenario], held, outputs)
        }
        BenchCommand::Endpointing(endpointing) => {
            endpointing::run(config, &endpointing.options)?;
            Ok(ExitCode::SUCCESS)
        }
        BenchCommand::Wake(wake) => {
            wake::run(config, &wake.options)?;
            Ok(ExitCode::SUCCESS)
        }
        BenchCommand::Device(device) => device::run(config, &device.options),
        BenchCommand::Engines(engines) => engines::run(config, &engines.options),
        BenchCommand::Measure { dirs, outputs, .. } => conversation::measure(config, dirs, outputs),
        BenchCommand::Replay(replay) => replay::run(config, &replay.options),
        BenchCommand::SelfTest { recordings } => Ok(test_itself(*recordings)),
        BenchCommand::Show(args) => report::show(args),
        BenchCommand::Compare(args) => compare::run(args),
        BenchCommand::Schema { of } => {
            report::schema(*of);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// `bench self-test`: by kind of noise, how far off the answers are.
fn test_itself(recordings: usize) -> ExitCode {
    let found = self_test(recordings.max(SHORT));
    out!(
        "{} recordings with hard cuts, ramps of 5 to 20 ms and clicks, in silence and in noise down \
         to 20 dB below the sound",
        found.recordings
    );
    out!(
        "response times are off by at most {:.2} ms",
        found.v2v_error_ms
    );
    out!(
        "stop times are off by at most {:.2} ms",
        found.stop_error_ms
    );
    out!("answers not found: {}", found.missed);
    if found.passed() {
        out!("passed: {} ms are allowed", found.allowed_ms);
        ExitCode::SUCCESS
    } else {
        out!("FAILED: {} ms are allowed", found.allowed_ms);
        NOT_MEASURED.into()
    }
}

/// Files, and those in folders, by name.
pub(super) fn sound_files(named: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
        let mut sounds: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|p| p.extension().is_some_and(|e| e == "wav" || e == "flac"))
            .collect();
        sounds.sort();
        files.extend(sounds);
    }
    if files.is_empty() {
        bail!("there is no WAV or FLAC file in what you named");
    }
    Ok(files)
}

fn one_after_the_other(files: &[PathBuf]) -> Scenario {
    let when = |n: usize| When {
        anchor: if n == 0 {
            Anchor::Start
        } else {
            Anchor::ReplyFinished
        },
        after: GAP,
    };
    let stimuli = files.iter().enumerate().map(|(n, file)| Stimulus {
        sound: Sound::File(file.clone()),
        when: when(n),
        level_dbfs: None,
        far: false,
        expect: Expect::Answer,
    });
    Scenario {
        name: format!("{}-turns", files.len()),
        stimuli: stimuli.collect(),
        end: Some(when(files.len())),
        ..Scenario::silence()
    }
}
