//! Why the index cannot be used.

use std::path::PathBuf;

/// Why nothing can be found in the folders.
#[derive(Debug, thiserror::Error)]
pub enum FoldersError {
    /// The index cannot be written.
    #[error(
        "The index of your folders cannot be written in {folder}: {source}. Give it write permission and space."
    )]
    NotWritable {
        /// The folder that the index is in.
        folder: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The system gives no thread.
    #[error("Your folders cannot be watched: {0}.")]
    Thread(#[source] std::io::Error),
    /// The index is being written.
    #[error("I am still reading your folders. Ask me again in a moment.")]
    Busy,
    /// Reading or writing the index failed.
    #[error("I could not read the index of your folders.")]
    Failed(#[from] rusqlite::Error),
}
