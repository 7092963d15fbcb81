//! Why a set of questions cannot be used.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a set of questions cannot be used.
#[derive(Debug, Error)]
pub enum QuestionSetError {
    /// It cannot be read.
    #[error("cannot read {}: {error}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It is not TOML, or its keys are not those of a set of questions.
    #[error("{} is no set of questions: {error}", .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Where, and what.
        error: Box<toml::de::Error>,
    },
    /// It has no conversation.
    #[error("{} has no questions; write some as [[conversation]], as in assets/questions/en.toml", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A conversation is wrong.
    #[error("{}, conversation {conversation:?}: {problem}", .path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Its name.
        conversation: String,
        /// What is wrong, and what to do.
        problem: String,
    },
}
