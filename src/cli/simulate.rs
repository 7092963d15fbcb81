//! `vivavoce simulate`: many conversations on a virtual clock.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::{Result, bail};
use vivavoce::clock::Stopwatch;
use vivavoce::harness::simulator::{Conversation, Failure, Totals, simulate};

use super::talk::QUIT;

/// Lines of a failed conversation that are shown: its end is what matters.
const SHOWN: usize = 60;

/// Runs the command, on all cores.
pub fn run(seed: u64, conversations: u64) -> Result<()> {
    let watch = Stopwatch::start();
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let work = || {
        let (mut totals, mut failure) = (Totals::default(), None);
        while !failed.load(Ordering::Relaxed) && !QUIT.load(Ordering::Relaxed) {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= conversations {
                break;
            }
            let seed = seed.wrapping_add(n);
            match simulate(Conversation { seed }) {
                Ok(more) => totals.add(more),
                Err(broken) => {
                    failed.store(true, Ordering::Relaxed);
                    failure = Some(broken);
                }
            }
        }
        (totals, failure)
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut totals, mut failures) = (Totals::default(), Vec::<Box<Failure>>::new());
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
    failures.sort_by_key(|failure| failure.seed);
    if let Some(failure) = failures.first() {
        let lines: Vec<&str> = failure.timeline.lines().collect();
        for line in &lines[lines.len().saturating_sub(SHOWN)..] {
            out!("{line}");
        }
        bail!(
            "{}\nreplay it with `vivavoce simulate --seed {} --conversations 1`",
            failure.broken,
            failure.seed
        );
    }
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
    Ok(())
}
