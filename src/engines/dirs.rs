//! Where the program keeps what it has: data, what can be made again, and what is gone when it ends.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use directories::ProjectDirs;
use tempfile::TempDir;

use crate::speaker::VoicePrints;

/// Where the program keeps what it makes itself: `VIVAVOCE_DATA` (if it is not empty), or the platform's
/// folder.
pub fn data_dir() -> PathBuf {
    own_dir("data", |dirs| dirs.data_local_dir().to_path_buf())
}

/// The voices that were enrolled on this machine.
pub fn voice_prints() -> VoicePrints {
    VoicePrints::in_folder(data_dir().join("voice-prints"))
}

/// Where the program keeps what it can make again.
pub fn cache_dir() -> PathBuf {
    own_dir("cache", |dirs| dirs.cache_dir().to_path_buf())
}

fn own_dir(name: &str, platform: impl Fn(&ProjectDirs) -> PathBuf) -> PathBuf {
    let named = std::env::var_os("VIVAVOCE_DATA");
    let platform = ProjectDirs::from("", "", "vivavoce").map(|dirs| platform(&dirs));
    place(name, named, platform, private_temporary_dir)
}

/// The folder called `name` in the one that the user has named, else the platform's, else in one that is made.
fn place(
    name: &str,
    named: Option<OsString>,
    platform: Option<PathBuf>,
    made: impl FnOnce() -> PathBuf,
) -> PathBuf {
    match named.filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder).join(name),
        None => platform.unwrap_or_else(|| made().join(name)),
    }
}

/// The folder that replaces a home directory where there is none.
static TEMPORARY: Mutex<Option<TempDir>> = Mutex::new(None);

/// Without a home directory: a folder of this process alone. One with a fixed name in the system's
/// temporary folder could have been made, and filled, by another user.
fn private_temporary_dir() -> PathBuf {
    let mut folder = TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(folder) = &*folder {
        return folder.path().to_path_buf();
    }
    tracing::warn!(
        "there is no home directory: what the program makes itself is lost at its end; name a folder with \
         VIVAVOCE_DATA"
    );
    match tempfile::Builder::new().prefix("vivavoce-").tempdir() {
        Ok(made) => folder.insert(made).path().to_path_buf(),
        // Whatever is to be written there says why it cannot be; nobody can guess the name.
        Err(_) => std::env::temp_dir().join(format!("vivavoce-{:016x}", fastrand::u64(..))),
    }
}

/// Removes what was made for want of a home directory: at the program's end.
pub fn remove_temporary_dir() {
    drop(
        TEMPORARY
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(named: Option<&str>, platform: Option<&str>) -> PathBuf {
        let made = || PathBuf::from("/made");
        place(
            "data",
            named.map(Into::into),
            platform.map(Into::into),
            made,
        )
    }

    #[test]
    fn what_the_user_names_goes_before_the_platforms_folder() {
        let folder = placed(Some("/named"), Some("/home/me/.local/share/vivavoce"));
        assert_eq!(folder, PathBuf::from("/named/data"));
    }

    #[test]
    fn a_name_that_is_empty_names_nothing() {
        assert_eq!(
            placed(Some(""), Some("/share/vivavoce")),
            PathBuf::from("/share/vivavoce")
        );
    }

    #[test]
    fn without_a_home_a_folder_is_made() {
        assert_eq!(placed(None, None), PathBuf::from("/made/data"));
    }
}
