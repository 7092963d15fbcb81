//! Copies the voices of SVOX Pico into the program.
//!
//! The voices are files in the source folder of the dependency `ttspico-sys` (Apache-2.0); cargo
//! knows where that is. They are embedded so that the program speaks without any download.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Text analysis and signal generation of each voice that the program offers.
const RESOURCES: [&str; 12] = [
    "en-US_ta.bin",
    "en-US_lh0_sg.bin",
    "en-GB_ta.bin",
    "en-GB_kh0_sg.bin",
    "de-DE_ta.bin",
    "de-DE_gl0_sg.bin",
    "es-ES_ta.bin",
    "es-ES_zl0_sg.bin",
    "fr-FR_ta.bin",
    "fr-FR_nk0_sg.bin",
    "it-IT_ta.bin",
    "it-IT_cm0_sg.bin",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rustc-env=VIVAVOCE_COMMIT={}", commit());
    let target = env::var("TARGET").expect("cargo sets TARGET");
    // Offline first: the sources are there already, cargo is compiling them.
    let folder = voices(&target, true)
        .or_else(|offline| voices(&target, false).map_err(|online| format!("{offline}; {online}")))
        .unwrap_or_else(|error| panic!("cannot find the voices of ttspico-sys: {error}"));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    for name in RESOURCES {
        fs::copy(folder.join(name), out.join(name))
            .unwrap_or_else(|e| panic!("cannot copy {name} from {}: {e}", folder.display()));
    }
}

fn voices(target: &str, offline: bool) -> Result<PathBuf, String> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "metadata",
        "--format-version",
        "1",
        "--filter-platform",
        target,
    ]);
    if offline {
        command.arg("--offline");
    }
    let output = command.output().map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|e| e.to_string())?;
    metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == "ttspico-sys")
        .and_then(|package| package["manifest_path"].as_str())
        .and_then(|manifest| Path::new(manifest).parent())
        .map(|root| root.join("build/pico/lang"))
        .ok_or_else(|| "it is not among the dependencies".into())
}

/// The commit that is built, for `doctor` and reports, with "-dirty" if the sources are not those of
/// it; "unknown" outside a git checkout.
fn commit() -> String {
    // The log changes with every commit, and the sources with what is not committed yet.
    // A path that is not there (no checkout, or a worktree) would run this at every build.
    for changed in [".git/HEAD", ".git/logs/HEAD", "src", "Cargo.toml"] {
        if Path::new(changed).exists() {
            println!("cargo::rerun-if-changed={changed}");
        }
    }
    Command::new("git")
        .args([
            "describe",
            "--always",
            "--dirty",
            "--abbrev=12",
            "--exclude=*",
        ])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .map_or_else(|| "unknown".into(), |text| text.trim().to_owned())
}
