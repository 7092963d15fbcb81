//! The store: the folder that holds the models, and whether they are sound. Caller's thread.
//! Invariant: what [`ModelStore::ensure_ready`] returns has the size and the SHA-256 that the
//! manifest asks for, as of this start (or of the stamp that stands for it).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::receive::Watch;
use super::stamp::Stamps;
use super::status::{Depth, examine_file};
use super::{
    FileReport, FileStatus, ModelsError, Problem, PullProgress, Role, Selection, SilentProgress,
    Wanted,
};

const ENV_FOLDER: &str = "VIVAVOCE_MODELS";

/// A folder of models: `ROOT/MODEL/FILE`.
#[derive(Debug, Clone)]
pub struct ModelStore {
    root: PathBuf,
    /// The folder was named on the command line, so the commands that we advise must name it too.
    named_by_flag: bool,
}

/// The files of a profile, all sound.
#[derive(Debug, Clone)]
pub struct ReadyModels {
    files: Vec<(Role, String, PathBuf)>,
}

impl ReadyModels {
    /// The file of this name that serves `role`.
    pub fn file(&self, role: Role, name: &str) -> Option<&Path> {
        let is_it = |(r, n, _): &&(Role, String, PathBuf)| *r == role && n == name;
        self.files
            .iter()
            .find(is_it)
            .map(|(_, _, path)| path.as_path())
    }

    /// All files, with the role that each serves; a file may serve several.
    pub fn paths(&self) -> impl Iterator<Item = (Role, &Path)> {
        let files = self.files.iter();
        files.map(|(role, _, path)| (*role, path.as_path()))
    }

    /// The first file that serves `role`: the file, for models that consist of one (whose name may
    /// depend on the platform).
    pub fn first(&self, role: Role) -> Option<&Path> {
        self.files
            .iter()
            .find(|(r, _, _)| *r == role)
            .map(|(_, _, path)| path.as_path())
    }
}

impl ModelStore {
    /// The store in `named` (`--models-dir`), else in the environment's `VIVAVOCE_MODELS`, else in
    /// the platform's folder for application data. Creates nothing.
    ///
    /// # Errors
    /// [`ModelsError::NoStoreFolder`] where there is no home folder.
    pub fn open(named: Option<&Path>) -> Result<Self, ModelsError> {
        if let Some(root) = named {
            return Ok(ModelStore::named(root));
        }
        if let Some(root) = std::env::var_os(ENV_FOLDER).filter(|value| !value.is_empty()) {
            return Ok(ModelStore {
                root: absolute(root.into()),
                named_by_flag: false,
            });
        }
        let folders = directories::ProjectDirs::from("", "", "vivavoce");
        let folders = folders.ok_or(ModelsError::NoStoreFolder)?;
        Ok(ModelStore {
            root: folders.data_dir().join("models"),
            named_by_flag: false,
        })
    }

    /// The store in this folder.
    pub fn named(root: impl Into<PathBuf>) -> Self {
        ModelStore {
            root: absolute(root.into()),
            named_by_flag: true,
        }
    }

    /// The folder itself, as an absolute path; it may not exist yet.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a file of a model lies, or would.
    pub fn path(&self, model_id: &str, file_name: &str) -> PathBuf {
        self.root.join(model_id).join(file_name)
    }

    /// How each file stands, hashing nothing.
    pub fn status<'m>(&self, selection: &Selection<'m>) -> Vec<FileReport<'m>> {
        let (mut progress, never) = (SilentProgress, AtomicBool::new(false));
        let mut watch = Watch {
            progress: &mut progress,
            cancel: &never,
        };
        self.examine(selection, Depth::Glance, &mut watch)
    }

    /// Hashes every file, whatever the stamps say, and renews them.
    ///
    /// # Errors
    /// [`ModelsError::Cancelled`] only; a bad file is in the reports.
    pub fn verify<'m>(
        &self,
        selection: &Selection<'m>,
        progress: &mut dyn PullProgress,
        cancel: &AtomicBool,
    ) -> Result<Vec<FileReport<'m>>, ModelsError> {
        let mut watch = Watch { progress, cancel };
        let reports = self.examine(selection, Depth::HashAll, &mut watch);
        watch.check()?;
        Ok(reports)
    }

    /// The paths of a profile's files, after making sure of every one. Hashes only those that have
    /// changed since they were last hashed.
    ///
    /// # Errors
    /// [`ModelsError::NotReady`]: each file that is missing or damaged, and the command that mends
    /// it.
    pub fn ensure_ready(&self, selection: &Selection<'_>) -> Result<ReadyModels, ModelsError> {
        let (mut progress, never) = (SilentProgress, AtomicBool::new(false));
        let mut watch = Watch {
            progress: &mut progress,
            cancel: &never,
        };
        let reports = self.examine(selection, Depth::HashUnstamped, &mut watch);
        let problems: Vec<Problem> = reports
            .iter()
            .filter(|report| report.status != FileStatus::Verified)
            .map(|report| Problem {
                path: report.path.clone(),
                what: report.status.to_string(),
            })
            .collect();
        if !problems.is_empty() {
            let profile = selection.profile.name.clone();
            let mend = self.pull_command(&profile);
            return Err(ModelsError::NotReady {
                profile,
                problems,
                mend,
            });
        }
        let file = |r: FileReport<'_>| (r.wanted.role, r.wanted.file.name.clone(), r.path);
        Ok(ReadyModels {
            files: reports.into_iter().map(file).collect(),
        })
    }

    /// What to type to get this profile into this store.
    pub fn pull_command(&self, profile: &str) -> String {
        let mut command = format!("vivavoce models pull --profile {profile}");
        if self.named_by_flag {
            command.push_str(&format!(" --models-dir \"{}\"", self.root.display()));
        }
        command
    }

    /// Notes that a file was hashed on its way in: the first start need not do it again.
    pub(super) fn stamp(&self, wanted: &Wanted<'_>) {
        let path = self.path(&wanted.model.id, &wanted.file.name);
        // Without its metadata it gets no stamp, and is hashed at the next start.
        if let Ok(metadata) = fs::metadata(&path) {
            let mut stamps = Stamps::load(&self.root);
            stamps.record(&wanted.key(), &metadata, &wanted.file.sha256);
            stamps.save(&self.root);
        }
    }

    pub(super) fn examine<'m>(
        &self,
        selection: &Selection<'m>,
        depth: Depth,
        watch: &mut Watch<'_>,
    ) -> Vec<FileReport<'m>> {
        let mut stamps = Stamps::load(&self.root);
        let mut hashed = false;
        let reports = selection
            .files
            .iter()
            .map(|&wanted| {
                let path = self.path(&wanted.model.id, &wanted.file.name);
                let status = examine_file(&wanted, &path, depth, &mut stamps, watch);
                hashed |= depth != Depth::Glance && status == FileStatus::Verified;
                FileReport {
                    wanted,
                    path,
                    status,
                }
            })
            .collect();
        if hashed {
            stamps.save(&self.root);
        }
        reports
    }
}

/// So that the paths in messages, and pip's temporary folder, hold wherever they are used.
fn absolute(root: PathBuf) -> PathBuf {
    std::path::absolute(&root).unwrap_or(root)
}
