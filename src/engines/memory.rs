//! Whether models fit into this machine's memory, before they are loaded.
//!
//! It is the whole memory and not what is free: files of weights are mapped, and a system that is short of memory takes
//! their pages back and reads them again, which is slow and works.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::EnginesError;

/// Checks that these files fit into memory together.
///
/// # Errors
/// [`EnginesError::Memory`]: they do not.
pub(super) fn check_memory(files: impl IntoIterator<Item = PathBuf>) -> Result<(), EnginesError> {
    fit(bytes_of(files), memory_bytes())
}

/// The bytes of files, each once. One that is not there is left to whoever loads it.
fn bytes_of(files: impl IntoIterator<Item = PathBuf>) -> u64 {
    let bytes = |file: PathBuf| {
        let bytes = file.metadata().ok()?.len();
        Some((file, bytes))
    };
    let files: BTreeMap<PathBuf, u64> = files.into_iter().filter_map(bytes).collect();
    files.values().sum()
}

fn fit(bytes: u64, memory: Option<u64>) -> Result<(), EnginesError> {
    match memory.filter(|memory| bytes > *memory) {
        Some(memory) => Err(EnginesError::Memory {
            models_mib: bytes >> 20,
            memory_mib: memory >> 20,
        }),
        None => Ok(()),
    }
}

/// The memory that a program here can have at most, swap included. `None`: the system does not say.
fn memory_bytes() -> Option<u64> {
    let what = MemoryRefreshKind::everything();
    let system = System::new_with_specifics(RefreshKind::nothing().with_memory(what)).ok()?;
    let memory = system.total_memory() + system.total_swap();
    let limit = system.cgroup_limits().map(|limits| limits.total_memory);
    let memory = limit
        .filter(|limit| *limit > 0)
        .map_or(memory, |limit| memory.min(limit));
    (memory > 0).then_some(memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_that_are_larger_than_the_memory_are_refused_with_what_to_do() {
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
    fn a_file_counts_once_and_one_that_is_not_there_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other, none] = ["one", "other", "none"].map(|name| folder.path().join(name));
        std::fs::write(&one, [0; 10]).unwrap();
        std::fs::write(&other, [0; 20]).unwrap();
        assert_eq!(bytes_of([one.clone(), other, one, none]), 30);
    }
}
