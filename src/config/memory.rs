//! What the assistant may look into beside what it was told.

use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::{ConfigError, check};

/// More folders are refused: one that holds them all can be named.
const MOST_FOLDERS: usize = 16;

/// What the assistant may look into.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MemoryConfig {
    /// Folders of notes, tables and PDFs that questions are answered from; `~` is the user's own folder. None at
    /// first: nothing is read that was not named.
    pub folders: Vec<PathBuf>,
}

impl MemoryConfig {
    /// Paths as the system knows them: relative ones from the configuration's folder, `~` as the user's.
    pub(super) fn resolve(&mut self, beside: &Path, home: Option<&Path>) {
        for folder in &mut self.folders {
            let mut parts = folder.components();
            let is_home = parts.next() == Some(Component::Normal("~".as_ref()));
            *folder = match home.filter(|_| is_home) {
                Some(home) => home.join(parts.as_path()),
                None => beside.join(&*folder),
            };
        }
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let count = self.folders.len();
        check(
            "memory.folders",
            count,
            count <= MOST_FOLDERS,
            "at most 16 folders",
        )?;
        for folder in &self.folders {
            let is_named = !folder.as_os_str().is_empty();
            check("memory.folders", "\"\"", is_named, "the path of a folder")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(folder: &str) -> PathBuf {
        let mut config = MemoryConfig {
            folders: vec![folder.into()],
        };
        config.resolve(Path::new("/etc/vivavoce"), Some(Path::new("/home/ada")));
        config.folders.remove(0)
    }

    #[test]
    fn a_tilde_is_the_users_folder_and_others_are_beside_the_file() {
        for (folder, path) in [
            ("~/notes", "/home/ada/notes"),
            ("~", "/home/ada"),
            ("/srv/notes", "/srv/notes"),
            ("notes", "/etc/vivavoce/notes"),
            ("~ada/notes", "/etc/vivavoce/~ada/notes"),
        ] {
            assert_eq!(resolved(folder), Path::new(path), "{folder}");
        }
    }
}
