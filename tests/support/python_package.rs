//! Python packages that a test speaks with, installed once from the registry.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder for `PYTHONPATH` that holds these packages, each as `NAME==VERSION`, the first of which
/// names the folder.
pub fn installed(packages: &[&str]) -> PathBuf {
    installed_with_sources(packages, &[])
}

/// The same, where these of what they need come as sources alone, which run when they are installed.
pub fn installed_with_sources(packages: &[&str], sources: &[&str]) -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = tmp.join(packages[0].replace("==", "-"));
    if !folder.exists() {
        let part = tempfile::tempdir_in(tmp).unwrap();
        let pip = Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--only-binary", ":all:"])
            .arg("--target")
            .arg(part.path())
            .args(sources.iter().flat_map(|name| ["--no-binary", name]))
            .args(packages)
            .output()
            .expect("python3 is there: scripts/setup.sh installs it");
        assert!(
            pip.status.success(),
            "pip cannot install {packages:?}, which this test speaks with; is there a network? {}",
            printed(&pip)
        );
        // Another test may have been faster.
        let _ = std::fs::rename(part.path(), &folder);
    }
    folder
}

/// What a command printed, both ways.
pub fn printed(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&both).into_owned()
}
