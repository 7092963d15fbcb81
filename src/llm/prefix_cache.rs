//! The state of the persona's prompt on disk, so that a start need not read it again.
//!
//! The key covers everything that the state depends on; a checksum beside the state keeps a cut
//! or damaged file from reaching the engine. A cache is never an error: what cannot be used is
//! rebuilt, what cannot be written is done without.

use std::fs;
use std::path::{Path, PathBuf};

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::token::LlamaToken;
use sha2::{Digest, Sha256};

use crate::hex::hex;

/// Old states are removed when there are more than this: each change of persona makes one.
const KEEP: usize = 8;
/// Version of the engine's state format, as far as we know it: the pinned crate.
const ENGINE: &str = "llama-cpp-sys-2 0.1.161";

/// One prefix's place on disk.
pub struct PrefixCache {
    folder: PathBuf,
    state: PathBuf,
    checksum: PathBuf,
}

impl PrefixCache {
    /// The place for a prefix: `model` identifies the weights, `parameters` all settings that
    /// change the state.
    pub fn new(folder: &Path, model: &str, parameters: &str, tokens: &[LlamaToken]) -> Self {
        let mut hasher = Sha256::new();
        for part in [ENGINE, model, parameters] {
            hasher.update(part.as_bytes());
            hasher.update([0]);
        }
        for token in tokens {
            hasher.update(token.0.to_le_bytes());
        }
        let key = hex(&hasher.finalize()[..12]);
        Self {
            folder: folder.to_path_buf(),
            state: folder.join(format!("{key}.kv")),
            checksum: folder.join(format!("{key}.sha256")),
        }
    }

    /// Loads the state into sequence 0 if it is there, whole, and of exactly these tokens.
    pub fn load(&self, context: &mut LlamaContext, tokens: &[LlamaToken]) -> bool {
        let Ok(wanted) = fs::read_to_string(&self.checksum) else {
            return false;
        };
        let Ok(state) = fs::read(&self.state) else {
            return false;
        };
        if digest(&state) != wanted.trim() {
            tracing::warn!("{} is damaged and is built again", self.state.display());
            return false;
        }
        match context.state_seq_load_file(&self.state, 0, tokens.len()) {
            Ok((loaded, _)) if loaded == tokens => true,
            _ => {
                tracing::warn!("{} does not fit and is built again", self.state.display());
                context.clear_kv_cache();
                false
            }
        }
    }

    /// Writes the state of sequence 0, whole or not at all.
    pub fn save(&self, context: &LlamaContext, tokens: &[LlamaToken]) {
        if let Err(error) = self.try_save(context, tokens) {
            tracing::warn!("the prompt's state is not kept on disk: {error}");
        }
    }

    fn try_save(
        &self,
        context: &LlamaContext,
        tokens: &[LlamaToken],
    ) -> Result<(), Box<dyn std::error::Error>> {
        fs::create_dir_all(&self.folder)?;
        // Two processes may write the same state at once: each has its own part file.
        let part = self
            .state
            .with_extension(format!("{}.part", std::process::id()));
        context.state_seq_save_file(&part, 0, tokens)?;
        let checksum = digest(&fs::read(&part)?);
        fs::rename(&part, &self.state)?;
        fs::write(&self.checksum, checksum)?;
        self.forget_old()
    }

    fn forget_old(&self) -> Result<(), Box<dyn std::error::Error>> {
        let mut states = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == "kv") {
                states.push((fs::metadata(&path)?.modified()?, path));
            }
        }
        states.sort();
        for (_, path) in states.iter().rev().skip(KEEP) {
            fs::remove_file(path)?;
            let _ = fs::remove_file(path.with_extension("sha256"));
        }
        Ok(())
    }
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
