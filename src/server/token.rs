//! The token: made once, and known to this user alone.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The token cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error("cannot keep the server's token in {}: {reason}", path.display())]
pub struct TokenError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

/// Random bytes of a token.
const BYTES: usize = 24;

/// The token in `folder`, made if there is none.
///
/// # Errors
/// The folder cannot be written.
pub fn token(folder: &Path) -> Result<String, TokenError> {
    let path = folder.join("server-token");
    let fail = |reason: String| TokenError {
        path: path.clone(),
        reason,
    };
    match fs::read_to_string(&path) {
        Ok(token) if token.trim().len() >= BYTES => return Ok(token.trim().to_owned()),
        // Empty, or cut off: another one.
        Ok(_) => fs::remove_file(&path).map_err(|e| fail(e.to_string()))?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(fail(error.to_string())),
    }
    let mut random = [0; BYTES];
    getrandom::fill(&mut random).map_err(|e| fail(e.to_string()))?;
    let token = URL_SAFE_NO_PAD.encode(random);
    let io = |e: std::io::Error| fail(e.to_string());
    fs::create_dir_all(folder).map_err(io)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(io)?;
    file.write_all(token.as_bytes()).map_err(io)?;
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_made_once_and_nobody_else_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let made = token(folder.path()).unwrap();
        assert_eq!(token(folder.path()).unwrap(), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let data = fs::metadata(folder.path().join("server-token")).unwrap();
            assert_eq!(data.permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_token_that_was_cut_off_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("server-token"), "abc").unwrap();
        assert!(token(folder.path()).unwrap().len() > BYTES);
    }
}
