//! The starter's language model, for benches that are given none.

use std::path::PathBuf;

use anyhow::{Context, Result};
use vivavoce::models::{ModelStore, Platform, Role};

/// The file that is named on the command line, or that of the starter.
///
/// # Errors
/// The starter's models are not there.
pub fn model() -> Result<PathBuf> {
    let mut arguments = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    if let Some(path) = arguments.next() {
        return Ok(path.into());
    }
    let store = ModelStore::open(None)?;
    let manifest = store.manifest()?;
    let ready = store.ensure_ready(&manifest.select("starter", Platform::current())?)?;
    let model = ready.first(Role::Llm);
    Ok(model.context("starter has no language model")?.to_owned())
}
