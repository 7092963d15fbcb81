//! Whether models fit into the memory that is free, before they are loaded.
//!
//! A model is in memory once, however many sessions use it (`shared.rs`), so its file counts once for the process.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::EnginesError;

/// Files that have fitted, and their bytes. What has fitted once is not asked again: it may be in memory already,
/// where it would be counted twice.
static FITTED: Mutex<BTreeMap<PathBuf, u64>> = Mutex::new(BTreeMap::new());

/// Checks that these files fit into memory together.
///
/// # Errors
/// [`EnginesError::Memory`]: they do not.
pub(super) fn check_memory(files: impl IntoIterator<Item = PathBuf>) -> Result<(), EnginesError> {
    let mut fitted = FITTED.lock().unwrap_or_else(PoisonError::into_inner);
    let new = new_files(files, &fitted);
    if !new.is_empty() {
        fit(new.values().sum(), free_bytes())?;
        fitted.extend(new);
    }
    Ok(())
}

/// The files that have not fitted before, each once, and their bytes. One that is not there is left to whoever loads it.
fn new_files(
    files: impl IntoIterator<Item = PathBuf>,
    fitted: &BTreeMap<PathBuf, u64>,
) -> BTreeMap<PathBuf, u64> {
    let new = files
        .into_iter()
        .filter(|file| !fitted.contains_key(file))
        .filter_map(|file| {
            let bytes = file.metadata().ok()?.len();
            Some((file, bytes))
        });
    new.collect()
}

fn fit(bytes: u64, free: Option<u64>) -> Result<(), EnginesError> {
    match free.filter(|free| bytes > *free) {
        Some(free) => Err(EnginesError::Memory {
            models_mib: bytes >> 20,
            free_mib: free >> 20,
        }),
        None => Ok(()),
    }
}

/// Memory that programs can have without taking it from each other, swap included. `None`: the system does not say.
fn free_bytes() -> Option<u64> {
    let what = MemoryRefreshKind::everything();
    let system = System::new_with_specifics(RefreshKind::nothing().with_memory(what)).ok()?;
    let free = system.available_memory() + system.free_swap();
    // What a container has left says little: files that were read count as used. It never has more than its limit.
    let limit = system.cgroup_limits().map(|limits| limits.total_memory);
    let free = limit
        .filter(|limit| *limit > 0)
        .map_or(free, |limit| free.min(limit));
    (free > 0).then_some(free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_that_are_larger_than_the_free_memory_are_refused_with_what_to_do() {
        let refused = fit(6 << 30, Some(2 << 30)).unwrap_err().to_string();
        assert!(
            refused.contains("6144 MiB") && refused.contains("2048 MiB"),
            "{refused}"
        );
        assert!(refused.contains("--profile"), "{refused}");
    }

    #[test]
    fn models_that_fit_or_where_nobody_knows_are_let_through() {
        assert!(fit(2 << 30, Some(2 << 30)).is_ok());
        assert!(fit(6 << 30, None).is_ok());
    }

    #[test]
    fn a_file_counts_once_and_not_again_after_it_has_fitted() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        std::fs::write(&one, [0; 10]).unwrap();
        std::fs::write(&other, [0; 20]).unwrap();
        let twice = [one.clone(), other.clone(), one.clone()];
        let new = new_files(twice.clone(), &BTreeMap::new());
        assert_eq!(new.values().sum::<u64>(), 30);
        let fitted = BTreeMap::from([(one, 10)]);
        assert_eq!(new_files(twice, &fitted), BTreeMap::from([(other, 20)]));
    }

    #[test]
    fn what_is_not_there_takes_no_memory() {
        assert!(new_files([PathBuf::from("/nowhere/model.gguf")], &BTreeMap::new()).is_empty());
    }
}
