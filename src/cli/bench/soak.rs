//! `vivavoce bench soak`: a conversation of hours on the virtual sound card, with the real engines.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use crossbeam_channel::{Receiver, bounded};
use vivavoce::agent::Persona;
use vivavoce::clock::Stopwatch;
use vivavoce::config::Config;
use vivavoce::engines::EngineLoader;
use vivavoce::events::{Header, SessionEvent};
use vivavoce::harness::bench::soak::{Soak, SoakReport, look, random_user};
use vivavoce::pipeline::{Session, SessionConfig, Watcher};
use vivavoce::tools::Keeping;

use crate::cli::assistant::assistant;
use crate::cli::interruption::{self, Loading};
use crate::cli::sound::{play_scenario, prepare_stimuli};

/// What to do.
#[derive(Debug, clap::Args)]
pub struct SoakArgs {
    /// How long it talks
    #[arg(long, default_value_t = 2.0, value_name = "N", value_parser = crate::cli::positive)]
    hours: f64,
    /// Seed of what the user says, and when
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Write the report here, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Write the session's events here, a line of JSON each, to see what went wrong
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
}

/// Events that wait to be looked at.
const EVENTS: usize = 4_096;
/// How often the process is looked at. Seconds.
const SAMPLE_S: f64 = 10.0;
/// How often a line says how it goes. Seconds.
const SAY_S: f64 = 300.0;
/// How often the end is looked for.
const SESSION_END_POLL: Duration = Duration::from_millis(100);

/// Runs the command: status 0 if nothing drifts or is lost, 1 if something does.
pub fn run(config: &Config, args: &SoakArgs) -> Result<ExitCode> {
    if look().is_none() {
        bail!("this system does not tell what a process has; only Linux is known");
    }
    let log = args.events.as_deref().map(create).transpose()?;
    let length = Duration::from_secs_f64(args.hours * 3_600.0);
    let scenario = random_user(args.seed, length);
    let stimuli = prepare_stimuli(&scenario, config)?;
    let started = Stopwatch::start();
    let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
    let loading = Loading::begin();
    let loader = EngineLoader::new(config)?;
    let engines = loader.load(&persona)?;
    let persona = loader.tell(persona);
    let opened = play_scenario(&scenario, stimuli, None);
    let (event_out, events) = bounded(EVENTS);
    let mut watchers: Vec<Watcher> = vec![Box::new(move |event: &SessionEvent| {
        let _ = event_out.try_send(event.clone());
    })];
    watchers.extend(opened.watcher);
    let (setting, tools) = assistant(config, &persona, Keeping::Nothing, None);
    let session_config = SessionConfig {
        turn_taking: config.turn_taking(),
        persona,
        in_other_languages: Vec::new(),
        setting,
        tools,
        earlier: Vec::new(),
        record: None,
        earcon: config.audio.earcon,
        started,
        pays_for_loading: false,
    };
    let session = Session::start(session_config, engines, opened.sound, watchers);
    drop(loading);
    let session = session?;
    let soak = follow(&session, &events, log)?;
    session.stop()?;
    let report = soak.report(args.hours);
    say(&report);
    if let Some(path) = &args.report {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if report.failures.is_empty() {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

/// Follows the session to its end, or until the user has enough.
fn follow(
    session: &Session,
    events: &Receiver<SessionEvent>,
    mut log: Option<BufWriter<File>>,
) -> Result<Soak> {
    let mut soak = Soak::default();
    let (mut next_sample, mut next_word) = (0.0, SAY_S);
    while !session.is_over() && !interruption::is_asked() {
        let first = events.recv_timeout(SESSION_END_POLL).ok();
        for event in first.into_iter().chain(events.try_iter()) {
            soak.observe(&event);
            if let Some(log) = &mut log {
                writeln!(log, "{}", serde_json::to_string(&event)?)?;
            }
        }
        let now = session.seconds();
        if let Some(resources) = look().filter(|_| now >= next_sample) {
            soak.sample(now, resources);
            next_sample = now + SAMPLE_S;
        }
        if now >= next_word {
            // What is not over yet is no shorter than it should be.
            say(&soak.report(0.0));
            next_word = now + SAY_S;
        }
    }
    Ok(soak)
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut file = BufWriter::new(file);
    writeln!(file, "{}", serde_json::to_string(&Header::default())?)?;
    Ok(file)
}

fn say(report: &SoakReport) {
    let ms = |ms: Option<f64>| ms.map_or_else(|| "-".into(), |ms| format!("{ms:.0}"));
    out!(
        "{:.2} h: {} answers, {} interruptions, {} of {} stops ignored, {} lost; memory {:.0} MiB, {:+.2} MiB an hour; threads {}; \
         open files {}; answered after {} ms, at last {} ms; {} underruns",
        report.hours,
        report.answers,
        report.interruptions,
        report.stops_ignored,
        report.stops,
        report.lost_at_s.len(),
        report.memory_mib,
        report.memory_slope_mib_per_h,
        change(report.threads),
        change(report.open_files),
        ms(report.first_v2v_p50_ms),
        ms(report.last_v2v_p50_ms),
        report.underruns
    );
    for failure in &report.failures {
        out!("  {failure}");
    }
}

fn change((first, last): (usize, usize)) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("{first}, at last {last}")
    }
}
