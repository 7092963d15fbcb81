//! Packages of npm that a test speaks with, installed once from the registry.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::python_package::printed;

/// The folder that holds these packages, each as `NAME@VERSION`, the first of which names the folder.
pub fn installed(packages: &[&str]) -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = tmp.join(packages[0].replace(['@', '/'], "-"));
    if !folder.exists() {
        let part = tempfile::tempdir_in(tmp).unwrap();
        let npm = Command::new("npm")
            .args([
                "install",
                "--silent",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
            ])
            .args(packages)
            .current_dir(part.path())
            .output()
            .expect("npm is there: scripts/setup.sh --test installs it");
        assert!(npm.status.success(), "{}", printed(&npm));
        // Another test may have been faster.
        let _ = std::fs::rename(part.path(), &folder);
    }
    folder
}
