//! Where the program's log goes.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

/// Logs go where `VIVAVOCE_LOG` says, or to stderr; but never onto the view: a conversation on a
/// terminal logs to a file in the data folder. Without `RUST_LOG` only warnings.
pub fn start(conversation: bool) {
    // rmcp's warnings quote MCP servers, whose texts are not ours to print; errors reach the user by `mcp`.
    // llama.cpp logs under a name with hyphens.
    let quiet = "warn,vivavoce=warn,llama_cpp_2=error,llama-cpp-2=error,ort=error,rmcp=off";
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(quiet));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false);
    let on_view = conversation && std::io::stderr().is_terminal();
    let own = || on_view.then(|| vivavoce::engines::data_dir().join("vivavoce.log"));
    let named = std::env::var_os("VIVAVOCE_LOG").filter(|path| !path.is_empty());
    match named.map(PathBuf::from).or_else(own) {
        Some(path) => match open(&path) {
            Ok(file) => subscriber.with_writer(file).init(),
            Err(error) => {
                eprintln!("{error:#}");
                subscriber.with_writer(std::io::stderr).init();
            }
        },
        None => subscriber.with_writer(std::io::stderr).init(),
    }
}

/// A log that is larger when the program starts is set aside. Bytes.
const MOST_LOG_BYTES: u64 = 10 << 20;

fn open(path: &Path) -> Result<std::sync::Mutex<std::fs::File>> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let grown = std::fs::metadata(path).is_ok_and(|data| data.len() > MOST_LOG_BYTES);
    if grown {
        // The one before goes; a log that cannot be moved grows on.
        let _ = std::fs::rename(path, path.with_extension("log.old"));
    }
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path);
    Ok(std::sync::Mutex::new(file.with_context(|| {
        format!("cannot log to {}", path.display())
    })?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_has_grown_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vivavoce.log");
        let grown = std::fs::File::create(&path).unwrap();
        grown.set_len(MOST_LOG_BYTES + 1).unwrap();
        open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
        let aside = std::fs::metadata(folder.path().join("vivavoce.log.old")).unwrap();
        assert_eq!(aside.len(), MOST_LOG_BYTES + 1);
    }

    #[test]
    fn a_log_goes_on_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vivavoce.log");
        std::fs::write(&path, "before\n").unwrap();
        open(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before\n");
    }
}
