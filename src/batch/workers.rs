//! Jobs on all cores: a worker on each, with an engine of its own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::engines::EnginesError;
use crate::onnx;

/// Does the jobs in their order on `cores` threads, each of which has an engine of its own from `load`. Ends when all
/// are done, when `is_over` says so, or when an engine cannot be loaded.
///
/// # Errors
/// The engine cannot be loaded.
pub(super) fn on_all_cores<J: Sync, E>(
    cores: usize,
    jobs: &[J],
    is_over: &(dyn Fn() -> bool + Sync),
    load: impl Fn() -> Result<E, EnginesError> + Sync,
    work: impl Fn(&mut E, &J) + Sync,
) -> Result<(), EnginesError> {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(None));
    let lock = || failed.lock().unwrap_or_else(PoisonError::into_inner);
    let worker = |n: usize| match onnx::with_own_graphs(n, &load) {
        Ok(mut engine) => {
            while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                if is_over() || lock().is_some() {
                    return;
                }
                work(&mut engine, job);
            }
        }
        Err(error) => {
            lock().get_or_insert(error);
        }
    };
    thread::scope(|scope| {
        for n in 0..cores.min(jobs.len()) {
            let worker = &worker;
            scope.spawn(move || worker(n));
        }
    });
    let failed = failed.into_inner();
    failed
        .unwrap_or_else(PoisonError::into_inner)
        .map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_is_done_once() {
        let jobs: Vec<usize> = (0..100).collect();
        let done = Mutex::new(Vec::new());
        let work = |_: &mut (), job: &usize| done.lock().unwrap().push(*job);
        on_all_cores(4, &jobs, &|| false, || Ok(()), work).unwrap();
        let mut done = done.into_inner().unwrap();
        done.sort_unstable();
        assert_eq!(done, jobs);
    }

    #[test]
    fn nothing_is_begun_once_it_is_over() {
        let done = AtomicUsize::new(0);
        let is_over = || done.load(Ordering::Relaxed) == 3;
        let work = |_: &mut (), _: &usize| {
            done.fetch_add(1, Ordering::Relaxed);
        };
        on_all_cores(1, &[0; 10], &is_over, || Ok(()), work).unwrap();
        assert_eq!(done.into_inner(), 3);
    }
}
