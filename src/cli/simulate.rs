//! `vivavoce simulate`: many conversations on a virtual clock.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::{Context, Result, bail};
use vivavoce::clock::Stopwatch;
use vivavoce::harness::simulator::{Choices, Conversation, Failure, Totals, shrunk, simulate};

use super::interruption;

/// Lines of a failed conversation that are shown: its end is what matters.
const SHOWN: usize = 60;

/// Runs the command, on all cores.
pub fn run(seed: u64, conversations: u64) -> Result<()> {
    let watch = Stopwatch::start();
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let work = || {
        let (mut totals, mut failure) = (Totals::default(), None);
        while !failed.load(Ordering::Relaxed) && !interruption::is_asked() {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= conversations {
                break;
            }
            let seed = seed.wrapping_add(n);
            match simulate(&Conversation::Seed(seed)) {
                Ok(more) => totals.add(more),
                Err(broken) => {
                    failed.store(true, Ordering::Relaxed);
                    failure = Some((seed, broken));
                }
            }
        }
        (totals, failure)
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut totals, mut failures) = (Totals::default(), Vec::<(u64, Box<Failure>)>::new());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            match worker.join() {
                Ok((more, failure)) => {
                    totals.add(more);
                    failures.extend(failure);
                }
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    failures.sort_by_key(|(seed, _)| *seed);
    if let Some((seed, failure)) = failures.first() {
        return explain(*seed, failure);
    }
    report(totals, watch);
    Ok(())
}

/// Holds a conversation again that was recorded.
pub fn again(file: &Path) -> Result<()> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("cannot read the choices in {}", file.display()))?;
    let choices = text
        .parse::<Choices>()
        .with_context(|| format!("{} is no record of choices", file.display()))?;
    let watch = Stopwatch::start();
    match simulate(&Conversation::Recorded(choices)) {
        Ok(totals) => {
            report(totals, watch);
            Ok(())
        }
        Err(failure) => {
            show(&failure);
            bail!("{}", failure.broken)
        }
    }
}

/// Shows the shortest conversation that fails as this one did, and keeps its choices in a file.
fn explain(seed: u64, failure: &Failure) -> Result<()> {
    let short = shrunk(failure);
    show(&short);
    let file = std::env::temp_dir().join(format!("vivavoce-seed-{seed}.choices"));
    let text = format!("# Seed {seed}. {}\n{}", short.broken, short.choices);
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    bail!(
        "{}\nrepeat it with `vivavoce simulate --choices {}`, or as it was found with `vivavoce simulate \
         --seed {seed} --conversations 1`; once it is mended, keep the file in tests/fixtures/simulator",
        short.broken,
        file.display()
    );
}

fn show(failure: &Failure) {
    let lines: Vec<&str> = failure.timeline.lines().collect();
    for line in &lines[lines.len().saturating_sub(SHOWN)..] {
        out!("{line}");
    }
}

fn report(totals: Totals, watch: Stopwatch) {
    out!(
        "{} conversations, {:.1} hours of talk, in {:.1} s",
        totals.conversations,
        totals.seconds as f64 / 3600.0,
        watch.elapsed().as_secs_f64()
    );
    out!(
        "{} turns answered, {} replies interrupted, {} ducked and gone on with",
        totals.answered,
        totals.interrupted,
        totals.went_on
    );
    out!(
        "{} drafts, {} thrown away; {} engine failures; {} tools called for the language model; {} answers of the helper",
        totals.drafts,
        totals.rolled_back,
        totals.failures,
        totals.calls,
        totals.helped
    );
}
