//! Files that the manifest names without knowing their content: it is learnt from their source at the
//! first pull and pinned in the store, so that every later pull and start holds them to it (trust on
//! first use). Caller's thread. Invariant: what was pinned once changes only if somebody deletes the
//! file of pins.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use super::receive::{Watch, hash_file};
use super::source_http::identity;
use super::{
    FailedFile, Manifest, ModelFile, ModelStore, ModelsError, PullOptions, PullProgress, Selection,
    Tried,
};

const FILE_NAME: &str = ".pinned.toml";

/// All pins of a store, by `MODEL/FILE`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Pins {
    #[serde(default)]
    files: BTreeMap<String, Pin>,
}

/// What a file turned out to be.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pin {
    size: u64,
    sha256: String,
    /// Who said so.
    from: String,
}

impl ModelStore {
    /// The manifest of this program, with what this store has learnt.
    ///
    /// # Errors
    /// The manifest or the file of pins is broken.
    pub fn manifest(&self) -> Result<Manifest, ModelsError> {
        let mut manifest = Manifest::bundled()?;
        self.apply_pins(&mut manifest)?;
        Ok(manifest)
    }

    /// Fills in what this store has learnt about a manifest's files.
    ///
    /// # Errors
    /// The file of pins is broken.
    pub fn apply_pins(&self, manifest: &mut Manifest) -> Result<(), ModelsError> {
        let pins = self.pins()?;
        for model in &mut manifest.models {
            for file in model.files.iter_mut().filter(|f| !f.is_known()) {
                if let Some(pin) = pins.files.get(&format!("{}/{}", model.id, file.name)) {
                    file.size = pin.size;
                    file.sha256.clone_from(&pin.sha256);
                }
            }
        }
        Ok(())
    }

    /// Learns and pins the files of a selection whose content is not known, and says so.
    /// [`ModelStore::manifest`] knows them afterwards.
    ///
    /// # Errors
    /// [`ModelsError::Unreachable`] if no source says what a file is; [`ModelsError::Cancelled`];
    /// [`ModelsError::Io`] if the pins cannot be written.
    pub fn learn(
        &self,
        selection: &Selection<'_>,
        options: &PullOptions,
        progress: &mut dyn PullProgress,
        cancel: &AtomicBool,
    ) -> Result<(), ModelsError> {
        let mut watch = Watch { progress, cancel };
        let mut failed = Vec::new();
        for wanted in selection.files.iter().filter(|w| !w.file.is_known()) {
            watch.check()?;
            let path = self.path(&wanted.model.id, &wanted.file.name);
            match learn(&wanted.model.id, wanted.file, &path, options, &mut watch)? {
                Ok(pin) => {
                    watch.progress.note(&format!(
                        "{}: SHA-256 {} by {}, pinned at this first use",
                        wanted.key(),
                        pin.sha256,
                        pin.from
                    ));
                    self.pin(wanted.key(), pin)?;
                }
                Err(tried) => failed.push((*wanted, FailedFile { path, tried })),
            }
        }
        if failed.is_empty() {
            return Ok(());
        }
        let wanted: Vec<_> = failed.iter().map(|(wanted, _)| *wanted).collect();
        let profile = selection.profile.name.clone();
        Err(ModelsError::Unreachable {
            by_hand: super::by_hand::instructions(self, &profile, &wanted),
            profile,
            files: failed.into_iter().map(|(_, file)| file).collect(),
        })
    }

    fn pins(&self) -> Result<Pins, ModelsError> {
        let path = self.root().join(FILE_NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Pins::default());
            }
            Err(error) => return Err(ModelsError::disk("read", &path, 0, error)),
        };
        // Not forgotten silently: whoever breaks it would be trusted a second time.
        toml::from_str(&text).map_err(|error| ModelsError::BadManifest {
            origin: path.display().to_string(),
            why: format!("{error}; delete it to trust the next fetch anew"),
        })
    }

    fn pin(&self, key: String, pin: Pin) -> Result<(), ModelsError> {
        let mut pins = self.pins()?;
        pins.files.insert(key, pin);
        let path = self.root().join(FILE_NAME);
        let on_disk = |error| ModelsError::disk("write", &path, 0, error);
        let text = toml::to_string(&pins).map_err(|e| on_disk(std::io::Error::other(e)))?;
        fs::create_dir_all(self.root()).map_err(on_disk)?;
        let mut file = tempfile::NamedTempFile::new_in(self.root()).map_err(on_disk)?;
        file.write_all(text.as_bytes()).map_err(on_disk)?;
        file.persist(&path).map_err(|e| on_disk(e.error))?;
        Ok(())
    }
}

/// The outer error ends the pull; the inner one is what was tried in vain.
fn learn(
    model_id: &str,
    file: &ModelFile,
    path: &Path,
    options: &PullOptions,
    watch: &mut Watch<'_>,
) -> Result<Result<Pin, Vec<Tried>>, ModelsError> {
    let by_hand = options.from.iter();
    let by_hand = by_hand.flat_map(|f| [f.join(model_id).join(&file.name), f.join(&file.name)]);
    for there in by_hand.chain([path.to_path_buf()]) {
        if there.is_file() {
            let hashed = hash_file(&there, watch);
            watch.check()?;
            let received = hashed.map_err(|e| ModelsError::disk("read", &there, file.size, e))?;
            return Ok(Ok(Pin {
                size: received.bytes,
                sha256: received.sha256(),
                from: there.display().to_string(),
            }));
        }
    }
    let mut tried = Vec::new();
    if let Some(folder) = &options.from {
        tried.push(Tried {
            source: folder.display().to_string(),
            why: format!("there is no {} in it", file.name),
        });
        return Ok(Err(tried));
    }
    for url in file
        .sources
        .iter()
        .filter_map(|s| s.http_url(&options.hub_base))
    {
        match identity(&url, options, watch) {
            Ok((size, sha256)) => {
                return Ok(Ok(Pin {
                    size,
                    sha256,
                    from: url,
                }));
            }
            Err(ModelsError::SourceFailed { tried: source, why }) => {
                tried.push(Tried { source, why });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Err(tried))
}
