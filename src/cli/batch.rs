//! `vivavoce batch`: many requests out of a file.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use vivavoce::agent::Persona;
use vivavoce::batch::{self, Limits, Line, Progress, Results, Told};
use vivavoce::config::Config;

use super::background::{Background, Teller};
use super::interruption;

/// What is done, and how.
#[derive(Debug, clap::Args)]
pub struct BatchOptions {
    /// The requests, one JSON object a line: custom_id, method, url, body
    #[arg(value_name = "IN.jsonl")]
    requests: PathBuf,
    /// The answers, one JSON object a line; a run that was stopped goes on where it was
    #[arg(short = 'o', value_name = "OUT.jsonl")]
    answers: PathBuf,
    /// Conversations that are answered at a time
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=64))]
    parallel: u16,
    #[command(flatten)]
    background: Background,
}

/// Whether Ctrl-C ends a batch at once, since what is answered is kept: a server may be silent, or load its model.
struct AtOnce(Mutex<Waiting>);

/// What a batch waits for.
#[derive(Default)]
struct Waiting {
    /// There is an answer.
    answered: bool,
    /// Engines that load.
    loading: usize,
}

impl AtOnce {
    /// Until the first answer it does.
    fn new() -> Self {
        let at_once = Self(Mutex::default());
        at_once.change(|_| ());
        at_once
    }

    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut waiting);
        let at_once = !waiting.answered || waiting.loading > 0;
        interruption::ends_at_once(at_once);
    }
}

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
    let progress = Progress::new("answered", all, all - lines.len());
    let teller = Teller::start(progress);
    if lines.is_empty() {
        return Ok(());
    }
    let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
    let limits = Limits {
        cores: options.background.cores(),
        parallel: options.parallel.into(),
    };
    let gives_up = options.background.gives_up()?;
    let at_once = AtOnce::new();
    let on_line = |failed: bool| {
        if !failed {
            at_once.change(|waiting| waiting.answered = true);
        }
        teller.done(failed);
    };
    let on_loading = |begins: bool| {
        at_once.change(|waiting| {
            if begins {
                waiting.loading += 1;
            } else {
                waiting.loading -= 1;
            }
        });
    };
    let told = Told {
        on_line: &on_line,
        on_loading: &on_loading,
    };
    batch::run(config, &persona, &lines, limits, &results, &gives_up, told)?;
    interruption::ends_at_once(false);
    if interruption::is_asked() {
        bail!("interrupted: the same command goes on where it was")
    } else {
        Ok(())
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
