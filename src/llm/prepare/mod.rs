//! A model and what an adapter (LoRA) adds to it, made into one file: where the CPU multiplies bytes in one step
//! it reads prompts about twice as fast as the two together.
//!
//! ```text
//!  base ─────┐  for each tensor: numbers ─► + scale · B · A ─► Q8_0 or BF16 ─┐
//!  adapter ──┘  (metadata: its bytes as they are)                            └► part ─► fsync ─► rename
//! ```
//!
//! Runs on the caller's thread, before a model is loaded; a row of one tensor and its part of the adapter are
//! in memory. Invariants: **a file under its final name is whole**, and the same inputs give the same bytes.
//! Not fewer bits than Q8_0 has, because what an adapter changes is smaller than the steps of 4-bit numbers, which
//! round it away.

mod lora;
mod numbers;
mod place;
mod recipe;
#[cfg(test)]
mod refusal_tests;
mod source;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::hex::hex;
use lora::Lora;
pub use numbers::Precision;
use place::{PREFIX, Place};
use recipe::Recipe;
use source::Source;

/// Grows when the same inputs would give another file.
const RECIPE: u32 = 1;

/// Why a model cannot be prepared. The program works without: with the model and the adapter side by side.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// An input that is damaged, or of which nothing here knows enough.
    #[error("{} cannot be prepared: {reason}", path.display())]
    Unsuitable {
        /// The model or the adapter.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk or the user's quota of it ran out.
    #[error(
        "the disk is full: a prepared language model needs {} MB in {}. It works without, and reads \
         prompts more slowly",
        needed_bytes.div_ceil(1_000_000), folder.display()
    )]
    DiskFull {
        /// Where the prepared file was to lie.
        folder: PathBuf,
        /// Bytes of the whole file.
        needed_bytes: u64,
    },
    /// A file or folder failed in another way.
    #[error("could not {doing} {}: {source}", path.display())]
    Io {
        /// What failed, to stand between "could not" and the path.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl PrepareError {
    fn unsuitable(path: &Path, reason: impl Into<String>) -> Self {
        Self::Unsuitable {
            path: path.to_path_buf(),
            reason: reason.into(),
        }
    }

    fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            doing,
            path: path.to_path_buf(),
            source,
        }
    }

    /// The prepared file could not be written.
    fn writing(file: &Path, needed_bytes: u64, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull {
                folder: file.parent().unwrap_or(file).to_path_buf(),
                needed_bytes,
            },
            _ => Self::io("write", file, source),
        }
    }
}

/// Whether this CPU reads prompts faster with the prepared file: if it multiplies bytes in one step. Others read
/// the 4-bit model as fast, and write faster with it, since there is less of it to fetch (docs/engines.md).
pub fn is_worth_it() -> bool {
    multiplies_bytes()
}

#[cfg(target_arch = "x86_64")]
fn multiplies_bytes() -> bool {
    std::is_x86_feature_detected!("avx512vnni") || std::is_x86_feature_detected!("avxvnni")
}

#[cfg(target_arch = "aarch64")]
fn multiplies_bytes() -> bool {
    std::arch::is_aarch64_feature_detected!("dotprod")
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn multiplies_bytes() -> bool {
    false
}

/// Sequences at a time from which on computing, and not fetching the weights, takes most of the time.
const MANY: usize = 4;

/// What so many sequences at a time are answered with fastest. This program and llama.cpp are built for the same
/// CPU (`.cargo/config.toml`), so that what the one may use the other uses.
pub fn fastest(together: usize) -> Precision {
    let multiplies_bf16 = cfg!(all(target_arch = "x86_64", target_feature = "avx512bf16"));
    if multiplies_bf16 && together >= MANY {
        Precision::Bf16
    } else {
        Precision::Q8_0
    }
}

/// The folder for files of a precision: a folder holds one.
pub fn folder(precision: Precision) -> &'static str {
    match precision {
        Precision::Q8_0 => "prepared",
        Precision::Bf16 => "prepared-for-many",
    }
}

/// The name of the file that is made of a model and an adapter with these SHA-256 hashes: another one for
/// other inputs, and for a program that would make another file of them.
pub fn name(base_sha256: &str, adapter_sha256: &str, precision: Precision) -> String {
    let stored = match precision {
        Precision::Q8_0 => "",
        Precision::Bf16 => " bf16",
    };
    let inputs = format!("{base_sha256} {adapter_sha256} {RECIPE}{stored}");
    let hash = hex(&Sha256::digest(inputs));
    format!("{PREFIX}{}.gguf", &hash[..16])
}

/// Makes `file` out of a model and its adapter, unless it is there; waits while another process makes one in
/// that folder. Removes what a killed run has left there, and files that [`name`] called otherwise: a folder
/// holds one. `progress` is told the bytes that are written and those of the whole file.
///
/// # Errors
/// An input is damaged, of another architecture or shape than the other, or stored in a way that is not
/// known here; `file` cannot be written. Nothing is left under its name then.
pub fn prepared(
    base: &Path,
    adapter: &Path,
    precision: Precision,
    file: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), PrepareError> {
    if file.is_file() {
        return Ok(());
    }
    let mut base = Source::open(base)?;
    let mut lora = Lora::open(adapter, &base)?;
    let recipe = Recipe::new(&base, &lora, precision)?;
    let place = Place::take(file)?;
    if file.is_file() {
        return Ok(());
    }
    place.clean()?;
    place.fill(recipe.bytes(), |to| {
        recipe.cook(&mut base, &mut lora, to, progress)
    })
}
