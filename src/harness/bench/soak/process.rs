//! What this process has of the machine.

use std::fs;

use serde::Serialize;

/// What a process has at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Resources {
    /// Resident memory.
    pub memory_kib: u64,
    /// Threads.
    pub threads: usize,
    /// Open files, sockets and pipes.
    pub open_files: usize,
}

/// Looks at this process; `None` where the system does not tell (elsewhere than on Linux).
pub fn look() -> Option<Resources> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    Some(Resources {
        memory_kib: field("VmRSS:")?,
        threads: field("Threads:")? as usize,
        // Looking opens one itself.
        open_files: fs::read_dir("/proc/self/fd")
            .ok()?
            .count()
            .saturating_sub(1),
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn an_open_file_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let before = look().unwrap();
        let files: Vec<_> = (0..20)
            .map(|n| fs::File::create(folder.path().join(n.to_string())).unwrap())
            .collect();
        // Other tests of this process open and close some meanwhile.
        assert!(look().unwrap().open_files >= before.open_files + files.len() - 10);
        assert!(before.memory_kib > 1_000 && before.threads > 0);
    }
}
