//! What the assistant keeps, and what it may look into beside that.

use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::{ConfigError, check};
use crate::tools::Keeping;

/// More folders are refused: one that holds them all can be named.
const MOST_FOLDERS: usize = 16;
/// What is kept for longer is kept for ever.
const MOST_DAYS: u16 = 3_650;

/// What the assistant keeps, and what it may look into.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MemoryConfig {
    /// What outlasts the conversation.
    pub keep: Keeping,
    /// Days after which what was said and heard is erased.
    pub days: u16,
    /// Folders of notes, tables and PDFs that questions are answered from; `~` is the user's own folder. None at
    /// first: nothing is read that was not named.
    pub folders: Vec<PathBuf>,
}

impl Default for MemoryConfig {
    fn default() -> Self {
        Self {
            keep: Keeping::default(),
            days: 90,
            folders: Vec::new(),
        }
    }
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
        let is_usual = (1..=MOST_DAYS).contains(&self.days);
        check("memory.days", self.days, is_usual, "1 to 3650 days")?;
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
            ..MemoryConfig::default()
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
