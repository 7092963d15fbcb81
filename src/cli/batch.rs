//! `vivavoce batch`: many requests out of a file.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use vivavoce::agent::Persona;
use vivavoce::batch::{self, Limits, Line, Progress, Results};
use vivavoce::clock::{Stopwatch, sleep};
use vivavoce::config::Config;
use vivavoce::engines::data_dir;
use vivavoce::talking::Look;

use super::talk::QUIT;

/// What is done, and how.
#[derive(Debug, clap::Args)]
pub struct BatchOptions {
    /// The requests, one JSON object a line: custom_id, method, url, body
    #[arg(value_name = "IN.jsonl")]
    requests: PathBuf,
    /// The answers, one JSON object a line; a run that was stopped goes on where it was
    #[arg(short = 'o', value_name = "OUT.jsonl")]
    answers: PathBuf,
    /// Cores that are used; all, if it is not said
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    cores: Option<u16>,
    /// Conversations that are answered at a time
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=64))]
    parallel: u16,
    /// Stop while somebody talks with the assistant (`talk`, `serve`), and go on afterwards
    #[arg(long)]
    nice: bool,
}

/// How often it is said how far it is.
const TELL: Duration = Duration::from_secs(5);

/// How often a nice batch looks whether it may go on.
const LOOK: Duration = Duration::from_millis(200);

/// Works a batch off.
///
/// # Errors
/// The input is no batch, the output cannot take its answers, an engine fails, or it was interrupted.
pub fn run(config: &Config, options: &BatchOptions) -> Result<()> {
    let input = options.requests.display();
    let text =
        fs::read_to_string(&options.requests).with_context(|| format!("cannot read {input}"))?;
    let mut lines = batch::input::read(&text).with_context(|| format!("{input}"))?;
    drop(text);
    let (results, done) = Results::open(&options.answers, &options.requests)?;
    let all = lines.len();
    check_same(&lines, &done, options)?;
    lines.retain(|line| !done.contains(&line.custom_id));
    let progress = Progress {
        all,
        before: all - lines.len(),
        ..Progress::default()
    };
    if lines.is_empty() {
        eprintln!("{}: nothing is left to do", progress.line(Duration::ZERO));
        return Ok(());
    }
    let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let limits = Limits {
        cores: options.cores.map_or(cores, usize::from),
        parallel: options.parallel.into(),
    };
    let watch = Stopwatch::start();
    let told = Mutex::new((progress, Duration::ZERO));
    eprintln!("{}", progress.line(Duration::ZERO));
    let on_line = |failed: bool| {
        let mut told = told
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let (progress, last) = &mut *told;
        progress.done += 1;
        progress.failed += usize::from(failed);
        let elapsed = watch.elapsed();
        if elapsed >= *last + TELL || progress.before + progress.done == progress.all {
            *last = elapsed;
            eprintln!("{}", progress.line(elapsed));
        }
    };
    let look = options.nice.then(|| Look::at(&data_dir())).transpose();
    let look = look.context("cannot see whether somebody talks; leave out --nice")?;
    let quit = || QUIT.load(Ordering::Relaxed);
    // Whoever works looks at this all the time, and waits here meanwhile.
    let gives_up = || {
        while look.as_ref().is_some_and(Look::somebody_talks) && !quit() {
            sleep(LOOK);
        }
        quit()
    };
    batch::run(
        config, &persona, &lines, limits, &results, &gives_up, &on_line,
    )?;
    match quit() {
        true => bail!("interrupted: the same command goes on where it was"),
        false => Ok(()),
    }
}

/// Fails if the output holds answers to another input.
fn check_same(lines: &[Line], done: &HashSet<String>, options: &BatchOptions) -> Result<()> {
    let asked: HashSet<&str> = lines.iter().map(|line| line.custom_id.as_str()).collect();
    match done.iter().find(|id| !asked.contains(id.as_str())) {
        None => Ok(()),
        Some(other) => bail!(
            "{} holds an answer to {other:?}, and {} does not ask that: name another file with -o",
            options.answers.display(),
            options.requests.display()
        ),
    }
}
