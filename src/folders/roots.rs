//! The folders that were named, as the system knows them.

use std::path::{Path, PathBuf};

/// A folder that is read. Its path is absolute, without links, and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Root(pub String);

impl Root {
    pub(super) fn path(&self) -> &Path {
        Path::new(&self.0)
    }
}

/// Why a folder that was named is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("memory.folders: {}: {reason}", path.display())]
pub struct Trouble {
    /// As it was named.
    pub path: PathBuf,
    /// What is wrong, and what to do.
    pub reason: String,
}

/// The folders, without those that lie in another one; and what is wrong with the others.
pub(super) fn roots(named: &[PathBuf]) -> (Vec<Root>, Vec<Trouble>) {
    let (mut roots, mut troubles): (Vec<Root>, Vec<Trouble>) = (Vec::new(), Vec::new());
    for path in named {
        match root(path) {
            Ok(root) => roots.push(root),
            Err(reason) => troubles.push(Trouble {
                path: path.clone(),
                reason,
            }),
        }
    }
    roots.sort_by(|a, b| a.0.cmp(&b.0));
    roots.dedup();
    let all = roots.clone();
    roots.retain(|root| {
        let holds = |other: &Root| other != root && root.path().starts_with(other.path());
        !all.iter().any(holds)
    });
    (roots, troubles)
}

fn root(path: &Path) -> Result<Root, String> {
    let real = std::fs::canonicalize(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            "there is no such folder. Make it, or take it out of the configuration.".to_owned()
        }
        _ => format!("it cannot be read: {error}"),
    })?;
    if !real.is_dir() {
        return Err("it is a file; name the folder that it is in.".to_owned());
    }
    let text = real.to_str().map(str::to_owned);
    text.map(Root)
        .ok_or_else(|| "its path is not text; rename it.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_is_named_and_the_others_are_read() {
        let there = tempfile::tempdir().unwrap();
        let gone = there.path().join("gone");
        let (roots, troubles) = roots(&[gone.clone(), there.path().to_owned()]);
        assert_eq!(roots.len(), 1);
        assert_eq!(troubles[0].path, gone);
        let message = troubles[0].to_string();
        assert!(message.contains("no such folder"), "{message}");
    }

    #[test]
    fn a_folder_within_another_is_not_read_twice() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("inner");
        std::fs::create_dir(&inner).unwrap();
        let (roots, _) = roots(&[inner, outer.path().to_owned(), outer.path().join(".")]);
        assert_eq!(roots.len(), 1);
    }

    #[test]
    fn a_file_is_no_folder() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("note.md");
        std::fs::write(&file, "Hi.").unwrap();
        let (roots, troubles) = roots(&[file]);
        assert!(roots.is_empty());
        assert!(troubles[0].reason.contains("it is a file"));
    }
}
