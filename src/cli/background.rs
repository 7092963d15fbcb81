//! What commands share that work through many jobs: on how many cores, when they give way, and saying how far they
//! are.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use vivavoce::batch::Progress;
use vivavoce::clock::{Stopwatch, sleep};
use vivavoce::engines::data_dir;
use vivavoce::talking::Look;

use super::interruption;
use super::printable::printable;

/// How many jobs are worked through.
#[derive(Debug, Clone, clap::Args)]
pub struct Background {
    /// Cores that are used for many jobs; all, if it is not said
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    cores: Option<u16>,
    /// Stop while somebody talks with the assistant (`talk`, `serve`), and go on afterwards
    #[arg(long)]
    nice: bool,
}

/// How often a nice command looks whether it may go on.
const GIVE_WAY_POLL: Duration = Duration::from_millis(200);

impl Background {
    /// Whether anything was asked for.
    pub fn is_asked_for(&self) -> bool {
        self.nice || self.cores.is_some()
    }

    /// Cores that are used.
    pub fn cores(&self) -> usize {
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        self.cores.map_or(all, usize::from)
    }

    /// Whether to give up; whoever works asks this all the time, and waits here while somebody talks.
    ///
    /// # Errors
    /// It cannot be seen whether somebody talks.
    pub fn gives_up(&self) -> Result<impl Fn() -> bool + Sync> {
        let look = self.nice.then(|| Look::at(&data_dir())).transpose();
        let look = look.context("cannot see whether somebody talks; leave out --nice")?;
        let quit = || interruption::is_asked();
        Ok(move || {
            while look.as_ref().is_some_and(Look::somebody_talks) && !quit() {
                sleep(GIVE_WAY_POLL);
            }
            quit()
        })
    }
}

/// How often it is said how far it is.
const TELL: Duration = Duration::from_secs(5);

/// Says on standard error how far the work is, from any thread.
pub struct Teller {
    watch: Stopwatch,
    /// With the time at which it was told last.
    told: Mutex<(Progress, Duration)>,
}

impl Teller {
    /// Says where the work begins.
    pub fn start(progress: Progress) -> Self {
        let end = if progress.is_complete() {
            ": nothing is left to do"
        } else {
            ""
        };
        eprintln!("{}{end}", progress.line(Duration::ZERO));
        Self {
            watch: Stopwatch::start(),
            told: Mutex::new((progress, Duration::ZERO)),
        }
    }

    /// Counts a job that is done.
    pub fn done(&self, failed: bool) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let (progress, last) = &mut *told;
        progress.done += 1;
        progress.failed += usize::from(failed);
        let elapsed = self.watch.elapsed();
        if elapsed >= *last + TELL || progress.is_complete() {
            *last = elapsed;
            eprintln!("{}", progress.line(elapsed));
        }
    }

    /// Counts a file that is done, and says what is wrong with one.
    pub fn file(&self, made: Result<(), String>) {
        if let Err(reason) = &made {
            eprintln!("error: {}", printable(reason));
        }
        self.done(made.is_err());
    }

    /// How many failed.
    pub fn failed(&self) -> usize {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.0.failed
    }
}
