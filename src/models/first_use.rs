//! Files that the manifest names without knowing their content: it is learnt from their source at the
//! first pull and pinned in the store, so that every later pull and start holds them to it (trust on
//! first use). Caller's thread. Invariant: what was pinned once changes only if somebody deletes the
//! file of pins.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::receive::{Watch, hash_file};
use super::source_http::identity;
use super::staging::Staging;
use super::{
    FailedFile, Manifest, ModelFile, ModelStore, ModelsError, PullOptions, Selection, Tried, Wanted,
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

    /// Learns and pins the files of a selection whose content is not known, and says so. `_locked`:
    /// of two pulls at once, the second must find what the first has pinned.
    pub(super) fn learn<'m>(
        &self,
        selection: &Selection<'m>,
        options: &PullOptions,
        _locked: &Staging,
        watch: &mut Watch<'_>,
    ) -> Result<Learnt<'m>, ModelsError> {
        let mut learnt = Learnt::default();
        let mut pins = self.pins()?;
        for wanted in selection.files.iter().filter(|w| !w.file.is_known()) {
            watch.check()?;
            let path = self.path(&wanted.model.id, &wanted.file.name);
            let pin = match pins.files.get(&wanted.key()) {
                Some(pin) => pin.clone(),
                None => match learn(wanted, &path, options, watch)? {
                    Ok(pin) => {
                        watch.progress.note(&format!(
                            "{}: SHA-256 {} by {}, pinned at this first use",
                            wanted.key(),
                            pin.sha256,
                            pin.from
                        ));
                        pins.files.insert(wanted.key(), pin.clone());
                        self.write_pins(&pins)?;
                        pin
                    }
                    Err(tried) => {
                        learnt.failed.push((*wanted, FailedFile { path, tried }));
                        continue;
                    }
                },
            };
            let mut file = wanted.file.clone();
            (file.size, file.sha256) = (pin.size, pin.sha256);
            learnt.files.push((*wanted, file));
        }
        Ok(learnt)
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

    fn write_pins(&self, pins: &Pins) -> Result<(), ModelsError> {
        let path = self.root().join(FILE_NAME);
        let on_disk = |error| ModelsError::disk("write", &path, 0, error);
        let text = toml::to_string(pins).map_err(|e| on_disk(std::io::Error::other(e)))?;
        fs::create_dir_all(self.root()).map_err(on_disk)?;
        let mut file = tempfile::NamedTempFile::new_in(self.root()).map_err(on_disk)?;
        file.write_all(text.as_bytes()).map_err(on_disk)?;
        file.persist(&path).map_err(|e| on_disk(e.error))?;
        Ok(())
    }
}

/// What the files turned out to be whose content was not known, and of which nobody says it.
#[derive(Default)]
pub(super) struct Learnt<'m> {
    pub(super) files: Vec<(Wanted<'m>, ModelFile)>,
    pub(super) failed: Vec<(Wanted<'m>, FailedFile)>,
}

impl Learnt<'_> {
    /// The files of a selection whose content is known by now.
    pub(super) fn known_of<'l>(&'l self, selection: &Selection<'l>) -> Selection<'l> {
        let mut known = selection.clone();
        known.files.retain(|wanted| wanted.file.is_known());
        let files = self.files.iter();
        let learnt = files.map(|(wanted, file)| Wanted { file, ..*wanted });
        known.files.extend(learnt);
        known
    }
}

/// A size that is further from the manifest's than its fourth part is not a new version of the file, but
/// a download that broke off, or a page that says that there is none.
const FAR_OFF: u64 = 4;

/// Whether a file of this size may be the one that is meant.
fn plausible(found: u64, file: &ModelFile) -> Result<(), String> {
    if found.abs_diff(file.size) <= file.size / FAR_OFF {
        Ok(())
    } else {
        Err(format!(
            "it has {found} bytes, about {} were expected: not pinned. Is it cut off, or something \
             else under that name?",
            file.size
        ))
    }
}

/// The outer error ends the pull; the inner one is what was tried in vain.
fn learn(
    wanted: &Wanted<'_>,
    path: &Path,
    options: &PullOptions,
    watch: &mut Watch<'_>,
) -> Result<Result<Pin, Vec<Tried>>, ModelsError> {
    let file = wanted.file;
    let mut tried = Vec::new();
    let by_hand = options.from.iter();
    let in_folder = |f: &PathBuf| {
        [
            f.join(&wanted.model.id).join(&file.name),
            f.join(&file.name),
        ]
    };
    let places = by_hand.flat_map(in_folder).chain([path.to_path_buf()]);
    for there in places.filter(|place| place.is_file()) {
        let on_disk = |error| ModelsError::disk("read", &there, file.size, error);
        let size = fs::metadata(&there).map_err(on_disk)?.len();
        let source = there.display().to_string();
        if let Err(why) = plausible(size, file) {
            tried.push(Tried { source, why });
            continue;
        }
        let hashed = hash_file(&there, watch);
        watch.check()?;
        let received = hashed.map_err(on_disk)?;
        return Ok(Ok(Pin {
            size: received.bytes,
            sha256: received.sha256(),
            from: source,
        }));
    }
    if let Some(folder) = &options.from {
        if tried.is_empty() {
            tried.push(Tried {
                source: folder.display().to_string(),
                why: format!("there is no {} in it", file.name),
            });
        }
        return Ok(Err(tried));
    }
    let urls = file.sources.iter();
    for url in urls.filter_map(|s| s.http_url(&options.hub_base)) {
        let identified = identity(&url, options, watch);
        let sized = identified.and_then(|(size, sha256)| match plausible(size, file) {
            Ok(()) => Ok((size, sha256)),
            Err(why) => Err(ModelsError::source_failed(&url, why)),
        });
        match sized {
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
