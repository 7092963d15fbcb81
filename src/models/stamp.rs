//! Remembering which files have been hashed, so that a start does not read 170 MB again. Caller's
//! thread. Invariant: a stamp vouches for a file only while its size, its time of change and the
//! hash that the manifest asks for are what they were; a stamp file that is lost or broken costs
//! time, never soundness.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

const FILE_NAME: &str = ".verified.toml";

/// All stamps of a store, by `MODEL/FILE`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Stamps {
    #[serde(default)]
    files: BTreeMap<String, Stamp>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    size: u64,
    modified_ns: i64,
    sha256: String,
}

impl Stamp {
    /// `None` where the file system keeps no time of change: such a file is hashed each time.
    fn of(metadata: &Metadata, sha256: &str) -> Option<Self> {
        let since_epoch = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let modified_ns = i64::try_from(since_epoch.as_nanos()).ok()?;
        Some(Stamp {
            size: metadata.len(),
            modified_ns,
            sha256: sha256.to_owned(),
        })
    }
}

impl Stamps {
    pub(super) fn load(root: &Path) -> Self {
        let Ok(text) = fs::read_to_string(root.join(FILE_NAME)) else {
            return Stamps::default();
        };
        toml::from_str(&text).unwrap_or_else(|error| {
            tracing::debug!(%error, "the stamp file is unreadable: every model is hashed again");
            Stamps::default()
        })
    }

    pub(super) fn vouch_for(&self, key: &str, metadata: &Metadata, sha256: &str) -> bool {
        let now = Stamp::of(metadata, sha256);
        now.is_some() && self.files.get(key) == now.as_ref()
    }

    pub(super) fn record(&mut self, key: &str, metadata: &Metadata, sha256: &str) {
        if let Some(stamp) = Stamp::of(metadata, sha256) {
            self.files.insert(key.to_owned(), stamp);
        }
    }

    pub(super) fn forget(&mut self, key: &str) {
        self.files.remove(key);
    }

    /// Written beside and renamed, as another process may be reading. A store that may only be
    /// read (installed by an administrator) keeps no stamps: that is logged, not an error.
    pub(super) fn save(&self, root: &Path) {
        if let Err(error) = self.write(root) {
            tracing::debug!(%error, root = %root.display(), "the stamps could not be saved");
        }
    }

    fn write(&self, root: &Path) -> io::Result<()> {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        let mut file = tempfile::Builder::new()
            .prefix(".verified")
            .tempfile_in(root)?;
        file.write_all(text.as_bytes())?;
        file.persist(root.join(FILE_NAME))?;
        Ok(())
    }
}
