//! `vivavoce bench`: response times over recordings of people, measured on the audio.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use crossbeam_channel::bounded;
use serde_json::json;
use vivavoce::agent::Persona;
use vivavoce::audio::room::EchoPath;
use vivavoce::audio::scenario::{Anchor, Expect, Scenario, Sound, Stimulus, When};
use vivavoce::bench::{BargeIn, ReadAloud, StagesByTurn, Summary, barge_in_scenario, measure};
use vivavoce::clock::{Stopwatch, sleep};
use vivavoce::config::{Config, ThreadBudget};
use vivavoce::engines::EngineLoader;
use vivavoce::events::SessionEvent;
use vivavoce::pipeline::{Session, SessionConfig, Watcher};

use super::bench_device::{self, DeviceArgs};
use super::bench_endpointing::{self, EndpointingArgs};
use super::bench_engines::{self, EnginesArgs};
use super::sound::play_scenario;
use super::talk::QUIT;

/// What to measure.
#[derive(Debug, clap::Subcommand)]
pub enum BenchCommand {
    /// Plays recordings of single turns, one after the other, into a conversation on the virtual
    /// sound card, and measures each response on the recording
    Turns {
        /// WAV or FLAC files, or folders of them
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Where the recording of the conversation goes
        #[arg(long, value_name = "DIR")]
        record: PathBuf,
        /// Write the figures here as JSON too
        #[arg(long, value_name = "FILE.json")]
        report: Option<PathBuf>,
    },
    /// Talks over long replies on the virtual sound card, with an echo: interruptions, backchannels
    /// and noises, and measures how fast it yields, and whether it goes on when nothing was meant
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
        /// Seed of the room and of the noises
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where the recording of the conversation goes
        #[arg(long, value_name = "DIR")]
        record: PathBuf,
        /// Write the figures here as JSON too
        #[arg(long, value_name = "FILE.json")]
        report: Option<PathBuf>,
    },
    /// Turns cut off at a pause against latency, for every way of ending turns: the engines over
    /// recordings of single turns, without playing them
    Endpointing(EndpointingArgs),
    /// The round trip of a sound path: plays bursts of noise through the loudspeaker and finds them
    /// again in the microphone, through the air, a cable or a sound server's monitor
    Device(DeviceArgs),
    /// Each engine alone, idle and beside busy cores: how fast it is, and how good
    Engines(EnginesArgs),
    /// Measures a recording that was made before
    Measure {
        /// The folder that `--record` named
        dir: PathBuf,
    },
}

/// After a reply, before the next recording begins.
const GAP: Duration = Duration::from_millis(700);
/// How often the end is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// Runs the command.
pub fn run(config: &Config, command: &BenchCommand, started: Stopwatch) -> Result<()> {
    match command {
        BenchCommand::Turns {
            files,
            record,
            report,
        } => {
            let scenario = one_after_the_other(&sound_files(files)?);
            let stages = hold(config, &scenario, record, None, started)?;
            print_measured(config, record, Some(&stages), report.as_deref())
        }
        BenchCommand::BargeIn {
            files,
            background,
            rounds,
            echo_db,
            delay_ms,
            seed,
            record,
            report,
        } => {
            let files = match files.is_empty() {
                true => Vec::new(),
                false => sound_files(files)?,
            };
            let scenario = barge_in_scenario(&BargeIn {
                rounds: *rounds,
                files,
                background: background.clone(),
                room: EchoPath {
                    gain_db: *echo_db,
                    delay_ms: *delay_ms,
                    reverb_ms: 200.0,
                },
                seed: *seed,
            });
            hold(
                config,
                &scenario,
                record,
                Some(ReadAloud::default()),
                started,
            )?;
            print_measured(config, record, None, report.as_deref())
        }
        BenchCommand::Endpointing(args) => bench_endpointing::run(config, args),
        BenchCommand::Device(args) => bench_device::run(config, args),
        BenchCommand::Engines(args) => bench_engines::run(config, args),
        BenchCommand::Measure { dir } => print_measured(config, dir, None, None),
    }
}

/// Holds a conversation to the end of its scenario.
fn hold(
    config: &Config,
    scenario: &Scenario,
    record: &Path,
    reader: Option<ReadAloud>,
    started: Stopwatch,
) -> Result<StagesByTurn> {
    let persona = Persona::load(config.persona.as_deref())?;
    let opened = play_scenario(scenario, None)?;
    let mut engines = EngineLoader::new(config)?.load(config, &persona)?;
    if let Some(reader) = reader {
        engines.language_model = Box::new(reader);
    }
    let (event_out, events) = bounded::<SessionEvent>(65_536);
    let mut watchers: Vec<Watcher> = vec![Box::new(move |event: &SessionEvent| {
        let _ = event_out.try_send(event.clone());
    })];
    watchers.extend(opened.watcher);
    let session_config = SessionConfig {
        turn_taking: (&config.turn_taking).into(),
        persona,
        record: Some(record.to_path_buf()),
        earcon: config.audio.earcon,
        started,
    };
    let session = Session::start(session_config, engines, opened.sound, watchers)?;
    while !session.is_over() && !QUIT.load(Ordering::Relaxed) {
        sleep(LOOK);
    }
    session.stop()?;
    let mut stages = StagesByTurn::default();
    events.try_iter().for_each(|event| stages.observe(&event));
    Ok(stages)
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
        expect: Expect::Answer,
    });
    Scenario {
        name: format!("{} turns", files.len()),
        stimuli: stimuli.collect(),
        end: Some(when(files.len())),
        ..Scenario::silence()
    }
}

fn print_measured(
    config: &Config,
    dir: &Path,
    stages: Option<&StagesByTurn>,
    report: Option<&Path>,
) -> Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = ThreadBudget::new(config.threads, cores).llm;
    let measured = measure(dir, threads)?;
    let (v2v, stop) = (
        Summary::of(&measured.v2v_ms),
        Summary::of(&measured.stop_ms),
    );
    let line = |name: &str, summary: Option<Summary>| match summary {
        Some(summary) => out!("{name:<12} {summary}"),
        None => out!("{name:<12} none"),
    };
    out!(
        "stimuli      {}, unanswered {}",
        measured.stimuli,
        measured.unanswered
    );
    line("V2V", v2v);
    line("stop", stop);
    out!(
        "premature {}, self-interruptions {}",
        measured.premature,
        measured.self_interruptions
    );
    if measured.drafts.turns > 0 {
        out!("drafts       {}", measured.drafts);
    }
    let over = &measured.overlaps;
    if over.interruptions + over.listening > 0 {
        out!(
            "over replies: {} of {} interruptions honoured; {} false stops of {} that meant nothing",
            over.honoured,
            over.interruptions,
            over.false_stops,
            over.listening
        );
        line("  duck", Summary::of(&over.duck_ms));
        line("  resume", Summary::of(&over.resume_ms));
        line("  silent", Summary::of(&over.silent_ms));
    }
    let mut by_stage = serde_json::Map::new();
    if let Some(stages) = stages {
        let names = vivavoce::bench::Stages::default().durations();
        for (n, (name, _)) in names.iter().enumerate() {
            let values: Vec<f64> = stages
                .answered()
                .filter_map(|(_, s)| s.durations()[n].1)
                .collect();
            line(&format!("  {name}"), Summary::of(&values));
            by_stage.insert((*name).into(), json!(Summary::of(&values)));
        }
    }
    if let Some(path) = report {
        let report = json!({ "v2v": v2v, "stop": stop, "stages": by_stage, "measured": measured });
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
