//! Reports as files: reading one again, and the JSON Schema that they keep to.

use std::path::{Path, PathBuf};
use std::{fs, io};

use thiserror::Error;

use super::report::{Report, SCHEMA};

/// Why a file is no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// It cannot be read.
    #[error("cannot read {}: {error}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It is not JSON, or its fields are not those of a report.
    #[error("{} is no report of `vivavoce bench`: {error}", .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Where, and what.
        error: serde_json::Error,
    },
    /// It is of another version, or of something else.
    #[error(
        "{} has the schema {found:?}, and this program reads {SCHEMA}; use the program that wrote it",
        .path.display()
    )]
    OtherSchema {
        /// The file.
        path: PathBuf,
        /// What it says of itself; empty if nothing.
        found: String,
    },
}

impl Report {
    /// Reads a report that `--report` has written.
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn read(path: &Path) -> Result<Self, ReportError> {
        let broken = |error| ReportError::Broken {
            path: path.into(),
            error,
        };
        let text = fs::read_to_string(path).map_err(|error| ReportError::Unreadable {
            path: path.into(),
            error,
        })?;
        // Before its fields: those of another version need not be ours.
        let json: serde_json::Value = serde_json::from_str(&text).map_err(broken)?;
        let found = json["schema"].as_str().unwrap_or_default();
        if found != SCHEMA {
            return Err(ReportError::OtherSchema {
                path: path.into(),
                found: found.into(),
            });
        }
        // From the text again, since only that error names the line.
        serde_json::from_str(&text).map_err(broken)
    }

    /// As `--report` writes it.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("all its keys are strings");
        text + "\n"
    }
}

/// The JSON Schema of reports, as `docs/bench.schema.json` holds it.
pub fn schema_json() -> String {
    let schema = schemars::schema_for!(Report);
    let text = serde_json::to_string_pretty(&schema).expect("all its keys are strings");
    text + "\n"
}
