//! `bin/vivavoce` of a tarball (`make dist`): runs the build that is fastest on this CPU.
//!
//! ggml offers its CPU kernels as libraries that are chosen at run time as well. Whole builds are
//! simpler: the worker's ggml has no such libraries, Rust's own loops gain too, and both executables
//! stay single files. This one is built for any CPU of its architecture, so that the standard
//! library's detection is not decided at compile time.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A build for a kind of CPU.
struct Build {
    /// The compilers' name for the CPU, and the folder's.
    cpu: &'static str,
    /// What it has, for people.
    needs: &'static str,
    /// Whether this CPU and system have it.
    fits: fn() -> bool,
}

/// The builds that `scripts/dist.sh` makes, the fastest first.
#[cfg(target_arch = "x86_64")]
const BUILDS: [Build; 2] = [
    Build {
        cpu: "cascadelake",
        needs: "AVX-512 with VNNI",
        fits: has_avx512_vnni,
    },
    Build {
        cpu: "x86-64-v3",
        needs: "AVX2, FMA, F16C, BMI2",
        fits: has_avx2,
    },
];
#[cfg(not(target_arch = "x86_64"))]
const BUILDS: [Build; 1] = [Build {
    cpu: "generic",
    needs: "nothing beyond its architecture",
    fits: || true,
}];

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("f16c")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("movbe")
}

#[cfg(target_arch = "x86_64")]
fn has_avx512_vnni() -> bool {
    has_avx2()
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512cd")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni")
}

fn main() -> ExitCode {
    let error = match choose() {
        Ok(program) => format!("cannot run {}: {}", program.display(), run(&program)),
        Err(error) => error,
    };
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

/// The program of the first build that fits this CPU.
fn choose() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|e| format!("cannot find this program: {e}"))?;
    let bin = own.parent().unwrap_or(Path::new(""));
    let builds = bin.join("../lib/vivavoce");
    let Some(build) = BUILDS.iter().find(|build| (build.fits)()) else {
        let least = &BUILDS[BUILDS.len() - 1];
        return Err(format!(
            "this CPU is too old for the builds here: they need at least {} ({}). Build from the sources on \
             this machine: docs/engines.md says how",
            least.needs, least.cpu
        ));
    };
    let program = builds.join(build.cpu).join("vivavoce");
    if program.is_file() {
        Ok(program)
    } else {
        Err(format!(
            "{} is missing: unpack the whole tarball, and keep bin and lib together",
            program.display()
        ))
    }
}

/// Becomes the program; returns only if that fails.
#[cfg(unix)]
fn run(program: &Path) -> std::io::Error {
    use std::os::unix::process::CommandExt;
    std::process::Command::new(program)
        .arg0("vivavoce")
        .args(std::env::args_os().skip(1))
        .exec()
}

/// Runs the program and ends with its status; returns only if it cannot be started.
#[cfg(not(unix))]
fn run(program: &Path) -> std::io::Error {
    let status = std::process::Command::new(program)
        .args(std::env::args_os().skip(1))
        .status();
    match status {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}
