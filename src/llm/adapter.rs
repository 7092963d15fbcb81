//! Adapters that come with the program: what a small model learnt beside its weights.
//!
//! llama.cpp reads one from a file, so it is put into a folder at its first use.

use std::io;
use std::path::{Path, PathBuf};

use crate::resource;

/// An adapter, as the manifest and personas name it.
#[derive(Debug)]
pub struct Adapter {
    /// Its name.
    pub name: &'static str,
    /// Of its bytes.
    pub sha256: &'static str,
    bytes: &'static [u8],
}

/// Vivi's character for SmolLM2-135M-Instruct: how it was made is told in `models/vivi`.
static ADAPTERS: [Adapter; 1] = [Adapter {
    name: "vivi",
    sha256: "dc5c721a49500c37d0c29dd751a4d4c068251b64bf15fd6e4f21c3817654b9a2",
    bytes: include_bytes!("../../models/vivi/vivi-lora-f16.gguf"),
}];

impl Adapter {
    /// The adapter of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ADAPTERS.iter().find(|adapter| adapter.name == name)
    }

    /// Its file in `folder`, written whole or not at all if it is not there as it should be.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn put(&self, folder: &Path) -> io::Result<PathBuf> {
        let name = format!("{}-{}.gguf", self.name, &self.sha256[..12]);
        resource::put(folder, &name, self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use sha2::{Digest, Sha256};

    use super::*;
    use crate::hex::hex;

    #[test]
    fn the_hash_is_that_of_the_file() {
        for adapter in &ADAPTERS {
            assert_eq!(hex(&Sha256::digest(adapter.bytes)), adapter.sha256);
        }
    }

    #[test]
    fn a_damaged_copy_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let adapter = Adapter::named("vivi").unwrap();
        let path = adapter.put(folder.path()).unwrap();
        fs::write(&path, "damaged").unwrap();
        assert_eq!(adapter.put(folder.path()).unwrap(), path);
        assert_eq!(fs::read(&path).unwrap(), adapter.bytes);
    }
}
